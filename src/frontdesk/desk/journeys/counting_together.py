"""What the browsers of one contact count together: one stream for each contact that has anything of it.

    counts = Counts(together, taken, compiled, visit_id, contact_id, known)
    story = await customers.unfold(customer_id, decide, prepare=counts.prepare)   # decides by counts.progress
    await counts.tell(story)                                                      # a segment fits all of them

The stream of a browser stays the one place where its own history is. What is counted is written before the
event that counts, under the lock of its browser: an event that could not be written counts when it is sent
again, once. What a browser was not told at once, it is told with its next event.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Sequence
from weakref import WeakValueDictionary

import msgspec
from msgspec import Struct

from frontdesk.desk.journeys.contact_streams import read_contact
from frontdesk.desk.journeys.customers import ATTEMPTS_MAX, Customers
from frontdesk.domain.journey.collecting import Taken, arrived, timeout_ms
from frontdesk.domain.journey.compiling import Compiled
from frontdesk.domain.journey.contact_progress import (
    NOTHING,
    TOLD_AT_ONCE_MAX,
    ContactProgress,
    count,
    merged,
    parted,
    steps,
    told,
)
from frontdesk.domain.journey.customer import Customer
from frontdesk.domain.journey.facts import SegmentAssigned, Step
from frontdesk.domain.journey.keys import Contact
from frontdesk.domain.journey.qualifying import qualify
from frontdesk.domain.journey.unfolding import Unfolding
from frontdesk.domain.journey.visiting import is_open
from frontdesk.domain.journey.web_events import WebEvent
from frontdesk.errors import Conflict, DeskError, TooNew
from frontdesk.store.log import Forget, Recorded, Store

ROOT = "counts/"
HELD_MAX = 2_000  # Contacts; of others the log is asked.

_decode = msgspec.json.Decoder(ContactProgress).decode
_encode = msgspec.json.Encoder().encode


class _Known(Struct, frozen=True):
    """The progress as of a version of its stream."""

    version: int = 0
    progress: ContactProgress = NOTHING


class CountingTogether:
    """One for each node. Errors: of everything: `Conflict`, `Unavailable`, `TooNew`."""

    def __init__(
        self,
        store: Store,
        customers: Customers,
        compiled: Callable[[], Compiled],
        clock_ms: Callable[[], int],
        ids: Callable[[], str],
    ) -> None:
        self._store = store
        self._customers = customers
        self._compiled = compiled
        self._clock_ms = clock_ms
        self._ids = ids
        self._held: OrderedDict[str, _Known] = OrderedDict()
        self._locks: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()
        customers.hearers.append(self.heard)

    async def progress(self, contact_id: str) -> ContactProgress:
        """What a contact's browsers have counted: at hand, or read."""
        return (self._at_hand(contact_id) or await self._read(contact_id)).progress

    async def count(
        self,
        contact_id: str,
        customer: Customer,
        event: WebEvent,
        compiled: Compiled,
        known: Contact,
        now_ms: int,
    ) -> ContactProgress:
        """The progress after an event that has just happened to a browser of the contact.

        Shape:   nothing is written of an event that counts for nothing, or that was counted before.
        """

        def decide(progress: ContactProgress) -> ContactProgress:
            return count(progress, customer, event, compiled, now_ms, self._ids, known)

        at_hand = self._at_hand(contact_id)
        if at_hand is not None and decide(at_hand.progress) is at_hand.progress:
            return at_hand.progress
        return await self._change(contact_id, decide)

    async def tell(self, contact_id: str, progress: ContactProgress, *, besides: str) -> None:
        """Have the other browsers know what fits them now, and what maps make of that in their visits."""
        contact = await read_contact(self._store, contact_id)
        others = [one for one in contact.customers if one != besides][-TOLD_AT_ONCE_MAX:]
        compiled = self._compiled()

        def decide(customer: Customer, now_ms: int) -> Unfolding:
            story = Unfolding(customer, now_ms)
            if customer.contact_id != contact_id:
                return story
            story.add(told(progress, customer, now_ms))
            if story.facts and is_open(customer.visit, timeout_ms(compiled), now_ms):
                story.add(qualify(story.customer, compiled, now_ms, self._ids))
            return story

        telling = [self._customers.unfold(other, decide) for other in others]
        for outcome in await asyncio.gather(*telling, return_exceptions=True):
            if isinstance(outcome, BaseException) and not isinstance(outcome, DeskError):
                raise outcome

    # --- browsers that come and go -------------------------------------------------------------

    async def leave(self, contact_id: str, customer_id: str) -> Sequence[Step] | None:
        """Take away what a browser has counted; how far it has come with that alone, None with nothing."""
        own: Sequence[Step] | None = None

        def decide(progress: ContactProgress) -> ContactProgress:
            nonlocal own
            own = None
            if customer_id not in progress.customers:
                return progress
            rest, counters = parted(progress, customer_id)
            own = steps(counters, self._compiled())
            return rest

        await self._change(contact_id, decide)
        return own

    async def take_over(self, contact_id: str, other_id: str) -> None:
        """Two contacts turn out to be one: what both have counted is one's. May be done again."""
        other = (await self._read(other_id)).progress
        if other != NOTHING:
            await self._change(contact_id, lambda progress: merged(progress, other, self._clock_ms()))
        await self.forget(other_id)

    async def forget(self, contact_id: str) -> None:
        """Delete all of it."""
        self._held.pop(contact_id, None)
        await self._store.purge(ROOT + contact_id)

    # --- the streams ---------------------------------------------------------------------------

    async def _change(
        self, contact_id: str, decide: Callable[[ContactProgress], ContactProgress]
    ) -> ContactProgress:
        """Write what was decided, and delete what was before: who has left is in no older fact, either."""
        for _ in range(ATTEMPTS_MAX):
            async with self._lock(contact_id):
                known = self._at_hand(contact_id) or await self._read(contact_id)
                after = decide(known.progress)
                if after == known.progress:
                    return known.progress
                also = (Forget((known.version,)),) if known.version else ()
                self._held.pop(contact_id, None)  # Until it is written, only the log knows.
                try:
                    written = await self._store.append(
                        ROOT + contact_id, known.version, (_encode(after),), self._clock_ms(), also
                    )
                except Conflict:
                    continue
                assert written is not None
                self._hold(contact_id, _Known(written.version, after))
                return after
        raise Conflict(f"{ROOT}{contact_id} lost {ATTEMPTS_MAX} races in a row")

    async def _read(self, contact_id: str) -> _Known:
        records = await self._store.read(ROOT + contact_id)
        known = _Known()
        if records:
            try:
                known = _Known(records[-1].version, _decode(records[-1].body))
            except msgspec.DecodeError:
                raise TooNew from None
        self._hold(contact_id, known)
        return known

    def _at_hand(self, contact_id: str) -> _Known | None:
        known = self._held.get(contact_id)
        if known is not None:
            self._held.move_to_end(contact_id)
        return known

    def _hold(self, contact_id: str, known: _Known) -> None:
        """Have it at hand, unless something newer is: what was read may have been written since."""
        before = self._held.get(contact_id)
        if before is None or before.version < known.version:
            self._held[contact_id] = known
        self._held.move_to_end(contact_id)
        if len(self._held) > HELD_MAX:
            self._held.popitem(last=False)

    def _lock(self, contact_id: str) -> asyncio.Lock:
        lock = self._locks.get(contact_id)
        if lock is None:
            lock = self._locks[contact_id] = asyncio.Lock()
        return lock

    def heard(self, batch: Sequence[Recorded]) -> None:
        """Take note of what other nodes wrote; of an empty batch, that nothing held may be true any more."""
        if not batch:
            self._held.clear()
        for record in batch:
            if record.stream.startswith(ROOT):
                contact_id = record.stream.removeprefix(ROOT)
                known = self._held.get(contact_id)
                if known is not None and known.version < record.version:
                    del self._held[contact_id]


class Counts:
    """One event that is to be counted with what the other browsers of its contact have counted.

    Shape:   `progress` is what there is with it; None where the browser is nobody's.
    """

    def __init__(
        self,
        together: CountingTogether,
        taken: Taken,
        compiled: Compiled,
        visit_id: str,
        contact_id: str,
        known: Contact,
    ) -> None:
        self.progress: ContactProgress | None = None
        self._together = together
        self._taken = taken
        self._compiled = compiled
        self._visit_id = visit_id
        self._contact_id = contact_id
        self._known = known
        self._counted_for = ("", "")  # A contact, and the browser.

    def prepare(self, customer: Customer | None, now_ms: int) -> Awaitable[None] | None:
        """Count it before it is decided on; None where that is nothing to wait for, and for nobody."""
        self.progress = None
        contact_id = (self._contact_id or customer.contact_id) if customer is not None else ""
        if not contact_id and not self._counted_for[0]:
            return None
        return self._count(customer, contact_id, now_ms)

    async def _count(self, customer: Customer | None, contact_id: str, now_ms: int) -> None:
        before, browser = self._counted_for
        if before and before != contact_id:  # Another node has linked it to another, or has erased it.
            await self._together.leave(before, browser)
        if customer is None or not contact_id:
            self._counted_for = ("", "")
            return
        self._counted_for = (contact_id, customer.id)
        story, _, event = arrived(
            customer,
            self._taken,
            self._compiled,
            now_ms=now_ms,
            visit_id=self._visit_id,
            contact_id=contact_id,
        )
        self.progress = await self._together.count(
            contact_id, story.customer, event, self._compiled, self._known, now_ms
        )

    async def tell(self, story: Unfolding) -> None:
        """Have the others know of what was earned with it."""
        has_earned = any(isinstance(fact, SegmentAssigned) and fact.of_customer for fact in story.facts)
        if has_earned and self.progress is not None:
            contact_id, browser = self._counted_for
            await self._together.tell(contact_id, self.progress, besides=browser)
