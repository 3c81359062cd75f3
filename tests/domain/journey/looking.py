"""A visitor who looks around, told step by step: what comes to fit, and what is achieved."""

import itertools
from collections.abc import Collection, Sequence

from msgspec.structs import replace

from frontdesk.domain.journey.action_maps import ActionMap
from frontdesk.domain.journey.compiling import DAY_MS, Compiled
from frontdesk.domain.journey.customer import Customer
from frontdesk.domain.journey.definitions import Definitions
from frontdesk.domain.journey.evolving import evolve
from frontdesk.domain.journey.facts import (
    Advanced,
    Fact,
    Happened,
    OutcomeAchieved,
    SegmentAssigned,
    VisitBegan,
    VisitEnded,
)
from frontdesk.domain.journey.keys import Contact
from frontdesk.domain.journey.matching import assigned, match
from frontdesk.domain.journey.segments import Outcome, Segment
from frontdesk.domain.journey.urls import page
from frontdesk.domain.journey.web_events import Origin, Scalar, WebEvent

Defined = Segment | Outcome | ActionMap
BEGAN_MS = 1_790_000_000_000
VIEW = "page_viewed"
NOBODY = Origin()


def defined(*things: Defined) -> Definitions:
    """The definitions that consist of these."""
    return Definitions(
        segments={one.id: one for one in things if isinstance(one, Segment)},
        outcomes={one.id: one for one in things if isinstance(one, Outcome)},
        action_maps={one.id: one for one in things if isinstance(one, ActionMap)},
    )


def a_segment(name: str = "s1", **rest: object) -> Segment:
    return Segment(id=name, version=1, display_name=name, **rest)


def an_outcome(name: str = "o1", **rest: object) -> Outcome:
    return Outcome(id=name, version=1, display_name=name, **rest)


class Visitor:
    """One customer on a site where these things are defined."""

    def __init__(
        self, *things: Defined, origin: Origin | None = None, contact: Contact | None = None
    ) -> None:
        self.things = {one.id: one for one in things}
        self.compiled = Compiled(defined(*things))
        self.customer = Customer("c1")
        self.now_ms = BEGAN_MS
        self.origin = origin
        self.contact = contact
        self.event: WebEvent | None = None  # The last one.
        self._ids = (f"id{number}" for number in itertools.count(1))
        self.comes()

    def redefine(self, *things: Defined) -> None:
        """These are changed, and so have the next version."""
        for thing in things:
            version = self.things[thing.id].version + 1 if thing.id in self.things else 1
            self.things[thing.id] = replace(thing, version=version)
        self.compiled = Compiled(defined(*self.things.values()))

    def comes(self) -> None:
        """A visit begins; the one before is over."""
        if self.customer.visit.is_open:
            self._add([VisitEnded(self.customer.visit.id, self.now_ms)])
        self._add([VisitBegan(f"v{self.customer.visits + 1}", "d1", self.now_ms, self.origin)])

    def waits(self, days: float) -> None:
        self.now_ms += round(days * DAY_MS)

    def views(self, *paths: str) -> Sequence[Fact]:
        """Pages one after the other; what follows from the last."""
        return [self.does(VIEW, path) for path in paths][-1]

    def does(
        self,
        name: str,
        path: str = "/",
        *,
        title: str = "",
        search: str = "",
        visit_id: str = "",
        is_late: bool = False,
        stream: str = "Web",
        is_authenticated: bool = False,
        **attributes: Scalar,
    ) -> Sequence[Fact]:
        """One event, and what follows from it."""
        url = path if "://" in path else f"https://shop.example{path}"
        event = WebEvent(
            id=f"e{self.customer.events}",
            name=name,
            visit_id=visit_id or self.customer.visit.id,
            created_ms=self.now_ms - 1000 * is_late,
            page=page(url, title=title),
            stream_type=stream,
            search_query=search,
            attributes=attributes,
            is_late=is_late,
            is_authenticated=is_authenticated,
        )
        self.event = event
        self._add([Happened(event)])
        facts = match(self.customer, event, self.compiled, self.now_ms, self._ids.__next__, self.contact)
        self._add(facts)
        return facts

    def fits(self) -> set[str]:
        """The segments that fit now."""
        return {one.segment_id for one in assigned(self.customer, self.now_ms)}

    def triggered(self) -> Collection[str]:
        """The maps whose event conditions are all met."""
        return set(self.compiled.triggered(self.customer))

    def _add(self, facts: Sequence[Fact]) -> None:
        for fact in facts:
            self.customer = evolve(self.customer, fact, self.now_ms)


def matched(facts: Sequence[Fact]) -> list[str]:
    """The ids of what came to fit and of what was achieved."""
    return [
        fact.segment_id if isinstance(fact, SegmentAssigned) else fact.outcome_id
        for fact in facts
        if isinstance(fact, SegmentAssigned | OutcomeAchieved)
    ]


def progress(facts: Sequence[Fact]) -> list[Advanced]:
    return [fact for fact in facts if isinstance(fact, Advanced)]
