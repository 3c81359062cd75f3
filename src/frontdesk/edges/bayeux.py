"""Bayeux over HTTP and WebSockets: carries messages; what they mean is in `wire/bayeux`.

A held connect is a request that is kept on its connection, and nothing else: whoever has something for it
answers it. So no client has a task or a timer of its own; one timer serves all. Only requests that come in
pieces, and those of script tags, wait in a task for the end of their connection.

Source:  the Bayeux protocol 1.0, "Transports"; chat-api-v2 §§17.1, 17.2, 17.10 and 18.
"""

import asyncio
import hmac
import secrets
from collections.abc import Callable, Coroutine, Iterable, Sequence
from http import HTTPStatus
from urllib.parse import parse_qs

import structlog

from frontdesk.edges.asgi import (
    CLOSE,
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
    answer_nothing,
    header,
    read_body,
    whole_body,
)
from frontdesk.edges.bayeux_carriers import Caller, KeptPoll, Poll, Socket
from frontdesk.edges.bayeux_parts import BayeuxSettings, Service
from frontdesk.edges.cors import Cors
from frontdesk.edges.metrics import Metrics
from frontdesk.edges.traffic import Traffic
from frontdesk.wire import bayeux
from frontdesk.wire import bayeux_messages as wire
from frontdesk.wire.bayeux_client import CALLBACK_POLLING, LONG_POLLING, WEBSOCKET
from frontdesk.wire.bayeux_messages import BadBatch, Malformed, Message

CLIENT_ID_BYTES = 16
TICK_AT_LEAST_MS = 20  # So that what is due at nearly the same time is done at once.
ANY_PAGE = b"null"  # Whoever asks by a script tag does not say which page asks.
GOING_AWAY = 1001
TOO_LARGE = 1009
LIMIT = "cometd_{}"
BUSY = "503::too many requests, try again later"

_log = structlog.get_logger("bayeux")


class BayeuxDoor:
    """The ASGI application under `root`.

    Shape:   `services` stand behind the channels that begin with their names. What one client publishes is
             carried out in order, whichever way it came.
    """

    def __init__(
        self,
        settings: BayeuxSettings,
        cors: Cors,
        traffic: Traffic,
        metrics: Metrics,
        clock_ms: Callable[[], int],
    ) -> None:
        kinds = [WEBSOCKET, LONG_POLLING]
        if settings.has_callback_polling:
            kinds.append(CALLBACK_POLLING)
        self.services: dict[str, Service] = {}
        self._settings = settings
        self._cors = cors
        self._traffic = traffic
        self._metrics = metrics
        self._clock_ms = clock_ms
        self._bayeux = bayeux.Bayeux(settings.bounds, self._serves_channel, _new_id, kinds)
        self._lanes: dict[str, asyncio.Future[None]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._sockets: set[Socket] = set()
        self._timer: asyncio.TimerHandle | None = None
        self._timer_ms = 0

    @property
    def client_count(self) -> int:
        return self._bayeux.client_count

    @property
    def held_count(self) -> int:
        return self._bayeux.held_count

    def serves(self, path: str) -> bool:
        root = self._settings.root
        return path.startswith(root) and path[len(root) : len(root) + 1] in ("", "/")

    def knows(self, client_id: str) -> bool:
        return self._bayeux.knows(client_id)

    def push(self, client_id: str, message: bytes) -> None:
        """Tell a client something, as soon as it can be reached."""
        self._do(self._bayeux.push(client_id, message, self._clock_ms()))

    def stop(self) -> None:
        """Let every client go: it comes again, to whoever is there then."""
        self._do(self._bayeux.stop())
        for socket in tuple(self._sockets):
            socket.close(GOING_AWAY, "the server is stopping")

    async def aclose(self) -> None:
        """Say nothing more."""
        if self._timer is not None:
            self._timer.cancel()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _serves_channel(self, channel: str) -> bool:
        return self._service(channel) is not None

    def _service(self, channel: str) -> Service | None:
        return next((s for root, s in self.services.items() if channel.startswith(root)), None)

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
        poll = Poll(address_of(scope), origin, cors, send, self._later)
        if method != "POST":
            await poll.answer(HTTPStatus.METHOD_NOT_ALLOWED, [_fault("405::use POST")])
            return
        try:
            limit = self._settings.message_bytes_max
            body = await read_body(scope, receive, limit, self._settings.body_read_s)
        except ClientLeft:
            return
        except (TooMuch, TooSlow) as error:
            is_slow = isinstance(error, TooSlow)
            self._metrics.refused("body_read_s" if is_slow else "cometd_message_bytes_max")
            poll = Poll(address_of(scope), origin, [*cors, CLOSE], send, self._later)
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
        if not self._admits(poll, message):
            return poll.answer([wire.refused(message, BUSY, self._bayeux.busy)])
        return self._take_one(poll, message)

    def _take_one(self, poll: KeptPoll, message: Message | Malformed) -> Answer | Kept:
        replies: list[bytes] = []
        for action in self._bayeux.receive(poll, message, self._clock_ms()):
            match action:
                case bayeux.Reply():
                    replies.append(action.message)
                case bayeux.Publish():
                    kept = poll.keep(self._left)
                    self._later(self._publish_and_answer(poll, action))
                    return kept
                case bayeux.Hold():
                    self._set_timer()
                    return poll.keep(self._left)
                case _:
                    self._do((action,))
        self._set_timer()
        return poll.answer(replies)

    async def _publish_and_answer(self, poll: KeptPoll, publish: bayeux.Publish) -> None:
        await self._publish(poll, publish)
        poll.tell([publish.reply])

    def _left(self, caller: Caller) -> None:
        """The other end is gone."""
        self._bayeux.left(caller, self._clock_ms())

    async def _callback_poll(self, scope: Scope, receive: Receive, send: Send, cors: Headers) -> None:
        """A request by a script tag: the messages are in the address, and the answer is a script."""
        asked = parse_qs(scope["query_string"].decode("latin-1"), keep_blank_values=True)
        callback, body = asked.get("jsonp", [""])[-1], asked.get("message", [""])[-1]
        if not wire.is_callback(callback):
            poll = Poll(address_of(scope), ANY_PAGE, cors, send, self._later)
            await poll.answer(HTTPStatus.BAD_REQUEST, [_fault("400:jsonp:it must name a function")])
            return
        poll = Poll(address_of(scope), ANY_PAGE, cors, send, self._later, callback)
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
        replies = await self._take_all(poll, messages)
        if replies:
            await poll.answer(HTTPStatus.OK, replies)
            return
        del messages, body  # It may be held for long, with what was asked long ago.
        if whole_body(scope) is not None:
            scope["headers"], scope["extensions"] = [], {}
        while (await receive())["type"] != "http.disconnect":
            pass
        self._left(poll)  # Nothing, when it was answered.

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
        bounds = self._settings.bounds
        socket = Socket(
            address_of(scope),
            origin,
            send,
            self._later,
            outbox_max=bounds.queue_messages_per_client,
            bytes_max=bounds.queue_bytes_per_client,
        )
        self._sockets.add(socket)
        try:
            while (message := await receive())["type"] != "websocket.disconnect":
                await self._frame(socket, message.get("text") or message.get("bytes") or "")
        finally:
            socket.is_closed = True
            self._sockets.discard(socket)
            self._left(socket)

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
            replies = await self._take_all(socket, messages)
        if replies:
            self._tell(socket, replies)

    # --- messages ------------------------------------------------------------------------------

    async def _take_all(self, caller: Caller, messages: Sequence[Message | Malformed]) -> list[bytes]:
        """The answers to messages, carried out one by one; none when their answer comes later."""
        is_alone, replies = len(messages) == 1, []
        for message in messages:
            if not self._admits(caller, message):
                replies.append(wire.refused(message, BUSY, self._bayeux.busy))
                continue
            for action in self._bayeux.receive(caller, message, self._clock_ms(), is_alone=is_alone):
                match action:
                    case bayeux.Reply():
                        replies.append(action.message)
                    case bayeux.Publish():
                        await self._publish(caller, action)
                        replies.append(action.reply)
                    case _:
                        self._do((action,))
        self._set_timer()
        return replies

    def _admits(self, caller: Caller, message: Message | Malformed) -> bool:
        """Whether one more message may come from there; what is published counts where it is carried out."""
        if isinstance(message, Message) and not message.channel.startswith(wire.META):
            return True
        return not self._traffic.is_too_much(caller.address)

    async def _publish(self, caller: Caller, publish: bayeux.Publish) -> None:
        """Carry out what was published, after what the same client published before."""
        before, lanes = self._lanes.get(publish.client_id), self._lanes
        mine = lanes[publish.client_id] = asyncio.get_running_loop().create_future()
        self._traffic.in_flight += 1
        try:
            if before is not None:
                await asyncio.wait((before,))
            service = self._service(publish.channel)
            if service is not None:
                await service.publish(publish.client_id, publish.channel, publish.data, caller)
        finally:
            self._traffic.in_flight -= 1
            mine.set_result(None)
            if lanes.get(publish.client_id) is mine:
                del lanes[publish.client_id]

    def _do(self, actions: Iterable[bayeux.Action]) -> None:
        """Carry out what needs no waiting."""
        for action in actions:
            match action:
                case bayeux.Send(caller, messages) if isinstance(caller, Caller):
                    self._tell(caller, messages)
                case bayeux.Gone(client_id):
                    for service in self.services.values():
                        service.gone(client_id)
                case bayeux.Reached(limit):
                    self._metrics.refused(LIMIT.format(limit))
                case _:
                    pass

    def _tell(self, caller: Caller, messages: Sequence[bytes]) -> None:
        """Send something; a socket whose reader is too slow is closed, and its client asks again."""
        limit = caller.tell(messages)
        if not limit:
            return
        self._metrics.refused(LIMIT.format(limit))
        client = caller.client
        if client is not None:
            self._do(self._bayeux.drop(client.client_id))
        if isinstance(caller, Socket):
            caller.cut_off()

    # --- time ----------------------------------------------------------------------------------

    def _set_timer(self) -> None:
        next_ms = self._bayeux.next_tick_ms()
        if next_ms is None or (self._timer is not None and self._timer_ms <= next_ms):
            return
        if self._timer is not None:
            self._timer.cancel()
        wait_ms = max(next_ms - self._clock_ms(), TICK_AT_LEAST_MS)
        self._timer_ms = next_ms
        self._timer = asyncio.get_running_loop().call_later(wait_ms / 1000, self._tick)

    def _tick(self) -> None:
        self._timer = None
        self._do(self._bayeux.tick(self._clock_ms()))
        self._set_timer()

    def _later(self, work: Coroutine[None, None, None]) -> None:
        """Do what needs waiting, without waiting for it."""
        task = asyncio.ensure_future(self._tried(work))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _tried(self, work: Coroutine[None, None, None]) -> None:
        try:
            await work
        except (OSError, RuntimeError):  # The other end has gone: what was to be said is asked for again.
            pass
        except Exception:  # noqa: BLE001  # A fault of ours; the others must still be told.
            _log.exception("not_told")


def _new_id() -> str:
    return secrets.token_hex(CLIENT_ID_BYTES)


def _fault(error: str) -> bytes:
    """What is said about a request in which there was no message to answer."""
    return wire.refused(Malformed(""), error)
