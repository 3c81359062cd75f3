"""The baseline *floor*: about the least that Python can do for one durable message from A to B.

A hand-written protocol takes the body of a POST, one transaction a turn of the loop puts what has come
in since the last one on disk (SQLite, `synchronous=FULL`), then the senders are answered and the
messages pushed to one socket as one frame. It checks nobody's key, numbers nothing and knows no chats; of
the form's encoding it undoes the spaces, which is all that the load needs.
"""

import asyncio
import base64
import hashlib
import sqlite3
import sys
from pathlib import Path
from typing import cast

import msgspec
import uvloop

from bench.announce import announce

ACCEPT_GUID = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"  # RFC 6455, section 1.3
ANSWER = b'HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 16\r\n\r\n{"statusCode":0}'
BEFORE_TEXT = b"message="
_encode = msgspec.json.Encoder().encode


class Floor:
    """What has come in and is not yet on disk; the one socket that hears of it afterwards."""

    def __init__(self, file: Path) -> None:
        self.listener: asyncio.Transport | None = None
        self._loop = asyncio.get_running_loop()
        self._waiting: list[tuple[asyncio.Transport, str, str]] = []
        self._database = sqlite3.connect(file, isolation_level=None)
        self._database.execute("PRAGMA journal_mode=WAL")
        self._database.execute("PRAGMA synchronous=FULL")
        self._database.execute("CREATE TABLE message (id INTEGER PRIMARY KEY, chat TEXT, text TEXT)")

    def take(self, sender: asyncio.Transport, chat: str, text: str) -> None:
        """Keep a message; it goes to disk with all others that come in during this turn."""
        if not self._waiting:
            self._loop.call_soon(self._commit)
        self._waiting.append((sender, chat, text))

    def _commit(self) -> None:
        batch, self._waiting = self._waiting, []
        self._database.execute("BEGIN")
        self._database.executemany(
            "INSERT INTO message (chat, text) VALUES (?, ?)", [(chat, text) for _, chat, text in batch]
        )
        self._database.execute("COMMIT")
        for sender, _, _ in batch:
            sender.write(ANSWER)
        if self.listener is not None:
            told = [
                {"is": "event", "interaction_id": chat, "event": {"type": "Said", "text": text}}
                for _, chat, text in batch
            ]
            self.listener.write(frame(_encode(told)))


def frame(payload: bytes) -> bytes:
    """One unmasked text frame. Source: RFC 6455, section 5.2."""
    size = len(payload)
    if size < 126:
        return bytes((0x81, size)) + payload
    if size < 65536:
        return b"\x81\x7e" + size.to_bytes(2, "big") + payload
    return b"\x81\x7f" + size.to_bytes(8, "big") + payload


class Caller(asyncio.Protocol):
    """One connection: of a sender, or of the one who listens."""

    def __init__(self, floor: Floor) -> None:
        self._floor = floor
        self._received = b""
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)  # uvloop's is one without saying so.

    def data_received(self, data: bytes) -> None:
        transport = self._transport
        if transport is None or transport is self._floor.listener:
            return  # Nothing that the listener says matters here.
        self._received += data
        end = self._received.find(b"\r\n\r\n")
        if end < 0:
            return
        if self._received.startswith(b"GET"):
            self._upgrade(transport)
            return
        at = self._received.find(b"content-length: ")
        size = int(self._received[at + 16 : self._received.index(b"\r", at)])
        body = self._received[end + 4 :]
        if len(body) < size:
            return
        chat = self._received[: self._received.index(b" ", 5)].rsplit(b"/", 2)[1].decode()
        self._received = b""
        text = body[body.rindex(BEFORE_TEXT) + len(BEFORE_TEXT) :].replace(b"+", b" ").decode()
        self._floor.take(transport, chat, text)

    def _upgrade(self, transport: asyncio.Transport) -> None:
        at = self._received.lower().index(b"sec-websocket-key: ")
        key = self._received[at + 19 : self._received.index(b"\r", at)]
        accept = base64.b64encode(hashlib.sha1(key + ACCEPT_GUID, usedforsecurity=False).digest())
        transport.write(
            b"HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\nconnection: Upgrade\r\n"
            b"sec-websocket-accept: " + accept + b"\r\n\r\n"
        )
        self._floor.listener = transport


async def serve(file: Path) -> None:
    """Serve until killed, on a free port of the loopback."""
    floor = Floor(file)
    server = await asyncio.get_running_loop().create_server(lambda: Caller(floor), "127.0.0.1", 0)
    announce(server.sockets[0].getsockname()[1])
    await server.serve_forever()


if __name__ == "__main__":
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(serve(Path(sys.argv[1])))
