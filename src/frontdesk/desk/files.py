"""The use cases of files: take one in, hand one out, delete one."""

import codecs
import re
from collections.abc import AsyncIterator, Callable, Mapping

import puremagic
from msgspec import Struct

from frontdesk.desk.chat import Chat
from frontdesk.desk.identity import new_id
from frontdesk.desk.interactions import Interactions
from frontdesk.desk.services import ServiceBook
from frontdesk.domain.commands import AddFile, DeleteFile, FetchFile
from frontdesk.domain.events import FileUploaded, Visibility
from frontdesk.domain.filing import check_upload, extension
from frontdesk.domain.interaction import File, write_id
from frontdesk.errors import NotFound, Refused
from frontdesk.store.files import FileStore

SNIFFED_BYTES = 8192
UNKNOWN = "application/octet-stream"
# What runs when it is opened, by its first bytes; whatever the file is called, nobody is sent one.
_PROGRAMS = (
    *(b"MZ", b"\x7fELF", b"\xca\xfe\xba\xbe", b"#!"),
    *(b"\xcf\xfa\xed\xfe", b"\xfe\xed\xfa\xcf", b"\xce\xfa\xed\xfe", b"\xfe\xed\xfa\xce"),  # macOS.
    b"L\x00\x00\x00\x01\x14\x02\x00",  # A shortcut of Windows, which runs what it names.
)
# How files with these endings begin. A page or an archive under such a name is meant to deceive.
_JPEG = re.compile(rb"\xff\xd8\xff")
_BEGINS: Mapping[str, re.Pattern[bytes]] = {
    "jpg": _JPEG,
    "jpeg": _JPEG,
    "png": re.compile(rb"\x89PNG\r\n\x1a\n"),
    "gif": re.compile(rb"GIF8[79]a"),
    "webp": re.compile(rb"RIFF.{4}WEBP", re.DOTALL),
    "pdf": re.compile(rb".{0,1019}%PDF-", re.DOTALL),  # Readers look for it in the first kilobyte.
    **dict.fromkeys(("docx", "xlsx"), re.compile(rb"PK\x03\x04")),
}
_UTF8 = codecs.getincrementaldecoder("utf-8")
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f\x7f-\x9f]")  # No text has these; spaces and line ends it has.
# What a browser shows without running anything, should somebody open it from disk.
_SAFE = frozenset(
    ("image/jpeg", "image/png", "image/gif", "image/webp", "application/pdf", "text/plain", "text/csv")
)


class Upload(Struct, frozen=True, kw_only=True):
    """A file as it came; `size_bytes` is its true size, also when its content was too much to keep."""

    name: str
    content: bytes
    size_bytes: int
    description: str = ""
    client_id: str = ""


class Files:
    """Files of interactions: facts in the log, bytes in the file store."""

    def __init__(
        self,
        files: FileStore,
        interactions: Interactions,
        services: ServiceBook,
        clock_ms: Callable[[], int],
    ) -> None:
        self._files = files
        self._interactions = interactions
        self._services = services
        self._clock_ms = clock_ms

    async def take(self, interaction_id: str, party_id: int, upload: Upload) -> tuple[Chat, File]:
        """Keep a file and say so in the transcript.

        Shape:   a repeated `client_id` is the first file again.
        Errors:  `Refused` as `check_upload`; `NotFound`; `Unavailable` when it cannot be kept.
        """
        chat, full = await self._interactions.chats.full(interaction_id)
        if upload.client_id and write_id(party_id, upload.client_id) in full.state.recent_ids:
            return chat, await self._uploaded_as(interaction_id, party_id, upload.client_id)
        rules = self._services.rules(full.state.service)
        check_upload(full.state, party_id, upload.name, upload.size_bytes, rules)
        if len(upload.content) != upload.size_bytes:
            limit = rules.files.upload_max_file_bytes
            raise Refused("file_too_large", "the upload is too large", limit=limit)
        head = upload.content[:SNIFFED_BYTES]
        media_type = sniff(head)
        check_name(upload.name, head)
        file_id = new_id(self._clock_ms())
        key = f"{interaction_id}/{file_id}"
        await self._files.put(key, upload.content)
        command = AddFile(
            party_id=party_id,
            file_id=file_id,
            name=upload.name,
            size_bytes=upload.size_bytes,
            media_type=media_type,
            description=upload.description,
            client_id=upload.client_id,
        )
        try:
            chat = await self._interactions.do(interaction_id, command)
        except (Refused, NotFound):  # After any other error it may be in the transcript all the same.
            await self._files.delete(key)
            raise
        _, full = await self._interactions.chats.full(interaction_id)
        kept = full.state.file(file_id)
        if kept is None:  # The same upload came twice at once, and this one was second.
            await self._files.delete(key)
            kept = await self._uploaded_as(interaction_id, party_id, upload.client_id)
        return chat, kept

    async def _uploaded_as(self, interaction_id: str, party_id: int, client_id: str) -> File:
        """The file that a party sent under an id of its own."""
        for line in reversed(await self._interactions.chats.history(interaction_id)):
            event = line.event
            if isinstance(event, FileUploaded) and (event.party_id, event.client_id) == (party_id, client_id):
                return File(event.file_id, party_id, event.name, event.size_bytes, event.media_type)
        raise NotFound("there is no such file")

    async def hand_out(
        self, interaction_id: str, party_id: int, file_id: str
    ) -> tuple[File, AsyncIterator[bytes]]:
        """A file and its bytes; the visitor's downloads are counted.

        Errors:  `NotFound`; `Refused("fetches_used_up")`; `Unavailable`.
        """
        _, full = await self._interactions.chats.full(interaction_id)
        file = full.state.file(file_id)
        if file is None or file.is_deleted:
            raise NotFound("there is no such file")
        chunks = self._files.open(f"{interaction_id}/{file_id}")
        first = await anext(chunks, b"")  # Before it is counted: what is lost cannot be downloaded.
        await self._interactions.do(interaction_id, FetchFile(party_id, file_id))
        return file, _with_first(first, chunks)

    async def shown(self, interaction_id: str, file_id: str) -> File | None:
        """A file that the visitor was told of, also a deleted one; None for any other. Errors: `NotFound`."""
        _, full = await self._interactions.chats.full(interaction_id)
        file = full.state.file(file_id)
        if file is None or file.visibility is not Visibility.ALL:
            return None
        return file

    async def content(self, interaction_id: str, file: File) -> AsyncIterator[bytes]:
        """The bytes of a file that a page shows, which counts as no download.

        Errors:  `NotFound`, `Unavailable`.
        """
        if file.is_deleted:
            raise NotFound("there is no such file")
        chunks = self._files.open(f"{interaction_id}/{file.file_id}")
        return _with_first(await anext(chunks, b""), chunks)

    async def delete(self, interaction_id: str, party_id: int, file_id: str) -> Chat:
        """Errors: `NotFound`, `Refused("not_your_file")`."""
        chat = await self._interactions.do(interaction_id, DeleteFile(party_id, file_id))
        await self._files.delete(f"{interaction_id}/{file_id}")
        return chat


async def _with_first(first: bytes, chunks: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    if first:
        yield first
    async for chunk in chunks:
        yield chunk


def sniff(head: bytes) -> str:
    """What a file is by its first bytes: a type that is safe to name, or `application/octet-stream`.

    Errors:  `Refused("file_type")`: it is a program, whatever it is called.
    """
    if head.startswith(_PROGRAMS):
        raise Refused("file_type", "programs cannot be sent")
    try:
        found = puremagic.from_string(head, mime=True)
    except (puremagic.PureError, ValueError):
        found = "text/plain"
    if found.startswith("text/") and not _is_text(head):
        return UNKNOWN
    return found if found in _SAFE else UNKNOWN


def check_name(name: str, head: bytes) -> None:
    """Errors: `Refused("file_type")`: the name promises what the first bytes are not."""
    begins = _BEGINS.get(extension(name))
    if begins is not None and head and not begins.match(head):
        raise Refused("file_type", "the file is not what its name says")


def _is_text(head: bytes) -> bool:
    try:
        text = _UTF8().decode(head)  # Its last letter may be cut off.
    except UnicodeDecodeError:
        return False
    return bool(text) and not _CONTROL.search(text)
