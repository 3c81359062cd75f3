"""What is kept of visitors who withdraw their consent is erased, and that they withdrew is not lost by it.

To erase a customer deletes their decisions, too, so that one is written anew afterwards. Where agreement is
taken for granted, a node that stopped in between would have followed again who had said no. So the wish
stands in a stream of its own until all is done, with a timer that finds what was left half done.
"""

from collections.abc import Awaitable, Callable, Sequence
from typing import Protocol

import msgspec
from msgspec import Struct

from frontdesk.desk.journeys.customers import ATTEMPTS_MAX, Customers
from frontdesk.domain.journey import consenting
from frontdesk.domain.journey.customer import Customer
from frontdesk.domain.journey.facts import Fact
from frontdesk.errors import Conflict
from frontdesk.store.log import Arm, Store

KIND = "withdrawal"
AGAIN_MS = 5_000  # After a crash somebody may be followed for so long; what is kept of that is erased, too.


class Erase(Protocol):
    """How a customer is erased: everything that is kept of them, but what reports have counted."""

    def __call__(self, customer_id: str) -> Awaitable[None]: ...


class Withdrawn(Struct, frozen=True, tag=True):
    """Somebody wants it: on which site, of which text, since when. Who grants later has granted."""

    deployment_id: str
    text_version: str
    at_ms: int


_decode = msgspec.json.Decoder(Withdrawn).decode
_encode = msgspec.json.Encoder().encode


class Withdrawals:
    """One for each node. Shape: `fire` is for the timers of the database of journeys, under `KIND`."""

    def __init__(self, store: Store, customers: Customers, erase: Erase, clock_ms: Callable[[], int]) -> None:
        self._store = store
        self._customers = customers
        self._erase = erase
        self._clock_ms = clock_ms

    async def carry_out(self, customer: Customer, deployment_id: str, text_version: str) -> None:
        """Erase a customer, and keep that they withdrew. Errors: `Conflict`, `Unavailable`."""
        now_ms = self._clock_ms()
        wish = Withdrawn(deployment_id, text_version, max(now_ms, customer.consented_ms))
        stream = _stream(customer.id)
        known = await self._store.read(stream)
        version = known[-1].version if known else 0
        await self._store.append(stream, version, (_encode(wish),), now_ms, (Arm(now_ms + AGAIN_MS),))
        await self._finish(customer.id, wish)

    async def fire(self, customer_id: str) -> None:
        """Finish what was begun. Errors: `Conflict`, `Unavailable`."""
        known = await self._store.read(_stream(customer_id))
        if known:
            await self._finish(customer_id, _decode(known[-1].body))

    async def _finish(self, customer_id: str, wish: Withdrawn) -> None:
        """May be done again at any point, and by two at once."""

        def refuse(customer: Customer, now_ms: int) -> Sequence[Fact]:
            if customer.purposes and customer.consented_ms > wish.at_ms:
                return ()
            return consenting.decide(customer, (), wish.deployment_id, wish.text_version, now_ms)

        for _ in range(ATTEMPTS_MAX):
            customer, _facts = await self._customers.change(customer_id, refuse)
            if customer.purposes or not customer.events:
                await self._store.purge(_stream(customer_id))
                return
            await self._erase(customer_id)
        raise Conflict(f"customer {customer_id} was never quiet enough to be erased")


def _stream(customer_id: str) -> str:
    return f"{KIND}/{customer_id}"
