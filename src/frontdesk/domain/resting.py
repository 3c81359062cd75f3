"""Resting: how a conversation stays open over days, asleep while nobody attends to it.

Only an asynchronous interaction rests. Its visitor may leave and come back; who writes wakes it.
"""

from collections.abc import Sequence

from frontdesk.domain import commands, events
from frontdesk.domain.events import Event, Kind, Visibility
from frontdesk.domain.interaction import Interaction, Phase
from frontdesk.domain.rules import ServiceRules
from frontdesk.domain.together import gone, shown
from frontdesk.errors import NotFound, Refused

CLIENT = 1


def come_back(
    state: Interaction, _command: commands.ComeBack, _now_ms: int, _rules: ServiceRules
) -> Sequence[Event]:
    """The visitor is here again. That alone wakes nobody: it happens with every page that is looked at."""
    return () if state.client.is_present else (events.CameBack(CLIENT),)


def take_up(
    state: Interaction, command: commands.TakeUp, _now_ms: int, _rules: ServiceRules
) -> Sequence[Event]:
    """Somebody attends to what rests; a supervisor who looks on already comes forward for that.

    Errors:  `NotFound` for an agent who never took part in it; `Refused("not_resting")`.
    """
    here = state.party_of(command.agent_id)
    if here is not None and here.answers:
        return ()
    if not command.is_supervisor and not state.newest_party_of(command.agent_id):
        raise NotFound("there is no such chat of yours")
    if state.phase is not Phase.DORMANT:
        raise Refused("not_resting", "the chat does not rest")
    if here is not None:
        return shown(here, Visibility.ALL)
    return (
        events.Joined(
            party_id=len(state.parties) + 1,
            kind=Kind.SUPERVISOR if command.is_supervisor else Kind.AGENT,
            participant_id=command.agent_id,
            nickname=command.nickname,
        ),
    )


def visitor_leaves(state: Interaction, left: events.Left) -> Sequence[Event]:
    """The visitor goes: nobody need be found any more, but who answers now may finish."""
    return (left, *rest(state, "client_left")) if state.phase is Phase.WAITING else (left,)


def last_one_leaves(state: Interaction, left: events.Left) -> Sequence[Event]:
    """Whoever answered goes, and nobody else is here or was sent for."""
    return (left, *rest(state, "last_agent_left", left.party_id))


def rest(state: Interaction, reason: str, left_id: int = 0) -> Sequence[Event]:
    """Nobody attends to it any more; `left_id` has left already."""
    here = (p for p in state.parties if p.is_present and p.kind not in (Kind.CLIENT, Kind.SYSTEM))
    left = (gone(p, reason) for p in here if p.party_id != left_id)
    ringing = () if state.ringing is None else (events.InviteEnded(state.ringing.agent_id, "cancelled"),)
    return (*left, *ringing, events.Rested(reason))


def writes(state: Interaction, party_id: int) -> Sequence[Event]:
    """What is true first when somebody writes: a visitor who had left has come back."""
    is_back = state.asynchronous and party_id == CLIENT and not state.client.is_present
    return (events.CameBack(CLIENT),) if is_back else ()


def wakes(state: Interaction, party_id: int) -> Sequence[Event]:
    """What follows when somebody has written: a visitor's word wakes what rests."""
    return (events.Woke(CLIENT),) if state.phase is Phase.DORMANT and party_id == CLIENT else ()
