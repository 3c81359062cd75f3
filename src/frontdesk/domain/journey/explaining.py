"""Why a map is not offered to somebody on a page: each thing that decides, in words, with what decided it.

Source:  journey.md §8.2 and §8.3, `/actionmaps/{id}/test` of §13.2.
"""

from collections.abc import Mapping, Sequence

from msgspec import Struct

from frontdesk.domain.journey.action_maps import ActionMap
from frontdesk.domain.journey.compiling import Compiled
from frontdesk.domain.journey.customer import Action, Customer
from frontdesk.domain.journey.explaining_gate import told_of_check
from frontdesk.domain.journey.explaining_trigger import told_of_trigger
from frontdesk.domain.journey.facts import Stage, State
from frontdesk.domain.journey.gate import VISIBLE, candidates, rank, suppressed_maps
from frontdesk.domain.journey.gate_checks import CHECKS, Ask, Candidate, acted_in, first_block
from frontdesk.domain.journey.offer_table import ATTEMPTS_MAX, may_try_again
from frontdesk.domain.journey.pacing import Availability
from frontdesk.domain.journey.qualifying import LATER, is_in_force

WAITING = (State.QUALIFIED, State.QUALIFIED_OUTSIDE_SCHEDULE, State.ERRORED)
# What came of what was offered.
_CAME: Mapping[State, str] = {
    State.OFFERED: "has not been answered yet",
    State.ACCEPTED: "was accepted",
    State.REJECTED: "was declined",
    State.ERRORED: "failed",
    State.IGNORED: "was ignored",
    State.TIMEDOUT: "went away unanswered",
    State.STARTED: "became a chat",
    State.ABANDONED: "became a chat that ended before an agent came",
    State.ENGAGED: "became a chat with an agent",
    State.COMPLETED: "became a chat that is over",
    State.LAPSED: "was over with its visit",
}


class Checked(Struct, frozen=True):
    """One thing that decides: whether it lets the map pass, and why, as one reads it.

    Shape:   `reason` is the block that is counted where this stands in the way, empty where none is.
    """

    check: str
    passed: bool
    text: str
    reason: str = ""
    values: Mapping[str, str] = {}


def explain(
    customer: Customer, action_map: ActionMap, url: str, compiled: Compiled, desk: Availability, now_ms: int
) -> Sequence[Checked]:
    """Everything that decides whether somebody on the page `url` is offered a map, in its order.

    Shape:   all of it is asked, also after something that stands in the way. Where the map has not qualified
             it is looked at as if it did now.
    """
    action = _action_of(customer, action_map)
    asked = action or _as_if_qualified(customer, action_map, now_ms)
    one = Candidate(customer, asked, action_map, Ask(url), compiled, desk, now_ms, acted_in(customer))
    told = [_in_force(action_map, now_ms), _trigger(one, action), _visit(one, action)]
    if action_map.action.media_type not in VISIBLE:
        return told
    for check in CHECKS:
        if check.applies(action_map):
            block = check.find(one)
            text, values = told_of_check(check, one, block)
            told.append(Checked(check.name, block is None, text, check.reason.value, values))
    return [*told, _choice(one)]


def _action_of(customer: Customer, action_map: ActionMap) -> Action | None:
    of_map = (
        action
        for action in customer.actions
        if action.map_id == action_map.id and action.visit_id == customer.visit.id
    )
    return next(of_map, None)


def _as_if_qualified(customer: Customer, action_map: ActionMap, now_ms: int) -> Action:
    visit_id, media_type = customer.visit.id, action_map.action.media_type.value
    after_visit = visit_id if action_map.activation.type in LATER else ""
    return Action(
        "",
        action_map.id,
        action_map.version,
        media_type,
        State.QUALIFIED,
        now_ms,
        visit_id,
        after_visit=after_visit,
    )


def _in_force(action_map: ActionMap, now_ms: int) -> Checked:
    if is_in_force(action_map, now_ms):
        return Checked("in force", True, "The map is active, and today is between its dates.")
    why = "it is not active"
    if action_map.is_active:
        why = (
            f"it acts from {action_map.start_date or 'ever'} until {action_map.end_date or 'further notice'}"
        )
    return Checked("in force", False, f"The map does nothing now: {why}.")


def _trigger(one: Candidate, action: Action | None) -> Checked:
    if action is not None:
        return Checked("trigger", True, "The map has qualified in this visit.", values={"action": action.id})
    missing = told_of_trigger(one.customer, one.action_map, one.compiled, one.now_ms)
    if not missing:
        return Checked("trigger", True, "Its trigger is met: it qualifies with the next event.")
    return Checked("trigger", False, f"Its trigger is not met: {'; '.join(missing)}.")


def _visit(one: Candidate, action: Action | None) -> Checked:
    """The first check of §8.3: what came of the map in this visit already."""
    if not one.customer.visit.is_open:
        return Checked("visit", False, "There is no visit now: an event begins one.")
    if action is None:
        return Checked("visit", True, "The map has not acted in this visit.")
    values = {"action": action.id, "state": action.state.value}
    if action.error_code:
        values["errorCode"] = action.error_code
    if action.map_id in suppressed_maps(one.acted) or action.state not in WAITING:
        came = _CAME.get(action.state, "is over")
        text = f"It was offered in this visit and {came}: it is not offered again before the next."
        return Checked("visit", False, text, values=values)
    if action.state is State.ERRORED and not may_try_again(action, one.now_ms):
        return Checked("visit", False, _failed(action), values=values)
    leased_ms = action.leased_until_ms - one.now_ms
    if leased_ms > 0:
        text = f"A page was given it a moment ago and has {leased_ms / 1000:.0f} s more to show it."
        return Checked("visit", False, text, values=values)
    text = "It has qualified in this visit, and was not offered yet."
    if action.state is State.ERRORED:
        with_code = f", with the error code “{action.error_code}”" if action.error_code else ""
        text = f"It could not be shown{with_code}, and may be tried again."
    return Checked("visit", True, text, values=values)


def _failed(action: Action) -> str:
    """Why what failed is not offered now, or not any more. Source: T16 of §9.3, and §9.4."""
    code = f"the error code “{action.error_code}”" if action.error_code else "no error code"
    if action.stage is not Stage.INVITATION:
        return f"Its {action.stage} failed with {code}: it is not offered again before the next visit."
    failed = f"It could not be shown in attempt {action.attempt} of {ATTEMPTS_MAX}, with {code}"
    if action.attempt >= ATTEMPTS_MAX:
        return f"{failed}: it is not offered again before the next visit."
    return f"{failed}; a minute lies between two."


def _choice(one: Candidate) -> Checked:
    """The last check of §8.3: the others of its kind that could be offered as well."""
    others = candidates(one.customer, one.ask, one.compiled, one.desk, one.now_ms)
    heavier = [
        other.action_map
        for other in others
        if other.action.media_type == one.action.media_type
        and other.action.map_id != one.action.map_id
        and rank(other) < rank(one)
        and first_block(other) is None
    ]
    if not heavier:
        return Checked(
            "choice", True, "No other map of its kind goes before it.", "MultipleSimultaneousOffers"
        )
    first = max(heavier, key=lambda other: other.weight)
    how = "weighs more" if first.weight > one.action_map.weight else "weighs the same and was drawn"
    text = f"The map “{first.display_name}” goes before it: it {how}."
    return Checked("choice", False, text, "MultipleSimultaneousOffers", {"actionMap": first.id})
