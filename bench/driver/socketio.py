"""socket.io for load: one client over a WebSocket.

Source:  the Engine.IO protocol 4 and the Socket.IO protocol 5, "Packet encoding".
"""

import asyncio
from collections.abc import Callable
from itertools import count
from typing import Any

import msgspec

from bench.driver.http import OnAnswer
from bench.driver.websocket import WebSocket, open_socket

_encode = msgspec.json.Encoder().encode


class Client:
    """One connected client; `on_message` gets the payload of each `message` event."""

    def __init__(self, on_message: Callable[[dict[str, Any]], None]) -> None:
        self._on_message = on_message
        self._acks: dict[int, Callable[[], None]] = {}
        self._numbers = count()
        self._socket: WebSocket | None = None
        self._connected: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    async def connect(self, url: str) -> None:
        self._socket = await open_socket(f"{url}/socket.io/?EIO=4&transport=websocket", self._on_text)
        self._socket.say(b"40")
        await self._connected

    def _on_text(self, text: bytes) -> None:
        if text.startswith(b"42"):
            self._on_message(msgspec.json.decode(text[2:])[1])
        elif text.startswith(b"43"):
            self._acks.pop(int(text[2 : text.index(b"[")]))()
        elif text == b"2" and self._socket is not None:
            self._socket.say(b"3")
        elif text.startswith(b"40"):
            self._connected.set_result(None)

    def emit(self, event: str, payload: object, on_ack: Callable[[], None]) -> None:
        """Send an event that the server acknowledges."""
        assert self._socket is not None
        number = next(self._numbers)
        self._acks[number] = on_ack
        self._socket.say(b"42%d%b" % (number, _encode([event, payload])))

    async def join(self, chat: str) -> None:
        """Hear what is said in a chat."""
        joined = asyncio.Event()
        self.emit("join", chat, joined.set)
        await joined.wait()

    def close(self) -> None:
        if self._socket is not None:
            self._socket.close()


class Sender:
    """One chat with a connection of its own."""

    def __init__(self, client: Client, chat: str) -> None:
        self.name = chat
        self._client = client

    def say(self, text: str, on_answer: OnAnswer) -> None:
        self._client.emit("message", {"chat": self.name, "text": text}, lambda: on_answer(200, b""))
