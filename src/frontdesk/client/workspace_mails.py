"""The mails of a message interaction, from its events."""

from collections.abc import Iterable

from msgspec import Struct
from msgspec.structs import replace

from frontdesk.client.workspace_messages import Happened
from frontdesk.domain import mail_facts as facts


class Mail(Struct, frozen=True, kw_only=True):
    """One mail, as it stands now.

    Shape:   `state` is `received`, `drafted`, `posted`, `delayed`, `sent` or `failed`; `reason` says why it
             is delayed or has failed; `refused` are recipients that the mail server would not have.
    Units:   `at_ms` is milliseconds since the Unix epoch, by the server's clock.
    """

    state: str
    version: int
    at_ms: int
    sender: str
    to: tuple[str, ...]
    cc: tuple[str, ...]
    subject: str
    text: str
    files: tuple[str, ...] = ()
    automatic: str = ""
    is_cut: bool = False
    reason: str = ""
    refused: tuple[str, ...] = ()


def mails_of(transcript: Iterable[Happened]) -> list[Mail]:
    """Every mail, in the order in which they came or were written first."""
    mails: dict[str, Mail] = {}
    for happened in transcript:
        match happened.event:
            case facts.MailReceived() as mail:
                received = Mail(
                    state="received",
                    version=happened.version,
                    at_ms=happened.at_ms,
                    sender=mail.sender,
                    to=mail.to,
                    cc=mail.cc,
                    subject=mail.subject,
                    text=mail.text,
                    files=mail.files,
                    automatic=mail.automatic,
                    is_cut=mail.is_cut,
                )
                mails[f"<{mail.message_id}>"] = received
            case facts.MailDrafted() | facts.MailPosted() as mail:
                mails[mail.mail_id] = Mail(
                    state="posted" if isinstance(mail, facts.MailPosted) else "drafted",
                    version=happened.version,
                    at_ms=happened.at_ms,
                    sender=mail.sender,
                    to=mail.to,
                    cc=mail.cc,
                    subject=mail.subject,
                    text=mail.text,
                    files=mail.files if isinstance(mail, facts.MailPosted) else (),
                )
            case facts.MailDelayed() as delayed:
                _change(mails, delayed.mail_id, state="delayed", reason=delayed.reason)
            case facts.MailSent() as sent:
                _change(mails, sent.mail_id, state="sent", reason="", refused=sent.refused)
            case facts.MailFailed() as failed:
                _change(mails, failed.mail_id, state="failed", reason=failed.reason or failed.code)
            case _:
                pass
    return list(mails.values())


def _change(mails: dict[str, Mail], mail_id: str, **changes: object) -> None:
    if mail_id in mails:
        mails[mail_id] = replace(mails[mail_id], **changes)
