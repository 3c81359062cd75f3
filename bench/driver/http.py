"""HTTP for load: one keep-alive connection, one request at a time, answered by a callback."""

import asyncio
from collections.abc import Callable
from typing import cast
from urllib.parse import urlsplit

OnAnswer = Callable[[int, bytes], None]
LOST = 0  # The status of a request whose connection went before the answer came.


class HttpConnection(asyncio.Protocol):
    """One connection. It reads answers with a `content-length`, which all servers measured here send."""

    def __init__(self) -> None:
        self._transport: asyncio.Transport | None = None
        self._received = b""
        self._head = b""
        self._on_answer: OnAnswer | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)  # uvloop's is one without saying so.

    @property
    def is_open(self) -> bool:
        return self._transport is not None and not self._transport.is_closing()

    def ask(self, request: bytes, on_answer: OnAnswer) -> None:
        """Send a whole request; `on_answer` gets the status and the body, or `LOST`."""
        if self._transport is None or self._transport.is_closing():
            asyncio.get_running_loop().call_soon(on_answer, LOST, b"")
            return
        assert self._on_answer is None, "one request at a time"
        self._on_answer = on_answer
        self._transport.write(request)

    async def fetch(self, request: bytes) -> tuple[int, bytes]:
        """The answer to a request. Errors: `ConnectionError` when the connection goes first."""
        answered: asyncio.Future[tuple[int, bytes]] = asyncio.get_running_loop().create_future()

        def settle(status: int, body: bytes) -> None:
            if not answered.done():
                answered.set_result((status, body))

        self.ask(request, settle)
        status, body = await answered
        if status == LOST:
            raise ConnectionError("the server closed the connection")
        return status, body

    def data_received(self, data: bytes) -> None:
        self._received = self._received + data if self._received else data
        end = self._received.find(b"\r\n\r\n")
        if end < 0:
            return
        self._head = self._received[:end]
        head = self._head.lower()
        at = head.index(b"content-length:") + 15
        stop = head.find(b"\r", at)
        size = int(head[at : stop if stop > 0 else end])
        if len(self._received) < end + 4 + size:
            return
        body, self._received = self._received[end + 4 : end + 4 + size], b""
        self._settle(int(head[9:12]), body)

    def cookie(self) -> bytes:
        """The cookie that the last answer set, as it is to be sent back; empty when it set none."""
        _, _, after = self._head.partition(b"\r\nSet-Cookie: ")
        return after.partition(b"\r\n")[0].partition(b";")[0]

    def connection_lost(self, exc: Exception | None) -> None:
        self._transport = None
        self._settle(LOST, b"")

    def _settle(self, status: int, body: bytes) -> None:
        on_answer, self._on_answer = self._on_answer, None
        if on_answer is not None:
            on_answer(status, body)

    def close(self) -> None:
        if self._transport is not None:
            self._transport.close()


async def connect(url: str) -> HttpConnection:
    """A connection to the server at `url`. Errors: `OSError`."""
    parts = urlsplit(url)
    _, connection = await asyncio.get_running_loop().create_connection(
        HttpConnection, parts.hostname or "", parts.port or 80
    )
    return connection


def post(path: str, content_type: str, *more: str) -> bytes:
    """The head of a POST up to the number of its `content-length`; `with_body` completes it."""
    lines = [f"POST {path} HTTP/1.1", "host: localhost", f"content-type: {content_type}", *more]
    return "\r\n".join([*lines, "content-length: "]).encode()


def with_body(head: bytes, body: bytes) -> bytes:
    return b"%b%d\r\n\r\n%b" % (head, len(body), body)
