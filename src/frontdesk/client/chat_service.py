"""The Chat Service API: starts or restores a session for a program that is the visitor.

Source:  webchat-service, section 9."""

import asyncio
import contextlib
from collections.abc import Mapping
from types import TracebackType
from typing import Any, Self

import httpx2

from frontdesk.client.bus import Bus, CommandRejected
from frontdesk.client.chat_errors import ChatError, ChatFailed, ErrorCode, chat_error
from frontdesk.client.chat_session import ChatSession
from frontdesk.client.chat_state import Keeper, StateStorage
from frontdesk.client.clock import Clock
from frontdesk.client.promise import spawn
from frontdesk.client.state_store import MemoryStorage
from frontdesk.client.transport import Transport
from frontdesk.client.webchat_service import TransportFactory, WebChatService

NICKNAME = "User"  # What a visitor is called who does not say.
GIVEN = "given"
"""The name under which a program's own transport is known to the service."""


class ChatService:
    """One visitor's way into a chat; it has one session at a time.

    Shape:   `state_storage` keeps what a later run needs to go on with the session; by default it lasts as
             long as this object. `options` are those of WebChatService, such as `pollRateMin` or `apikey`.
             `http`, which is used and not closed, lets many visitors of one program share connections.
             Leaving the `async with` block closes connections and leaves the chat open.
    Errors:  `ChatFailed`.
    """

    def __init__(
        self,
        *,
        state_storage: StateStorage | None = None,
        options: Mapping[str, Any] | None = None,
        clock: Clock | None = None,
        http: httpx2.AsyncClient | None = None,
    ) -> None:
        self._http = http
        self._keeper = Keeper(MemoryStorage() if state_storage is None else state_storage)
        self._options = dict(options or {})
        self._clock = clock
        self._service: WebChatService | None = None
        self._session: ChatSession | None = None

    async def start_session(
        self,
        *,
        server_url: str | None = None,
        username: str = NICKNAME,
        subject: str | None = None,
        user_data: Mapping[str, Any] | None = None,
        transport: Transport | None = None,
    ) -> ChatSession:
        """A new session at `server_url`, for instance `https://chat.example/genesys/2/chat/support`.

        Shape:   `transport` takes the place of the built-in one, and is closed with the session.
        """
        bus, service = await self._prepared(server_url, transport)
        session = ChatSession(bus, service.engine.transport, self._keeper, server_url=server_url or "")
        who = {"nickname": username, "subject": subject or ""}
        options = {**who, "form": who, "userData": dict(user_data or {})}  # Each protocol takes its own.
        starting = bus.command("WebChatService.startChat", options)
        try:
            await starting
        except CommandRejected as rejected:
            await self._drop()
            raise ChatFailed(chat_error(rejected.reason, starting=True)) from rejected
        except asyncio.CancelledError:
            self._service = None
            starting.always(lambda *_: spawn(_give_up(service)))
            raise
        return await self._handed_out(session)

    async def restore_session(
        self, *, server_url: str | None = None, transport: Transport | None = None
    ) -> ChatSession:
        """The session that was kept; its program is told what came since it was last told something.

        Errors:  `ChatFailed` without an `error`: there is nothing to restore. With one: there was a session
                 and it cannot be continued; unless it is over, a later try may succeed.
        """
        state = await self._keeper.read()
        if state is None:
            raise ChatFailed
        url = server_url or state.server_url
        bus, service = await self._prepared(url, transport)
        session = ChatSession(
            bus, service.engine.transport, self._keeper, server_url=url, position=state.position
        )
        try:
            await service.restoring.restore({"sessionID": state.session_id, **state.credentials})
        except CommandRejected as rejected:
            await self._drop()
            raise ChatFailed(await self._lost(rejected.reason)) from rejected
        except asyncio.CancelledError:
            await self._drop()
            raise
        return await self._handed_out(session)

    async def aclose(self) -> None:
        """Let go of connections; a session that is not over can be restored later."""
        await self._keeper.written()
        await self._drop()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.aclose()

    # The names of the older JavaScript API.

    start_chat = start_session
    startSession = start_session  # noqa: N815
    startChat = start_session  # noqa: N815
    restoreSession = restore_session  # noqa: N815

    # Its own business.

    async def _prepared(
        self, server_url: str | None, transport: Transport | None
    ) -> tuple[Bus, WebChatService]:
        """A service on a bus of its own, in place of that of a session that is over."""
        if not server_url and transport is None:
            raise ChatFailed(ChatError(ErrorCode.MISSING_PARAMETER, "server_url or transport is needed"))
        if self._service is not None and not (self._session is not None and self._session.is_over):
            text = "this ChatService has a session already"
            raise ChatFailed(ChatError(ErrorCode.RUNNING_ON_THIS_PAGE, text))
        await self._drop()
        bus = Bus(self._clock)
        config: dict[str, Any] = {**self._options, "dataURL": server_url or ""}
        transports: dict[str, TransportFactory] = {}
        if transport is not None:
            config["transport"] = {"type": GIVEN}
            transports[GIVEN] = lambda _: transport
        self._service = service = WebChatService(
            bus, config, clock=self._clock, http=self._http, transports=transports
        )
        await service.begin()
        return bus, service

    async def _lost(self, reason: object) -> ChatError:
        """Why the kept session cannot be continued; what is over is kept no longer."""
        over = ChatError(ErrorCode.UNKNOWN_SESSION, "the session has ended")
        error = over if reason is None else chat_error(reason)
        if error.code is ErrorCode.UNKNOWN_SESSION:
            self._keeper.keep(None)
            await self._keeper.written()
        return error

    async def _handed_out(self, session: ChatSession) -> ChatSession:
        self._session = session
        await session.keep()
        return session

    async def _drop(self) -> None:
        service, self._service = self._service, None
        session, self._session = self._session, None
        if session is not None:
            session.release()
        if service is not None:
            await service.aclose()


async def _give_up(service: WebChatService) -> None:
    """Nobody waits for this session any more: the desk should not either."""
    with contextlib.suppress(CommandRejected):
        await service.engine.leave()
    await service.aclose()
