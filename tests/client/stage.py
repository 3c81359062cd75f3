"""A visitor's side on a stage: a real bus and service, a scripted server on the loopback, our own clock."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

import httpx2

from frontdesk.client.bus import Bus, CommandRejected, Event
from frontdesk.client.options import Options
from frontdesk.client.promise import Promise
from frontdesk.client.service_events import EVENTS
from frontdesk.client.state_store import MemoryStorage, StateStore
from frontdesk.client.transport import Supports, Transport
from frontdesk.client.v2 import V2Transport
from frontdesk.client.webchat import WebChat
from frontdesk.client.webchat_service import TransportFactory, WebChatService
from tests.client.desk import Desk
from tests.client.manual_clock import ManualClock
from tests.client.scripted_server import ScriptedServer, serving
from tests.patience import PATIENCE_MS, PATIENCE_S

QUIET_TURNS = 15  # The loop has come to rest when nothing was published or asked in so many turns.
UNHEARD = ("ajaxResponse", "capabilitiesChanged", "ready")
LIFECYCLE = ("ready", "opened", "started", "cancelled", "submitted", "rejected", "completed", "closed")


class Counting(httpx2.AsyncBaseTransport):
    """Counts the requests that are under way."""

    def __init__(self) -> None:
        self._inner = httpx2.AsyncHTTPTransport(verify=False)  # Loading certificates takes long.
        self.under_way = 0

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        self.under_way += 1
        try:
            response = await self._inner.handle_async_request(request)
            await response.aread()
        finally:
            self.under_way -= 1
        return response

    async def aclose(self) -> None:
        await self._inner.aclose()


class Stage:
    """One page of a visitor, and the ones after it.

    Shape:   `heard` is what was published, in order; names of the service stand without its namespace.
    """

    def __init__(self, server: ScriptedServer, config: Mapping[str, Any], *, page: Mapping[str, str]) -> None:
        self.server = server
        self.desk = server.desk
        self.clock = ManualClock()
        self.storage = MemoryStorage()
        self.config = {"dataURL": server.url, "ajaxTimeout": PATIENCE_MS, **config}
        self.heard: list[tuple[str, Any]] = []
        self.page = page
        self.wire = Counting()
        self.http = httpx2.AsyncClient(transport=self.wire, timeout=None)
        self.transports: dict[str, TransportFactory] = {"bare": self._bare}
        self.bus: Bus
        self.service: WebChatService

    async def load(self) -> None:
        """A page comes up: a new bus with new plugins, and what was kept."""
        self.bus = Bus(self.clock)
        store = StateStore(self.storage)
        self.service = WebChatService(
            self.bus,
            self.config,
            store=store,
            clock=self.clock,
            http=self.http,
            page=self.page,
            transports=self.transports,
        )
        for name in EVENTS:
            if name not in UNHEARD:
                self.bus.subscribe(f"WebChatService.{name}", self._hear)
        for name in LIFECYCLE:
            self.bus.subscribe(f"WebChat.{name}", self._hear)
        WebChat(self.bus, store=store)
        begun = asyncio.ensure_future(self.service.begin())
        await self.settle()
        if not self.server.waiting:
            await begun

    async def reload(self, away_ms: float = 0) -> None:
        """The page goes and comes again."""
        self.service.engine.close()
        self.clock.step(self.clock.now_ms() + away_ms)
        await self.load()

    def call(self, address: str, options: Mapping[str, Any] | None = None) -> Promise:
        """Call a command and do not wait."""
        return self.bus.command(address if "." in address else f"WebChatService.{address}", options)

    async def do(self, address: str, options: Mapping[str, Any] | None = None) -> Any:
        """Call a command; what it resolves with, once all has come to rest."""
        promise = self.call(address, options)
        await self.settle()
        try:
            return await asyncio.wait_for(
                promise, PATIENCE_S
            )  # A file may still be on its way from the disk.
        finally:
            await self.settle()

    async def refused(self, address: str, options: Mapping[str, Any] | None = None) -> Any:
        """Call a command that is rejected; the reason."""
        try:
            result = await self.do(address, options)
        except CommandRejected as rejected:
            return rejected.reason
        raise AssertionError(f"{address} was resolved with {result}")

    async def settle(self) -> None:
        """Let everything happen that needs no clock."""
        quiet, seen = 0, self._pulse()
        while quiet < QUIET_TURNS:
            if self.wire.under_way > self.server.waiting:
                await asyncio.sleep(0.0005)
                quiet = 0
                continue
            await asyncio.sleep(0)
            quiet, seen = (quiet + 1, seen) if seen == self._pulse() else (0, self._pulse())

    async def wait(self, duration_ms: float) -> None:
        """Let time pass."""
        until_ms = self.clock.now_ms() + duration_ms
        await self.settle()
        while self.clock.step(until_ms):
            await self.settle()

    async def start(self, **options: Any) -> Any:
        """Start a chat and forget what was heard of it."""
        response = await self.do("startChat", {"nickname": "Ada", **options})
        await self.wait(250)
        self.heard.clear()
        self.server.requests.clear()
        return response

    @property
    def names(self) -> list[str]:
        return [name for name, _ in self.heard]

    def data(self, name: str) -> list[Any]:
        """The data of each such event."""
        return [data for heard, data in self.heard if heard == name]

    def asked(self, *but: str) -> list[str]:
        """The operations the server was asked for, without polls unless `but` names them."""
        return [
            one.operation for one in self.server.requests if one.operation != "refresh" or "refresh" in but
        ]

    def _bare(self, options: Options) -> Transport:
        """A transport that can do no more than it must; `transport: {type: 'bare'}` selects it."""
        bare = V2Transport(options.data_url, http=self.http)
        bare.supports = Supports(
            polling=False, custom_notice=False, user_data=False, file_upload=False, file_download=False
        )
        return bare

    def _hear(self, event: Event) -> None:
        name = event.event.removeprefix("WebChatService.")
        if event.event != "WebChat.ready":
            self.heard.append((name, event.data))

    def _pulse(self) -> tuple[int, int, int]:
        return len(self.heard), len(self.server.requests), self.wire.under_way


@asynccontextmanager
async def on_stage(
    config: Mapping[str, Any] | None = None,
    *,
    desk: Desk | None = None,
    page: Mapping[str, str] | None = None,
) -> AsyncIterator[Stage]:
    """A stage with a page on it."""
    async with serving(desk or Desk()) as server:
        stage = Stage(server, config or {}, page=page or {})
        async with stage.http:
            await stage.load()
            try:
                yield stage
            finally:
                stage.service.engine.close()
