"""A mail that came in, from its bytes: lenient with what is broken, and unmoved by what is hostile.

Source:  RFC 5322, RFC 2045-2047, RFC 3462 and 3464 (mails that came back), RFC 3834 (programs that write).
"""

import codecs
import contextlib
import hashlib
import re
from collections.abc import Iterator
from email import message_from_bytes
from email.errors import HeaderParseError
from email.header import decode_header
from email.message import Message
from email.parser import BytesHeaderParser
from email.utils import getaddresses

from frontdesk.domain.attachment import Attachment
from frontdesk.domain.incoming import IncomingMail
from frontdesk.domain.mail_facts import Automatic
from frontdesk.domain.mailing import RECIPIENTS_MAX, TEXT_CHARS_MAX, is_address, is_message_id
from frontdesk.wire.form import without_controls
from frontdesk.wire.mail_html import text_of_html

PARTS_MAX = 200
DEPTH_MAX = 10
NESTED_MAX = 30
LINES_MAX = 500_000  # A third more than the largest mail has that is well formed.
HEADS_BYTES_MAX = 262_144
ATTACHMENTS_MAX = 20
SUBJECT_CHARS_MAX = 500
NAME_CHARS_MAX = 200
REFERENCES_MAX = 32
HEAD_CHARS_MAX = 20_000
"""Of one header field that is looked at: a hundred addresses, thirty mails of a thread."""
HTML_CHARS_MAX = 1_000_000
CHARSETS_TRIED = ("utf-8", "cp1252")
NOT_CHARSETS = frozenset(("punycode", "idna", "unicode_escape", "raw_unicode_escape"))
"""What Python can decode too, though no mail is written in it; the first takes hours for a large one."""

_NESTS = re.compile(rb"boundary\s{0,5}=|message/rfc822", re.IGNORECASE)
_CONTENT_FIELD = re.compile(rb"(?:^|[\r\n])content-(?:type|disposition)[ \t]*:", re.IGNORECASE)
_FIELD_END = re.compile(rb"[\r\n](?![ \t\n])")
_ID = re.compile(r"<([^\s<>]{1,900})>")
_REPLIES = frozenset(("auto_reply", "autoreply"))
_BULK = frozenset(("bulk", "junk", "list"))


class _Content:
    """What the parts of a mail add up to."""

    def __init__(self) -> None:
        self.plain: list[str] = []
        self.html: list[str] = []
        self.attachments: list[Attachment] = []
        self.left_out: list[str] = []
        self.returned: list[str] = []
        self.is_cut = False


def parse(content: bytes) -> IncomingMail:
    """The mail that `content` is; anything at all can be read as one."""
    read = _Content()
    if is_tangled(content):
        message: Message = BytesHeaderParser().parsebytes(content[:HEADS_BYTES_MAX])
        read.is_cut = True
    else:
        message = message_from_bytes(content)
        for part in _parts(message, read):
            _take(part, read)
    text, is_cut = _text(read)
    sender_name, sender = _mailbox(_field(message, "From"))
    _, reply_to = _mailbox(_field(message, "Reply-To"))
    named = _message_ids(_field(message, "Message-ID"))
    return IncomingMail(
        message_id=named[0] if named else f"{hashlib.sha256(content).hexdigest()}@unnamed.invalid",
        sender=sender,
        sender_name=sender_name,
        reply_to=reply_to,
        to=_addresses(_field(message, "To")),
        cc=_addresses(_field(message, "Cc")),
        subject=_line(_field(message, "Subject"), SUBJECT_CHARS_MAX),
        text=text,
        is_cut=is_cut,
        in_reply_to=_message_ids(_field(message, "In-Reply-To")),
        references=_message_ids(_field(message, "References"))[-REFERENCES_MAX:],
        returned=tuple(read.returned),
        automatic=_automatic(message, sender),
        attachments=tuple(read.attachments),
        left_out=tuple(read.left_out),
    )


def is_tangled(content: bytes) -> bool:
    """Whether taking a mail apart would cost far more than its size.

    Shape:   so many lines, parts within parts, or parameters, which take time by the square of their number.
    """
    nested = sum(1 for _ in _NESTS.finditer(content))
    return nested > NESTED_MAX or content.count(b"\n") > LINES_MAX or _has_long_field(content)


def _has_long_field(content: bytes) -> bool:
    for found in _CONTENT_FIELD.finditer(content):
        end = _FIELD_END.search(content, found.end())
        if (end.start() if end is not None else len(content)) - found.end() > HEAD_CHARS_MAX:
            return True
    return False


# --- its parts -----------------------------------------------------------------------------------


def _parts(message: Message, read: _Content) -> Iterator[Message]:
    """The leaves of a mail, in order; what lies too deep, or comes after too many, is left out."""
    waiting: list[tuple[Message, int]] = [(message, 0)]
    count = 0
    while waiting:
        part, depth = waiting.pop()
        count += 1
        if count > PARTS_MAX or depth > DEPTH_MAX:
            read.is_cut = True
            continue
        inner = part.get_payload() if part.is_multipart() else None
        kind = part.get_content_type()
        if kind in ("message/rfc822", "message/delivery-status", "text/rfc822-headers"):
            read.returned += _returned(part)
        if kind in ("message/rfc822", "message/delivery-status") or not isinstance(inner, list):
            yield part
        else:
            waiting += [(each, depth + 1) for each in reversed(inner) if isinstance(each, Message)]


def _take(part: Message, read: _Content) -> None:
    kind, name = part.get_content_type(), _file_name(part)
    is_file = bool(name) or part.get_content_disposition() == "attachment"
    if not is_file and kind == "text/plain":
        read.plain.append(_decoded(part))
    elif not is_file and kind == "text/html":
        read.html.append(_decoded(part))
    elif kind.startswith("message/") or kind == "text/rfc822-headers":
        read.left_out.append(name or kind)
    elif is_file and len(read.attachments) < ATTACHMENTS_MAX:
        read.attachments.append(Attachment(name or "unnamed", _bytes(part)))
    else:
        read.left_out.append(name or kind)


def _text(read: _Content) -> tuple[str, bool]:
    """The words of a mail: as its writer's program put them in plain text, else those of its HTML."""
    plain = "\n\n".join(filter(str.strip, read.plain))
    if plain:
        text, is_cut = plain[:TEXT_CHARS_MAX], len(plain) > TEXT_CHARS_MAX
    else:
        page = "\n".join(read.html)
        text, is_whole = text_of_html(page[:HTML_CHARS_MAX], TEXT_CHARS_MAX)
        is_cut = not is_whole or len(page) > HTML_CHARS_MAX
    return without_controls(text.replace("\r\n", "\n").replace("\r", "\n")).strip(), is_cut or read.is_cut


def _bytes(part: Message) -> bytes:
    """What a part holds. A coding that is broken, or not known, leaves what stands there."""
    try:
        content = part.get_payload(decode=True)
    except (ValueError, LookupError, AssertionError):
        content = None
    return content if isinstance(content, bytes) else b""


def _decoded(part: Message) -> str:
    content = _bytes(part)
    return _in_letters(content, part.get_content_charset("utf-8"))


def _file_name(part: Message) -> str:
    try:
        name = part.get_filename("")
    except (ValueError, LookupError, AttributeError, TypeError):
        return "unnamed"
    return _line(_words(name), NAME_CHARS_MAX).rpartition("/")[2].rpartition("\\")[2]


def _returned(part: Message) -> list[str]:
    """The names of the mails that a report tells about: the mail itself is in it, or its head."""
    head = part.get_payload()
    if isinstance(head, list):
        return [
            i for each in head if isinstance(each, Message) for i in _message_ids(_field(each, "Message-ID"))
        ]
    text = _decoded(part)[:HEAD_CHARS_MAX]
    found = re.search(r"^message-id:\s*(<[^\s<>]{1,900}>)", text, re.IGNORECASE | re.MULTILINE)
    return list(_message_ids(found[1])) if found else []


# --- its head ------------------------------------------------------------------------------------


def _field(message: Message, name: str) -> str:
    """A header field as it stands there, at most `HEAD_CHARS_MAX` of it; empty when it is absent."""
    for key, value in message.raw_items():
        if key.lower() == name.lower():
            raw = str(value)[:HEAD_CHARS_MAX].encode("utf-8", "surrogateescape")
            return raw.decode("utf-8", "replace")
    return ""


def _words(raw: str) -> str:
    """What a header field says, in whatever letters."""
    try:
        pieces = decode_header(raw)
    except (HeaderParseError, ValueError, LookupError):
        return raw
    return "".join(piece if isinstance(piece, str) else _in_letters(piece, of) for piece, of in pieces)


def _in_letters(piece: bytes, charset: str | None) -> str:
    for name in (charset or "utf-8", *CHARSETS_TRIED):
        with contextlib.suppress(LookupError, UnicodeError, ValueError):
            if codecs.lookup(name).name.replace("-", "_") not in NOT_CHARSETS:
                return piece.decode(name)
    return piece.decode("latin-1")


def _line(raw: str, chars_max: int) -> str:
    """A field as one line, without what could steer anything."""
    return without_controls(" ".join(_words(raw).split()))[:chars_max]


def _pairs(raw: str) -> list[tuple[str, str]]:
    try:
        return getaddresses([raw])
    except (ValueError, IndexError, RecursionError):
        return []


def _mailbox(raw: str) -> tuple[str, str]:
    """The first address of a field that can be one, with the name beside it."""
    found = ((name, address) for name, address in _pairs(raw) if is_address(address))
    name, address = next(found, ("", ""))
    return _line(name, NAME_CHARS_MAX), address


def _addresses(raw: str) -> tuple[str, ...]:
    found = dict.fromkeys(address for _, address in _pairs(raw) if is_address(address))
    return tuple(found)[:RECIPIENTS_MAX]


def _message_ids(raw: str) -> tuple[str, ...]:
    found = _ID.findall(raw) or ([raw.strip()] if "@" in raw else [])
    return tuple(dict.fromkeys(each for each in found if is_message_id(each)))


def _automatic(message: Message, sender: str) -> Automatic:
    """Whether a program wrote it, by what programs say of themselves."""
    kind = message.get_content_type()
    report = str(message.get_param("report-type", "")).lower()
    if kind == "multipart/report" and report != "disposition-notification":
        return Automatic.BOUNCE
    if sender.partition("@")[0].lower() in ("mailer-daemon", "postmaster"):
        return Automatic.BOUNCE
    submitted = _field(message, "Auto-Submitted").strip().lower()
    precedence = _field(message, "Precedence").strip().lower()
    if (
        submitted.startswith("auto-replied")
        or kind == "multipart/report"
        or precedence in _REPLIES
        or _field(message, "X-Autoreply")
        or _field(message, "Return-Path").strip() == "<>"
    ):
        return Automatic.REPLY
    is_generated = submitted not in ("", "no") or precedence in _BULK
    return Automatic.GENERATED if is_generated else Automatic.NO
