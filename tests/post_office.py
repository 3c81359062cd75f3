"""A real SMTP server on the loopback, which keeps what it is given and refuses what it is told to."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

import anyio
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from tests.patience import PATIENCE_S

LOGIN, PASSWORD = b"desk", b"correct horse"


class PostOffice:
    """What came in, oldest first. `refuses` answers recipients, `answers` whole mails, in order."""

    def __init__(self) -> None:
        self.port = 0
        self.envelopes: list[Envelope] = []
        self.refuses: dict[str, str] = {}
        self.answers: list[str] = []
        self.were_secure: list[bool] = []
        self.logins: list[bytes] = []
        self._news = anyio.Event()

    # --- what aiosmtpd calls -------------------------------------------------------------------

    async def handle_RCPT(  # noqa: N802
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        if address in self.refuses:
            return self.refuses[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        answer = self.answers.pop(0) if self.answers else "250 kept"
        if answer.startswith("250"):
            self.envelopes.append(envelope)
            assert server.transport is not None
            self.were_secure.append(server.transport.get_extra_info("ssl_object") is not None)
        self._news.set()
        self._news = anyio.Event()
        return answer

    def authenticate(
        self, _server: SMTP, _session: Session, _envelope: Envelope, _kind: str, data: Any
    ) -> AuthResult:
        assert isinstance(data, LoginPassword)
        self.logins.append(data.login)
        return AuthResult(success=(data.login, data.password) == (LOGIN, PASSWORD))

    # --- what tests ask ------------------------------------------------------------------------

    @property
    def mails(self) -> list[EmailMessage]:
        """The mails, as a mail program reads them."""
        found = []
        for envelope in self.envelopes:
            assert isinstance(envelope.content, bytes)
            message = message_from_bytes(envelope.content, policy=policy.default)
            assert isinstance(message, EmailMessage)
            found.append(message)
        return found

    async def has(self, count: int) -> EmailMessage:
        """The newest mail, once there are this many."""
        with anyio.fail_after(PATIENCE_S):
            while len(self.envelopes) < count:
                await self._news.wait()
        return self.mails[-1]


@asynccontextmanager
async def post_office(
    *, tls: ssl.SSLContext | None = None, at_once: bool = False, needs_login: bool = False
) -> AsyncIterator[PostOffice]:
    """An open post office; with `tls` its way in is protected, from the first byte when `at_once`."""
    office = PostOffice()

    def serve() -> SMTP:
        return SMTP(
            office,
            hostname="post.example",
            tls_context=None if at_once else tls,
            require_starttls=tls is not None and not at_once,
            auth_required=needs_login,
            authenticator=office.authenticate if needs_login else None,
            loop=asyncio.get_running_loop(),
        )

    server = await asyncio.get_running_loop().create_server(
        serve, "127.0.0.1", 0, ssl=tls if at_once else None
    )
    office.port = server.sockets[0].getsockname()[1]
    try:
        yield office
    finally:
        server.close()
        await server.wait_closed()
