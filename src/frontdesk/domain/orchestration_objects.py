"""Interactions as scripts of sessions see them: the objects that events bring along.

For chats, parties are those on our side who take part or are rung for: agents, supervisors, bots. The visitor
is none.

Source:  orchestration, sections 5.2 to 5.4.
"""

from collections.abc import Mapping
from typing import Any

import msgspec

from frontdesk.domain import events
from frontdesk.domain.events import Medium, Purpose, Visibility
from frontdesk.domain.interaction import ANSWERING, Interaction, Party, Phase
from frontdesk.domain.orchestration_messages import message_object

SESSION_KEY, ONLINE_KEY, CLOSED_KEY = "OP-Session-ID", "IsOnline", "ReasonClosed"
BY_THE_PLATFORM = ("idle", "rested", "closed", "full", "nobody")
"""Why interactions are closed that nobody in particular ends."""

TENANT = "1"
RINGING, HELD, PROCESSING = "ringing", "held", "processing"

Object = dict[str, Any]


def interaction_object(
    interaction_id: str,
    state: Interaction,
    *,
    is_controlled: bool,
    medium_state: str = "",
) -> Object:
    """The interaction with its parties."""
    medium_state = medium_state or _medium_state(state)
    queue = state.queue or state.service
    is_message = state.medium is Medium.MESSAGE
    category = "msgbased" if is_message else "chat"
    return {
        "g_uid": interaction_id,
        "tenantid": TENANT,
        "parentid": "",
        "category": category,
        "location": {
            "media_server": "frontdesk",
            "queue": queue,
            "endpoint": state.endpoint or state.service,
        },
        "udata": _attached(state),
        "xdata": {"ixn_queue_view": queue},
        "parties": party_objects(interaction_id, state, party_states(state)),
        category: message_object(state, medium_state) if is_message else _chat_object(medium_state),
        "state": medium_state,
        "createdate": state.started_ms,
        "subject": state.subject,
        "priority": state.priority,
        "controlled": is_controlled,
    }


def _chat_object(medium_state: str) -> Object:
    return {
        "type": "chat",
        "state": medium_state,
        "media": "TMediaChat",
        "categories": [],
        "externalID": "",
        "transcript": [],
    }


def user_data(state: Interaction) -> dict[str, str]:
    """What is attached: the visitor's particulars, what was added since, and what the platform knows."""
    particulars = {
        "FirstName": state.first_name,
        "LastName": state.last_name,
        "EmailAddress": state.email,
        "Subject": state.subject,
        "Nickname": state.client.nickname if state.parties else "",
    }
    data = {name: value for name, value in particulars.items() if value} | state.user_data
    if state.ownership.application:
        is_here = bool(state.parties) and state.client.is_present
        data[ONLINE_KEY] = "1" if is_here else "0"
        reason = state.ownership.closes or state.end_reason
        if reason in BY_THE_PLATFORM:
            data[CLOSED_KEY] = reason
    if state.owner:
        data[SESSION_KEY] = state.owner
    return data


def _attached(state: Interaction) -> dict[str, object]:
    """The user data as scripts read it: what a script has nested is so again."""
    data: dict[str, object] = dict(user_data(state))
    return data | {key: msgspec.json.decode(state.user_data[key]) for key in state.nested_keys}


def party_id(interaction_id: str, participant: str) -> str:
    """A party's id: of a participant who takes part, or is rung for; or of the queue before anybody."""
    return f"{interaction_id}:{participant}"


def state_of(party: Party) -> str:
    return HELD if party.is_held else PROCESSING


def is_party(party: Party) -> bool:
    """Whether sessions are told of it."""
    return party.kind in ANSWERING


def rings_for_a_party(state: Interaction) -> str:
    """Who is rung for and counts as a party; empty for none, and for a transfer, which is one step."""
    ringing = state.ringing
    if ringing is None or (ringing.by_party and ringing.purpose is Purpose.TRANSFER):
        return ""
    return ringing.agent_id


def party_states(state: Interaction) -> dict[str, str]:
    """The states of the parties, by agent."""
    here = (p for p in state.parties if p.is_present and is_party(p))
    found = {p.participant_id: state_of(p) for p in here}
    if rung := rings_for_a_party(state):
        found.setdefault(rung, RINGING)
    return found


def party_objects(interaction_id: str, state: Interaction, states: Mapping[str, str]) -> Object:
    """Parties as scripts see them, by their ids."""
    part = "msgbasedp" if state.medium is Medium.MESSAGE else "chatp"
    return {
        party_id(interaction_id, device): {
            "id": party_id(interaction_id, device),
            "device": device,
            "devicetype": "agent",
            "state": party_state,
            "resource": {"type": "A", "agent": device},
            part: {"state": party_state},
        }
        for device, party_state in states.items()
    }


def _medium_state(state: Interaction) -> str:
    match state.phase:
        case Phase.ACTIVE:
            return "processing"
        case Phase.ENDED | Phase.ARCHIVED:
            return "complete"
        case Phase.NEW:
            return "new"
        case _:
            return "queued"


Line = events.Said | events.NoticeGiven | events.Joined | events.Left
_KINDS: Mapping[type, str] = {
    events.Said: "text",
    events.NoticeGiven: "notice",
    events.Joined: "joined",
    events.Left: "left",
}


def chat_message(interaction_id: str, state: Interaction, fact: Line, at_ms: int) -> Object:
    """One message of the transcript, as `gettranscript` and `chat.message` give it."""
    author = state.parties[fact.party_id - 1]
    is_for_all = author.visibility is Visibility.ALL and fact.visibility is Visibility.ALL
    return {
        "date": at_ms // 1000,
        "device": author.participant_id or author.nickname,
        "partyid": party_id(interaction_id, author.participant_id or "visitor"),
        "type": _KINDS[type(fact)],
        "text": getattr(fact, "text", ""),
        "visibility": "all" if is_for_all else "agents",
    }
