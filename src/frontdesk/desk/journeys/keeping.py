"""For how long customers are kept, and their right to be shown what is kept, and to have it erased.

Source:  journey.md §12.6.
"""

from collections.abc import Callable, Sequence
from enum import StrEnum
from typing import Any

import msgspec
import structlog
from msgspec.structs import replace

from frontdesk.desk.journeys.contact_streams import forget_browser, forget_contact, read_contact
from frontdesk.desk.journeys.counting_together import CountingTogether
from frontdesk.desk.journeys.customers import ATTEMPTS_MAX, Customers
from frontdesk.domain.journey import forgetting
from frontdesk.domain.journey.contact_progress import NOTHING
from frontdesk.domain.journey.contacts import Contact
from frontdesk.domain.journey.customer import Customer, Forgotten
from frontdesk.domain.journey.facts import Fact, Linked, VisitBegan
from frontdesk.domain.journey.forgetting import Review
from frontdesk.domain.journey.site_settings import RetentionDays
from frontdesk.errors import Conflict, NotFound
from frontdesk.store.log import Entry, Forget, Store

ERASURES = "erasures"  # A stream without facts, and the kind of entries that tell of each.

_log = structlog.get_logger("keeping")


class Why(StrEnum):
    """Why somebody was erased."""

    ASKED = "asked"
    WITHDREW = "withdrew"
    TIME_IS_UP = "time_is_up"


class Keeping:
    """One for each node. `days` says for how long what is kept, and may change at any time.

    Shape:   it is one of the deadlines of `customers`: their timers fire for it too.
    """

    def __init__(
        self,
        store: Store,
        customers: Customers,
        together: CountingTogether,
        days: Callable[[], RetentionDays],
        clock_ms: Callable[[], int],
    ) -> None:
        self._store = store
        self._customers = customers
        self._together = together
        self._days = days
        self._clock_ms = clock_ms
        customers.deadlines.append(self.due_ms)

    # --- time ----------------------------------------------------------------------------------

    def due_ms(self, customer: Customer) -> int | None:
        """When something of a customer is to be forgotten next."""
        return forgetting.due_ms(customer, self._days())

    async def tick(self, customer_id: str) -> None:
        """Forget what is due, and set the timer for what is next. Errors: `Conflict`, `Unavailable`."""
        customer, now_ms = await self._customers.customer(customer_id), self._clock_ms()
        if customer.version and forgetting.is_over(customer, self._days(), now_ms):
            await self.erase(customer_id, Why.TIME_IS_UP)
            return
        due_ms = self.due_ms(customer)
        if due_ms is not None and due_ms <= now_ms:
            await self._forget(customer_id)
        else:
            await self._customers.change(customer_id, _nothing)

    async def _forget(self, customer_id: str) -> None:
        for _ in range(ATTEMPTS_MAX):
            review = await self._reviewed(customer_id)
            for visit_id in review.visits:
                await self._store.purge(f"visit/{visit_id}")

            def decide(customer: Customer, _now_ms: int, review: Review = review) -> Sequence[Forgotten]:
                is_same = customer.version == review.customer.version
                return (review.forgotten(),) if is_same else ()

            also = (Forget(tuple(review.versions)),)
            _, facts = await self._customers.change(customer_id, decide, also=also)
            if facts:
                return
        raise Conflict(f"customer {customer_id} was never quiet enough to forget something")

    async def _reviewed(self, customer_id: str) -> Review:
        review = Review(await self._customers.customer(customer_id), self._days(), self._clock_ms())
        async for record, fact in self._customers.all_history(customer_id):
            review.take(record.version, record.time_ms, fact)
            if review.is_done:
                break
        return review

    # --- rights --------------------------------------------------------------------------------

    async def erase(self, customer_id: str, why: Why = Why.ASKED) -> bool:
        """Delete all that is kept of a customer, but what reports have counted; whether there was anything.

        Shape:   the contact goes when no other browser of theirs is left; else nothing of it names this one,
                 and the same holds of contacts whose it was before. May be done again, also when it was left
                 half done.
        Errors:  `Conflict`, `Unavailable`.
        """
        return await self._erase(customer_id, why)

    async def _erase(self, customer_id: str, why: Why, *, with_contact: str = "") -> bool:
        """Erase a browser; what is said of it in `with_contact` stays, because all of that is to go."""
        customer = await self._customers.customer(customer_id)
        if not customer.version:
            return False
        contacts = {customer.contact_id}
        async for _, fact in self._customers.all_history(customer_id):
            if isinstance(fact, VisitBegan):
                await self._store.purge(f"visit/{fact.visit_id}")
            elif isinstance(fact, Linked):
                contacts.add(fact.contact_id)
        contacts -= {"", with_contact}
        await self._leave(customer)
        for contact_id in contacts:
            await forget_browser(self._store, contact_id, customer_id, self._clock_ms())
        await self._customers.purge(customer_id)  # Last: as long as it is there, the rest can be found.
        if customer.contact_id:  # Once more: something may have been counted meanwhile.
            await self._together.leave(customer.contact_id, customer_id)
        entry = Entry(ERASURES, self._clock_ms(), msgspec.json.encode({"why": why}))
        await self._store.append(ERASURES, 0, (), self._clock_ms(), (entry,))
        _log.info("customer_erased", why=why)
        return True

    async def erase_contact(self, contact_id: str, why: Why = Why.ASKED) -> int:
        """Erase a person with all their browsers; how many of those there were. Errors: `Unavailable`."""
        contact = await read_contact(self._store, contact_id)
        erased = 0
        for customer_id in contact.customers:
            if (await self._customers.customer(customer_id)).contact_id == contact_id:
                erased += await self._erase(customer_id, why, with_contact=contact_id)
        await self._forget_contact(contact)
        return erased

    async def _leave(self, customer: Customer) -> None:
        """Forget the contact of a customer who goes; where others are still theirs, what it has counted."""
        if not customer.contact_id:
            return
        contact = await read_contact(self._store, customer.contact_id)
        for other_id in contact.customers:
            if other_id != customer.id:
                other = await self._customers.customer(other_id)
                if other.contact_id == contact.id:
                    await self._together.leave(contact.id, customer.id)
                    return
        await self._forget_contact(contact)

    async def _forget_contact(self, contact: Contact) -> None:
        await self._together.forget(contact.id)
        await forget_contact(self._store, contact)

    async def export(self, customer_id: str) -> dict[str, Any]:
        """All that is kept of a customer, as values that can be written as JSON.

        Shape:   `customer` as they are now, `contact` and what its browsers have counted together, each or
                 null, and `facts` with their times, oldest first.
        Errors:  `NotFound`, `Unavailable`.
        """
        customer = await self._customers.customer(customer_id)
        if not customer.version:
            raise NotFound(f"there is no customer {customer_id!r}")
        contact: Contact | None = None
        progress = NOTHING
        if customer.contact_id:
            contact = await read_contact(self._store, customer.contact_id)
            progress = await self._together.progress(customer.contact_id)
        facts = [
            {"version": record.version, "time_ms": record.time_ms, "fact": msgspec.to_builtins(fact)}
            async for record, fact in self._customers.all_history(customer_id)
        ]
        return {
            "customer": msgspec.to_builtins(replace(customer, seen=b"")),  # Digests of ids among the facts.
            "contact": msgspec.to_builtins(contact) if contact is not None and contact.version else None,
            "countedTogether": msgspec.to_builtins(progress) if progress != NOTHING else None,
            "facts": facts,
        }


def _nothing(_customer: Customer, _now_ms: int) -> Sequence[Fact]:
    return ()
