"""What the answers of Chat API v2 mean.

Source:  chat-api-v2, sections 4 and 8."""

import json
import math
from collections.abc import Mapping
from typing import Any

import httpx2
from msgspec.structs import replace

from frontdesk.client.transport import Answer, Credentials, Fault, Outcome

_OUTCOMES = {0: Outcome.DONE, 1: Outcome.LATER, 2: Outcome.REFUSED}


def unreachable(why: str) -> Answer:
    """The answer when there is none."""
    return Answer(outcome=Outcome.UNREACHABLE, response=_without_body(0, why), status=0)


def unread(status: int, why: str) -> Answer:
    """The answer when there is one that nobody should read to its end."""
    return Answer(outcome=Outcome.BROKEN, response=_without_body(status, why), status=status)


def answer(response: httpx2.Response, session: Credentials) -> Answer:
    """What a response of the server means to `session`."""
    body = _json_object(response)
    faults = _faults(body)
    if not response.is_success or body is None:
        refused = 400 <= response.status_code < 500
        return Answer(
            outcome=Outcome.REFUSED if refused else Outcome.BROKEN,
            response=_failed(response, body),
            status=response.status_code,
            faults=faults,
            retry_after_s=_number(response.headers.get("retry-after")),
        )
    expires = _number(body.get("idleTimerExpire"))
    position = _number(body.get("nextPosition"))
    status_code = body.get("statusCode")
    return Answer(
        outcome=_OUTCOMES.get(status_code, Outcome.BROKEN)
        if isinstance(status_code, int)
        else Outcome.BROKEN,
        response=body,
        status=response.status_code,
        events=[event for event in _list(body.get("messages")) if isinstance(event, dict)],
        chat_ended=body["chatEnded"] if isinstance(body.get("chatEnded"), bool) else None,
        credentials=_newest(session, body),
        next_position=None if position is None else int(position),
        faults=faults,
        idle_expires_s=None if expires is None else int(expires),
        retry_after_s=_number(response.headers.get("retry-after")),
    )


def _json_object(response: httpx2.Response) -> dict[str, Any] | None:
    """The body, if it is a JSON object and says so; an upload may be answered as text."""
    try:
        body = json.loads(response.content)
    except ValueError:
        return None
    return body if isinstance(body, dict) else None


def _without_body(status: int, why: str) -> dict[str, Any]:
    return {"status": status, "statusText": why, "responseText": "", "responseJSON": None}


def _failed(response: httpx2.Response, body: Mapping[str, Any] | None) -> dict[str, Any]:
    return {
        "status": response.status_code,
        "statusText": response.reason_phrase,
        "responseText": response.text,
        "responseJSON": body,
    }


def _faults(body: Mapping[str, Any] | None) -> list[Fault]:
    return [
        Fault(error["code"], str(error.get("advice") or error.get("message") or ""))
        for error in _list((body or {}).get("errors"))
        if isinstance(error, Mapping) and isinstance(error.get("code"), int | str)
    ]


def _newest(session: Credentials, body: Mapping[str, Any]) -> Credentials:
    """The credentials with whatever the server gave anew; an empty value is none."""
    names = {"secure_key": "secureKey", "user_id": "userId", "alias": "alias"}
    fresh = {ours: str(body[theirs]) for ours, theirs in names.items() if body.get(theirs) not in (None, "")}
    if not session.session_id:
        fresh["session_id"] = str(body.get("chatId") or "")
    return replace(session, **fresh)


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def _number(value: object) -> float | None:
    """A number that somebody may have written as text; `None` when it is none."""
    try:
        number = float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        return None
    return number if math.isfinite(number) and not isinstance(value, bool) else None
