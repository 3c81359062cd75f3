"""The table of an action's life: which state may follow which, and who may say so.

Source:  journey.md §9.3, whose table is `TRANSITIONS`; §9.4 for what ends an offer for good.
"""

from collections.abc import Mapping

from msgspec import Struct

from frontdesk.domain.journey.action_maps import MediaType
from frontdesk.domain.journey.customer import LIVE, TERMINAL, Action
from frontdesk.domain.journey.facts import Emitter, Stage, State

ATTEMPTS_MAX = 3
RETRY_AFTER_MS = 60_000

_E, _B, _C, _R = Emitter.ENGINE, Emitter.BROWSER, Emitter.CHAT, Emitter.REAPER


class Transition(Struct, frozen=True):
    """One row: from where, to where, who may say so, and how far the offer has come with it.

    Shape:   `source` None is before there is an action.
    """

    source: State | None
    target: State
    emitters: tuple[Emitter, ...]
    stage: Stage = Stage.NONE


# The diagram of the docs is drawn from this table.
TRANSITIONS = (
    Transition(None, State.QUALIFIED, (_E,)),
    Transition(None, State.QUALIFIED_OUTSIDE_SCHEDULE, (_E,)),
    Transition(State.QUALIFIED_OUTSIDE_SCHEDULE, State.QUALIFIED, (_E,)),
    Transition(State.QUALIFIED, State.OFFERED, (_B,), Stage.INVITATION),
    Transition(State.QUALIFIED, State.ERRORED, (_B,), Stage.INVITATION),
    Transition(State.OFFERED, State.ACCEPTED, (_B,), Stage.INVITATION),
    Transition(State.OFFERED, State.REJECTED, (_B,), Stage.INVITATION),
    Transition(State.OFFERED, State.IGNORED, (_B, _R), Stage.INVITATION),
    Transition(State.OFFERED, State.TIMEDOUT, (_B, _R), Stage.INVITATION),
    Transition(State.OFFERED, State.ERRORED, (_B,), Stage.INVITATION),
    Transition(State.ACCEPTED, State.REJECTED, (_B,), Stage.FORM),
    Transition(State.ACCEPTED, State.STARTED, (_C,), Stage.CHAT),
    Transition(State.ACCEPTED, State.ERRORED, (_B, _C), Stage.FORM),
    Transition(State.STARTED, State.ENGAGED, (_C,), Stage.CHAT),
    Transition(State.STARTED, State.ABANDONED, (_C, _B), Stage.CHAT),
    Transition(State.STARTED, State.ERRORED, (_C,), Stage.CHAT),
    Transition(State.ENGAGED, State.COMPLETED, (_C,), Stage.CHAT),
    Transition(State.ERRORED, State.OFFERED, (_B,), Stage.INVITATION),
    Transition(State.QUALIFIED, State.LAPSED, (_R,)),
    Transition(State.QUALIFIED_OUTSIDE_SCHEDULE, State.LAPSED, (_R,)),
    Transition(State.ACCEPTED, State.LAPSED, (_R,)),
    Transition(State.ERRORED, State.LAPSED, (_R,)),
)
_BY_ENDS: Mapping[tuple[State | None, State], Transition] = {(t.source, t.target): t for t in TRANSITIONS}

_GOING_ON = (State.STARTED, State.ENGAGED)
_SHOWABLE = (State.QUALIFIED, State.ERRORED)
OF_CHATS = frozenset((State.STARTED, State.ENGAGED, State.ABANDONED, State.COMPLETED))


def transition(media_type: str, source: State | None, target: State) -> Transition | None:
    """The row of the table for an action of this kind, if there is one; content has no chat after it."""
    if media_type != MediaType.WEBCHAT and (target in OF_CHATS or source is State.ACCEPTED):
        return None
    return _BY_ENDS.get((source, target))


def is_terminal(action: Action) -> bool:
    """Whether the offer is over for good, and must not be made again in its visit."""
    taken = action.media_type != MediaType.WEBCHAT and action.state is State.ACCEPTED
    return action.was_terminal or action.state in TERMINAL or taken


def is_live(action: Action) -> bool:
    """Whether the offer is before the visitor, or what came of it has not got to a person yet."""
    return action.state in LIVE and not is_terminal(action)


def goes_on_elsewhere(action: Action) -> bool:
    """Whether a chat came of it that is not ours, and is not over by what its browser has said."""
    return action.state in _GOING_ON and not action.interaction_id


def is_on_offer(action: Action) -> bool:
    """Whether the next that its browser says of a chat's offer may be that it is accepted."""
    is_shown = action.state is State.OFFERED or (action.state in _SHOWABLE and was_handed_out(action))
    return is_shown and action.media_type == MediaType.WEBCHAT


def was_handed_out(action: Action) -> bool:
    """Whether a tab was given it since it last moved."""
    return action.leased_until_ms > 0


def may_try_again(action: Action, now_ms: int) -> bool:
    """Whether an action that failed may be handed out once more. Source: T16."""
    if action.state is not State.ERRORED or action.stage is not Stage.INVITATION:
        return False
    if was_handed_out(action):
        return True  # Nobody showed it in time: this attempt is still open.
    return action.attempt < ATTEMPTS_MAX and now_ms >= action.moved_ms + RETRY_AFTER_MS
