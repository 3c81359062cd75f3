"""The workspace socket: what agents and bots are told; a frame is an array of these.

Source:  docs/reference/workspace-protocol.md, "The socket".
"""

from collections.abc import Iterable, Mapping

import msgspec

from frontdesk.domain.events import ReceiptGiven, Started
from frontdesk.domain.interaction import Interaction, Party
from frontdesk.domain.orchestration_objects import SESSION_KEY
from frontdesk.domain.visitor import JOURNEY_KEY

PAGE_KEYS = {"url": "_genesys_url", "title": "_genesys_pageTitle", "referrer": "_genesys_referrer"}

_decode_started = msgspec.json.Decoder(Started).decode
_decode_receipt = msgspec.json.Decoder(ReceiptGiven).decode
_encode = msgspec.json.Encoder().encode


def done(wish_id: str, agent: Mapping[str, object] | None = None) -> bytes:
    """A wish was carried out; `agent` is who chats come to from now on."""
    message = {"is": "done", "id": wish_id}
    return _encode(message if agent is None else message | {"agent": agent})


def refused(wish_id: str, code: str, text: str) -> bytes:
    return _encode({"is": "refused", "id": wish_id, "code": code, "text": text})


def welcome(
    wish_id: str,
    agent: Mapping[str, object],
    *,
    is_ready: bool,
    time_ms: int,
    interactions: Iterable[str],
    invites: Iterable[str],
) -> bytes:
    return _encode(
        {
            "is": "welcome",
            "id": wish_id,
            "agent": agent,
            "is_ready": is_ready,
            "time_ms": time_ms,
            "interactions": list(interactions),
            "invites": list(invites),
        }
    )


def readiness(*, is_ready: bool, reason: str) -> bytes:
    return _encode({"is": "readiness", "is_ready": is_ready, "reason": reason})


def floor(ready: int) -> bytes:
    """How many people are ready with a free slot: what a bot tells visitors who ask for one."""
    return _encode({"is": "floor", "ready": ready})


def invited(interaction_id: str, state: Interaction, until_ms: int, time_ms: int) -> bytes:
    return _encode(
        {
            "is": "invited",
            "interaction_id": interaction_id,
            "until_ms": until_ms,
            "time_ms": time_ms,
            "service": state.service,
            "queue": state.queue,
            "nickname": state.client.nickname,
            "subject": state.subject,
            "summary": state.summary,
            "started_ms": state.started_ms,
            "user_data": _user_data(state),
            "asynchronous": state.asynchronous,
            "medium": state.medium,
            **_call(state),
        }
    )


def _user_data(state: Interaction) -> dict[str, str]:
    """What is attached, and which session of an application has it."""
    own = {SESSION_KEY: state.owner} if state.owner else {}
    return _without_secrets(state.user_data) | own


def _without_secrets(user_data: dict[str, str]) -> dict[str, str]:
    """The same without the ids of the visit: with these, anybody may speak to journeys for that browser."""
    return user_data | {JOURNEY_KEY: "{}"} if JOURNEY_KEY in user_data else user_data


def _call(state: Interaction) -> dict[str, object]:
    """Which colleague calls, what for, and with what to say; nothing when routing rings."""
    ringing = state.ringing
    caller = state.party(ringing.by_party) if ringing is not None else None
    if ringing is None or caller is None:
        return {}
    return {"called_by": caller.nickname, "purpose": ringing.purpose, "note": ringing.note}


def invite_gone(interaction_id: str, reason: str) -> bytes:
    return _encode({"is": "invite_gone", "interaction_id": interaction_id, "reason": reason})


def interaction(interaction_id: str, state: Interaction, party_id: int, *, sees_silent: bool) -> bytes:
    """An interaction as one reads it; `sees_silent` for those who are told who listens silently."""
    return _encode(
        {
            "is": "interaction",
            "interaction_id": interaction_id,
            "party_id": party_id,
            "phase": state.phase,
            "service": state.service,
            "queue": state.queue,
            "summary": state.summary,
            "subject": state.subject,
            "started_ms": state.started_ms,
            "nickname": state.client.nickname,
            "first_name": state.first_name,
            "last_name": state.last_name,
            "email": state.email,
            "user_data": _user_data(state),
            "page": {name: state.user_data.get(key, "") for name, key in PAGE_KEYS.items()},
            "parties": [_party(party) for party in state.parties if sees_silent or not party.is_silent],
            "files": [
                {
                    "file_id": file.file_id,
                    "party_id": file.party_id,
                    "name": file.name,
                    "size_bytes": file.size_bytes,
                    "media_type": file.media_type,
                    "is_deleted": file.is_deleted,
                }
                for file in state.files
            ],
            "version": state.version,
            "asynchronous": state.asynchronous,
            "medium": state.medium,
            "related": state.related,
        }
    )


def _party(party: Party) -> dict[str, object]:
    return {
        "party_id": party.party_id,
        "kind": party.kind,
        "participant_id": party.participant_id,
        "nickname": party.nickname,
        "visibility": party.visibility,
        "is_present": party.is_present,
        "is_typing": party.typing_ms > 0,
        "is_held": party.is_held,
        "read_up_to": party.read_up_to,
    }


def event(interaction_id: str, version: int, at_ms: int, body: bytes) -> bytes:
    """One event. `body` is as the log has it, which is what agents read, but for the visitor's secrets."""
    if body.startswith(b'{"type":"Started"'):
        started = _decode_started(body)
        user_data = _without_secrets(started.user_data)
        body = _encode(msgspec.structs.replace(started, key_hash="", address="", user_data=user_data))
    return b'{"is":"event","interaction_id":"%b","version":%d,"at_ms":%d,"event":%b}' % (
        interaction_id.encode(),
        version,
        at_ms,
        body,
    )


def preview(interaction_id: str, text: str) -> bytes:
    return _encode({"is": "preview", "interaction_id": interaction_id, "text": text})


def readers(interaction_id: str, receipt: bytes) -> bytes:
    """How far a party has read; `receipt` is the event's body."""
    event = _decode_receipt(receipt)
    message = {"is": "readers", "interaction_id": interaction_id}
    return _encode(message | {"party_id": event.party_id, "up_to": event.up_to})


def left(interaction_id: str) -> bytes:
    return _encode({"is": "left", "interaction_id": interaction_id})


def closing(reason: str, retry_after_ms: int) -> bytes:
    return _encode({"is": "closing", "reason": reason, "retry_after_ms": retry_after_ms})


def frame(messages: Iterable[bytes]) -> str:
    """Messages as one frame."""
    return (b"[%b]" % b",".join(messages)).decode()
