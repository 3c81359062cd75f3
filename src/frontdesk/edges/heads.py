"""The heads of requests: how long they may be, and how long they may take.

The web server bounds neither. Whoever sends half a head and then nothing would keep a connection for ever,
and whoever never ends a head would fill the memory.
"""

import asyncio
from typing import Any

import uvicorn
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol


def bounded(bytes_max: int, read_s: float) -> type[HttpToolsProtocol]:
    """Uvicorn's protocol with these bounds; uvicorn itself makes one for each connection."""

    class Bounded(_BoundedHeads):
        head_bytes_max = bytes_max
        head_read_s = read_s

    return Bounded


class _BoundedHeads(HttpToolsProtocol):
    """One connection.

    Shape:   a head that comes in one piece, as nearly all do, costs no timer. What stands in one read beside
             an overlong head is still parsed, so a head is refused at the first read after its bound.
    """

    head_bytes_max: int
    head_read_s: float

    def __init__(self, config: uvicorn.Config, *others: Any, **named: Any) -> None:
        super().__init__(config, *others, **named)
        self._is_in_head = True  # Of the first request; later ones say when they begin.
        self._head_bytes = 0
        self._head_timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._start_timer()

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop_timer()
        super().connection_lost(exc)

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._is_in_head = True
        self._head_bytes = 0

    def on_headers_complete(self) -> None:
        self._is_in_head = False
        super().on_headers_complete()

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        if not self._is_in_head:
            self._stop_timer()
            return
        self._head_bytes += len(data)
        if self._head_bytes > self.head_bytes_max and not self.transport.is_closing():
            self.send_400_response("The head of the request is too long.")
        elif self._head_timer is None:
            self._start_timer()

    def _should_upgrade(self) -> bool:
        return bool(self.scope["method"] == "GET" and super()._should_upgrade())

    def handle_websocket_upgrade(self) -> None:
        """Hand the connection over; one whose handshake cannot even be read is closed, not kept waiting."""
        super().handle_websocket_upgrade()
        protocol = self.transport.get_protocol()
        if isinstance(protocol, WebSocketsSansIOProtocol) and not protocol.handshake_initiated:
            self.transport.close()

    def _start_timer(self) -> None:
        self._head_timer = self.loop.call_later(self.head_read_s, self._too_slow)

    def _stop_timer(self) -> None:
        if self._head_timer is not None:
            self._head_timer.cancel()
            self._head_timer = None

    def _too_slow(self) -> None:
        if not self.transport.is_closing():
            self.transport.close()
