"""What any answer over HTTP tells before its protocol is looked at."""

import json
import math
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

import httpx2

from frontdesk.client.transport import Answer, Outcome


def unreachable(why: str) -> Answer:
    """The answer when there is none."""
    return Answer(outcome=Outcome.UNREACHABLE, response=_without_body(0, why), status=0)


def unread(status: int, why: str) -> Answer:
    """The answer when there is one that nobody should read to its end."""
    return Answer(outcome=Outcome.BROKEN, response=_without_body(status, why), status=status)


def unsupported() -> Answer:
    """The answer to what the protocol has no words for."""
    text = "this transport has no such call"
    response = {"status": 501, "statusText": text, "responseText": "", "responseJSON": None}
    return Answer(outcome=Outcome.REFUSED, response=response, status=HTTPStatus.NOT_IMPLEMENTED)


def json_object(response: httpx2.Response) -> dict[str, Any] | None:
    """The body, if it is a JSON object, whatever it says that it is; an upload may be answered as text."""
    try:
        body = json.loads(response.content)
    except ValueError:
        return None
    return body if isinstance(body, dict) else None


def failed(response: httpx2.Response, body: Mapping[str, Any] | None) -> dict[str, Any]:
    """What a command rejects with after such a response."""
    return {
        "status": response.status_code,
        "statusText": response.reason_phrase,
        "responseText": response.text,
        "responseJSON": body,
    }


def number(value: object) -> float | None:
    """A number that somebody may have written as text; `None` when it is none."""
    try:
        read = float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        return None
    return read if math.isfinite(read) and not isinstance(value, bool) else None


def _without_body(status: int, why: str) -> dict[str, Any]:
    return {"status": status, "statusText": why, "responseText": "", "responseJSON": None}
