"""The composition root: opens what a node needs, has its parts put together (`parts.py`), and runs them."""

import asyncio
import contextlib
import gc
import signal
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence

import structlog

from frontdesk.desk.orchestration.applications import Applications
from frontdesk.desk.orchestration.orchestration import Orchestration
from frontdesk.desk.secrets import shared_secret
from frontdesk.desk.working import working
from frontdesk.domain.agent import Role
from frontdesk.edges.server import answering, listen
from frontdesk.journey_homes import JourneysHere
from frontdesk.journey_parts import JourneyParts
from frontdesk.parts import Clock, Parts
from frontdesk.settings import Settings
from frontdesk.store.account import Account
from frontdesk.store.files import open_files
from frontdesk.store.open import open_database, open_journeys

COLLECT_AFTER_OBJECTS = 20_000
SWITCH_AFTER_S = 0.0005
TOKENS_SIGNED_BY = "visitor_tokens"

_log = structlog.get_logger("main")


def wall_clock_ms() -> int:
    return time.time_ns() // 1_000_000


class Server:
    """A running server."""

    def __init__(self, parts: Parts, port: int, url: str) -> None:
        self._parts = parts
        self.port = port
        self.url = url

    @property
    def orchestration(self) -> Orchestration:
        """The sessions of this node."""
        return self._parts.orchestration

    @property
    def applications(self) -> Applications:
        """What sessions run."""
        return self._parts.applications

    @property
    def journeys(self) -> JourneyParts | None:
        """Visits to sites, when they are in this process."""
        journeys = self._parts.journeys
        return journeys.parts if isinstance(journeys, JourneysHere) else None

    def stop(self) -> None:
        """Let agents and bots go, and take in nobody new; leaving the block does this first."""
        self._parts.stop()

    async def add_account(
        self,
        *,
        login: str,
        password: str,
        role: str = "agent",
        capacity: int = 5,
        name: str = "",
        skills: Sequence[str] = (),
    ) -> Account:
        """A new account. Errors: as `Staff.add`."""
        account = await self._parts.staff.add(
            login, password, name=name, role=Role(role), capacity=capacity, skills=skills
        )
        if account.role is Role.BOT:
            self._parts.services.know_bot(account.login, account.account_id)
        return account


@contextlib.asynccontextmanager
async def running(
    settings: Settings, *, is_demo: bool = False, clock_ms: Clock = wall_clock_ms
) -> AsyncIterator[Server]:
    """A server that answers, until the block is left; then it stops gracefully.

    Shape:   port 0 is a free port; `url` is the address on this machine.
    Errors:  `DeskError` saying what to do when the port, the database or the files cannot be used.
    """
    listener = listen(settings.server.host, settings.server.port)
    port = listener.getsockname()[1]
    async with contextlib.AsyncExitStack() as opened:
        opened.callback(listener.close)
        database = await open_database(settings.database)
        opened.push_async_callback(database.aclose)
        journeys = await open_journeys(settings.database) if settings.journeys.is_on else None
        if journeys is not None:
            opened.push_async_callback(journeys.aclose)
        files = open_files(settings.files)
        opened.push_async_callback(files.aclose)
        await files.ping()
        secret = await shared_secret(database.store, TOKENS_SIGNED_BY, clock_ms())
        parts = Parts(settings, database, journeys, files, clock_ms, secret, is_demo=is_demo)
        opened.push_async_callback(parts.aclose)
        await parts.load()
        answers = answering(
            parts.app, settings, listener, before_stop=parts.stop, refused=parts.metrics.refused
        )
        async with working(parts.work()), answers:
            host = settings.server.host if settings.server.host not in ("0.0.0.0", "::") else "127.0.0.1"  # noqa: S104
            server = Server(parts, port, f"http://{f'[{host}]' if ':' in host else host}:{port}")
            _log.info("serving", url=server.url)
            yield server
            _log.info("stopping")


async def serve(
    settings: Settings, *, is_demo: bool = False, on_ready: Callable[[Server], Awaitable[None]] | None = None
) -> None:
    """Serve until SIGINT or SIGTERM. `on_ready` is called once the server answers."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    gc.disable()  # Loading makes many objects and no garbage.
    # A thread that writes to the database asks for the interpreter several times in each transaction, and
    # would wait for up to 5 ms each time while the event loop is busy.
    sys.setswitchinterval(SWITCH_AFTER_S)
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    try:
        async with running(settings, is_demo=is_demo) as server:
            _calm_collector()
            if on_ready is not None:
                await on_ready(server)
            await stop.wait()
    finally:
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.remove_signal_handler(number)


def _calm_collector() -> None:
    """Look for cycles of garbage seldom, and never among what lives as long as the server.

    Nearly nothing here is a cycle; by default, the collector would walk every chat that is held each time a
    few ten thousand objects were made, while everybody waits.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(COLLECT_AFTER_OBJECTS, 20, 50)
    gc.enable()
