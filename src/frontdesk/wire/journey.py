"""The journey collector's requests: bytes to values, with their limits.

What a page sends beyond what is known here is left alone, so that trackers of other versions are understood.

Source:  journey.md §§3.1, 3.3, 4 and 12.1.
"""

import math
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Annotated, Any, Literal, TypeVar
from urllib.parse import parse_qsl

import msgspec
from msgspec import Meta, Raw, Struct, ValidationError
from msgspec.structs import replace

from frontdesk.domain.journey.defined import UUID
from frontdesk.domain.journey.facts import Purpose, Stage
from frontdesk.domain.journey.web_events import Browser, Device, Scalar
from frontdesk.errors import Refused

EVENTS_MAX = 20  # In one batch.
ATTRIBUTES_MAX = 50
KEY_CHARS_MAX = 64
VALUE_CHARS_MAX = 512
QUERY_FIELDS_MAX = 50
_INTEGER_MAX = 2**53  # What JavaScript can count to.
_NAME = re.compile(r"[A-Za-z0-9_]{1,100}")
# What JSON escapes: a character in two halves, one half alone, anything else.
_ESCAPED = re.compile(
    rb"\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|(\\u[dD][89a-fA-F][0-9a-fA-F]{2})|\\.",
    re.DOTALL,
)
_NO_CHARACTER = rb"\ufffd"

_ID = re.compile(UUID)

Id = Annotated[str, Meta(pattern=UUID)]
Short = Annotated[str, Meta(max_length=256)]
Long = Annotated[str, Meta(max_length=8192)]


class PageBody(Struct, frozen=True, rename="camel"):
    """The page of an event."""

    url: Long
    title: Long
    lang: Short | None = None
    keywords: Long | None = None


class BrowserBody(Struct, frozen=True, rename="camel"):
    family: Short | None = None
    version: Short | None = None
    lang: Short | None = None
    view_width: int | float | None = None
    view_height: int | float | None = None

    def value(self) -> Browser:
        return Browser(
            self.family or "",
            self.version or "",
            self.lang or "",
            _whole(self.view_width),
            _whole(self.view_height),
        )


class DeviceBody(Struct, frozen=True, rename="camel"):
    category: Literal["desktop", "mobile", "tablet", "other"] | None = None
    type: Short | None = None
    is_mobile: bool | None = None
    screen_width: int | float | None = None
    screen_height: int | float | None = None
    screen_density: int | float | None = None
    os_family: Short | None = None
    os_version: Short | None = None
    manufacturer: Short | None = None

    def value(self) -> Device:
        return Device(
            category=self.category or "",
            type=self.type or "",
            is_mobile=bool(self.is_mobile),
            screen_width=_whole(self.screen_width),
            screen_height=_whole(self.screen_height),
            screen_density=float(self.screen_density or 0),
            os_family=self.os_family or "",
            os_version=self.os_version or "",
            manufacturer=self.manufacturer or "",
        )


class EventBody(Struct, frozen=True, rename="camel"):
    """One web event as it is posted; nothing of it has been cleaned yet."""

    customer_cookie_id: Id
    event_name: str
    page: PageBody
    session_id: Short | None = None
    event_id: Short | None = None
    user_agent_string: Long | None = None
    browser: BrowserBody | None = None
    device: DeviceBody | None = None
    search_query: Long | None = None
    ip_address: Short | None = None
    referrer_url: Long | None = None
    attributes: dict[str, Any] | None = None
    traits: dict[str, Any] | None = None
    external_id: Short | None = None
    created_date: datetime | None = None


class ActionBody(Struct, frozen=True, rename="camel"):
    """A state that an action has come into.

    Shape:   `customer_cookie_id` and `page_url` are ours: without the first it has to be looked up.
    """

    session_id: Id
    action_id: Id
    action_state: Short
    id: Short | None = None
    customer_cookie_id: Id | None = None
    error_code: Short | int | None = None
    error_message: Long | None = None
    stage: Stage | None = None
    page_url: Long | None = None
    created_date: datetime | None = None


class ConsentBody(Struct, frozen=True, rename="camel"):
    """What a visitor has decided. Shape: no purposes are all of them."""

    customer_cookie_id: Id
    decision: Literal["grant", "withdraw"]
    purposes: tuple[Purpose, ...] | None = None
    text_version: Short | None = None


class PingQuery(Struct, frozen=True):
    """What a ping asks with. Units: `since_last_ms` is how long ago the newest event was sent."""

    url: str = ""
    title: str = ""
    session_id: str = ""
    tab: str = ""
    since_last_ms: int = 0
    is_media_open: bool = False


_event = msgspec.json.Decoder(EventBody)
_events = msgspec.json.Decoder(Annotated[tuple[Raw, ...], Meta(max_length=EVENTS_MAX)])
_action = msgspec.json.Decoder(ActionBody)
_consent = msgspec.json.Decoder(ConsentBody)

_Body = TypeVar("_Body")


def event_of(body: bytes | Raw) -> EventBody:
    """One event, its customer's id in lower case. Errors: `Refused`: `invalid_event_name`, `bad_request`."""
    event = _decoded(_event, body)
    if not _NAME.fullmatch(event.event_name):
        raise Refused("invalid_event_name", "eventName takes 1 to 100 letters, digits and underscores")
    customer_id = event.customer_cookie_id
    return event if customer_id.islower() else replace(event, customer_cookie_id=customer_id.lower())


def events_of(body: bytes) -> Sequence[Raw]:
    """The events of a batch, each still to be read. Errors: `Refused("bad_request")`."""
    return _decoded(_events, body)


def action_of(body: bytes) -> ActionBody:
    """The state of an action. Errors: `Refused("bad_request")`."""
    return _decoded(_action, body)


def consent_of(body: bytes) -> ConsentBody:
    """A decision. Errors: `Refused("bad_request")`."""
    return _decoded(_consent, body)


def ping_of(query: bytes) -> PingQuery:
    """What a ping asks with. Errors: `Refused("bad_request")` when it cannot be read."""
    try:
        fields = dict(parse_qsl(query.decode("latin-1"), max_num_fields=QUERY_FIELDS_MAX))
    except ValueError as error:
        raise Refused("bad_request", "the query cannot be read") from error
    return PingQuery(
        url=fields.get("dl", ""),
        title=fields.get("dt", ""),
        session_id=fields.get("sessionId", "").lower(),
        tab=fields.get("tab", "")[:KEY_CHARS_MAX],
        since_last_ms=_count(fields.get("sinceLastBeaconMilliseconds", "")),
        is_media_open=fields.get("mediaOpen", "") == "true",
    )


def id_of(text: str) -> str:
    """The id of a customer out of an address. Errors: `Refused("bad_request")`."""
    if not _ID.fullmatch(text):
        raise Refused("bad_request", "the id of a customer is a UUID")
    return text


def scalars_of(given: Mapping[str, Any] | None) -> dict[str, Scalar]:
    """Custom attributes or traits as they are kept; what is no plain value, or too long, is left out."""
    if not given:
        return {}
    found: dict[str, Scalar] = {}
    for key, value in given.items():
        scalar = _scalar(value)
        if scalar is None or not 0 < len(key) <= KEY_CHARS_MAX:
            continue
        found[key] = scalar
        if len(found) == ATTRIBUTES_MAX:
            break
    return found


def ms_of(date: datetime | None) -> int | None:
    """A date as milliseconds since the Unix epoch; one that names no zone is in UTC."""
    if date is None:
        return None
    return int((date if date.tzinfo else date.replace(tzinfo=UTC)).timestamp() * 1000)


def _decoded(decoder: "msgspec.json.Decoder[_Body]", body: bytes | Raw) -> _Body:
    try:
        return decoder.decode(body)
    except ValidationError as error:
        raise Refused("bad_request", str(error)) from error
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        said = bytes(body)
        if (whole := _in_whole_characters(said)) != said:
            return _decoded(decoder, whole)
        raise Refused("bad_request", "the body is not JSON") from error


def _in_whole_characters(body: bytes) -> bytes:
    """The same where a text was cut in the midst of a character, as pages do with what is too long."""
    return _ESCAPED.sub(lambda found: _NO_CHARACTER if found.group(1) else found.group(), body)


def _scalar(value: object) -> Scalar | None:
    if isinstance(value, dict):
        return _typed(value.get("dataType"), value.get("value"))
    if isinstance(value, str):
        return value if len(value) <= VALUE_CHARS_MAX else None
    if isinstance(value, bool):
        return value
    return _number(value)


def _typed(data_type: object, value: object) -> Scalar | None:
    """A value that says of which type it is; it may stand there as text."""
    if isinstance(value, dict | list) or value is None:
        return None
    match data_type:
        case "string":
            text = {True: "true", False: "false"}.get(value) if isinstance(value, bool) else str(value)
            return _scalar(text)
        case "boolean":
            return {True: True, False: False, "true": True, "false": False}.get(value)
        case "integer":
            number = _number(_read(value))
            return int(number) if number is not None and float(number).is_integer() else None
        case "number":
            return _number(_read(value))
        case _:
            return None


def _read(value: object) -> object:
    """A number that stands there as text."""
    if not isinstance(value, str):
        return value
    try:
        return int(value) if value.strip().lstrip("+-").isdigit() else float(value)
    except ValueError:
        return None


def _number(value: object) -> int | float | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    if isinstance(value, int):
        return value if abs(value) <= _INTEGER_MAX else None
    return value if math.isfinite(value) else None


def _whole(value: float | None) -> int:
    return int(value) if value is not None and 0 <= value <= 1_000_000 else 0


def _count(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 15 else 0
