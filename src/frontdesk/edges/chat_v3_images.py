"""Chat API version 3: images to and fro, and addresses for files of other types.

A client that cannot fetch an image loses every message that came with it, so one that is gone is answered
with a blank one.

Source:  chat-api-v3 §9.
"""

import base64
import hmac
from collections.abc import AsyncIterator, Callable, Mapping
from urllib.parse import parse_qsl

from msgspec import Struct

from frontdesk.desk.files import SNIFFED_BYTES, Files, Upload, sniff
from frontdesk.desk.input_boxes import CLIENT
from frontdesk.domain.interaction import File
from frontdesk.edges.asgi import NO_STORE, Headers, Send
from frontdesk.edges.chat_v2_files import send_file
from frontdesk.edges.chat_v3_session import Session
from frontdesk.errors import DeskError, NotFound, Refused
from frontdesk.wire import chat_v3 as wire
from frontdesk.wire.multipart import FilePart, Parts

KEPT_S = 3600
SIGNATURE_CHARS = 32
_ENDINGS: Mapping[str, tuple[str, ...]] = {
    "image/jpeg": ("jpg", "jpeg"),
    "image/png": ("png",),
    "image/gif": ("gif",),
    "image/webp": ("webp",),
}
_BLANK = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAAC0lEQVR4nGNgAAIAAAUAAXpeqz8AAAAASUVORK5CYII="
)


class Picture(Struct, frozen=True):
    """A file on its way. `is_inline` when clients draw it, else it is for saving."""

    file: File
    chunks: AsyncIterator[bytes]
    is_inline: bool = True
    is_blank: bool = False


class FileLinks:
    """Addresses that need no header, each of one file and for a time; `base` is where sessions are."""

    def __init__(self, base: str, secret: bytes, valid_ms: int, clock_ms: Callable[[], int]) -> None:
        self._base = base
        self._secret = secret
        self._valid_ms = valid_ms
        self._clock_ms = clock_ms

    def of(self, session_id: str) -> Callable[[str, int], str]:
        """What makes the addresses of a session's files."""

        def link(file_id: str, at_ms: int) -> str:
            until_ms = at_ms + self._valid_ms
            signature = self._signature(session_id, file_id, until_ms)
            return f"{self._base}/{session_id}/files/{file_id}?until={until_ms}&signature={signature}"

        return link

    def check(self, session_id: str, file_id: str, query: bytes) -> None:
        """Errors: `Refused("not_authorised")`: the address is not one of ours, or no longer valid."""
        given = dict(parse_qsl(query.decode("latin-1")))
        until = given.get("until", "")
        until_ms = int(until) if until.isascii() and until.isdigit() and len(until) < 20 else 0
        signature = self._signature(session_id, file_id, until_ms)
        is_ours = hmac.compare_digest(given.get("signature", "").encode(), signature.encode())
        if not is_ours or until_ms < self._clock_ms():
            raise Refused("not_authorised", "the link is no longer valid")

    def _signature(self, session_id: str, file_id: str, until_ms: int) -> str:
        words = f"file/{session_id}/{file_id}/{until_ms}".encode()
        return hmac.digest(self._secret, words, "sha256").hex()[:SIGNATURE_CHARS]


class ChatV3Images:
    """Upload and fetch. `file_bytes_max` is the largest that any service takes."""

    def __init__(self, files: Files, links: FileLinks, file_bytes_max: int) -> None:
        self.file_bytes_max = file_bytes_max
        self._files = files
        self._links = links

    async def upload(self, session: Session, parts: Parts) -> bytes:
        """Take in one image.

        Errors:  `Refused`: `file_missing`, `too_many_files`, `file_type` for what is no image by its content,
                 and as `Files.take`.
        """
        if not parts.files:
            raise Refused("file_missing", "the part named file is required")
        if len(parts.files) > 1:
            raise Refused("too_many_files", "one image can be sent at a time", limit=1)
        part = parts.files[0]
        if parts.is_too_large:
            raise Refused("file_too_large", "the image is too large", limit=self.file_bytes_max)
        upload = Upload(
            name=_image_name(part),
            content=part.content,
            size_bytes=part.size_bytes,
            client_id=parts.fields.get("operationId", "")[:128],
        )
        _, file = await self._files.take(session.session_id, CLIENT, upload)
        return wire.succeeded({"id": file.file_id})

    async def picture(self, session: Session, file_id: str) -> Picture:
        """An image that a message of the session shows. Errors: `NotFound` when none ever did."""
        file = await self._files.shown(session.session_id, file_id)
        if file is None or file.media_type not in wire.IMAGES:
            raise NotFound("there is no such image")
        try:
            return Picture(file, await self._files.content(session.session_id, file))
        except DeskError:
            return _blank(file)

    async def file(self, session_id: str, file_id: str, query: bytes) -> Picture:
        """A file by its own address. Errors: `Refused("not_authorised")`; `NotFound`; `Unavailable`."""
        self._links.check(session_id, file_id, query)
        file = await self._files.shown(session_id, file_id)
        if file is None or file.is_deleted:
            raise NotFound("there is no such file")
        return Picture(file, await self._files.content(session_id, file), is_inline=False)


def _image_name(part: FilePart) -> str:
    """The name of an image, with an ending that is true. Errors: `Refused("file_type")`."""
    media_type = sniff(part.content[:SNIFFED_BYTES])
    endings = _ENDINGS.get(media_type)
    if endings is None:
        raise Refused("file_type", "only images can be sent")
    if part.name.rpartition(".")[2].lower() in endings:
        return part.name
    if "." in part.name:
        raise Refused("file_type", "the image is not what its name says")
    return f"{part.name}.{endings[0]}"


def _blank(file: File) -> Picture:
    async def chunks() -> AsyncIterator[bytes]:
        yield _BLANK

    blank = File(file.file_id, file.party_id, file.name, len(_BLANK), "image/png")
    return Picture(blank, chunks(), is_blank=True)


async def send_picture(send: Send, picture: Picture, headers: Headers) -> None:
    """Send an image as one, and any other file as an attachment."""
    file = picture.file
    if not picture.is_inline:
        await send_file(send, file, picture.chunks, headers)
        return
    kept = NO_STORE if picture.is_blank else (b"cache-control", b"private, max-age=%d" % KEPT_S)
    own: Headers = [
        (b"content-type", file.media_type.encode("latin-1")),
        (b"content-length", b"%d" % file.size_bytes),
        (b"x-content-type-options", b"nosniff"),
        (b"content-security-policy", b"default-src 'none'; sandbox"),
        kept,
    ]
    await send({"type": "http.response.start", "status": 200, "headers": [*own, *headers]})
    async for chunk in picture.chunks:
        await send({"type": "http.response.body", "body": chunk, "more_body": True})
    await send({"type": "http.response.body", "body": b""})
