"""Sessions over HTTP, without HTTP: requests → starts and events of sessions.

Parameters of the address and of the body count alike: a form's values are texts, several of one name a list;
a JSON object's values are what they are.

Source:  SCXML 1.0, appendix C.2; orchestration, section 16.
"""

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl

import msgspec
from msgspec import Struct

from frontdesk.errors import Refused
from frontdesk.scxml.basic_http import EVENT_NAME
from frontdesk.scxml.events import HTTP_PROCESSOR, Event
from frontdesk.scxml.packed import pack

FORM = "application/x-www-form-urlencoded"
JSON = "application/json"
UNNAMED = "HTTP.POST"
NAME_CHARS_MAX = 200
NESTED_MAX = 100  # Deeper than any data that means something; scripts walk it.
FIELDS_MAX = 1_000
TIME_MS_MAX = 253_402_300_799_999  # The end of the year 9999.
RESERVED = (
    "error",
    "done",
    "cancel",
    "interaction",
    "voice",
    "msgbased",
    "chat",
    "queue",
    "dialog",
    "session",
    "statistic",
)
"""What the first word of an event's name from outside may not be: nobody can pretend to be the platform."""
_NAME = re.compile(r"[^\s.*]+(\.[^\s.*]+)*")


class Posted(Struct, frozen=True):
    """A request as it came: the path with its query, the content type, the body."""

    path: str
    query: str
    content_type: str
    body: bytes


class Start(Struct, frozen=True):
    """A session that is to be started.

    Shape:   `source` names what it runs; `ideal_ms` is 0 for now; `data` are values for data items.
    """

    source: str
    ideal_ms: int
    data: Mapping[str, Any]


def start_of(posted: Posted) -> Start:
    """What a request to start a session asks for.

    Errors:  `Refused`: `bad_body`, `unsupported_type`, `src_missing`, `bad_time`.
    """
    data = _parameters(posted)
    source = data.pop("src", "")
    if not isinstance(source, str) or not source.strip():
        raise Refused("src_missing", "src must name what the session is to run")
    return Start(source.strip(), _time(data.pop("idealtime", "")), data)


def event_of(posted: Posted, name: str = "", more: Mapping[str, Any] | None = None) -> Event:
    """The event that a request puts on a session's queue; `more` goes into its data too.

    Errors:  `Refused`: `bad_body`, `unsupported_type`, `bad_event_name`, `reserved_event_name`.
    """
    data = _parameters(posted)
    named = data.pop(EVENT_NAME, "")
    name = (named if isinstance(named, str) else "") or name or UNNAMED
    if not _NAME.fullmatch(name) or not name.isprintable() or len(name) > NAME_CHARS_MAX:
        text = f"an event's name is words with dots between them, {NAME_CHARS_MAX} characters at most"
        raise Refused("bad_event_name", text)
    if name.partition(".")[0].lower() in RESERVED:
        raise Refused(
            "reserved_event_name", f"names of events from outside cannot begin with {name.partition('.')[0]}"
        )
    data |= more or {}
    if _is_deeper(data, NESTED_MAX):
        text = f"the body holds objects or lists more than {NESTED_MAX} deep in others"
        raise Refused("bad_body", text, limit=NESTED_MAX)
    return Event(name, data=pack(data) if data else "", origintype=HTTP_PROCESSOR, raw=_raw(posted))


def _is_deeper(value: object, levels: int) -> bool:
    """Whether there are objects or lists in others for more than so many levels."""
    inside = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return levels < 0 or any(_is_deeper(inner, levels - 1) for inner in inside)


def _raw(posted: Posted) -> str:
    address = f"{posted.path}?{posted.query}" if posted.query else posted.path
    body = posted.body.decode("utf-8", "replace")
    return f"POST {address}\r\nContent-Type: {posted.content_type}\r\n\r\n{body}"


def _parameters(posted: Posted) -> dict[str, Any]:
    found = _fields(posted.query)
    kind = posted.content_type.partition(";")[0].strip().lower()
    if not posted.body:
        return found
    if kind == FORM:
        return found | _fields(_text(posted.body))
    if kind != JSON:
        raise Refused("unsupported_type", f"the body must be {FORM} or {JSON}")
    try:
        inside = msgspec.json.decode(posted.body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Refused("bad_body", f"the body is not JSON: {error}") from None
    if not isinstance(inside, dict):
        raise Refused("bad_body", "the body must be a JSON object")
    return found | inside


def _fields(written: str) -> dict[str, Any]:
    found: dict[str, Any] = {}
    try:
        pairs = parse_qsl(written, keep_blank_values=True, max_num_fields=FIELDS_MAX, errors="strict")
    except ValueError as error:  # Too many, or escapes that are not UTF-8.
        raise Refused("bad_body", f"the parameters cannot be read: {error}") from None
    for name, value in pairs:
        before = found.get(name)
        if before is None:
            found[name] = value
        else:
            found[name] = [*before, value] if isinstance(before, list) else [before, value]
    return found


def _text(body: bytes) -> str:
    try:
        return body.decode()
    except UnicodeDecodeError:
        raise Refused("bad_body", "the body is not UTF-8") from None


def _time(written: object) -> int:
    if written == "":
        return 0
    if isinstance(written, str) and written.isascii() and written.isdecimal():
        written = int(written[:20])
    if isinstance(written, int) and not isinstance(written, bool) and 0 <= written <= TIME_MS_MAX:
        return written
    raise Refused("bad_time", "idealtime must be milliseconds since 1970")
