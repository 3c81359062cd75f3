"""Visits, looked at: one of them as it is or was, and all its events.

    customer = await visits.customer(visit_id)          # who they were when the visit was last heard of
    page = await visits.events(visit_id, after="", limit=50, types=())

Past visits are read from the log, so what has been forgotten since is not in them.
"""

import asyncio
from collections.abc import AsyncGenerator, Collection, Sequence
from contextlib import aclosing

from msgspec import Struct
from msgspec.structs import replace

from frontdesk.desk.journeys.customers import Customers
from frontdesk.desk.journeys.whose_visit import WhoseVisit
from frontdesk.domain.journey.checks.wrong import invalid
from frontdesk.domain.journey.customer import AnyFact, Customer
from frontdesk.domain.journey.evolving import evolve
from frontdesk.domain.journey.told import EventType, Prompts, Told, told, visit_of
from frontdesk.errors import NotFound

STEPS_AT_ONCE = 100  # Facts between two looks at what else there is to do.


class Step(Struct, frozen=True):
    """A fact of a customer's history, with who they were before and after it."""

    before: Customer
    fact: AnyFact
    after: Customer
    time_ms: int


class Page(Struct, frozen=True):
    """Some of the events of a visit, oldest first; `after` is where the next page begins, if there is one."""

    events: Sequence[Told]
    after: str


class Visits:
    """What is known of visits."""

    def __init__(self, customers: Customers, whose: WhoseVisit) -> None:
        self._customers = customers
        self._whose = whose

    async def customer(self, visit_id: str) -> Customer:
        """The customer as they were when the visit was last heard of: `visit` is the one asked for.

        Errors:  `NotFound`, `TooNew`, `Unavailable`.
        """
        customer_id = await self._whose.customer_of(visit_id)
        newest = await self._customers.customer(customer_id)
        if newest.visit.id == visit_id:
            return newest
        found: Customer | None = None
        async for step in self.history(customer_id):
            if step.after.visit.id == visit_id:
                found = step.after
        if found is None:
            raise NotFound(f"there is no session {visit_id!r}")
        return found

    async def events(self, visit_id: str, after: str, limit: int, types: Collection[EventType]) -> Page:
        """The events of a visit after the place `after`, of these types or of all.

        Errors:  `Wrong` for a place that is none; `NotFound`, `TooNew`, `Unavailable`.
        """
        from_place = place_of(after)
        found: list[Told] = []
        is_known, prompts = False, Prompts()
        async with aclosing(self.history(await self._whose.customer_of(visit_id))) as history:
            async for step in history:
                is_known = is_known or step.after.visit.id == visit_id
                prompts.take(step.fact)
                if visit_of(step.after, step.fact) == visit_id:
                    found += [
                        prompts.of(event)
                        for event in told(step.after, step.fact, step.time_ms)
                        if (event.version, event.number) > from_place and (not types or event.type in types)
                    ]
                if len(found) > limit:
                    break
        if not is_known:
            raise NotFound(f"there is no session {visit_id!r}")
        page = found[:limit]
        more = f"{page[-1].version}.{page[-1].number}" if len(found) > limit else ""
        return Page(page, more)

    async def history(self, customer_id: str) -> AsyncGenerator[Step, None]:
        """All that is kept of a customer, oldest first. Errors: `TooNew`, `Unavailable`."""
        customer, count = Customer(id=customer_id), 0
        async for record, fact in self._customers.all_history(customer_id):
            if customer.version != record.version - 1:  # What lay between has been forgotten.
                customer = replace(customer, version=record.version - 1)
            after = evolve(customer, fact, record.time_ms)
            yield Step(customer, fact, after, record.time_ms)
            customer, count = after, count + 1
            if count % STEPS_AT_ONCE == 0:
                await asyncio.sleep(0)  # Others want to go on, too.


def place_of(after: str) -> tuple[int, int]:
    """Where a page begins. Errors: `Wrong`."""
    if not after:
        return (0, -1)
    version, dot, number = after.partition(".")
    if not dot or not (version + number).isascii() or not (version.isdigit() and number.isdigit()):
        raise invalid("after", "the place that the page before named")
    if len(after) > 24:
        raise invalid("after", "the place that the page before named")
    return int(version), int(number)
