"""One WebSocket connection: a short way for messages in one frame, and bounds for whoever does not read.

Nearly all that is said on a socket is a text in one frame. The library reads frames by coroutines that wait
for so many bytes, and hands them on by a queue that many tasks might share: here such a text goes from the
bytes that came to the one task that takes it. Whatever is not that, or not as it should be, is the library's.
"""

import asyncio
from collections import deque
from collections.abc import Callable
from typing import Any

from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.http11 import Request
from websockets.protocol import State

from frontdesk.edges.asgi import SEND_TEXT, TAKE_TEXTS, Message, TakeText
from frontdesk.edges.socket_frames import frame_end, is_utf8, text_frame, whole_text
from frontdesk.settings import LimitSettings

OPEN = State.OPEN
WRITTEN_AT_ONCE = 32  # Sockets: few enough that their peers are at work while the next are prepared.


def socket_connection(
    limits: LimitSettings, refused: Callable[[str], None]
) -> type[WebSocketsSansIOProtocol]:
    """The connection with these bounds; `refused` is called with the name of one that somebody reached."""
    members = {"limits": limits, "refused": staticmethod(refused), "outbox": _Outbox()}
    return type("SocketConnection", (_SocketConnection,), members)


class _Outbox:
    """The sockets that have something to send, until there are enough of them or this turn of the loop ends.

    One append brings news to many sockets. Written one by one, while that news is worked on, nearly every
    message would have to wake a peer that has gone to sleep since the last one; written only at the end, all
    of it would find every peer asleep.
    """

    def __init__(self) -> None:
        self._waiting: list[_SocketConnection] = []

    def put(self, connection: "_SocketConnection") -> None:
        """Have a socket send what it has, soon."""
        if not self._waiting:
            connection.loop.call_soon(self._flush)
        self._waiting.append(connection)
        if len(self._waiting) >= WRITTEN_AT_ONCE:
            self._flush()

    def _flush(self) -> None:
        waiting, self._waiting = self._waiting, []
        for connection in waiting:
            connection.write_waiting()


class _Inbox:
    """What came and was not taken yet, for the one task that takes it; what uvicorn calls a queue."""

    __slots__ = ("_loop", "_taker", "_waiting")

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._waiting: deque[Message] = deque()
        self._taker: asyncio.Future[Message] | None = None

    @property
    def is_awaited(self) -> bool:
        """Whether all that came has been taken, and been done with: its taker waits for the next."""
        return self._taker is not None and not self._taker.done()

    def empty(self) -> bool:
        return not self._waiting

    def put_nowait(self, message: Message) -> None:
        taker, self._taker = self._taker, None
        if taker is not None and not taker.done():
            taker.set_result(message)
        else:
            self._waiting.append(message)

    async def get(self) -> Message:
        if self._waiting:
            return self._waiting.popleft()
        taker = self._taker = self._loop.create_future()
        try:
            message: Message = await taker
        except asyncio.CancelledError:
            if taker.done() and not taker.cancelled():
                self._waiting.appendleft(taker.result())  # It had just been given away.
            raise
        return message


class _SocketConnection(WebSocketsSansIOProtocol):
    """A connection that is cut off when its other end does not read or answer: it would stay for ever.

    Shape:   what was not sent is not lost; whoever comes back asks for it from where they were.
    """

    limits: LimitSettings
    refused: Callable[[str], None]
    outbox: _Outbox

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self._inbox = _Inbox(self.loop)
        self.queue = self._inbox  # type: ignore[assignment]
        self._unread_timer: asyncio.TimerHandle | None = None
        self._has_waiting = False
        self._take: TakeText | None = None
        self._cut = b""  # The beginning of a frame, too little to tell where it ends.
        self._owed = 0  # How many bytes of a frame that the library has begun to read are still to come.

    # --- what comes ----------------------------------------------------------------------------

    def data_received(self, data: bytes) -> None:
        """Take a whole text at once; hand all else to the library, frame by frame."""
        if not self.handshake_initiated:  # The head of the request, which comes by itself.
            super().data_received(data)
            return
        if self._cut:
            data, self._cut = self._cut + data, b""
        start = 0
        if self._owed:
            start = min(self._owed, len(data))
            self._owed -= start
            super().data_received(data[:start])
        while start < len(data) and not self.transport.is_closing():
            end = frame_end(data, start)
            if end < 0:
                self._cut = data[start:]
                return
            text = whole_text(data, start, end) if self._is_between_messages() else None
            if text is None or len(text) > self.config.ws_max_size:
                super().data_received(data[start:end])
                self._owed = max(0, end - len(data))
            else:
                self._hand_over(text)
            start = end

    def _is_between_messages(self) -> bool:
        """Whether a message may begin here; else it is the library that knows what is wrong."""
        return self.handshake_complete and self.conn.state is OPEN and self.conn.current_size is None

    def _hand_over(self, text: bytes) -> None:
        """Give a message to the application: at once if it takes it and waits for nothing before it."""
        if self._take is not None and self._inbox.is_awaited and is_utf8(text) and self._take(text):
            return
        self.curr_msg_data_type, self.frames = "text", [text]
        self.send_receive_event_to_app()

    def take_texts(self, take: TakeText) -> None:
        """From now on, offer each text to `take` first, while the application waits for the next message."""
        self._take = take

    def send_receive_event_to_app(self) -> None:
        """Take a message. Reading goes on until a second one waits: nearly all are taken at once."""
        if self.read_paused or not self.queue.empty():
            super().send_receive_event_to_app()
            return
        self.read_paused = True  # So that it is not paused, which would cost two calls of the system.
        super().send_receive_event_to_app()
        self.read_paused = False

    # --- what goes -----------------------------------------------------------------------------

    def handle_connect(self, event: Request) -> None:
        super().handle_connect(event)
        if not self.close_sent:
            ours = {SEND_TEXT: self.send_text, TAKE_TEXTS: self.take_texts}
            extensions: dict[str, Any] = {**(self.scope["extensions"] or {}), **ours}
            self.scope["extensions"] = extensions

    def send_text(self, text: bytes) -> bool:
        """Send a text in this turn or at its end, unless its sender must wait or the socket is not open."""
        if not self.handshake_complete or self.close_sent or self.disconnected or not self.writable.is_set():
            return False
        if self.conn.state is not OPEN:
            return False
        self.conn.writes.append(text_frame(text))  # Whatever else is sent meanwhile keeps its order with it.
        if not self._has_waiting:
            self._has_waiting = True
            self.outbox.put(self)
        return True

    def write_waiting(self) -> None:
        """Write what has gathered in this turn."""
        self._has_waiting = False
        if not self.transport.is_closing():
            self.transport.write(b"".join(self.conn.data_to_send()))

    # --- who does not read, or is not there ----------------------------------------------------

    def pause_writing(self) -> None:
        super().pause_writing()
        self._stop_unread_timer()
        self._unread_timer = self.loop.call_later(self.limits.answer_stall_s, self._give_up, "answer_stall_s")

    def resume_writing(self) -> None:
        self._stop_unread_timer()
        super().resume_writing()

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop_unread_timer()
        self._take = None  # It knows the application's side, which knows us.
        super().connection_lost(exc)

    def keepalive_timeout(self) -> None:
        """Nobody has answered a ping."""
        self.pong_timer = None
        self._give_up("socket_ping_s")

    def _give_up(self, limit: str) -> None:
        self.refused(limit)
        self.transport.abort()

    def _stop_unread_timer(self) -> None:
        if self._unread_timer is not None:
            self._unread_timer.cancel()
            self._unread_timer = None
