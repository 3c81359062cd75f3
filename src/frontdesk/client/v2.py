"""Chat API v2 over HTTP, as a visitor's side speaks it. Nothing of our own server is assumed.

Source:  chat-api-v2, sections 2 to 16."""

import json
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote

import httpx2

from frontdesk.client.connections import RESPONSE_BYTES_MAX, Connections, TooLarge
from frontdesk.client.http_answers import unreachable, unread
from frontdesk.client.transport import Answer, Credentials, Outcome, StartRequest, Supports, Upload
from frontdesk.client.v2_answers import answer
from frontdesk.wire.form import Value, encode_form

AJAX_TIMEOUT_MS = 3000  # As the clients that these servers are made for.
SOCKET_HEADER, SOCKET_VERSION = "frontdesk-socket", "1"
URLENCODED = "application/x-www-form-urlencoded"

Part = tuple[str, tuple[str | None, bytes, str | None]]


class V2Transport:
    """A chat service at `url`, for instance `https://chat.example/genesys/2/chat/support`.

    Shape:   `headers` go out with every request; `http` is used, not owned, and `keeps_cookies` says nothing
             about it.
    Units:   `timeout_ms` bounds each request but uploads, `upload_timeout_ms` those; `0` is no bound.
    """

    supports = Supports()
    offers_socket = False
    """Whether the server has said that it has the socket of docs/reference/visitor-socket.md."""

    def __init__(
        self,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        timeout_ms: float = AJAX_TIMEOUT_MS,
        upload_timeout_ms: float = 0,
        endpoint: str | None = None,
        http: httpx2.AsyncClient | None = None,
        keeps_cookies: bool = False,
        response_bytes_max: int = RESPONSE_BYTES_MAX,
    ) -> None:
        self._base = url.rstrip("/") + "/"
        self._headers = dict(headers or {})
        self._timeout_s = timeout_ms / 1000 or None
        self._upload_timeout_s = upload_timeout_ms / 1000 or None
        self._endpoint = endpoint
        self._connections = Connections(
            url, http=http, keeps_cookies=keeps_cookies, response_bytes_max=response_bytes_max
        )

    async def start(self, request: StartRequest) -> Answer:
        """Ask for a new session."""
        fields: dict[str, Value] = {
            "nickname": request.nickname,
            "firstName": request.first_name,
            "lastName": request.last_name,
            "emailAddress": request.email,
            "subject": request.subject,
            "text": request.text,
            "userData": request.user_data,
        }
        if self._endpoint is not None:
            fields["endpoint"] = self._endpoint
        return await self._post("", fields, Credentials(session_id=""))

    async def refresh(self, session: Credentials, position: int, preview: str = "") -> Answer:
        """Everything from `position` on; it answers at once."""
        fields: dict[str, Value] = {"transcriptPosition": position, "message": preview}
        return await self._ask(session, "refresh", fields)

    async def send(
        self,
        session: Credentials,
        text: str,
        *,
        message_type: str = "text",
        attributes: Mapping[str, Any] | None = None,
    ) -> Answer:
        """Say `text`."""
        return await self._send(session, text, message_type, attributes)

    async def _send(
        self,
        session: Credentials,
        text: str,
        message_type: str,
        attributes: Mapping[str, Any] | None,
        message_id: str = "",
    ) -> Answer:
        fields: dict[str, Value] = {"message": text, "messageType": message_type}
        if message_id:
            fields["messageId"] = message_id
        return await self._ask(session, "send", fields | _attributes(attributes))

    async def type(self, session: Credentials, *, is_typing: bool, preview: str, position: int) -> Answer:
        """Typing started or stopped."""
        fields: dict[str, Value] = {"message": preview, "transcriptPosition": position}
        return await self._ask(session, "startTyping" if is_typing else "stopTyping", fields)

    async def notice(
        self, session: Credentials, text: str | None = None, attributes: Mapping[str, Any] | None = None
    ) -> Answer:
        """A word between programs."""
        fields: dict[str, Value] = {} if text is None else {"message": text}
        return await self._ask(session, "customNotice", fields | _attributes(attributes))

    async def update_user_data(self, session: Credentials, user_data: Mapping[str, Any]) -> Answer:
        """Merge into the data attached to the session."""
        return await self._ask(session, "updateData", {"userData": user_data})

    async def push_url(self, session: Credentials, url: str) -> Answer:
        """Put an address before the other side."""
        return await self._ask(session, "pushUrl", {"pushUrl": url})

    async def update_nickname(self, session: Credentials, nickname: str) -> Answer:
        """Be called otherwise from now on."""
        return await self._ask(session, "updateNickname", {"nickname": nickname})

    async def read_receipt(self, session: Credentials, position: int) -> Answer:
        """Everything up to and including `position` was read."""
        return await self._ask(session, "readReceipt", {"transcriptPosition": position})

    async def disconnect(self, session: Credentials) -> Answer:
        """Leave, which ends the session."""
        return await self._ask(session, "disconnect", {})

    async def read_user_data(self, session: Credentials, keys: Sequence[str]) -> Answer:
        """The values of attached data that the visitor may read; an extension that other servers refuse."""
        return await self._ask(session, "userData/read", {"keys": list(keys)})

    async def delete_user_data(self, session: Credentials, keys: Sequence[str]) -> Answer:
        """Remove attached data; an extension that other servers refuse."""
        return await self._ask(session, "userData/delete", {"keys": list(keys)})

    async def file_limits(self, session: Credentials) -> Answer:
        """What may be uploaded: a notice without an index."""
        return await self._post_parts(session, "file/limits", [], self._timeout_s)

    async def upload(self, session: Credentials, file: Upload) -> Answer:
        """Put a file before the other side."""
        parts: list[Part] = [("file", (file.name, file.content, file.media_type))]
        if file.description:
            parts.append(field_part("userData[file-description]", file.description))
        return await self._post_parts(session, "file", parts, self._upload_timeout_s)

    async def download(self, session: Credentials, file_id: str) -> Answer:
        """A file's bytes, in `content`."""
        return await self._post_parts(
            session, f"file/{quote(file_id, safe='')}/download", [], self._upload_timeout_s, is_file=True
        )

    async def delete_file(self, session: Credentials, file_id: str) -> Answer:
        """Take an own file back."""
        return await self._ask(session, f"file/{quote(file_id, safe='')}/delete", {})

    async def aclose(self) -> None:
        """Let go of connections, unless they belong to somebody else."""
        await self._connections.aclose()

    async def _ask(self, session: Credentials, operation: str, fields: Mapping[str, Value]) -> Answer:
        return await self._post(f"{quote(session.session_id, safe='')}/{operation}", fields, session)

    async def _post(self, path: str, fields: Mapping[str, Value], session: Credentials) -> Answer:
        body = encode_form({**proof(session), **fields})
        return await self._answered(
            self._base + path,
            session,
            self._timeout_s,
            content=body,
            headers={**self._headers, "content-type": URLENCODED},
        )

    async def _post_parts(
        self,
        session: Credentials,
        operation: str,
        parts: Sequence[Part],
        timeout_s: float | None,
        *,
        is_file: bool = False,
    ) -> Answer:
        url = f"{self._base}{quote(session.session_id, safe='')}/{operation}"
        files = [*parts, *(field_part(name, value) for name, value in proof(session).items())]
        return await self._answered(
            url, session, timeout_s, is_file=is_file, files=files, headers=self._headers
        )

    async def _answered(
        self, url: str, session: Credentials, timeout_s: float | None, *, is_file: bool = False, **parts: Any
    ) -> Answer:
        try:
            response = await self._connections.post(url, timeout_s, **parts)
        except TimeoutError:
            return unreachable("timeout")
        except httpx2.HTTPError as error:
            return unreachable(type(error).__name__)
        except TooLarge as error:
            return unread(error.status, str(error))
        self.offers_socket = self.offers_socket or response.headers.get(SOCKET_HEADER) == SOCKET_VERSION
        if is_file and response.is_success:
            return Answer(outcome=Outcome.DONE, response={}, content=response.content)
        return answer(response, session)


def proof(session: Credentials) -> dict[str, str]:
    """What goes along with everything that is asked of a session."""
    return {"alias": session.alias, "secureKey": session.secure_key, "userId": session.user_id}


def _attributes(attributes: Mapping[str, Any] | None) -> dict[str, Value]:
    return {} if attributes is None else {"eventAttributes": json.dumps(dict(attributes))}


def field_part(name: str, value: str) -> Part:
    """A field as a part of a form with files."""
    return (name, (None, value.encode(), None))
