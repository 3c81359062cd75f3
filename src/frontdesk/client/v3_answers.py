"""What the answers of Chat API v3 mean.

Source:  chat-api-v3, sections 4.4, 5 and 10; webchat-service, section 7.3."""

from collections.abc import Mapping
from typing import Any

import httpx2
from msgspec.structs import replace

from frontdesk.client.http_answers import failed, json_object, number
from frontdesk.client.transport import Answer, Credentials, Fault, Outcome
from frontdesk.client.v3_token import read_token

CODE_PREFIX = "pureengage-v3-rest-"
LOST = "INVALID_SESSION"
NOT_FOUND = 404


def answer(response: httpx2.Response, session: Credentials | None) -> Answer:
    """What a response of the server means to `session`; `None` is whoever has none yet."""
    body = json_object(response)
    if not response.is_success:
        return _refused(response, body, session)
    if body is None:
        return Answer(outcome=Outcome.BROKEN, response=failed(response, None), status=response.status_code)
    data = _mapping(body.get("data"))
    # A send that may be tried again is answered so, because nobody would see a status of 400.
    outcome = Outcome.LATER if body.get("statusCode") == 1 else Outcome.DONE
    is_over = bool(data.get("chatEnded")) or body.get("chatEnded") in (1, True)
    return Answer(
        outcome=outcome,
        response=body,
        status=response.status_code,
        events=[event for event in _list(data.get("messages")) if isinstance(event, dict)],
        chat_ended=is_over,
        credentials=session,
        retry_after_s=number(response.headers.get("retry-after")),
    )


def started(response: httpx2.Response) -> Answer:
    """What a response to a start means: without a token in it, it has failed."""
    told = answer(response, None)
    credentials = read_token(_mapping(told.response.get("data")).get("clientToken"))
    if told.outcome is Outcome.DONE and credentials is None:
        return replace(told, outcome=Outcome.BROKEN)
    return replace(told, credentials=credentials)


def _refused(
    response: httpx2.Response, body: Mapping[str, Any] | None, session: Credentials | None
) -> Answer:
    status = _mapping((body or {}).get("status"))
    code, text = str(status.get("code") or ""), str(status.get("message") or "")
    said = failed(response, body)
    is_lost = session is not None and (response.status_code == NOT_FOUND or code == LOST)
    named = CODE_PREFIX + code if code else str(response.status_code)
    return Answer(
        outcome=Outcome.REFUSED if 400 <= response.status_code < 500 else Outcome.BROKEN,
        response=said,
        status=response.status_code,
        chat_ended=True if is_lost else None,
        is_lost=is_lost,
        faults=[Fault(named, text)],
        error={"errors": [{"code": named, "text": text, "response": said}]},
        retry_after_s=number(response.headers.get("retry-after")),
    )


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []
