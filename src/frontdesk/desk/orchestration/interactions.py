"""Tells sessions what happens to their interactions: follows the log, from where it had come to.

One node at a time does it, under a lease. What it tells has a key made of the interaction and the version of
the fact, and each fact is told before the next one of the same interaction; so a node that begins again a
little earlier, after a crash or because another was thought dead, changes nothing for any session.
"""

import asyncio
import contextlib
import hashlib
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Sequence
from typing import Protocol

import structlog
from msgspec import Struct

from frontdesk.desk.floor import Floor
from frontdesk.desk.folding import fold
from frontdesk.desk.identity import stream_of
from frontdesk.desk.interactions import Interactions
from frontdesk.desk.orchestration.cursor import Cursor
from frontdesk.desk.orchestration.modules import Delivery
from frontdesk.domain import events
from frontdesk.domain.card import InteractionCard, card_in
from frontdesk.domain.events import Event
from frontdesk.domain.interaction import Interaction
from frontdesk.domain.orchestration_events import tellings
from frontdesk.domain.orchestration_news import News, Telling
from frontdesk.domain.owning_commands import Own, SessionOver
from frontdesk.errors import Conflict, DeskError, NotFound, Refused, TooNew, Unavailable
from frontdesk.scxml.events import Event as SessionEvent
from frontdesk.scxml.packed import pack
from frontdesk.store.log import Fence, Recorded, Store

LEASE = "orchestration"
LEASE_MS = 6000
LOOK_AGAIN_S = 1.0
HELD_MAX = 5000  # Interactions whose state is at hand; any other is read again.
UNOWNED_MAX = 50_000  # What is known to belong to no session, so that it need not be looked up again.
ROOT = "interaction/"

# These name their session themselves; what else happens matters to an interaction that has one.
_TELLING = (events.Owned, events.Released, events.Answered, events.MergedInto, events.Moved)
_STARTS = tuple(f'{{"type":"{kind.__name__}"'.encode() for kind in _TELLING)

_log = structlog.get_logger("orchestration")


class ApplicationRules(Struct, frozen=True, kw_only=True):
    """What an application says of the interactions that its sessions have."""

    on_session_end: str = "requeue"
    fallback_queue: str = ""
    events: tuple[str, ...] = ()
    bots: tuple[str, ...] = ()


async def plain_rules(_application: str) -> ApplicationRules:
    """The rules of applications that say nothing."""
    return ApplicationRules()


async def nobody_is(_session_id: str) -> bool:
    """Whether a session is over, and will give up its interactions when what it asked for last is done."""
    return False


RulesOf = Callable[[str], Awaitable[ApplicationRules]]


class Start(Protocol):
    """How a session begins, and what it hears first; one that has begun under this id begins nothing."""

    async def __call__(
        self, application: str, *, session_id: str, events: Sequence[SessionEvent], key: str
    ) -> object: ...


class InteractionNews:
    """Brings facts of interactions to the sessions that have them."""

    def __init__(
        self,
        store: Store,
        interactions: Interactions,
        floor: Floor,
        delivery: Delivery,
        start: Start,
        clock_ms: Callable[[], int],
        node_id: str,
        rules_of: RulesOf = plain_rules,
        is_ending: Callable[[str], Awaitable[bool]] = nobody_is,
    ) -> None:
        self._store = store
        self._interactions = interactions
        self._floor = floor
        self._delivery = delivery
        self._start = start
        self._clock_ms = clock_ms
        self._node_id = node_id
        self._rules_of = rules_of
        self._is_ending = is_ending
        self._cursor = Cursor(store, LEASE, clock_ms)
        self._fence: Fence | None = None
        self._held: OrderedDict[str, Interaction] = OrderedDict()
        self._unowned: dict[str, None] = {}  # Smaller than a set.

    async def load(self) -> None:
        """Begin where the log ends, if nobody has begun yet; call it before any chat can start."""
        await self._cursor.begin()

    async def run(self) -> None:
        """Tell until cancelled."""
        try:
            while True:
                try:
                    if await self._holds_lease():
                        await self._follow()
                except DeskError as error:
                    _log.warning("news_paused", reason=str(error))
                await asyncio.sleep(LOOK_AGAIN_S)
        finally:
            with contextlib.suppress(DeskError):
                if self._fence is not None:
                    await self._cursor.keep(self._fence)
                await self._store.drop_lease(LEASE, self._node_id)

    async def over(
        self, session_id: str, interaction_ids: Sequence[str], application: str, *, is_lost: bool = False
    ) -> None:
        """A session is over: what becomes of the interactions that it had. Errors: `Unavailable`.

        Shape:   `is_lost` when it did not end but is gone with its node: then they begin again where they
                 came in, with another session.
        """
        rules = await self._rules_of(application)
        lost = hashlib.sha256(session_id.encode()).hexdigest()[:8]
        for interaction_id in interaction_ids:
            command = SessionOver(
                session_id=session_id,
                then=rules.on_session_end,
                fallback_queue=rules.fallback_queue,
                again_as=f"{interaction_id}-{lost}" if is_lost else "",
            )
            try:
                await self._interactions.do(interaction_id, command)
            except (NotFound, Refused):
                continue  # It has ended, and so nobody is lost.
            except Conflict as error:
                raise Unavailable(str(error)) from error

    # --- following -----------------------------------------------------------------------------

    async def _holds_lease(self) -> bool:
        number = await self._store.take_lease(LEASE, self._node_id, self._clock_ms(), LEASE_MS)
        self._fence = Fence(LEASE, number) if number is not None else None
        return number is not None

    async def _follow(self) -> None:
        """Follow as long as the lease is ours."""
        await self._cursor.load()
        self._held.clear()
        self._unowned.clear()
        telling = asyncio.ensure_future(self._tell_all())
        try:
            while not telling.done() and await self._holds_lease():
                await asyncio.wait((telling,), timeout=LEASE_MS / 3000)
                await self._cursor.keep(self._fence)
        finally:
            telling.cancel()
            (outcome,) = await asyncio.gather(telling, return_exceptions=True)
        if isinstance(outcome, Exception):
            raise outcome

    async def _tell_all(self) -> None:
        async for batch in self._store.follow(self._cursor.position):
            await self.take(batch)

    async def take(self, batch: Sequence[Recorded]) -> None:
        """Tell of a batch: of each interaction in order, of several side by side.

        Errors:  `Unavailable`: nothing of the batch counts as told.
        """
        by_interaction: dict[str, list[Recorded]] = {}
        for record in batch:
            if record.stream.startswith(ROOT) and not self._is_of_nobody(record):
                name = self._interactions.chats.named(record.stream.removeprefix(ROOT))
                by_interaction.setdefault(name, []).append(record)
        taken = [self._take(name, records) for name, records in by_interaction.items()]
        for outcome in await asyncio.gather(*taken, return_exceptions=True):
            if isinstance(outcome, BaseException):
                raise outcome
        self._cursor.position = batch[-1].position

    def _is_of_nobody(self, record: Recorded) -> bool:
        """Whether no session is to hear of it, as far as that is known."""
        is_known = record.stream.removeprefix(ROOT) in self._unowned
        return is_known and not record.body.startswith(_STARTS)

    async def _take(self, interaction_id: str, records: Sequence[Recorded]) -> None:
        for record in records:
            if interaction_id not in self._held and not await self._concerns(interaction_id, record):
                continue
            try:
                await self._tell_of(interaction_id, record)
            except TooNew:
                self._held.pop(interaction_id, None)
                _log.warning("too_new", interaction_id=interaction_id, version=record.version)
            except Unavailable:
                raise
            except Exception:  # noqa: BLE001  # A fault of ours in one chat must not silence all others.
                self._held.pop(interaction_id, None)
                _log.exception("news_failed", interaction_id=interaction_id, version=record.version)

    async def _concerns(self, interaction_id: str, record: Recorded) -> bool:
        """Whether a session is to hear of this, or may have to."""
        if record.body.startswith(_STARTS):
            return True
        card = self._floor.card(interaction_id)
        if card is None or card.version < record.version:  # The floor may not have come as far yet.
            card = await self._stored_card(interaction_id)
        if card is not None and card.owner:
            return True
        if len(self._unowned) >= UNOWNED_MAX:
            self._unowned.clear()
        self._unowned[interaction_id] = None
        return False

    async def _stored_card(self, interaction_id: str) -> InteractionCard | None:
        filed = await self._store.card(stream_of(interaction_id))
        return card_in(filed.body) if filed is not None else None

    # --- telling -------------------------------------------------------------------------------

    async def _tell_of(self, interaction_id: str, record: Recorded) -> None:
        before = await self._state_before(interaction_id, record)
        told, after = fold(before, record)
        self._keep(interaction_id, after)
        with_words = False
        if before.owner and isinstance(told.event, events.Said):
            with_words = "chat.message" in (await self._rules_of(before.ownership.application)).events
        found = tellings(interaction_id, before, told.event, after, record.time_ms, with_words=with_words)
        told_as = [(_key(interaction_id, record, number, one), one) for number, one in enumerate(found)]
        await self._prepare(interaction_id, record, told.event, told_as)
        try:
            for key, telling in told_as:
                await self._deliver(interaction_id, record, key, telling, after)
        except Unavailable:
            self._held.pop(interaction_id, None)  # It is told again from before this.
            raise

    async def _state_before(self, interaction_id: str, record: Recorded) -> Interaction:
        held = self._held.get(interaction_id)
        if held is not None and held.version < record.version:
            return held
        state = Interaction()
        if record.version == 1:
            return state
        for earlier in await self._store.read(stream_of(interaction_id), limit=record.version - 1):
            if earlier.version >= record.version:
                break
            _, state = fold(state, earlier)
        return state

    def _keep(self, interaction_id: str, state: Interaction) -> None:
        self._held.pop(interaction_id, None)
        self._unowned.pop(interaction_id, None)
        is_new = state.version == 1  # Its owner is about to be told of: that comes next.
        if state.is_open and (is_new or state.owner or state.ownership.asked):
            self._held[interaction_id] = state
            if len(self._held) > HELD_MAX:
                self._held.popitem(last=False)

    async def _prepare(
        self, interaction_id: str, record: Recorded, event: Event, told_as: Sequence[tuple[str, Telling]]
    ) -> None:
        """Have the session that is to be told, or one that is to be told at all.

        Shape:   one that begins finds there what it is told first: that saves a turn of the disk.
        """
        if isinstance(event, events.Moved) and event.application:
            session_id = f"{interaction_id}-{record.version}"  # Doing it again makes no second one.
            with contextlib.suppress(NotFound, Refused):
                await self._interactions.do(
                    interaction_id, Own(session_id=session_id, application=event.application)
                )
        if isinstance(event, events.Owned) and event.starts:
            of_it = (told for told in told_as if told[1].session_id == event.session_id)
            key, first = next(of_it, ("", None))
            news = [event_for_session(one) for one in first.news] if first is not None else []
            try:
                await self._start(event.application, session_id=event.session_id, events=news, key=key)
            except DeskError as error:  # If it is not there, its interaction is taken from it in a moment.
                _log.error(
                    "session_not_started",
                    application=event.application,
                    interaction_id=interaction_id,
                    reason=str(error),
                )

    async def _deliver(
        self, interaction_id: str, record: Recorded, key: str, telling: Telling, after: Interaction
    ) -> None:
        news = [event_for_session(one) for one in telling.news]
        try:
            await self._delivery.deliver(telling.session_id, news, key=key)
        except NotFound:  # It is over, or was never there: its interactions must not wait for it.
            is_its = after.is_open and after.owner == telling.session_id
            if is_its and not await self._is_ending(telling.session_id):
                await self.over(telling.session_id, [interaction_id], after.ownership.application)
        except Refused as refusal:
            _log.error(
                "news_lost",
                session_id=telling.session_id,
                interaction_id=interaction_id,
                version=record.version,
                reason=str(refusal),
            )


def _key(interaction_id: str, record: Recorded, number: int, telling: Telling) -> str:
    """Under what a telling is delivered, however often."""
    return telling.request_id or f"{interaction_id}/{record.version}/{number}"


def event_for_session(news: News) -> SessionEvent:
    """The event as sessions take it, with what they see of interactions from then on."""
    mirror = pack({"ixn": news.sees}) if news.sees else ""
    return SessionEvent(news.name, data=pack(news.data), mirror=mirror)
