"""What every wish settles for sessions: answers to what they had asked for, and that an end begins."""

from collections.abc import Iterator, Sequence

from frontdesk.domain import events
from frontdesk.domain.events import Event
from frontdesk.domain.interaction import Interaction
from frontdesk.domain.ownership import Pending

_WHY = {
    "expired": ("timeout", "the agent did not answer in time"),
    "declined": ("remote", "the agent declined"),
    "agent_away": ("remote", "the agent has gone"),
}


def settled(state: Interaction, happened: Sequence[Event]) -> Sequence[Event]:
    """`happened` with what follows from it for sessions, each at its place."""
    if not happened or not (state.owner or state.ownership.asked):
        return happened
    pending = state.ownership.asked_for("redirect")
    answers = tuple(_answers(state, pending, happened)) if pending is not None else ()
    announced = _announced(state, happened)
    if any(isinstance(event, events.Ended) for event in happened):
        return _before_the_end(happened, (*answers, *announced))
    return (*announced, *happened, *answers)


def _before_the_end(happened: Sequence[Event], first: Sequence[Event]) -> Sequence[Event]:
    """What a session is answered comes before the end, also what it asked for and got with it."""
    answered = [event for event in happened if isinstance(event, events.Answered)]
    rest = [event for event in happened if not isinstance(event, events.Answered)]
    return (*answered, *first, *rest)


def _announced(state: Interaction, happened: Sequence[Event]) -> Sequence[Event]:
    if not state.owner:
        return ()
    for event in happened:
        if isinstance(event, events.Ended):
            return (events.ClosingBegan(event.reason, event.party_id),)
        if isinstance(event, events.Rested):
            return (events.ClosingBegan(event.reason),)
    return ()


def _answers(state: Interaction, pending: Pending, happened: Sequence[Event]) -> Iterator[Event]:
    for event in happened:
        match event:
            case events.Joined(answers_invite=True):
                yield _answer(pending)
            case events.InviteEnded():
                if pending.detaches and not state.owner:
                    yield events.Owned(session_id=pending.session_id, application=state.ownership.application)
                yield _answer(pending, *_WHY.get(event.reason, ("remote", "the invite was called off")))
            case events.Ended():
                yield _answer(pending, "remote", "the interaction ended")
            case _:
                continue
        return


def _answer(pending: Pending, error: str = "", description: str = "") -> events.Answered:
    return events.Answered(
        session_id=pending.session_id,
        request_id=pending.request_id,
        action=pending.action,
        error=error,
        description=description,
    )
