"""Journeys of visitors as the settings want them: their own log, who is kept, and the ways in."""

from collections.abc import Callable, Sequence

import structlog
from msgspec import Struct
from starlette.routing import Route

from frontdesk.desk.journeys.availability import DeskAvailability
from frontdesk.desk.journeys.beside_chat import news_beside
from frontdesk.desk.journeys.book import Book
from frontdesk.desk.journeys.chat_context import Context
from frontdesk.desk.journeys.chats import JourneyChats
from frontdesk.desk.journeys.collector import Collector
from frontdesk.desk.journeys.consents import Consents
from frontdesk.desk.journeys.counting_together import CountingTogether
from frontdesk.desk.journeys.customers import Customers
from frontdesk.desk.journeys.keeping import Keeping, Why
from frontdesk.desk.journeys.kept_follower import Passages
from frontdesk.desk.journeys.models import Models
from frontdesk.desk.journeys.new_ids import new_ids
from frontdesk.desk.journeys.offer_tally import OfferTally
from frontdesk.desk.journeys.people import People
from frontdesk.desk.journeys.places import locate_by
from frontdesk.desk.journeys.queue_answers import QueueAnswers
from frontdesk.desk.journeys.reports import entered
from frontdesk.desk.journeys.sites import Sites
from frontdesk.desk.journeys.visits import Visits
from frontdesk.desk.journeys.webhooks import Webhooks
from frontdesk.desk.journeys.whose_visit import WhoseVisit
from frontdesk.desk.journeys.withdrawals import Withdrawals
from frontdesk.desk.orchestration.web_client import WebClient
from frontdesk.desk.services import ServiceBook
from frontdesk.desk.timers import Timers
from frontdesk.desk.working import Work
from frontdesk.domain.journey.checks.checking import Around
from frontdesk.domain.journey.definitions import Definitions
from frontdesk.domain.journey.keys import is_key
from frontdesk.domain.journey.site_settings import Privacy
from frontdesk.domain.reception import Outlook
from frontdesk.edges.journey_collector import JourneyCollector
from frontdesk.edges.journey_metrics import JourneyMetrics
from frontdesk.edges.journey_operations import JourneyOperations
from frontdesk.edges.workspace_caller import Callers
from frontdesk.errors import DeskError
from frontdesk.journey_admin_parts import JourneyAdminParts
from frontdesk.settings import Settings
from frontdesk.settings_journeys import WebhookSettings
from frontdesk.store.log import Ledger, Recorded, Store
from frontdesk.store.open import Database

WEBHOOK_ANSWER_BYTES_MAX = 65_536  # Nothing of it is used.

_log = structlog.get_logger("journeys")


class SiteParts(Struct, frozen=True, eq=False):
    """What journeys use of the rest of a node.

    Shape:   `log` is the main one, and `chat_news` what they have to know of it; `secret` is that of all
             nodes; `is_too_much` and `limit_reached` are as of `JourneyCollector`.
    """

    log: Ledger
    chat_news: Passages
    services: ServiceBook
    outlook: Callable[[str], Outlook]
    answers: QueueAnswers
    callers: Callers
    is_too_much: Callable[[str], bool]
    limit_reached: Callable[[str], None]
    clock_ms: Callable[[], int]
    secret: str
    node_id: str


def webhooks(
    settings: WebhookSettings,
    journeys: Store,
    customers: Customers,
    definitions: Callable[[], Definitions],
    site: SiteParts,
    counts: JourneyMetrics,
) -> Webhooks:
    """The calls that maps may make. Names of secrets are the same in any case, as in the environment."""
    client = WebClient(settings.allowed(), body_bytes_max=WEBHOOK_ANSWER_BYTES_MAX)
    secrets = {name.lower(): secret for name, secret in settings.secrets.items()}
    return Webhooks(
        journeys,
        customers,
        client,
        definitions,
        lambda name: secrets.get(name.lower()),
        site.clock_ms,
        site.node_id,
        counts.called,
    )


class JourneyParts:
    """Journeys of one node, put together and not yet running."""

    def __init__(self, settings: Settings, database: Database, site: SiteParts) -> None:
        journeys, clock_ms, key = database.store, site.clock_ms, site.secret.encode()
        new_id = new_ids()
        around = Around(queues=tuple(settings.queues), services=tuple(settings.services), is_key=is_key)
        self.book = Book(site.log, clock_ms, around, new_id)
        self.sites = Sites(self.book.definitions)
        self.book.on_change.append(self.sites.take)
        self.customers = Customers(journeys, clock_ms, quiet_s=settings.journeys.quiet_s)
        self.customers.entries = entered
        self.together = CountingTogether(
            journeys, self.customers, lambda: self.sites.compiled, clock_ms, new_id
        )
        self.people = People(
            journeys, self.customers, self.together, clock_ms, new_id, key, self._unknown_days
        )
        self.whose = WhoseVisit(journeys)
        self._tally = OfferTally(journeys, clock_ms)
        self.rooms = DeskAvailability(
            site.outlook, site.services, self._tally, site.answers, self._defined, clock_ms
        )
        self.models = Models(journeys, self.customers, self._defined, clock_ms, site.node_id)
        self._has_others = database.shares_presence
        self.collector = self._collector(settings, site, new_id)
        self.customers.deadlines.append(self.collector.due_ms)
        self.keeping = Keeping(
            journeys, self.customers, self.together, lambda: self._privacy.retention_days, clock_ms
        )
        self._chats = JourneyChats(
            site.log, site.chat_news, self.customers, self._defined, clock_ms, site.node_id
        )
        withdrawals = Withdrawals(journeys, self.customers, self._withdrew, clock_ms)
        self.counts = JourneyMetrics(lambda: self.customers.held)
        self._webhooks = webhooks(
            settings.journeys.webhooks, journeys, self.customers, self._defined, site, self.counts
        )
        fire = {
            "customer": self._tick,
            "contact": self.people.tick,
            "webhook": self._webhooks.fire,
            "withdrawal": withdrawals.fire,
        }
        self._timers = Timers(journeys, clock_ms, fire)
        self.taking_in = self._taking_in(settings, site, withdrawals)
        self._admin = self._administered(settings, journeys, site, new_id)
        self._visits = Visits(self.customers, self.whose)
        self._clock_ms = clock_ms

    def _collector(self, settings: Settings, site: SiteParts, ids: Callable[[], str]) -> Collector:
        return Collector(
            self.customers,
            self.people,
            self.together,
            self.whose,
            self.sites,
            self.rooms,
            site.clock_ms,
            ids,
            self.models.scores,
            self.models.prepare,
            locate=locate_by(settings.journeys.places),
            has_others=self._has_others,
        )

    def _taking_in(self, settings: Settings, site: SiteParts, withdrawals: Withdrawals) -> JourneyCollector:
        """What pages of sites tell and ask."""
        own, body_read_s = settings.journeys, settings.limits.body_read_s
        consents = Consents(
            self.customers,
            lambda: self._privacy,
            self._withdrew,
            withdrawals,
            site.secret.encode(),
            site.clock_ms,
        )
        operations = JourneyOperations(
            self.collector, consents, self.sites, own, body_read_s, self.counts, site.clock_ms
        )
        return JourneyCollector(
            operations, self.sites, own, site.is_too_much, site.limit_reached, self.counts, site.clock_ms
        )

    def _administered(
        self,
        settings: Settings,
        journeys: Store,
        site: SiteParts,
        ids: Callable[[], str],
    ) -> JourneyAdminParts:
        return JourneyAdminParts(
            settings.journeys.admin_keys,
            site.callers,
            journeys,
            self.book,
            self.customers,
            self.people,
            self.whose,
            self.keeping,
            self.models,
            lambda: self.sites.compiled,
            self.rooms,
            site.clock_ms,
            ids,
            body_read_s=settings.limits.body_read_s,
        )

    @property
    def _privacy(self) -> Privacy:
        return self.book.definitions.settings.privacy

    def _unknown_days(self) -> int:
        return self._privacy.retention_days.unlinked_traits

    def _defined(self) -> Definitions:
        return self.book.definitions

    async def _withdrew(self, customer_id: str) -> None:
        await self.keeping.erase(customer_id, Why.WITHDREW)

    async def _tick(self, customer_id: str) -> None:
        """Do what is due for a customer, then forget what is."""
        await self.collector.tick(customer_id)
        await self.keeping.tick(customer_id)

    def routes(self) -> Sequence[Route]:
        """What is answered to who manages journeys."""
        return self._admin.routes()

    async def beside(self, context: Context, known: str) -> object:
        """The journey that a chat came from. Errors: as `news_beside`."""
        return await news_beside(self._visits, self._defined(), context, known, self._clock_ms())

    async def load(self) -> None:
        """Read what is defined now; from here on `heard` keeps it true."""
        await self.book.load()
        await self._tally.load()
        await self._chats.load()
        await self._webhooks.load()

    async def refresh(self) -> None:
        """Read what was defined since."""
        try:
            await self.book.refresh()
        except DeskError as error:
            _log.warning("definitions_not_read", reason=str(error))

    def heard(self, name: str, record: Recorded) -> None:
        """What is defined was changed."""
        self.book.heard(name, record)

    def work(self) -> Sequence[Work]:
        """What runs as long as the server does, by name."""
        works: list[Work] = [
            ("journey timers", self._timers.run),
            ("journey customers", self.customers.rest),
            ("journey offers", self._tally.run),
            ("journey chats", self._chats.run),
            ("journey webhooks", self._webhooks.run),
            ("journey models", self.models.run),
            *self._admin.work(),
        ]
        if self._has_others:
            works.append(("journey follower", self.customers.follow))
        return works
