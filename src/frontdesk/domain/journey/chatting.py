"""What the chats of a visit mean for it: for the action that one came of, and for how long the visit lasts.

Source:  journey.md §4.4, §5.2 S7, and T10 to T15 of §9.3.
"""

from collections.abc import Sequence

from frontdesk.domain.journey.customer import Customer
from frontdesk.domain.journey.facts import ChatSummary, Fact, Held, Released, State
from frontdesk.domain.journey.offering import chat_moved, is_to_be_linked
from frontdesk.domain.journey.unfolding import Unfolding


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
             ended since. A chat of another site, visit or customer says nothing of this one.
    """
    visit = customer.visit
    if visit.id != visit_id or not visit.is_open or not is_ours:
        return ()
    facts: list[Fact] = []
    if action_id and is_to_be_linked(customer, visit_id, visit.deployment_id, action_id):
        facts += chat_moved(customer, action_id, State.STARTED, interaction_id, now_ms=now_ms)
    if is_going_on and interaction_id not in visit.holds:
        facts.append(Held(interaction_id))
    return facts


def joined(
    customer: Customer, interaction_id: str, visit_id: str, action_id: str, now_ms: int
) -> Sequence[Fact]:
    """A person is there whom the visitor sees.

    Shape:   also the chat's start, where that was heard of before the visitor's browser could say `accepted`.
    """
    is_late = _is_late(customer, interaction_id, visit_id, action_id)
    if not is_late and not _is_of(customer, interaction_id, action_id):
        return ()
    return chat_moved(customer, action_id, State.ENGAGED, interaction_id, now_ms=now_ms)


def ended(
    customer: Customer,
    interaction_id: str,
    visit_id: str,
    action_id: str,
    *,
    by_visitor: bool,
    reason: str,
    chat: ChatSummary | None = None,
    now_ms: int,
) -> Sequence[Fact]:
    """The chat is over: a person was there, or the visitor left before, or there was nobody to be had.

    Shape:   also the chat's start, as of `joined`.
    """
    facts: list[Fact] = []
    story = Unfolding(customer, now_ms)
    if _is_late(customer, interaction_id, visit_id, action_id):
        facts += chat_moved(customer, action_id, State.STARTED, interaction_id, now_ms=now_ms)
        story.add(facts)
    action = story.customer.action(action_id)
    if action is not None and _is_of(story.customer, interaction_id, action_id):
        left = State.ABANDONED if by_visitor else State.ERRORED
        end = State.COMPLETED if action.state is State.ENGAGED else left
        facts += chat_moved(
            story.customer, action_id, end, interaction_id, now_ms=now_ms, error_message=reason, chat=chat
        )
    return [*facts, *rested(customer, interaction_id)]


def rested(customer: Customer, interaction_id: str) -> Sequence[Fact]:
    """Nobody speaks in the chat any more: the visit's time runs again."""
    return (Released(interaction_id),) if interaction_id in customer.visit.holds else ()


def _is_late(customer: Customer, interaction_id: str, visit_id: str, action_id: str) -> bool:
    """Whether a chat of the visit may be linked to the action now, and could not when it began."""
    visit = customer.visit
    return interaction_id in visit.holds and is_to_be_linked(
        customer, visit_id, visit.deployment_id, action_id
    )


def _is_of(customer: Customer, interaction_id: str, action_id: str) -> bool:
    """Whether the chat was linked to the action: one that only names it is not."""
    action = customer.action(action_id)
    return action is not None and action.interaction_id == interaction_id
