"""Which action maps have earned an action: their trigger is satisfied, and they had none in this visit.

Source:  journey.md §8.2; §7.3 for the conditions on outcomes.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence

from frontdesk.domain.journey.action_maps import (
    ActionMap,
    ActivationType,
    MediaType,
    ProbabilityCondition,
    QuantileCondition,
)
from frontdesk.domain.journey.compiling import Compiled
from frontdesk.domain.journey.customer import Customer, Score, Visit
from frontdesk.domain.journey.definitions import Definitions
from frontdesk.domain.journey.facts import Emitter, Fact, Moved, Qualified, State
from frontdesk.domain.journey.moments import ms_of
from frontdesk.domain.journey.schedules import is_map_open
from frontdesk.domain.journey.triggers import has_outcome_conditions

LATER = (ActivationType.ON_NEXT_VISIT, ActivationType.ON_NEXT_SESSION)


def qualify(
    customer: Customer,
    compiled: Compiled,
    now_ms: int,
    ids: Callable[[], str],
    facts: Sequence[Fact] = (),
) -> Sequence[Fact]:
    """The actions that there are from now on, and those whose schedule has opened.

    Shape:   `facts` are those decided before that `customer` does not show yet, if there are any.
    """
    if not customer.visit.is_open:
        return ()
    found: list[Fact] = list(opened(customer, compiled.definitions, now_ms))
    taken = {action.map_id for action in customer.actions if action.visit_id == customer.visit.id}
    by_segment = assignments_of(customer, now_ms)
    for action_map in compiled.triggers.maps(by_segment, compiled.triggered(customer, facts)):
        if action_map.id in taken:
            continue
        assignment_id = ""
        if action_map.trigger_with_segments:
            chosen = assignment_for(customer, action_map, by_segment)
            if chosen is None:
                continue
            assignment_id = chosen
        if is_in_force(action_map, now_ms) and are_outcomes_met(action_map, customer.visit):
            found.append(_qualified(customer, action_map, compiled.definitions, now_ms, ids(), assignment_id))
    return found


def opened(customer: Customer, definitions: Definitions, now_ms: int) -> Iterator[Moved]:
    """The moves of actions that qualified while their schedule was closed, and it is open now."""
    for action in customer.actions:
        if action.state is State.QUALIFIED_OUTSIDE_SCHEDULE and action.visit_id == customer.visit.id:
            action_map = definitions.action_maps.get(action.map_id)
            if action_map is None or not is_in_force(action_map, now_ms):
                continue
            if is_map_open(action_map, definitions, now_ms):
                yield Moved(action.id, State.QUALIFIED, Emitter.ENGINE)


def is_in_force(action_map: ActionMap, now_ms: int) -> bool:
    """Whether a map is active, and now is between its dates."""
    if not action_map.is_active:
        return False
    if action_map.start_date is not None and now_ms < ms_of(action_map.start_date):
        return False
    return action_map.end_date is None or now_ms < ms_of(action_map.end_date)


# --- segments ---------------------------------------------------------------------------------------


def assignments_of(customer: Customer, now_ms: int) -> Mapping[str, str]:
    """The assignment by segment that fits now; empty for those of the visit, which need no name."""
    found = {
        assignment.segment_id: assignment.id
        for assignment in customer.assignments
        if not assignment.expires_ms or now_ms < assignment.expires_ms
    }
    for assignment in customer.visit.assignments:
        found[assignment.segment_id] = ""
    return found


def assignment_for(customer: Customer, action_map: ActionMap, by_segment: Mapping[str, str]) -> str | None:
    """The assignment by which a map qualifies: of the visit, else one of the customer not used for it before.

    Shape:   "" for one of the visit; None where there is none.
    """
    fitting = [by_segment[segment] for segment in action_map.trigger_with_segments if segment in by_segment]
    if "" in fitting:
        return ""
    used = customer.used
    return next((one for one in fitting if (action_map.id, one) not in used), None)


# --- outcomes ---------------------------------------------------------------------------------------


def are_outcomes_met(action_map: ActionMap, visit: Visit) -> bool:
    """Whether all conditions on outcomes hold; those of an outcome that is achieved never do."""
    if not has_outcome_conditions(action_map):
        return True
    return all(
        is_probability_met(condition, visit)
        for condition in action_map.trigger_with_outcome_probability_conditions
    ) and all(
        is_quantile_met(condition, visit) for condition in action_map.trigger_with_outcome_quantile_conditions
    )


def is_probability_met(condition: ProbabilityCondition, visit: Visit) -> bool:
    """Whether an outcome was likely enough, and with a second bound, is not any more."""
    score = score_of(condition.outcome_id, visit)
    if score is None or score.max_probability < condition.maximum_probability:
        return False
    return condition.probability is None or score.probability <= condition.probability


def is_quantile_met(condition: QuantileCondition, visit: Visit) -> bool:
    """The same beside other visits; as long as there are too few of those, no."""
    score = score_of(condition.outcome_id, visit)
    if score is None or score.max_quantile is None or score.max_quantile <= condition.max_quantile_threshold:
        return False
    if condition.fallback_quantile_threshold is None:
        return True
    return score.quantile is not None and score.quantile < condition.fallback_quantile_threshold


def score_of(outcome_id: str, visit: Visit) -> Score | None:
    """The score that triggers may use: none for an outcome that is achieved."""
    if outcome_id in visit.achieved:
        return None
    return next((score for score in visit.scores if score.outcome_id == outcome_id), None)


def _qualified(
    customer: Customer,
    action_map: ActionMap,
    definitions: Definitions,
    now_ms: int,
    action_id: str,
    assignment_id: str,
) -> Qualified:
    action = action_map.action
    is_chat = action.media_type is MediaType.WEBCHAT
    return Qualified(
        action_id,
        action_map.id,
        action_map.version,
        customer.visit.id,
        action.media_type.value,
        is_outside_schedule=is_chat and not is_map_open(action_map, definitions, now_ms),
        target_id=action.action_target_id or "",
        template_id=action.action_template.id if action.action_template is not None else "",
        prompt=action.props.webchat_prompt,
        assignment_id=assignment_id,
        is_for_later=action_map.activation.type in LATER,
    )
