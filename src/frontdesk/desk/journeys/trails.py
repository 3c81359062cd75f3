"""What models may know of the visits that are going on: kept at hand, and read again when it is not."""

from collections import OrderedDict

from frontdesk.desk.journeys.customers import Customers
from frontdesk.domain.journey.customer import Customer
from frontdesk.domain.journey.evolving import evolve
from frontdesk.domain.journey.facts import Happened, VisitBegan
from frontdesk.domain.journey.scoring.remembering import trail_of
from frontdesk.domain.journey.scoring.trail import Trail, after
from frontdesk.domain.journey.web_events import WebEvent

HELD_MAX = 5_000


class Trails:
    """The trails of open visits, by visit.

    Shape:   two are held of each: with its newest event and without. An event that could not be written is
             told of again, and must not count twice.
    """

    def __init__(self, customers: Customers) -> None:
        self._customers = customers
        self._held: OrderedDict[str, tuple[Trail, Trail]] = OrderedDict()

    async def read(self, customer: Customer) -> None:
        """Have the trail of a customer's visit at hand. Errors: `Unavailable`, `TooNew`."""
        visit = customer.visit
        held = self._held.get(visit.id)
        if not visit.is_open or (held is not None and held[1].events == visit.events):
            return
        trail: Trail | None = None
        known = Customer(id=customer.id)
        for record, fact in await self._customers.history(customer.id):
            known = evolve(known, fact, record.time_ms)
            if isinstance(fact, VisitBegan):
                trail = trail_of(known) if fact.visit_id == visit.id else None
            elif isinstance(fact, Happened) and trail is not None and fact.event.visit_id == visit.id:
                trail = after(trail, fact.event, known.visit.origin)
        if trail is not None:
            self._hold(visit.id, trail, trail)

    def with_event(self, customer: Customer, event: WebEvent) -> Trail | None:
        """The trail with an event that has just been added to the visit, or None where it is not at hand."""
        visit = customer.visit
        before = trail_of(customer) if visit.events == 1 else self._before(visit.id, visit.events - 1)
        if before is None:
            return None
        newest = after(before, event, visit.origin)
        self._hold(visit.id, before, newest)
        return newest

    def newest(self, visit_id: str) -> Trail | None:
        """The trail of a visit as it is now, where it is at hand."""
        held = self._held.get(visit_id)
        return held[1] if held is not None else None

    def _before(self, visit_id: str, events: int) -> Trail | None:
        held = self._held.get(visit_id, ())
        return next((trail for trail in reversed(held) if trail.events == events), None)

    def _hold(self, visit_id: str, before: Trail, newest: Trail) -> None:
        self._held[visit_id] = (before, newest)
        self._held.move_to_end(visit_id)
        if len(self._held) > HELD_MAX:
            self._held.popitem(last=False)
