"""Bayeux for load over WebSockets: one socket for all that a client says and is told.

Source:  the Bayeux protocol 1.0; what other servers send on a socket.
"""

import asyncio
from collections.abc import Callable, Mapping
from typing import Any

import msgspec
from msgspec import UNSET, Raw

from bench.driver.bayeux import REFUSED, Heard, read_batch
from bench.driver.http import LOST, OnAnswer
from bench.driver.load import Wrong
from bench.driver.websocket import WebSocket, open_socket

KIND = "websocket"
CONNECT = "/meta/connect"
OK = 200  # What a load is told of an answer that says yes.

_encode = msgspec.json.Encoder().encode


class SocketClient:
    """One client; `on_data` gets what is pushed to it.

    Shape:   beside its connect it says one thing at a time; `fault` is what went wrong, if anything did.
    """

    def __init__(self, path: str, on_data: Callable[[Raw], None]) -> None:
        self.fault = ""
        self.client_id = ""
        self._path = path
        self._on_data = on_data
        self._on_answer: OnAnswer | None = None
        self._is_closed = False
        self._connect = b""
        self._socket: WebSocket

    async def open(self, url: str) -> None:
        """Shake hands on a socket of its own. Errors: `Wrong`, `OSError`."""
        self._socket = await open_socket(url + self._path, self._heard)
        self._socket.on_closed = self._closed
        answered = asyncio.get_running_loop().create_future()
        self._on_answer = lambda status, body: answered.set_result((status, body))
        self._send("/meta/handshake", version="1.0", supportedConnectionTypes=[KIND])
        _, body = await answered
        self.client_id = next((heard.client_id for heard in read_batch(body) if heard.client_id), "")
        if not self.client_id:
            raise Wrong(f"a handshake was answered {body[:200]!r}")
        self._connect = self._frame(CONNECT, connectionType=KIND)

    def _frame(self, channel: str, **members: Any) -> bytes:
        message = {"id": "1", "channel": channel, **members}
        if self.client_id:
            message["clientId"] = self.client_id
        return _encode([message])

    def _send(self, channel: str, **members: Any) -> None:
        self._socket.say(self._frame(channel, **members))

    def say(self, channel: str, on_answer: OnAnswer, **members: Any) -> None:
        """Send one message; `on_answer` gets what comes of it."""
        assert self._on_answer is None, "one message at a time"
        self._on_answer = on_answer
        self._send(channel, **members)

    async def ask(self, channel: str, **members: Any) -> None:
        """Send one message and wait until it is granted. Errors: `Wrong`."""
        answered: asyncio.Future[tuple[int, bytes]] = asyncio.get_running_loop().create_future()
        self.say(channel, lambda status, body: answered.set_result((status, body)), **members)
        status, body = await answered
        if status != OK:
            raise Wrong(f"{channel} was answered {status} {body[:200]!r}")

    def hold(self) -> None:
        """Have a connect held from now on, and another one whenever it is answered."""
        self._socket.say(self._connect)

    def _heard(self, text: bytes) -> None:
        if self._is_closed:
            return
        for one in read_batch(text):
            if one.data is not UNSET and one.successful is None:
                self._on_data(one.data)
            elif one.channel == CONNECT:
                self._again(one, text)
            else:
                self._settle(OK if one.successful else REFUSED, text)

    def _again(self, connect: Heard, text: bytes) -> None:
        if connect.successful:
            self.hold()
        else:
            self.fault = f"a connect was answered {text[:200]!r}"

    def _closed(self) -> None:
        self._settle(LOST, b"")

    def _settle(self, status: int, body: bytes) -> None:
        on_answer, self._on_answer = self._on_answer, None
        if on_answer is not None:
            on_answer(status, body)

    def close(self) -> None:
        """Go away without a word."""
        self._is_closed = True
        self._socket.close()


class SocketPublisher:
    """One chat in which `client` publishes, on the socket that it has."""

    def __init__(
        self, name: str, client: SocketClient, channel: str, data_of: Callable[[str], Mapping[str, Any]]
    ) -> None:
        self.name = name
        self._client = client
        self._channel = channel
        self._data_of = data_of

    async def open(self, _url: str) -> None:
        """Nothing more is needed."""

    def say(self, text: str, on_answer: OnAnswer) -> None:
        self._client.say(self._channel, on_answer, data=self._data_of(text))

    def close(self) -> None:
        """The client is closed by whoever has it."""
