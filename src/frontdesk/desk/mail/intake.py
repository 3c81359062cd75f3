"""The intake: each mail that comes in is put to the interaction that it belongs to, once.

A mail is known by its Message-ID: a stream of that name says which interaction has it. It is claimed for one
before it is put there, and marked as kept afterwards, so that whoever brings it again, also after a crash in
between, finds where it belongs and what is left to do.
"""

import hashlib
from collections import Counter
from collections.abc import Callable
from typing import Literal

import msgspec
import structlog
from msgspec import Struct

from frontdesk.desk.files import SNIFFED_BYTES, check_name, sniff
from frontdesk.desk.identity import new_id
from frontdesk.desk.interactions import Interactions
from frontdesk.desk.mail.names import Names
from frontdesk.desk.services import ServiceBook
from frontdesk.domain.attachment import Attachment
from frontdesk.domain.commands import BeginMessage, ReceiveMail
from frontdesk.domain.events import FileUploaded, Medium
from frontdesk.domain.filing import extension
from frontdesk.domain.incoming import IncomingMail
from frontdesk.domain.mail_facts import Automatic, MailReceived
from frontdesk.domain.rules import Rules
from frontdesk.errors import Conflict, NotFound, Refused
from frontdesk.store.files import FileStore
from frontdesk.store.log import Store

ATTEMPTS_MAX = 10
NO_PERSON = (Automatic.REPLY, Automatic.BOUNCE)

What = Literal["begun", "joined", "repeated", "passed_over"]

_log = structlog.get_logger("intake")


class Claimed(Struct, frozen=True, tag=True):
    """A mail belongs to this interaction, which follows `related` when it is to begin with the mail."""

    interaction_id: str
    related: str = ""


class Kept(Struct, frozen=True, tag=True):
    """The mail is there."""


class TakenIn(Struct, frozen=True):
    """What became of a mail, and where it is."""

    what: What
    interaction_id: str = ""


_decode = msgspec.json.Decoder(Claimed | Kept).decode
_encode = msgspec.json.Encoder().encode


class Intake:
    """Takes mails in. `counts` is how many there were, by what became of them."""

    def __init__(
        self,
        store: Store,
        files: FileStore,
        interactions: Interactions,
        services: ServiceBook,
        names: Names,
        service: str,
        clock_ms: Callable[[], int],
    ) -> None:
        self.counts: Counter[str] = Counter()
        self._store = store
        self._files = files
        self._interactions = interactions
        self._services = services
        self._names = names
        self._service = service
        self._clock_ms = clock_ms

    async def take(self, mail: IncomingMail) -> TakenIn:
        """Put a mail where it belongs; brought again, it is passed over.

        Errors:  `Unavailable` when it cannot be kept now: it should be brought again.
        """
        taken = await self._take(mail)
        self.counts[taken.what] += 1
        _log.info("mail_in", what=taken.what, interaction_id=taken.interaction_id)
        return taken

    async def _take(self, mail: IncomingMail) -> TakenIn:
        stream = _stream_of(mail.message_id)
        for _ in range(ATTEMPTS_MAX):
            history = [_decode(record.body) for record in await self._store.read(stream)]
            if history and isinstance(history[-1], Kept):
                return TakenIn("repeated", _place(history))
            claimed = history[-1] if history else await self._place_for(mail)
            if not isinstance(claimed, Claimed):
                return TakenIn("passed_over")
            try:
                if not history:
                    await self._note(stream, 0, claimed)
                    history = [claimed]
                what = await self._put(claimed, mail)
                await self._note(stream, len(history), Kept())
            except Conflict:
                continue  # Somebody else brings the same mail.
            except Refused as refused:
                if refused.code not in ("ended", "full"):
                    raise
                anew = Claimed(new_id(self._clock_ms()), related=claimed.interaction_id)
                await self._note(stream, len(history), anew)
                continue
            return TakenIn(what, claimed.interaction_id)
        raise Conflict(f"{stream} lost {ATTEMPTS_MAX} races in a row")

    async def _note(self, stream: str, after: int, event: Claimed | Kept) -> None:
        await self._store.append(stream, after, (_encode(event),), self._clock_ms())

    # --- where it belongs ----------------------------------------------------------------------

    async def _place_for(self, mail: IncomingMail) -> Claimed | None:
        """Where a mail that nobody has brought before belongs; None for one that is not to be kept."""
        if self._names.interaction_of(mail.message_id):
            return None  # It is one of ours, which somebody sent back to us.
        for name in (*mail.returned, *mail.in_reply_to, *reversed(mail.references)):
            found = self._names.interaction_of(name) or await self._brought_by(name)
            if found and (place := await self._place_in(found, mail)) is not None:
                return place
        if mail.automatic in NO_PERSON or not mail.sender:
            return None
        return Claimed(new_id(self._clock_ms()))

    async def _brought_by(self, message_id: str) -> str:
        """The interaction that a mail was put to; empty for one that never came in."""
        return _place([_decode(record.body) for record in await self._store.read(_stream_of(message_id))])

    async def _place_in(self, interaction_id: str, mail: IncomingMail) -> Claimed | None:
        try:
            _, full = await self._interactions.chats.full(interaction_id)
        except NotFound:
            return None
        if full.state.medium is not Medium.MESSAGE:
            return None
        if full.state.is_open or mail.automatic is Automatic.BOUNCE:
            return Claimed(interaction_id)
        return Claimed(new_id(self._clock_ms()), interaction_id) if mail.automatic not in NO_PERSON else None

    # --- putting it there ----------------------------------------------------------------------

    async def _put(self, claimed: Claimed, mail: IncomingMail) -> What:
        interaction_id = claimed.interaction_id
        try:
            _, full = await self._interactions.chats.full(interaction_id)
        except NotFound:
            full = None
        if full is not None and mail.message_id in full.state.mailbox.received:
            return "repeated"
        files, left_out = await self._keep_files(interaction_id, mail.attachments)
        fact = _fact_of(mail, files, left_out)
        try:
            if full is None:
                await self._interactions.start(interaction_id, self._beginning(claimed, mail, fact, files))
                return "begun"
            await self._interactions.do(interaction_id, ReceiveMail(fact, files))
        except (Refused, Conflict):
            for file in files:
                await self._files.delete(f"{interaction_id}/{file.file_id}")
            raise
        return "joined"

    def _beginning(
        self, claimed: Claimed, mail: IncomingMail, fact: MailReceived, files: tuple[FileUploaded, ...]
    ) -> BeginMessage:
        return BeginMessage(
            service=self._service,
            user_id=new_id(self._clock_ms()),
            address=mail.reply_to or mail.sender,
            name=mail.sender_name,
            subject=mail.subject,
            endpoint=mail.to[0] if mail.to else "",
            related=claimed.related,
            first=fact,
            files=files,
        )

    async def _keep_files(
        self, interaction_id: str, attachments: tuple[Attachment, ...]
    ) -> tuple[tuple[FileUploaded, ...], tuple[str, ...]]:
        """What may be kept of what came along, kept; and the names of the rest."""
        kept: list[FileUploaded] = []
        left_out: list[str] = []
        for each in attachments:
            try:
                media_type = _checked(each, self._services.rules(self._service))
            except Refused:
                left_out.append(each.name)
                continue
            file_id = new_id(self._clock_ms())
            await self._files.put(f"{interaction_id}/{file_id}", each.content)
            kept.append(
                FileUploaded(
                    party_id=1,
                    file_id=file_id,
                    name=each.name,
                    size_bytes=len(each.content),
                    media_type=media_type,
                )
            )
        return tuple(kept), tuple(left_out)


def _checked(file: Attachment, rules: Rules) -> str:
    """What a file is. Errors: `Refused`: it is none of those that the service takes."""
    if not file.content or len(file.content) > rules.files.upload_max_file_bytes:
        raise Refused("file_too_large", "the file is empty or too large")
    if extension(file.name) not in rules.files.upload_file_types:
        raise Refused("file_type", "files of this type are not kept")
    head = file.content[:SNIFFED_BYTES]
    check_name(file.name, head)
    return sniff(head)


def _fact_of(mail: IncomingMail, files: tuple[FileUploaded, ...], left_out: tuple[str, ...]) -> MailReceived:
    return MailReceived(
        message_id=mail.message_id,
        sender=mail.sender,
        sender_name=mail.sender_name,
        reply_to=mail.reply_to,
        to=mail.to,
        cc=mail.cc,
        subject=mail.subject,
        text=mail.text,
        in_reply_to=mail.in_reply_to[0] if mail.in_reply_to else "",
        references=mail.references,
        files=tuple(file.file_id for file in files),
        left_out=(*mail.left_out, *left_out),
        automatic=mail.automatic,
        is_cut=mail.is_cut,
    )


def _stream_of(message_id: str) -> str:
    return f"mail/{hashlib.sha256(message_id.encode()).hexdigest()}"


def _place(history: list[Claimed | Kept]) -> str:
    claims = [each for each in history if isinstance(each, Claimed)]
    return claims[-1].interaction_id if claims else ""
