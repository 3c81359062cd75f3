"""Where journeys of visitors are: nowhere, or in this process."""

import functools
from collections.abc import Callable, Sequence

from msgspec import Struct
from starlette.routing import Route

from frontdesk.desk.floor import Floor
from frontdesk.desk.interactions import Interactions
from frontdesk.desk.journeys.chat_news import chat_news
from frontdesk.desk.journeys.queue_answers import QueueAnswers
from frontdesk.desk.services import ServiceBook
from frontdesk.desk.working import Work
from frontdesk.edges.journey_door import JourneyDoor, NearDoor
from frontdesk.edges.metrics import Metrics
from frontdesk.edges.traffic import Traffic
from frontdesk.edges.workspace_caller import Callers
from frontdesk.edges.workspace_journey import WorkspaceJourney
from frontdesk.journey_parts import JourneyParts, SiteParts
from frontdesk.settings import Settings
from frontdesk.store.log import Recorded, Store
from frontdesk.store.open import Database

DEFINITIONS = "journeys"
"""How the streams of the main log begin that hold what is defined."""


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


def journey_home(settings: Settings, database: Database | None, node: NodeParts) -> NoJourneys:
    """Journeys, where they have a database."""
    return NoJourneys() if database is None else JourneysHere(settings, database, node)
