"""A raw Bayeux client, which knows the specification (chat-api-v2 §17) and nothing of our code."""

import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from itertools import count
from time import monotonic
from typing import Any

import anyio
import httpx2
import websockets

from tests.bare import http_client
from tests.conformance.v2 import ORIGIN

Message = dict[str, Any]
JSON = {"content-type": "application/json;charset=UTF-8", "origin": ORIGIN}
WITHIN_S = 30.0


def is_ok(data: dict[str, Any]) -> bool:
    """Whether this is what §21 calls an ok envelope, by its members."""
    return (
        data["statusCode"] == 0
        and type(data["chatEnded"]) is bool
        and type(data["messages"]) is list
        and type(data["nextPosition"]) is int
        and all(isinstance(data[k], str) and data[k] for k in ("chatId", "userId", "secureKey", "alias"))
    )


class Bayeux:
    """One client by long polling. `pushed` is all that was pushed to it, in order."""

    def __init__(self, url: str, http: httpx2.AsyncClient, service: str = "s") -> None:
        self.url = f"{url}/genesys/cometd"
        self.channel = f"/service/chatV2/{service}"
        self.client_id = ""
        self.pushed: list[Message] = []
        self.credentials: dict[str, str] = {}
        self._http = http
        self._ids = count(1)
        self._news = anyio.Event()

    # --- messages ------------------------------------------------------------------------------

    async def post(self, messages: list[Message] | Message, suffix: str = "/") -> httpx2.Response:
        """A body as the reference client sends it."""
        return await self._http.post(self.url + suffix, content=json.dumps(messages), headers=JSON)

    async def ask(self, *messages: Message, suffix: str = "/") -> list[Message]:
        """The replies to messages; what is pushed beside them is kept."""
        asked = [{"id": str(next(self._ids)), **message} for message in messages]
        answer = await self.post(asked, suffix)
        assert answer.status_code == 200, answer.text
        assert "json" in answer.headers["content-type"]
        told = answer.json()
        assert isinstance(told, list)
        assert told
        ids = {message["id"] for message in asked}
        replies = [m for m in told if m.get("id") in ids]
        self._keep([m for m in told if m.get("id") not in ids])
        assert [m["channel"] for m in replies] == [m["channel"] for m in asked]
        return replies

    def _keep(self, messages: list[Message]) -> None:
        if not messages:
            return
        for message in messages:
            assert message["channel"] == self.channel
            assert message.keys() == {"channel", "data"}, "a push has no id and no successful"
        self.pushed += messages
        self._news.set()
        self._news = anyio.Event()

    async def shake(self, suffix: str = "/handshake", **members: Any) -> Message:
        """A handshake as the reference client makes it; the reply."""
        (reply,) = await self.ask(
            {
                "version": "1.0",
                "minimumVersion": "1.0",
                "channel": "/meta/handshake",
                "supportedConnectionTypes": ["websocket", "long-polling", "callback-polling"],
                "advice": {"timeout": 60000, "interval": 0},
                **members,
            },
            suffix=suffix,
        )
        self.client_id = reply.get("clientId", "")
        return reply

    async def connect(self, timeout_ms: int | None = None, **members: Any) -> Message:
        """One connect, answered when the server likes; the reply."""
        advice = {} if timeout_ms is None else {"advice": {"timeout": timeout_ms}}
        message = {"channel": "/meta/connect", "clientId": self.client_id, "connectionType": "long-polling"}
        (reply,) = await self.ask(message | advice | members, suffix="/connect")
        return reply

    async def publish(self, operation: str, **data: Any) -> Message:
        """Publish an operation; the acknowledgement."""
        (ack,) = await self.ask(self.publication(operation, **data))
        return ack

    def publication(self, operation: str, **data: Any) -> Message:
        """An operation as a message; `P` is short for `transcriptPosition`."""
        if "P" in data:
            data["transcriptPosition"] = data.pop("P")
        members = {"operation": operation, **self.credentials, **data}
        return {"channel": self.channel, "clientId": self.client_id, "data": members}

    # --- what the reference client does with them ----------------------------------------------

    async def keep_connecting(self) -> None:
        """Connect again and again."""
        with suppress(websockets.ConnectionClosed):
            while (await self.connect())["successful"]:
                pass

    async def hears(self, wanted: Callable[[dict[str, Any]], object], since: int = 0) -> dict[str, Any]:
        """The first data, from the `since`th push on, that is as `wanted`."""
        with anyio.move_on_after(WITHIN_S):
            while True:
                for message in self.pushed[since:]:
                    since += 1
                    if wanted(message["data"]):
                        return dict(message["data"])
                await self._news.wait()
        raise AssertionError(f"it was not pushed, but {self.pushed}")

    async def hears_text(self, text: str) -> dict[str, Any]:
        return await self.hears(lambda data: any(e.get("text") == text for e in data["messages"]))

    async def starts(self, **fields: Any) -> dict[str, Any]:
        """Request a chat; the first data message. From then on its credentials are shown."""
        since = len(self.pushed)
        await self.publish("requestChat", **(fields or {"nickname": "Mira"}))
        data = await self.hears(lambda _: True, since)
        self.credentials = {k: data[k] for k in ("chatId", "userId", "secureKey", "alias") if k in data}
        return data

    async def metrics(self) -> str:
        """What the server tells its operator."""
        return (await self._http.get(self.url.removesuffix("/genesys/cometd") + "/metrics")).text

    @property
    def events(self) -> list[dict[str, Any]]:
        """Every event that was pushed, in order, however often."""
        return [event for message in self.pushed for event in message["data"]["messages"]]

    @property
    def indexes(self) -> list[int]:
        return [event["index"] for event in self.events]


class BayeuxSocket(Bayeux):
    """The same by WebSocket."""

    def __init__(self, url: str, http: httpx2.AsyncClient, service: str = "s") -> None:
        super().__init__(url, http, service)
        self._socket: websockets.ClientConnection | None = None
        self.replies: list[Message] = []
        self._replies: dict[str, Message] = {}
        self._replied = anyio.Event()

    async def listen(self, socket: websockets.ClientConnection) -> None:
        """Take in what the server says until the socket closes."""
        self._socket = socket
        with suppress(websockets.ConnectionClosed):
            async for frame in socket:
                messages = json.loads(frame)
                assert isinstance(messages, list)
                replies = [m for m in messages if "id" in m]
                self.replies += replies
                self._replies |= {m["id"]: m for m in replies}
                self._keep([m for m in messages if "id" not in m])
                self._replied.set()
                self._replied = anyio.Event()

    async def ask(self, *messages: Message, suffix: str = "/") -> list[Message]:
        asked = [{"id": str(next(self._ids)), **message} for message in messages]
        assert self._socket is not None
        await self._socket.send(json.dumps(asked))
        until = monotonic() + WITHIN_S
        while not all(m["id"] in self._replies for m in asked):
            assert monotonic() < until
            with anyio.move_on_after(until - monotonic()):
                await self._replied.wait()
        return [self._replies[m["id"]] for m in asked]

    async def sends(self, message: Message) -> None:
        """Send a message without waiting for its reply."""
        assert self._socket is not None
        await self._socket.send(json.dumps([message]))

    async def stops_reading(self) -> None:
        """Leave unread whatever the server sends from now on."""
        assert self._socket is not None
        self._socket.transport.pause_reading()

    async def closed(self) -> None:
        """The server has closed the socket."""
        assert self._socket is not None
        with anyio.fail_after(WITHIN_S):
            await self._socket.wait_closed()

    async def replied(self) -> None:
        """The next frame is there."""
        with anyio.fail_after(WITHIN_S):
            await self._replied.wait()

    async def connect(self, timeout_ms: int | None = None, **members: Any) -> Message:
        return await super().connect(timeout_ms, connectionType="websocket", **members)


@asynccontextmanager
async def follower(url: str, service: str = "s") -> AsyncIterator[Bayeux]:
    """A client that has shaken hands and keeps connecting, as the reference client does."""
    async with http_client(timeout=60) as http, anyio.create_task_group() as tasks:
        client = Bayeux(url, http, service)
        assert (await client.shake())["successful"]
        assert (await client.connect(0))["successful"]
        tasks.start_soon(client.keep_connecting)
        yield client
        tasks.cancel_scope.cancel()


@asynccontextmanager
async def socket_follower(url: str, service: str = "s") -> AsyncIterator[BayeuxSocket]:
    """The same on a WebSocket."""
    address = f"{url.replace('http', 'ws', 1)}/genesys/cometd"
    async with (
        http_client(timeout=60) as http,
        websockets.connect(address, origin=ORIGIN, max_size=None, close_timeout=1) as socket,
        anyio.create_task_group() as tasks,
    ):
        client = BayeuxSocket(url, http, service)
        tasks.start_soon(client.listen, socket)
        await anyio.lowlevel.checkpoint()
        assert (await client.shake())["successful"]
        assert (await client.connect(0))["successful"]
        tasks.start_soon(client.keep_connecting)
        yield client
        tasks.cancel_scope.cancel()
