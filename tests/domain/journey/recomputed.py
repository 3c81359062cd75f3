"""Matching as the rules say it, from the list of everything that happened: slow, plain, and without state.

For each matcher the story is cut to the part that counts (this visit, since the last change, since it last
fitted) and that part is counted from its beginning, again for each event.

Source:  journey.md §6.4, §6.5, §7.1, §8.2 rule 2.
"""

from collections.abc import Sequence
from itertools import groupby

from msgspec import Struct

from frontdesk.domain.journey.action_maps import ActionMap
from frontdesk.domain.journey.comparing import comparison
from frontdesk.domain.journey.compiling import DAY_MS
from frontdesk.domain.journey.criteria import Criterion, EventCondition, JourneyPattern, Ordering
from frontdesk.domain.journey.customer import Customer
from frontdesk.domain.journey.keys import reader
from frontdesk.domain.journey.segments import Outcome, Scope, Segment
from frontdesk.domain.journey.web_events import WebEvent
from tests.domain.journey.looking import Defined


class Seen(Struct, frozen=True):
    """An event, the customer to whom it had happened, and what was defined then."""

    event: WebEvent
    customer: Customer
    now_ms: int
    things: tuple[Defined, ...]


def recomputed(story: Sequence[Seen]) -> list[set[str]]:
    """What came to fit or was achieved with each event; maps from when on their conditions are met."""
    found: list[set[str]] = [set() for _ in story]
    for name in sorted({thing.id for seen in story for thing in seen.things}):
        for at in _moments(name, story):
            found[at].add(name)
    return found


def _moments(name: str, story: Sequence[Seen]) -> list[int]:
    moments: list[int] = []
    for at in range(len(story)):
        if _matches(name, story, at, moments):
            moments.append(at)
    return moments


def _matches(name: str, story: Sequence[Seen], at: int, moments: Sequence[int]) -> bool:
    now = story[at]
    thing = _thing(name, now)
    if thing is None or not thing.is_active or not _conditions(thing):
        return False
    if not _is_of_customer(thing) and not _is_of_visit(now):
        return False
    before = [moment for moment in moments if _is_of_customer(thing) or _visit(story[moment]) == _visit(now)]
    begins = 0
    if before and isinstance(thing, Segment):
        days = _lasts_days(_thing(name, story[before[-1]]))
        until_ms = story[before[-1]].now_ms + (days or 0) * DAY_MS
        if days is None or now.now_ms < until_ms:
            return False
        # While it fitted, nothing was counted.
        begins = next(n for n in range(before[-1], at + 1) if story[n].now_ms >= until_ms)
    elif before and isinstance(thing, Outcome):
        if not thing.count_repeats or not patterns_of(thing):
            return False
        begins = before[-1] + 1
    relevant = [
        seen
        for seen in story[begins : at + 1]
        if _version(name, seen) == thing.version
        and (_is_of_customer(thing) or (_is_of_visit(seen) and _visit(seen) == _visit(now)))
    ]
    return _is_done(thing, relevant) and context_holds(thing, now)


def _is_done(thing: Defined, relevant: Sequence[Seen]) -> bool:
    """Whether these events, from the first on, meet all patterns."""
    patterns = patterns_of(thing)
    if isinstance(thing, Segment | Outcome) and thing.journey and thing.journey.ordering is Ordering.ANY:
        return all(sum(meets(seen, pattern) for seen in relevant) >= pattern.count for pattern in patterns)
    left = [pattern for pattern in patterns for _ in range(pattern.count)]
    for seen in relevant:
        if left and meets(seen, left[0]):
            left.pop(0)
    return not left


def patterns_of(thing: Defined) -> Sequence[JourneyPattern]:
    if isinstance(thing, ActionMap):
        conditions = thing.trigger_with_event_conditions
        names = list(dict.fromkeys(condition.event_name for condition in conditions))
        ordered = sorted(conditions, key=lambda one: names.index(one.event_name))
        return [
            JourneyPattern(tuple(map(_criterion, step)), 1, event_name=name)
            for name, step in groupby(ordered, lambda one: one.event_name)
        ]
    return thing.journey.patterns if thing.journey is not None else ()


def _criterion(condition: EventCondition) -> Criterion:
    return Criterion(condition.key, condition.values, condition.operator)


def meets(seen: Seen, pattern: JourneyPattern) -> bool:
    if (
        pattern.event_name not in (None, seen.event.name)
        or pattern.stream_type.value != seen.event.stream_type
    ):
        return False
    return pattern.session_type == "web" and all(
        _holds(seen, one, of_visit=False) for one in pattern.criteria
    )


def context_holds(thing: Defined, seen: Seen) -> bool:
    if isinstance(thing, ActionMap) or thing.context is None:
        return True
    return all(
        _holds(seen, one, of_visit=True) for pattern in thing.context.patterns for one in pattern.criteria
    )


def _holds(seen: Seen, criterion: Criterion, *, of_visit: bool) -> bool:
    value = reader(criterion.key, of_visit=of_visit)(seen.customer, seen.event, {})
    return comparison(criterion.operator, criterion.values, folds=criterion.should_ignore_case).holds(value)


def _conditions(thing: Defined) -> bool:
    context = None if isinstance(thing, ActionMap) else thing.context
    return bool(patterns_of(thing) or (context is not None and context.patterns))


def _is_of_customer(thing: Defined) -> bool:
    return isinstance(thing, Segment) and thing.scope is Scope.CUSTOMER


def _lasts_days(thing: Defined | None) -> int | None:
    return thing.assignment_expiration_days if isinstance(thing, Segment) and _is_of_customer(thing) else None


def _is_of_visit(seen: Seen) -> bool:
    return seen.event.visit_id == seen.customer.visit.id


def _visit(seen: Seen) -> str:
    return seen.customer.visit.id


def _thing(name: str, seen: Seen) -> Defined | None:
    return next((thing for thing in seen.things if thing.id == name), None)


def _version(name: str, seen: Seen) -> int | None:
    thing = _thing(name, seen)
    return thing.version if thing is not None and thing.is_active else None
