"""Programs that ask over HTTP: who has a key, and what they are answered when something cannot be done."""

from collections.abc import Awaitable, Callable, Mapping, Sequence

import structlog
from starlette.requests import Request
from starlette.responses import Response

from frontdesk.desk.identity import is_key
from frontdesk.edges.asgi import ClientLeft, TooMuch, TooSlow
from frontdesk.edges.json_answers import cut_off, error
from frontdesk.errors import Denied, DeskError, NotFound, Refused

REFUSALS: Mapping[str, int] = {
    "over": 409,
    "already_waiting": 409,
    "source_not_allowed": 403,
    "body_too_large": 413,
    "event_too_large": 413,
    "unsupported_type": 415,
    "document_refused": 422,
    "bad_application": 422,
    "file_name": 422,
    "too_many_files": 413,
    "too_large": 413,
    "queue_full": 429,
    "too_many_waiting": 429,
}
"""The statuses of refusals; of all others 400."""
Call = Callable[[Request], Awaitable[Response]]
PATH_CHARS_MAX = 200  # Of the log.

_log = structlog.get_logger("programs")


async def answer_of(call: Call, request: Request) -> Response:
    """What `call` says to a request, with errors as answers."""
    try:
        return await call(request)
    except DeskError as failure:
        return error_of(failure)
    except (ClientLeft, TooMuch, TooSlow) as failure:
        return cut_off(failure)
    except Exception:  # noqa: BLE001  # A program is to hear that it is our fault.
        _log.exception("request_failed", path=request.scope["path"][:PATH_CHARS_MAX])
        return error(500, "failed", "something went wrong here")


def check_key(request: Request, hashes: Sequence[str]) -> None:
    """Whether the caller has one of the keys with these hashes. Errors: `Denied`."""
    given = _key(request)
    # Each is compared, so that the time tells nobody which of them it was.
    if not sum([is_key(given, known) for known in hashes]):
        raise Denied("a key is needed")


def _key(request: Request) -> str:
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer" and token.strip():
        return token.strip()
    # Many clients follow a redirection to another node without the header above, and with this one.
    return request.headers.get("x-api-key", "")


def error_of(failure: DeskError) -> Response:
    """The answer for an error of the desk."""
    if isinstance(failure, Refused):
        return error(REFUSALS.get(failure.code, 400), failure.code, failure.text)
    if isinstance(failure, Denied):
        return error(401, "no_key", str(failure), {"www-authenticate": "Bearer"})
    if isinstance(failure, NotFound):
        return error(404, "not_found", "there is nothing of this name")
    return error(503, "try_later", str(failure))
