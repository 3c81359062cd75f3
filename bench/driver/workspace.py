"""Agents: sign-in and the workspace socket for load."""

import asyncio
from collections.abc import Callable, Mapping
from itertools import count
from typing import Any
from uuid import uuid4

import msgspec

from bench.driver.http import connect, post, with_body
from bench.driver.v2 import ServerRefused
from bench.driver.websocket import WebSocket, open_socket

SOCKET_PATH = "/api/workspace/socket"


class Event(msgspec.Struct):
    """What of an event the load looks at."""

    type: str
    text: str = ""
    party_id: int = 0


class Heard(msgspec.Struct):
    """One message of the server. Source: docs/reference/workspace-protocol.md."""

    is_: str = msgspec.field(name="is")
    id: str = ""
    interaction_id: str = ""
    version: int = 0
    event: Event | None = None
    code: str = ""
    interactions: list[str] = []
    invites: list[str] = []


_read_frame = msgspec.json.Decoder(list[Heard]).decode
_encode = msgspec.json.Encoder().encode


async def sign_in(url: str, login: str, password: str) -> str:
    """A token. Errors: `ServerRefused`, `OSError`."""
    connection = await connect(url)
    try:
        head = post("/api/workspace/sign-in", "application/json")
        body = _encode({"login": login, "password": password})
        status, answer = await connection.fetch(with_body(head, body))
    finally:
        connection.close()
    if status != 200:
        raise ServerRefused(f"sign-in of {login}: {status} {answer[:200]!r}")
    token: str = msgspec.json.decode(answer)["token"]
    return token


class Agent:
    """One signed-in agent on one socket, who accepts each invite at once.

    Shape:   `on_heard` gets every message, after the agent has acted on it; `joined` is the chats taken.
    """

    def __init__(self, on_heard: Callable[[Heard], None], *, accepts: bool = True) -> None:
        self.on_heard = on_heard
        self._accepts = accepts
        self.joined: set[str] = set()
        self.closed = asyncio.Event()
        self._name = uuid4().hex[:12]
        self._numbers = count(1)
        self._answers: dict[str, asyncio.Future[Heard]] = {}
        self._socket: WebSocket | None = None

    async def connect(self, url: str, token: str, have: Mapping[str, int] | None = None) -> Heard:
        """Open the socket and say hello; the welcome. Errors: `OSError`, `ServerRefused`."""
        await self.open(url, {"authorization": f"Bearer {token}"})
        return await self.ask("hello", have=dict(have or {}))

    async def open(self, url: str, headers: Mapping[str, str]) -> None:
        """Open the socket only. Errors: `OSError`, `InvalidHandshake`."""
        self.closed.clear()
        self._socket = await open_socket(url + SOCKET_PATH, self._on_text, headers)
        self._socket.on_closed = self._on_closed

    def _on_text(self, text: bytes) -> None:
        for heard in _read_frame(text):
            if heard.is_ in ("done", "refused", "welcome"):
                answer = self._answers.pop(heard.id, None)
                if answer is not None and not answer.done():
                    answer.set_result(heard)
            if heard.is_ == "invited":
                self._take(heard.interaction_id)
            elif heard.is_ == "interaction":
                self.joined.add(heard.interaction_id)
            elif heard.is_ == "left":
                self.joined.discard(heard.interaction_id)
            for invite in heard.invites:
                self._take(invite)
            self.on_heard(heard)

    def _take(self, interaction_id: str) -> None:
        if self._accepts:
            self.tell("accept", interaction_id=interaction_id)

    def _on_closed(self) -> None:
        self.closed.set()
        for answer in self._answers.values():
            if not answer.done():
                answer.set_exception(ConnectionError("the socket was closed"))
        self._answers.clear()

    def tell(self, do: str, wish: str = "", **members: Any) -> str:
        """Send a wish and do not wait; its id, a new one unless given."""
        assert self._socket is not None
        id_ = wish or f"{self._name}-{next(self._numbers)}"
        self._socket.say(_encode({"do": do, "id": id_, **members}))
        return id_

    async def ask(self, do: str, *, wish: str = "", **members: Any) -> Heard:
        """Send a wish; its answer. `wish` is the id of one that is repeated.

        Errors:  `ServerRefused`, `ConnectionError`.
        """
        if self.closed.is_set():
            raise ConnectionError("the socket was closed")
        answer: asyncio.Future[Heard] = asyncio.get_running_loop().create_future()
        self._answers[self.tell(do, wish, **members)] = answer
        heard = await answer
        if heard.is_ == "refused":
            raise ServerRefused(f"{do}: {heard.code}")
        return heard

    def close(self) -> None:
        if self._socket is not None:
            self._socket.close()
