"""Mailing: how mails come into a message interaction, are written, sent and tried again.

Each function decides about one wish as `decide` does: state, wish, time and rules in, facts or a refusal out.
"""

import re
from collections.abc import Sequence

from msgspec.structs import replace

from frontdesk.domain import commands, events, mail_facts
from frontdesk.domain.events import Event, Medium
from frontdesk.domain.interaction import Interaction, Phase
from frontdesk.domain.mail_facts import (
    AUTOMATIC_KINDS,
    Automatic,
    MailDelayed,
    MailFailed,
    MailPosted,
    Outgoing,
    OutgoingPhase,
)
from frontdesk.domain.refusals import seen, too_long
from frontdesk.domain.rules import ServiceRules
from frontdesk.domain.taking import waits_in
from frontdesk.domain.visitor import SUBJECT_CHARS_MAX, check_user_data
from frontdesk.errors import Refused

ADDRESS_CHARS_MAX = 254  # RFC 5321 §4.5.3.1.3 leaves no room for more.
RECIPIENTS_MAX = 50
SUBJECT_LINE_CHARS_MAX = 500  # Encoded and folded, it still fits into what header fields may have.
TEXT_CHARS_MAX = 100_000
FILES_MAX = 20
AUTOMATIC_ANSWERS_MAX = 3
"""Mails that programs of ours may send in one interaction without a person: two programs could answer each
other for ever."""
TRIAL_MS = 600_000  # Longer than any mail server is waited for; a node that died meanwhile is not.
CLIENT = 1
MODULE = "msgbased"
"""What sessions call messages."""
_ADDRESS = re.compile(r"[a-zA-Z0-9!#$%&'*+/=?^_`{|}~.-]{1,64}@[^@\s\x00-\x20\x7f-\x9f<>()\[\],;:\\\"]{1,255}")
_CONTROL = re.compile(r"[\x00-\x1f\x7f\x85\u2028\u2029]")
_MESSAGE_ID = re.compile(r"[!-;=?-~]{1,900}")  # Neither spaces nor angle brackets.


def begin(
    _state: Interaction, command: commands.BeginMessage, _now_ms: int, rules: ServiceRules
) -> Sequence[Event]:
    """A message interaction begins: with a mail that came in and waits, or with a draft and nobody there."""
    check_user_data(rules, command.user_data)
    happened: list[Event] = [
        events.Started(
            service=command.service,
            user_id=command.user_id,
            key_hash="",  # No key opens it: the correspondent has none.
            nickname=(command.name.strip() or command.address)[: rules.nickname_chars_max],
            email=command.address,
            subject=command.subject[:SUBJECT_CHARS_MAX],
            endpoint=command.endpoint,
            user_data=command.user_data,
            asynchronous=True,
            medium=Medium.MESSAGE,
            related=command.related,
        ),
        *command.files,
    ]
    if isinstance(command.first, mail_facts.MailDrafted):
        return (*happened, command.first, *_written_by(command, command.first))
    if command.session_id:
        owned = events.Owned(session_id=command.session_id, application=command.application, starts=True)
        return (*happened, command.first, owned)
    queue = command.queue or rules.queue
    demand = rules.queue_rules(queue).demand_of(command.user_data)
    return (*happened, command.first, events.Queued(queue=queue, demand=demand))


def _written_by(command: commands.BeginMessage, draft: mail_facts.MailDrafted) -> Sequence[Event]:
    """Whose a draft is, and what becomes of it."""
    if not command.session_id:
        # Nobody need be found for what only goes out; an answer to it wakes the interaction.
        return (events.Rested("outgoing"),)
    owned = events.Owned(session_id=command.session_id, application=command.application)
    if command.post is not None:
        return (owned, command.post)  # Whoever asked is answered when it has gone.
    return (owned, _done(command.session_id, command.request_id, "createmessage", draft.response))


def _done(session_id: str, request_id: str, action: str, response: str = "") -> events.Answered:
    data = {"srid": response} if action == "createmessage" else {}
    return events.Answered(
        session_id=session_id, request_id=request_id, action=action, module=MODULE, data=data
    )


def receive(
    state: Interaction, command: commands.ReceiveMail, _now_ms: int, rules: ServiceRules
) -> Sequence[Event]:
    """A mail joins the interaction that it answers; a person's wakes it, and so does one that came back.

    Errors:  `Refused`: `not_a_message`; `ended`, unless a program tells of what became of a mail of ours.
    """
    _message(state)
    mail = command.mail
    if mail.message_id in state.mailbox.received:
        return ()
    if not state.is_open and mail.automatic is not Automatic.BOUNCE:
        raise Refused("ended", "the interaction has ended")
    happened: tuple[Event, ...] = (*command.files, mail)
    if not state.is_open or mail.automatic is Automatic.REPLY:
        return happened
    if state.phase is Phase.DORMANT:
        return (*happened, events.Woke(CLIENT))
    is_sought = state.queued_ms or state.ringing is not None or state.owner or state.is_attended
    return happened if is_sought else (*happened, waits_in(state, rules, "", state.priority))


def draft(
    state: Interaction, command: commands.DraftMail, _now_ms: int, _rules: ServiceRules
) -> Sequence[Event]:
    """Errors: `Refused("not_a_message")`."""
    _message(state)
    return () if state.mailbox.mail(command.mail.mail_id) is not None else (command.mail,)


def post(
    state: Interaction, command: commands.PostMail, _now_ms: int, rules: ServiceRules
) -> Sequence[Event]:
    """A mail is to go out; one that goes already goes once.

    Errors:  `Refused`: `not_a_message`, `not_a_party`, `not_answering`, `automatic`; and as `check` and
             `_check_files`. To sessions: `notfound`, `notcontrolled`, `already_under_way`.
    """
    _message(state)
    mail = command.mail
    if mail.session_id:
        _check_session(state, mail)
    known = state.mailbox.mail(mail.mail_id)
    if known is not None and known.phase not in (OutgoingPhase.DRAFT, OutgoingPhase.FAILED):
        is_news = mail.request_id and known.request_id != mail.request_id
        if is_news and known.phase is OutgoingPhase.POSTED:
            raise Refused("already_under_way", "the mail is being sent")
        return (_done(mail.session_id, mail.request_id, mail.asked, known.response),) if is_news else ()
    if mail.party_id and not seen(state, mail.party_id).answers:
        raise Refused("not_answering", "only who answers can send a mail")
    check(mail)
    _check_files(state, mail.files, rules)
    if mail.kind in AUTOMATIC_KINDS:
        if state.mailbox.automatic is not Automatic.NO:
            raise Refused("automatic", "no program answers what a program wrote")
        if state.mailbox.automatic_answers >= AUTOMATIC_ANSWERS_MAX:
            text = "enough was sent here without a person"
            raise Refused("automatic", text, limit=AUTOMATIC_ANSWERS_MAX)
    return (mail,)


def _check_session(state: Interaction, mail: MailPosted) -> None:
    if state.owner != mail.session_id:
        raise Refused("notfound", "the session has no such interaction")
    if not state.is_controlled:
        raise Refused("notcontrolled", "others have the interaction now")


def check(mail: MailPosted) -> None:
    """Whether a mail can go out as it is.

    Errors:  `Refused`: `recipient_missing`, `too_many_recipients`, `address_invalid`, `subject_invalid`,
             `text_missing`, `text_too_long`.
    """
    recipients = (*mail.to, *mail.cc, *mail.bcc)
    if not mail.to:
        raise Refused("recipient_missing", "somebody must be written to")
    if len(recipients) > RECIPIENTS_MAX:
        raise Refused(
            "too_many_recipients", f"a mail may go to {RECIPIENTS_MAX} addresses", limit=RECIPIENTS_MAX
        )
    for address in (mail.sender, *recipients):
        if not is_address(address):
            raise Refused("address_invalid", f"{_CONTROL.sub('?', address)[:100]!r} is no mail address")
    if _CONTROL.search(mail.subject) or _CONTROL.search(mail.sender_name):
        raise Refused("subject_invalid", "a subject is one line")
    if len(mail.subject) > SUBJECT_LINE_CHARS_MAX:
        raise too_long("subject", SUBJECT_LINE_CHARS_MAX)
    if not mail.text.strip():
        raise Refused("text_missing", "a mail needs a text")
    if len(mail.text) > TEXT_CHARS_MAX:
        raise too_long("text", TEXT_CHARS_MAX)
    if not all(is_message_id(each) for each in (mail.message_id, *mail.references)):
        raise Refused("message_id_invalid", "a mail cannot be named so")


def _check_files(state: Interaction, file_ids: Sequence[str], rules: ServiceRules) -> None:
    """Whether these files can go along.

    Errors:  `Refused`: `too_many_files`, `file_gone`, `file_too_large`.
    """
    if len(file_ids) > FILES_MAX:
        raise Refused("too_many_files", f"a mail may have {FILES_MAX} files", limit=FILES_MAX)
    total_bytes = 0
    for file_id in file_ids:
        file = state.file(file_id)
        if file is None or file.is_deleted:
            named = f"the file {file.name}" if file is not None else "a file of this mail"
            raise Refused("file_gone", f"{named} is no longer there; send the mail without it")
        total_bytes += file.size_bytes
    limit = rules.files.upload_max_total_bytes
    if total_bytes > limit:
        raise Refused("file_too_large", f"the files of a mail may have {limit} bytes together", limit=limit)


def is_address(address: str) -> bool:
    """Whether a mail can be sent to this: one address, without a name, in the form that is in use."""
    return len(address) <= ADDRESS_CHARS_MAX and _ADDRESS.fullmatch(address) is not None


def is_message_id(message_id: str) -> bool:
    """Whether a mail can be named so, without its angle brackets."""
    return _MESSAGE_ID.fullmatch(message_id) is not None


def tried(state: Interaction, ticket: str, now_ms: int) -> Sequence[Event]:
    """The mails that are due, each of which begins to go under `ticket`; none without one."""
    due = (m for m in state.mailbox.outgoing if m.phase is OutgoingPhase.POSTED and m.due_ms <= now_ms)
    until_ms = now_ms + TRIAL_MS
    return [mail_facts.MailTried(m.mail_id, m.attempt + 1, ticket, until_ms) for m in due if ticket]


def note(
    state: Interaction, command: commands.NoteMail, _now_ms: int, _rules: ServiceRules
) -> Sequence[Event]:
    """What came of trying. That a mail was sent stays true even if somebody else tries it by now."""
    outcome = command.outcome
    mail = state.mailbox.mail(outcome.mail_id)
    if mail is None or mail.phase is not OutgoingPhase.POSTED:
        return ()
    if not isinstance(outcome, mail_facts.MailSent) and mail.ticket != command.ticket:
        return ()
    return (outcome, *_told(mail, outcome))


def _told(mail: Outgoing, outcome: mail_facts.MailSent | MailDelayed | MailFailed) -> Sequence[Event]:
    """What the session that asked for it is answered."""
    if not mail.request_id or isinstance(outcome, MailDelayed):
        return ()
    done = _done(mail.session_id, mail.request_id, mail.asked, mail.response)
    if isinstance(outcome, MailFailed):
        return (replace(done, error="remote", description=outcome.reason or outcome.code, data={}),)
    return (done,)


def _message(state: Interaction) -> None:
    if state.medium is not Medium.MESSAGE:
        raise Refused("not_a_message", "mails are sent in message interactions")
