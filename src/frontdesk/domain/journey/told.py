"""A customer's history told as the events of their visits, as lists show them.

Source:  journey.md §1.1, §8.3, §9.2.
"""

from collections.abc import Iterator
from enum import StrEnum
from uuid import NAMESPACE_URL, UUID, uuid5

from msgspec import Struct
from msgspec.structs import replace

from frontdesk.domain.journey.customer import AnyFact, Customer
from frontdesk.domain.journey.facts import (
    Block,
    Blocked,
    Called,
    Carried,
    HandedOut,
    Happened,
    Moved,
    Note,
    Noted,
    OutcomeAchieved,
    Qualified,
    SegmentAssigned,
    State,
    VisitBegan,
    VisitEnded,
)


class EventType(StrEnum):
    """What an event of a visit tells."""

    WEB = "WebEvent"
    SEGMENT = "SegmentAssignmentEvent"
    OUTCOME = "OutcomeAchievedEvent"
    ACTION = "WebActionEvent"
    BLOCKED = "BlockedWebActionOfferEvent"
    CALL = "WebhookCallEvent"


class Told(Struct, frozen=True):
    """One event of a visit.

    Shape:   `state` is what a web action event tells; `block` what a blocked one does; `prompt` the text of
             the offer that it is about, as it was then. `customer` is who they were just after. Events of one
             fact have `number` 0, 1 …
    Units:   `time_ms` is when it was written down.
    """

    type: EventType
    version: int
    time_ms: int
    fact: AnyFact
    customer: Customer
    visit_id: str
    number: int = 0
    state: str = ""
    block: Block | None = None
    prompt: str = ""

    @property
    def id(self) -> str:
        """Its id: the one it has, or one that follows from where it stands."""
        match self.fact:
            case Happened():
                return self.fact.event.id
            case SegmentAssigned():
                return self.fact.assignment_id
            case _:
                return str(uuid5(_space(self.customer.id), f"{self.version}/{self.number}"))


class Prompts:
    """The texts of the offers of a history that is read from its beginning.

    Shape:   that of an action is what it was handed out with, until then what it qualified with.
    """

    def __init__(self) -> None:
        self._by_action: dict[str, str] = {}

    def take(self, fact: AnyFact) -> None:
        """Go on with the next fact."""
        if isinstance(fact, Qualified | HandedOut) and fact.prompt:
            self._by_action[fact.action_id] = fact.prompt

    def of(self, event: Told) -> Told:
        """The event with the text of its offer."""
        action_id = event.block.action_id if event.block else getattr(event.fact, "action_id", "")
        prompt = self._by_action.get(action_id, "")
        return replace(event, prompt=prompt) if prompt else event


def _space(customer_id: str) -> UUID:
    return uuid5(NAMESPACE_URL, f"customer/{customer_id}")


def told(customer: Customer, fact: AnyFact, time_ms: int) -> Iterator[Told]:
    """The events that a fact is; `customer` is who they are after it. Some facts are none."""
    visit_id, version = visit_of(customer, fact), customer.version
    match fact:
        case Happened():
            yield Told(EventType.WEB, version, time_ms, fact, customer, visit_id)
        case SegmentAssigned():
            yield Told(EventType.SEGMENT, version, time_ms, fact, customer, visit_id)
        case OutcomeAchieved():
            yield Told(EventType.OUTCOME, version, time_ms, fact, customer, visit_id)
        case Qualified():
            state = State.QUALIFIED_OUTSIDE_SCHEDULE if fact.is_outside_schedule else State.QUALIFIED
            yield Told(EventType.ACTION, version, time_ms, fact, customer, visit_id, state=state.value)
        case Moved() if fact.state is not State.LAPSED:
            yield Told(EventType.ACTION, version, time_ms, fact, customer, visit_id, state=fact.state.value)
        case Noted() if fact.note in (Note.OFFERED_OUTSIDE_SCHEDULE, Note.FREQUENCY_CAP_REACHED):
            yield Told(EventType.ACTION, version, time_ms, fact, customer, visit_id, state=fact.note.value)
        case Called():
            yield Told(EventType.CALL, version, time_ms, fact, customer, visit_id)
        case Blocked():
            for number, block in enumerate(fact.blocks):
                yield Told(EventType.BLOCKED, version, time_ms, fact, customer, visit_id, number, block=block)


def visit_of(customer: Customer, fact: AnyFact) -> str:
    """The visit that a fact is about: the one it names, that of its action, or else the newest."""
    match fact:
        case Happened():
            return fact.event.visit_id
        case VisitBegan() | VisitEnded() | SegmentAssigned() | OutcomeAchieved():
            return fact.visit_id
        case Qualified() | Carried() | Called():
            return fact.visit_id
        case Moved() | Noted() | HandedOut():
            action = customer.action(fact.action_id)
            return action.visit_id if action is not None else customer.visit.id
        case _:
            return customer.visit.id
