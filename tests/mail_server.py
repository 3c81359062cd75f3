"""A real IMAP server on the loopback, with one folder, which another mail program fills and looks into."""

import asyncio
import imaplib
from argparse import Namespace
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from email.message import EmailMessage

from proxyprotocol.reader import ProxyProtocolReader
from pymap.backend.dict import DictBackend
from pymap.imap import IMAPServer

LOGIN, PASSWORD = "desk", "correct horse"


class Mailbox:
    """The folder INBOX, as another mail program has it."""

    def __init__(self, port: int) -> None:
        self.port = port

    async def put(self, *mails: EmailMessage | bytes) -> None:
        """New mails come."""
        await asyncio.to_thread(self._put, [m if isinstance(m, bytes) else m.as_bytes() for m in mails])

    async def flags(self) -> list[str]:
        """The flags of all mails, oldest first."""
        return await asyncio.to_thread(self._flags)

    def _opened(self) -> imaplib.IMAP4:
        program = imaplib.IMAP4("127.0.0.1", self.port)
        program.login(LOGIN, PASSWORD)
        program.select("INBOX")
        return program

    def _put(self, mails: list[bytes]) -> None:
        with self._opened() as program:
            for mail in mails:
                content = mail.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
                said, told = program.append("INBOX", "", "", content)
                assert said == "OK", told

    def _flags(self) -> list[str]:
        with self._opened() as program:
            _, told = program.fetch("1:*", "(FLAGS)")
        found = (imaplib.ParseFlags(each) for each in told if isinstance(each, bytes))
        names = (sorted(flag.decode() for flag in flags if flag != rb"\Recent") for flags in found)
        return [" ".join(each) for each in names]


@asynccontextmanager
async def mail_server(port: int = 0) -> AsyncIterator[Mailbox]:
    """An open mail server with an empty folder."""
    said = Namespace(
        host=None,
        port="0",
        cert=None,
        key=None,
        tls=False,
        proxy_protocol=None,
        inherited_sockets=None,
        demo_data=False,
        demo_user=LOGIN,
        demo_password=PASSWORD,
        debug=False,
        passlib_cfg=None,
        cpu_subsystem=None,
    )
    backend, config = await DictBackend.init(said)
    config.apply_context()
    serve = ProxyProtocolReader(config.proxy_protocol).get_callback(IMAPServer(backend.login, config))
    server = await asyncio.start_server(serve, "127.0.0.1", port)
    try:
        yield Mailbox(server.sockets[0].getsockname()[1])
    finally:
        server.close()
        await server.wait_closed()
