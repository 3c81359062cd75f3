"""A request that came in one piece, and how its answer leaves.

It follows the web server's rules (order, keep-alive, graceful stop) and skips what bodies and answers of any
length need.
"""

import asyncio
from collections.abc import Callable
from typing import Protocol

import structlog
from uvicorn.protocols.http.flow_control import FlowControl

from frontdesk.edges.asgi import CLOSE, Answer, App, Headers, Message, Scope

_log = structlog.get_logger("connection")


class Outbox:
    """The answers of one turn of the loop, written together at its end.

    Written one by one, between the requests that they answer, most of them would have to wake a peer that
    has gone to sleep since the last one; that costs as much as the rest of a poll.
    """

    def __init__(self) -> None:
        self._waiting: list[tuple[asyncio.Transport, bytes]] = []

    def put(self, transport: asyncio.Transport, answer: bytes) -> None:
        """Write `answer` soon."""
        if not self._waiting:
            asyncio.get_running_loop().call_soon(self.flush)
        self._waiting.append((transport, answer))

    def flush(self) -> None:
        """Write all of them now."""
        waiting, self._waiting = self._waiting, []
        for transport, answer in waiting:
            transport.write(answer)


class Connection(Protocol):
    """What a request needs of the connection that it came on."""

    transport: asyncio.Transport
    flow: FlowControl
    outbox: Outbox

    def head(self, status: int, headers: Headers, *, keep_alive: bool) -> list[bytes]:
        """The head of an answer, to be joined."""

    def reply(self, answer: Answer, *, keep_alive: bool) -> None:
        """Write a whole answer, and go on with what stands behind it."""

    def close(self) -> None:
        """Close it when what was answered is written."""

    def on_response_complete(self) -> None:
        """The answer is on its way: go on with what stands behind it."""


class KeptRequest:
    """A request whose answer comes later, from whoever has it: nobody waits for it in between.

    Shape:   what uvicorn calls a cycle, as `WholeRequest`.
    """

    __slots__ = ("_connection", "disconnected", "keep_alive", "on_left", "response_complete")

    def __init__(self, connection: Connection, *, keep_alive: bool) -> None:
        self.keep_alive = keep_alive
        self.disconnected = False
        self.response_complete = False
        self.on_left: Callable[[], None] | None = None
        self._connection = connection

    @property
    def message_event(self) -> "KeptRequest":
        """What uvicorn sets when the connection is lost."""
        return self

    def set(self) -> None:
        """The connection is lost."""
        on_left, self.on_left = self.on_left, None
        if on_left is not None:
            on_left()

    def answer(self, status: int, headers: Headers, body: bytes) -> None:
        """Answer it, unless it is answered or given up."""
        if self.response_complete or self.disconnected or self._connection.transport.is_closing():
            return
        self.response_complete, self.on_left = True, None
        keep_alive = self.keep_alive and CLOSE not in headers
        self._connection.reply((status, headers, body), keep_alive=keep_alive)


class WholeRequest:
    """A request that came in one piece, until its answer is written; what uvicorn calls a cycle.

    Shape:   the application finds the body in the scope's extension `WHOLE_BODY`, and may `receive` it too.
             Its answer names its length.
    """

    __slots__ = (
        "_body",
        "_connection",
        "_head",
        "_left",
        "disconnected",
        "keep_alive",
        "response_complete",
        "response_started",
        "scope",
        "task",
    )

    def __init__(self, connection: Connection, scope: Scope, body: bytes, *, keep_alive: bool) -> None:
        self.scope = scope
        self.keep_alive = keep_alive
        self.disconnected = False
        self.response_started = False
        self.response_complete = False
        self.task: asyncio.Task[None] | None = None  # Held, because loops forget tasks that nobody holds.
        self._connection = connection
        self._body: bytes | None = body
        self._head: list[bytes] = []
        self._left: asyncio.Event | None = None

    @property
    def message_event(self) -> "WholeRequest":
        """What uvicorn sets when the connection is lost: itself, and not held, for that would be a cycle."""
        return self

    def set(self) -> None:
        """The connection is lost."""
        if self._left is not None:
            self._left.set()

    async def run(self, app: App) -> None:
        """Have the request answered."""
        try:
            await app(self.scope, self.receive, self.send)
        except Exception:  # noqa: BLE001 - nobody else is there to hear of it
            _log.exception("unanswered", path=self.scope["path"][:200])
        if not self.response_complete and not self.disconnected:
            self._connection.close()

    async def receive(self) -> Message:
        """The body, then the end of the connection."""
        if self._body is not None:
            body, self._body = self._body, None
            return {"type": "http.request", "body": body, "more_body": False}
        if not self.disconnected and not self.response_complete:
            self._left = asyncio.Event()
            await self._left.wait()
        return {"type": "http.disconnect"}

    async def send(self, message: Message) -> None:
        """Write the answer: head and body together where there is one body."""
        connection = self._connection
        if connection.flow.write_paused and not self.disconnected:
            await connection.flow.drain()
        if self.disconnected or self.response_complete or connection.transport.is_closing():
            return
        if message["type"] == "http.response.start":
            self._begin(message)
            return
        connection.outbox.put(connection.transport, b"".join((*self._head, message.get("body", b""))))
        self._head = []
        if not message.get("more_body", False):
            self.response_complete = True
            self.set()
            if not self.keep_alive:
                connection.close()
            connection.on_response_complete()

    def _begin(self, message: Message) -> None:
        self.response_started = True
        headers = message["headers"]
        self.keep_alive = self.keep_alive and CLOSE not in headers
        self._head = self._connection.head(message["status"], headers, keep_alive=self.keep_alive)
