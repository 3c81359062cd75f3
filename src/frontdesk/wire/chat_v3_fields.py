"""Chat API version 3: what clients send, in either of the two encodings.

Source:  chat-api-v3 §4.1 for the encodings, §5.1 for the fields of a start.
"""

from collections.abc import Mapping
from typing import Any

import msgspec
from msgspec import Struct

from frontdesk.errors import Refused
from frontdesk.wire.form import Form, fields_of, parse_form, user_data, without_controls

JSON = b"application/json"
DATA = "data"
USER_DATA = "userData."
OPERATION_ID_CHARS_MAX = 128
COUNT_MAX = 10_000  # What the newer clients ask for when a page was reloaded.
_NAMED = ("nickname", "firstName", "lastName", "email", "subject", "endpoint")

_decode_object = msgspec.json.Decoder(dict[str, Any]).decode


class Body(Struct, frozen=True):
    """A request's body.

    Shape:   `data` is flat: `data[userData][a]` has the key `userData.a` (`wire.form.user_data`);
             `operation_id` is empty when the client sends none, and unique for one participant at best.
    """

    data: dict[str, str]
    operation_id: str = ""


class StartFields(Struct, frozen=True, kw_only=True, rename="camel"):
    """Request a chat, or resume one: then there is a token and no nickname.

    Shape:   `user_data` has what stands in `userData` and whatever else stands in `data`.
    """

    nickname: str = ""
    first_name: str = ""
    last_name: str = ""
    email: str = ""
    subject: str = ""
    endpoint: str = ""
    user_data: dict[str, str] = {}


class MessageFields(Struct, frozen=True, kw_only=True):
    """Say something, or tell that typing began or stopped.

    Shape:   `type` is `Text`, `TypingStarted`, `TypingStopped`, or a name of the page's own; of what is being
             typed, `text` is what stands in the input box.
    """

    type: str = ""
    text: str = ""


class Query(Struct, frozen=True, rename="camel"):
    """Which messages are asked for; None is for what is absent or no number."""

    index: str | None = None
    count: int | None = None
    operation_id: str = ""


def parse_body(content_type: bytes, body: bytes) -> Body:
    """The fields of a body, a form unless it says that it is JSON.

    Errors:  `Refused("bad_form")`.
    """
    if content_type.lower().startswith(JSON):
        return body_of(_json_as_form(body))
    return body_of(parse_form(body))


def body_of(form: Form) -> Body:
    return Body(user_data(form, DATA), operation_id(form.get("operationId", "")))


def _json_as_form(body: bytes) -> Form:
    """The same fields that a form would have brought."""
    form = Form()
    try:
        for key, value in (_decode_object(body) if body else {}).items():
            for name, text in fields_of(key, value):
                form.add(without_controls(name), without_controls(text))
    except (msgspec.DecodeError, RecursionError) as error:
        raise Refused("bad_form", "the body must be a JSON object") from error
    return form


def operation_id(text: str) -> str:
    """The client's own name of an operation; empty when it is longer than any client's."""
    return text if len(text) <= OPERATION_ID_CHARS_MAX else ""


def start_fields(data: Mapping[str, str]) -> StartFields:
    """What a start asks for."""
    extra = {k: v for k, v in data.items() if k not in _NAMED and not k.startswith(USER_DATA)}
    own = {k.removeprefix(USER_DATA): v for k, v in data.items() if k.startswith(USER_DATA)}
    return StartFields(
        nickname=data.get("nickname", ""),
        first_name=data.get("firstName", ""),
        last_name=data.get("lastName", ""),
        email=data.get("email", ""),
        subject=data.get("subject", ""),
        endpoint=data.get("endpoint", ""),
        user_data=extra | own,
    )


def parse_query(query: bytes) -> Query:
    """The query of a read; what cannot be read is as if it were absent."""
    try:
        fields = parse_form(query)
    except Refused:
        return Query()
    index = fields.get("index", "")
    return Query(
        index if index.isascii() and index.isdigit() else None,
        _count(fields.get("count", "")),
        operation_id(fields.get("operationId", "")),
    )


def _count(text: str) -> int | None:
    if not text.isascii() or not text.isdigit():
        return None
    return max(1, min(COUNT_MAX, int(text[:9])))
