"""What a segment waits for before it fits somebody, in words."""

from frontdesk.domain.journey.condition_words import criteria_in_words, event_in_words
from frontdesk.domain.journey.criteria import Journey, Ordering
from frontdesk.domain.journey.customer import Customer
from frontdesk.domain.journey.definitions import Definitions
from frontdesk.domain.journey.facts import Step
from frontdesk.domain.journey.segments import Scope, Segment


def waits_for(customer: Customer, segment_id: str, definitions: Definitions) -> str:
    """What is missing before a segment fits, as a clause that names it."""
    segment = definitions.segments.get(segment_id)
    if segment is None:
        return f"segment “{segment_id}” is not there any more"
    name = f"segment “{segment.display_name}”"
    if not segment.is_active:
        return f"{name} is switched off"
    next_event = _next_event(segment, _step_of(customer, segment_id, segment))
    if next_event:
        return f"{name} waits for {next_event}"
    of_visit = " and ".join(
        criteria_in_words(pattern.criteria)
        for pattern in (segment.context.patterns if segment.context else ())
    )
    return f"{name} is for visits where {of_visit}" if of_visit else f"{name} does not fit"


def _step_of(customer: Customer, segment_id: str, segment: Segment) -> Step:
    steps = customer.steps if segment.scope is Scope.CUSTOMER else customer.visit.steps
    begun = Step(segment_id, segment.version)  # An edit of the segment begins anew.
    return next((one for one in steps if (one.matcher, one.version) == (segment_id, segment.version)), begun)


def _next_event(segment: Segment, step: Step) -> str:
    """The pattern that has not been met, and how often it was; empty where none is left."""
    journey = segment.journey
    if journey is None or step.index >= len(journey.patterns):
        return ""
    at, seen = _place(journey, step)
    pattern = journey.patterns[at]
    event = event_in_words(pattern.event_name, pattern.criteria)
    times = f", seen {seen} of {pattern.count} times" if pattern.count > 1 else ""
    many = len(journey.patterns)
    return f"step {at + 1} of {many}: {event}{times}" if many > 1 else f"{event}{times}"


def _place(journey: Journey, step: Step) -> tuple[int, int]:
    """Which pattern is the next, and how often it was met."""
    if journey.ordering is Ordering.ORDERED:
        return step.index, step.counts[0] if step.counts else 0
    counts = step.counts or (0,) * len(journey.patterns)
    at = next(number for number, pattern in enumerate(journey.patterns) if counts[number] < pattern.count)
    return at, counts[at]
