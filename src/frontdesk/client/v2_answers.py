"""What the answers of Chat API v2 mean.

Source:  chat-api-v2, sections 4 and 8."""

from collections.abc import Mapping
from typing import Any

import httpx2
from msgspec.structs import replace

from frontdesk.client.http_answers import failed, json_object, number
from frontdesk.client.transport import Answer, Credentials, Fault, Outcome

_OUTCOMES = {0: Outcome.DONE, 1: Outcome.LATER, 2: Outcome.REFUSED}


def answer(response: httpx2.Response, session: Credentials) -> Answer:
    """What a response of the server means to `session`."""
    body = json_object(response)
    retry_after_s = number(response.headers.get("retry-after"))
    if not response.is_success or body is None:
        refused = 400 <= response.status_code < 500
        return Answer(
            outcome=Outcome.REFUSED if refused else Outcome.BROKEN,
            response=failed(response, body),
            status=response.status_code,
            faults=_faults(body),
            retry_after_s=retry_after_s,
        )
    return replace(envelope(body, session), status=response.status_code, retry_after_s=retry_after_s)


def envelope(body: Mapping[str, Any], session: Credentials) -> Answer:
    """What the envelope of a good answer, or of a push, means to `session`."""
    expires, position = number(body.get("idleTimerExpire")), number(body.get("nextPosition"))
    status_code = body.get("statusCode")
    return Answer(
        outcome=_OUTCOMES.get(status_code, Outcome.BROKEN)
        if isinstance(status_code, int)
        else Outcome.BROKEN,
        response=body,
        events=[event for event in _list(body.get("messages")) if isinstance(event, dict)],
        chat_ended=body["chatEnded"] if isinstance(body.get("chatEnded"), bool) else None,
        credentials=_newest(session, body),
        next_position=None if position is None else int(position),
        faults=_faults(body),
        idle_expires_s=None if expires is None else int(expires),
    )


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
