"""The mailroom: how agents and applications write mails, and from which addresses those may come."""

from collections.abc import Callable, Sequence

from msgspec import Struct
from msgspec.structs import replace

from frontdesk.desk.identity import new_id
from frontdesk.desk.interactions import Interactions
from frontdesk.desk.mail.names import Names
from frontdesk.desk.mail.outbox import Outbox
from frontdesk.domain.commands import BeginMessage, PostMail
from frontdesk.domain.interaction import Interaction
from frontdesk.domain.mail_facts import MailDrafted, MailPosted
from frontdesk.domain.mailing import check
from frontdesk.errors import NotFound, Refused


class Sender(Struct, frozen=True):
    """Whom mails come from. `others` are further addresses that applications may use; without an `address`
    this installation has no mail."""

    address: str = ""
    name: str = ""
    others: tuple[str, ...] = ()
    service: str = ""


class Letter(Struct, frozen=True, kw_only=True):
    """What somebody wants to send. What is empty is as in the newest mail that came in; `files` are ids."""

    text: str
    to: tuple[str, ...] = ()
    cc: tuple[str, ...] = ()
    bcc: tuple[str, ...] = ()
    subject: str = ""
    sender: str = ""
    kind: str = ""
    client_id: str = ""
    files: tuple[str, ...] = ()


class Asked(Struct, frozen=True):
    """The request of a session that something is done for."""

    session_id: str = ""
    request_id: str = ""
    action: str = ""


NOBODY = Asked()


class Mailroom:
    """Mails on their way out, as they are written."""

    def __init__(
        self,
        interactions: Interactions,
        outbox: Outbox,
        sender: Sender,
        names: Names,
        clock_ms: Callable[[], int],
    ) -> None:
        self._interactions = interactions
        self._outbox = outbox
        self._sender = sender
        self._names = names
        self._clock_ms = clock_ms

    async def reply(self, interaction_id: str, party_id: int, letter: Letter) -> str:
        """Send a mail in a message interaction; the mail's id. `party_id` is 0 for an application.

        Errors:  `Refused` as `domain.mailing.post`, `mail_off`, `sender_not_allowed`; `NotFound`.
        """
        _, full = await self._interactions.chats.full(interaction_id)
        mail = self._addressed(interaction_id, full.state, letter, new_id(self._clock_ms()))
        mail = replace(mail, party_id=party_id, client_id=letter.client_id)
        await self._interactions.do(interaction_id, PostMail(mail))
        self._outbox.soon(interaction_id)
        return mail.mail_id

    async def begin(
        self,
        letter: Letter,
        *,
        interaction_id: str,
        mail_id: str,
        response: str = "",
        related: str = "",
        user_data: dict[str, str] | None = None,
        asked: Asked = NOBODY,
        application: str = "",
        sends: bool = False,
    ) -> None:
        """Begin a message interaction with a draft, which is sent at once when it `sends`.

        Errors:  `Refused` as `domain.mailing.check`, `mail_off`, `sender_not_allowed`; `Conflict` when there
                 is one of this id.
        """
        mail = _for(asked, self._addressed(interaction_id, Interaction(), letter, mail_id))
        check(mail)
        draft = MailDrafted(
            mail_id=mail_id,
            kind=letter.kind,
            sender=mail.sender,
            to=letter.to,
            cc=letter.cc,
            bcc=letter.bcc,
            subject=letter.subject,
            text=letter.text,
            response=response,
        )
        command = BeginMessage(
            service=self._sender.service,
            user_id=new_id(self._clock_ms()),
            address=letter.to[0],
            subject=letter.subject,
            user_data=user_data or {},
            related=related,
            first=draft,
            application=application,
            session_id=asked.session_id,
            request_id=asked.request_id,
            post=mail if sends else None,
        )
        await self._interactions.start(interaction_id, command)
        self._outbox.soon(interaction_id)

    async def send_draft(self, interaction_id: str, mail_id: str = "", *, asked: Asked = NOBODY) -> str:
        """Send what was drafted, the newest without a `mail_id`; its id. One that is on its way goes once.

        Errors:  `NotFound` when there is none; `Refused` as `reply`.
        """
        _, full = await self._interactions.chats.full(interaction_id)
        drafts = await self.drafts(interaction_id)
        draft = next((each for each in reversed(drafts) if mail_id in ("", each.mail_id)), None)
        if draft is None:
            raise NotFound("there is no such draft")
        letter = Letter(
            text=draft.text,
            to=draft.to,
            cc=draft.cc,
            bcc=draft.bcc,
            subject=draft.subject,
            sender=draft.sender,
            kind=draft.kind,
        )
        mail = _for(asked, self._addressed(interaction_id, full.state, letter, draft.mail_id))
        await self._interactions.do(interaction_id, PostMail(mail))
        self._outbox.soon(interaction_id)
        return draft.mail_id

    async def drafts(self, interaction_id: str) -> Sequence[MailDrafted]:
        """Every draft of an interaction, also those that have been sent, oldest first. Errors: `NotFound`."""
        history = await self._interactions.chats.history(interaction_id)
        return [told.event for told in history if isinstance(told.event, MailDrafted)]

    def _addressed(self, interaction_id: str, state: Interaction, letter: Letter, mail_id: str) -> MailPosted:
        """A letter as it goes out: from whom, to whom, as part of which thread."""
        sender = letter.sender or self._sender.address
        if not self._sender.address:
            raise Refused("mail_off", "this server has no mail address: mail.address is not set")
        if sender not in (self._sender.address, *self._sender.others):
            raise Refused("sender_not_allowed", f"{sender!r} is not in mail.senders")
        box = state.mailbox
        return MailPosted(
            mail_id=mail_id,
            message_id=self._names.name(interaction_id, mail_id),
            sender=sender,
            sender_name=self._sender.name,
            to=letter.to or ((box.reply_to,) if box.reply_to else ()),
            cc=letter.cc,
            bcc=letter.bcc,
            subject=letter.subject or _answering(box.subject),
            text=letter.text,
            kind=letter.kind,
            in_reply_to=box.answers,
            references=box.thread,
            files=tuple(dict.fromkeys(letter.files)),
        )


def _for(asked: Asked, mail: MailPosted) -> MailPosted:
    """A mail that a session waits for."""
    return replace(mail, session_id=asked.session_id, request_id=asked.request_id, asked=asked.action)


def _answering(subject: str) -> str:
    """The subject of an answer."""
    return subject if subject[:3].casefold() == "re:" else f"Re: {subject}".strip()
