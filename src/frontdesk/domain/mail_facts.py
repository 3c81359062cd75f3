"""The facts of a message interaction: the mails that came in, and what became of those that were to go out.

They are events of an interaction like those of `events.py`, and like those they are stored for ever. A mail
that is to go out is named by a `mail_id` of ours from the first; `message_id` is its name in the world.
"""

from enum import StrEnum

from msgspec import Struct


class Automatic(StrEnum):
    """Whether a program wrote a mail: not at all, on its own account, or because of one of ours."""

    NO = ""
    GENERATED = "generated"
    REPLY = "reply"
    BOUNCE = "bounce"


class MailReceived(Struct, frozen=True, tag=True, kw_only=True, omit_defaults=True):
    """A mail came in. `message_id` is as its sender names it, `reply_to` where answers go, `files` what was
    attached and kept, `left_out` the names of what was not; `is_cut` when the text was longer than is kept.
    """

    message_id: str
    sender: str
    party_id: int = 1
    sender_name: str = ""
    reply_to: str = ""
    to: tuple[str, ...] = ()
    cc: tuple[str, ...] = ()
    subject: str = ""
    text: str = ""
    in_reply_to: str = ""
    references: tuple[str, ...] = ()
    files: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()
    automatic: Automatic = Automatic.NO
    is_cut: bool = False


class MailDrafted(Struct, frozen=True, tag=True, kw_only=True, omit_defaults=True):
    """A mail was written and is not to go yet. `party_id` is 0 when an application wrote it; `kind` is what
    sort of message it is, `response` the stored text that it was made of.
    """

    mail_id: str
    party_id: int = 0
    kind: str = ""
    sender: str = ""
    to: tuple[str, ...] = ()
    cc: tuple[str, ...] = ()
    bcc: tuple[str, ...] = ()
    subject: str = ""
    text: str = ""
    response: str = ""


class MailPosted(Struct, frozen=True, tag=True, kw_only=True, omit_defaults=True):
    """A mail is to go out, just as it stands here, with those files of the interaction that `files` names.
    `party_id` is 0 when an application sends it, and then the session `session_id` asked for it as its
    request `request_id`, whose action was `asked`.
    """

    mail_id: str
    message_id: str
    sender: str
    to: tuple[str, ...]
    party_id: int = 0
    kind: str = ""
    sender_name: str = ""
    cc: tuple[str, ...] = ()
    bcc: tuple[str, ...] = ()
    subject: str = ""
    text: str = ""
    in_reply_to: str = ""
    references: tuple[str, ...] = ()
    client_id: str = ""
    session_id: str = ""
    request_id: str = ""
    asked: str = ""
    files: tuple[str, ...] = ()


class MailTried(Struct, frozen=True, tag=True):
    """A node begins to send a mail; nobody else tries before `until_ms`. `ticket` is this trial's name."""

    mail_id: str
    attempt: int
    ticket: str
    until_ms: int


class MailDelayed(Struct, frozen=True, tag=True):
    """A mail could not go yet, and is tried again at `again_ms`; `reason` is for people."""

    mail_id: str
    reason: str
    again_ms: int


class MailSent(Struct, frozen=True, tag=True, kw_only=True, omit_defaults=True):
    """The mail server has taken a mail; `refused` are those of its recipients that it would not have."""

    mail_id: str
    answer: str = ""
    refused: tuple[str, ...] = ()


class MailFailed(Struct, frozen=True, tag=True, kw_only=True, omit_defaults=True):
    """A mail will not go. `code` is for programs: `rejected`, `gave_up`, `not_configured` or `file_gone`;
    `reason` is for people, in the mail server's words where it said anything.
    """

    mail_id: str
    code: str
    reason: str = ""


MailEvent = MailReceived | MailDrafted | MailPosted | MailTried | MailDelayed | MailSent | MailFailed


# What a program says on its own account, which no program is to answer.
AUTOMATIC_KINDS = frozenset(("acknowledgement", "auto_response", "outbound_notification"))


class OutgoingPhase(StrEnum):
    """How far a mail that is to go out has come."""

    DRAFT = "draft"
    POSTED = "posted"
    SENT = "sent"
    FAILED = "failed"


class Outgoing(Struct, frozen=True):
    """One mail that is to go out, without its text. `due_ms` is when it is next to be tried, `request_id`
    what waits for it."""

    mail_id: str
    phase: OutgoingPhase = OutgoingPhase.DRAFT
    message_id: str = ""
    party_id: int = 0
    attempt: int = 0
    ticket: str = ""
    due_ms: int = 0
    kind: str = ""
    response: str = ""
    session_id: str = ""
    request_id: str = ""
    asked: str = ""
    files: tuple[str, ...] = ()


class Mailbox(Struct, frozen=True):
    """What a message interaction knows of its mails without their texts.

    Shape:   `thread` names the newest mails of both sides, the newest last; `received` all that came in;
             `automatic` is of the newest of those. `answers`, `reply_to`, `subject` and `cc` are of the
             newest that a person may have written, as are `sender` and `to`: its name, where an answer goes,
             who wrote it to whom. Before any comes in, they are of what goes out.
    """

    answers: str = ""
    reply_to: str = ""
    sender: str = ""
    to: tuple[str, ...] = ()
    cc: tuple[str, ...] = ()
    subject: str = ""
    automatic: Automatic = Automatic.NO
    thread: tuple[str, ...] = ()
    received: tuple[str, ...] = ()
    outgoing: tuple[Outgoing, ...] = ()
    automatic_answers: int = 0

    def mail(self, mail_id: str) -> Outgoing | None:
        return next((mail for mail in self.outgoing if mail.mail_id == mail_id), None)
