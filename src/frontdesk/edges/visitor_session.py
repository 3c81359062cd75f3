"""One visitor's socket: wishes in, news out.

Nothing waits here for a slow reader: what is new is read from the transcript, from where the socket has come
to, when the last that was sent has left. A quiet socket has no task of its own but the one that reads it.
"""

import asyncio
import hmac
import time
from collections.abc import Callable, Coroutine, Mapping
from http import HTTPStatus

import structlog

from frontdesk.desk.chats import Chats
from frontdesk.edges.asgi import Send
from frontdesk.edges.chat_v2_places import Place
from frontdesk.edges.chat_v2_requests import ChatV2Requests, Download
from frontdesk.edges.chat_v2_session import ChatV2Sessions, Session
from frontdesk.edges.metrics import Metrics
from frontdesk.edges.traffic import Traffic
from frontdesk.errors import DeskError, NotFound, Refused
from frontdesk.wire import chat_v2
from frontdesk.wire import visitor_socket as wire
from frontdesk.wire.visitor_socket import AnyWish, Hello, Ping

ENDED = 1000
REFUSED = 1008
TOO_LARGE = 1009
RESTART = 1012
TRY_AGAIN = 1013
RETRY_AFTER_MS = 5000
READ_AGAIN_S = 1.0  # After the database could not be read.

_log = structlog.get_logger("visitor_socket")


class VisitorDesk:
    """What a socket needs of the rest.

    Shape:   `admits` says which limit keeps one more socket from a chat, or nothing; `later` does what needs
             waiting, without waiting for it.
    """

    def __init__(
        self,
        rest: ChatV2Requests,
        sessions: ChatV2Sessions,
        chats: Chats,
        traffic: Traffic,
        metrics: Metrics,
        admits: Callable[[str], str],
        later: Callable[[Coroutine[None, None, None]], None],
        *,
        api_key: str,
        message_bytes_max: int,
    ) -> None:
        self.rest = rest
        self.sessions = sessions
        self.chats = chats
        self.traffic = traffic
        self.metrics = metrics
        self.admits = admits
        self.later = later
        self.api_key = api_key
        self.message_bytes_max = message_bytes_max


class VisitorSession:
    """A socket, and the chat that it is for once somebody has shown its key.

    Shape:   `position` is the first event that was not sent; `closing` is why it is closed, once it is.
    """

    __slots__ = (
        "_address",
        "_chat_id",
        "_credentials",
        "_desk",
        "_has_ended",
        "_has_news",
        "_is_asked",
        "_is_told",
        "_position",
        "_send",
        "_service",
        "closing",
    )

    def __init__(self, desk: VisitorDesk, service: str, address: str, send: Send) -> None:
        self.closing = ""
        self._desk = desk
        self._service = service
        self._address = address
        self._send = send
        self._chat_id = ""
        self._credentials: Mapping[str, str] = {}
        self._position = 1
        self._has_news = False
        self._has_ended = False
        self._is_asked = False
        self._is_told = False

    @property
    def chat_id(self) -> str:
        """The chat that it is for; empty before its key was shown."""
        return self._chat_id

    # --- what is asked -------------------------------------------------------------------------

    async def receive(self, frame: str | bytes) -> None:
        """Carry out one wish and answer it."""
        if len(frame) > self._desk.message_bytes_max:
            self._refuse("visitor_socket_message_bytes_max", TOO_LARGE)
            return
        self._is_asked = True
        try:
            answer = await self._answer(frame)
            if answer:
                await self._say(answer)
        finally:
            self._is_asked = False
            self._end_when_all_is_said()

    async def _answer(self, frame: str | bytes) -> str:
        try:
            wish = self._wish(frame)
        except Refused as refusal:
            if self._counts_as_too_much() or not self._chat_id:
                self.shut("refused", REFUSED)
            return wire.answered(wire.id_of(frame), HTTPStatus.BAD_REQUEST, chat_v2.refused(refusal))
        match wish:
            case Hello():
                return await self._greet(wish)
            case Ping():
                return "" if self._counts_as_too_much() else wire.alive(wish.id)
            case _:
                return wire.answered(wish.id, *await self._ask(wish, self._chat_id, self._credentials))

    def _wish(self, frame: str | bytes) -> AnyWish:
        """What is asked. Errors: `Refused`."""
        wish = wire.parse(frame)
        if isinstance(wish, Hello) == bool(self._chat_id):
            raise Refused("bad_message", "hello is the first wish on a socket, and no other is")
        return wish

    def _counts_as_too_much(self) -> bool:
        """Whether what is not asked of the chat comes too often; then the socket is closed."""
        if not self._desk.traffic.is_too_much(self._address):
            return False
        self.shut("requests_per_second_per_address", TRY_AGAIN)
        return True

    async def _greet(self, hello: Hello) -> str:
        """Let somebody who shows the key of a chat have it; from then on, all that is new is told."""
        desk, key = self._desk, self._desk.api_key
        if key and not hmac.compare_digest(hello.apikey.encode(), key.encode()):
            self.shut("refused", REFUSED)
            body = chat_v2.failed(HTTPStatus.UNAUTHORIZED, "apikey is missing or wrong")
            return wire.answered(hello.id, HTTPStatus.UNAUTHORIZED, body)
        status, body = await self._ask(hello, hello.chat_id, hello.credentials())
        told = wire.told(body)
        if told.status:
            self.shut("refused", TRY_AGAIN if told.status == chat_v2.LATER else REFUSED)
            return wire.answered(hello.id, status, body)
        limit = desk.admits(hello.chat_id)
        if limit:
            self._refuse(limit, TRY_AGAIN)
            return ""
        self._chat_id, self._credentials = hello.chat_id, hello.credentials()
        self._position = told.next_position
        self._has_ended = told.has_ended
        desk.chats.watchers.watch(self._chat_id, self)
        return wire.answered(hello.id, status, body)

    async def _ask(self, wish: AnyWish, chat_id: str, credentials: Mapping[str, str]) -> tuple[int, bytes]:
        """The answer of Chat API version 2, as if it had been asked there."""
        desk, operation, began_s = self._desk, wish.operation, time.perf_counter()
        place = Place(self._service, chat_id, operation, operation)
        desk.traffic.in_flight += 1
        try:
            answer = await desk.rest.ask(place, wire.form(wish, credentials, self._position), self._address)
            assert not isinstance(answer, Download)
        except Exception:  # noqa: BLE001  # A fault of ours is "try again later" to a visitor.
            _log.exception("wish_failed", interaction_id=chat_id[:64], operation=operation)
            answer = HTTPStatus.OK, chat_v2.try_later()
        finally:
            desk.traffic.in_flight -= 1
        desk.metrics.answered(f"socket/{operation}", answer[0], time.perf_counter() - began_s)
        return answer

    # --- what is told --------------------------------------------------------------------------

    def has_news(self, interaction_id: str) -> None:
        """Something was added to the chat; it is read from there when the last news have left."""
        self._has_news = True
        if not self._is_told and not self.closing:
            self._is_told = True
            self._desk.later(self._tell(interaction_id))

    async def _tell(self, interaction_id: str) -> None:
        """Send what is new until nothing is."""
        try:
            while self._has_news and not self._has_ended and not self.closing:
                self._has_news = False
                await self._tell_once(interaction_id)
        except NotFound:
            self._has_ended = True
        except DeskError as error:
            _log.warning("reading_failed", interaction_id=interaction_id, reason=str(error))
            asyncio.get_running_loop().call_later(READ_AGAIN_S, self.has_news, interaction_id)
        finally:
            self._is_told = False
            self._end_when_all_is_said()

    async def _tell_once(self, interaction_id: str) -> None:
        chat = await self._desk.chats.chat(interaction_id)
        body = await self._desk.sessions.answer(Session(chat, None), self._position)
        told = wire.told(body)
        self._position = told.next_position
        self._has_ended = told.has_ended
        if told.messages or told.has_ended:
            await self._say(wire.news(body))

    async def _say(self, frame: str) -> None:
        await self._send({"type": "websocket.send", "text": frame})

    # --- the end -------------------------------------------------------------------------------

    def _end_when_all_is_said(self) -> None:
        """Close the socket of a chat that has ended, after the answer to what ended it."""
        if self._has_ended and not self._is_asked and not self._is_told:
            self.shut("ended", ENDED)

    def _refuse(self, limit: str, code: int) -> None:
        """Close it because a limit is reached."""
        self._desk.metrics.refused(limit)
        self.shut(limit, code)

    def expire(self) -> None:
        """Close it unless somebody has shown a key: whoever only connects keeps nothing."""
        if not self._chat_id and not self.closing:
            self._refuse("visitor_socket_hello_s", REFUSED)

    def shut(self, reason: str, code: int, retry_after_ms: int = RETRY_AFTER_MS) -> None:
        """Close it soon; what was not sent is read again by whoever comes back."""
        if not self.closing:
            self.closing = reason
            self._desk.later(self._close(code, retry_after_ms))

    async def _close(self, code: int, retry_after_ms: int) -> None:
        if code in (RESTART, TRY_AGAIN):
            await self._say(wire.closing(self.closing, retry_after_ms))
        await self._send({"type": "websocket.close", "code": code, "reason": self.closing})
