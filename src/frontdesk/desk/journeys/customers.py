"""The customers that this node knows: a cache over the log of journeys, kept true by following it."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from functools import reduce
from typing import TypeVar
from weakref import WeakValueDictionary

import structlog

from frontdesk.desk.arming import UNSURE, arm_anew
from frontdesk.desk.journeys.customer_cards import KIND, CustomerCard, card_of, is_structural, read_card
from frontdesk.desk.journeys.customer_folding import encode, fact_of, fold, restored, shared, snapshot_of
from frontdesk.desk.journeys.held_customers import OLDER, Held, HeldCustomers
from frontdesk.domain.journey.customer import AnyFact, Customer, Forgotten
from frontdesk.domain.journey.unfolding import Unfolding
from frontdesk.errors import Conflict, DeskError
from frontdesk.store.log import Also, Arm, Entry, Recorded, Store

ROOT = "customer/"
ATTEMPTS_MAX = 20
SNAPSHOT_EVERY = 100  # Facts: a customer of many years is read as fast as a new one.
FOLDED_AT_ONCE = 500  # Records, before somebody else has a turn.
QUIET_S = 300
LET_GO_AT_ONCE = 500  # Customers, before somebody else has a turn.
RETRY_S = 0.5

F = TypeVar("F", bound=AnyFact)
Due = Callable[[Customer], int | None]
Enter = Callable[[Unfolding], Sequence[Entry]]
Prepare = Callable[[Customer, int], Awaitable[None] | None]

_log = structlog.get_logger("customers")


class Customers:
    """Every customer, by id, as far as this node has read it.

    Shape:   `deadlines` say until when at the latest somebody has to look at a customer again: the stream's
             timer is set for the first of them. `entries` gives what reports count of a change. `hearers`
             are told what other nodes write, an empty batch first. At most `held_max` are held, and those
             nobody asked for within `quiet_s` are let go.
    Errors:  of everything that reads: `Unavailable`, as `TooNew` when a newer version wrote what this one
             cannot read.
    """

    def __init__(
        self, store: Store, clock_ms: Callable[[], int], *, held_max: int = 20_000, quiet_s: int = QUIET_S
    ) -> None:
        self.deadlines: list[Due] = []
        self.entries: Enter = lambda _story: ()
        self.hearers: list[Callable[[Sequence[Recorded]], None]] = []
        self._store = store
        self._clock_ms = clock_ms
        self._quiet_s = quiet_s
        self._held = HeldCustomers(held_max)
        self._locks: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()
        store.on_whisper(self._whispered)

    # --- reading -------------------------------------------------------------------------------

    async def customer(self, customer_id: str) -> Customer:
        """The customer as they are now; one of version 0 where nothing is known of them."""
        held = self._used(customer_id)
        if held.is_stale:
            async with self._lock(held.stream):
                await self._refresh(held)
        return held.customer

    async def glance(self, customer_id: str) -> Customer:
        """The same; who is not held is not held for it, so that a look at very many displaces nobody."""
        stream = ROOT + customer_id
        held = self._held.get(stream)
        if held is not None and not held.is_stale:
            return held.customer
        return await self._read(stream, customer_id)

    async def record(self, customer_id: str, version: int) -> AnyFact | None:
        """The fact of that version, unless it was forgotten."""
        records = await self._store.read(ROOT + customer_id, version - 1, limit=1)
        return fact_of(records[0]) if records and records[0].version == version else None

    async def history(
        self, customer_id: str, after_version: int = 0, limit: int | None = None
    ) -> Sequence[tuple[Recorded, AnyFact]]:
        """The facts after a version that were not forgotten, oldest first."""
        records = await self._store.read(ROOT + customer_id, after_version, limit)
        return [(record, fact_of(record)) for record in records]

    async def all_history(
        self, customer_id: str, at_once: int = FOLDED_AT_ONCE
    ) -> AsyncIterator[tuple[Recorded, AnyFact]]:
        """The same, however long it is: others have their turns in between."""
        version = 0
        while page := await self.history(customer_id, version, at_once):
            for told in page:
                yield told
            version = page[-1][0].version

    async def visiting(self, after: str = "", limit: int = 100) -> Sequence[tuple[str, CustomerCard]]:
        """Those with an open visit, by their ids, after the customer `after`."""
        filed = await self._store.cards(KIND, is_open=True, after=ROOT + after, limit=limit)
        return [(each.stream.removeprefix(ROOT), read_card(each.card.body)) for each in filed]

    async def count_visiting(self) -> int:
        """How many they are."""
        return await self._store.count_cards(KIND, is_open=True)

    # --- changing ------------------------------------------------------------------------------

    async def change(
        self,
        customer_id: str,
        decide: Callable[[Customer, int], Sequence[F]],
        *,
        due_ms: Due | None = None,
        also: Sequence[Also] = (),
    ) -> tuple[Customer, Sequence[F]]:
        """Decide and append, as `unfold`; the customer now, and what was added."""
        facts: Sequence[F] = ()

        def unfold(customer: Customer, now_ms: int) -> Unfolding:
            nonlocal facts
            facts = decide(customer, now_ms)
            story = Unfolding(customer, now_ms)
            story.add(facts)
            return story

        story = await self.unfold(customer_id, unfold, due_ms=due_ms, also=also)
        return story.customer, facts

    async def unfold(
        self,
        customer_id: str,
        decide: Callable[[Customer, int], Unfolding],
        *,
        due_ms: Due | None = None,
        also: Sequence[Also] = (),
        prepare: Prepare | None = None,
    ) -> Unfolding:
        """Decide and append, and again when another node was first; what was decided at last.

        Shape:   nothing decided is nothing written, but for a timer that has fired and is set anew.
                 `due_ms` is one more deadline; `prepare` comes before each `decide`, and while that which it
                 gives is waited for, this node writes nothing else of the customer.
        Errors:  of `decide`; `Conflict`, `Unavailable`.
        """
        for _ in range(ATTEMPTS_MAX):
            held = self._used(customer_id)
            async with self._lock(held.stream):
                await self._refresh(held)
                before = held.customer
                now_ms = max(self._clock_ms(), before.last_ms)
                if prepare is not None and (ready := prepare(before, now_ms)) is not None:
                    await ready
                story = decide(before, now_ms)
                if not story.facts:
                    await self._arm_again(held, due_ms, now_ms)
                    return story
                if await self._append(held, story, due_ms, also):
                    return story
        raise Conflict(f"customer {customer_id} lost {ATTEMPTS_MAX} races in a row")

    async def _append(self, held: Held, story: Unfolding, due_ms: Due | None, also: Sequence[Also]) -> bool:
        """Whether it was written; else another node was first."""
        facts, after, now_ms = story.facts, story.customer, story.now_ms
        version = story.before.version
        effects = [*also, *self.entries(story)]
        arm = arm_anew(held.armed, self._due_ms(after, due_ms), now_ms)
        if arm is not None:
            effects.append(arm)
        if is_structural(facts):
            effects.append(card_of(after))
        is_new_base = isinstance(facts[-1], Forgotten)  # An older snapshot would know what was forgotten.
        if is_new_base or version // SNAPSHOT_EVERY != after.version // SNAPSHOT_EVERY:
            effects.append(snapshot_of(after))
        try:
            await self._store.append(held.stream, version, [encode(fact) for fact in facts], now_ms, effects)
        except Conflict:
            held.is_unsure = True
            return False
        except BaseException:
            held.is_unsure = True  # It may have been written, or not.
            raise
        held.customer = after
        if arm is not None:
            held.armed = arm.due_ms
        return True

    def _due_ms(self, customer: Customer, due_ms: Due | None) -> int | None:
        deadlines = self.deadlines if due_ms is None else (*self.deadlines, due_ms)
        due = [each for deadline in deadlines if (each := deadline(customer)) is not None]
        return min(due, default=None)

    async def _arm_again(self, held: Held, due_ms: Due | None, now_ms: int) -> None:
        """Set a timer anew that may have fired, though nothing happened."""
        due = self._due_ms(held.customer, due_ms)
        arm = arm_anew(held.armed, due, now_ms)
        if arm is None or not held.customer.version:
            return
        with contextlib.suppress(Conflict):  # Who wrote meanwhile has set it.
            await self._store.append(held.stream, held.customer.version, (), now_ms, (Arm(due),))
            held.armed = due
            return
        held.is_unsure = True

    async def purge(self, customer_id: str) -> None:
        """Delete all that is known of a customer, at every node; entries stay, and say no longer whose."""
        stream = ROOT + customer_id
        async with self._lock(stream):
            await self._store.purge(stream)
            self._held.pop(stream)
        await self._store.whisper(stream)

    # --- what is held --------------------------------------------------------------------------

    def doubt(self, customer_id: str) -> None:
        """Ask the log when the customer is next asked for: another node may have written a moment ago."""
        held = self._held.get(ROOT + customer_id)
        if held is not None:
            held.is_unsure = True

    @property
    def held(self) -> int:
        """How many customers are in memory."""
        return len(self._held)

    def _lock(self, stream: str) -> asyncio.Lock:
        """The one lock of a stream, which is there as long as somebody uses it."""
        lock = self._locks.get(stream)
        if lock is None:
            lock = self._locks[stream] = asyncio.Lock()
        return lock

    def _used(self, customer_id: str) -> Held:
        stream = ROOT + customer_id
        held = self._held.used(stream)
        if held is None:
            held = Held(stream, Customer(id=customer_id))
            self._held.add(held)
        return held

    async def let_go(self) -> None:
        """Begin a new generation of those who are held; others have their turns while the oldest goes."""
        gone = self._held.age()
        while gone:
            for _ in range(min(LET_GO_AT_ONCE, len(gone))):
                gone.popitem()
            await asyncio.sleep(0)

    async def rest(self) -> None:
        """Do so again and again, until cancelled."""
        while True:
            await asyncio.sleep(self._quiet_s / OLDER)
            await self.let_go()

    async def _refresh(self, held: Held) -> None:
        """Read what there is to know. The lock of the stream is held."""
        if not held.is_stale:
            return
        customer, heard_of = held.customer, held.newest
        if held.is_unsure:
            customer = await self._read(held.stream, customer.id)
        else:
            customer = await self._read_on(held.stream, customer)
        customer = shared(customer)
        held.customer, held.is_unsure = customer, False
        held.armed = UNSURE if customer.version else None
        if held.newest == heard_of:
            held.newest = customer.version  # What was heard of and is not there was purged.

    async def _read(self, stream: str, customer_id: str) -> Customer:
        """The customer by the log alone: one trip to it for whoever is new, or has come a few times."""
        records = await self._store.read(stream, limit=SNAPSHOT_EVERY)
        if len(records) < SNAPSHOT_EVERY:
            return reduce(fold, records, Customer(id=customer_id))
        return await self._read_on(stream, restored(await self._store.snapshot(stream), customer_id))

    async def _read_on(self, stream: str, customer: Customer) -> Customer:
        while True:
            records = await self._store.read(stream, customer.version, FOLDED_AT_ONCE)
            for record in records:
                customer = fold(customer, record)
            if len(records) < FOLDED_AT_ONCE:
                return customer

    # --- other nodes ---------------------------------------------------------------------------

    async def follow(self) -> None:
        """Take note of what other nodes write, until cancelled. One process alone can do without."""
        position = await self._store.head()
        self._held.clear()  # Of what was read before, nobody tells any more whether it is still true.
        for hear in self.hearers:
            hear(())
        while True:
            try:
                async for batch in self._store.follow(position):
                    self.heard(batch)
                    position = batch[-1].position
            except DeskError as error:
                _log.warning("follower_paused", reason=str(error), position=position)
                await asyncio.sleep(RETRY_S)

    def heard(self, batch: Sequence[Recorded]) -> None:
        """Take note of what was committed; this node's own is known already."""
        known = self._held
        for record in batch:
            held = known.get(record.stream)
            if held is not None and record.version > held.customer.version:
                held.newest = record.version
        for hear in self.hearers:
            hear(batch)

    def _whispered(self, stream: str) -> None:
        """Another node has deleted a customer."""
        self._held.pop(stream)
