"""Chat API version 2: events to lines, answers to envelopes, refusals to error codes.

One envelope for every answer; a line is made once per event, however many read it. An event that visitors
may not see becomes None here and so never reaches them.

Source:  chat-api-v2 §§4–6 and 8.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import msgspec
from msgspec import Struct, field

from frontdesk.domain import events
from frontdesk.domain.events import Event, Kind
from frontdesk.domain.interaction import Party
from frontdesk.domain.rules import FileRules
from frontdesk.errors import Refused
from frontdesk.wire.form import Form
from frontdesk.wire.visitor_view import is_for_visitors, is_safe_notice

ALIAS = "1"
ATTRIBUTES_CHARS_MAX = 16_384
MESSAGE_ID_CHARS_MAX = 64
GONE_CODE = 249
LATER = 1
START_REFUSED_CODE = 240
MALFORMED_CODE = 100
FAR = 10**15
_NUMBER = re.compile(r"[+-]?[0-9]+")

# The wire's names of the kinds; a bot is an External with an attribute that says so (§6.2).
_TYPES: Mapping[Kind, str] = {
    Kind.CLIENT: "Client",
    Kind.AGENT: "Agent",
    Kind.SUPERVISOR: "Supervisor",
    Kind.BOT: "External",
    Kind.EXTERNAL: "External",
    Kind.SYSTEM: "External",
}
_BOT_STYLE = {"GCTI_SYSTEM": {"party-info": {"style": "BOT"}}}

# What clients know a refusal by (§8.2); what is not here is a malformed parameter.
ERROR_CODES: Mapping[str, int] = {
    "first_name_missing": 102,
    "last_name_missing": 103,
    "name_missing": 161,
    "too_many_files": 201,
    "file_too_large": 202,
    "file_type": 203,
    "agent_needed": 203,
    "text_too_long": 204,
    "body_too_large": 204,
    "closed": START_REFUSED_CODE,
    "ended": GONE_CODE,
    "not_started": GONE_CODE,
    "not_a_party": GONE_CODE,
    "full": GONE_CODE,
    "email_invalid": 364,
}
_ADVICE_IS_LIMIT = frozenset(("too_many_files", "file_too_large"))


class From(Struct, frozen=True):
    """Who an event is from."""

    nickname: str
    participant_id: int = field(name="participantId")
    type: str


class Line(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One event as visitors see it."""

    index: int | None = None
    type: str
    utc_time: int = field(name="utcTime")
    sender: From = field(name="from")
    text: str | None = None
    message_type: str = field(name="messageType", default="")
    user_data: dict[str, str] | None = field(name="userData", default=None)
    attributes: dict[str, Any] | None = field(name="eventAttributes", default=None)


class Identity(Struct, frozen=True):
    """What names a session and proves the right to it; only ever sent to the one who showed the key."""

    chat_id: str
    user_id: str
    secure_key: str


_encode = msgspec.json.Encoder().encode
_decode_object = msgspec.json.Decoder(dict[str, Any]).decode


def line(index: int, at_ms: int, event: Event, party: Party | None) -> bytes | None:
    """The event as a visitor reads it, or None when it is not for visitors.

    Shape:   `party` is its author with the nickname of that time.
    """
    made = _SHAPES.get(type(event))
    if made is None or party is None or not is_for_visitors(event, party):
        return None
    kind, shape = made
    members = shape(event)
    if members is None:
        return None
    if kind == "CustomNotice" and not is_safe_notice(party, members["text"]):
        return None  # §12
    if party.kind is Kind.BOT:
        members["attributes"] = (members.get("attributes") or {}) | _BOT_STYLE
    sender = From(party.nickname, party.party_id, _TYPES[party.kind])
    return _encode(Line(index=index, type=kind, utc_time=at_ms, sender=sender, **members))


def _nothing(_event: Event) -> dict[str, Any]:
    return {}


def _said(event: events.Said) -> dict[str, Any]:
    return {"text": event.text, "message_type": event.message_type, "attributes": event.attributes}


def _notice(event: events.NoticeGiven) -> dict[str, Any]:
    return {"text": event.text, "attributes": event.attributes}


def _uploaded(event: events.FileUploaded) -> dict[str, Any]:
    data = {"file-id": event.file_id, "file-name": event.name, "file-size": str(event.size_bytes)}
    if event.description:
        data["file-description"] = event.description
    return {"text": event.name, "user_data": data}


def _deleted(event: events.FileDeleted) -> dict[str, Any]:
    return {"text": event.name, "user_data": {"file-id": event.file_id, "file-name": event.name}}


def _idle_warned(event: events.IdleWarned) -> dict[str, Any] | None:
    timer = {
        "next-idle-timer-type": "CLOSE" if event.closes_next else "ALERT",
        "next-idle-timer-secs": str(event.next_s),
    }
    return {"text": event.text, "user_data": timer} if event.text else None


def _idle_closed(event: events.IdleClosed) -> dict[str, Any] | None:
    return {"text": event.text} if event.text else None


def _informed(event: events.Informed) -> dict[str, Any]:
    return {"text": event.text}


_Shape = Callable[[Any], dict[str, Any] | None]
_SHAPES: dict[type, tuple[str, _Shape]] = {
    events.Started: ("ParticipantJoined", _nothing),
    events.Joined: ("ParticipantJoined", _nothing),
    events.CameBack: ("ParticipantJoined", _nothing),
    events.Appeared: ("ParticipantJoined", _nothing),
    events.Left: ("ParticipantLeft", _nothing),
    events.Said: ("Message", _said),
    events.TypingStarted: ("TypingStarted", _nothing),
    events.TypingStopped: ("TypingStopped", _nothing),
    events.UrlPushed: ("PushUrl", lambda event: {"text": event.url}),
    events.NicknameChanged: ("NicknameUpdated", _nothing),
    events.NoticeGiven: ("CustomNotice", _notice),
    events.FileUploaded: ("FileUploaded", _uploaded),
    events.FileDeleted: ("FileDeleted", _deleted),
    events.IdleWarned: ("IdleAlert", _idle_warned),
    events.IdleClosed: ("IdleClose", _idle_closed),
    events.Informed: ("Message", _informed),
}


def limits_line(at_ms: int, party: Party, values: dict[str, str]) -> bytes:
    """The answer to `file/limits`: a notice without an index that is in no transcript (§11.1)."""
    sender = From(party.nickname, party.party_id, _TYPES[party.kind])
    return _encode(
        Line(type="Notice", utc_time=at_ms, sender=sender, text="file-client-cfg-get", user_data=values)
    )


def envelope(
    identity: Identity | None,
    *,
    is_ended: bool,
    lines: Iterable[bytes] = (),
    next_position: int,
    idle_expire_s: int | None = None,
    user_data: Mapping[str, str] | None = None,
    timestamp_ms: int | None = None,
    status: int = 0,
) -> bytes:
    """An answer to somebody who showed the key.

    Shape:   without an `identity` it is for somebody who has shown it on this very connection.
    Units:   `idle_expire_s` is whole seconds until the chat is closed, at least 1; only while that runs.
    """
    extra = b"" if idle_expire_s is None else b',"idleTimerExpire":%d' % idle_expire_s
    if user_data is not None:
        extra += b',"userData":' + _encode(user_data)
    if timestamp_ms is not None:
        extra += b',"timestamp":%d' % timestamp_ms
    return b'{"statusCode":%d,"chatEnded":%b,%b"messages":[%b],"nextPosition":%d,"monitored":false%b}' % (
        status,
        b"true" if is_ended else b"false",
        b"" if identity is None else _named(identity),
        b",".join(lines),
        next_position,
        extra,
    )


def _named(identity: Identity) -> bytes:
    """The members that name a session, with the comma that they need."""
    return b'"alias":"%b","chatId":"%b","userId":"%b","secureKey":"%b",' % (
        ALIAS.encode(),
        identity.chat_id.encode(),
        identity.user_id.encode(),
        identity.secure_key.encode(),
    )


def refused(refusal: Refused) -> bytes:
    """A refusal with all its faults, for HTTP 400."""
    faults = (refusal, *refusal.others)
    errors = [{"code": code_of(fault), "advice": _advice(fault)} for fault in faults]
    return _encode({"statusCode": 2, "chatEnded": False, "messages": [], "errors": errors})


def code_of(refusal: Refused) -> int:
    return ERROR_CODES.get(refusal.code, MALFORMED_CODE)


def _advice(refusal: Refused) -> str:
    """What clients put into their own texts: for file limits the bare number (§8.2)."""
    return str(refusal.limit) if refusal.code in _ADVICE_IS_LIMIT else refusal.text


def gone(reference: int, *, says_why: bool = True) -> bytes:
    """The session is unknown, ended or not the caller's: one answer for all, without identity (§8.3)."""
    body: dict[str, Any] = {"statusCode": 2, "chatEnded": True, "messages": []}
    if says_why:
        advice = f"The chat session could not be found or has ended. referenceId[{reference}]"
        body["errors"] = [{"code": GONE_CODE, "advice": advice}]
    return _encode(body)


def try_later() -> bytes:
    """A temporary failure, for somebody who has shown no key (§8.4)."""
    return _encode({"statusCode": 1, "chatEnded": False, "messages": []})


def failed(code: int, advice: str) -> bytes:
    """An error outside the chat itself: a wrong method, an unknown address, a missing API key."""
    body = {"statusCode": 2, "chatEnded": False, "messages": [], "errors": [{"code": code, "advice": advice}]}
    return _encode(body)


def parse_attributes(text: str) -> dict[str, Any] | None:
    """`eventAttributes` as the object that its JSON text says; None when it is absent.

    Errors:  `Refused("bad_attributes")`: no JSON object, too long or nested too deep.
    """
    if not text:
        return None
    if len(text) > ATTRIBUTES_CHARS_MAX:
        raise Refused("bad_attributes", f"eventAttributes may have {ATTRIBUTES_CHARS_MAX} characters")
    try:
        return _decode_object(text)
    except (msgspec.DecodeError, RecursionError) as error:
        raise Refused("bad_attributes", "eventAttributes must be the JSON text of an object") from error


def parse_message_id(text: str) -> str:
    """The client's own id of a message; empty when it has none. Errors: `Refused("bad_message_id")`."""
    if len(text) > MESSAGE_ID_CHARS_MAX:
        raise Refused("bad_message_id", f"messageId may have {MESSAGE_ID_CHARS_MAX} characters")
    return text


def parse_position(text: str) -> int | None:
    """`transcriptPosition` as a number; None when it is absent or is not one.

    Shape:   one of more digits than any transcript has events is `FAR` or `-FAR`.
    """
    if not _NUMBER.fullmatch(text):
        return None
    return int(text) if len(text) <= len(str(FAR)) else -FAR if text.startswith("-") else FAR


def parse_keys(text: str, form: Form) -> Sequence[str]:
    """The keys that `keys` names, in any of its forms; nothing for what is none of them.

    Source:  webchat-service §9.3, which leaves the form open.
    """
    listed = [value for name, value in form.nested if name.startswith("keys[")]
    if text.startswith("["):
        try:
            listed += msgspec.json.decode(text, type=list[str])
        except msgspec.DecodeError as error:
            raise Refused("bad_keys", "keys must be the JSON text of an array of strings") from error
    elif text:
        listed += text.split(",")
    return [key.strip() for key in listed]


def file_limits(limits: FileRules, *, count: int, total_bytes: int, fetches: int) -> dict[str, str]:
    """What may be uploaded, and what has been, as the strings that clients expect (§11.1)."""
    return {
        "upload-max-files": str(limits.upload_max_files),
        "upload-max-file-size": str(limits.upload_max_file_bytes),
        "upload-max-total-size": str(limits.upload_max_total_bytes),
        "upload-file-types": ":".join(limits.upload_file_types),
        "upload-need-agent": "true" if limits.upload_needs_agent else "false",
        "download-attempts": str(limits.download_attempts_max),
        "delete-file": "odd",
        "used-upload-max-files": str(count),
        "used-upload-max-total-size": str(total_bytes),
        "used-download-attempts": str(fetches),
    }
