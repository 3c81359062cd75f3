"""A raw client of the visitors' socket: it knows docs/reference/visitor-socket.md and nothing of our code."""

import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from itertools import count
from typing import Any
from uuid import uuid4

import anyio
import websockets

from tests.conformance.v2 import ORIGIN, Chat
from tests.patience import PATIENCE_S

Message = dict[str, Any]


class VisitorSocket:
    """One socket. `heard` is every frame of the server, oldest first."""

    def __init__(self, socket: websockets.ClientConnection) -> None:
        self.heard: list[Message] = []
        self._socket = socket
        self._news = anyio.Event()
        self._name = uuid4().hex
        self._numbers = count(1)

    async def listen(self) -> None:
        """Take in what the server says until the socket closes."""
        with suppress(websockets.ConnectionClosed):
            async for frame in self._socket:
                self.heard.append(json.loads(frame))
                self._tell()
        self._tell()

    def _tell(self) -> None:
        self._news.set()
        self._news = anyio.Event()

    # --- what is asked -------------------------------------------------------------------------

    async def sends(self, frame: str | bytes) -> None:
        """Send anything at all."""
        await self._socket.send(frame)

    async def wishes(self, do: str, id_: str = "", **members: Any) -> str:
        """Send a wish; its id."""
        id_ = id_ or f"{self._name}-{next(self._numbers)}"
        await self.sends(json.dumps({"do": do, "id": id_, **members}))
        return id_

    async def asks(self, do: str, id_: str = "", **members: Any) -> Message:
        """Send a wish; the frame that answers it."""
        since = len(self.heard)
        id_ = await self.wishes(do, id_, **members)
        return await self.hears(lambda m: m.get("id") == id_, since)

    async def does(self, do: str, id_: str = "", **members: Any) -> Message:
        """Send a wish, which must be granted; the envelope."""
        answer = await self.asks(do, id_, **members)
        assert "status" not in answer, answer
        assert answer["answer"]["statusCode"] == 0, answer
        envelope: Message = answer["answer"]
        return envelope

    async def greets(self, chat: Chat, position: int = 1) -> Message:
        """Say hello for a chat; the envelope."""
        return await self.does("hello", **hello(chat, position))

    # --- what is heard -------------------------------------------------------------------------

    async def hears(self, wanted: Callable[[Message], object], since: int = 0) -> Message:
        """The first frame, from the `since`th on, that is as `wanted`."""
        with anyio.move_on_after(PATIENCE_S):
            while True:
                for message in self.heard[since:]:
                    since += 1
                    if wanted(message):
                        return message
                assert self._socket.close_code is None, f"it was closed before, and heard {self.heard}"
                await self._news.wait()
        raise AssertionError(f"it was not told, but {self.heard}")

    async def hears_text(self, text: str) -> Message:
        return await self.hears(lambda m: any(e.get("text") == text for e in _events(m)))

    async def closed(self) -> tuple[int | None, str | None]:
        """The code and the reason with which the server has closed it."""
        with anyio.fail_after(PATIENCE_S):
            await self._socket.wait_closed()
            while self._socket.close_code is None:
                await self._news.wait()
        return self._socket.close_code, self._socket.close_reason

    async def stops_reading(self) -> None:
        """Leave unread whatever the server sends from now on."""
        self._socket.transport.pause_reading()

    async def breaks(self) -> None:
        """Cut the connection as a lost network does, without a word."""
        self._socket.transport.abort()

    @property
    def events(self) -> list[Message]:
        """Every event that it was told of, in order, however often."""
        return [event for message in self.heard for event in _events(message)]

    @property
    def indexes(self) -> list[int]:
        return [event["index"] for event in self.events]

    @property
    def texts(self) -> list[str]:
        return [event["text"] for event in self.events if event["type"] == "Message"]


def _events(message: Message) -> list[Message]:
    events: list[Message] = message.get("answer", {}).get("messages", [])
    return events


def hello(chat: Chat, position: int = 1) -> Message:
    """The members of a hello for a chat."""
    return {
        "chat_id": chat.chat_id,
        "secure_key": chat.secure_key,
        "user_id": chat.user_id,
        "position": position,
    }


def address_of(url: str, service: str = "s") -> str:
    return f"{url.replace('http', 'ws', 1)}/genesys/2/chat/{service}/socket"


@asynccontextmanager
async def opened(url: str, service: str = "s", **options: Any) -> AsyncIterator[VisitorSocket]:
    """An open socket on which nothing was said."""
    options = {"origin": ORIGIN, "max_size": None, "close_timeout": 1, "ping_interval": None} | options
    async with (
        websockets.connect(address_of(url, service), **options) as connection,
        anyio.create_task_group() as tasks,
    ):
        socket = VisitorSocket(connection)
        tasks.start_soon(socket.listen)
        yield socket
        tasks.cancel_scope.cancel()


@asynccontextmanager
async def following(url: str, chat: Chat, position: int = 1) -> AsyncIterator[VisitorSocket]:
    """A socket that follows a chat from a position on."""
    async with opened(url, chat.service) as socket:
        await socket.greets(chat, position)
        yield socket
