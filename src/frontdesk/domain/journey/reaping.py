"""What becomes of offers that nobody answers, and of actions when a visit ends or the next one begins.

Source:  journey.md §9.3 (the reaper, T17), §8.4 (actions for a later visit), §10.
"""

from collections.abc import Sequence

from frontdesk.domain.journey.compiling import Compiled
from frontdesk.domain.journey.customer import WAITING, Action, Customer
from frontdesk.domain.journey.definitions import Definitions
from frontdesk.domain.journey.facts import Carried, Emitter, Fact, Moved, Note, State
from frontdesk.domain.journey.offer_table import is_terminal
from frontdesk.domain.journey.offering import moves

GRACE_MS = 60_000  # The browser owns the timer and may pause it; this is only a safety net.
KEPT_FOR_LATER_MS = 30 * 24 * 3600 * 1000

_BY_REAPER = (Emitter.REAPER,)


def timeout_ms(action: Action, definitions: Definitions, deployment_id: str) -> int:
    """How long an offer is shown; 0 is for as long as the visitor likes."""
    action_map = definitions.action_maps.get(action.map_id)
    deployment = definitions.deployments.get(deployment_id)
    for place in (action_map, deployment):
        if place is not None and place.offer_timeout_seconds is not None:
            return place.offer_timeout_seconds * 1000
    return definitions.settings.offer_timeout_seconds * 1000


def overdue_ms(action: Action, definitions: Definitions, deployment_id: str) -> int | None:
    """When the time of a shown offer is up; None for one that is not shown, or for ever."""
    if action.state is not State.OFFERED:
        return None
    shown_for_ms = timeout_ms(action, definitions, deployment_id)
    return action.shown_ms + shown_for_ms if shown_for_ms else None


def reap(customer: Customer, compiled: Compiled, now_ms: int) -> Sequence[Moved]:
    """The end of offers about which the browser has said nothing for too long.

    Shape:   timed out where the visitor was still there after the time was up, else ignored.
    """
    found: list[Moved] = []
    for action in customer.actions:
        until_ms = overdue_ms(action, compiled.definitions, customer.visit.deployment_id)
        if until_ms is not None and now_ms >= until_ms + GRACE_MS:
            found += moves(action, _unanswered(action), _BY_REAPER, now_ms)
    return found


def _unanswered(action: Action) -> State:
    """What an offer has come to that nobody answered: its time was up before somebody's eyes, or nobody's."""
    return State.TIMEDOUT if Note.STILL_THERE in action.notes else State.IGNORED


def offer_due_ms(customer: Customer, compiled: Compiled) -> int | None:
    """When `reap` has something to do next, or None."""
    deployment_id = customer.visit.deployment_id
    ends = (overdue_ms(action, compiled.definitions, deployment_id) for action in customer.actions)
    return min((until_ms + GRACE_MS for until_ms in ends if until_ms is not None), default=None)


def lapse(customer: Customer, now_ms: int) -> Sequence[Moved]:
    """What becomes of the actions of a visit that ends now. Those for a later visit wait."""
    found: list[Moved] = []
    for action in customer.actions:
        waits = action.after_visit and action.state in WAITING
        if not waits and not is_terminal(action):
            state = _unanswered(action) if action.state is State.OFFERED else State.LAPSED
            found += moves(action, state, _BY_REAPER, now_ms)
    return found


def carry(customer: Customer, now_ms: int) -> Sequence[Fact]:
    """What becomes of the actions that waited for the visit which has just begun; too old ones lapse."""
    found: list[Fact] = []
    for action in customer.actions:
        if action.visit_id == customer.visit.id or action.state not in WAITING:
            continue
        if action.after_visit and now_ms - action.qualified_ms < KEPT_FOR_LATER_MS:
            found.append(Carried(action.id, customer.visit.id))
        else:
            found += moves(action, State.LAPSED, _BY_REAPER, now_ms)
    return found
