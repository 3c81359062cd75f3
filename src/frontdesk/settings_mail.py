"""What an operator can set about mail; `settings.py` has the rest."""

from typing import Annotated, Literal

from msgspec import Meta, Struct

from frontdesk.domain.mailing import is_address
from frontdesk.errors import Refused

Port = Annotated[int, Meta(ge=1, le=65535)]
Security = Literal["tls", "starttls", "none"]


class ResponseSettings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A stored text that applications send by its name."""

    subject: str = ""
    """The subject, where the application gives none."""
    text: str = ""
    """The words."""


class MailSettings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Message interactions: mails that come in are answered like chats. Off while `address` is empty.

    Errors:  making one: `Refused` when an address cannot be one.
    """

    address: str = ""
    """Our mail address, such as `help@shop.example`: answers come from it, and mails to it come in."""
    name: str = ""
    """What stands beside it, such as `The shop`."""
    senders: tuple[str, ...] = ()
    """Further addresses that applications may send from."""
    service: str = ""
    """The service that mails belong to: its queue is where they wait, its rules say which files are kept."""
    smtp_host: str = ""
    """The mail server that takes what goes out; empty to send nothing."""
    smtp_port: Port = 587
    """Its port: mostly 587 with `starttls`, 465 with `tls`."""
    smtp_security: Security = "starttls"
    """How the way there is protected; `none` only on a network that nobody else can reach."""
    smtp_login: str = ""
    """Login there; empty for none."""
    smtp_password: str = ""
    """The password that belongs to it."""
    smtp_wait_s: Annotated[int, Meta(ge=1, le=120)] = 30
    """How long the mail server may take for one answer."""
    ca_file: str = ""
    """Certificates in PEM form that are trusted instead of the machine's own, for servers of one's own."""
    inbound_key: str = ""
    """When set, `POST /api/mail/inbound` takes mails in from whoever has it as an `Authorization: Bearer`."""
    imap_host: str = ""
    """The mail server where mails are fetched; empty to fetch none."""
    imap_port: Port = 993
    """Its port: mostly 993 with `tls`, 143 with `starttls`."""
    imap_security: Security = "tls"
    """How the way there is protected, as above."""
    imap_login: str = ""
    """Login there."""
    imap_password: str = ""
    """The password that belongs to it."""
    imap_folder: str = "INBOX"
    """The folder whose unread mails are taken in; they are marked as read then, and never deleted."""
    imap_every_s: Annotated[int, Meta(ge=1, le=3600)] = 30
    """How often it is looked for new ones."""
    message_bytes_max: Annotated[int, Meta(ge=1024, le=104_857_600)] = 26_214_400
    """Size of one mail that is taken in; a larger one is left where it is, and logged."""

    responses: dict[str, ResponseSettings] = {}
    """Stored texts, by name, which applications name in `srid`."""

    def __post_init__(self) -> None:
        for address in filter(None, (self.address, *self.senders)):
            if not is_address(address):
                raise Refused("address_invalid", f"{address!r} is no mail address")
        if not self.address and (self.smtp_host or self.imap_host or self.inbound_key):
            raise Refused("address_missing", "address: is needed wherever mails come in or go out")

    @property
    def is_on(self) -> bool:
        return bool(self.address)
