"""What sessions are told of who takes part in an interaction, and of who hands it to whom.

Source:  orchestration, sections 8 and 19.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from frontdesk.domain import events
from frontdesk.domain.events import Kind, Purpose
from frontdesk.domain.interaction import Interaction
from frontdesk.domain.orchestration_news import (
    ACCEPTED,
    CAUSE_DISTRIBUTED,
    CAUSE_NORMAL,
    CLEARED,
    COMPLETED,
    DECLINED,
    ESTABLISHED,
    HELD_NOW,
    RETRIEVED,
    Change,
    News,
)
from frontdesk.domain.orchestration_objects import (
    ONLINE_KEY,
    PROCESSING,
    RINGING,
    is_party,
    party_id,
    rings_for_a_party,
    state_of,
)


def joined(change: Change) -> Iterator[News]:
    fact: events.Joined = change.fact
    before, agent_id = change.before, fact.participant_id
    ringing = before.ringing
    if fact.kind not in (Kind.AGENT, Kind.SUPERVISOR, Kind.BOT):
        return
    if not fact.answers_invite or ringing is None:
        yield change.of_party("partyadded", agent_id, PROCESSING)
        return
    caller = before.party(ringing.by_party)
    if caller is not None and ringing.purpose is Purpose.TRANSFER:
        yield change.news(
            "onsinglesteptransfer",
            **_acting("transferring", change, caller.participant_id, state_of(caller)),
            newdestination=agent_id,
        )
        yield change.of_party("partyadded", agent_id, PROCESSING)
        return
    if caller is None:
        yield change.news(
            "ondivert",
            **_acting("diverting", change, _queue(before), COMPLETED),
            newdestination=agent_id,
        )
    hints = {"ccevent": ESTABLISHED, "cause": CAUSE_DISTRIBUTED}
    yield change.of_party("partystatechanged", agent_id, ACCEPTED, hints=hints)
    accepted = before.ownership.asked_for("accept")
    if accepted is None or accepted.agent_id != agent_id:
        yield change.of_party("partystatechanged", agent_id, PROCESSING, hints=hints)


def left(change: Change) -> Iterator[News]:
    fact: events.Left = change.fact
    before = change.before
    party = before.parties[fact.party_id - 1]
    if party.kind is Kind.CLIENT:
        owned = before.ownership
        if not owned.closes or owned.closed_by == party.party_id or owned.closes == "client_left":
            yield change.news("udata.changed", changed=[ONLINE_KEY])
        return  # Else the visitor only goes because it ends.
    if not is_party(party):
        return
    agent_id = party.participant_id
    if change.after.is_attended and not before.ownership.closes and fact.reason != "transferred":
        hints = {"ccevent": CLEARED, "cause": CAUSE_NORMAL}
        yield change.of_party("partystatechanged", agent_id, COMPLETED, hints=hints)
    yield change.of_party("partydeleted", agent_id, COMPLETED)


def invited(change: Change) -> Iterator[News]:
    fact: events.Invited = change.fact
    if not rings_for_a_party(change.after):
        return
    caller = change.before.party(fact.by_party)
    if caller is not None and fact.purpose is Purpose.CONFERENCE:
        yield _conference(change, caller.participant_id, state_of(caller), fact.agent_id, RINGING)
    yield change.of_party("partyadded", fact.agent_id, RINGING)


def invite_ended(change: Change) -> Iterator[News]:
    fact: events.InviteEnded = change.fact
    if not rings_for_a_party(change.before):
        return
    if fact.reason == "cancelled":
        yield change.of_party("partydeleted", fact.agent_id, COMPLETED)
        return
    yield change.of_party("partystatechanged", fact.agent_id, DECLINED)
    yield change.of_party("partydeleted", fact.agent_id, DECLINED)


def step_taken(change: Change) -> Iterator[News]:
    fact: events.StepTaken = change.fact
    source = change.before.party(fact.by_party)
    device = source.participant_id if source is not None else _queue(change.before)
    state = state_of(source) if source is not None else COMPLETED
    if fact.kind == "conference":
        yield _conference(change, device, state, fact.destination, PROCESSING)
        return
    yield change.news(
        "onsinglesteptransfer",
        **_acting("transferring", change, device, state),
        newdestination=fact.destination,
    )


def _conference(change: Change, device: str, state: str, added: str, added_state: str) -> News:
    return change.news(
        "onsinglestepconference",
        **_acting("conferencing", change, device, state),
        addedpartyid=party_id(change.interaction_id, added),
        addedresource=added,
        addedpartystate=added_state,
    )


def _acting(how: str, change: Change, device: str, state: str) -> dict[str, Any]:
    """The three attributes that say from whom it comes."""
    return {
        f"{how}partyid": party_id(change.interaction_id, device),
        f"{how}resource": device,
        f"{how}partystate": state,
    }


def _queue(state: Interaction) -> str:
    """Where it was before anybody had it."""
    return state.queue or state.service


def parked(change: Change) -> Iterator[News]:
    is_held = isinstance(change.fact, events.Parked)
    party = change.after.parties[change.fact.party_id - 1]
    hints = {"ccevent": HELD_NOW if is_held else RETRIEVED}
    yield change.of_party("partystatechanged", party.participant_id, state_of(party), hints=hints)


OF_PARTIES: Mapping[type, Callable[[Change], Iterator[News]]] = {
    events.Joined: joined,
    events.Left: left,
    events.Invited: invited,
    events.InviteEnded: invite_ended,
    events.StepTaken: step_taken,
    events.Parked: parked,
    events.Resumed: parked,
}
