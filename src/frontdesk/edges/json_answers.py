"""Answers in JSON to programs and people, and what is said when something cannot be done."""

from collections.abc import Mapping

import msgspec
from starlette.responses import Response

from frontdesk.edges.asgi import TooMuch, TooSlow

NO_STORE = {"cache-control": "no-store"}


def json(value: object, status: int = 200) -> Response:
    """A value, which nothing on the way may keep."""
    return Response(msgspec.json.encode(value), status, NO_STORE, media_type="application/json")


def error(status: int, code: str, text: str, headers: Mapping[str, str] | None = None) -> Response:
    """An error: `code` is stable, `text` is for people."""
    response = json({"error": {"code": code, "text": text}}, status)
    response.headers.update(headers or {})
    return response


def cut_off(failure: Exception) -> Response:
    """The answer to a body that did not come, or not whole: nothing more is read from this connection."""
    close = {"connection": "close"}
    match failure:
        case TooMuch():
            return error(413, "too_large", "the body is too large", close)
        case TooSlow():
            return error(408, "too_slow", "the body took too long to arrive", close)
        case _:
            return error(400, "cut_off", "the body was cut off", close)
