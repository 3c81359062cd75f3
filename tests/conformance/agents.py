"""A raw agent on the workspace socket: it knows docs/reference/workspace-protocol.md, nothing of our code."""

import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from itertools import count
from typing import Any
from uuid import uuid4

import anyio
import websockets

from tests.bare import http_client
from tests.patience import PATIENCE_S

Message = dict[str, Any]


class AgentRefused(Exception):
    """The server would not do what the agent asked."""


class Agent:
    """One signed-in agent. `heard` is every message of the server, oldest first."""

    def __init__(self, url: str, token: str, socket: websockets.ClientConnection) -> None:
        self.url = url
        self.token = token
        self.heard: list[Message] = []
        self._socket = socket
        self._news = anyio.Event()
        self._name = uuid4().hex
        self._numbers = count(1)

    async def listen(self) -> None:
        """Take in what the server says until the socket closes."""
        with suppress(websockets.ConnectionClosed):
            async for frame in self._socket:
                messages = json.loads(frame)
                assert isinstance(messages, list), "a server's frame is always an array"
                self.heard.extend(messages)
                self._news.set()
                self._news = anyio.Event()

    async def hears(self, wanted: Callable[[Message], object], within_s: float = PATIENCE_S) -> Message:
        """The first message, old or new, that is as `wanted`."""
        seen = 0
        with anyio.move_on_after(within_s):
            while True:
                for message in self.heard[seen:]:
                    seen += 1
                    if wanted(message):
                        return message
                await self._news.wait()
        raise AssertionError(f"the agent did not hear it within {within_s} s, but {self.heard}")

    async def stops_reading(self) -> None:
        """Leave unread whatever the server sends from now on."""
        self._socket.transport.pause_reading()

    async def sends(self, message: Message) -> None:
        """Send a message as it is."""
        await self.sends_text(json.dumps(message))

    async def sends_text(self, frame: str) -> None:
        """Send anything at all."""
        await self._socket.send(frame)

    async def asks(self, do: str, **members: Any) -> Message:
        """Send a wish; the answer."""
        id_ = f"{self._name}-{next(self._numbers)}"
        await self.sends({"do": do, "id": id_, **members})
        return await self.hears(lambda m: m.get("id") == id_ and m["is"] in ("done", "refused", "welcome"))

    async def does(self, do: str, **members: Any) -> None:
        """Send a wish, which must be granted."""
        answer = await self.asks(do, **members)
        if answer["is"] == "refused":
            raise AgentRefused(f"{do}: {answer['code']} {answer['text']}")

    async def takes(self, chat_id: str) -> Message:
        """Accept the chat when it rings; the `interaction` message."""
        await self.hears(lambda m: m["is"] == "invited" and m["interaction_id"] == chat_id)
        await self.does("accept", interaction_id=chat_id)
        return await self.hears(lambda m: m["is"] == "interaction" and m["interaction_id"] == chat_id)

    async def hears_event(self, chat_id: str, type_: str, **members: Any) -> Message:
        """The first event of a type in a chat that has these members."""
        return await self.hears(
            lambda m: (
                m["is"] == "event"
                and m["interaction_id"] == chat_id
                and m["event"]["type"] == type_
                and members.items() <= m["event"].items()
            )
        )

    async def user_data(self, chat_id: str) -> dict[str, str]:
        """The chat's user data, folded from all that was heard of it."""
        data: dict[str, str] = {}
        for message in self.heard:
            if message.get("interaction_id") != chat_id:
                continue
            if message["is"] == "interaction":
                data = dict(message["user_data"])
            elif message["is"] == "event" and message["event"]["type"] == "DataChanged":
                data |= message["event"].get("changes", {})
        return data

    async def asks_for(self, path: str) -> tuple[int, Message]:
        """What the workspace answers over HTTP: status and body."""
        async with http_client() as http:
            answer = await http.get(f"{self.url}{path}", headers={"authorization": f"Bearer {self.token}"})
        told: Message = answer.json()
        return answer.status_code, told

    async def upload(self, chat_id: str, name: str, content: bytes) -> Message:
        """Put a file into a chat; what the server says of it."""
        async with http_client() as http:
            answer = await http.post(
                f"{self.url}/api/workspace/interactions/{chat_id}/files",
                files={"file": (name, content)},
                headers={"authorization": f"Bearer {self.token}"},
            )
        assert answer.status_code == 200, answer.text
        told: Message = answer.json()
        return told


@asynccontextmanager
async def signed_in(
    url: str, login: str, password: str, have: dict[str, int] | None = None
) -> AsyncIterator[Agent]:
    """An agent whose socket is open and greeted, not yet ready."""
    async with http_client() as http:
        answer = await http.post(f"{url}/api/workspace/sign-in", json={"login": login, "password": password})
    assert answer.status_code == 200, answer.text
    token = answer.json()["token"]
    async with (
        websockets.connect(
            f"{url.replace('http', 'ws', 1)}/api/workspace/socket",
            additional_headers={"authorization": f"Bearer {token}"},
            max_size=None,
            open_timeout=PATIENCE_S,
            ping_timeout=PATIENCE_S,
        ) as socket,
        anyio.create_task_group() as tasks,
    ):
        agent = Agent(url, token, socket)
        tasks.start_soon(agent.listen)
        await agent.does("hello", have=have or {})
        try:
            yield agent
        finally:
            tasks.cancel_scope.cancel()
