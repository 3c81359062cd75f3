"""Answers of the journey collector, and what each error is to it."""

from collections.abc import Sequence
from http import HTTPStatus

from msgspec import Struct
from msgspec.structs import replace

from frontdesk.domain.journey.offering import OutOfTurn
from frontdesk.edges import asgi
from frontdesk.edges import journey_cors as cors
from frontdesk.edges.asgi import CLOSE, JSON, NO_STORE, Headers, allow
from frontdesk.errors import Conflict, Refused, Unavailable
from frontdesk.wire import journey_answers as answers

RETRY_S = 5
CUT_OFF = (HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
CACHE: tuple[bytes, bytes] = (b"cache-control", b"public, max-age=300")


class Answer(Struct, frozen=True):
    """What is sent; `headers` come beside those that every answer has."""

    status: int
    body: bytes = b""
    headers: Headers = []


class TooOften(Refused):
    """Somebody asks more often than they may.

    Shape:   `name` is the limit; empty where whoever counts has taken note of it.
    Units:   they may again in `wait_s` seconds.
    """

    def __init__(
        self, name: str, wait_s: int, code: str = "too_many_requests", text: str = "too many requests"
    ) -> None:
        super().__init__(code, text, limit=0)
        self.name = name
        self.wait_s = wait_s


class Busy(TooOften):
    """All together ask more than can be done now. `name` is the limit."""

    def __init__(self, name: str) -> None:
        super().__init__(name, RETRY_S, "try_later", "please try again")


class WrongMethod(Refused):
    """The address takes other methods: `methods`."""

    def __init__(self, methods: Sequence[str]) -> None:
        super().__init__("method", "this method is not for this address")
        self.methods = methods


def refused(refusal: Refused, state: str = "", *, again_in_s: int = 0) -> Answer:
    """The answer to a refusal. Shape: `state` is that of an action; `again_in_s` 0 says nothing of that."""
    status, body = answers.refused(refusal, state)
    return Answer(status, body, [(b"retry-after", b"%d" % again_in_s)] if again_in_s else [])


def told(error: Refused | Unavailable | Conflict) -> Answer:
    """The answer to what was not done."""
    match error:
        case TooOften():
            return refused(error, again_in_s=error.wait_s)
        case WrongMethod():
            answered = refused(error)
            return replace(answered, headers=[allow(*error.methods)])
        case OutOfTurn():
            return refused(error, error.state)
        case Refused():
            return refused(error)
        case Unavailable() | Conflict():
            return refused(Refused("try_later", "please try again"), again_in_s=RETRY_S)


def for_anybody(refusal: Refused, origin: bytes, *, again_in_s: int = 0) -> asgi.Answer:
    """The answer to who was refused before anybody looked which site is meant."""
    return complete(refused(refusal, again_in_s=again_in_s), cors.headers(None, origin))


def malformed(origin: bytes, text: str) -> tuple[Headers, bytes]:
    """The answer to a request that cannot be read."""
    return cors.headers(None, origin), answers.refused(Refused("malformed", text))[1]


def complete(answered: Answer, headers: Headers) -> asgi.Answer:
    """The whole answer, with the headers that every one has."""
    own = [*answered.headers]
    if CACHE not in own:
        own.append(NO_STORE)
    if answered.status in CUT_OFF:
        own.append(CLOSE)
    if answered.body:
        own += [JSON, (b"content-length", b"%d" % len(answered.body))]
    return answered.status, [*own, *headers], answered.body
