"""What a customer's history teaches about one outcome: each visit that is over, with its rows.

Source:  journey.md §7.5.
"""

from collections.abc import Iterator
from collections.abc import Set as AbstractSet

from frontdesk.domain.journey.customer import AnyFact, Customer
from frontdesk.domain.journey.facts import Happened, Moved, OutcomeAchieved, State, VisitBegan, VisitEnded
from frontdesk.domain.journey.scoring.learning import Past
from frontdesk.domain.journey.scoring.model import Row, row_of
from frontdesk.domain.journey.scoring.trail import Trail, after


class Remembering:
    """A fold over one customer's history: `take` each fact with who they were after it; visits as they end.

    Shape:   `tied` are the action maps that this outcome triggers.
    """

    def __init__(self, outcome_id: str, tied: AbstractSet[str]) -> None:
        self._outcome_id = outcome_id
        self._tied = tied
        self._trail: Trail | None = None
        self._rows: list[Row] = []
        self._is_achieved = self._was_offered = False

    def take(self, fact: AnyFact, customer: Customer) -> Iterator[Past[Row]]:
        """Go on with the next fact; the visit that ended with it, if one did."""
        match fact:
            case VisitBegan():
                self._begin(customer)
            case Happened() if fact.event.visit_id == customer.visit.id:
                self._happened(fact, customer)
            case OutcomeAchieved() if fact.outcome_id == self._outcome_id and not self._is_achieved:
                self._is_achieved = True
                del self._rows[-1:]  # That of the event that achieved it.
            case Moved() if fact.state is State.OFFERED:
                action = customer.action(fact.action_id)
                self._was_offered |= action is not None and action.map_id in self._tied
            case VisitEnded() if self._trail is not None:
                yield Past(fact.ended_ms, tuple(self._rows), self._is_achieved, self._was_offered)
                self._trail = None
            case _:
                pass

    def _begin(self, customer: Customer) -> None:
        self._trail = trail_of(customer)
        self._rows = []
        self._is_achieved = self._was_offered = False

    def _happened(self, fact: Happened, customer: Customer) -> None:
        if self._trail is None:
            return  # Its beginning has been forgotten.
        self._trail = after(self._trail, fact.event, customer.visit.origin)
        if not self._is_achieved:
            self._rows.append(row_of(self._trail))


def trail_of(customer: Customer) -> Trail:
    """The trail of a visit that has just begun."""
    visit = customer.visit
    return Trail(visit.began_ms, visit.began_ms, customer.visits, visit.origin)
