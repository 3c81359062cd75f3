"""Browsers of several people, told step by step: who is linked to whom, and what they count together."""

import itertools
from collections.abc import Sequence

from msgspec.structs import replace

from frontdesk.domain.journey.compiling import DAY_MS, Compiled
from frontdesk.domain.journey.contact_progress import (
    NOTHING,
    ContactProgress,
    alone,
    count,
    merged,
    parted,
    steps,
    told,
)
from frontdesk.domain.journey.customer import AnyFact, Customer
from frontdesk.domain.journey.evolving import evolve
from frontdesk.domain.journey.facts import Fact, Happened, Linked, VisitBegan
from frontdesk.domain.journey.matching import lasting, match
from frontdesk.domain.journey.segments import Segment
from frontdesk.domain.journey.urls import page
from frontdesk.domain.journey.web_events import Origin, WebEvent
from tests.domain.journey.looking import BEGAN_MS, VIEW, defined
from tests.domain.journey.recomputed import Seen


class Browsers:
    """They do as the collector does: what is counted together comes before what else follows."""

    def __init__(self, *segments: Segment) -> None:
        self.segments = {one.id: one for one in segments}
        self.compiled = Compiled(defined(*segments))
        self.customers: dict[str, Customer] = {}
        self.progress: dict[str, ContactProgress] = {}
        self.now_ms = BEGAN_MS
        self._ids = (f"id{number}" for number in itertools.count(1))

    def customer(self, name: str) -> Customer:
        if name not in self.customers:
            self.customers[name] = Customer(name)
            self._add(name, [VisitBegan(f"v-{name}", "d1", self.now_ms, Origin())])
        return self.customers[name]

    def does(
        self, name: str, path: str, event: str = VIEW, event_id: str = ""
    ) -> tuple[Seen, Sequence[Fact]]:
        """One event of a browser; how it was seen, and what follows from it."""
        self.now_ms += 1
        number, visit_id = self.customer(name).events + 1, self.customer(name).visit.id
        happened = WebEvent(
            f"{name}-{number}",
            event,
            visit_id,
            self.now_ms,
            page(f"https://shop.example{path}"),
            event_id=event_id,
        )
        self._add(name, [Happened(happened)])
        customer = self.customers[name]
        seen = Seen(happened, customer, self.now_ms, tuple(self.segments.values()))
        ids = self._ids.__next__
        contact_id = customer.contact_id
        facts = list(match(customer, happened, self.compiled, self.now_ms, ids, is_linked=bool(contact_id)))
        self._add(name, facts)
        if contact_id:
            known = self.progress.get(contact_id, NOTHING)
            progress = count(known, customer, happened, self.compiled, self.now_ms, ids)
            self.progress[contact_id] = progress
            facts += self.is_told(name)
        return seen, facts

    def is_told(self, name: str) -> Sequence[Fact]:
        """What a browser hears of its contact's progress."""
        customer = self.customer(name)
        facts = told(self.progress.get(customer.contact_id, NOTHING), customer, self.now_ms)
        self._add(name, facts)
        return facts

    def link(self, name: str, contact_id: str) -> None:
        if self.customer(name).contact_id != contact_id:
            self._add(name, [Linked(contact_id)])

    def leaves(self, name: str) -> None:
        """It is its contact's no more."""
        customer = self.customer(name)
        known = self.progress.get(customer.contact_id, NOTHING)
        rest, counters = parted(known, name)
        own = steps(counters, self.compiled) if name in known.customers else None
        self.progress[customer.contact_id] = rest
        self._add(name, [Linked(""), *alone(customer, own)])

    def are_one(self, contact_id: str, other_id: str) -> None:
        """Two contacts turn out to be the same person."""
        other = self.progress.pop(other_id, NOTHING)
        self.progress[contact_id] = merged(self.progress.get(contact_id, NOTHING), other, self.now_ms)
        for name, customer in self.customers.items():
            if customer.contact_id == other_id:
                self._add(name, [Linked(contact_id)])

    def waits(self, days: float) -> None:
        self.now_ms += round(days * DAY_MS)

    def redefine(self, segment: Segment) -> None:
        """It is changed, and so has the next version."""
        self.segments[segment.id] = replace(segment, version=segment.version + 1)
        self.compiled = Compiled(defined(*self.segments.values()))

    def fits(self, name: str) -> set[str]:
        """The segments that fit a browser, by its own history."""
        return {one.segment_id for one in lasting(self.customer(name), self.now_ms)}

    def earned(self, contact_id: str) -> set[str]:
        """The ids of what the contact's browsers have earned."""
        return {one.id for one in self.progress.get(contact_id, NOTHING).earned}

    def _add(self, name: str, facts: Sequence[AnyFact]) -> None:
        for fact in facts:
            self.customers[name] = evolve(self.customers[name], fact, self.now_ms)
