"""What one more event makes true: how far matchers have come, which segments fit, what is achieved.

Nothing is looked up in the past: for each matcher it is kept how far it has come, and events count in the
order in which they are received.

Source:  journey.md §6.4 (counting), §6.5 (scope), §7.1 (outcomes), §8.2 rule 2 (event conditions of maps).
"""

from collections.abc import Callable, Iterable, Sequence
from math import isfinite

from frontdesk.domain.journey.action_maps import MediaType
from frontdesk.domain.journey.comparing import number_of
from frontdesk.domain.journey.compiling import Compiled, Kind, Matcher, Met
from frontdesk.domain.journey.customer import Action, Assignment, Customer
from frontdesk.domain.journey.definitions import Definitions
from frontdesk.domain.journey.facts import (
    Advanced,
    Fact,
    OutcomeAchieved,
    SegmentAssigned,
    SegmentRemoved,
    State,
    Step,
    shared_step,
)
from frontdesk.domain.journey.finding import all_hold
from frontdesk.domain.journey.keys import ATTRIBUTE, Contact
from frontdesk.domain.journey.segments import ValueField, ValueType
from frontdesk.domain.journey.web_events import WebEvent

NO_CONTACT: Contact = {}


def match(
    customer: Customer,
    event: WebEvent,
    compiled: Compiled,
    now_ms: int,
    ids: Callable[[], str],
    contact: Contact = NO_CONTACT,
    *,
    is_linked: bool = False,
) -> Sequence[Fact]:
    """What follows from `event`, which has just happened to the customer.

    Shape:   assignments that are over, then progress, then new assignments and achievements in the order of
             the definitions. An event of a visit that is over counts for segments of the customer only, and
             those are left out with `is_linked`: their counters are the contact's (`contact_progress.py`).
    """
    progress = _Progress(customer, event, now_ms)
    met, fitting = compiled.met(customer, event, contact), compiled.fitting(customer, event, contact)
    pieces: Sequence[Matcher] = compiled.in_pieces
    if is_linked:
        met = [one for one in met if not one[0].of_customer]
        pieces, fitting = ([m for m in of if not m.of_customer] for of in (pieces, fitting))
    finished = [m for m, index in met if progress.advance(m, index)]
    found = _found(progress, finished, pieces, fitting, contact)
    news = [fact for m in found if (fact := progress.satisfied(m, ids)) is not None]
    return [*expired(customer, now_ms), *progress.advanced(), *news]


def match_lasting(
    customer: Customer, event: WebEvent, compiled: Compiled, now_ms: int, contact: Contact = NO_CONTACT
) -> tuple[Sequence[Met], Sequence[Matcher]]:
    """The patterns of segments of the customer for which `event` counts, and those segments that fit by it.

    Shape:   a segment may also fit whose patterns were all met before, where several have counted apart.
    """
    progress = _Progress(customer, event, now_ms)
    counted: list[Met] = []
    finished = [m for step in customer.steps if (m := compiled.lasting.get(step.matcher)) and not m.context]
    finished = [m for m in finished if progress.was_finished(m)]
    for matcher, index in compiled.met(customer, event, contact):
        if matcher.of_customer:
            before = progress.step(matcher)
            if progress.advance(matcher, index):
                finished.append(matcher)
            if progress.step(matcher) is not before:
                counted.append((matcher, index))
    pieces = [m for m in compiled.in_pieces if m.of_customer]
    fitting = [m for m in compiled.fitting(customer, event, contact) if m.of_customer]
    return counted, _found(progress, finished, pieces, fitting, contact)


def _found(
    progress: "_Progress",
    finished: Sequence[Matcher],
    in_pieces: Sequence[Matcher],
    fitting: Sequence[Matcher],
    contact: Contact,
) -> Sequence[Matcher]:
    """What is satisfied by the event, in the order of the definitions."""
    customer, event = progress.customer, progress.event
    met = [*finished, *(m for m in in_pieces if progress.was_finished(m))]
    found = [m for m in met if not m.context or all_hold(m.context, customer, event, contact)]
    found += [m for m in fitting if progress.is_open(m)]
    found.sort(key=_number)
    return found


def expired(customer: Customer, now_ms: int) -> Sequence[SegmentRemoved]:
    """The assignments of the customer whose time is up."""
    return [SegmentRemoved(one.id) for one in customer.assignments if 0 < one.expires_ms <= now_ms]


def assigned(customer: Customer, now_ms: int) -> Sequence[Assignment]:
    """The segments that fit now: the visit's, and those of the customer."""
    return [*(customer.visit.assignments if customer.visit.is_open else ()), *lasting(customer, now_ms)]


def lasting(customer: Customer, now_ms: int) -> Sequence[Assignment]:
    """The segments of the customer whose time is not up."""
    return [one for one in customer.assignments if not 0 < one.expires_ms <= now_ms]


def shown_to_agents(assignments: Iterable[Assignment], definitions: Definitions) -> Sequence[Assignment]:
    """Those that agents may see."""
    segments = definitions.segments
    return [
        one
        for one in assignments
        if (segment := segments.get(one.segment_id)) is not None and segment.should_display_to_agent
    ]


def _number(matcher: Matcher) -> int:
    return matcher.number


class _Progress:
    """How far matchers have come, while one event is looked at."""

    def __init__(self, customer: Customer, event: WebEvent, now_ms: int) -> None:
        visit = customer.visit
        self.customer, self.event, self._now_ms = customer, event, now_ms
        self._is_in_visit = visit.is_open and event.visit_id == visit.id
        self._had = {*visit.achieved, *(one.segment_id for one in assigned(customer, now_ms))}
        # Of the visit, and of the customer.
        self._before = (
            {step.matcher: step for step in visit.steps},
            {step.matcher: step for step in customer.steps},
        )
        self._news: tuple[dict[str, Step], dict[str, Step]] = {}, {}

    def is_open(self, matcher: Matcher) -> bool:
        """Whether there is anything left for it to match."""
        if not (self._is_in_visit or matcher.of_customer):
            return False
        if matcher.id in self._had:  # A context that goes on holding is one achievement.
            return matcher.repeats and bool(matcher.patterns)
        return matcher.counts_at(self._now_ms)

    def step(self, matcher: Matcher) -> Step | None:
        """How far it has come by now."""
        of = matcher.of_customer
        return self._news[of].get(matcher.id) or self._before[of].get(matcher.id)

    def was_finished(self, matcher: Matcher) -> bool:
        """Whether its patterns were all met before, so that it waits for its context alone."""
        return self.is_open(matcher) and matcher.is_finished(
            self._before[matcher.of_customer].get(matcher.id)
        )

    def advance(self, matcher: Matcher, index: int) -> bool:
        """The pattern of this index is met once more; whether that was the last that was missing."""
        if not self.is_open(matcher):
            return False
        before, news = self._before[matcher.of_customer], self._news[matcher.of_customer]
        step = before.get(matcher.id)
        if not matcher.is_ordered:
            step = news.get(matcher.id, step)  # One event may count for several.
        if step is None or step.version != matcher.version:
            step = shared_step(matcher.id, matcher.version)
        if matcher.is_ordered and index != step.index:
            return False  # It is not its turn.
        after = _ordered(matcher, step, index) if matcher.is_ordered else _in_any_order(matcher, step, index)
        if after is None:
            return False
        news[matcher.id] = after
        return after.index == len(matcher.patterns)

    def satisfied(self, matcher: Matcher, ids: Callable[[], str]) -> Fact | None:
        """What it means; it begins anew then. That a map may act follows from its progress alone."""
        if matcher.kind is Kind.ACTION_MAP:
            return None
        news = self._news[matcher.of_customer]
        if matcher.id in self._before[matcher.of_customer]:
            news[matcher.id] = shared_step(matcher.id, matcher.version)
        else:
            news.pop(matcher.id, None)
        visit_id = self.customer.visit.id
        if matcher.kind is Kind.SEGMENT:
            return SegmentAssigned(
                segment_id=matcher.id,
                assignment_id=ids(),
                visit_id=visit_id,
                version=matcher.version,
                of_customer=matcher.of_customer,
                expires_ms=self._now_ms + matcher.lasts_ms if matcher.lasts_ms else 0,
            )
        actions = [action for action in self.customer.actions if action.visit_id == visit_id]
        return OutcomeAchieved(
            outcome_id=matcher.id,
            visit_id=visit_id,
            version=matcher.version,
            value=_value(self.event, matcher.value_field),
            after_engaged=_maps(action for action in actions if _has_engaged(action)),
            after_offered=_maps(action for action in actions if action.offered_ms),
        )

    def advanced(self) -> Sequence[Advanced]:
        """The progress, if there was any."""
        of_visit, of_customer = self._news
        if not of_visit and not of_customer:
            return ()
        return (Advanced(tuple(of_visit.values()), tuple(of_customer.values())),)


def _ordered(matcher: Matcher, step: Step, index: int) -> Step:
    count = (step.counts[0] if step.counts else 0) + 1
    if count >= matcher.patterns[index].count:
        return shared_step(matcher.id, matcher.version, index + 1)
    return shared_step(matcher.id, matcher.version, index, (count,))


def _in_any_order(matcher: Matcher, step: Step, index: int) -> Step | None:
    patterns = matcher.patterns
    counts = list(step.counts or (0,) * len(patterns))
    if step.index == len(patterns) or counts[index] >= patterns[index].count:
        return None
    counts[index] += 1
    complete = sum(count >= pattern.count for count, pattern in zip(counts, patterns, strict=True))
    left = () if complete == len(patterns) else tuple(counts)
    return shared_step(matcher.id, matcher.version, complete, left)


def _value(event: WebEvent, field: ValueField | None) -> float | None:
    """What an achievement is worth: the number in that attribute of the event, if it is one of its type."""
    if field is None:
        return None
    value = event.attributes.get(field.name.removeprefix(ATTRIBUTE))
    number = number_of(value) if value is not None else None
    if number is None or not isfinite(number):
        return None
    return number if field.data_type is ValueType.NUMBER or number.is_integer() else None


def _has_engaged(action: Action) -> bool:
    """Whether it has done what it was for. Source: journey.md §11.5."""
    if action.media_type == MediaType.CONTENT_OFFER:
        return action.state is State.ACCEPTED
    return action.state in (State.ENGAGED, State.COMPLETED)


def _maps(actions: Iterable[Action]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(action.map_id for action in actions))
