"""WebSocket for load: the sans-IO protocol of `websockets` on a bare transport."""

import asyncio
from collections.abc import Callable, Mapping
from typing import cast
from urllib.parse import urlsplit

from websockets.client import ClientProtocol
from websockets.frames import Frame, Opcode
from websockets.http11 import Response
from websockets.uri import parse_uri


class WebSocket(asyncio.Protocol):
    """One client socket. `on_text` gets each whole text message, `on_closed` is called once at the end."""

    def __init__(self, url: str, headers: Mapping[str, str], on_text: Callable[[bytes], None]) -> None:
        self.on_text = on_text
        self.on_closed: Callable[[], None] | None = None
        self.opened: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._headers = headers
        self._protocol = ClientProtocol(parse_uri(url), max_size=None)
        self._transport: asyncio.Transport | None = None
        self._parts: list[bytes] = []

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)  # uvloop's is one without saying so.
        request = self._protocol.connect()
        for name, value in self._headers.items():
            request.headers[name] = value
        self._protocol.send_request(request)
        self._flush()

    def data_received(self, data: bytes) -> None:
        self._protocol.receive_data(data)
        for event in self._protocol.events_received():
            if isinstance(event, Response):
                self._open()
            elif isinstance(event, Frame) and event.opcode in (Opcode.TEXT, Opcode.CONT):
                self._take(event)
        self._flush()

    def _open(self) -> None:
        error = self._protocol.handshake_exc
        if self.opened.done():
            return
        if error is None:
            self.opened.set_result(None)
        else:
            self.opened.set_exception(error)

    def _take(self, frame: Frame) -> None:
        if frame.fin and not self._parts:
            self.on_text(bytes(frame.data))
            return
        self._parts.append(bytes(frame.data))
        if frame.fin:
            whole, self._parts = b"".join(self._parts), []
            self.on_text(whole)

    def _flush(self) -> None:
        transport = self._transport
        for data in self._protocol.data_to_send():
            if transport is None:
                return
            if data:
                transport.write(data)
            else:
                transport.close()

    def say(self, text: bytes) -> None:
        """Send one text message; into the void when the socket is closed."""
        if self._transport is not None and not self._transport.is_closing():
            self._protocol.send_text(text)
            self._flush()

    def connection_lost(self, exc: Exception | None) -> None:
        self._transport = None
        if not self.opened.done():
            self.opened.set_exception(ConnectionError("the server closed the connection"))
        if self.on_closed is not None:
            self.on_closed()

    def close(self) -> None:
        if self._transport is not None:
            self._transport.close()


async def open_socket(
    url: str, on_text: Callable[[bytes], None], headers: Mapping[str, str] | None = None
) -> WebSocket:
    """A socket whose handshake is done; `url` starts with `http`. Errors: `OSError`, `InvalidHandshake`."""
    parts = urlsplit(url)
    _, socket = await asyncio.get_running_loop().create_connection(
        lambda: WebSocket(url.replace("http", "ws", 1), headers or {}, on_text),
        parts.hostname or "",
        parts.port or 80,
    )
    await socket.opened
    return socket
