"""Requests as the process of journeys gets them, answered one beside the other.

Most come with their bodies. Of the others only the head comes at first, so that what can be refused by it is
refused, and nobody waits for a body that is of no use.
"""

import asyncio

import msgspec
import structlog

from frontdesk.edges.apart.line import Line
from frontdesk.edges.apart.messages import Ask, Begun, Reply, Rest, Trouble, Wanted
from frontdesk.edges.asgi import (
    Answer,
    App,
    ClientLeft,
    Message,
    Receive,
    Scope,
    TooMuch,
    TooSlow,
    json_headers,
)
from frontdesk.edges.journey_asked import serves
from frontdesk.edges.journey_collector import JourneyCollector

FAILED = msgspec.json.encode({"code": "failed", "message": "something went wrong here"})

_log = structlog.get_logger("journeys")


class Answering:
    """Pages are answered by the collector, who manages journeys by `admin`."""

    def __init__(self, line: Line, collector: JourneyCollector, admin: App) -> None:
        self._line = line
        self._collector = collector
        self._admin = admin
        self._loop = asyncio.get_running_loop()
        self._under_way: set[asyncio.Task[None]] = set()
        self._coming: dict[int, asyncio.Future[Rest]] = {}

    def take(self, ask: Ask) -> None:
        """Answer this, in time."""
        task = self._loop.create_task(self._answer(ask))
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)

    async def finish(self) -> None:
        """Return when all that was taken is answered."""
        while self._under_way:
            await asyncio.wait(self._under_way)

    def bring(self, rest: Rest) -> None:
        """The body of a request has come that was begun."""
        coming = self._coming.get(rest.number)
        if coming is not None and not coming.done():
            coming.set_result(rest)

    async def _answer(self, ask: Ask) -> None:
        scope = ask.scope()
        try:
            if serves(ask.path):
                receive = self._receive(ask) if isinstance(ask, Begun) else _nothing_more
                status, headers, body = await self._collector.answer(scope, receive)
            else:
                status, headers, body = await _whole(self._admin, scope, self._receive(ask))
        except ClientLeft:
            return
        except Exception:  # noqa: BLE001 - whoever asked must be told
            _log.exception("unanswered", method=ask.method)
            status, headers, body = 500, json_headers(FAILED), FAILED
        self._line.send(Reply(ask.number, status, headers, body))

    def _receive(self, ask: Ask) -> Receive:
        """The body, when somebody asks for it; then the end of the connection."""
        is_over = False

        async def receive() -> Message:
            nonlocal is_over
            if is_over:
                return {"type": "http.disconnect"}
            is_over = True
            body = await self._rest(ask.number) if isinstance(ask, Begun) else ask.body
            return {"type": "http.request", "body": body, "more_body": False}

        return receive

    async def _rest(self, number: int) -> bytes:
        """The body of a request that was begun. Errors: `TooMuch`, `TooSlow`, `ClientLeft`."""
        coming: asyncio.Future[Rest] = self._loop.create_future()
        self._coming[number] = coming
        self._line.send(Wanted(number))
        try:
            rest = await coming
        finally:
            del self._coming[number]
        match rest.trouble:
            case Trouble.TOO_MUCH:
                raise TooMuch
            case Trouble.TOO_SLOW:
                raise TooSlow
            case Trouble.LEFT:
                raise ClientLeft
        return rest.body


async def _nothing_more() -> Message:
    """What comes behind a body that is in the scope."""
    return {"type": "http.disconnect"}


async def _whole(app: App, scope: Scope, receive: Receive) -> Answer:
    """All that an application answers."""
    head: Message = {}
    parts: list[bytes] = []

    async def send(message: Message) -> None:
        if message["type"] == "http.response.start":
            head.update(message)
        else:
            parts.append(message.get("body", b""))

    await app(scope, receive, send)
    return head["status"], list(head["headers"]), b"".join(parts)
