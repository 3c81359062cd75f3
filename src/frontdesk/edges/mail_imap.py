"""Mails that are fetched: the unread ones of a folder, by IMAP, by one node at a time.

The standard library speaks it, in a thread; at a stop its socket is shut, so that nothing waits for a server
that does not answer.
"""

import asyncio
import contextlib
import imaplib
import re
import socket
import ssl
from collections.abc import Callable, Iterator
from typing import Any

import structlog

from frontdesk.desk.mail.intake import Intake
from frontdesk.edges.mail_smtp import trusting
from frontdesk.errors import Conflict, DeskError, Refused, Unavailable
from frontdesk.settings_mail import MailSettings
from frontdesk.store.log import Store
from frontdesk.wire.mail_in import parse

LEASE = "mail_imap"
CONNECT_S = 10  # What cannot be cut short.
WAIT_S = 30
AT_ONCE_MAX = 50  # The rest is fetched in the next round.
_SIZE = re.compile(rb"RFC822\.SIZE (\d+)")

_log = structlog.get_logger("imap")


class _Program(imaplib.IMAP4):
    """A mail program whose line can be cut from the first moment on."""

    def __init__(self, settings: MailSettings, has_line: Callable[[socket.socket], None]) -> None:
        self._settings = settings
        self._has_line = has_line
        super().__init__(settings.imap_host, settings.imap_port, timeout=WAIT_S)

    def _create_socket(self, timeout: float | None) -> socket.socket:
        said = self._settings
        line = socket.create_connection((said.imap_host, said.imap_port), CONNECT_S)
        line.settimeout(timeout)
        if said.imap_security == "tls":
            line = trusting(said.ca_file).wrap_socket(
                line, server_hostname=said.imap_host, do_handshake_on_connect=False
            )
        self._has_line(line)
        if isinstance(line, ssl.SSLSocket):
            line.do_handshake()
        return line


class Folder:
    """A folder on a mail server. Every call but `cut` may wait for the network."""

    def __init__(self, settings: MailSettings) -> None:
        self._settings = settings
        self._server: _Program | None = None
        self._line: socket.socket | None = None
        self._is_cut = False

    def open(self) -> None:
        """Go there."""
        said = self._settings
        self._server = _Program(said, self._has_line)
        if said.imap_security == "starttls":
            self._server.starttls(trusting(said.ca_file))
            self._has_line(self._server.socket())
        self._server.login(said.imap_login, said.imap_password)
        _checked(self._server.select(_quoted(said.imap_folder)))

    def _has_line(self, line: socket.socket) -> None:
        self._line = line
        if self._is_cut:
            self.cut()

    @property
    def _opened(self) -> imaplib.IMAP4:
        assert self._server is not None, "it is opened first"
        return self._server

    def unread(self) -> list[bytes]:
        """The newest unread mails that one round takes, by UID, oldest first."""
        found = _checked(self._opened.uid("SEARCH", "UNSEEN"))
        return (found[0] or b"").split()[:AT_ONCE_MAX]

    def size(self, uid: bytes) -> int:
        """How large a mail is."""
        told = b" ".join(_bytes_of(_checked(self._opened.uid("FETCH", uid.decode(), "(RFC822.SIZE)"))))
        found = _SIZE.search(told)
        return int(found[1]) if found else 0

    def content(self, uid: bytes) -> bytes:
        """A mail, which stays unread."""
        told = _checked(self._opened.uid("FETCH", uid.decode(), "(BODY.PEEK[])"))
        return next((part[1] for part in told if isinstance(part, tuple)), b"")

    def mark(self, uid: bytes, flags: str) -> None:
        """Put flags to a mail."""
        _checked(self._opened.uid("STORE", uid.decode(), "+FLAGS.SILENT", f"({flags})"))

    def close(self) -> None:
        """Say good-bye, however far one has come."""
        if self._server is not None:
            with contextlib.suppress(imaplib.IMAP4.error, OSError, ValueError):
                self._server.logout()
            with contextlib.suppress(OSError):
                self._server.shutdown()  # Whoever was not answered has left the socket open.
        elif self._line is not None:
            self._line.close()

    def cut(self) -> None:
        """Break the line, from whichever thread: what waits on it fails at once."""
        self._is_cut = True
        if self._line is not None:
            with contextlib.suppress(OSError):
                self._line.shutdown(socket.SHUT_RDWR)


class ImapFetcher:
    """Fetches mails as long as the node runs."""

    def __init__(
        self, settings: MailSettings, intake: Intake, store: Store, node_id: str, clock_ms: Callable[[], int]
    ) -> None:
        self._settings = settings
        self._intake = intake
        self._store = store
        self._node_id = node_id
        self._clock_ms = clock_ms
        self._lease_ms = (settings.imap_every_s + 4 * WAIT_S) * 1000

    async def run(self) -> None:
        """Fetch until cancelled; a server that is away is asked again."""
        try:
            while True:
                try:
                    if await self._holds_lease():
                        await self.fetch()
                except DeskError as error:
                    _log.warning("fetching_paused", reason=str(error))
                await asyncio.sleep(self._settings.imap_every_s)
        finally:
            with contextlib.suppress(DeskError):
                await self._store.drop_lease(LEASE, self._node_id)

    async def _holds_lease(self) -> bool:
        number = await self._store.take_lease(LEASE, self._node_id, self._clock_ms(), self._lease_ms)
        return number is not None

    async def fetch(self) -> None:
        """Take in what is unread. Errors: `Unavailable`."""
        folder = Folder(self._settings)
        try:
            await _in_thread(folder.open, folder.cut)
            for uid in await _in_thread(folder.unread, folder.cut):
                await self._take(folder, uid)
                await self._holds_lease()
        finally:
            await _in_thread(folder.close, folder.cut)

    async def _take(self, folder: Folder, uid: bytes) -> None:
        """Take one mail in and mark it; what cannot be taken in is flagged, for people to look at."""
        flags = r"\Seen"
        size = await _in_thread(lambda: folder.size(uid), folder.cut)
        if size > self._settings.message_bytes_max:
            _log.warning("mail_too_large", uid=uid.decode(), size_bytes=size)
            self._intake.counts["refused"] += 1
            flags = r"\Seen \Flagged"
        else:
            content = await _in_thread(lambda: folder.content(uid), folder.cut)
            try:
                await self._intake.take(await asyncio.to_thread(parse, content))
            except Conflict as error:
                raise Unavailable(str(error)) from error
            except Refused as refused:
                _log.warning("mail_refused", uid=uid.decode(), reason=refused.text)
                self._intake.counts["refused"] += 1
                flags = r"\Seen \Flagged"
        await _in_thread(lambda: folder.mark(uid, flags), folder.cut)


async def try_out(settings: MailSettings) -> None:
    """Return when the folder can be opened. Errors: `Unavailable` with what is wrong."""
    folder = Folder(settings)
    try:
        await _in_thread(folder.open, folder.cut)
    finally:
        await _in_thread(folder.close, folder.cut)


async def _in_thread(work: Callable[[], Any], cut: Callable[[], None]) -> Any:
    """What `work` gives; when nobody waits for it any longer, the line is cut. Errors: `Unavailable`."""
    try:
        return await asyncio.to_thread(work)
    except asyncio.CancelledError:
        cut()
        raise
    except (imaplib.IMAP4.error, OSError, ValueError) as error:
        raise Unavailable(str(error) or type(error).__name__) from error


def _checked(answer: tuple[str, list[Any]]) -> list[Any]:
    """What a server says. Errors: `imaplib.IMAP4.error`: it says no."""
    said, told = answer
    if said != "OK":
        raise imaplib.IMAP4.error(b" ".join(_bytes_of(told)).decode("utf-8", "replace"))
    return told


def _bytes_of(told: list[Any]) -> Iterator[bytes]:
    for part in told:
        if isinstance(part, tuple):
            yield from _bytes_of(list(part))
        elif isinstance(part, bytes):
            yield part


def _quoted(folder: str) -> str:
    escaped = folder.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
