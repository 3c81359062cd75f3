"""The door of Bayeux: takes messages in over HTTP and WebSockets. What they do is in `bayeux_exchange`.

A held connect is a request that is kept on its connection, and nothing else: whoever has something for it
answers it. Only requests that come in pieces, and those of script tags, wait in a task for the end of their
connection.

Source:  the Bayeux protocol 1.0, "Transports"; chat-api-v2 §§17.1, 17.2, 17.10 and 18.
"""

import asyncio
import hmac
from collections.abc import Sequence
from http import HTTPStatus
from urllib.parse import parse_qs

from frontdesk.edges.asgi import (
    CLOSE,
    SEND_TEXT,
    TAKE_TEXTS,
    Answer,
    ClientLeft,
    Headers,
    Keep,
    Kept,
    Receive,
    Scope,
    Send,
    TooMuch,
    TooSlow,
    address_of,
    allow,
    answer_nothing,
    header,
    read_body,
    whole_body,
)
from frontdesk.edges.bayeux_carriers import KeptPoll, Poll, Socket
from frontdesk.edges.bayeux_exchange import Exchange
from frontdesk.edges.bayeux_parts import BayeuxSettings
from frontdesk.edges.cors import Cors
from frontdesk.edges.metrics import Metrics
from frontdesk.wire import bayeux_messages as wire
from frontdesk.wire.bayeux_client import CALLBACK_POLLING
from frontdesk.wire.bayeux_messages import BadBatch, Malformed

ANY_PAGE = b"null"  # Whoever asks by a script tag does not say which page asks.
GOING_AWAY = 1001
TOO_LARGE = 1009


class BayeuxDoor:
    """The ASGI application under `root`."""

    def __init__(self, settings: BayeuxSettings, exchange: Exchange, cors: Cors, metrics: Metrics) -> None:
        self._settings = settings
        self._exchange = exchange
        self._cors = cors
        self._metrics = metrics
        self._sockets: set[Socket] = set()

    def serves(self, path: str) -> bool:
        root = self._settings.root
        return path.startswith(root) and path[len(root) : len(root) + 1] in ("", "/")

    def stop(self) -> None:
        """Let every client go: it comes again, to whoever is there then."""
        self._exchange.stop()
        for socket in tuple(self._sockets):
            socket.close(GOING_AWAY, "the server is stopping")

    # --- HTTP ----------------------------------------------------------------------------------

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket":
            await self._socket(scope, receive, send)
            return
        origin, method = header(scope, b"origin"), scope["method"]
        cors = self._cors.headers("", origin)
        if method == "OPTIONS":
            await answer_nothing(send, HTTPStatus.NO_CONTENT, self._cors.preflight("", origin))
            return
        if method == "GET" and self._settings.has_callback_polling:
            await self._callback_poll(scope, receive, send, cors)
            return
        if method != "POST":
            methods = ("GET", "POST") if self._settings.has_callback_polling else ("POST",)
            poll = Poll(address_of(scope), origin, [*cors, allow(*methods)], send, self._exchange.later)
            await poll.answer(HTTPStatus.METHOD_NOT_ALLOWED, [_fault("405::use POST")])
            return
        poll = Poll(address_of(scope), origin, cors, send, self._exchange.later)
        try:
            limit = self._settings.message_bytes_max
            body = await read_body(scope, receive, limit, self._settings.body_read_s)
        except ClientLeft:
            return
        except (TooMuch, TooSlow) as error:
            is_slow = isinstance(error, TooSlow)
            self._metrics.refused("body_read_s" if is_slow else "cometd_message_bytes_max")
            poll = Poll(address_of(scope), origin, [*cors, CLOSE], send, self._exchange.later)
            await poll.answer(408 if is_slow else 413, [_fault("413::the body is too large or too slow")])
            return
        if body is None:
            self._metrics.refused("cometd_message_bytes_max")
            await poll.answer(413, [_fault(f"413:{limit}:a body may have {limit} bytes")])
            return
        await self._poll(scope, receive, poll, body)

    def at_once(self, scope: Scope, keep: Keep) -> Answer | Kept | None:
        """The answer to a message that came alone, as nearly all do, or its request when that was kept.

        Shape:   None for whatever comes otherwise, or not as it should; then nothing has been done.
        """
        body = whole_body(scope)
        if scope["method"] != "POST" or body is None or len(body) > self._settings.message_bytes_max:
            return None
        if not self._has_api_key(scope):
            return None
        try:
            message, *others = wire.parse(body)
        except BadBatch:
            return None
        if others:
            return None
        origin = header(scope, b"origin")
        poll = KeptPoll(address_of(scope), origin, self._cors.headers("", origin), keep)
        replies = self._exchange.take_one(poll, message)
        return poll.keep(self._exchange.left) if replies is None else poll.answer(replies)

    async def _callback_poll(self, scope: Scope, receive: Receive, send: Send, cors: Headers) -> None:
        """A request by a script tag: the messages are in the address, and the answer is a script."""
        asked = parse_qs(scope["query_string"].decode("latin-1"), keep_blank_values=True)
        callback, body = asked.get("jsonp", [""])[-1], asked.get("message", [""])[-1]
        if not wire.is_callback(callback):
            poll = Poll(address_of(scope), ANY_PAGE, cors, send, self._exchange.later)
            await poll.answer(HTTPStatus.BAD_REQUEST, [_fault("400:jsonp:it must name a function")])
            return
        poll = Poll(address_of(scope), ANY_PAGE, cors, send, self._exchange.later, callback)
        await self._poll(scope, receive, poll, body.encode())

    async def _poll(self, scope: Scope, receive: Receive, poll: Poll, body: bytes) -> None:
        if not self._has_api_key(scope):
            await poll.answer(HTTPStatus.UNAUTHORIZED, [_fault("401::the header apikey is missing or wrong")])
            return
        try:
            messages = wire.parse(body)
        except BadBatch as error:
            # A script that is not answered with 200 is not even run.
            status = HTTPStatus.OK if poll.kind == CALLBACK_POLLING else HTTPStatus.BAD_REQUEST
            await poll.answer(status, [_fault(f"400::{error}")])
            return
        replies = await self._exchange.take_all(poll, messages)
        if replies:
            await poll.answer(HTTPStatus.OK, replies)
            return
        del messages, body  # It may be held for long, with what was asked long ago.
        if whole_body(scope) is not None:
            scope["headers"], scope["extensions"] = [], {}
        while (await receive())["type"] != "http.disconnect":
            pass
        self._exchange.left(poll)  # Nothing, when it was answered.

    def _has_api_key(self, scope: Scope) -> bool:
        key = self._settings.api_key
        return not key or hmac.compare_digest(header(scope, b"apikey"), key.encode())

    # --- WebSockets ----------------------------------------------------------------------------

    async def _socket(self, scope: Scope, receive: Receive, send: Send) -> None:
        await receive()  # websocket.connect
        origin = header(scope, b"origin")
        if not self._cors.admits("", origin) or not self._has_api_key(scope):
            await send({"type": "websocket.close", "code": HTTPStatus.FORBIDDEN})  # Refuses the upgrade.
            return
        await send({"type": "websocket.accept"})
        bounds, extensions = self._settings.bounds, scope.get("extensions") or {}
        socket = Socket(
            address_of(scope),
            origin,
            send,
            self._exchange.later,
            outbox_max=bounds.queue_messages_per_client,
            bytes_max=bounds.queue_bytes_per_client,
            send_text=extensions.get(SEND_TEXT),
        )
        if (take_texts := extensions.get(TAKE_TEXTS)) is not None:
            take_texts(lambda frame: self._frame_at_once(socket, frame))
        self._sockets.add(socket)
        try:
            while (message := await receive())["type"] != "websocket.disconnect":
                if socket.work is not None:
                    await asyncio.wait((socket.work,))
                await self._frame(socket, message.get("text") or message.get("bytes") or "")
        finally:
            socket.is_closed = True
            self._sockets.discard(socket)
            self._exchange.left(socket)

    def _frame_at_once(self, socket: Socket, frame: bytes) -> bool:
        """Take a message that came alone, as nearly all do, unless it has to wait for the one before it."""
        if socket.is_busy or len(frame) > self._settings.message_bytes_max:
            return False
        try:
            message, *others = wire.parse(frame)
        except BadBatch:
            return False
        if others:
            return False
        replies = self._exchange.take_one(socket, message)
        if replies:
            self._exchange.tell(socket, replies)
        return True

    async def _frame(self, socket: Socket, frame: str | bytes) -> None:
        if len(frame) > self._settings.message_bytes_max:
            self._metrics.refused("cometd_message_bytes_max")
            socket.close(TOO_LARGE, "the message is too large")
            return
        try:
            messages = wire.parse(frame)
        except BadBatch as error:
            replies: Sequence[bytes] = [_fault(f"400::{error}")]
        else:
            replies = await self._exchange.take_all(socket, messages)
        if replies:
            self._exchange.tell(socket, replies)

    # --- messages ------------------------------------------------------------------------------


def _fault(error: str) -> bytes:
    """What is said about a request in which there was no message to answer."""
    return wire.refused(Malformed(""), error)
