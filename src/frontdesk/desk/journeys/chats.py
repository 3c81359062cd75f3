"""Tells journeys how the chats went that came of them: follows the main log, from where it had come to.

One node at a time does it. The two databases are written one after the other, so what was told may be told
again after a crash; what follows from it the second time is nothing.
"""

import asyncio
import contextlib
from collections import OrderedDict
from collections.abc import Callable, Sequence

import structlog

from frontdesk.desk.folding import event_of
from frontdesk.desk.identity import stream_of
from frontdesk.desk.journeys.chat_context import Context, context_in
from frontdesk.desk.journeys.chat_news import ROOT
from frontdesk.desk.journeys.customers import Customers
from frontdesk.desk.journeys.kept_follower import KeptFollower, Passages
from frontdesk.domain import events
from frontdesk.domain.card import card_in
from frontdesk.domain.interaction import PEOPLE, Phase
from frontdesk.domain.journey import chatting
from frontdesk.domain.journey.chat_summary import ChatSumming
from frontdesk.domain.journey.customer import Customer
from frontdesk.domain.journey.definitions import Definitions
from frontdesk.domain.journey.facts import ChatSummary, Fact
from frontdesk.domain.visitor import JOURNEY_KEY
from frontdesk.errors import Conflict, TooNew, Unavailable
from frontdesk.store.log import Ledger, Recorded

NAME = "journeys-chats"
KNOWN_MAX = 50_000  # Chats of which it is known whether they came of a journey; of others the log is asked.
VISITOR = 1
PAGE = 200  # Events of a chat that are read at once.

_KEY = JOURNEY_KEY.encode()

_log = structlog.get_logger("journeys")


class JourneyChats:
    """Brings what happens to chats to the customers whose they are. `news` is the log of chats, sifted."""

    def __init__(
        self,
        store: Ledger,
        news: Passages,
        customers: Customers,
        definitions: Callable[[], Definitions],
        clock_ms: Callable[[], int],
        node_id: str,
    ) -> None:
        self._store = store
        self._customers = customers
        self._definitions = definitions
        self._known: OrderedDict[str, tuple[Context | None, str]] = OrderedDict()
        self._follower = KeptFollower(store, news, NAME, self.take, clock_ms, node_id)

    async def load(self) -> None:
        """Begin where the log ends, if nobody has begun yet; call it before any chat can start."""
        await self._follower.load()

    async def run(self) -> None:
        """Tell until cancelled."""
        await self._follower.run()

    async def take(self, batch: Sequence[Recorded]) -> None:
        """Tell of a batch: of each chat in order, of several side by side.

        Errors:  `Unavailable`: nothing of the batch counts as told.
        """
        by_chat: dict[str, list[Recorded]] = {}
        for record in batch:
            by_chat.setdefault(record.stream.removeprefix(ROOT), []).append(record)
        taken = [self._take(interaction_id, records) for interaction_id, records in by_chat.items()]
        for outcome in await asyncio.gather(*taken, return_exceptions=True):
            if isinstance(outcome, BaseException):
                raise outcome

    async def _take(self, interaction_id: str, records: Sequence[Recorded]) -> None:
        for record in records:
            try:
                await self._tell(interaction_id, record)
            except TooNew:
                _log.warning("too_new", interaction_id=interaction_id, version=record.version)
            except Conflict as error:
                raise Unavailable(str(error)) from error
            except Unavailable:
                raise
            except Exception:  # noqa: BLE001  # A fault of ours in one chat must not silence all others.
                _log.exception("chat_not_told", interaction_id=interaction_id, version=record.version)

    async def _tell(self, interaction_id: str, record: Recorded) -> None:
        context, service = await self._context(interaction_id, record)
        if context is None:
            return
        event = event_of(record.body)
        is_going_on = await self._is_going_on(interaction_id) if _may_hold(event) else False
        is_over = isinstance(event, events.Ended) and bool(context.action_id)
        chat = await self._summary(interaction_id, record.version) if is_over else None

        def decide(customer: Customer, now_ms: int) -> Sequence[Fact]:
            return self._decided(customer, interaction_id, context, service, event, is_going_on, chat, now_ms)

        await self._customers.change(context.customer_id, decide)

    def _decided(
        self,
        customer: Customer,
        interaction_id: str,
        context: Context,
        service: str,
        event: events.Event,
        is_going_on: bool,
        chat: ChatSummary | None,
        now_ms: int,
    ) -> Sequence[Fact]:
        action_id = context.action_id
        match event:
            case events.Started() | events.Woke() | events.CameBack():
                return chatting.began(
                    customer,
                    interaction_id,
                    context.visit_id,
                    action_id if isinstance(event, events.Started) else "",
                    is_ours=self._is_of_site(customer, service),
                    is_going_on=is_going_on,
                    now_ms=now_ms,
                )
            case events.Joined() | events.Appeared() if is_seen_person(event):
                return chatting.joined(customer, interaction_id, action_id, now_ms)
            case events.Rested():
                return chatting.rested(customer, interaction_id)
            case events.Ended():
                by_visitor = event.party_id == VISITOR
                return chatting.ended(
                    customer,
                    interaction_id,
                    action_id,
                    by_visitor=by_visitor,
                    reason=event.reason,
                    chat=chat,
                    now_ms=now_ms,
                )
            case _:
                return ()

    def _is_of_site(self, customer: Customer, service: str) -> bool:
        """Whether a chat of this service may have come of the site; one that names no service has any."""
        deployment = self._definitions().deployments.get(customer.visit.deployment_id)
        return deployment is not None and deployment.service in ("", service)

    async def _is_going_on(self, interaction_id: str) -> bool:
        """Whether a chat goes on: what is told again of one that has ended holds no visit open."""
        filed = await self._store.card(stream_of(interaction_id))
        card = card_in(filed.body) if filed is not None else None
        return card is not None and card.phase in (Phase.WAITING, Phase.ACTIVE)

    async def _summary(self, interaction_id: str, end: int) -> ChatSummary | None:
        """How a chat was that ended with this event; None of one that is kept no more.

        Shape:   what a newer version wrote is not counted: the end matters more than how it was.
        Errors:  `Unavailable`.
        """
        summing, version = ChatSumming(), 0
        while version < end:
            records = await self._store.read(stream_of(interaction_id), version, limit=PAGE)
            if not records:
                break
            for record in records:
                if record.version <= end:
                    with contextlib.suppress(TooNew):
                        summing.take(event_of(record.body), record.time_ms)
            version = records[-1].version
        return summing.summary()

    # --- which chats came of a journey -----------------------------------------------------------

    async def _context(self, interaction_id: str, record: Recorded) -> tuple[Context | None, str]:
        """The context of a chat and its service; its first fact has both."""
        known = self._known.get(interaction_id)
        if known is not None:
            self._known.move_to_end(interaction_id)
            return known
        first = record
        if record.version > 1:
            found = await self._store.read(stream_of(interaction_id), limit=1)
            first = found[0] if found else record
        known = None, ""
        if _KEY in first.body:
            started = event_of(first.body)
            if isinstance(started, events.Started):
                known = context_in(started.user_data), started.service
        self._known[interaction_id] = known
        if len(self._known) > KNOWN_MAX:
            self._known.popitem(last=False)
        return known


def is_seen_person(event: events.Joined | events.Appeared) -> bool:
    """Whether a person came whom the visitor sees: no bot, and nobody who only looks on."""
    return event.kind in PEOPLE and event.visibility is events.Visibility.ALL


def _may_hold(event: events.Event) -> bool:
    return isinstance(event, events.Started | events.Woke | events.CameBack)
