"""Nodes that run sessions, on a real store, by a clock that only the tests move."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

from frontdesk.desk.orchestration.application_files import ApplicationSettings, Document
from frontdesk.desk.orchestration.contexts import Contexts
from frontdesk.desk.orchestration.engine import Engine, Here
from frontdesk.desk.orchestration.modules import Delivery, Request
from frontdesk.desk.orchestration.orchestration import Orchestration
from frontdesk.desk.orchestration.streams import KIND, ROOT
from frontdesk.desk.timers import Timers
from frontdesk.domain.application import version_of
from frontdesk.domain.orchestration.facts import Stepped
from frontdesk.domain.orchestration.session import Life, Session
from frontdesk.domain.orchestration.stepping import Times
from frontdesk.errors import NotFound
from frontdesk.scxml.events import Event
from frontdesk.scxml.limits import Limits
from frontdesk.scxml.outputs import Logged
from frontdesk.scxml.packed import pack
from frontdesk.store.log import Store
from frontdesk.store.memory import MemoryStore
from tests.desk.nodes import Clock
from tests.patience import PATIENCE_S

SPACES = (
    'xmlns="http://www.w3.org/2005/07/scxml" xmlns:xi="http://www.w3.org/2001/XInclude" '
    'xmlns:ixn="www.genesyslab.com/modules/interaction" xmlns:queue="www.genesyslab.com/modules/queue" '
    'xmlns:session="www.genesyslab.com/modules/session"'
)


def w3c(inside: str, attributes: str = "") -> bytes:
    """A W3C document."""
    return f'<scxml {SPACES} version="1.0" datamodel="ecmascript" {attributes}>{inside}</scxml>'.encode()


def ors(inside: str, attributes: str = "") -> bytes:
    """A document of the ORS dialect."""
    return f'<scxml {SPACES} profile="ecmascript" {attributes}>{inside}</scxml>'.encode()


class Shelf:
    """Applications that a test wrote down."""

    def __init__(self, **documents: bytes | Mapping[str, bytes]) -> None:
        self._applications: dict[str, Document] = {}
        for name, given in documents.items():
            files = {"main.scxml": given} if isinstance(given, bytes) else dict(given)
            settings = ApplicationSettings(name=name, document="main.scxml", exmode="lax")
            self._applications[name] = Document(name, version_of(files), settings, files)

    async def document(self, name: str, version: str = "") -> Document:
        found = self._applications.get(name)
        if found is None or version not in ("", found.version):
            raise NotFound(f"there is no application {name}")
        return found


class Ear:
    """A module that notes what it is asked, and answers what it was told to, when it was told to at once."""

    def __init__(self, delivery: Delivery, *, answers: bool = True) -> None:
        self.delivery = delivery
        self.answers = answers
        self.asked: list[Request] = []
        self.dropped: list[Request] = []

    async def carry_out(self, request: Request) -> None:
        self.asked.append(request)
        if self.answers:
            await self.delivery.deliver(request.session_id, [request.done()], key=request.request_id)

    async def drop(self, request: Request) -> None:
        self.dropped.append(request)


class Stage:
    """One node's sessions, which go on only as far as a test lets them."""

    def __init__(
        self,
        store: Store,
        clock: Clock,
        shelf: Shelf,
        engine: Engine | None = None,
        name: str = "a",
        times: Times | None = None,
        **more: Any,
    ) -> None:
        self.store = store
        self.clock = clock
        self.engine = engine or Here(Contexts(Limits(), lambda: 0.0))
        self.orchestration = Orchestration(
            store, self.engine, shelf, clock, f"node {name}", times or Times(requests_ms={"queue": 0}), **more
        )
        self.sessions = self.orchestration.sessions
        self.timers = Timers(store, clock, {"session": self.orchestration.tick})
        self.position = 0

    async def start(self, application: str, data: Mapping[str, Any] | None = None, **more: Any) -> str:
        session_id = await self.sessions.start(application, data, **more)
        await self.settle()
        return session_id

    async def send(self, session_id: str, name: str, data: Any = None, key: str = "") -> None:
        event = Event(name, data="" if data is None else pack(data))
        self._keys = getattr(self, "_keys", 0) + 1
        await self.sessions.tell(session_id, [event], key=key or f"test/{self._keys}")
        await self.settle()

    async def settle(self) -> None:
        """Let everything happen that follows at this time."""
        while True:
            await self.orchestration.runner.lives.quiet()
            await self.orchestration.errands.quiet()
            if not self.orchestration.runner.lives.is_busy and not self.orchestration.errands.is_busy:
                return

    async def after_s(self, seconds: float) -> None:
        """Let time pass, and fire what is due then."""
        self.clock.after_s(seconds)
        await self.orchestration.shards.look()
        await self.fire()

    async def fire(self) -> None:
        for stream in await self.store.claim_due(self.clock(), 10_000, 1000):
            try:
                await self.orchestration.tick(stream.removeprefix(ROOT))
            except NotFound:
                continue
        await self.settle()

    async def session(self, session_id: str) -> Session:
        return await self.sessions.session(session_id)

    async def said(self, session_id: str) -> list[str]:
        """What the session has logged, by its stream."""
        found: list[str] = []
        for fact, _ in await self.orchestration.streams.history(session_id):
            found += [o.text for o in getattr(fact, "outputs", ()) if isinstance(o, Logged)]
        return found

    async def ended_in(self, session_id: str) -> str:
        """The final state that it came to."""
        steps = [f for f, _ in await self.orchestration.streams.history(session_id) if isinstance(f, Stepped)]
        return steps[-1].active[-1]

    def runs(self, session_id: str) -> bool:
        """Whether this node is the one that runs the session."""
        return self.orchestration.shards.fence(session_id) is not None

    async def ids(self) -> list[str]:
        """Every session there is."""
        return [filed.stream.removeprefix(ROOT) for filed in await self.store.cards(KIND)]

    async def follow(self) -> None:
        """Hear of everything that is written, as long as it goes on."""
        async for batch in self.store.follow(0):
            for record in batch:
                if record.stream.startswith(ROOT):
                    self.orchestration.heard(record.stream.removeprefix(ROOT), record)


@asynccontextmanager
async def stage(shelf: Shelf, store: Store | None = None, **more: Any) -> AsyncIterator[Stage]:
    """A node that holds every shard."""
    made = Stage(store or MemoryStore(), more.pop("clock", None) or Clock(), shelf, **more)
    await made.orchestration.shards.look()
    try:
        yield made
    finally:
        await made.orchestration.aclose()
        await asyncio.sleep(0)


async def has_come_to(orchestration: Orchestration, session_id: str, life: Life) -> Session:
    """A session of a running server once it is there."""
    async with asyncio.timeout(PATIENCE_S):
        while (session := await orchestration.sessions.session(session_id)).life is not life:
            await asyncio.sleep(0.02)
    return session


async def has_said(node: Stage, session_id: str, count: int) -> list[str]:
    """What a session has logged, once it is so much."""
    async with asyncio.timeout(PATIENCE_S):
        while len(said := await node.said(session_id)) < count:
            await asyncio.sleep(0.02)
    return said
