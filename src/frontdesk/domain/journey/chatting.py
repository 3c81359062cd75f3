"""What the chats of a visit mean for it: for the action that one came of, and for how long the visit lasts.

Source:  journey.md §4.4, §5.2 S7, and T10 to T15 of §9.3.
"""

from collections.abc import Sequence

from frontdesk.domain.journey.customer import Customer
from frontdesk.domain.journey.facts import ChatSummary, Fact, HeardEarly, Held, Released, State
from frontdesk.domain.journey.offer_table import is_on_offer
from frontdesk.domain.journey.offering import chat_moved, is_to_be_linked


def began(
    customer: Customer,
    interaction_id: str,
    visit_id: str,
    action_id: str,
    *,
    is_ours: bool,
    is_going_on: bool,
    now_ms: int,
) -> Sequence[Fact]:
    """A chat began that says it came of this visit, and of this action if it names one.

    Shape:   `is_ours` when the service of the chat is that of the visit's site; `is_going_on` when it has not
             ended since. A chat of another site, visit or customer says nothing of this one. Where the
             browser has yet to say that the offer is accepted, it is kept until then what the chat says.
    """
    visit = customer.visit
    if visit.id != visit_id or not visit.is_open or not is_ours:
        return ()
    facts: list[Fact] = []
    if action_id and is_to_be_linked(customer, visit_id, visit.deployment_id, action_id):
        facts += chat_moved(customer, action_id, State.STARTED, interaction_id, now_ms=now_ms)
    elif _is_to_come(customer, visit_id, action_id):
        facts.append(HeardEarly(action_id, State.STARTED, interaction_id))
    if is_going_on and interaction_id not in visit.holds:
        facts.append(Held(interaction_id))
    return facts


def joined(customer: Customer, interaction_id: str, action_id: str, now_ms: int) -> Sequence[Fact]:
    """A person is there whom the visitor sees."""
    if _is_of(customer, interaction_id, action_id):
        return chat_moved(customer, action_id, State.ENGAGED, interaction_id, now_ms=now_ms)
    if _early(customer, interaction_id, action_id) == (State.STARTED,):
        return (HeardEarly(action_id, State.ENGAGED, interaction_id),)
    return ()


def ended(
    customer: Customer,
    interaction_id: str,
    action_id: str,
    *,
    by_visitor: bool,
    reason: str,
    chat: ChatSummary | None = None,
    now_ms: int,
) -> Sequence[Fact]:
    """The chat is over: a person was there, or the visitor left before, or there was nobody to be had."""
    facts: list[Fact] = []
    left = State.ABANDONED if by_visitor else State.ERRORED
    early = _early(customer, interaction_id, action_id)
    action = customer.action(action_id)
    if action is not None and _is_of(customer, interaction_id, action_id):
        end = State.COMPLETED if action.state is State.ENGAGED else left
        facts += chat_moved(
            customer, action_id, end, interaction_id, now_ms=now_ms, error_message=reason, chat=chat
        )
    elif early and early[-1] in (State.STARTED, State.ENGAGED):
        end = State.COMPLETED if early[-1] is State.ENGAGED else left
        facts.append(HeardEarly(action_id, end, interaction_id, reason, chat))
    return [*facts, *rested(customer, interaction_id)]


def rested(customer: Customer, interaction_id: str) -> Sequence[Fact]:
    """Nobody speaks in the chat any more: the visit's time runs again."""
    return (Released(interaction_id),) if interaction_id in customer.visit.holds else ()


def _is_to_come(customer: Customer, visit_id: str, action_id: str) -> bool:
    """Whether the offer may still be said to be accepted, and no other chat claims to have come of it."""
    action = customer.action(action_id)
    return action is not None and action.visit_id == visit_id and is_on_offer(action) and not action.early


def _early(customer: Customer, interaction_id: str, action_id: str) -> tuple[State, ...]:
    """The states that are kept of a chat until its offer is said to be accepted."""
    action = customer.action(action_id)
    if action is None or not is_on_offer(action):
        return ()
    return tuple(one.state for one in action.early if one.interaction_id == interaction_id)


def _is_of(customer: Customer, interaction_id: str, action_id: str) -> bool:
    """Whether the chat was linked to the action: one that only names it is not."""
    action = customer.action(action_id)
    return action is not None and action.interaction_id == interaction_id
