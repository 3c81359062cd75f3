"""Visitors: Chat API v2 for load (start, send, refresh, disconnect)."""

from collections.abc import Iterable
from urllib.parse import quote_plus

import msgspec

from bench.driver.http import HttpConnection, OnAnswer, post, with_body

FORM = "application/x-www-form-urlencoded"


class Author(msgspec.Struct, rename="camel"):
    nickname: str
    participant_id: int
    type: str


class Line(msgspec.Struct, rename="camel"):
    """One event of a transcript as the visitor gets it."""

    index: int
    type: str
    from_: Author = msgspec.field(name="from")
    text: str = ""


class Envelope(msgspec.Struct, rename="camel"):
    """The answer to every operation. Source: chat API v2, "The response envelope"."""

    status_code: int
    chat_ended: bool
    messages: list[Line] = []
    next_position: int = 0
    chat_id: str = ""
    user_id: str = ""
    secure_key: str = ""
    alias: str = ""


read_envelope = msgspec.json.Decoder(Envelope).decode


class ServerRefused(Exception):
    """The server did not do what the load needs."""


class Visitor:
    """One chat over one connection, one request at a time."""

    def __init__(self, connection: HttpConnection, base: str, identity: Envelope) -> None:
        self.connection = connection
        self.name = identity.chat_id
        self.identity = identity
        self._heads: dict[str, bytes] = {}
        self._base = base
        self._who = (
            f"alias={identity.alias}&userId={identity.user_id}&secureKey={identity.secure_key}"
        ).encode()

    def _request(self, operation: str, more: bytes) -> bytes:
        head = self._heads.get(operation)
        if head is None:
            head = self._heads[operation] = post(f"{self._base}/{self.name}/{operation}", FORM)
        return with_body(head, self._who + more)

    def send(self, text: str) -> bytes:
        """The request that sends a message."""
        return self._request("send", b"&messageType=text&message=" + quote_plus(text).encode())

    def refresh(self, position: int) -> bytes:
        """The request for all events from `position` on."""
        return self._request("refresh", b"&message=&transcriptPosition=%d" % position)

    def start_typing(self) -> bytes:
        """The request that tells that a word is being written."""
        return self._request("startTyping", b"&message=")

    def say(self, text: str, on_answer: OnAnswer) -> None:
        self.connection.ask(self.send(text), on_answer)

    async def ask(self, request: bytes) -> Envelope:
        """The envelope of a successful answer. Errors: `ServerRefused`, `ConnectionError`."""
        return granted(*await self.connection.fetch(request))


def granted(status: int, body: bytes) -> Envelope:
    """The envelope in an answer that grants what was asked. Errors: `ServerRefused`."""
    if status != 200:
        raise ServerRefused(f"{status} {body[:200]!r}")
    envelope = read_envelope(body)
    if envelope.status_code != 0:
        raise ServerRefused(f"{body[:200]!r}")
    return envelope


def start_request(base: str, nickname: str) -> bytes:
    """The request that starts a chat, with the fields that a widget sends."""
    form = (
        f"alias=&secureKey=&userId=&nickname={quote_plus(nickname)}&firstName=Mira&lastName=Olsen&emailAddress="
        "&subject=Late+order&text=&userData%5BGCTI_LanguageCode%5D=en&userData%5B_genesys_source%5D=web"
        "&userData%5B_genesys_url%5D=https%3A%2F%2Fshop.example%2Forders"
    )
    return with_body(post(f"{base}/", FORM), form.encode())


async def start(connection: HttpConnection, base: str, nickname: str) -> Visitor:
    """A new chat. Errors: `ServerRefused`, `ConnectionError`."""
    envelope = granted(*await connection.fetch(start_request(base, nickname)))
    return Visitor(connection, base, envelope)


def hang_up(visitors: Iterable[Visitor]) -> None:
    """Close the connections; the chats go on."""
    for visitor in visitors:
        visitor.connection.close()


async def catch_up(visitors: Iterable[Visitor]) -> None:
    """Let each visitor know all events so far, so that the next poll finds nothing new."""
    for visitor in visitors:
        visitor.identity = await visitor.ask(visitor.refresh(visitor.identity.next_position))
