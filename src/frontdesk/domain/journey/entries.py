"""What reports count: made of facts as they are written. None of it says who somebody is.

Visits are told apart by their stream and by the how manieth of their customer they are, so that the customer
can be erased and the numbers stay.

Source:  journey.md §8.3, §11.1, §11.4.
"""

from collections.abc import Iterator
from typing import ClassVar

from msgspec import Struct

from frontdesk.domain.journey.customer import Action, AnyFact, Customer, Visit
from frontdesk.domain.journey.facts import (
    Blocked,
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
from frontdesk.domain.journey.unfolding import Unfolding


class Where(Struct, frozen=True, omit_defaults=True, gc=False):
    """What is known of a visit that reports may be grouped by."""

    device_category: str = ""
    device_type: str = ""
    country: str = ""


class VisitEntry(Struct, frozen=True, omit_defaults=True):
    """A visit began."""

    KIND: ClassVar[str] = "visit"

    visit: int
    deployment_id: str = ""
    where: Where = Where()


class SegmentEntry(Struct, frozen=True, omit_defaults=True):
    """A segment fits."""

    KIND: ClassVar[str] = "segment"

    visit: int
    segment_id: str
    where: Where = Where()


class OutcomeEntry(Struct, frozen=True, omit_defaults=True):
    """A goal was reached, after these action maps had acted, as far as they had come (§11.5)."""

    KIND: ClassVar[str] = "outcome"

    visit: int
    outcome_id: str
    value: float | None = None
    after_engaged: tuple[str, ...] = ()
    after_offered: tuple[str, ...] = ()
    where: Where = Where()


class ActionEntry(Struct, frozen=True, omit_defaults=True):
    """An action came into a state for the first time, or something was noted of it.

    Shape:   `what` is the word of the wire for it, or `lapsed`; `was` the state before.
    Units:   `offered_ms` is when it was first offered, 0 for not yet; `disposition_ms` how long after that it
             was disposed of; `waited_ms` how long after its start somebody answered the chat.
    """

    KIND: ClassVar[str] = "action"

    visit: int
    action_id: str
    map_id: str
    map_version: int
    media_type: str
    what: str
    was: str = ""
    stage: str = ""
    target_id: str = ""
    template_id: str = ""
    offered_ms: int = 0
    disposition_ms: int | None = None
    waited_ms: int | None = None
    where: Where = Where()


class BlockEntry(Struct, frozen=True, omit_defaults=True):
    """An action of a map was looked at and not offered."""

    KIND: ClassVar[str] = "block"

    visit: int
    action_id: str
    map_id: str
    map_version: int
    media_type: str
    reason: str
    target_id: str = ""
    by_map: str = ""
    cap: str = ""
    schedule_group: str = ""
    emergency_group: str = ""
    where: Where = Where()


class ScoreEntry(Struct, frozen=True, omit_defaults=True):
    """A visit is over in which an outcome was scored, at most so high, by the model of this number."""

    KIND: ClassVar[str] = "score"

    visit: int
    outcome_id: str
    model: int
    highest: float
    where: Where = Where()


AnyEntry = VisitEntry | SegmentEntry | OutcomeEntry | ActionEntry | BlockEntry | ScoreEntry
KINDS: dict[str, type[AnyEntry]] = {
    kind.KIND: kind for kind in (VisitEntry, SegmentEntry, OutcomeEntry, ActionEntry, BlockEntry, ScoreEntry)
}

REPORTED = frozenset(
    (VisitBegan, VisitEnded, SegmentAssigned, OutcomeAchieved, Qualified, Moved, Noted, Blocked)
)


def entries(story: Unfolding) -> Iterator[AnyEntry]:
    """The entries of facts that are added to a customer's history, in their order."""
    for before, fact, after in story.steps():
        if type(fact) in REPORTED:  # Of most page views none is.
            yield from _of(before, fact, after, story.now_ms)


def _of(before: Customer, fact: AnyFact, after: Customer, now_ms: int) -> Iterator[AnyEntry]:
    visit, where = after.visits, _where(after.visit)
    match fact:
        case VisitBegan():
            yield VisitEntry(visit, fact.deployment_id, where)
        case VisitEnded():
            for score in before.visit.scores:
                yield ScoreEntry(visit, score.outcome_id, score.model, score.max_probability, where)
        case SegmentAssigned():
            yield SegmentEntry(visit, fact.segment_id, where)
        case OutcomeAchieved():
            yield OutcomeEntry(
                visit, fact.outcome_id, fact.value, fact.after_engaged, fact.after_offered, where
            )
        case Qualified():
            what = State.QUALIFIED_OUTSIDE_SCHEDULE if fact.is_outside_schedule else State.QUALIFIED
            yield from _action(after, fact.action_id, what.value, where)
        case Moved():
            yield from _moved(before, fact, after, now_ms)
        case Noted() if fact.note is not Note.STILL_THERE:
            yield from _action(after, fact.action_id, fact.note.value, where)
        case Blocked():
            yield from _blocks(fact, after)
        case _:
            pass


def _moved(before: Customer, fact: Moved, after: Customer, now_ms: int) -> Iterator[AnyEntry]:
    action = before.action(fact.action_id)
    if action is None or not _is_first(action, fact.state):
        return
    is_answer = fact.state is State.ENGAGED and action.state is State.STARTED
    yield from _action(
        after,
        fact.action_id,
        fact.state.value,
        _where(after.visit),
        was=action.state.value,
        stage=(action.stage if fact.state is State.LAPSED else fact.stage).value,
        disposition_ms=fact.disposition_ms,
        waited_ms=now_ms - action.moved_ms if is_answer else None,
    )


def _is_first(action: Action, state: State) -> bool:
    """Whether it comes into the state for the first time: only what failed is offered, and fails, again."""
    if state is State.OFFERED:
        return not action.offered_ms
    return state is not State.ERRORED or action.attempt <= 1


def _action(
    customer: Customer,
    action_id: str,
    what: str,
    where: Where,
    *,
    was: str = "",
    stage: str = "",
    disposition_ms: int | None = None,
    waited_ms: int | None = None,
) -> Iterator[AnyEntry]:
    action = customer.action(action_id)
    if action is not None:
        yield ActionEntry(
            visit=customer.visits,
            action_id=action_id,
            map_id=action.map_id,
            map_version=action.map_version,
            media_type=action.media_type,
            what=what,
            was=was,
            stage=stage,
            target_id=action.target_id,
            template_id=action.template_id,
            offered_ms=action.offered_ms,
            disposition_ms=disposition_ms,
            waited_ms=waited_ms,
            where=where,
        )


def _blocks(fact: Blocked, after: Customer) -> Iterator[AnyEntry]:
    for block in fact.blocks:
        action = after.action(block.action_id)
        if action is not None:
            yield BlockEntry(
                visit=after.visits,
                action_id=action.id,
                map_id=action.map_id,
                map_version=action.map_version,
                media_type=action.media_type,
                reason=block.reason.value,
                target_id=action.target_id,
                by_map=block.by_map,
                cap=block.cap,
                schedule_group=block.schedule_group,
                emergency_group=block.emergency_group,
                where=_where(after.visit),
            )


def _where(visit: Visit) -> Where:
    device = visit.origin.device
    return Where(device.category, device.type, visit.origin.geolocation.country)
