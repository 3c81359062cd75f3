"""A visitor's chat without commands: starts, follows, writes to and leaves one session at a time.

Commands and events of every API are views of this; it publishes through a function and has its time from a
clock."""

import asyncio
import contextlib
import functools
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from typing import Any

from msgspec.structs import replace

from frontdesk.client import refusals
from frontdesk.client.clock import Clock
from frontdesk.client.filters import Filter
from frontdesk.client.health import Health
from frontdesk.client.keeping import Keeping
from frontdesk.client.live import Attended, Live
from frontdesk.client.options import Options
from frontdesk.client.outcomes import granted, settled
from frontdesk.client.people import Told
from frontdesk.client.polling import Poller
from frontdesk.client.promise import CommandRejected
from frontdesk.client.session import Eyes, Session
from frontdesk.client.state_store import StateStore
from frontdesk.client.transport import (
    Answer,
    Credentials,
    Fault,
    Outcome,
    Polls,
    Pushing,
    Relieving,
    StartRequest,
    Transport,
)
from frontdesk.client.typing_burst import AgentTyping, TypingBurst

TEXT_TOO_LONG = 204

Publish = Callable[[str, Mapping[str, Any] | None], object]
Ask = Callable[[Credentials], Awaitable[Answer]]


class Engine:
    """The visitor's chat.

    Errors:  `CommandRejected` with the documented text or the response of the server.
    """

    def __init__(
        self,
        transport: Transport,
        options: Options,
        *,
        store: StateStore,
        clock: Clock,
        publish: Publish,
        user_data: Callable[[], Mapping[str, Any]] = dict,
    ) -> None:
        self.transport = transport
        self.options = options
        self.eyes = Eyes()
        self.session: Session | None = None
        """The newest session; what is known of it stays after its end, until the next begins."""
        self.preview: Callable[[], str] = str
        self.live: Live | None = None
        self.keeping = Keeping(store)
        self.clock = clock
        self.publish = publish
        self.user_data = user_data
        """The data that would go along with a chat, also with one that is come back to."""
        self.is_closed = False
        self._beginning = asyncio.Lock()  # Held while a session is started or restored.

    # One session.

    @property
    def is_active(self) -> bool:
        """Whether there is a session that can be written to."""
        return self.live is not None and not self.live.is_leaving

    @property
    def is_offline(self) -> bool:
        """Whether requests do not reach the server now, and following it will tell when they do."""
        live = self.live
        return live is not None and live.health.is_disconnected and live.is_followed

    def require_room(self, refusal: str = refusals.ALREADY_ACTIVE) -> None:
        """Refuse a second session beside one that is active or just beginning."""
        if self._beginning.locked():
            raise CommandRejected(refusal)
        self._require_nobody(refusal)

    @contextlib.asynccontextmanager
    async def beginning(self, refusal: str = refusals.ALREADY_ACTIVE) -> AsyncIterator[None]:
        """While a session begins in this block, no other can."""
        self.require_room(refusal)
        async with self._beginning:
            self._require_nobody(refusal)
            yield

    async def begun(self) -> None:
        """Wait until a start or a restore that is under way has succeeded or failed."""
        async with self._beginning:
            return

    async def start(self, request: StartRequest) -> Mapping[str, Any]:
        """Begin a session; the server's response."""
        async with self.beginning():
            self.session = None
            self.keeping.forget()
            return await self._start(request)

    async def _start(self, request: StartRequest) -> Mapping[str, Any]:
        answer = await self.transport.start(request)
        credentials = granted(answer)
        if self.is_closed:
            if credentials is not None:  # The chat would wait at the desk for nobody.
                await self.transport.disconnect(credentials)
            raise CommandRejected(refusals.CLOSED)
        self._show(answer)
        if credentials is None:
            if answer.outcome is Outcome.UNREACHABLE:
                self.publish("error", answer.response)
            self._report(answer)
            if answer.is_lost and request.session is not None:
                self.keeping.lose(request.session, answer.response, self.options.asynchronous)
                self.publish("sessionLost", answer.response)
            raise CommandRejected(answer.response)
        live = self.go_live(Session(credentials, self.eyes))
        self.keeping.hand_out(live.session, self.options.asynchronous)
        self.publish("started", started_data(credentials))
        self.follow(live)
        return answer.response

    async def leave(self) -> Mapping[str, Any]:
        """End the session, whatever the server says to it; the server's response."""
        live = self.require()
        live.is_leaving = True
        live.typing.drop()
        self.stop_following(live)
        answer = await self.transport.disconnect(live.session.credentials)
        if self.live is live:
            self._show(answer)
            for name in live.health.hear(answer):
                self.publish(name, None)
            self._report(answer)
            for party in ("supervisor", "agent", "client"):
                self.publish(f"{party}Disconnected", {"numAgentsConnected": 0})
            self._end(live, replace(answer, is_lost=False))  # Left is left.
        return settled(answer)

    async def ask(self, call: Ask, *, quiet: bool = False) -> Answer:
        """One request of the active session, with everything that follows from its answer but the transcript.

        Shape:   `quiet` leaves errors to the caller.
        """
        live = self.require()
        answer = await call(live.session.credentials)
        if self.live is live and not live.is_leaving:
            self._hear(live, answer)
            if not quiet:
                self._report(answer)
            if answer.chat_ended is True:
                self._end(live, answer)
        return answer

    async def request(self, call: Ask, *, hurry: bool = False) -> Mapping[str, Any]:
        """The response of the server to one request of the active session.

        Shape:   `hurry` polls soon afterwards, because something will have happened.
        """
        live = self.require()
        answer = await self.ask(call)
        if hurry and self.live is live:
            live.poller.hurry()
        return settled(answer)

    def require(self) -> Live:
        """The active session."""
        if self.live is None or self.live.is_leaving:
            raise CommandRejected(refusals.NOT_ACTIVE)
        return self.live

    # Following it.

    def go_live(self, session: Session) -> Live:
        """Make `session` the active one, in place of any other."""
        if self.live is not None:
            self.live.let_go()
        live = Live(session, Health(self.options.poll_exceptions_max))
        live.poller = Poller(self.clock, self.options.cadence, lambda: self._poll(live))

        async def stop_typing() -> object:
            return await self.ask(
                lambda who: self.transport.type(
                    who, is_typing=False, preview=self.preview(), position=session.position
                )
            )

        live.typing = TypingBurst(self.clock, lambda name: self.publish(name, None), stop_typing)
        live.agent_typing = AgentTyping(self.clock, lambda: self.publish("agentTypingTimeout", None))
        self.session = session
        self.live = live
        self.keep(live)
        return live

    def follow(self, live: Live) -> None:
        """Hear of the session from now on: as the server pushes it, or as polls ask for it."""
        if live.is_followed:
            return
        if self.transport.supports.polling:
            live.poller.start()
            self.publish("pollingStarted", None)
            if isinstance(self.transport, Relieving):
                live.following = self.transport.relieve(live.session.credentials, self._polls(live))
        elif isinstance(self.transport, Pushing):
            session = live.session
            heard = functools.partial(self._hear_news, live)
            thread = self.transport.follow(session.credentials, session.position, heard)
            live.following = Attended(thread, self.clock, lambda: self._keep_if_reached(live))

    def _polls(self, live: Live) -> Polls:
        return Polls(
            position=lambda: live.session.position,
            preview=lambda: self.preview(),
            heard=lambda answer: self._hear_news(live, answer),
            rest=live.poller.rest,
        )

    def stop_following(self, live: Live) -> None:
        """Hear of it no more."""
        live.stop_following()
        if live.poller.is_started:
            live.poller.stop()
            self.publish("pollingStopped", None)

    async def _poll(self, live: Live) -> Answer | None:
        session = live.session
        if live.is_leaving:
            return None  # Its alarm had rung already.
        answer = await self.transport.refresh(session.credentials, session.position, self.preview())
        self._hear_news(live, answer)
        return answer

    def _hear_news(self, live: Live, answer: Answer) -> None:
        """What came of a poll, or was pushed."""
        if self.live is not live or live.is_leaving:
            return  # The words of a session that is over.
        self._hear(live, answer)
        if self.transport.supports.poll_exceptions:
            for name in live.health.hear_poll(answer):
                self.publish(name, None)
        # A preview goes along with polls only; where nobody polls, it is a message that was too long.
        ignored = TEXT_TOO_LONG if self.transport.supports.polling else None
        self._report(answer, ignored=ignored, is_silent=not live.health.is_new_refusal(answer))
        before = live.session.position
        self.tell(live.session.take(answer))
        if self.transport.supports.tokens and live.session.position != before:
            self.keeping.hand_out(live.session, self.options.asynchronous)
        if answer.chat_ended is True:
            self._end(live, answer)
        else:
            self.keep(live)

    def tell(self, told: list[Told]) -> None:
        """Publish what the session makes of an answer."""
        for event in told:
            self.publish(event.name, event.data)
            if self.live is not None and self.transport.supports.tokens:
                self.live.agent_typing.hear(event.name)

    def keep(self, live: Live) -> None:
        """Keep what the next page or run needs."""
        self.keeping.keep(live.session, self.options.asynchronous, self.clock.now_ms())

    def _keep_if_reached(self, live: Live) -> None:
        if not live.health.is_disconnected:
            self.keep(live)

    def add_filters(self, filters: list[Filter]) -> None:
        """Look at messages through `filters` from now on; they last as long as the session."""
        self.eyes.filters = filters
        if self.live is not None:
            self.keep(self.live)

    def close(self) -> None:
        """Stop following, without a word to the server: the session can be found again.

        Shape:   no other begins here; a start that is under way is taken back, `begun` says when.
        """
        self.is_closed = True
        if self.live is not None:
            self.live.let_go()

    def _require_nobody(self, refusal: str) -> None:
        if self.is_closed:
            raise CommandRejected(refusals.CLOSED)
        if self.live is not None:
            raise CommandRejected(refusal)

    # What answers mean.

    def _hear(self, live: Live, answer: Answer) -> None:
        self._show(answer)
        for name in live.health.hear(answer):
            self.publish(name, None)
        if answer.credentials is not None and answer.credentials != live.session.credentials:
            live.session.credentials = answer.credentials
            self.keep(live)
            self.keeping.hand_out(live.session, self.options.asynchronous)

    def _show(self, answer: Answer) -> None:
        if answer.is_reached:
            self.publish("ajaxResponse", answer.response)

    def _report(self, answer: Answer, *, ignored: int | None = None, is_silent: bool = False) -> None:
        """Publish `error`, unless the network tells the story.

        Shape:   `is_silent`: also for a failure without a word of the server there is another who tells it.
        """
        if answer.is_lost:
            return  # That has an event of its own.
        faults: list[Fault] = [fault for fault in answer.faults if fault.code != ignored]
        is_failure = (
            answer.outcome in (Outcome.REFUSED, Outcome.BROKEN) and "statusCode" not in answer.response
        )
        if faults or (is_failure and not is_silent):
            self.publish("error", answer.error or answer.response)

    def _end(self, live: Live, answer: Answer) -> None:
        live.typing.drop()
        live.agent_typing.drop()
        self.stop_following(live)
        self.live = None
        self.eyes.filters = []
        if answer.outcome is Outcome.REFUSED:  # The server knows it no longer.
            self.keeping.lose(live.session.credentials, answer.response, self.options.asynchronous)
        self.keeping.forget()
        if answer.is_lost:
            self.publish("sessionLost", answer.response)
        self.publish("ended", None)


def started_data(credentials: Credentials) -> dict[str, Any]:
    """What the event `started` carries: protocols with a token put it one level deeper."""
    public = credentials.public()
    return {"data": public} if credentials.token else public
