"""The two ways in which Bayeux reaches a client: a request that is answered once, and a WebSocket."""

from abc import ABC, abstractmethod
from asyncio import Future
from collections.abc import Callable, Coroutine, Sequence
from http import HTTPStatus

from frontdesk.edges.asgi import NO_STORE, Answer, Headers, Keep, Kept, Send, SendText, answer, json_headers
from frontdesk.wire import bayeux_messages as wire
from frontdesk.wire.bayeux_client import CALLBACK_POLLING, LONG_POLLING, WEBSOCKET, Carrier

SCRIPT: tuple[bytes, bytes] = (b"content-type", b"text/javascript;charset=UTF-8")
NO_SNIFF: tuple[bytes, bytes] = (b"x-content-type-options", b"nosniff")
TRY_AGAIN = 1013

Later = Callable[[Coroutine[None, None, None]], object]


class Caller(Carrier, ABC):
    """Who is behind a carrier: the origin of the page, and how to answer without waiting for it."""

    __slots__ = ("origin",)

    def __init__(self, kind: str, address: str, origin: bytes) -> None:
        super().__init__(kind, address)
        self.origin = origin

    @abstractmethod
    def tell(self, messages: Sequence[bytes]) -> str:
        """Send messages soon; the limit that keeps them from being sent, or nothing."""


class KeptPoll(Caller):
    """A request that came in one piece: its answer can be left to whoever has it."""

    __slots__ = ("_headers", "_keep", "_kept")

    def __init__(self, address: str, origin: bytes, headers: Headers, keep: Keep) -> None:
        super().__init__(LONG_POLLING, address, origin)
        self._headers = headers
        self._keep = keep
        self._kept: Kept | None = None

    def keep(self, on_left: Callable[["KeptPoll"], None]) -> Kept:
        """Leave the answer for later; `on_left` is called if the client gives up before."""
        kept = self._kept = self._keep()
        kept.on_left = lambda: on_left(self)
        return kept

    def tell(self, messages: Sequence[bytes]) -> str:
        if self._kept is not None:
            self._kept.answer(*self.answer(messages))
        return ""

    def answer(self, messages: Sequence[bytes]) -> Answer:
        """The answer that brings these."""
        body = wire.batch(messages)
        return HTTPStatus.OK, json_headers(body, self._headers), body


class Poll(Caller):
    """A request: it can be told one thing, and that is its answer."""

    __slots__ = ("_callback", "_headers", "_later", "_send")

    def __init__(
        self, address: str, origin: bytes, headers: Headers, send: Send, later: Later, callback: str = ""
    ) -> None:
        kind = CALLBACK_POLLING if callback else LONG_POLLING
        super().__init__(kind, address, origin)
        self._send = send
        self._later = later
        self._headers = headers
        self._callback = callback

    def tell(self, messages: Sequence[bytes]) -> str:
        self._later(self.answer(200, messages))
        return ""

    async def answer(self, status: int, messages: Sequence[bytes]) -> None:
        """Answer the request."""
        body = wire.batch(messages)
        if not self._callback:
            await answer(self._send, status, body, self._headers)
            return
        body = wire.called(self._callback, body)
        headers = [SCRIPT, NO_SNIFF, NO_STORE, (b"content-length", b"%d" % len(body)), *self._headers]
        await self._send({"type": "http.response.start", "status": status, "headers": headers})
        await self._send({"type": "http.response.body", "body": body})


class Socket(Caller):
    """A WebSocket: what it is told goes out in order.

    Shape:   at once by `send_text`, as long as its reader keeps up; else as many messages in a frame as have
             gathered. `work`, if any, is done when what was last taken at once is.
    """

    __slots__ = (
        "_bytes_max",
        "_is_sending",
        "_later",
        "_outbox",
        "_outbox_bytes",
        "_outbox_max",
        "_send",
        "_send_text",
        "is_closed",
        "work",
    )

    def __init__(
        self,
        address: str,
        origin: bytes,
        send: Send,
        later: Later,
        *,
        outbox_max: int,
        bytes_max: int,
        send_text: SendText | None = None,
    ) -> None:
        super().__init__(WEBSOCKET, address, origin)
        self._send_text = send_text
        self._send = send
        self._later = later
        self._outbox: list[bytes] = []
        self._outbox_bytes = 0
        self._outbox_max = outbox_max
        self._bytes_max = bytes_max
        self._is_sending = False
        self.is_closed = False
        self.work: Future[None] | None = None

    @property
    def is_busy(self) -> bool:
        """Whether what came last is still being carried out: then what comes has to wait."""
        return self.work is not None and not self.work.done()

    def tell(self, messages: Sequence[bytes]) -> str:
        if self.is_closed:
            return ""
        if self._send_text is not None and not self._is_sending and self._send_text(wire.batch(messages)):
            return ""
        if len(self._outbox) >= self._outbox_max:
            return "queue_messages_per_client"
        size = sum(map(len, messages))
        if self._outbox and self._outbox_bytes + size > self._bytes_max:
            return "queue_bytes_per_client"
        self._outbox += messages
        self._outbox_bytes += size
        if not self._is_sending:
            self._is_sending = True
            self._later(self._send_all())
        return ""

    async def _send_all(self) -> None:
        try:
            while self._outbox and not self.is_closed:
                messages, self._outbox, self._outbox_bytes = self._outbox, [], 0
                await self._send({"type": "websocket.send", "text": wire.batch(messages).decode()})
        finally:
            self._is_sending = False

    def close(self, code: int, reason: str) -> None:
        """Close it after what has gathered."""
        if not self.is_closed:
            self.is_closed = True
            self._later(self._close(code, reason))

    def cut_off(self) -> None:
        """Close it, with what has gathered unsaid: whoever does not read gets no more."""
        self._outbox = []
        self.close(TRY_AGAIN, "too slow")

    async def _close(self, code: int, reason: str) -> None:
        rest, self._outbox = self._outbox, []
        if rest:
            await self._send({"type": "websocket.send", "text": wire.batch(rest).decode()})
        await self._send({"type": "websocket.close", "code": code, "reason": reason})
