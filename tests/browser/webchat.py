"""A visitor at the chat window of a site, and what a site configures."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from playwright.async_api import Locator, Page, expect

from frontdesk.main import Server
from tests.browser.conftest import Visit
from tests.browser.site import Site
from tests.patience import PATIENCE_MS

EVENTS = (
    "ready opened started submitted rejected completed cancelled closed minimized unminimized messageAdded"
)

# As sites that are made for phones have it.
VIEWPORT = '<meta name="viewport" content="width=device-width, initial-scale=1">'


def configuration(server: Server, webchat: dict[str, Any], main: dict[str, Any], more: str = "") -> str:
    """A script that configures the widget and keeps what it tells: `heard` is every event, in order."""
    options = {
        "dataURL": f"{server.url}/genesys/2/chat/demo",
        "chatButton": {"enabled": True, "openDelay": 0, "effectDuration": 0},
    } | webchat
    settings = {"main": {"theme": "light", "transitions": False} | main, "webchat": options}
    return f"""
        window._genesys = {{widgets: {json.dumps(settings)}}}
        window.heard = []
        window.frontdesk = [(it) => {{
            for (const name of {json.dumps([*EVENTS.split(), "chatButtonDisplayed"])})
                it.subscribe('WebChat.' + name, ({{data}}) => heard.push([name, data]))
        }}]
        window.names = () => heard.map(([name]) => name).filter((it) => it !== 'messageAdded')
        {more}
    """


class Window:
    """The chat window as its visitor uses it."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.root = page.locator(".cx-webchat")
        self.box = page.get_by_role("textbox", name="Message", exact=True)
        self.launcher = page.locator(".cx-webchat-chat-button")
        self.alert = page.get_by_role("alertdialog")

    async def opens(self) -> None:
        await self.launcher.click()
        await expect(self.root).to_be_visible(timeout=PATIENCE_MS)

    async def starts(self, first: str = "Mia", last: str = "Li") -> None:
        """Open it, fill in the form and begin."""
        await self.opens()
        await self.page.get_by_label("First name").fill(first)
        await self.page.get_by_label("Last name").fill(last)
        await self.page.locator(".cx-submit").click()
        await self.sees_status("Chat Started")

    async def says(self, text: str) -> None:
        await self.box.fill(text)
        await self.box.press("Enter")

    async def sees_status(self, text: str) -> None:
        await expect(self.lines(".cx-system").filter(has_text=text).last).to_be_visible(timeout=PATIENCE_MS)

    async def sees(self, text: str) -> Locator:
        """The bubble with this text, which is there once."""
        found = self.lines(".cx-message-text").filter(has_text=text)
        await expect(found).to_have_count(1, timeout=PATIENCE_MS)
        return found

    def lines(self, selector: str = ".cx-message") -> Locator:
        return self.page.locator(f".cx-transcript {selector}")

    async def hears(self, event: str, **data: Any) -> None:
        """The service tells something: for what a server does seldom, or after minutes."""
        await self.page.evaluate(
            """([event, data]) => {
                CXBus.configure({unlocked: true})
                CXBus.getPluginInterface('WebChatService').publish(event, data)
            }""",
            [event, data],
        )

    async def is_told(self, text: str, index: int = 900, at_ms: int = 1760000000000, **more: Any) -> None:
        """The agent's words come."""
        sender = {"id": "a", "type": "Agent", "name": "Amy"}
        message = {"index": index, "type": "Message", "text": text, "timestamp": at_ms, "from": sender}
        await self.hears("messageReceived", messages=[message | more], originalMessages=[])

    async def notes(self, *commands: str) -> None:
        """Keep every call of these commands: `asked` of the page."""
        await self.page.evaluate(
            """(names) => {
                window.asked = []
                for (const name of names) frontdesk.before(name, (options) => {
                    asked.push([name, options])
                    return options
                })
            }""",
            list(commands),
        )

    async def command(self, name: str, /, **options: Any) -> Any:
        """How a command of the bus ends: `["resolved", …]` or `["rejected", reason]`."""
        return await self.page.evaluate(
            """([name, options]) => ending(CXBus.command(name, options))
                .then((it) => it.map((value) => value?.jquery ? 'jQuery' : value))""",
            [name, options],
        )


@asynccontextmanager
async def window_on(
    site: Site,
    visit: Visit,
    server: Server,
    *,
    main: dict[str, Any] | None = None,
    more: str = "",
    browser: dict[str, Any] | None = None,
    **webchat: Any,
) -> AsyncIterator[Window]:
    """A visitor on a page with the widget, configured so; `browser` is what the browser is like."""
    script = site.script(configuration(server, webchat, main or {}, more), "configuration")
    async with visit(site.page(VIEWPORT, script, site.widget()), **(browser or {})) as page:
        yield Window(page)
        # Whoever is at the other end can take the next chat.
        await page.evaluate("ending(CXBus.command('WebChatService.endChat'))")
