"""A mail that goes out, as bytes.

Source:  RFC 5322 (the header), RFC 2047 (other letters in it), RFC 2046 and 2183 (files), RFC 3834 (mails
         that programs send).
"""

import hashlib
import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from email.header import Header
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, formataddr

from frontdesk.domain.attachment import Attachment
from frontdesk.domain.mail_facts import MailPosted

REFERENCES_CHARS_MAX = 900  # A line may have 998.
_ASCII = re.compile(r"[ -~]*")
_FORBIDDEN = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff/\\]")
_AUTOMATIC = {
    "acknowledgement": "auto-replied",
    "auto_response": "auto-replied",
    "outbound_notification": "auto-generated",
}


def compose(mail: MailPosted, posted_ms: int, files: Sequence[Attachment] = ()) -> bytes:
    """The mail as a mail server takes it, with its files. `posted_ms` is when it was written.

    Shape:   the same mail is the same bytes, however often it is sent.
    Errors:  `ValueError` for what would be more than one header field; the domain refuses that before.
    """
    lines = (f"{name}: {value}" for name, value in _fields(mail, posted_ms))
    head = "\r\n".join(_one_field(line) for line in lines)
    return head.encode("ascii") + b"\r\n" + _body(mail, files)


def envelope_sender(mail: MailPosted) -> str:
    """Who hears that it could not be delivered: nobody of what a program answered, by RFC 3834 §3.3."""
    return "" if _AUTOMATIC.get(mail.kind) == "auto-replied" else plain(mail.sender)


def plain(address: str) -> str:
    """An address as mail servers have it: a domain in other letters by its name in ASCII.

    Errors:  `ValueError` when there is no such name.
    """
    local, _, domain = address.rpartition("@")
    return f"{local}@{domain if domain.isascii() else domain.encode('idna').decode()}"


def _fields(mail: MailPosted, posted_ms: int) -> Iterator[tuple[str, str]]:
    yield "From", formataddr((mail.sender_name, plain(mail.sender)))
    yield "To", _addresses(mail.to)
    if mail.cc:
        yield "Cc", _addresses(mail.cc)
    yield "Subject", _words(mail.subject)
    yield "Date", format_datetime(datetime.fromtimestamp(posted_ms // 1000, UTC))
    yield "Message-ID", f"<{mail.message_id}>"
    if mail.in_reply_to:
        yield "In-Reply-To", f"<{mail.in_reply_to}>"
    if mail.references:
        yield "References", "\r\n ".join(f"<{each}>" for each in _fitting(mail.references))
    if mail.kind in _AUTOMATIC:
        yield "Auto-Submitted", _AUTOMATIC[mail.kind]


def _addresses(addresses: Iterable[str]) -> str:
    return ",\r\n ".join(plain(address) for address in addresses)


def _fitting(references: tuple[str, ...]) -> list[str]:
    """The first mail of a thread and as many of the newest as fit, as RFC 5537 §3.4.4 cuts them."""
    kept = [references[0]]
    room = REFERENCES_CHARS_MAX - len(references[0])
    for each in reversed(references[1:]):
        room -= len(each) + 4
        if room < 0:
            break
        kept.insert(1, each)
    return kept


def _words(text: str) -> str:
    if _ASCII.fullmatch(text) and "=?" not in text:
        return text
    return Header(text, "utf-8", header_name="Subject").encode(linesep="\r\n")


def _one_field(line: str) -> str:
    """`line`, which goes on in further lines only where it is folded."""
    if re.search(r"\r\n(?! )|(?<!\r)\n|\r(?!\n)", line):
        raise ValueError("a header field that is more than one")
    return line


def _body(mail: MailPosted, files: Sequence[Attachment]) -> bytes:
    """The text and the files with what says how they are encoded, in letters that every mail server lets
    through."""
    body = EmailMessage(policy=SMTP)
    body.set_content(re.sub(r"\r\n?", "\n", mail.text), charset="utf-8", cte="quoted-printable")
    for file in files:
        kind, _, subkind = file.media_type.partition("/")
        name = _FORBIDDEN.sub("_", file.name) or "file"
        body.add_attachment(file.content, maintype=kind, subtype=subkind or "octet-stream", filename=name)
    if files:
        # Neither quoted-printable nor base64 has "=_", so no content can end a part.
        body.set_boundary(f"=_{hashlib.sha256(mail.message_id.encode()).hexdigest()[:32]}")
    return body.as_bytes()
