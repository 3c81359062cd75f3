"""The composition root: opens what a node needs, has its parts put together (`parts.py`), and runs them."""

import asyncio
import contextlib
import signal
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence

import structlog

from frontdesk.desk.orchestration.applications import Applications
from frontdesk.desk.orchestration.orchestration import Orchestration
from frontdesk.desk.secrets import shared_secret
from frontdesk.desk.working import working
from frontdesk.domain.agent import Role
from frontdesk.edges.server import answering, listen
from frontdesk.interpreter import calm_collector, make_ready
from frontdesk.interpreter import wall_clock_ms as wall_clock_ms
from frontdesk.journey_homes import JourneysHere, want_apart
from frontdesk.journey_parts import JourneyParts
from frontdesk.parts import Clock, Parts
from frontdesk.settings import Settings
from frontdesk.store.account import Account
from frontdesk.store.files import open_files
from frontdesk.store.open import open_database, open_journeys

TOKENS_SIGNED_BY = "visitor_tokens"

_log = structlog.get_logger("main")


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
    settings: Settings,
    *,
    is_demo: bool = False,
    has_processes: bool = False,
    clock_ms: Clock = wall_clock_ms,
) -> AsyncIterator[Server]:
    """A server that answers, until the block is left; then it stops gracefully.

    Shape:   port 0 is a free port; `url` is the address on this machine. What the settings want in a process
             of its own gets one only with `has_processes`; they go by the clock of the machine.
    Errors:  `DeskError` saying what to do when the port, the database or the files cannot be used.
    """
    listener = listen(settings.server.host, settings.server.port)
    port = listener.getsockname()[1]
    async with contextlib.AsyncExitStack() as opened:
        opened.callback(listener.close)
        database = await open_database(settings.database)
        opened.push_async_callback(database.aclose)
        apart = has_processes and want_apart(settings)
        journeys = await open_journeys(settings.database) if settings.journeys.is_on and not apart else None
        if journeys is not None:
            opened.push_async_callback(journeys.aclose)
        files = open_files(settings.files)
        opened.push_async_callback(files.aclose)
        await files.ping()
        secret = await shared_secret(database.store, TOKENS_SIGNED_BY, clock_ms())
        parts = Parts(
            settings, database, journeys, files, clock_ms, secret, is_demo=is_demo, journeys_are_apart=apart
        )
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
    make_ready()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    try:
        async with running(settings, is_demo=is_demo, has_processes=True) as server:
            calm_collector()
            if on_ready is not None:
                await on_ready(server)
            await stop.wait()
    finally:
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.remove_signal_handler(number)
