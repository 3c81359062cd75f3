"""The sockets of one visitor's session, one after the other, and what is said on them.

Source:  docs/reference/visitor-socket.md."""

import asyncio
import contextlib
import json
import logging
import random
import time
from collections.abc import Callable, Mapping
from itertools import count
from typing import Annotated, Any
from urllib.parse import urlsplit

import httpx2
import msgspec
from msgspec import Meta, Struct
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidURI

from frontdesk.client.connections import RESPONSE_BYTES_MAX, trusted
from frontdesk.client.promise import spawn
from frontdesk.client.transport import Answer, Credentials, Outcome, Polls
from frontdesk.client.v2_answers import answer

GREETED_WITHIN_S = 10.0  # A proxy may let a socket open and swallow what is said on it.
QUIET_S = 25.0  # After so long without a word the server is asked whether it is there …
UNSURE_S = 5.0  # … or sooner, when the visitor comes back.
ANSWERED_WITHIN_S = 10.0
GAP_S = 2.0  # How long a lost socket may be away before polling goes on.
STEADY_S = 30.0  # One that breaks sooner than this was no good: the next is not tried at once.
SOON_S, LATER_S, LATEST_S = 1.0, 5.0, 600.0
PREVIEW_EVERY_S = 1.0
TRIPLINGS_MAX = 10
HELLO = "hello"
LOST = (OSError, InvalidHandshake, InvalidURI, ConnectionClosed, TimeoutError, msgspec.DecodeError)

_log = logging.getLogger("frontdesk.client")


class Frame(Struct, frozen=True):
    """What the server says: an answer with the `id` of its wish, news, or when to come again."""

    id: str = ""
    status: Annotated[int, Meta(ge=100, le=599)] = 200
    answer: dict[str, Any] | None = None
    retry_after_ms: int | None = None


_read = msgspec.json.Decoder(Frame).decode


class Unwanted(OSError):
    """The server did not let us follow the session here; a poll will tell why."""


def pause_s(failures: int) -> float:
    """A pause after so many sockets in a row that were no good. Units: seconds."""
    share: float = random.random()  # noqa: S311  # No secret hangs on it.
    if failures <= 1:
        return SOON_S * share
    return min(LATER_S * 3.0 ** min(failures - 2, TRIPLINGS_MAX), LATEST_S) * (0.5 + share)


class Line:
    """Follows `session` at the socket of `url`, from its making until it is stopped.

    Shape:   polls rest while it carries, and go on while it does not. `headers` go out with the request that
             opens a socket; `answer_within_s` is how long a wish may take before its socket is given up.
    """

    def __init__(
        self,
        url: str,
        headers: Mapping[str, str],
        session: Credentials,
        polls: Polls,
        *,
        answer_within_s: float = ANSWERED_WITHIN_S,
        pause_s: Callable[[int], float] = pause_s,
    ) -> None:
        self.session = session
        self._url = "ws" + url.removeprefix("http")
        self._headers = headers
        self._polls = polls
        self._answer_within_s = answer_within_s
        self._pause_s = pause_s
        self._ids = count(1)
        self._waiting: dict[str, asyncio.Future[Answer | None]] = {}
        self._connection: ClientConnection | None = None  # One that carries.
        self._greeted_s: float | None = None
        self._heard_s = 0.0
        self._shown = ""
        self._advice_s: float | None = None
        self._gap: asyncio.TimerHandle | None = None
        self._previews: asyncio.Task[None] | None = None
        self._task = asyncio.ensure_future(self._run())

    def stop(self) -> None:
        """Let go of the socket: polls are all there is."""
        self._task.cancel()
        self._let_go()
        self._polls.rest(None)

    async def aclose(self) -> None:
        """The same, and wait until it is gone."""
        self.stop()
        await asyncio.gather(self._task, return_exceptions=True)

    # --- what is asked -------------------------------------------------------------------------

    @property
    def carries(self) -> bool:
        """Whether there is a socket over which the server has answered."""
        return self._connection is not None

    async def wish(self, wish: Mapping[str, Any]) -> Answer | None:
        """The answer to a wish; None when there is no socket, or it is lost meanwhile."""
        connection = self._connection
        if connection is None:
            return None
        wish_id = str(wish.get("id") or next(self._ids))
        waiting: asyncio.Future[Answer | None] = asyncio.get_running_loop().create_future()
        self._waiting[wish_id] = waiting
        try:
            async with asyncio.timeout(self._answer_within_s):
                await connection.send(json.dumps({**wish, "id": wish_id}))
                return await waiting
        except TimeoutError:
            connection.transport.abort()  # Something swallows what is said.
            return None
        except ConnectionClosed:
            return None
        finally:
            self._waiting.pop(wish_id, None)

    async def _keep_showing(self, shown: str) -> None:
        """Let those who answer see what stands in the input box, as polls do."""
        while True:
            await asyncio.sleep(PREVIEW_EVERY_S)
            preview = self._polls.preview()
            if preview != shown:
                await self.wish({"do": "preview", "text": preview})
                shown = preview

    def _check(self) -> None:
        """The visitor looks again: a network may have gone without a word."""
        if self._connection is None:
            self._polls.rest(None)
        elif time.monotonic() - self._heard_s > UNSURE_S:
            spawn(self.wish({"do": "ping"}))

    # --- one socket after the other ------------------------------------------------------------

    async def _run(self) -> None:
        failures = 0
        while True:
            try:
                await self._one_socket()
            except LOST as error:
                _log.debug("no socket: %s %s", type(error).__name__, error)
            greeted_s, advice_s, self._advice_s = self._greeted_s, self._advice_s, None
            was_steady = greeted_s is not None and time.monotonic() - greeted_s > STEADY_S
            failures = 1 if was_steady else failures + 1
            self._let_go()
            wait_s = self._pause_s(failures) if advice_s is None else advice_s
            if failures == 1:
                self._gap = asyncio.get_running_loop().call_later(wait_s + GAP_S, self._polls.rest, None)
            else:
                self._polls.rest(None)
            await asyncio.sleep(wait_s)

    def _let_go(self) -> None:
        """Whoever waits for an answer goes another way."""
        if self._gap is not None:
            self._gap.cancel()
        if self._previews is not None:
            self._previews.cancel()
        self._connection = self._greeted_s = None
        for waiting in self._waiting.values():
            if not waiting.done():
                waiting.set_result(None)

    async def _one_socket(self) -> None:
        """Talk over one socket until it is lost. Errors: `LOST`."""
        connection = await self._opened()
        try:
            async with asyncio.timeout(GREETED_WITHIN_S) as limit:
                await connection.send(json.dumps(self._hello()))
                async for frame in connection:
                    self._hear(frame, connection)
                    if self._greeted_s is not None:
                        limit.reschedule(None)
        finally:
            connection.transport.abort()  # There is nothing to say any more.
            with contextlib.suppress(*LOST):
                await connection.close()

    async def _opened(self) -> ClientConnection:
        host = urlsplit(self._url).hostname
        is_secure = self._url.startswith("wss:")
        return await connect(
            self._url,
            additional_headers=self._headers,
            compression=None,  # Short texts: it would cost more time than it saves bytes.
            max_size=RESPONSE_BYTES_MAX,
            open_timeout=GREETED_WITHIN_S,
            ping_interval=QUIET_S,
            ping_timeout=ANSWERED_WITHIN_S,
            close_timeout=ANSWERED_WITHIN_S,
            ssl=await asyncio.to_thread(trusted) if is_secure else None,
            proxy=None if host in ("127.0.0.1", "::1", "localhost") else True,
        )

    def _hello(self) -> dict[str, Any]:
        session = self.session
        who = {"chat_id": session.session_id, "secure_key": session.secure_key, "user_id": session.user_id}
        self._shown = self._polls.preview()
        where = {"position": self._polls.position(), "preview": self._shown}
        apikey = next((value for name, value in self._headers.items() if name.lower() == "apikey"), "")
        return {"do": "hello", "id": HELLO, **who, **where, "apikey": apikey}

    # --- what is heard -------------------------------------------------------------------------

    def _hear(self, text: str | bytes, connection: ClientConnection) -> None:
        """Take in one frame. Errors: `LOST`: it is none, or we are not wanted."""
        self._heard_s = time.monotonic()
        frame = _read(text)
        self._advice_s = None if frame.retry_after_ms is None else frame.retry_after_ms / 1000
        said = None
        if frame.answer is not None:
            said = answer(httpx2.Response(frame.status, json=frame.answer), self.session)
        waiting = self._waiting.get(frame.id)
        if frame.id == HELLO:
            self._greeted(said, connection)
        elif waiting is not None and not waiting.done():
            waiting.set_result(said)
        elif not frame.id and said is not None:
            self._polls.heard(said)

    def _greeted(self, said: Answer | None, connection: ClientConnection) -> None:
        """From now on, what is new comes by itself."""
        if said is None or said.outcome is not Outcome.DONE:
            raise Unwanted("the server did not want us here")
        self._connection = connection
        self._greeted_s = time.monotonic()
        if self._gap is not None:
            self._gap.cancel()
        self._previews = asyncio.ensure_future(self._keep_showing(self._shown))
        self._polls.rest(self._check)
        self._polls.heard(said)
