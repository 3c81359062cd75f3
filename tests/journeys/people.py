"""The people of the journeys and what they do at their pages, in their words."""

import asyncio
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

from playwright.async_api import Browser, Locator, Page, expect

from tests.patience import PATIENCE_MS, PATIENCE_S

AGENT = ("amy", "Amy")
COLLEAGUE = ("ben", "Ben")
SUPERVISOR = ("sue", "Sue")
SOCKET_FILE = re.compile(r"/widget/socket\.[\w-]+\.js")
PASSWORD = "correct horse battery staple"


def lines(page: Page) -> Locator:
    """What the transcript shows, oldest first: the agent page's, or the widget's."""
    return page.get_by_role("log").locator(".line, .cx-message")


def said(page: Page, text: str) -> Locator:
    """The bubbles with exactly this text."""
    bubbles = lines(page).locator(".bubble, .cx-message-text")
    return bubbles.filter(has_text=re.compile(f"^{re.escape(text)}$"))


async def sees(page: Page, text: str) -> None:
    """The line is there, once."""
    await expect(said(page, text)).to_have_count(1, timeout=PATIENCE_MS)


async def sees_status(page: Page, text: str) -> None:
    await expect(lines(page).filter(has_text=text).last).to_be_visible(timeout=PATIENCE_MS)


class Visitor:
    """Somebody in the demo shop, with the widget on it."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.launcher = page.get_by_role("button", name="Chat with us")
        self.window = page.get_by_role("dialog", name="Chat window")
        self.box = page.get_by_role("textbox", name="Message", exact=True)
        self.alert = page.get_by_role("alertdialog")
        self.minimise = page.get_by_role("button", name="Minimise")
        self.unread = page.get_by_label("unread")
        self.files = page.locator("#cx_browse_file")
        self.try_again = lines(page).get_by_role("button", name="Try again")

    async def polls(self) -> None:
        """Have nothing but polls: what opens sockets does not come."""
        await self.page.route(SOCKET_FILE, lambda route: route.abort())

    async def starts(self, name: str = "Mia", question: str = "") -> None:
        await self.launcher.click()
        await self.page.get_by_label("Your name (optional)").fill(name)
        await self.page.get_by_label("Your question (optional)").fill(question)
        await self.page.get_by_role("button", name="Start chatting").click()
        await sees_status(self.page, "Chat Started")

    async def says(self, text: str) -> None:
        await self.box.fill(text)
        await self.box.press("Enter")

    async def ends(self) -> None:
        await self.page.get_by_role("button", name="Close chat").click()
        await self.alert.get_by_role("button", name="End now").click()
        await sees_status(self.page, "Chat Ended")

    async def is_cut_off(self) -> None:
        """The window says that there is no connection."""
        await expect(self.alert).to_contain_text("The connection is lost", timeout=PATIENCE_MS)

    async def is_back(self) -> None:
        """The window can be used again."""
        await expect(self.alert).to_have_count(0, timeout=PATIENCE_MS)
        await expect(self.box).to_be_enabled()


class Agent:
    """Somebody at the agent page."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.box = page.get_by_role("textbox", name="Message to the visitor")
        self.ready = page.get_by_role("switch")

    async def signs_in(self, login: str = AGENT[0], password: str = PASSWORD) -> None:
        await self.page.get_by_label("Login").fill(login)
        await self.page.get_by_label("Password").fill(password)
        await self.page.get_by_role("button", name="Sign in").click()

    async def gets_ready(self) -> None:
        await expect(self.ready).to_be_enabled()
        if await self.ready.get_attribute("aria-checked") == "false":
            await self.ready.click()
        await expect(self.ready).to_have_attribute("aria-checked", "true")

    async def accepts(self, name: str = "Mia") -> None:
        await self.page.get_by_role("button", name=f"Accept the chat with {name}").click(timeout=PATIENCE_MS)
        await expect(self.page.get_by_role("heading", name=name).first).to_be_visible()

    async def says(self, text: str) -> None:
        await self.box.fill(text)
        await self.box.press("Enter")

    async def notes(self, text: str) -> None:
        await self.page.get_by_role("button", name="Note", exact=True).click()
        note = self.page.get_by_role("textbox", name="Note for the team")
        await note.fill(text)
        await note.press("Enter")
        await self.page.get_by_role("button", name="Reply", exact=True).click()

    async def does(self, button: str, confirm: str) -> None:
        """Press a button of the chat and agree to what it asks."""
        await self.page.get_by_role("main").get_by_role("button", name=button, exact=True).click()
        await self.page.get_by_role("dialog").get_by_role("button", name=confirm, exact=True).click()


def _in_time(evaluate: Callable[..., Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
    """`evaluate`, failing when the page has no answer in time."""

    async def in_time(*arguments: Any) -> Any:
        async with asyncio.timeout(PATIENCE_S):
            return await evaluate(*arguments)

    return in_time


@asynccontextmanager
async def window(browser: Browser, address: str, *, helpers: str = "", **options: Any) -> AsyncIterator[Page]:
    """A page in a context of its own; whatever goes wrong in it, or runs that should not, fails the test."""
    context = await browser.new_context(**({"viewport": {"width": 1280, "height": 800}} | options))
    if helpers:
        await context.add_init_script(helpers)
    faults: list[str] = []
    page = await context.new_page()
    page.set_default_timeout(PATIENCE_MS)
    page.evaluate = _in_time(page.evaluate)  # type: ignore[assignment, method-assign]  # It has no time limit.
    page.on("pageerror", lambda error: faults.append(f"error: {error}"))
    # Asked for now, so that the browser has been told long before a key opens one.
    page.on("filechooser", lambda _: None)
    page.on("dialog", lambda dialog: faults.append(f"a script ran: {dialog.message}"))
    page.on(
        "console",
        lambda said: faults.append(said.text) if "Content Security Policy" in said.text else None,
    )
    try:
        await page.goto(address)
        yield page
        assert faults == []
    finally:
        await context.close()
