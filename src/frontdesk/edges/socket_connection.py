"""One WebSocket connection: bounds for whoever does not read, and for whoever is no longer there."""

import asyncio
import struct
from collections.abc import Callable
from typing import Any

from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.http11 import Request
from websockets.protocol import State

from frontdesk.edges.asgi import SEND_TEXT
from frontdesk.settings import LimitSettings

WHOLE_TEXT = 0x81  # The last frame of a message, and its first: text.

_MEDIUM = struct.Struct("!BBH").pack
_LONG = struct.Struct("!BBQ").pack


def socket_connection(
    limits: LimitSettings, refused: Callable[[str], None]
) -> type[WebSocketsSansIOProtocol]:
    """The connection with these bounds; `refused` is called with the name of one that somebody reached."""
    return type(
        "SocketConnection", (_SocketConnection,), {"limits": limits, "refused": staticmethod(refused)}
    )


def text_frame(text: bytes) -> bytes:
    """A whole text message as a server sends it: in one frame, not masked.

    Source:  RFC 6455 §5.2. No extension is ever agreed on that would change it.
    """
    size = len(text)
    if size < 126:
        return bytes((WHOLE_TEXT, size)) + text
    return (_MEDIUM(WHOLE_TEXT, 126, size) if size < 65536 else _LONG(WHOLE_TEXT, 127, size)) + text


class _SocketConnection(WebSocketsSansIOProtocol):
    """A connection that is cut off when its other end does not read or answer: it would stay for ever.

    Shape:   what was not sent is not lost; whoever comes back asks for it from where they were.
    """

    limits: LimitSettings
    refused: Callable[[str], None]

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self._unread_timer: asyncio.TimerHandle | None = None
        self._has_waiting = False

    # --- what comes ----------------------------------------------------------------------------

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
            extensions: dict[str, Any] = {**(self.scope["extensions"] or {}), SEND_TEXT: self.send_text}
            self.scope["extensions"] = extensions

    def send_text(self, text: bytes) -> bool:
        """Send a text message at the end of this turn, unless its sender must wait or the socket is not open.

        One append brings news to many sockets. Written one by one, while that news is worked on, nearly every
        message would have to wake a peer that has gone to sleep since the last one.
        """
        if not self.handshake_complete or self.close_sent or self.disconnected or not self.writable.is_set():
            return False
        if self.conn.state is not State.OPEN:
            return False
        self.conn.writes.append(text_frame(text))  # Whatever else is sent meanwhile keeps its order with it.
        if not self._has_waiting:
            self._has_waiting = True
            self.loop.call_soon(self._write_waiting)
        return True

    def _write_waiting(self) -> None:
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
