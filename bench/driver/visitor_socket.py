"""Visitors on their socket, for load. Source: docs/reference/visitor-socket.md."""

import asyncio

import msgspec

from bench.driver.v2 import Envelope, ServerRefused, Visitor
from bench.driver.websocket import WebSocket, open_socket


class Frame(msgspec.Struct):
    """What the server says."""

    id: str = ""
    status: int = 200
    answer: Envelope | None = None


_read = msgspec.json.Decoder(Frame).decode
_encode = msgspec.json.Encoder().encode


class Follower:
    """The socket of one visitor, on which hello was said and no more."""

    def __init__(self, visitor: Visitor) -> None:
        self._visitor = visitor
        self._socket: WebSocket | None = None
        self._greeted: asyncio.Future[Frame] = asyncio.get_running_loop().create_future()

    async def connect(self, url: str, base: str) -> None:
        """Follow the chat from where its visitor has come to. Errors: `OSError`, `ServerRefused`."""
        self._socket = await open_socket(f"{url}{base}/socket", self._on_text)
        self._socket.on_closed = self._on_closed
        who = self._visitor.identity
        chat = {"chat_id": self._visitor.name, "secure_key": who.secure_key, "user_id": who.user_id}
        self._socket.say(_encode({"do": "hello", "id": "hello", "position": who.next_position, **chat}))
        said = await self._greeted
        if said.answer is None or said.answer.status_code != 0:
            raise ServerRefused(f"hello: {said}")

    def _on_text(self, text: bytes) -> None:
        if not self._greeted.done():
            self._greeted.set_result(_read(text))

    def _on_closed(self) -> None:
        if not self._greeted.done():
            self._greeted.set_exception(ConnectionError("the socket was closed"))

    def close(self) -> None:
        if self._socket is not None:
            self._socket.close()
