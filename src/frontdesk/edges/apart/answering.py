"""Requests as the process of journeys gets them, answered one beside the other."""

import asyncio

import msgspec
import structlog

from frontdesk.edges.apart.line import Line
from frontdesk.edges.apart.messages import Ask, Reply
from frontdesk.edges.asgi import Answer, App, Message, Scope, json_headers
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

    def take(self, ask: Ask) -> None:
        """Answer this, in time."""
        task = self._loop.create_task(self._answer(ask))
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)

    async def finish(self) -> None:
        """Return when all that was taken is answered."""
        while self._under_way:
            await asyncio.wait(self._under_way)

    async def _answer(self, ask: Ask) -> None:
        scope = ask.scope()
        try:
            if serves(ask.path):
                status, headers, body = await self._collector.answer(scope, _nothing_more)
            else:
                status, headers, body = await _whole(self._admin, scope, ask.body)
        except Exception:  # noqa: BLE001 - whoever asked must be told
            _log.exception("unanswered", method=ask.method)
            status, headers, body = 500, json_headers(FAILED), FAILED
        self._line.send(Reply(ask.number, status, headers, body))


async def _nothing_more() -> Message:
    """What comes behind a body that came whole."""
    return {"type": "http.disconnect"}


async def _whole(app: App, scope: Scope, body: bytes) -> Answer:
    """All that an application answers."""
    head: Message = {}
    parts: list[bytes] = []

    async def receive() -> Message:
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message: Message) -> None:
        if message["type"] == "http.response.start":
            head.update(message)
        else:
            parts.append(message.get("body", b""))

    await app(scope, receive, send)
    return head["status"], list(head["headers"]), b"".join(parts)
