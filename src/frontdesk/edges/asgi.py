"""The few lines of ASGI that the short path needs: read a body, send an answer."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, MutableMapping
from typing import Any, Protocol

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]
Headers = list[tuple[bytes, bytes]]
# The answer to what is no request: its path and origin as far as they were read, and what is wrong.
Malformed = Callable[[str, bytes, str], tuple[Headers, bytes]]
Answer = tuple[int, Headers, bytes]


class Kept(Protocol):
    """A request that is answered later, by whoever has the answer; `on_left` is called if it is given up."""

    on_left: Callable[[], None] | None

    def answer(self, status: int, headers: Headers, body: bytes) -> None:
        """Answer it, unless it is answered or given up."""


Keep = Callable[[], Kept]
"""Keeps the request of this turn."""
AtOnce = Callable[[Scope, Keep], Answer | Kept | None]
"""The answer to a request whose body is in the scope, or the request when it was kept, or None when somebody
must wait for it."""

JSON: tuple[bytes, bytes] = (b"content-type", b"application/json;charset=UTF-8")
WHOLE_BODY = "frontdesk.whole_body"  # Where our connections put a body that came with its head.
SEND_TEXT = "frontdesk.send_text"  # Where our sockets put their `SendText`.
SendText = Callable[[bytes], bool]
"""Sends a text message on a socket at once; False, with nothing sent, when that would need waiting."""
TAKE_TEXTS = "frontdesk.take_texts"  # Where our sockets put what is called with the application's `TakeText`.
TakeText = Callable[[bytes], bool]
"""Takes a text message in the turn that brought it; False, with nothing done, when it is to be received."""
NO_STORE: tuple[bytes, bytes] = (b"cache-control", b"no-store")


class ClientLeft(Exception):
    """The other end closed the connection before its request was complete."""


def header(scope: Scope, name: bytes) -> bytes:
    """The value of a request header, by its name in lower case; empty when it is absent."""
    for key, value in scope["headers"]:
        if key == name:
            return bytes(value)
    return b""


def address_of(scope: Scope) -> str:
    """Where a request comes from; behind a trusted proxy, where the proxy says it comes from."""
    client = scope.get("client")
    return client[0] if client else ""


class TooMuch(Exception):
    """A body is so large that it is not even read to its end."""


class TooSlow(Exception):
    """A body takes longer to arrive than it may."""


# A body over its limit is read on, so that the client hears why; but not for ever.
READ_TO_END_BYTES_MAX = 67_108_864
CLOSE: tuple[bytes, bytes] = (b"connection", b"close")  # For answers to a body that is not read to its end.


def whole_body(scope: Scope) -> bytes | None:
    """The body if all of it came with the head."""
    extensions = scope.get("extensions")
    return extensions.get(WHOLE_BODY) if extensions else None


async def body_chunks(
    scope: Scope, receive: Receive, within_s: float, bytes_max: int = READ_TO_END_BYTES_MAX
) -> AsyncIterator[bytes]:
    """The body as it arrives. Errors: `ClientLeft`, `TooMuch`, `TooSlow`."""
    whole = whole_body(scope)
    if whole is not None:
        yield whole
        return
    until_s = asyncio.get_running_loop().time() + within_s
    size, is_more = 0, True
    while is_more:
        try:
            async with asyncio.timeout_at(until_s):
                message = await receive()
        except TimeoutError as error:
            raise TooSlow from error
        if message["type"] == "http.disconnect":
            raise ClientLeft
        chunk = message.get("body", b"")
        size += len(chunk)
        if size > bytes_max:
            raise TooMuch
        yield chunk
        is_more = message.get("more_body", False)


async def read_body(scope: Scope, receive: Receive, bytes_max: int, within_s: float) -> bytes | None:
    """The whole body, or None when it is larger; it is read to its end either way.

    Errors:  `ClientLeft`, `TooMuch`, `TooSlow`.
    """
    whole = whole_body(scope)
    if whole is not None:
        return whole if len(whole) <= bytes_max else None
    chunks: list[bytes] = []
    size = 0
    async for chunk in body_chunks(scope, receive, within_s):
        size += len(chunk)
        if size <= bytes_max:
            chunks.append(chunk)
        else:
            chunks.clear()
    return b"".join(chunks) if size <= bytes_max else None


def json_headers(body: bytes, headers: Iterable[tuple[bytes, bytes]] = ()) -> Headers:
    """The headers of a JSON answer."""
    return [JSON, NO_STORE, (b"content-length", b"%d" % len(body)), *headers]


def allow(*methods: str) -> tuple[bytes, bytes]:
    """The header that says which methods an address takes, for who used another one; `OPTIONS` goes anywhere.

    Source:  RFC 9110 §15.5.6.
    """
    return b"allow", ", ".join((*methods, "OPTIONS")).encode()


async def answer(send: Send, status: int, body: bytes, headers: Iterable[tuple[bytes, bytes]] = ()) -> None:
    """Send a JSON answer."""
    await send({"type": "http.response.start", "status": status, "headers": json_headers(body, headers)})
    await send({"type": "http.response.body", "body": body})


async def answer_nothing(send: Send, status: int, headers: Iterable[tuple[bytes, bytes]]) -> None:
    """Send an answer without a body."""
    await send({"type": "http.response.start", "status": status, "headers": [NO_STORE, *headers]})
    await send({"type": "http.response.body", "body": b""})
