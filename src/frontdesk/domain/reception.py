"""Reception: what becomes of a chat that comes to a queue which cannot simply take it."""

from enum import StrEnum

from msgspec import Struct

from frontdesk.domain.hours import Hours, is_open


class Situation(StrEnum):
    """Why somebody who comes now may find nobody."""

    CLOSED = "closed"
    FULL = "full"
    NOBODY = "nobody"


class Does(StrEnum):
    """What happens then.

    Shape:   `REFUSE`: it does not begin, or where it has begun already ends as by `END`; `END`: the visitor
             is told, and it ends; `TELL`: the visitor is told, and it waits; `WAIT`: it waits.
    """

    REFUSE = "refuse"
    END = "end"
    TELL = "tell"
    WAIT = "wait"


class Answer(Struct, frozen=True):
    """What is done and what the visitor is told."""

    does: Does
    text: str = ""


class ReceptionRules(Struct, frozen=True, kw_only=True):
    """How a queue receives. `hours` None is always open, `waiting_max` 0 no limit."""

    hours: Hours | None = None
    waiting_max: int = 0
    closed: Answer = Answer(Does.WAIT)
    full: Answer = Answer(Does.WAIT)
    nobody: Answer = Answer(Does.WAIT)

    def answer(self, situation: Situation) -> Answer:
        match situation:
            case Situation.CLOSED:
                return self.closed
            case Situation.FULL:
                return self.full
            case Situation.NOBODY:
                return self.nobody


OPEN = ReceptionRules()


class Outlook(Struct, frozen=True):
    """What somebody who comes to a queue finds there.

    Shape:   `waiting` are those before them; `places` are free now for their chat; `could_answer` says
             whether anybody is ready who may take it, now or later.
    """

    waiting: int
    places: int = 0
    could_answer: bool = True


def situation(rules: ReceptionRules, at_ms: int, outlook: Outlook) -> Situation | None:
    """Why somebody who comes at that moment may find nobody; None when all is well."""
    if rules.hours is not None and not is_open(rules.hours, at_ms):
        return Situation.CLOSED
    if rules.waiting_max and outlook.waiting - outlook.places >= rules.waiting_max:
        return Situation.FULL
    return None if outlook.could_answer else Situation.NOBODY
