"""Who carries mails to the mail server, as the outbox sees it."""

from collections.abc import Sequence
from typing import Protocol

from msgspec import Struct

from frontdesk.domain.attachment import Attachment
from frontdesk.domain.mail_facts import MailPosted


class Taken(Struct, frozen=True):
    """The mail server has taken it; `refused` are the recipients that it would not have."""

    answer: str = ""
    refused: tuple[str, ...] = ()


class Later(Struct, frozen=True):
    """It could not be handed over now; `reason` is for people."""

    reason: str


class Never(Struct, frozen=True):
    """It cannot go, however often it is tried; `code` is for programs, `reason` for people."""

    code: str
    reason: str


class Carrier(Protocol):
    """A way out for mails."""

    async def carry(
        self, mail: MailPosted, posted_ms: int, files: Sequence[Attachment] = ()
    ) -> Taken | Later | Never:
        """Hand a mail over with its files, which takes no longer than `outbox.CARRY_WITHIN_S`."""


class NoCarrier:
    """The way out of an installation that has none: what was to go out once is told so."""

    async def carry(
        self, mail: MailPosted, posted_ms: int, files: Sequence[Attachment] = ()
    ) -> Taken | Later | Never:
        """Say that nothing goes out."""
        return Never("not_configured", "this server sends no mail: mail.smtp_host is not set")
