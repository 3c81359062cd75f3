"""Answers of the journey API: definitions with their defaults, and errors in its form.

Source:  journey.md §13.1.
"""

from collections.abc import Awaitable, Callable, Mapping
from enum import Enum
from typing import Any

import msgspec
from msgspec import Struct
from starlette.requests import Request
from starlette.responses import Response

from frontdesk.desk.journeys.book import Outdated
from frontdesk.domain.journey.checks.wrong import Wrong
from frontdesk.domain.journey.defined import Defined
from frontdesk.domain.journey.defining import Kind
from frontdesk.edges.asgi import ClientLeft, TooMuch, TooSlow
from frontdesk.edges.json_answers import json
from frontdesk.errors import Conflict, Denied, DeskError, NotFound, Refused, Unavailable

BASE = "/api/v2/journey"
RESOURCES: Mapping[Kind, str] = {
    Kind.ACTION_MAP: "actionmaps",
    Kind.SEGMENT: "segments",
    Kind.PREDICTOR: "outcomes/predictors",
    Kind.OUTCOME: "outcomes",
    Kind.TEMPLATE: "actiontemplates",
    Kind.TARGET: "actiontargets",
    Kind.SCHEDULE_GROUP: "schedulegroups",
    Kind.DEPLOYMENT: "deployments",
}
"""Where each kind lives, below `BASE`."""
STATUS: Mapping[str, int] = {
    "in_use": 409,
    "limit_reached": 409,
    "already_scored": 409,
    "not_enough_data": 409,
    "not_ready": 409,
    "interrupted": 409,
    "body_too_large": 413,
    "too_many_jobs": 429,
}
"""The statuses of refusals; of all others 400."""


def shown(value: object) -> Any:
    """A value as it is answered: with its defaults, without what is not there."""
    if isinstance(value, Struct):
        names = zip(value.__struct_fields__, value.__struct_encode_fields__, strict=True)
        every = ((wire, getattr(value, own)) for own, wire in names)
        return {_camel(wire): shown(of) for wire, of in every if of is not None and of != ""}
    if isinstance(value, Mapping):
        return {str(name): shown(of) for name, of in value.items()}
    if isinstance(value, list | tuple):
        return [shown(of) for of in value]
    return value.value if isinstance(value, Enum) else value


def _camel(name: str) -> str:
    """A name as it is answered; what is stored has names of its own."""
    first, *others = name.split("_")
    return first + "".join(map(str.capitalize, others))


def defined(kind: Kind, thing: Defined) -> dict[str, Any]:
    """A definition as it is answered, with its own address."""
    return {**shown(thing), "selfUri": f"{BASE}/{RESOURCES[kind]}/{thing.id}"}


def problem(status: int, code: str, message: str, field: str = "", **more: object) -> Response:
    """An error of these calls."""
    body = {"code": code, "message": message, **({"field": field} if field else {}), **more}
    return json(body, status)


def problem_of(failure: DeskError) -> Response:
    """The answer for an error of the desk."""
    match failure:
        case Wrong():
            return problem(STATUS.get(failure.code, 400), failure.code, failure.text, failure.field)
        case Refused():
            return problem(STATUS.get(failure.code, 400), failure.code, failure.text)
        case Outdated():
            return problem(409, "version_conflict", str(failure), "version", current=shown(failure.current))
        case Denied(code="not_signed_in"):
            response = problem(401, "not_authenticated", "a key or a sign-in is needed")
            response.headers["www-authenticate"] = "Bearer"
            return response
        case Denied():
            return problem(403, failure.code, str(failure))
        case NotFound():
            return problem(404, "not_found", str(failure))
        case Unavailable() | Conflict() | _:
            response = problem(503, "try_later", "this cannot be done just now: try again")
            response.headers["retry-after"] = str(getattr(failure, "retry_after_s", 1))
            return response


def answered(call: Callable[[Request], Awaitable[Response]]) -> Callable[[Request], Awaitable[Response]]:
    """`call` with errors as answers."""

    async def tried(request: Request) -> Response:
        try:
            return await call(request)
        except DeskError as failure:
            return problem_of(failure)
        except (ClientLeft, TooMuch, TooSlow) as cut_off:
            return _cut_off(cut_off)

    return tried


def _cut_off(failure: Exception) -> Response:
    """A body that did not come, or not whole: nothing more is read from this connection."""
    match failure:
        case TooMuch():
            response = problem(413, "body_too_large", "the body is too large")
        case TooSlow():
            response = problem(408, "too_slow", "the body took too long to arrive")
        case _:
            response = problem(400, "cut_off", "the body was cut off")
    response.headers["connection"] = "close"
    return response


def object_of(body: bytes) -> dict[str, Any]:
    """A body that is a JSON object. Errors: `Refused("bad_request")`."""
    try:
        found = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as fault:
        raise Refused("bad_request", f"the body is not JSON: {fault}") from None
    if not isinstance(found, dict):
        raise Refused("bad_request", "the body has to be a JSON object")
    return found
