"""A connection to a Bayeux server by long polling: publishes, and listens as long as somebody wants to.

Source:  chat-api-v2, sections 17.2, 17.3 and 17.7."""

import asyncio
import json
import random
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol

import httpx2

from frontdesk.client.bayeux import Bayeux, Message, Push, is_unknown
from frontdesk.client.clock import Clock
from frontdesk.client.connections import Connections, TooLarge
from frontdesk.client.http_answers import unreachable, unread
from frontdesk.client.transport import Answer

PATIENCE_S = 10  # Beyond what the server advises, as the clients that it is made for.
STEP_MS = 1000
PAUSE_MS_MAX = 60_000
JSON = {"content-type": "application/json;charset=UTF-8"}


class Lost(Exception):
    """The server could not be asked; `answer` says how that went."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(str(answer.response.get("statusText")))
        self.answer = answer


class Listener(Protocol):
    """Whoever is told what happens on a connection."""

    async def connected(self) -> None:
        """The server knows us, for the first time or again. Errors: `Lost`."""

    def pushed(self, push: Push) -> None:
        """Something was published to us."""

    def lost(self, answer: Answer) -> None:
        """One try to reach the server failed."""


class Cometd:
    """One Bayeux client at `url`.

    Shape:   `jitter` gives numbers from 0 to 1, by which pauses differ from client to client.
    Units:   `timeout_s` bounds every request but those for what is pushed.
    """

    def __init__(
        self,
        url: str,
        connections: Connections,
        clock: Clock,
        listener: Listener,
        *,
        headers: Mapping[str, str],
        timeout_s: float | None,
        jitter: Callable[[], float] = random.random,
    ) -> None:
        self._url = url.rstrip("/")
        self._connections = connections
        self._clock = clock
        self._listener = listener
        self._headers = {**headers, **JSON}
        self._timeout_s = timeout_s
        self._jitter = jitter
        self._bayeux = Bayeux()
        self._shaking = asyncio.Lock()
        self._speaking = (
            asyncio.Lock()
        )  # Beside a held connect, one request at a time: so they come in order.
        self._loop: asyncio.Task[None] | None = None

    @property
    def is_listening(self) -> bool:
        """Whether what is pushed is asked for."""
        return self._loop is not None and not self._loop.done()

    def listen(self) -> None:
        """Ask for what is pushed, from now on until `rest`, whatever becomes of the network."""
        if not self.is_listening:
            self._loop = asyncio.create_task(self._listen())

    def rest(self) -> None:
        """Ask for nothing more; the server knows us for some time still.

        It is no failure: after one, the server tells again what we have read already.
        """
        if self._loop is not None:
            self._loop.cancel()
            self._loop = None

    async def shake_hands(self) -> None:
        """Become known to the server, unless we are. Errors: `Lost`."""
        async with self._shaking:
            if self._bayeux.client_id:
                return
            reply = await self._ask(self._bayeux.handshake(), "/handshake", self._timeout_s)
            if not self._bayeux.client_id:
                raise Lost(unread(200, str(reply.get("error") or "the handshake was refused")))

    async def publish(self, channel: str, data: Mapping[str, Any]) -> Message:
        """The reply to what was published; a server that had forgotten us is asked again. Errors: `Lost`."""
        async with self._speaking:
            await self.shake_hands()
            reply = await self._ask(self._bayeux.publish(channel, data), "/", self._timeout_s)
            if is_unknown(reply):
                await self.shake_hands()
                reply = await self._ask(self._bayeux.publish(channel, data), "/", self._timeout_s)
            return reply

    async def leave(self) -> None:
        """Be forgotten by the server; chats go on."""
        self.rest()
        if self._bayeux.client_id:
            try:
                await self._ask(self._bayeux.disconnect(), "/disconnect", self._timeout_s)
            except Lost:
                return  # It will forget us by itself.

    async def _listen(self) -> None:
        failures, known_as = 0, ""
        while True:
            try:
                await self.shake_hands()
                if known_as != self._bayeux.client_id or failures:
                    known_as = self._bayeux.client_id
                    await self._listener.connected()
                is_good = await self._connect()
            except Lost as lost:
                failures += 1
                self._listener.lost(lost.answer)
                pause_ms = min(STEP_MS * failures, PAUSE_MS_MAX) * (0.5 + self._jitter())
                await self._pause(max(pause_ms, self._bayeux.advice.interval_ms))
            else:
                # Who is forgotten shakes hands at once, but not again and again.
                failures = 0 if is_good else failures + 1
                again_ms = STEP_MS * failures if failures > 1 else 0
                await self._pause(max(again_ms, self._bayeux.advice.interval_ms))

    async def _connect(self) -> bool:
        """Wait for what is pushed; whether the server still knows us."""
        timeout_s = self._bayeux.advice.timeout_ms / 1000 + PATIENCE_S
        reply = await self._ask(self._bayeux.connect(), "/connect", timeout_s)
        if reply.get("successful") is not True and self._bayeux.client_id:
            raise Lost(unread(200, str(reply.get("error") or "the connect was refused")))
        return bool(self._bayeux.client_id)

    async def _pause(self, pause_ms: float) -> None:
        if pause_ms <= 0:
            return
        over = asyncio.Event()
        alarm = self._clock.call_later(pause_ms, over.set)
        try:
            await over.wait()
        finally:
            alarm.cancel()

    async def _ask(self, message: Message, path: str, timeout_s: float | None) -> Message:
        """The reply to one message; what was pushed along with it is handed over first."""
        try:
            response = await self._connections.post(
                self._url + path, timeout_s, content=json.dumps([message], default=str), headers=self._headers
            )
            messages = _messages(response)
        except TimeoutError:
            raise self._failed(unreachable("timeout")) from None
        except httpx2.HTTPError as error:
            raise self._failed(unreachable(type(error).__name__)) from error
        except TooLarge as error:
            raise self._failed(unread(error.status, str(error))) from error
        told = self._bayeux.hear(messages)
        for push in told.pushes:
            self._listener.pushed(push)
        reply = told.replies.get(message["id"])
        if reply is None:
            raise self._failed(unread(response.status_code, "the answer has no reply in it"))
        return reply

    def _failed(self, answer: Answer) -> Lost:
        self._bayeux.fail()
        return Lost(answer)


def _messages(response: httpx2.Response) -> Sequence[Mapping[str, Any]]:
    """The messages of an answer, whatever its status: none when it is no answer of such a server."""
    try:
        messages = json.loads(response.content)
    except ValueError:
        return []
    many = messages if isinstance(messages, list) else [messages]
    return [message for message in many if isinstance(message, Mapping)]
