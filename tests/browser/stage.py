"""A visitor's page on a stage: the built widget in Chromium, a scripted server, and a clock of our own."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from playwright.async_api import Browser, BrowserContext, Page, Route

from tests.client.desk import Desk
from tests.client.scripted_server import ScriptedServer, serving

SCRIPT = Path(__file__).with_name("stage.js")
PAGE = '<!doctype html><title>A shop</title><script src="/widget/cxbus.min.js"></script>'


class BrowserPlayer:
    """A page with the headless plugins, and the ones that come after it in the same tab.

    Shape:   a `Player` of scenarios; the page has the origin of the scripted server.
    """

    def __init__(self, page: Page, server: ScriptedServer, config: Mapping[str, Any]) -> None:
        self.page = page
        self.server = server
        self.heard: list[tuple[str, Any]] = []
        self._config = {"dataURL": server.url, **config}

    async def load(self) -> None:
        """A page comes up."""
        address = urlsplit(self.server.url)
        await self.page.goto(f"{address.scheme}://{address.netloc}/shop")
        await self.page.evaluate("(config) => stage.load(config)", self._config)
        await self.settle()

    async def reload(self, away_ms: float) -> None:
        """The page goes, and comes again later."""
        await self.page.evaluate("(ms) => stage.away(ms)", away_ms)
        await self.load()

    async def call(self, address: str, written: Any) -> None:
        """Call a command, with options as a scenario writes them, and do not wait."""
        name = address if "." in address else f"WebChatService.{address}"
        await self.page.evaluate("([name, written]) => stage.call(name, written)", [name, written])

    async def ended(self) -> tuple[str, Any]:
        """The state of the last call, and what it was settled with."""
        call = await self.page.evaluate("stage.ended()")
        return call["state"], call["value"]

    async def ask(self, address: str) -> Any:
        """What a command that needs no network resolves with."""
        await self.call(address, {})
        await self.settle()
        return (await self.ended())[1]

    async def metadata(self) -> Any:
        """The block of the interaction."""
        return await self.page.evaluate("CXBus.data('WebChat.metadata')")

    async def settle(self) -> None:
        """Let everything happen that needs no clock."""
        while True:
            rest = await self.page.evaluate("(held) => stage.settle(held)", self.server.waiting)
            self.heard += [(name, data) for name, data in rest["heard"]]
            if rest["underWay"] <= self.server.waiting:
                return

    async def wait(self, duration_ms: float) -> None:
        """Let time pass, alarm by alarm."""
        until_ms = await self.page.evaluate("stage.now()") + duration_ms
        await self.settle()
        while await self.page.evaluate("(until) => stage.step(until)", until_ms):
            await self.settle()


@asynccontextmanager
async def on_stage(
    browser: Browser, built: Path, config: Mapping[str, Any] | None = None, *, desk: Desk | None = None
) -> AsyncIterator[BrowserPlayer]:
    """A page on a stage; whatever goes wrong in it fails the test."""
    async with serving(desk or Desk(), keeps_alive=False) as server:
        context = await browser.new_context()
        try:
            await furnish(context, built)
            page = await context.new_page()
            faults: list[str] = []
            page.on("pageerror", lambda error: faults.append(f"{error}"))
            player = BrowserPlayer(page, server, config or {})
            await player.load()
            yield player
            assert faults == []
        finally:
            await context.close()


async def furnish(context: BrowserContext, built: Path) -> None:
    """Give pages of the server's origin the widget, and the stage."""

    async def give(route: Route) -> None:
        path = urlsplit(route.request.url).path
        await route.fulfill(path=built / path.removeprefix("/widget/"))

    await context.add_init_script(path=SCRIPT)
    await context.route("**/shop", lambda route: route.fulfill(body=PAGE, content_type="text/html"))
    await context.route("**/widget/**", give)
