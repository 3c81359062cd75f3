"""Past visits of one browser lived again with one action map as it would be: who would have got the offer.

What was decided then about segments, outcomes and offers is left aside and decided anew, with the definitions
of now. Whether people were free to answer then is not known, so nobody asks.

Source:  journey.md §13.2, `/actionmaps/estimates/jobs`.
"""

from collections.abc import Callable, Iterable, Sequence

from msgspec import Struct
from msgspec.structs import replace

from frontdesk.domain.journey.action_maps import ActionMap
from frontdesk.domain.journey.collecting import timeout_ms
from frontdesk.domain.journey.compiling import Compiled
from frontdesk.domain.journey.customer import Action, AnyFact, Customer
from frontdesk.domain.journey.definitions import Definitions
from frontdesk.domain.journey.evolving import evolve
from frontdesk.domain.journey.facts import (
    Consented,
    Fact,
    Happened,
    Linked,
    Named,
    OriginSeen,
    Reason,
    Scored,
    VisitBegan,
    VisitEnded,
)
from frontdesk.domain.journey.gate_checks import CHECKS, Ask, Candidate, activates_ms
from frontdesk.domain.journey.pacing import Room
from frontdesk.domain.journey.qualifying import qualify
from frontdesk.domain.journey.reaping import carry, lapse
from frontdesk.domain.journey.visiting import is_open
from frontdesk.domain.journey.web_events import WebEvent

Match = Callable[[Customer, WebEvent, int], Sequence[AnyFact]]
"""What follows from an event of a customer at a moment, by the definitions of now."""

_LIVED = (VisitBegan, OriginSeen, VisitEnded, Happened, Scored, Consented, Linked, Named)
_OF_THE_MOMENT = (Reason.CONTROL_GROUP, Reason.PAGE_URL, Reason.TRIGGER_DATE, Reason.OUTSIDE_SCHEDULE)
_CHECKS = tuple(check for check in CHECKS if check.reason in _OF_THE_MOMENT)


class Lived(Struct, frozen=True):
    """What became of one visit. `segments` are those of the map's trigger that fitted in it."""

    visit_id: str
    qualified: bool
    offered: bool
    segments: tuple[str, ...]


class _Unasked:
    """People who are there whenever they are needed."""

    def room(self, _target_id: str, _deployment_id: str) -> Room:
        return Room()


def alone(definitions: Definitions, action_map: ActionMap) -> Definitions:
    """The definitions with this one map, in force at any time."""
    always = replace(action_map, is_active=True, start_date=None, end_date=None)
    return replace(definitions, action_maps={always.id: always})


class Replay:
    """One customer's history with one map. Visits that began before `from_ms` count for nothing."""

    def __init__(
        self,
        customer_id: str,
        compiled: Compiled,
        match: Match,
        from_ms: int,
        ids: Callable[[], str],
    ) -> None:
        self.visits: dict[str, Lived] = {}
        self.customer = Customer(id=customer_id)
        self._compiled = compiled
        self._map = next(iter(compiled.definitions.action_maps.values()))
        self._match = match
        self._from_ms = from_ms
        self._ids = ids
        self._seen_ms = 0

    def take(self, fact: AnyFact, time_ms: int) -> None:
        """Go on with the next fact of the history."""
        if not isinstance(fact, _LIVED):
            return
        self._wait_until(time_ms if isinstance(fact, Happened) else 0)
        if isinstance(fact, VisitEnded):
            self.add(lapse(self.customer, time_ms), time_ms)
        self.add((fact,), time_ms)
        match fact:
            case VisitBegan():
                self.add(carry(self.customer, time_ms), time_ms)
                if fact.began_ms >= self._from_ms:
                    self.visits[fact.visit_id] = Lived(
                        fact.visit_id, qualified=False, offered=False, segments=()
                    )
            case Happened():
                self.add(self._match(self.customer, fact.event, time_ms), time_ms)
                self._look(time_ms)
            case Scored():
                self._look(time_ms)

    def hear(self, facts: Sequence[Fact], time_ms: int) -> None:
        """Another browser of the same person has made these true.

        Shape:   an offer that follows is shown if something happens later in the visit: until then nobody
                 knows whether the page is still open.
        """
        self.add(facts, time_ms)
        if facts and is_open(self.customer.visit, timeout_ms(self._compiled), time_ms):
            self._earn(time_ms)

    def _look(self, time_ms: int) -> None:
        """Whether the map has qualified by now, and could be shown on the page where somebody is."""
        self._seen_ms = time_ms
        self._earn(time_ms)
        lived, action = self.visits.get(self.customer.visit.id), self._action()
        if lived is not None and action is not None and not lived.offered:
            self.visits[lived.visit_id] = replace(lived, offered=self._may_show(action, time_ms))

    def _earn(self, time_ms: int) -> None:
        """Whether the map has qualified by now."""
        self.add(qualify(self.customer, self._compiled, time_ms, self._ids), time_ms)
        visit = self.customer.visit
        lived = self.visits.get(visit.id)
        if lived is None:
            return
        here = {one.segment_id for one in (*visit.assignments, *self.customer.assignments)}
        self.visits[visit.id] = replace(
            lived,
            qualified=lived.qualified or self._action() is not None,
            segments=tuple(one for one in self._map.trigger_with_segments if one in here),
        )

    def _wait_until(self, time_ms: int) -> None:
        """The time until the next event passed on the page before: a delay may have been over by then."""
        lived = self.visits.get(self.customer.visit.id)
        action = self._action()
        if lived is None or lived.offered or action is None:
            return
        due_ms = activates_ms(action, self._map)
        if due_ms is not None and self._seen_ms < due_ms <= time_ms and self._may_show(action, due_ms):
            self.visits[lived.visit_id] = replace(lived, offered=True)

    def _may_show(self, action: Action, at_ms: int) -> bool:
        visit = self.customer.visit
        one = Candidate(
            self.customer, action, self._map, Ask(visit.page.url), self._compiled, _Unasked(), at_ms
        )
        return bool(visit.page.url) and all(
            check.find(one) is None for check in _CHECKS if check.applies(self._map)
        )

    def _action(self) -> Action | None:
        visit_id = self.customer.visit.id
        return next((one for one in self.customer.actions if one.visit_id == visit_id), None)

    def add(self, facts: Iterable[AnyFact], time_ms: int) -> None:
        """Let these be true as well."""
        for fact in facts:
            self.customer = evolve(self.customer, fact, time_ms)
