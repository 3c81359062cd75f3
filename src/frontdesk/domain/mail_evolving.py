"""How each fact about mails changes a message interaction; `evolving.py` asks here."""

from collections.abc import Callable, Mapping
from typing import Any

from msgspec.structs import replace

from frontdesk.domain import mail_facts as facts
from frontdesk.domain.interaction import RECENT_IDS_MAX, Interaction, write_id
from frontdesk.domain.mail_facts import AUTOMATIC_KINDS, Mailbox, Outgoing, OutgoingPhase

THREAD_MAX = 32  # Header lines that name more than this are cut by mail programs as well.
RECEIVED_MAX = 64
OUTGOING_MAX = 64


def _step(state: Interaction, at_ms: int, mailbox: Mailbox, **changes: Any) -> Interaction:
    return replace(state, version=state.version + 1, last_ms=at_ms, mailbox=mailbox, **changes)


def _received(state: Interaction, event: facts.MailReceived, at_ms: int) -> Interaction:
    before = state.mailbox
    received = (*before.received[1 - RECEIVED_MAX :], event.message_id)
    mailbox = replace(before, automatic=event.automatic, received=received)
    if event.automatic not in (facts.Automatic.REPLY, facts.Automatic.BOUNCE):
        mailbox = replace(
            mailbox,
            answers=event.message_id,
            reply_to=event.reply_to or event.sender,
            sender=event.sender,
            to=event.to,
            cc=event.cc,
            subject=event.subject,
            thread=_newest(before.thread, event.message_id),
        )
    return _step(state, at_ms, mailbox, active_ms=at_ms, alerts=0, alerted_ms=0)


def _newest(thread: tuple[str, ...], message_id: str) -> tuple[str, ...]:
    return (*thread[1 - THREAD_MAX :], message_id)


def _put(mailbox: Mailbox, mail: Outgoing) -> tuple[Outgoing, ...]:
    """What goes out, with `mail` as it is now; the oldest that is done with makes room."""
    others = [each for each in mailbox.outgoing if each.mail_id != mail.mail_id]
    if len(others) >= OUTGOING_MAX:
        over = (OutgoingPhase.SENT, OutgoingPhase.FAILED)
        oldest = next((each for each in others if each.phase in over), None)
        others = [each for each in others if each is not oldest]
    return (*others, mail)


def _known(mailbox: Mailbox, mail_id: str) -> Outgoing:
    return mailbox.mail(mail_id) or Outgoing(mail_id)


def _drafted(state: Interaction, event: facts.MailDrafted, at_ms: int) -> Interaction:
    mail = Outgoing(mail_id=event.mail_id, party_id=event.party_id, kind=event.kind, response=event.response)
    mailbox = replace(state.mailbox, outgoing=_put(state.mailbox, mail))
    return _step(state, at_ms, _addressed(mailbox, event))


def _addressed(mailbox: Mailbox, event: facts.MailDrafted | facts.MailPosted) -> Mailbox:
    """From whom and to whom, as long as nothing has come in."""
    if mailbox.answers or not event.to:
        return mailbox
    return replace(
        mailbox,
        reply_to=event.to[0],
        sender=event.sender,
        to=event.to,
        cc=event.cc,
        subject=event.subject,
    )


def _posted(state: Interaction, event: facts.MailPosted, at_ms: int) -> Interaction:
    before = state.mailbox
    mail = Outgoing(
        mail_id=event.mail_id,
        phase=OutgoingPhase.POSTED,
        message_id=event.message_id,
        party_id=event.party_id,
        due_ms=at_ms,
        kind=event.kind,
        response=_known(before, event.mail_id).response,
        session_id=event.session_id,
        request_id=event.request_id,
        asked=event.asked,
        files=event.files,
    )
    mailbox = replace(
        before,
        outgoing=_put(before, mail),
        thread=_newest(before.thread, event.message_id),
        automatic_answers=before.automatic_answers + (event.kind in AUTOMATIC_KINDS),
    )
    mailbox = _addressed(mailbox, event)
    recent = state.recent_ids
    if event.client_id:
        recent = (*recent[1 - RECENT_IDS_MAX :], write_id(event.party_id, event.client_id))
    return _step(state, at_ms, mailbox, active_ms=at_ms, alerts=0, alerted_ms=0, recent_ids=recent)


def _changed(state: Interaction, at_ms: int, mail_id: str, **changes: Any) -> Interaction:
    mail = replace(_known(state.mailbox, mail_id), **changes)
    return _step(state, at_ms, replace(state.mailbox, outgoing=_put(state.mailbox, mail)))


def _tried(state: Interaction, event: facts.MailTried, at_ms: int) -> Interaction:
    return _changed(
        state,
        at_ms,
        event.mail_id,
        attempt=event.attempt,
        ticket=event.ticket,
        due_ms=event.until_ms,
    )


def _delayed(state: Interaction, event: facts.MailDelayed, at_ms: int) -> Interaction:
    return _changed(state, at_ms, event.mail_id, ticket="", due_ms=event.again_ms)


def _sent(state: Interaction, event: facts.MailSent, at_ms: int) -> Interaction:
    return _changed(state, at_ms, event.mail_id, phase=OutgoingPhase.SENT, ticket="", due_ms=0)


def _failed(state: Interaction, event: facts.MailFailed, at_ms: int) -> Interaction:
    return _changed(state, at_ms, event.mail_id, phase=OutgoingPhase.FAILED, ticket="", due_ms=0)


EVOLVE: Mapping[type, Callable[[Interaction, Any, int], Interaction]] = {
    facts.MailReceived: _received,
    facts.MailDrafted: _drafted,
    facts.MailPosted: _posted,
    facts.MailTried: _tried,
    facts.MailDelayed: _delayed,
    facts.MailSent: _sent,
    facts.MailFailed: _failed,
}
