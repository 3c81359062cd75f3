"""The way out for mails: one mail server, spoken to by SMTP.

`aiosmtplib` speaks it: it waits without a thread, so a server that does not answer holds up no stop of ours.
"""

import asyncio
import contextlib
import ssl
from collections.abc import AsyncIterator, Sequence
from email.errors import MessageError

import aiosmtplib

from frontdesk.desk.mail.carrier import Later, Never, Taken
from frontdesk.domain.attachment import Attachment
from frontdesk.domain.mail_facts import MailPosted
from frontdesk.errors import Unavailable
from frontdesk.settings_mail import MailSettings
from frontdesk.wire.mail_out import compose, envelope_sender, plain

ANSWER_CHARS_MAX = 500
PERMANENT = range(500, 600)
# What a server says of us and not of the mail: an operator can mend it, and then the mail goes.
_OURS = (
    aiosmtplib.SMTPAuthenticationError,
    aiosmtplib.SMTPConnectError,
    aiosmtplib.SMTPHeloError,
    aiosmtplib.SMTPNotSupported,
)


class SmtpCarrier:
    """Hands mails over to the mail server that the settings name."""

    def __init__(self, settings: MailSettings) -> None:
        self._settings = settings

    async def carry(
        self, mail: MailPosted, posted_ms: int, files: Sequence[Attachment] = ()
    ) -> Taken | Later | Never:
        """Hand a mail over; every error of the way is an answer."""
        try:
            content = await asyncio.to_thread(compose, mail, posted_ms, files)  # Files may be large.
            sender = envelope_sender(mail)
            recipients = [plain(each) for each in (*mail.to, *mail.cc, *mail.bcc)]
        except (ValueError, MessageError) as error:
            return Never("rejected", f"it cannot be written as a mail: {error}")
        try:
            async with self._connected() as server:
                refused, answer = await server.sendmail(sender, recipients, content)
        except aiosmtplib.SMTPRecipientsRefused as error:
            said = "; ".join(f"{each.recipient}: {each.code} {each.message}" for each in error.recipients)
            is_final = all(each.code in PERMANENT for each in error.recipients)
            return Never("rejected", _short(said)) if is_final else Later(_short(said))
        except _OURS as error:
            return Later(_said(error))
        except aiosmtplib.SMTPResponseException as error:
            return Never("rejected", _said(error)) if error.code in PERMANENT else Later(_said(error))
        except (aiosmtplib.SMTPException, OSError, ValueError) as error:
            return Later(_said(error))
        return Taken(_short(answer), tuple(refused))

    @contextlib.asynccontextmanager
    async def _connected(self) -> AsyncIterator[aiosmtplib.SMTP]:
        said = self._settings
        server = aiosmtplib.SMTP(
            hostname=said.smtp_host,
            port=said.smtp_port,
            username=said.smtp_login or None,
            password=said.smtp_password if said.smtp_login else None,
            timeout=said.smtp_wait_s,
            use_tls=said.smtp_security == "tls",
            start_tls=said.smtp_security == "starttls",
            tls_context=trusting(said.ca_file) if said.smtp_security != "none" else None,
            local_hostname=plain(said.address).rpartition("@")[2],
        )
        await server.connect()
        try:
            yield server
            with contextlib.suppress(aiosmtplib.SMTPException, OSError):
                await server.quit()  # It has the mail; how it says good-bye is of no consequence.
        finally:
            server.close()

    async def ping(self) -> None:
        """Return when the mail server takes us in. Errors: `Unavailable` with what it says."""
        try:
            async with self._connected():
                pass
        except (aiosmtplib.SMTPException, OSError, ValueError) as error:
            raise Unavailable(_said(error)) from error


def trusting(ca_file: str) -> ssl.SSLContext:
    """What mail servers are trusted by: the certificates in a file, else the machine's own."""
    return ssl.create_default_context(cafile=ca_file or None)


def _said(error: Exception) -> str:
    return _short(str(error) or type(error).__name__)


def _short(text: str) -> str:
    return " ".join(text.split())[:ANSWER_CHARS_MAX]
