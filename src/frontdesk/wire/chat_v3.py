"""Chat API version 3: events to messages, answers to envelopes, refusals to codes.

A message is made once per event, from a fixed list of members: clients hand whatever else it had to every
script of the page. An event that visitors may not see becomes nothing here and so never reaches them.

Source:  chat-api-v3 §§4–6, 9.4 and 10.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import msgspec
from msgspec import Struct, field

from frontdesk.domain import events
from frontdesk.domain.events import TRANSIENT, Event, Kind
from frontdesk.domain.interaction import PEOPLE, Party
from frontdesk.errors import Refused
from frontdesk.wire.chat_v3_rich import safe_attributes
from frontdesk.wire.visitor_view import is_for_visitors, is_safe_notice

IMAGES = frozenset(("image/jpeg", "image/png", "image/gif", "image/webp"))
TYPING_REPEATED_MS = 2000  # Clients take the sign that somebody types away after three seconds (§6.4).

# An index has 16 digits whatever the version is, and leaves room between two events for what is none itself.
_FIRST_INDEX = 10**15
_STEP = 10**6
_BEFORE, _ITSELF, _AFTER = 0, 1, 2

# What clients know a refusal by, with its HTTP status (§10.3); what is not here is a bad request.
CODES: Mapping[str, tuple[int, str]] = {
    "name_missing": (400, "INVALID_NICKNAME"),
    "endpoint_unknown": (400, "INVALID_ENDPOINT"),
    "key_unknown": (403, "INVALID_CONTACT_CENTER"),
    "not_authorised": (401, "AUTHENTICATION_REQUIRED"),
    "origin_refused": (403, "ORIGIN_REFUSED"),
    "closed": (400, "ENDPOINT_CLOSED"),
    "email_invalid": (400, "INVALID_EMAIL"),
    "user_data_too_large": (400, "USER_DATA_TOO_LARGE"),
    "text_too_long": (400, "MESSAGE_TOO_LONG"),
    "body_too_large": (413, "PAYLOAD_TOO_LARGE"),
    "file_too_large": (413, "LIMIT_FILE_SIZE"),
    "too_many_files": (400, "LIMIT_FILE_COUNT"),
    "file_type": (400, "INVALID_FILE_TYPE"),
    "file_missing": (400, "INVALID_FILE_TYPE"),
    "agent_needed": (400, "AGENT_NEEDED"),
    "too_slow": (408, "REQUEST_TIMEOUT"),
    "too_many_requests": (429, "TOO_MANY_REQUESTS"),
    "try_later": (503, "SERVICE_UNAVAILABLE"),
    "gone": (404, "INVALID_SESSION"),
    "ended": (404, "INVALID_SESSION"),
    "not_started": (404, "INVALID_SESSION"),
    "not_a_party": (404, "INVALID_SESSION"),
    "full": (404, "INVALID_SESSION"),
    "no_such_file": (404, "NOT_FOUND"),
    "no_such_address": (404, "NOT_FOUND"),
    "method": (405, "METHOD_NOT_ALLOWED"),
    "failed": (500, "INTERNAL_ERROR"),
}
BAD_REQUEST = (400, "BAD_REQUEST")


class View(Struct, frozen=True, kw_only=True):
    """How the visitors of one session are shown its events.

    Shape:   `client` is what `from.type` calls them; `end_text` the last line of a chat that our side ended;
             `file_link` gives the address of a file that is no image, from its id and when it was sent.
    """

    session_id: str
    client: str = "Client"
    end_text: str = "This chat has ended."
    file_link: Callable[[str, int], str] = lambda _file_id, _at_ms: ""


class Line(Struct, frozen=True, kw_only=True, gc=False):
    """One event as visitors read it.

    Shape:   `body` is empty when it is not for them; `before` is another message that goes with it to whoever
             is there, or empty. What is not `is_kept` is for those who are there, and in no history; typing
             is no news for long either.
    """

    version: int
    at_ms: int
    body: bytes = b""
    before: bytes = b""
    is_kept: bool = True
    is_typing: bool = False
    is_image: bool = False


class Sender(Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """Who a message is from."""

    participant_id: str = field(name="participantId")
    nickname: str = ""
    type: str = ""


class ChatMessage(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """What a message may have; nothing else ever leaves."""

    index: str
    type: str
    utc_time: int = field(name="utcTime")
    sender: Sender = field(name="from")
    text: str | None = None
    url: str = ""
    content_type: str = field(name="contentType", default="")
    content: list[dict[str, str]] | None = None
    attributes: dict[str, Any] | None = field(name="eventAttributes", default=None)
    user_data: dict[str, str] | None = field(name="userData", default=None)


_encode = msgspec.json.Encoder().encode
_decode_object = msgspec.json.Decoder(dict[str, Any]).decode
_TYPES: Mapping[Kind, str] = {
    Kind.AGENT: "Agent",
    Kind.SUPERVISOR: "Supervisor",
    Kind.BOT: "Bot",
    Kind.EXTERNAL: "External",
    Kind.SYSTEM: "External",
}


# --- numbers -----------------------------------------------------------------------------------


def index_of(version: int, place: int = _ITSELF) -> str:
    """The index of an event; `place` tells apart what goes with it."""
    return str(_FIRST_INDEX + version * _STEP + min(place, _STEP - 1))


def version_before(index: str) -> int:
    """The version up to which somebody has everything whose newest message has this index."""
    version, place = divmod(max(0, int(index[:17]) - _FIRST_INDEX), _STEP)
    return version if place >= _ITSELF else max(0, version - 1)


def participant_id(session_id: str, party_id: int) -> str:
    """The id of a party that no other session has."""
    return f"{session_id}-{party_id}"


# --- messages ----------------------------------------------------------------------------------


def line(view: View, version: int, at_ms: int, event: Event, party: Party | None) -> Line:
    """The event as a visitor reads it. `party` is its author with the nickname of that time."""
    if type(event) is events.Ended:
        return _ended(view, version, at_ms)
    made = _SHAPES.get(type(event))
    if made is None or party is None or not is_for_visitors(event, party):
        return Line(version=version, at_ms=at_ms)
    kind, shape = made
    members = shape(view, event, party, at_ms)
    if members is None:
        return Line(version=version, at_ms=at_ms)
    message = ChatMessage(
        index=index_of(version), type=kind, utc_time=at_ms, sender=_sender(view, party), **members
    )
    is_spoken = isinstance(event, events.Said | events.FileUploaded | events.UrlPushed)
    return Line(
        version=version,
        at_ms=at_ms,
        body=_encode(message),
        before=typing(view, version, at_ms, party, _BEFORE) if is_spoken and party.kind in PEOPLE else b"",
        is_kept=not isinstance(event, _PASSING),
        is_typing=isinstance(event, TRANSIENT),
        is_image="content" in members,
    )


def typing(view: View, version: int, at_ms: int, party: Party, place: int) -> bytes:
    """That somebody types, or has stopped: what clients are told beside the events (§6.4)."""
    message = ChatMessage(
        index=index_of(version, place),
        type="TypingStopped" if place == _BEFORE else "TypingStarted",
        utc_time=at_ms,
        sender=_sender(view, party),
    )
    return _encode(message)


def still_typing(view: View, version: int, now_ms: int, parties: Iterable[Party]) -> list[bytes]:
    """Every party that types for longer than clients would show it, said again; the same again within 2 s."""
    return [
        typing(view, version, now_ms, party, _AFTER + party.party_id % 50 + 50 * times)
        for party in parties
        if party.typing_ms
        and party.kind is not Kind.CLIENT
        and (times := (now_ms - party.typing_ms) // TYPING_REPEATED_MS) > 0
    ]


def _sender(view: View, party: Party) -> Sender:
    kind = view.client if party.kind is Kind.CLIENT else _TYPES[party.kind]
    return Sender(participant_id(view.session_id, party.party_id), party.nickname, kind)


def _ended(view: View, version: int, at_ms: int) -> Line:
    message = ChatMessage(
        index=index_of(version),
        type="Text",
        utc_time=at_ms,
        sender=Sender(participant_id(view.session_id, 0), type="External"),
        text=view.end_text,
    )
    return Line(version=version, at_ms=at_ms, body=_encode(message))


Members = dict[str, Any] | None


def _nothing(_view: View, _event: Event, _party: Party, _at_ms: int) -> Members:
    return {}


def _typing(_view: View, _event: Event, party: Party, _at_ms: int) -> Members:
    return None if party.kind is Kind.CLIENT else {}  # Nobody needs to be told of the own fingers.


def _said(_view: View, event: events.Said, party: Party, _at_ms: int) -> Members:
    attributes = None if party.kind is Kind.CLIENT else safe_attributes(event.attributes)
    return {"text": event.text, "attributes": attributes}


def _notice(_view: View, event: events.NoticeGiven, party: Party, _at_ms: int) -> Members:
    return {"text": event.text} if is_safe_notice(party, event.text) else None


def _uploaded(view: View, event: events.FileUploaded, _party: Party, at_ms: int) -> Members:
    if event.media_type not in IMAGES:
        link = view.file_link(event.file_id, at_ms)
        return {"text": f"{event.name} {link}".strip()}
    url = f"/sessions/{view.session_id}/images/{event.file_id}"
    item = {"type": "image", "mime": event.media_type, "name": event.name, "url": url}
    return {"content_type": "attachments", "content": [item]}


def _warned(_view: View, event: events.IdleWarned, _party: Party, _at_ms: int) -> Members:
    if not event.closes_next:
        return {"text": event.text}
    data = {"next-idle-timer-type": "CLOSE", "next-idle-timer-secs": str(event.next_s)}
    return {"text": event.text, "user_data": data}


_SHAPES: Mapping[type, tuple[str, Callable[[View, Any, Party, int], Members]]] = {
    events.Started: ("ParticipantJoined", _nothing),
    events.Joined: ("ParticipantJoined", _nothing),
    events.CameBack: ("ParticipantJoined", _nothing),
    events.Appeared: ("ParticipantJoined", _nothing),
    events.Left: ("ParticipantLeft", _nothing),
    events.Said: ("Text", _said),
    events.TypingStarted: ("TypingStarted", _typing),
    events.TypingStopped: ("TypingStopped", _typing),
    events.UrlPushed: ("PushUrl", lambda _view, event, _party, _at_ms: {"url": event.url}),
    events.NicknameChanged: ("NicknameUpdated", _nothing),
    events.NoticeGiven: ("CustomNotice", _notice),
    events.FileUploaded: ("Text", _uploaded),
    events.IdleWarned: ("IdleAlert", _warned),
    events.IdleClosed: ("IdleClose", lambda _view, event, _party, _at_ms: {"text": event.text}),
    events.Informed: ("Text", lambda _view, event, _party, _at_ms: {"text": event.text}),
}
_PASSING = (*TRANSIENT, events.IdleWarned, events.IdleClosed)


# --- answers -----------------------------------------------------------------------------------


def messages(bodies: Iterable[bytes], *, is_ended: bool) -> bytes:
    """The answer to a read."""
    ended = b"true" if is_ended else b"false"
    return b'{"status":{"code":"SUCCESS"},"data":{"chatEnded":%b,"messages":[%b]}}' % (
        ended,
        b",".join(bodies),
    )


NOTHING_NEW = messages((), is_ended=False)


def started(session_id: str, uri: str, token: str) -> bytes:
    """The answer to a start and to a resume."""
    return succeeded({"entity": {"id": session_id, "selfUri": uri}, "clientToken": token})


def entity(session_id: str, uri: str) -> bytes:
    """What a session says of itself."""
    return succeeded({"entity": {"id": session_id, "selfUri": uri}})


def succeeded(data: Mapping[str, object] | None = None) -> bytes:
    """What was asked for is done."""
    return _encode({"status": {"code": "SUCCESS"}, "data": data or {}})


def status_of(refusal: Refused) -> tuple[int, str]:
    """The HTTP status of a refusal, and the code that clients look its text up by."""
    return CODES.get(refusal.code, BAD_REQUEST)


def refused(refusal: Refused) -> bytes:
    """A refusal. What its text says, clients may show."""
    _, code = status_of(refusal)
    return _encode({"status": {"code": code, "message": refusal.text}})


def not_received(refusal: Refused) -> bytes:
    """A refused message as clients show it: they put its text back into the input box (§5.4)."""
    _, code = status_of(refusal)
    return _encode({"statusCode": 1, "status": {"code": code, "message": refusal.text}})


def with_index(message: bytes, index: str) -> bytes:
    """A message as if it were another: clients look for the one that they asked for (§7.5)."""
    return _encode(_decode_object(message) | {"index": index})
