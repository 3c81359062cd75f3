"""What becomes of an action when a browser, or the chat server, says so.

Source:  journey.md §4.3, and §9.3 with the rules around its table.
"""

from collections.abc import Sequence

from msgspec import Struct
from msgspec.structs import replace

from frontdesk.domain.journey.customer import WAITING, Action, Customer
from frontdesk.domain.journey.facts import ChatSummary, Emitter, Moved, Stage, State
from frontdesk.domain.journey.offer_table import OF_CHATS, is_live, transition, was_handed_out
from frontdesk.domain.journey.seen_events import of_action, version_of
from frontdesk.domain.journey.unfolding import Unfolding
from frontdesk.errors import Refused

_OF_BROWSERS = frozenset(
    (
        State.OFFERED,
        State.ACCEPTED,
        State.REJECTED,
        State.ERRORED,
        State.IGNORED,
        State.TIMEDOUT,
        State.ABANDONED,
    )
)


class Reported(Struct, frozen=True):
    """What a browser says an action has come to. `event_id` is its own, empty where it has none."""

    visit_id: str
    deployment_id: str
    action_id: str
    state: State
    event_id: str = ""
    error_code: str = ""
    error_message: str = ""
    page_url: str = ""


class OutOfTurn(Refused):
    """That state does not follow; `state` is the one that the action is in."""

    def __init__(self, state: State, asked: State) -> None:
        super().__init__("transition_not_allowed", f"the action is {state}, which {asked} does not follow")
        self.state = state


def move(
    customer: Customer, asked: Reported, *, trusts_chat_states: bool = False, now_ms: int
) -> Sequence[Moved]:
    """What becomes true when a browser says this.

    Shape:   `()` when it was said before; `trusts_chat_states` where the chat of the site is not ours. What
             the chat server has said already of an offer follows when that is said to be accepted.
    Errors:  `Refused("action_unknown")`: there is no such action in this visit of this deployment;
             `Refused("state_not_allowed")`: that is not for browsers to say; `OutOfTurn`.
    """
    action = _asked_for(customer, asked)
    if asked.state not in _OF_BROWSERS and not (trusts_chat_states and asked.state in OF_CHATS):
        raise Refused("state_not_allowed", f"a browser may not say that an action is {asked.state}")
    if version_of(customer.seen, of_action(asked.event_id)) is not None:
        return ()
    if action.state is asked.state and not _has_failed_anew(action, asked.state):
        return ()
    sayers = (Emitter.BROWSER, Emitter.CHAT) if trusts_chat_states else (Emitter.BROWSER,)
    moved: Sequence[Moved]
    if asked.state is State.OFFERED:
        moved = _shown(customer, action, sayers, now_ms)
    elif _has_failed_anew(action, asked.state):
        moved = (Moved(action.id, State.ERRORED, Emitter.BROWSER, Stage.INVITATION),)
    else:
        moved = moves(action, asked.state, sayers, now_ms)
    if not moved:
        raise OutOfTurn(action.state, asked.state)
    said = [_told(fact, asked) for fact in moved]
    return [*said, *_caught_up(customer, action, said, now_ms)]


def _caught_up(customer: Customer, action: Action, said: Sequence[Moved], now_ms: int) -> Sequence[Moved]:
    """What the chat server had said of an action that is accepted only now, in its order."""
    found: list[Moved] = []
    if said[-1].state is not State.ACCEPTED:
        return found
    story = Unfolding(customer, now_ms)
    story.add(said)
    for one in action.early:
        moved = chat_moved(
            story.customer,
            action.id,
            one.state,
            one.interaction_id,
            now_ms=now_ms,
            error_message=one.error_message,
            chat=one.chat,
        )
        story.add(moved)
        found += moved
    return found


def _has_failed_anew(action: Action, asked: State) -> bool:
    """Whether what had failed was handed out anew, and could not be shown this time either."""
    return asked is State.ERRORED is action.state and was_handed_out(action)


def _shown(customer: Customer, action: Action, sayers: Sequence[Emitter], now_ms: int) -> Sequence[Moved]:
    """The moves of an offer that is shown now: of one that it takes the place of, then its own.

    Shape:   none where it failed and was not handed out since, or where somebody who said yes to another of
             the kind would be asked again.
    """
    failed_in_chat = action.state is State.ERRORED and action.stage is not Stage.INVITATION
    if failed_in_chat or (action.state is State.ERRORED and not was_handed_out(action)):
        return ()
    rivals = [other for other in _rivals(customer, action) if is_live(other)]
    if any(rival.state is not State.OFFERED for rival in rivals):
        return ()
    replaced = [one for rival in rivals for one in moves(rival, State.IGNORED, sayers, now_ms)]
    own = moves(action, State.OFFERED, sayers, now_ms)
    return [*replaced, *own] if own else ()


def chat_moved(
    customer: Customer,
    action_id: str,
    state: State,
    interaction_id: str,
    *,
    now_ms: int,
    error_message: str = "",
    chat: ChatSummary | None = None,
) -> Sequence[Moved]:
    """What becomes true when the chat server says this of the chat that came of an action.

    Shape:   `()` when it was said before, or does not follow: a chat needs no action.
    """
    action = customer.action(action_id)
    if action is None or action.interaction_id not in ("", interaction_id):
        return ()
    moved = moves(action, state, (Emitter.CHAT,), now_ms)
    text = error_message if state is State.ERRORED else ""
    return [replace(fact, interaction_id=interaction_id, error_message=text, chat=chat) for fact in moved]


def is_to_be_linked(customer: Customer, visit_id: str, deployment_id: str, action_id: str) -> bool:
    """Whether a chat may say that it came of this action. Source: journey.md §4.4."""
    visit, action = customer.visit, customer.action(action_id)
    if action is None or action.visit_id != visit_id or action.state is not State.ACCEPTED:
        return False
    return (visit.id, visit.deployment_id) == (visit_id, deployment_id)


def moves(action: Action, state: State, sayers: Sequence[Emitter], now_ms: int) -> Sequence[Moved]:
    """The moves that bring an action there: one; two where a person came before the chat was known; none.

    Shape:   `sayers` are those in whose name it is said; the fact names the first of them.
    """
    is_early = state is State.ENGAGED and action.state is State.ACCEPTED
    path = (State.STARTED, State.ENGAGED) if is_early else (state,)
    moved, at = [], action.state
    for target in path:
        row = transition(action.media_type, at, target)
        if row is None or not any(sayer in row.emitters for sayer in sayers):
            return ()
        disposition_ms = now_ms - action.shown_ms if at is State.OFFERED else None
        moved.append(Moved(action.id, target, sayers[0], row.stage, disposition_ms=disposition_ms))
        at = target
    return moved


def _asked_for(customer: Customer, asked: Reported) -> Action:
    action, visit = customer.action(asked.action_id), customer.visit
    is_here = (visit.id, visit.deployment_id) == (asked.visit_id, asked.deployment_id)
    waits = action is not None and action.after_visit and action.state in WAITING and not visit.is_open
    if action is None or not is_here or action.visit_id != visit.id or waits:  # For the next visit, if so.
        raise Refused("action_unknown", "there is no such action in this visit")
    return action


def _told(fact: Moved, asked: Reported) -> Moved:
    """The fact with what was said of it: others that follow from it have no id."""
    said = replace(fact, page_url=asked.page_url)
    if (fact.action_id, fact.state) == (asked.action_id, asked.state):
        said = replace(said, event_id=asked.event_id)
    if fact.state is State.ERRORED:
        said = replace(said, error_code=asked.error_code, error_message=asked.error_message)
    return said


def _rivals(customer: Customer, action: Action) -> Sequence[Action]:
    """The other actions of the visit that are of the same kind."""
    ends = (action.visit_id, action.media_type)
    others = (other for other in customer.actions if other.id != action.id)
    return [other for other in others if (other.visit_id, other.media_type) == ends]
