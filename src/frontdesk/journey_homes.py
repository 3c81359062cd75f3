"""Where journeys of visitors are: nowhere, in this process, or in one of their own."""

import asyncio
import functools
from collections.abc import Callable, Sequence

import msgspec
import structlog
from msgspec import Raw, Struct
from starlette.routing import Route

from frontdesk.desk.floor import Floor
from frontdesk.desk.interactions import Interactions
from frontdesk.desk.journeys.chat_context import Context
from frontdesk.desk.journeys.chat_news import chat_news
from frontdesk.desk.journeys.queue_answers import QueueAnswers
from frontdesk.desk.services import ServiceBook
from frontdesk.desk.working import Work
from frontdesk.domain.journey.defining import STREAM
from frontdesk.edges.apart.floor_news import FloorNews
from frontdesk.edges.apart.line import Line
from frontdesk.edges.apart.messages import (
    Begin,
    Beside,
    DefinitionsChanged,
    LimitReached,
    Measure,
    RefusedHere,
    Reply,
    Requests,
    Told,
    Wanted,
    Watch,
)
from frontdesk.edges.apart.node_desk import NodeDesk
from frontdesk.edges.apart.process import JourneyProcess
from frontdesk.edges.apart.relay import JourneyRelay
from frontdesk.edges.journey_door import JourneyDoor, NearDoor
from frontdesk.edges.metrics import Metrics
from frontdesk.edges.traffic import Traffic
from frontdesk.edges.workspace_caller import Callers
from frontdesk.edges.workspace_journey import WorkspaceJourney
from frontdesk.errors import DeskError, Unavailable
from frontdesk.journey_parts import JourneyParts, SiteParts
from frontdesk.settings import Settings
from frontdesk.store.address import MemoryAddress, parse
from frontdesk.store.log import Recorded, Store
from frontdesk.store.open import Database

DEFINITIONS = "journeys"
"""How the streams of the main log begin that hold what is defined."""
MEASURED_WITHIN_S = 5.0  # Less than those who collect such numbers wait.

_log = structlog.get_logger("journeys")


class NodeParts(Struct, frozen=True, eq=False):
    """What journeys need of a node, wherever they are. Shape: `store` is the main log."""

    store: Store
    interactions: Interactions
    services: ServiceBook
    floor: Floor
    traffic: Traffic
    metrics: Metrics
    callers: Callers
    clock_ms: Callable[[], int]
    secret: str
    node_id: str


class NoJourneys:
    """Nobody is followed."""

    door: JourneyDoor | None = None

    def routes(self) -> Sequence[Route]:
        return ()

    async def load(self) -> None:
        """There is nothing to read."""

    def heard(self, _name: str, _record: Recorded) -> None:
        """Nothing is defined."""

    def chat_heard(self, _interaction_id: str, _record: Recorded) -> None:
        """No chat comes of an offer."""

    def work(self) -> Sequence[Work]:
        return ()

    async def measured(self) -> bytes:
        """What another process counts."""
        return b""

    async def aclose(self) -> None:
        """Nothing runs."""


class JourneysHere(NoJourneys):
    """They share this process."""

    def __init__(self, settings: Settings, database: Database, node: NodeParts) -> None:
        self._answers, self._floor = QueueAnswers(node.clock_ms), node.floor
        self.parts = JourneyParts(settings, database, self._site(node))
        node.metrics.registry.register(self.parts.counts)
        self.door = NearDoor(self.parts.taking_in, node.traffic, node.metrics)
        self._beside = WorkspaceJourney(node.interactions, node.callers, self.parts.beside)

    def _site(self, node: NodeParts) -> SiteParts:
        return SiteParts(
            log=node.store,
            chat_news=functools.partial(chat_news, node.store),
            services=node.services,
            outlook=node.floor.outlook,
            answers=self._answers,
            callers=node.callers,
            is_too_much=node.traffic.is_too_much,
            limit_reached=node.metrics.refused,
            clock_ms=node.clock_ms,
            secret=node.secret,
            node_id=node.node_id,
        )

    def routes(self) -> Sequence[Route]:
        """What is answered to who manages journeys, and to agents of their chats."""
        return [*self.parts.routes(), *self._beside.routes()]

    async def load(self) -> None:
        """Read what is defined now; from here on `heard` keeps it true."""
        await self.parts.load()
        self._answers.load(self._floor)

    def heard(self, name: str, record: Recorded) -> None:
        """What is defined was changed."""
        self.parts.heard(name, record)

    def chat_heard(self, interaction_id: str, record: Recorded) -> None:
        """Something happened in a chat."""
        self._answers.heard(interaction_id, record)

    def work(self) -> Sequence[Work]:
        """What runs as long as the server does, by name."""
        return self.parts.work()


class JourneysApart(NoJourneys):
    """They have a process of their own, which begins when something is defined, or when it is first asked."""

    def __init__(self, settings: Settings, node: NodeParts) -> None:
        self._node = node
        self._settings = msgspec.json.encode(settings)
        self._answers = QueueAnswers(node.clock_ms)
        self._floor_news = FloorNews(node.floor, self._answers)
        body_read_s = settings.limits.body_read_s
        self._relay = JourneyRelay(settings.journeys, node.traffic, node.metrics, body_read_s)
        self.process = self._relay.process = JourneyProcess(self._begin, self._connect, self._lost)
        self.door = self._relay
        self._beside = WorkspaceJourney(node.interactions, node.callers, self._ask_beside)
        self._line: Line | None = None  # Of the newest process, which may still be getting ready.
        self._beginning: asyncio.Task[None] | None = None
        node.metrics.show("journey_process_lives", "Processes of journeys begun.", lambda: self.process.lives)

    def routes(self) -> Sequence[Route]:
        """What agents are answered of their chats."""
        return self._beside.routes()

    async def load(self) -> None:
        """Begin, if there is anything to do. Errors: `DeskError`."""
        self._answers.load(self._node.floor)
        if await self._node.store.read(STREAM, limit=1):
            await self.process.start()

    def heard(self, _name: str, _record: Recorded) -> None:
        """What is defined was changed, perhaps by another node, and perhaps for the first time."""
        if self._line is not None:
            self._line.tell(DefinitionsChanged())
        elif not self.process.is_kept and self._beginning is None:
            self._beginning = asyncio.ensure_future(self._begin_late())

    def chat_heard(self, interaction_id: str, record: Recorded) -> None:
        """Something happened in a chat."""
        self._answers.heard(interaction_id, record)

    async def measured(self) -> bytes:
        """What it counts; nothing while there is none, or when it takes too long to say."""
        line = self.process.line
        if line is None:
            return b""
        if times := self._relay.refused_since():
            line.tell(RefusedHere(times))  # So that it counts as if the process had refused it.
        try:
            async with asyncio.timeout(MEASURED_WITHIN_S):
                return await line.ask(Measure(), bytes)
        except (Unavailable, TimeoutError):
            return b""

    async def aclose(self) -> None:
        """End it, with what is under way answered."""
        await self.process.aclose()
        if self._beginning is not None:
            await self._beginning

    async def _begin_late(self) -> None:
        try:
            await self.process.start()
        except DeskError as error:
            _log.warning("journey_process_not_begun", reason=str(error))

    def _begin(self) -> Begin:
        assert self._line is not None
        self._floor_news.begin(self._line.tell)
        waited = tuple(self._answers.lately())
        return Begin(self._settings, self._node.secret, self._node.node_id, waited)

    def _connect(self) -> Line:
        desk = NodeDesk(self._node.store, self._node.callers.known)
        line = self._line = Line(desk.carry_out, self._hear)
        line.lost.add_done_callback(lambda _: desk.close())
        return line

    def _lost(self) -> None:
        self._line = None
        self._floor_news.end()
        self._relay.lost()

    def _hear(self, heard: Requests | Told) -> None:
        match heard:
            case Reply():
                self._relay.hear(heard)
            case Wanted():
                self._relay.want(heard.number)
            case Watch():
                self._floor_news.watch(heard.queues)
            case LimitReached():
                self._node.metrics.refused(heard.name)
            case _:
                raise AssertionError(f"a node is not told this: {heard}")

    async def _ask_beside(self, context: Context, known: str) -> object:
        line = self.process.line
        if line is None:
            raise Unavailable("journeys are being started", retry_after_s=1)
        return Raw(await line.ask(Beside(context, known), bytes))


def want_apart(settings: Settings) -> bool:
    """Whether they are to have a process of their own: two processes cannot share a database in memory."""
    is_in_memory = isinstance(parse(settings.database.url), MemoryAddress)
    return settings.journeys.is_on and settings.journeys.process == "own" and not is_in_memory


def journey_home(
    settings: Settings, database: Database | None, node: NodeParts, *, are_apart: bool
) -> NoJourneys:
    """Journeys: apart, or else here, where they have a database."""
    if are_apart:
        return JourneysApart(settings, node)
    return NoJourneys() if database is None else JourneysHere(settings, database, node)
