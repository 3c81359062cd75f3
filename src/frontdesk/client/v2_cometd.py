"""Chat API v2 over CometD, as a visitor's side speaks it: what is new is pushed.

Nothing of our own server is assumed.
Source:  chat-api-v2, section 17; webchat-service, section 7.2."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from typing import Any

import httpx2

from frontdesk.client.bayeux import Message, Push
from frontdesk.client.clock import Clock
from frontdesk.client.cometd import Cometd, Lost
from frontdesk.client.connections import RESPONSE_BYTES_MAX, Connections
from frontdesk.client.http_answers import unreachable, unsupported
from frontdesk.client.messages import index_of
from frontdesk.client.promise import spawn
from frontdesk.client.transport import (
    Answer,
    Credentials,
    Heard,
    Outcome,
    StartRequest,
    Supports,
    Upload,
)
from frontdesk.client.v2 import AJAX_TIMEOUT_MS, proof
from frontdesk.client.v2_answers import envelope
from frontdesk.client.v2_cometd_files import V2CometdFiles
from frontdesk.client.v2_thread import Thread

NOBODY = Credentials(session_id="")
FILES_PATH = "/2/chat-ntf"
UNAVAILABLE = ("503", "413")

Fits = Callable[[Answer], bool]


class V2CometdTransport:
    """A chat service on `channel` of the Bayeux server at `url`.

    Shape:   `url` is for instance `https://chat.example/genesys/cometd`; files go to `files_url`, by default
             beside it. `http` is used, not owned. One session is followed at a time. A command is done when
             the server has it; what it has against it is pushed.
    Units:   `timeout_ms` bounds each request, `upload_timeout_ms` uploads; `0` is no bound.
    """

    supports = Supports(polling=False)

    def __init__(
        self,
        url: str,
        channel: str,
        clock: Clock,
        *,
        files_url: str = "",
        headers: Mapping[str, str] | None = None,
        timeout_ms: float = AJAX_TIMEOUT_MS,
        upload_timeout_ms: float = 0,
        http: httpx2.AsyncClient | None = None,
        keeps_cookies: bool = True,
        response_bytes_max: int = RESPONSE_BYTES_MAX,
    ) -> None:
        self._channel = channel
        self._timeout_s = timeout_ms / 1000 or None
        self._clock = clock
        self._connections = Connections(
            url, http=http, keeps_cookies=keeps_cookies, response_bytes_max=response_bytes_max
        )
        sent = dict(headers or {})
        self._files = V2CometdFiles(
            files_url or url.rstrip("/").rpartition("/")[0] + FILES_PATH,
            self._connections,
            headers=sent,
            timeout_s=self._timeout_s,
            upload_timeout_s=upload_timeout_ms / 1000 or None,
        )
        self._line = Cometd(url, self._connections, clock, self, headers=sent, timeout_s=self._timeout_s)
        self._thread: Thread | None = None
        self._waiting: list[tuple[Fits, asyncio.Future[Answer]]] = []

    # Sessions.

    async def start(self, request: StartRequest) -> Answer:
        """Ask for a new session: the first push tells what became of it."""
        fields = {
            "nickname": request.nickname,
            "firstName": request.first_name,
            "lastName": request.last_name,
            "emailAddress": request.email,
            "subject": request.subject,
            "text": request.text,
            "userData": dict(request.user_data),
        }
        told = await self._answered("requestChat", fields, NOBODY, lambda _: True)
        if told.outcome is not Outcome.DONE:
            await self._line.leave()
        return told

    def follow(self, session: Credentials, position: int, heard: Heard) -> Thread:
        """Have everything from `position` on pushed to `heard`."""
        thread = Thread(session, position, heard, self._clock, self._bind_soon, self._let_go)
        self._thread = thread
        self._line.rest()  # Whoever listened so far did not know of this session.
        self._line.listen()
        return thread

    async def refresh(self, session: Credentials, position: int, preview: str = "") -> Answer:
        """Everything from `position` on; nobody is told of it but whoever asks."""
        fields = {"transcriptPosition": position, "message": preview}
        return await self._answered("refresh", fields, session, lambda told: self._is_known(told, position))

    async def disconnect(self, session: Credentials) -> Answer:
        """Leave, which ends the session."""
        told = await self._publish("disconnect", {}, session)
        await self._line.leave()
        return told

    async def aclose(self) -> None:
        """Let go of connections, unless they belong to somebody else."""
        await self._line.leave()
        await self._connections.aclose()

    # What is said.

    async def send(
        self,
        session: Credentials,
        text: str,
        *,
        message_type: str = "text",
        attributes: Mapping[str, Any] | None = None,
    ) -> Answer:
        """Say `text`."""
        fields = {"message": text, "messageType": message_type, **_attributes(attributes)}
        return await self._publish("sendMessage", fields, session)

    async def type(self, session: Credentials, *, is_typing: bool, preview: str, position: int) -> Answer:
        """Typing started or stopped."""
        return await self._publish(
            "startTyping" if is_typing else "stopTyping", {"message": preview}, session
        )

    async def notice(
        self, session: Credentials, text: str | None = None, attributes: Mapping[str, Any] | None = None
    ) -> Answer:
        """A word between programs."""
        fields = {} if text is None else {"message": text}
        return await self._publish("customNotice", {**fields, **_attributes(attributes)}, session)

    async def update_user_data(self, session: Credentials, user_data: Mapping[str, Any]) -> Answer:
        """Merge into the data attached to the session."""
        return await self._publish("updateData", {"userData": dict(user_data)}, session)

    async def push_url(self, session: Credentials, url: str) -> Answer:
        """Put an address before the other side."""
        return await self._publish("pushUrl", {"pushUrl": url}, session)

    async def update_nickname(self, session: Credentials, nickname: str) -> Answer:
        """Be called otherwise from now on."""
        return await self._publish("updateNickname", {"nickname": nickname}, session)

    async def read_receipt(self, session: Credentials, position: int) -> Answer:
        """Everything up to and including `position` was read."""
        return await self._publish("readReceipt", {"transcriptPosition": position}, session)

    async def read_user_data(self, session: Credentials, keys: Sequence[str]) -> Answer:
        """There is no such call over CometD."""
        return unsupported()

    async def delete_user_data(self, session: Credentials, keys: Sequence[str]) -> Answer:
        """There is no such call over CometD."""
        return unsupported()

    # Files, which go beside the line.

    async def file_limits(self, session: Credentials) -> Answer:
        """What may be uploaded: a notice without an index."""
        return await self._files.limits(session)

    async def upload(self, session: Credentials, file: Upload) -> Answer:
        """Put a file before the other side."""
        return await self._files.upload(session, file)

    async def download(self, session: Credentials, file_id: str) -> Answer:
        """A file's bytes, in `content`."""
        return await self._files.download(session, file_id)

    async def delete_file(self, session: Credentials, file_id: str) -> Answer:
        """Take an own file back."""
        return await self._files.delete(session, file_id)

    # What happens on the line.

    async def connected(self) -> None:
        """The server knows us, or knows us again: have it push from where we are."""
        if self._thread is not None:
            await self._bind(self._thread)

    def pushed(self, push: Push) -> None:
        """Somebody who asked gets it, or else whoever follows."""
        if push.channel != self._channel:
            return
        session = NOBODY if self._thread is None else self._thread.session
        told = envelope(push.data, session)
        for place, (fits, waiting) in enumerate(self._waiting):
            if not waiting.done() and fits(told):
                del self._waiting[place]
                waiting.set_result(told)
                return
        if self._thread is not None:
            self._thread.hear(told)

    def lost(self, answer: Answer) -> None:
        """One try failed."""
        if self._thread is not None:
            self._thread.hear(answer)

    def _let_go(self, thread: Thread) -> None:
        if self._thread is thread:
            self._thread = None
            self._line.rest()
            if thread.has_ended:
                spawn(self._line.leave())

    def _bind_soon(self, thread: Thread) -> None:
        spawn(self._bind_again(thread))

    async def _bind_again(self, thread: Thread) -> None:
        with contextlib.suppress(Lost):  # Whoever listens is told of it, and comes back to this.
            await self._bind(thread)

    async def _bind(self, thread: Thread) -> None:
        thread.asked()
        fields = {"operation": "requestNotifications", "transcriptPosition": thread.position}
        await self._line.publish(self._channel, {**_identity(thread.session), **fields})

    def _is_known(self, told: Answer, position: int) -> bool:
        """Whether a push answers a reading from `position` on, and is not news for whoever follows."""
        if self._thread is None or told.outcome is not Outcome.DONE:
            return True
        indexes = [index for event in told.events if (index := index_of(event)) is not None]
        return bool(indexes) and min(indexes) < self._thread.position

    async def _publish(self, operation: str, fields: Mapping[str, Any], session: Credentials) -> Answer:
        try:
            reply = await self._line.publish(
                self._channel, {**_identity(session), **fields, "operation": operation}
            )
        except Lost as lost:
            if (
                self._thread is not None
            ):  # What is listened on may not have noticed, and says nothing for long.
                self._thread.asked()
            return lost.answer
        return _acknowledged(reply, session)

    async def _answered(
        self, operation: str, fields: Mapping[str, Any], session: Credentials, fits: Fits
    ) -> Answer:
        """What is pushed in answer to an operation."""
        waiting: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        entry = (fits, waiting)
        self._waiting.append(entry)
        try:
            async with asyncio.timeout(self._timeout_s), self._listening():
                told = await self._publish(operation, fields, session)
                if told.outcome is not Outcome.DONE:
                    return told
                pushed = await waiting
        except TimeoutError:
            return unreachable("timeout")
        finally:
            if entry in self._waiting:
                self._waiting.remove(entry)
        # Without a session of its own, the push was read as if it were nobody's.
        return envelope(pushed.response, session)

    @contextlib.asynccontextmanager
    async def _listening(self) -> AsyncIterator[None]:
        """Within this block what is pushed is asked for, also when no session is followed."""
        try:
            await self._line.shake_hands()
        except Lost:
            yield  # What is published next is told so, or is better off.
            return
        self._line.listen()
        try:
            yield
        finally:
            if self._thread is None:
                self._line.rest()


def _identity(session: Credentials) -> dict[str, str]:
    return {"chatId": session.session_id, **proof(session)}


def _attributes(attributes: Mapping[str, Any] | None) -> dict[str, Any]:
    return {} if attributes is None else {"eventAttributes": dict(attributes)}


def _acknowledged(reply: Message, session: Credentials) -> Answer:
    """What a reply to something published means: that the server has it, or will not have it."""
    if reply.get("successful") is True:
        response = {"statusCode": 0, "chatId": session.session_id}
        return Answer(outcome=Outcome.DONE, response=response, credentials=session)
    error = str(reply.get("error") or "it was refused")
    code = error.partition(":")[0]
    is_later = code in UNAVAILABLE
    response = {"statusCode": 1 if is_later else 2, "errors": [{"code": code, "advice": error}]}
    return envelope(response, session)
