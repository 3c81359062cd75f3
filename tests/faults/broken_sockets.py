"""A proxy between visitors and their server that lets HTTP pass and does to WebSockets what bad ones do."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from enum import StrEnum
from urllib.parse import urlsplit

CHUNK_BYTES = 65_536
HEAD_END = b"\r\n\r\n"
REFUSAL = b"HTTP/1.1 502 Bad Gateway\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"


class Sockets(StrEnum):
    """What becomes of them."""

    PASS = "pass"
    REFUSED = "refused"
    """The upgrade is answered with an error."""
    SWALLOWED = "swallowed"
    """The upgrade goes through, and nothing after it."""
    CUT = "cut"
    """The connection is cut after so many bytes of the server."""
    MUTED = "muted"
    """After so many bytes of the server nothing goes through any more, either way."""


class Proxy:
    """One that listens at `url`. `upgrades` counts who wanted a WebSocket."""

    def __init__(self, server_url: str) -> None:
        self.url = ""
        self.sockets = Sockets.PASS
        self.after_bytes = 0
        self.upgrades = 0
        self._target = urlsplit(server_url)
        self._served: set[asyncio.Task[None]] = set()

    def leads_to(self, server_url: str) -> None:
        """Bring whoever comes from now on to this server."""
        self._target = urlsplit(server_url)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._served.add(task)
        try:
            with contextlib.suppress(OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
                await self._serve(reader, writer)
        finally:
            writer.close()
            self._served.discard(task)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(HEAD_END)
        is_socket = b"upgrade: websocket" in head.lower()
        self.upgrades += is_socket
        if is_socket and self.sockets is Sockets.REFUSED:
            writer.write(REFUSAL)
            return
        target, out = await asyncio.open_connection(self._target.hostname, self._target.port)
        try:
            out.write(head)
            if is_socket:
                writer.write(await target.readuntil(HEAD_END))
                await self._carry_socket(reader, writer, target, out)
            else:
                await _both(_copy(reader, out), _copy(target, writer))
        finally:
            out.close()

    async def _carry_socket(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        target: asyncio.StreamReader,
        out: asyncio.StreamWriter,
    ) -> None:
        match self.sockets:
            case Sockets.SWALLOWED:
                await _both(_swallow(reader), _swallow(target))
            case Sockets.CUT:
                await _both(_copy(reader, out), _copy(target, writer, self.after_bytes))
            case Sockets.MUTED:
                upwards = asyncio.ensure_future(_copy(reader, out))
                await _copy(target, writer, self.after_bytes)
                upwards.cancel()
                await _both(_swallow(reader), _swallow(target))
            case _:
                await _both(_copy(reader, out), _copy(target, writer))

    async def stop(self) -> None:
        """Cut every connection that there is."""
        for task in tuple(self._served):
            task.cancel()
        await asyncio.gather(*self._served, return_exceptions=True)


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, most: int | None = None) -> None:
    """Until the end, or until `most` bytes have gone by."""
    while chunk := await reader.read(CHUNK_BYTES if most is None else min(most, CHUNK_BYTES)):
        writer.write(chunk)
        await writer.drain()
        if most is not None and not (most := most - len(chunk)):
            return


async def _swallow(reader: asyncio.StreamReader) -> None:
    while await reader.read(CHUNK_BYTES):
        pass


async def _both(*ways: object) -> None:
    """Carry both ways until one ends."""
    tasks = [asyncio.ensure_future(way) for way in ways]  # type: ignore[call-overload]
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


@asynccontextmanager
async def proxy_to(server_url: str) -> AsyncIterator[Proxy]:
    """A proxy to the server, until the block is left."""
    proxy = Proxy(server_url)
    server = await asyncio.start_server(proxy.serve, "127.0.0.1", 0)
    proxy.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    try:
        yield proxy
    finally:
        server.close()
        await proxy.stop()
