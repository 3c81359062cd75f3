"""Going on with a session of the page, or the run, before; and reading back what lies further behind.

Source:  webchat-service, sections 3.1 and 6.3."""

import json
from collections.abc import Mapping
from typing import Any, NoReturn

from msgspec.structs import replace

from frontdesk.client import refusals
from frontdesk.client.engine import Engine
from frontdesk.client.keeping import guarded
from frontdesk.client.outcomes import settled
from frontdesk.client.promise import CommandRejected
from frontdesk.client.saved_session import Saved, credentials_from
from frontdesk.client.session import Session
from frontdesk.client.transport import Answer, Credentials, Outcome, Paging
from frontdesk.client.v3_token import read_token

EVERYTHING = 10_000  # As many events as clients ask for when they want all.
INDEX_MAX = 2**53 - 1
DENIED = 401


class Restoring:
    """Finds sessions again.

    Errors:  `CommandRejected` as the documented commands.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._is_busy = False

    @property
    def has_saved(self) -> bool:
        """Whether there may be something to go on with."""
        return self._kept() is not None

    def refuse(self, *, is_own: bool) -> None:
        """Refuse what cannot be restored now; `is_own`: it is the service itself that asks."""
        if self._is_busy:
            raise CommandRejected(refusals.ALREADY_RESTORING)
        self._engine.require_room(refusals.RESTORE_ACTIVE)
        if not is_own and not self._engine.options.asynchronous.is_enabled:
            raise CommandRejected(refusals.PRIVATE_RESTORE)

    async def restore(self, given: object = None) -> None:
        """Go on with the session `given`, or with the one that was kept."""
        async with self._engine.beginning(refusals.RESTORE_ACTIVE):
            self._is_busy = True
            try:
                await self._restore(given)
            finally:
                self._is_busy = False

    async def _restore(self, given: object) -> None:
        engine = self._engine
        saved = self._found(given)
        if saved is None:
            raise CommandRejected
        if self._is_too_old(saved):
            self._lose(saved.credentials, "restoreTimeout", None)
        answer = await self._newest(saved.credentials)
        if engine.is_closed:
            raise CommandRejected(refusals.CLOSED)  # What was kept stays for the next time.
        if answer.is_lost:
            engine.publish("sessionLost", answer.response)
            self._lose(saved.credentials, "restoreTimeout", None, answer.response)
        if not answer.is_reached:
            self._lose(saved.credentials, "restoreFailed", answer.response)
        if answer.chat_ended is not False:
            self._lose(saved.credentials, "restoreTimeout", None, answer.response)
        engine.eyes.filters = list(saved.filters)
        session = Session(answer.credentials or saved.credentials, engine.eyes)
        live = engine.go_live(session)
        engine.keeping.hand_out(session, engine.options.asynchronous)
        engine.publish("restored", {"async": engine.options.asynchronous.is_enabled})
        if answer.outcome is Outcome.LATER:
            live.health.lose_chat_server()
            engine.publish("restoredOffline", None)
        engine.tell(session.take(answer, restoring=True))
        engine.follow(live)

    async def _newest(self, credentials: Credentials) -> Answer:
        """The transcript: all of it, or the last page of a chat that may have gone on for days."""
        engine = self._engine
        if isinstance(engine.transport, Paging):
            return await self._newest_page(engine.transport, credentials)
        if not engine.options.asynchronous.is_enabled:
            return await engine.transport.refresh(credentials, 1)
        newest = await engine.transport.refresh(credentials, -1)
        if not newest.is_reached or newest.next_position is None:
            return newest
        first = max(1, newest.next_position - engine.options.asynchronous.page_events)
        return await engine.transport.refresh(newest.credentials or credentials, first)

    async def _newest_page(self, transport: Paging, credentials: Credentials) -> Answer:
        asynchronous = self._engine.options.asynchronous
        if not asynchronous.is_enabled:
            return _lost_if_denied(await transport.page(credentials, EVERYTHING))
        resumed = await transport.resume(credentials, self._engine.user_data())
        if resumed.credentials is None:
            return resumed
        return _lost_if_denied(await transport.page(resumed.credentials, asynchronous.page_events))

    def given_back(self) -> Credentials | None:
        """What the page kept of a session, if it keeps sessions itself."""
        get_back = self._engine.options.asynchronous.get_back
        return None if get_back is None else _credentials(guarded(get_back, False))

    def _kept(self) -> Saved | None:
        engine = self._engine
        return engine.keeping.kept(tokens=engine.transport.supports.tokens)

    def _found(self, given: object) -> Saved | None:
        asynchronous = self._engine.options.asynchronous
        if given is None and asynchronous.get_back is not None:
            given = guarded(asynchronous.get_back, False)
        credentials = _credentials(given)
        if credentials is not None:
            return Saved(credentials, self._engine.clock.now_ms())
        return None if asynchronous.is_enabled else self._kept()

    def _is_too_old(self, saved: Saved) -> bool:
        if saved.ping_ms is None:
            return False
        return self._engine.clock.now_ms() - saved.ping_ms >= self._engine.options.restore_timeout_ms

    def _lose(
        self,
        credentials: Credentials,
        event: str,
        response: Mapping[str, Any] | None,
        said: Mapping[str, Any] | None = None,
    ) -> NoReturn:
        if event == "restoreFailed":  # Nobody said that it is over: what a page keeps itself may serve later.
            self._engine.keeping.forget()
        else:
            self._engine.keeping.lose(credentials, response or said, self._engine.options.asynchronous)
        self._engine.publish(event, response)
        raise CommandRejected(response)

    async def verify(self) -> bool:
        """Whether a session is active, or could be gone on with; it changes and publishes nothing."""
        engine = self._engine
        if engine.live is not None:
            return True
        saved = self._found(None)
        if saved is None or self._is_too_old(saved):
            return False
        if isinstance(engine.transport, Paging):  # The end of the chat, without moving what polls go on from.
            answer = await engine.transport.page(saved.credentials, 1, INDEX_MAX)
        else:
            answer = await engine.transport.refresh(saved.credentials, 1)
        return answer.is_reached and answer.chat_ended is False

    async def fetch_history(self) -> Mapping[str, Any]:
        """The response with the page of messages before the oldest one known; they come as an event."""
        engine = self._engine
        if not engine.options.asynchronous.is_enabled:
            raise CommandRejected(refusals.NOT_ASYNC)
        session = engine.require().session
        oldest = session.oldest_index
        if isinstance(engine.transport, Paging):
            return await self._older_page(engine.transport, session)
        if oldest is None or oldest <= 1:
            raise CommandRejected(refusals.NO_MORE)
        first = max(1, oldest - engine.options.asynchronous.page_events)
        answer = await engine.ask(lambda who: engine.transport.refresh(who, first))
        if answer.outcome is Outcome.DONE:
            engine.tell(session.take_history(answer))
        return settled(answer)

    async def _older_page(self, transport: Paging, session: Session) -> Mapping[str, Any]:
        """A page that ends with the oldest event known; while it is read nobody polls."""
        engine, oldest = self._engine, session.oldest_index
        live = engine.require()
        if oldest is None or session.is_whole:
            raise CommandRejected(refusals.NO_MORE)
        count = engine.options.asynchronous.page_events
        with live.poller.paused():
            answer = await engine.ask(lambda who: transport.page(who, count, oldest))
        if answer.outcome is Outcome.DONE:
            told = session.take_history(answer)
            session.is_whole = session.oldest_index == oldest
            engine.tell(told)
            if session.is_whole:
                raise CommandRejected(refusals.NO_MORE)
        return settled(answer)


def _credentials(given: object) -> Credentials | None:
    """What somebody kept of a session, as an object, as its JSON text, or as a bare token."""
    token = read_token(given)
    if token is not None:
        return token
    if isinstance(given, str):
        try:
            given = json.loads(given)
        except ValueError:
            return None
    if not isinstance(given, Mapping):
        return None
    if "token" in given:
        return read_token(given["token"])
    if not given.get("sessionID"):
        return None
    return credentials_from(str(given["sessionID"]), {str(name): value for name, value in given.items()})


def _lost_if_denied(answer: Answer) -> Answer:
    """A token that is denied when a chat is to be gone on with will not be granted later."""
    return replace(answer, is_lost=True) if answer.status == DENIED else answer
