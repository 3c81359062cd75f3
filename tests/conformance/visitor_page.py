"""A visitor's page without a browser: bus, WebChat and WebChatService, and all that WebChat publishes."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from typing import Any

from frontdesk.client.bus import Bus, Event
from frontdesk.client.clock import Alarm, SystemClock
from frontdesk.client.state_store import StateStore
from frontdesk.client.webchat import EVENTS, WebChat
from frontdesk.client.webchat_service import WebChatService
from tests.patience import PATIENCE_S

POLLS_QUICKLY = {"pollRateMin": 250, "pollRateMax": 250}  # The lower bound that the options have.
Block = Mapping[str, Any]


HASTE = 20


class HandClock:
    """A clock that stands until a test moves it, while alarms ring by themselves, `HASTE` times too early."""

    def __init__(self, at_ms: int = 10_000) -> None:
        self.at_ms = at_ms
        self._alarms = SystemClock()

    def now_ms(self) -> int:
        return self.at_ms

    def call_later(self, delay_ms: float, what: Callable[[], object]) -> Alarm:
        return self._alarms.call_later(delay_ms / HASTE, what)


class VisitorPage:
    """One page view.

    Shape:   `told` are WebChat's events, oldest first.
    """

    def __init__(self, url: str, store: StateStore, clock: HandClock, config: Mapping[str, Any]) -> None:
        self.bus = Bus(clock)
        self.told: list[tuple[str, Block]] = []
        self._news = asyncio.Event()
        self.webchat = WebChat(self.bus, store=store)
        self.service = WebChatService(
            self.bus, {"dataURL": url, **POLLS_QUICKLY, **config}, store=store, clock=clock
        )
        for name in EVENTS:
            self.bus.subscribe(f"WebChat.{name}", self._hear)
        for name in ("messageReceived", "agentConnected", "supervisorConnected", "botConnected"):
            self.bus.subscribe(f"WebChatService.{name}", lambda _: self._news.set())

    def _hear(self, event: Event) -> None:
        self.told.append((event.event.removeprefix("WebChat."), event.data))
        self._news.set()

    @property
    def names(self) -> list[str]:
        """The lifecycle so far."""
        return [name for name, _ in self.told]

    @property
    def block(self) -> Block:
        """The metadata as they are now."""
        block: Block = self.bus.data("WebChat.metadata")
        return block

    def last(self, name: str) -> Block:
        """The metadata that the newest event of this name carried."""
        return next(block for told, block in reversed(self.told) if told == name)

    async def does(self, command: str, options: Mapping[str, Any] | None = None) -> Any:
        """Call a command of WebChat."""
        return await self.bus.command(f"WebChat.{command}", options)

    async def says(self, text: str) -> None:
        await self.bus.command("WebChatService.sendMessage", {"message": text})

    async def until(self, holds: Callable[[], object]) -> None:
        """Wait for something to be so, looking whenever there is news."""
        async with asyncio.timeout(PATIENCE_S):
            while not holds():
                self._news.clear()
                await self._news.wait()

    async def until_told(self, name: str) -> Block:
        """Wait for WebChat to publish `name`; the metadata it carries."""
        await self.until(lambda: name in self.names)
        return self.last(name)


@asynccontextmanager
async def visitor_page(
    url: str, store: StateStore, clock: HandClock, **config: Any
) -> AsyncIterator[VisitorPage]:
    """A page that has loaded, with the session of the page before if there was one."""
    page = VisitorPage(url, store, clock, config)
    try:
        await page.service.begin()
        for _ in range(10):  # What the beginning has published is on its way.
            await asyncio.sleep(0)
        yield page
    finally:
        await page.service.aclose()
