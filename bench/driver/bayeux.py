"""Bayeux for load: a client over long-polling, as cheap as can be, for any server that speaks it.

Source:  the Bayeux protocol 1.0.
"""

from collections.abc import Callable, Mapping
from typing import Any

import msgspec
from msgspec import UNSET, Raw, UnsetType

from bench.driver.http import HttpConnection, OnAnswer, connect, post, with_body
from bench.driver.load import Wrong

JSON = "application/json;charset=UTF-8"
KIND = "long-polling"
REFUSED = 400  # What a load is told of an answer that says no, whatever its status.


class Heard(msgspec.Struct, rename="camel"):
    """One message of the server: an answer, which is successful or not, or something that it pushes."""

    channel: str
    successful: bool | None = None
    client_id: str = ""
    error: str = ""
    data: Raw | UnsetType = UNSET


read_batch = msgspec.json.Decoder(list[Heard]).decode
_encode = msgspec.json.Encoder().encode


class Client:
    """One client; `on_data` gets what is pushed to it.

    Shape:   `line` is the connection on which its connect is held; `fault` is what went wrong on it, if
             anything did.
    """

    def __init__(self, path: str, on_data: Callable[[Raw], None]) -> None:
        self.fault = ""
        self.line: HttpConnection
        self.client_id = ""
        self._is_closed = False
        self._on_data = on_data
        self._head = post(path, JSON)
        self._connect = b""

    async def open(self, url: str) -> None:
        """Shake hands on a connection of its own. Errors: `Wrong`, `OSError`."""
        self.line = await connect(url)
        answer = await self.ask("/meta/handshake", version="1.0", supportedConnectionTypes=[KIND])
        self.client_id = answer.client_id
        cookie = self.line.cookie()
        if cookie:  # By it some servers know their clients.
            self._head = self._head.replace(b"content-length", b"cookie: %b\r\ncontent-length" % cookie)
        self._connect = self.request("/meta/connect", connectionType=KIND)

    def request(self, channel: str, **members: Any) -> bytes:
        """The request that sends one message."""
        message = {"id": "1", "channel": channel, **members}
        if self.client_id:
            message["clientId"] = self.client_id
        return with_body(self._head, _encode([message]))

    async def ask(self, channel: str, **members: Any) -> Heard:
        """The answer to one message, before a connect is held. Errors: `Wrong`."""
        status, body = await self.line.fetch(self.request(channel, **members))
        for heard in answers(status, body):
            if heard.successful:
                return heard
        raise Wrong(f"{channel} was answered {status} {body[:200]!r}")

    def hold(self) -> None:
        """Have a connect held from now on, and another one whenever it is answered."""
        self.line.ask(self._connect, self._answered)

    def _answered(self, status: int, body: bytes) -> None:
        if self._is_closed:
            return
        heard = answers(status, body)
        if not any(one.successful for one in heard):
            self.fault = f"a connect was answered {status} {body[:200]!r}"
            return
        self.hold()
        for one in heard:
            if one.data is not UNSET:
                self._on_data(one.data)

    def close(self) -> None:
        """Go away without a word."""
        self._is_closed = True
        self.line.close()


class Publisher:
    """One chat in which `client` publishes, on a connection beside the one that its connect is held on."""

    def __init__(
        self, name: str, client: Client, channel: str, data_of: Callable[[str], Mapping[str, Any]]
    ) -> None:
        self.name = name
        self._client = client
        self._channel = channel
        self._data_of = data_of
        self._line: HttpConnection

    async def open(self, url: str) -> None:
        """Connect. Errors: `OSError`."""
        self._line = await connect(url)

    def say(self, text: str, on_answer: OnAnswer) -> None:
        def answered(status: int, body: bytes) -> None:
            is_taken = all(one.successful for one in answers(status, body))
            on_answer(status if is_taken else REFUSED, body)

        self._line.ask(self._client.request(self._channel, data=self._data_of(text)), answered)

    def close(self) -> None:
        self._line.close()


def answers(status: int, body: bytes) -> list[Heard]:
    """What a body brings; nothing when it is no answer."""
    return read_batch(body) if status == 200 else []
