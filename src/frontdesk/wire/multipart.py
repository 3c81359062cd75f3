"""`multipart/form-data`, chunk by chunk, into fields and files, in bounded memory, without temporary files.

A refused upload must still be read to its end: a browser reports a connection closed early as a lost
network, and the visitor never learns what was wrong. So the reader takes whatever it is fed. Over its limit
it keeps no file, but goes on reading fields, because clients send the file before the keys that say who is
asking.

Source:  RFC 7578; HTML Standard, "Multipart form data" for the escapes in names; chat-api-v2 §11.2.
"""

import unicodedata

from msgspec import Struct
from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header

from frontdesk.errors import Refused
from frontdesk.wire.form import FIELDS_MAX, Form, decode_text

HEADERS_MAX = 8  # Per part; browsers send two.
HEADER_BYTES_MAX = 8192  # Of one header; it has the file's name in it, whose letters may be escaped.
HEADER_PARAMETERS_MAX = 64  # Taking a header apart takes time that grows with their square.
FILE_NAME_BYTES_MAX = 200  # File systems take 255; users' copies get endings such as " (2)".
EXTENSION_BYTES_MAX = 20

# Marks that turn the direction of what follows: with them `exe.png` can be made to look like `gnp.exe`.
_DIRECTION_MARKS = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_UNPRINTABLE = frozenset(("Cc", "Cs", "Zl", "Zp"))


class FilePart(Struct, frozen=True, kw_only=True):
    """One uploaded file.

    Shape:   `field` is the name of the form's field, `name` the file's clean name, `media_type` what the
             client says it is, which proves nothing; `content` is empty when the form was too large.
    """

    field: str
    name: str
    media_type: str
    size_bytes: int
    content: bytes


class Parts(Struct, frozen=True):
    """A whole form. When it `is_too_large`, files have no content and late fields may be missing."""

    fields: Form
    files: tuple[FilePart, ...]
    is_too_large: bool = False


class MultipartReader:
    """A form as it arrives.

    Shape:   `feed` never raises; `finish` does. `is_too_large` from the chunk on that crossed `bytes_max` (of
             the whole body) or `field_bytes_max` (of all fields' values).
    Errors:  `Refused("bad_form")`: `content_type` is not multipart/form-data or names no boundary.
    """

    def __init__(self, content_type: str, *, bytes_max: int, field_bytes_max: int = 262_144) -> None:
        self.is_too_large = False
        self._bytes_left = bytes_max
        self._field_bytes_left = field_bytes_max
        self._fields = Form()
        self._files: list[FilePart] = []
        self._refusal: Refused | None = None
        self._is_complete = False
        self._parts_left = FIELDS_MAX
        self._part = _Part()
        self._header_name = b""
        self._header_value = b""
        self._parser = self._open(content_type)

    def _open(self, content_type: str) -> MultipartParser:
        media_type, options = parse_options_header(content_type)
        boundary = options.get(b"boundary", b"")
        if media_type != b"multipart/form-data" or not boundary:
            raise Refused("bad_form", "the content type is not multipart/form-data with a boundary")
        try:
            return MultipartParser(
                boundary,
                {
                    "on_part_begin": self._on_part_begin,
                    "on_part_data": self._on_part_data,
                    "on_part_end": self._on_part_end,
                    "on_header_field": self._on_header_field,
                    "on_header_value": self._on_header_value,
                    "on_header_end": self._on_header_end,
                    "on_headers_finished": self._on_headers_finished,
                    "on_end": self._on_end,
                },
                max_header_count=HEADERS_MAX,
                max_header_size=HEADER_BYTES_MAX,
            )
        except FormParserError as error:
            raise Refused("bad_form", "the boundary is too long") from error

    def feed(self, chunk: bytes) -> None:
        """Take in the next bytes of the body."""
        self._bytes_left -= len(chunk)
        if self._bytes_left < 0 and not self.is_too_large:
            self._give_up_content()
        if self._refusal is not None or not chunk:
            return
        try:
            self._parser.write(chunk)
        except FormParserError as error:
            self._refusal = Refused("bad_form", f"the multipart body is malformed: {error}")
        except Refused as refusal:
            self._refusal = refusal

    def finish(self) -> Parts:
        """The form, once the body has ended.

        Errors:  `Refused("bad_form")`: it is malformed, or ended before its last boundary.
        """
        if self._refusal is not None:
            raise self._refusal
        if not self._is_complete:
            raise Refused("bad_form", "the multipart body ends before its last boundary")
        return Parts(self._fields, tuple(self._files), self.is_too_large)

    def _give_up_content(self) -> None:
        self.is_too_large = True
        self._part.chunks.clear()
        self._files = [
            FilePart(
                field=f.field, name=f.name, media_type=f.media_type, size_bytes=f.size_bytes, content=b""
            )
            for f in self._files
        ]

    def _on_part_begin(self) -> None:
        self._part = _Part()
        self._parts_left -= 1
        if self._parts_left < 0:
            raise Refused("bad_form", f"there are more than {FIELDS_MAX} parts")

    def _on_header_field(self, data: bytes, start: int, end: int) -> None:
        self._header_name += data[start:end]

    def _on_header_value(self, data: bytes, start: int, end: int) -> None:
        self._header_value += data[start:end]

    def _on_header_end(self) -> None:
        self._part.headers[self._header_name.lower()] = self._header_value
        self._header_name = self._header_value = b""

    def _on_headers_finished(self) -> None:
        header = self._part.headers.get(b"content-disposition", b"")
        if header.count(b";") > HEADER_PARAMETERS_MAX:
            raise Refused("bad_form", f"a part's header has more than {HEADER_PARAMETERS_MAX} parameters")
        disposition, options = parse_options_header(header.decode("latin-1"))
        if disposition != b"form-data" or b"name" not in options:
            raise Refused("bad_form", "a part of the form has no name")
        self._part.field = decode_text(options[b"name"])
        if b"filename" in options:
            self._part.file_name = _unescaped(decode_text(options[b"filename"]))

    def _on_part_data(self, data: bytes, start: int, end: int) -> None:
        part = self._part
        part.size_bytes += end - start
        if part.file_name is None:
            self._field_bytes_left -= end - start
            if self._field_bytes_left < 0:
                self._give_up_content()
                return
        elif self.is_too_large:
            return
        part.chunks.append(data[start:end])

    def _on_part_end(self) -> None:
        part = self._part
        content = b"".join(part.chunks)
        if part.file_name is None:
            if self._field_bytes_left >= 0:
                self._fields.add(part.field, decode_text(content))
        elif (
            part.file_name or part.size_bytes
        ):  # A file input left empty is sent as a file without name and bytes.
            self._files.append(
                FilePart(
                    field=part.field,
                    name=clean_file_name(part.file_name),
                    media_type=part.media_type,
                    size_bytes=part.size_bytes,
                    content=content,
                )
            )

    def _on_end(self) -> None:
        self._is_complete = True


class _Part:
    """The part that is being read."""

    def __init__(self) -> None:
        self.headers: dict[bytes, bytes] = {}
        self.field = ""
        self.file_name: str | None = None
        self.size_bytes = 0
        self.chunks: list[bytes] = []

    @property
    def media_type(self) -> str:
        header = self.headers.get(b"content-type", b"").partition(b";")[0]
        return header.strip().lower().decode("latin-1")


def _unescaped(name: str) -> str:
    """A name as it was before a browser escaped the three characters that a header cannot hold."""
    return name.replace("%22", '"').replace("%0D", "\r").replace("%0A", "\n")


def clean_file_name(name: str) -> str:
    """The name to show and to offer for saving; never empty, and cleaning it again changes nothing.

    Shape:   no folders, no control or direction characters, no spaces or dots at its end, not longer than
             `FILE_NAME_BYTES_MAX` bytes of UTF-8, with its extension kept. It may hold quotes: whoever writes
             it into a header escapes them.
    """
    base = name.replace("\\", "/").rpartition("/")[2]
    shown = "".join(
        c for c in base if c not in _DIRECTION_MARKS and unicodedata.category(c) not in _UNPRINTABLE
    ).strip()
    stem, dot, extension = shown.rstrip(". ").rpartition(".")
    if not dot or len(extension.encode()) > EXTENSION_BYTES_MAX:
        stem, extension = shown.rstrip(". "), ""
    ending = f".{extension}" if extension else ""
    room = FILE_NAME_BYTES_MAX - len(ending.encode())
    kept = stem.encode()[:room].decode(errors="ignore")
    return f"{kept}{ending}".strip().rstrip(". ") or "file"
