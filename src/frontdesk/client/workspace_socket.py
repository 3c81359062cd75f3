"""One connection to the workspace, kept up: it comes back when it breaks and repeats what was not answered.

A write keeps its id however often it is sent, and the server gives an id its effect once; so a write is
simply sent again on each new connection until it is answered.
"""

import asyncio
import contextlib
import logging
import random
import secrets
from collections import deque
from collections.abc import Callable
from typing import Any, Protocol

import msgspec
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidStatus

from frontdesk.client.workspace_address import WorkspaceAddress
from frontdesk.client.workspace_http import WorkspaceHttp, retry_after_s
from frontdesk.client.workspace_messages import (
    Closing,
    Done,
    Message,
    Refusal,
    Welcome,
    read_frame,
    write_frame,
)
from frontdesk.errors import Refused, Unavailable

FRAME_BYTES_MAX = 67_108_864  # One frame may carry all that was missed in a long chat.
WRITES_IN_FLIGHT_MAX = 10_000
OPEN_WAIT_S = 10
PAUSE_MIN_S = 0.2
PAUSE_MAX_S = 15.0
DOUBLINGS_MAX = 10
TRIES_MAX = 8
NOT_SIGNED_IN = (4401, 4403, 1008)  # How a server closes a socket whose session is over.

_log = logging.getLogger("frontdesk.client")


class Listener(Protocol):
    """Who hears what comes in over the connection."""

    def have(self) -> dict[str, int]:
        """The interactions that are known, each with the last version seen."""

    def hear(self, message: Message) -> None:
        """Take in one message; answers to writes are not among them."""


class _Write:
    """A write on its way; `answer` is set once the server has said done or refused."""

    __slots__ = ("answer", "frame", "tries")

    def __init__(self, frame: bytes, answer: asyncio.Future[None]) -> None:
        self.frame = frame
        self.answer = answer
        self.tries = 0


def full_jitter(attempt: int) -> float:
    """A pause before try number `attempt`: anything up to a bound that doubles. Units: seconds."""
    bound_s = PAUSE_MIN_S * 2 ** min(attempt, DOUBLINGS_MAX)
    return random.uniform(PAUSE_MIN_S / 2, min(PAUSE_MAX_S, bound_s))  # noqa: S311  # No secret hangs on it.


class WorkspaceSocket:
    """A signed-in session of one agent or bot that survives the loss of its connection.

    Errors:  a write raises `Refused(code, text)` when the server refuses it, `Unavailable` when the session
             was closed first.
    """

    def __init__(
        self,
        address: WorkspaceAddress,
        http: WorkspaceHttp,
        listener: Listener,
        pause_s: Callable[[int], float],
    ) -> None:
        self._address = address
        self._http = http
        self._listener = listener
        self._pause_s = pause_s
        self._name = secrets.token_hex(10)
        self._count = 0
        self._writes: dict[str, _Write] = {}
        self._room = asyncio.BoundedSemaphore(WRITES_IN_FLIGHT_MAX)
        self._outgoing: deque[bytes] = deque()
        self._wake = asyncio.Event()
        self._connection: ClientConnection | None = None
        self._greeted = False
        self._told_to_wait_s = 0.0
        self._is_closed = False
        self.trouble = ""
        """Why there is no connection now; empty while there is one."""

    @property
    def is_connected(self) -> bool:
        """Whether a write goes out at once."""
        return self._connection is not None

    # --- writing -------------------------------------------------------------------------------

    def new_id(self) -> str:
        """A write's id, never used before by anybody."""
        self._count += 1
        return f"{self._name}-{self._count}"

    async def write(self, verb: str, write_id: str = "", **members: Any) -> None:
        """Ask for an effect and return when it is on disk. Errors: as the class says.

        Shape:   `write_id` is for who can say after a restart which write this was; it must not be in flight.
        """
        async with self._room:
            if self._is_closed:
                raise Unavailable("the session is closed")
            write_id = write_id or self.new_id()
            answer: asyncio.Future[None] = asyncio.get_running_loop().create_future()
            write = _Write(write_frame(verb, write_id, members), answer)
            self._writes[write_id] = write
            self._send(write.frame)
            try:
                await answer
            finally:
                self._writes.pop(write_id, None)

    def mention(self, verb: str, **members: Any) -> None:
        """Say something that is worth nothing later: sent now or never, and nobody waits for the answer."""
        self._send(write_frame(verb, self.new_id(), members))

    def _send(self, frame: bytes) -> None:
        if self.is_connected:
            self._outgoing.append(frame)
            self._wake.set()

    # --- staying connected ---------------------------------------------------------------------

    async def run(self) -> None:
        """Stay connected until cancelled. Errors: `SignInRefused`."""
        attempt = 0
        try:
            while True:
                try:
                    if not self._http.token:
                        await self._http.sign_in()
                    await self._one_connection()
                except Unavailable as broken:
                    attempt = 1 if self._greeted else attempt + 1
                    self._greeted = False
                    # Once for each outage: whoever runs a bot wants to know, and not every second.
                    _log.log(logging.DEBUG if self.trouble else logging.WARNING, "not connected: %s", broken)
                    self.trouble = str(broken)
                    # Others were told the same time; the jitter on top keeps all from coming at once.
                    wait_s = self._told_to_wait_s or broken.retry_after_s
                    await asyncio.sleep(wait_s + self._pause_s(attempt))
        finally:
            self._close()

    def drop_connection(self) -> None:
        """Cut the line, as a bad network would; the session goes on with a new connection."""
        if self._connection is not None:
            self._connection.transport.abort()

    def _close(self) -> None:
        self._is_closed = True
        for write in self._writes.values():
            if not write.answer.done():
                write.answer.set_exception(Unavailable("the session was closed before the server answered"))
                write.answer.exception()  # Whoever waits still gets it; a cancelled waiter is no warning.

    async def _open(self) -> ClientConnection:
        try:
            return await connect(
                f"{self._address.socket}/api/workspace/socket",
                additional_headers={"authorization": f"Bearer {self._http.token}"},
                compression=None,  # Short texts: it would cost more time than it saves bytes.
                max_size=FRAME_BYTES_MAX,
                open_timeout=OPEN_WAIT_S,
                close_timeout=2,
                proxy=None if self._address.is_local else True,
            )
        except InvalidStatus as error:
            if error.response.status_code in (401, 403):
                self._http.token = ""
            raise Unavailable(str(error), retry_after_s(error.response.headers)) from error
        except (OSError, InvalidHandshake, TimeoutError) as error:
            raise Unavailable(str(error) or type(error).__name__, 0) from error

    async def _one_connection(self) -> None:
        """Talk over one connection until it breaks. Errors: `Unavailable`, always."""
        self._told_to_wait_s = 0.0
        connection = await self._open()
        hello = write_frame("hello", self.new_id(), {"have": self._listener.have()})
        # What was not answered goes first and in its old order; what is new queues behind it.
        self._outgoing = deque((hello, *(write.frame for write in self._writes.values())))
        self._wake.set()
        self._connection = connection
        writer = asyncio.create_task(self._write_out(connection), name="workspace-writer")
        try:
            while True:
                for message in read_frame(await connection.recv(decode=False)):
                    self._hear(message)
        except ConnectionClosed as closed:
            if closed.rcvd is not None and closed.rcvd.code in NOT_SIGNED_IN:
                self._http.token = ""
            raise Unavailable(str(closed), 0) from closed
        except msgspec.DecodeError as error:
            raise Unavailable(f"unreadable frame: {error}") from error
        finally:
            self._connection = None
            writer.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await writer
            await connection.close()

    async def _write_out(self, connection: ClientConnection) -> None:
        while True:
            await self._wake.wait()
            self._wake.clear()
            while self._outgoing:
                try:
                    await connection.send(self._outgoing.popleft(), text=True)
                except ConnectionClosed:
                    return  # The reader sees it too, and what was not answered is sent again.

    def _hear(self, message: Message) -> None:
        match message:
            case Done():
                self._answer(message.id, None)
            case Refusal(code="try_later"):
                self._try_later(message.id)
            case Refusal():
                self._answer(message.id, Refused(message.code, message.text))
            case Welcome():
                self._greeted, self.trouble = True, ""
                self._listener.hear(message)
            case Closing():
                self._told_to_wait_s = message.retry_after_ms / 1000
            case _:
                self._listener.hear(message)

    def _try_later(self, write_id: str) -> None:
        """The server could not just now: ask again, with the same id."""
        write = self._writes.get(write_id)
        if write is None:
            return
        write.tries += 1
        if write.tries >= TRIES_MAX:
            self._answer(write_id, Unavailable("the server could not do it now, asked several times"))
            return

        def again() -> None:
            if write_id in self._writes:
                self._send(write.frame)

        asyncio.get_running_loop().call_later(self._pause_s(write.tries), again)

    def _answer(self, write_id: str, refusal: Refused | Unavailable | None) -> None:
        write = self._writes.get(write_id)
        if write is None or write.answer.done():
            return
        if refusal is None:
            write.answer.set_result(None)
        else:
            write.answer.set_exception(refusal)
