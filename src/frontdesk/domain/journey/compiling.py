"""Everything that follows from the definitions alone, worked out once per change of them and then shared.

A page view is looked at with hundreds of definitions, thousands of times a second: what waits for what is in
tables (`finding.py`), by the names of events.

Source:  journey.md §6, §8.2 rule 2.
"""

from collections.abc import Iterable, Mapping, Sequence
from enum import Enum, auto
from itertools import groupby

from msgspec import Struct
from msgspec.structs import replace

from frontdesk.domain.journey.action_maps import ActionMap
from frontdesk.domain.journey.comparing import comparison
from frontdesk.domain.journey.criteria import (
    Context,
    Criterion,
    EventCondition,
    Journey,
    Ordering,
)
from frontdesk.domain.journey.customer import Customer
from frontdesk.domain.journey.definitions import Definitions
from frontdesk.domain.journey.facts import Advanced, Fact, Step
from frontdesk.domain.journey.finding import Check, Checks, Finder
from frontdesk.domain.journey.keys import Contact, reader
from frontdesk.domain.journey.moments import ms_of
from frontdesk.domain.journey.segments import Outcome, Scope, Segment, ValueField
from frontdesk.domain.journey.tracking import Tracking
from frontdesk.domain.journey.triggers import Triggers
from frontdesk.domain.journey.url_conditions import UrlTest, failing, url_tests
from frontdesk.domain.journey.urls import UrlRules
from frontdesk.domain.journey.web_events import WebEvent
from frontdesk.errors import Refused

DAY_MS = 86_400_000
SESSION_TYPE = "web"  # Of all visits that we see.


class Kind(Enum):
    """What a matcher is of."""

    SEGMENT = auto()
    OUTCOME = auto()
    ACTION_MAP = auto()


class Pattern(Struct, frozen=True):
    """What one event has to be like, and how often. Shape: `event_name` empty is any."""

    checks: Checks
    count: int
    stream_type: str
    event_name: str


class Matcher(Struct, frozen=True, eq=False, kw_only=True):
    """The conditions of one segment, outcome or action map.

    Shape:   `number` is its place among all; `context` and `patterns` empty are no condition. A matcher
             without any never matches.
    Units:   `lasts_ms` is how long an assignment lasts, 0 for good; it counts events from `begins_ms` until
             `ends_ms`, None for always.
    """

    id: str
    version: int
    kind: Kind
    number: int = 0
    context: Checks = ()
    patterns: tuple[Pattern, ...] = ()
    is_ordered: bool = True
    of_customer: bool = False
    lasts_ms: int = 0
    repeats: bool = False
    value_field: ValueField | None = None
    begins_ms: int | None = None
    ends_ms: int | None = None

    def counts_at(self, now_ms: int) -> bool:
        """Whether it looks at events now."""
        return (self.begins_ms is None or self.begins_ms <= now_ms) and (
            self.ends_ms is None or now_ms < self.ends_ms
        )

    def is_finished(self, step: Step | None) -> bool:
        """Whether all its patterns are met."""
        if not self.patterns:
            return True
        return step is not None and step.version == self.version and step.index >= len(self.patterns)


_Thing = Segment | Outcome | ActionMap
_Made = tuple[_Thing, Matcher | None]

Met = tuple[Matcher, int]
"""A matcher, and the index of the pattern that an event meets."""


class Compiled:
    """One value of the definitions, made ready to be matched with.

    Shape:   `made` is what each thing has become, taken from `before` where it is the same thing; `left_out`
             are the ids of segments, outcomes and action maps whose criteria cannot be understood; `lasting`
             are the segments of customers.
    """

    def __init__(self, definitions: Definitions, before: "Compiled | None" = None) -> None:
        self.definitions = definitions
        self.made: Mapping[str, _Made] = _made(definitions, before.made if before is not None else {})
        # A newer version may have saved what we do not understand: that waits, and all else goes on.
        self.left_out = tuple(id_ for id_, (_, made) in self.made.items() if made is None)
        self.matchers = _numbered(made for _, made in self.made.values() if made is not None)
        self.lasting = {m.id: m for m in self.matchers if m.of_customer}
        self.in_pieces = tuple(m for m in self.matchers if m.context and m.patterns)
        self._awaited = {(p.stream_type, p.event_name) for m in self.matchers for p in m.patterns}
        self._finders: dict[tuple[str, str], Finder[Met]] = {}
        self._contexts = Finder((m.context, m) for m in self.matchers if m.context and not m.patterns)
        self._maps = {m.id: m for m in self.matchers if m.kind is Kind.ACTION_MAP}
        self.triggers = Triggers(definitions.action_maps.values())
        self._rules = {id_: UrlRules.of(one.tracking) for id_, one in definitions.deployments.items()}
        self._default_rules = UrlRules.of(Tracking())
        self._url_tests: dict[tuple[str, str], tuple[UrlTest, ...]] = {}

    def met(self, customer: Customer, event: WebEvent, contact: Contact) -> Sequence[Met]:
        """The patterns that an event meets, whether it is their turn or not."""
        name = event.name if (event.stream_type, event.name) in self._awaited else ""
        return self._finder(event.stream_type, name).found(customer, event, contact)

    def _finder(self, stream: str, name: str) -> Finder[Met]:
        """That of one name of an event, or of all others; made when the first such event comes."""
        if (stream, name) not in self._finders:
            self._finders[stream, name] = Finder(
                (pattern.checks, (matcher, index))
                for matcher in self.matchers
                for index, pattern in enumerate(matcher.patterns)
                if pattern.stream_type == stream and pattern.event_name in ("", name)
            )
        return self._finders[stream, name]

    def fitting(self, customer: Customer, event: WebEvent, contact: Contact) -> Sequence[Matcher]:
        """The matchers that consist of a context alone, which holds."""
        return self._contexts.found(customer, event, contact)

    def rules(self, deployment_id: str) -> UrlRules:
        """What a deployment keeps of addresses; for an unknown one, what all do."""
        return self._rules.get(deployment_id, self._default_rules)

    def page_matches(self, map_id: str, url: str, deployment_id: str = "") -> int | None:
        """The index of the first condition of an action map that the page does not meet, or None.

        Errors:  `KeyError`: there is no such map.
        """
        key = map_id, deployment_id if deployment_id in self._rules else ""
        rules = self.rules(deployment_id)
        if key not in self._url_tests:
            conditions = self.definitions.action_maps[map_id].page_url_conditions
            self._url_tests[key] = url_tests(conditions, rules)
        return failing(self._url_tests[key], url, rules)

    def triggered(self, customer: Customer, facts: Iterable[Fact] = ()) -> Sequence[str]:
        """The action maps whose event conditions are all met in this visit, once `facts` are true as well."""
        steps: Iterable[Step] = customer.visit.steps
        if news := [step for fact in facts if isinstance(fact, Advanced) for step in fact.visit]:
            steps = {step.matcher: step for step in (*steps, *news)}.values()
        return [
            step.matcher
            for step in steps
            if step.index and (of := self._maps.get(step.matcher)) is not None and of.is_finished(step)
        ]


# --- matchers ---------------------------------------------------------------------------------------


def _made(definitions: Definitions, before: Mapping[str, _Made]) -> Mapping[str, _Made]:
    """Of everything that is switched on and has conditions, made anew where it has changed."""
    maps = (one for one in definitions.action_maps.values() if one.trigger_with_event_conditions)
    things: list[_Thing] = [*definitions.segments.values(), *definitions.outcomes.values(), *maps]
    made: dict[str, _Made] = {}
    for thing in things:
        if thing.is_active:
            known = before.get(thing.id)  # What does not change stays the same value.
            made[thing.id] = known if known is not None and known[0] is thing else (thing, _matcher(thing))
    return made


def _numbered(matchers: Iterable[Matcher]) -> tuple[Matcher, ...]:
    return tuple(
        one if one.number == number else replace(one, number=number) for number, one in enumerate(matchers)
    )


def _matcher(thing: _Thing) -> Matcher | None:
    """That of one thing, or None where it cannot be understood."""
    try:
        match thing:
            case Segment():
                return _of_segment(thing)
            case Outcome():
                return _of_outcome(thing)
            case ActionMap():
                return _of_map(thing)
    except (Refused, ValueError):
        return None


def _of_segment(segment: Segment) -> Matcher:
    of_customer = segment.scope is Scope.CUSTOMER
    days = segment.assignment_expiration_days if of_customer else None
    return Matcher(
        id=segment.id,
        version=segment.version,
        kind=Kind.SEGMENT,
        context=_context(segment.context),
        patterns=_patterns(segment.journey),
        is_ordered=_is_ordered(segment.journey),
        of_customer=of_customer,
        lasts_ms=(days or 0) * DAY_MS,
    )


def _of_outcome(outcome: Outcome) -> Matcher:
    return Matcher(
        id=outcome.id,
        version=outcome.version,
        kind=Kind.OUTCOME,
        context=_context(outcome.context),
        patterns=_patterns(outcome.journey),
        is_ordered=_is_ordered(outcome.journey),
        repeats=outcome.count_repeats,
        value_field=outcome.associated_value_field,
    )


def _of_map(action_map: ActionMap) -> Matcher:
    """Conditions on the same kind of event are one step; steps are met in order of first appearance."""

    def kind_of(condition: EventCondition) -> tuple[str, str, str]:
        return condition.session_type, condition.stream_type.value, condition.event_name or ""

    conditions = action_map.trigger_with_event_conditions
    order = list(dict.fromkeys(map(kind_of, conditions)))
    grouped = groupby(sorted(conditions, key=lambda one: order.index(kind_of(one))), kind_of)
    return Matcher(
        id=action_map.id,
        version=action_map.version,
        kind=Kind.ACTION_MAP,
        patterns=tuple(
            Pattern(
                checks=tuple(
                    Check(
                        one.key,
                        reader(one.key, of_visit=False),
                        comparison(one.operator, one.values, folds=True),
                    )
                    for one in step
                ),
                count=1,
                stream_type=_stream(session_type, stream_type),
                event_name=event_name,
            )
            for (session_type, stream_type, event_name), step in grouped
        ),
        begins_ms=None if action_map.start_date is None else ms_of(action_map.start_date),
        ends_ms=None if action_map.end_date is None else ms_of(action_map.end_date),
    )


def _context(context: Context | None) -> Checks:
    """All criteria of all patterns: a context holds when all of them do."""
    return tuple(
        _check(criterion, of_visit=True)
        for pattern in (context.patterns if context is not None else ())
        for criterion in pattern.criteria
    )


def _patterns(journey: Journey | None) -> tuple[Pattern, ...]:
    return tuple(
        Pattern(
            checks=tuple(_check(criterion, of_visit=False) for criterion in pattern.criteria),
            count=pattern.count,
            stream_type=_stream(pattern.session_type, pattern.stream_type.value),
            event_name=pattern.event_name or "",
        )
        for pattern in (journey.patterns if journey is not None else ())
    )


def _check(criterion: Criterion, *, of_visit: bool) -> Check:
    return Check(
        criterion.key,
        reader(criterion.key, of_visit=of_visit),
        comparison(criterion.operator, criterion.values, folds=criterion.should_ignore_case),
    )


def _is_ordered(journey: Journey | None) -> bool:
    return journey is None or journey.ordering is Ordering.ORDERED


def _stream(session_type: str, stream_type: str) -> str:
    """Where events come from that are waited for; nowhere for sessions that are none of ours."""
    return stream_type if session_type == SESSION_TYPE else ""
