"""Requests for journeys, handed to the process that has them, and its answers handed back.

This is done for thousands of page views a second on the loop that chats use. So nothing is looked at here but
who asks too often; nobody waits in a task; and what comes and goes in one turn shares one read and one write.
"""

import asyncio
import itertools
import time
from collections import Counter
from collections.abc import Callable
from typing import Any

import structlog

from frontdesk.edges.apart.line import Line
from frontdesk.edges.apart.messages import Ask, Begun, Reply, Rest, Trouble
from frontdesk.edges.apart.process import JourneyProcess
from frontdesk.edges.asgi import (
    Answer,
    ClientLeft,
    Headers,
    Keep,
    Kept,
    Receive,
    Scope,
    Send,
    TooMuch,
    TooSlow,
    address_of,
    header,
    read_body,
    whole_body,
)
from frontdesk.edges.journey_admin import BODY_BYTES_MAX
from frontdesk.edges.journey_answers import BASE
from frontdesk.edges.journey_asked import counted_as, serves
from frontdesk.edges.journey_door import JourneyDoor
from frontdesk.edges.journey_replies import RETRY_S, for_anybody, malformed
from frontdesk.edges.journey_reports import ANALYTICS
from frontdesk.edges.journey_sender import READ, sender_of
from frontdesk.edges.metrics import Metrics
from frontdesk.edges.traffic import Traffic
from frontdesk.errors import DeskError, Refused
from frontdesk.settings_journeys import JourneysSettings

ROOTS = (f"{BASE}/", f"{ANALYTICS}/")
AWAY = "journeys.process"
FULL = "journeys.requests_in_flight_max"

_log = structlog.get_logger("journeys")


class JourneyRelay(JourneyDoor):
    """The door to journeys that are in a process of their own.

    Shape:   `process` is set before anything is asked.
    """

    process: JourneyProcess

    def __init__(
        self, settings: JourneysSettings, traffic: Traffic, metrics: Metrics, body_read_s: float
    ) -> None:
        self._server_keys = settings.server_keys
        self._in_flight_max = settings.requests_in_flight_max
        self._body_bytes_max = max(settings.batch_bytes_max, settings.body_bytes_max, BODY_BYTES_MAX)
        self._body_read_s = body_read_s
        self._traffic = traffic
        self._metrics = metrics
        self._numbers = itertools.count(1)
        self._waiting: dict[int, tuple[Kept, Scope, float]] = {}
        self._coming: dict[int, tuple[_Waiter, Scope, float]] = {}
        self._refusals = Counter[str]()

    def serves(self, path: str) -> bool:
        return path.startswith(ROOTS)

    def malformed(self, origin: bytes, text: str) -> tuple[Headers, bytes]:
        return malformed(origin, text)

    def at_once(self, scope: Scope, keep: Keep) -> Answer | Kept | None:
        """The request, kept until its answer comes, or its refusal."""
        body, line = whole_body(scope), self.process.line
        if body is None or not self.process.is_kept:
            return None
        refusal = self._refusal(scope, line)
        return refusal if line is None or refusal is not None else self._put(line, scope, body, keep())

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """The long way: for what came in pieces, and for the first who asks at all."""
        self._traffic.in_flight += 1
        try:
            status, headers, body = await self._answer(scope, receive)
        except ClientLeft:
            return
        finally:
            self._traffic.in_flight -= 1
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    def hear(self, reply: Reply) -> None:
        """An answer came."""
        try:
            kept, scope, began_s = self._waiting.pop(reply.number)
        except KeyError:
            if reply.number not in self._coming:
                return  # It was given up before its body came.
            kept, scope, began_s = self._coming.pop(reply.number)
        kept.answer(reply.status, reply.headers, reply.body)
        if operation := counted_as(scope):
            self._metrics.answered(operation, reply.status, time.perf_counter() - began_s)

    def lost(self) -> None:
        """No answer comes any more to what was asked so far: whether it was done, nobody here knows."""
        waiting, self._waiting = [*self._waiting.values(), *self._coming.values()], {}
        self._coming.clear()
        for kept, scope, _ in waiting:
            kept.answer(*self._later(scope, AWAY))

    def want(self, number: int) -> None:
        """A body is wanted that did not come with its head."""
        coming = self._coming.get(number)
        if coming is not None and not coming[0].wanted.done():
            coming[0].wanted.set_result(None)

    def refused_since(self) -> dict[str, int]:
        """How many requests of pages were refused here since this was last asked, by the code."""
        times, self._refusals = dict(self._refusals), Counter()
        return times

    async def _answer(self, scope: Scope, receive: Receive) -> Answer:
        try:
            await self.process.start()
        except DeskError as error:
            _log.warning("journey_process_not_begun", reason=str(error))
        line = self.process.line
        refusal = self._refusal(scope, line)
        if refusal is not None:
            return refusal
        assert line is not None
        waiter, body = _Waiter(), whole_body(scope)
        if body is not None:
            self._put(line, scope, body, waiter)
            return await waiter.answered
        return await self._in_pieces(line, scope, receive, waiter)

    async def _in_pieces(self, line: Line, scope: Scope, receive: Receive, waiter: "_Waiter") -> Answer:
        """The answer to a request whose body is still to come, and is only read when somebody wants it.

        Shape:   until it is there, it takes the place of no other request.
        """
        number = next(self._numbers)
        self._coming[number] = waiter, scope, time.perf_counter()
        line.send(Begun.of(number, scope, _read_there(scope), b""))
        try:
            await _first(waiter.wanted, waiter.answered)
            if not waiter.answered.done() and (rest := await self._read(number, scope, receive, waiter)):
                if len(self._waiting) >= self._in_flight_max or line.is_full:
                    return self._later(scope, FULL)
                self._waiting[number] = self._coming.pop(number)
                line.send(rest)
            return await waiter.answered
        finally:
            if self._coming.pop(number, None) is not None:  # Nobody waits for an answer to it any more.
                line.send(Rest(number, trouble=Trouble.LEFT))

    async def _read(self, number: int, scope: Scope, receive: Receive, waiter: "_Waiter") -> Rest | None:
        """The body, or what is wrong with it; None where the answer came before. Errors: `ClientLeft`."""
        reading = asyncio.ensure_future(read_body(scope, receive, self._body_bytes_max, self._body_read_s))
        try:
            await _first(reading, waiter.answered)
        finally:
            if waiter.answered.done() or not reading.done():
                reading.cancel()
        if waiter.answered.done():
            await asyncio.gather(reading, return_exceptions=True)  # Whatever came of it: nobody wants it.
            return None
        try:
            body = await reading
        except TooMuch:
            body = None
        except TooSlow:
            return Rest(number, trouble=Trouble.TOO_SLOW)
        return Rest(number, trouble=Trouble.TOO_MUCH) if body is None else Rest(number, body)

    def _put(self, line: Line, scope: Scope, body: bytes, kept: Kept) -> Kept:
        number = next(self._numbers)
        self._waiting[number] = kept, scope, time.perf_counter()
        line.send(Ask.of(number, scope, _read_there(scope), body))
        return kept

    def _refusal(self, scope: Scope, line: Line | None) -> Answer | None:
        """The answer to who cannot be helped now."""
        if line is None:
            return self._later(scope, AWAY)
        if len(self._waiting) >= self._in_flight_max or line.is_full:
            return self._later(scope, FULL)
        if self._counts(scope) and self._traffic.is_too_much(address_of(scope)):
            return self._refused(scope, Refused("too_many_requests", "too many requests"), again_in_s=1)
        return None

    def _counts(self, scope: Scope) -> bool:
        """Whether a request counts as one of its address: browsers' do, and no others."""
        if not counted_as(scope):
            return False
        return not self._server_keys or not sender_of(scope, self._server_keys).is_server

    def _later(self, scope: Scope, limit: str) -> Answer:
        self._metrics.refused(limit)
        return self._refused(scope, Refused("try_later", "please try again"), again_in_s=RETRY_S)

    def _refused(self, scope: Scope, refusal: Refused, *, again_in_s: int) -> Answer:
        """A refusal, counted as those of the collector are."""
        answer = _refused(scope, refusal, again_in_s=again_in_s)
        if operation := counted_as(scope):
            self._refusals[refusal.code] += 1
            self._metrics.answered(operation, answer[0], 0.0)
        return answer


def _read_there(scope: Scope) -> Headers:
    """The headers that somebody reads: of pages few, for the cookies of a site are nobody's business."""
    headers: Headers = scope["headers"]
    return [one for one in headers if one[0] in READ] if serves(scope["path"]) else headers


class _Waiter:
    """Somebody who waits in a task. Shape: `wanted` is done when their body is."""

    def __init__(self) -> None:
        self.on_left: Callable[[], None] | None = None
        self.answered: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        self.wanted: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def answer(self, status: int, headers: Headers, body: bytes) -> None:
        if not self.answered.done():
            self.answered.set_result((status, headers, body))


async def _first(*awaited: "asyncio.Future[Any]") -> None:
    """Return when one of them is done."""
    await asyncio.wait(awaited, return_when=asyncio.FIRST_COMPLETED)


def _refused(scope: Scope, refusal: Refused, *, again_in_s: int = 0) -> Answer:
    """What a page may read too; who manages journeys does so from pages of this server."""
    origin = header(scope, b"origin") if serves(scope["path"]) else b""
    return for_anybody(refusal, origin, again_in_s=again_in_s)
