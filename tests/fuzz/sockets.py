"""HTTP by hand, for what no HTTP library would send."""

import re
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

import anyio
from anyio.abc import SocketStream

from tests.patience import PATIENCE_S


def request(
    path: str | bytes, body: bytes = b"", *, method: str = "POST", length: int | None = None, **headers: str
) -> bytes:
    """A request as bytes; `length` may lie about the body."""
    raw_path = path if isinstance(path, bytes) else path.encode()
    fields = {
        "Host": "desk.example",
        "Content-Type": "application/x-www-form-urlencoded",
        "Content-Length": str(len(body) if length is None else length),
    } | {name.replace("_", "-"): value for name, value in headers.items()}
    head = "".join(f"{name}: {value}\r\n" for name, value in fields.items())
    return method.encode() + b" " + raw_path + b" HTTP/1.1\r\n" + head.encode("latin-1") + b"\r\n" + body


@asynccontextmanager
async def connected(port: int) -> AsyncIterator[SocketStream]:
    async with await anyio.connect_tcp("127.0.0.1", port) as stream:
        yield stream


async def read_to_end(stream: SocketStream) -> bytes:
    """Everything until the server closes, which it must do in time."""
    received = bytearray()
    with anyio.fail_after(PATIENCE_S):
        try:
            async for chunk in stream:
                received += chunk
        except anyio.BrokenResourceError:
            pass  # It closed while we were still writing.
    return bytes(received)


async def exchange(port: int, *pieces: bytes) -> bytes:
    """Send the pieces one after the other, then read until the server closes."""
    async with connected(port) as stream:
        try:
            for piece in pieces:
                await stream.send(piece)
        except (anyio.BrokenResourceError, anyio.ClosedResourceError):
            pass  # It had heard enough; what it said may still be read.
        return await read_to_end(stream)


def statuses(received: bytes) -> Sequence[int]:
    """The status of each answer in a stream of answers."""
    return [int(status) for status in re.findall(rb"HTTP/1\.1 (\d{3}) ", received)]
