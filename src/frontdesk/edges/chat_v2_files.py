"""Chat API version 2: a visitor's files (chat-api-v2 §11)."""

from collections.abc import AsyncIterator, Callable
from urllib.parse import quote

from frontdesk.desk.files import Files, Upload
from frontdesk.desk.interactions import Interactions
from frontdesk.desk.services import ServiceBook
from frontdesk.domain.filing import uploads_of_client
from frontdesk.domain.interaction import File
from frontdesk.edges.asgi import NO_STORE, Headers, Send
from frontdesk.edges.chat_v2_session import ChatV2Sessions, Session
from frontdesk.errors import Refused
from frontdesk.wire import chat_v2 as wire
from frontdesk.wire.form import user_data
from frontdesk.wire.multipart import Parts

FILE_FIELD = "file"


class ChatV2Files:
    """Limits, upload, download and delete."""

    def __init__(
        self,
        files: Files,
        sessions: ChatV2Sessions,
        interactions: Interactions,
        services: ServiceBook,
        clock_ms: Callable[[], int],
    ) -> None:
        self._files = files
        self._sessions = sessions
        self._interactions = interactions
        self._services = services
        self._clock_ms = clock_ms

    async def limits(self, session: Session) -> bytes:
        """What may be uploaded, as a notice that is in no transcript."""
        chat, full = await self._interactions.chats.full(session.chat_id)
        count, total_bytes = uploads_of_client(full.state)
        values = wire.file_limits(
            self._services.rules(chat.service).files,
            count=count,
            total_bytes=total_bytes,
            fetches=full.state.fetches,
        )
        return wire.envelope(
            session.identity,
            is_ended=not chat.is_open,
            lines=(wire.limits_line(self._clock_ms(), full.state.client, values),),
            next_position=chat.last_line + 1,
        )

    async def upload(self, session: Session, parts: Parts) -> bytes:
        """Take the file of a form. Errors: as `Files.take`; `Refused("file_missing")`."""
        part = next((f for f in parts.files if f.field == FILE_FIELD), None) or next(iter(parts.files), None)
        if part is None:
            raise Refused("file_missing", "the part named file is required")
        upload = Upload(
            name=part.name,
            content=part.content,
            size_bytes=part.size_bytes,
            description=user_data(parts.fields).get("file-description", "")[:1000],
        )
        chat, file = await self._files.take(session.chat_id, 1, upload)
        position = wire.parse_position(parts.fields.get("transcriptPosition", ""))
        return await self._sessions.answer(
            Session(chat, session.identity), position, extra={"file-id": file.file_id}
        )

    async def delete(self, session: Session, file_id: str) -> bytes:
        chat = await self._files.delete(session.chat_id, 1, file_id)
        return await self._sessions.answer(Session(chat, session.identity))

    async def download(self, session: Session, file_id: str) -> tuple[File, AsyncIterator[bytes]]:
        return await self._files.hand_out(session.chat_id, 1, file_id)


async def send_file(send: Send, file: File, chunks: AsyncIterator[bytes], headers: Headers) -> None:
    """Send a file as an attachment that no browser opens by itself."""
    own: Headers = [
        (b"content-type", file.media_type.encode("latin-1")),
        (b"content-length", b"%d" % file.size_bytes),
        (b"content-disposition", attachment(file.name)),
        (b"x-content-type-options", b"nosniff"),
        (b"content-security-policy", b"default-src 'none'; sandbox"),
        NO_STORE,
    ]
    await send({"type": "http.response.start", "status": 200, "headers": [*own, *headers]})
    async for chunk in chunks:
        await send({"type": "http.response.body", "body": chunk, "more_body": True})
    await send({"type": "http.response.body", "body": b""})


def attachment(name: str) -> bytes:
    """The header that says how to save a file.

    Source:  RFC 6266, appendix D: an ASCII name for old programs beside the true one.
    """
    plain = "".join(c if " " <= c <= "~" else "_" for c in name).replace("\\", "\\\\").replace('"', '\\"')
    encoded = quote(name, safe="!#$&+^`|~")
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{encoded}".encode("ascii")
