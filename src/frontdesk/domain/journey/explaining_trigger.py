"""What is missing for the trigger of a map, in words."""

from collections.abc import Iterator, Sequence

from frontdesk.domain.journey.action_maps import ActionMap, ProbabilityCondition, QuantileCondition
from frontdesk.domain.journey.compiling import Compiled
from frontdesk.domain.journey.condition_words import event_in_words
from frontdesk.domain.journey.criteria import EventCondition
from frontdesk.domain.journey.customer import Customer
from frontdesk.domain.journey.definitions import Definitions
from frontdesk.domain.journey.explaining_segments import waits_for
from frontdesk.domain.journey.qualifying import (
    assignment_for,
    assignments_of,
    is_probability_met,
    is_quantile_met,
    score_of,
)

SEGMENTS_TOLD_MAX = 3  # A map may name a hundred; the first say enough of what kind they are.


def told_of_trigger(
    customer: Customer, action_map: ActionMap, compiled: Compiled, now_ms: int
) -> Sequence[str]:
    """What is missing, part by part; nothing where the trigger is met."""
    return [
        *_segments(customer, action_map, compiled.definitions, now_ms),
        *_events(customer, action_map, compiled),
        *_outcomes(customer, action_map, compiled.definitions),
    ]


def steps_of(action_map: ActionMap) -> Sequence[Sequence[EventCondition]]:
    """The conditions on events by the event that has to meet them, in order of first appearance."""
    steps: dict[tuple[str, str, str | None], list[EventCondition]] = {}
    for condition in action_map.trigger_with_event_conditions:
        key = (condition.session_type, condition.stream_type.value, condition.event_name)
        steps.setdefault(key, []).append(condition)
    return list(steps.values())


def _segments(
    customer: Customer, action_map: ActionMap, definitions: Definitions, now_ms: int
) -> Iterator[str]:
    wanted = action_map.trigger_with_segments
    if not wanted:
        return
    fitting = assignments_of(customer, now_ms)
    if fitting.keys().isdisjoint(wanted):
        waiting = [waits_for(customer, one, definitions) for one in wanted[:SEGMENTS_TOLD_MAX]]
        if len(wanted) > SEGMENTS_TOLD_MAX:
            waiting.append(f"{len(wanted) - SEGMENTS_TOLD_MAX} more segments do not fit either")
        yield "; ".join(waiting)
        return
    names = " or ".join(f"“{_segment(one, definitions)}”" for one in wanted if one in fitting)
    if assignment_for(customer, action_map, fitting) is None:
        yield f"segment {names} fits since an earlier visit, in which the map has qualified by it"


def _segment(segment_id: str, definitions: Definitions) -> str:
    segment = definitions.segments.get(segment_id)
    return segment.display_name if segment is not None else segment_id


def _events(customer: Customer, action_map: ActionMap, compiled: Compiled) -> Iterator[str]:
    steps = steps_of(action_map)
    if not steps or action_map.id in compiled.triggered(customer, ()):
        return
    ends = (action_map.id, action_map.version)  # An edit of the map begins anew.
    come = next((step.index for step in customer.visit.steps if (step.matcher, step.version) == ends), 0)
    at = min(come, len(steps) - 1)
    event = event_in_words(steps[at][0].event_name, steps[at])
    yield f"step {at + 1} of {len(steps)} has not happened: {event}"


def _outcomes(customer: Customer, action_map: ActionMap, definitions: Definitions) -> Iterator[str]:
    for probable in action_map.trigger_with_outcome_probability_conditions:
        if not is_probability_met(probable, customer.visit):
            bounds = f"to have reached {probable.maximum_probability:.0%}"
            if probable.probability is not None:
                bounds += f" and to be at most {probable.probability:.0%} now"
            yield _outcome(customer, probable, definitions, bounds)
    for beside in action_map.trigger_with_outcome_quantile_conditions:
        if not is_quantile_met(beside, customer.visit):
            bounds = f"to have been above that of {beside.max_quantile_threshold:.0%} of visits"
            if beside.fallback_quantile_threshold is not None:
                bounds += f" and to be below {beside.fallback_quantile_threshold:.0%} now"
            yield _outcome(customer, beside, definitions, bounds)


def _outcome(
    customer: Customer,
    condition: ProbabilityCondition | QuantileCondition,
    definitions: Definitions,
    bounds: str,
) -> str:
    outcome = definitions.outcomes.get(condition.outcome_id)
    name = outcome.display_name if outcome is not None else condition.outcome_id
    score = score_of(condition.outcome_id, customer.visit)
    if condition.outcome_id in customer.visit.achieved:
        stands = "it has been achieved, which ends its estimates"
    elif score is None:
        stands = "there is no estimate of it yet"
    else:
        stands = f"it is {score.probability:.0%} and was at most {score.max_probability:.0%}"
    return f"the estimate of outcome “{name}” has {bounds}, and {stands}"
