"""Chat API v3 over HTTP, as a visitor's side speaks it. Nothing of our own server is assumed.

Source:  chat-api-v3, sections 3 to 10; webchat-service, section 7.3."""

import json
from collections.abc import Callable, Mapping, Sequence
from http import HTTPStatus
from typing import Any
from urllib.parse import quote
from uuid import uuid4

import httpx2
from msgspec.structs import replace

from frontdesk.client.connections import RESPONSE_BYTES_MAX, Connections, TooLarge
from frontdesk.client.http_answers import unreachable, unread, unsupported
from frontdesk.client.transport import Answer, Credentials, Outcome, StartRequest, Supports, Upload
from frontdesk.client.v3_answers import answer, started

AJAX_TIMEOUT_MS = 9000  # As the clients that these servers are made for.
READ_TIMEOUT_S = 60  # They would wait for ever for a poll; a network that fell silent should be told of.
SESSIONS = "/sessions"
TOKEN_HEADER = "x-nexus-client-key"  # noqa: S105  # The header's name, no secret.

_TYPES = {"text": "Text"}


class V3Transport:
    """A chat service at `url`, for instance `https://chat.example/nexus/v3/chat/sessions`.

    Shape:   `headers`, with an `x-api-key` for most servers, go out with every request; `fields` are further
             ones of a start, such as `stream`. `http` is used, not owned.
    Units:   `timeout_ms` bounds what is asked of the server, `upload_timeout_ms` uploads; `0` is no bound.
    """

    supports = Supports(
        custom_notice=False,
        file_download=False,
        file_limits=False,
        poll_exceptions=False,
        extras=False,
        tokens=True,
    )

    def __init__(
        self,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        timeout_ms: float = AJAX_TIMEOUT_MS,
        upload_timeout_ms: float = 0,
        endpoint: str | None = None,
        fields: Mapping[str, Any] | None = None,
        http: httpx2.AsyncClient | None = None,
        response_bytes_max: int = RESPONSE_BYTES_MAX,
    ) -> None:
        self._base = url.rstrip("/")
        self._headers = dict(headers or {})
        self._timeout_s = timeout_ms / 1000 or None
        self._upload_timeout_s = upload_timeout_ms / 1000 or None
        self._fields = {**({} if endpoint is None else {"endpoint": endpoint}), **(fields or {})}
        self._connections = Connections(url, http=http, response_bytes_max=response_bytes_max)

    async def start(self, request: StartRequest) -> Answer:
        """Ask for a new session, or for the one that the visitor had, when the server still has it."""
        who: dict[str, Any] = {
            "firstName": request.first_name,
            "lastName": request.last_name,
            "nickname": request.nickname or request.first_name,
        }
        more = {"email": request.email, "subject": request.subject}
        who |= {name: value for name, value in more.items() if value}
        self._headers |= request.headers
        data = {**self._fields, **request.fields, **who, "userData": dict(request.user_data)}
        return await self._begin(request.url.rstrip("/") or self._base, data, request.session)

    async def resume(self, session: Credentials, user_data: Mapping[str, Any]) -> Answer:
        """Come back to a session: without names, because they would mean a new one."""
        told = await self._begin(self._base, {**self._fields, "userData": dict(user_data)}, session)
        if told.outcome is Outcome.DONE:
            return told
        is_lost = told.is_lost or told.status == HTTPStatus.UNAUTHORIZED
        return replace(told, is_lost=is_lost, chat_ended=True if is_lost else None)

    async def refresh(self, session: Credentials, position: int, preview: str = "") -> Answer:
        """What comes after all that is known; at the beginning, what this client was not yet given.

        Shape:   `preview` has no place in this protocol's polls.
        """
        if position < 0:
            return await self.page(session, -position)
        told = await self._read(session, {} if position <= 1 else {"index": str(position - 1)})
        if told.status == HTTPStatus.TOO_MANY_REQUESTS and not any(fault.text for fault in told.faults):
            return replace(told, outcome=Outcome.LATER, faults=(), error=None)  # Nobody should hear of it.
        return told

    async def page(self, session: Credentials, count: int, upto: int | None = None) -> Answer:
        """The newest `count` events, or the last `count` up to the index `upto`, itself included."""
        anchor = {} if upto is None else {"index": str(upto)}
        return await self._read(session, {**anchor, "count": str(count)})

    async def send(
        self,
        session: Credentials,
        text: str,
        *,
        message_type: str = "text",
        attributes: Mapping[str, Any] | None = None,
    ) -> Answer:
        """Say `text`; what it answers has no place in this protocol."""
        return await self._say(session, _TYPES.get(message_type, message_type), text)

    async def type(self, session: Credentials, *, is_typing: bool, preview: str, position: int) -> Answer:
        """Typing started or stopped."""
        return await self._say(session, "TypingStarted" if is_typing else "TypingStopped", preview)

    async def update_user_data(self, session: Credentials, user_data: Mapping[str, Any]) -> Answer:
        """Merge into the data attached to the session."""
        return await self._ask(session, "PUT", "userdata", {"data": dict(user_data)})

    async def upload(self, session: Credentials, file: Upload) -> Answer:
        """Put an image before the other side."""
        parts = [
            ("file", (file.name, file.content, file.media_type)),
            ("operationId", (None, _operation_id().encode(), None)),
        ]
        url = self._url(session, "images")
        return await self._asked("POST", url, session, self._upload_timeout_s, _plain(session), files=parts)

    async def disconnect(self, session: Credentials) -> Answer:
        """Leave, which ends the session; an asynchronous one can be resumed."""
        return await self._ask(
            session, "DELETE", f"participants/{_quoted(session.extra['participantId'])}", {}
        )

    async def notice(
        self, session: Credentials, text: str | None = None, attributes: Mapping[str, Any] | None = None
    ) -> Answer:
        """This protocol has no words between programs."""
        return unsupported()

    async def push_url(self, session: Credentials, url: str) -> Answer:
        """This protocol has no addresses of visitors."""
        return unsupported()

    async def update_nickname(self, session: Credentials, nickname: str) -> Answer:
        """This protocol has no new names."""
        return unsupported()

    async def read_receipt(self, session: Credentials, position: int) -> Answer:
        """This protocol has no receipts."""
        return unsupported()

    async def file_limits(self, session: Credentials) -> Answer:
        """This protocol tells no limits beforehand."""
        return unsupported()

    async def download(self, session: Credentials, file_id: str) -> Answer:
        """This protocol has images in messages, and no files."""
        return unsupported()

    async def delete_file(self, session: Credentials, file_id: str) -> Answer:
        """This protocol takes nothing back."""
        return unsupported()

    async def read_user_data(self, session: Credentials, keys: Sequence[str]) -> Answer:
        """This protocol reads no attached data."""
        return unsupported()

    async def delete_user_data(self, session: Credentials, keys: Sequence[str]) -> Answer:
        """This protocol removes no attached data."""
        return unsupported()

    async def aclose(self) -> None:
        """Let go of connections, unless they belong to somebody else."""
        await self._connections.aclose()

    # Requests.

    async def _begin(self, url: str, data: Mapping[str, Any], session: Credentials | None) -> Answer:
        body = json.dumps({"data": data, "operationId": _operation_id()}, default=str)
        return await self._asked("POST", url, session, self._timeout_s, _json(session), started, content=body)

    async def _say(self, session: Credentials, type_: str, text: str) -> Answer:
        return await self._ask(session, "POST", "messages", {"data": {"type": type_, "text": text}})

    async def _read(self, session: Credentials, query: Mapping[str, str]) -> Answer:
        params = {"operationId": _operation_id(), **query}
        url = self._url(session, "messages")
        told = await self._asked("GET", url, session, READ_TIMEOUT_S, _plain(session), params=params)
        return replace(told, media_url=self._base.replace(SESSIONS, "", 1))

    async def _ask(self, session: Credentials, method: str, path: str, body: Mapping[str, Any]) -> Answer:
        content = json.dumps({**body, "operationId": _operation_id()}, default=str)
        url = self._url(session, path)
        return await self._asked(method, url, session, self._timeout_s, _json(session), content=content)

    async def _asked(
        self,
        method: str,
        url: str,
        session: Credentials | None,
        timeout_s: float | None,
        headers: Mapping[str, str],
        reading: Callable[[httpx2.Response], Answer] | None = None,
        **parts: Any,
    ) -> Answer:
        try:
            response = await self._connections.ask(
                method, url, timeout_s, headers={**self._headers, **headers}, **parts
            )
        except TimeoutError:
            return unreachable("timeout")
        except httpx2.HTTPError as error:
            return unreachable(type(error).__name__)
        except TooLarge as error:
            return unread(error.status, str(error))
        if reading is not None and response.is_success:
            return reading(response)
        return answer(response, session)

    def _url(self, session: Credentials, path: str) -> str:
        return f"{self._base}/{_quoted(session.session_id)}/{path}"


def _plain(session: Credentials | None) -> dict[str, str]:
    return {} if session is None else {TOKEN_HEADER: session.token}


def _json(session: Credentials | None) -> dict[str, str]:
    return {**_plain(session), "content-type": "application/json"}


def _quoted(part: str) -> str:
    return quote(part, safe="")


def _operation_id() -> str:
    return str(uuid4())
