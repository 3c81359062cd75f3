"""The workspace socket: one WebSocket for each connected agent or bot."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable

import structlog

from frontdesk.edges.asgi import Receive, Scope, Send
from frontdesk.edges.metrics import Metrics
from frontdesk.edges.workspace_caller import Callers
from frontdesk.edges.workspace_session import Desk, WorkspaceSession
from frontdesk.errors import Denied, Unavailable

NOT_SIGNED_IN = 4401  # As 401, where applications have their own close codes.
FORBIDDEN = 4403
TRY_AGAIN = 1013
TOO_LARGE = 1009
GOING_AWAY = 1001
CODES = {"server_stopping": GOING_AWAY, "signed_out": NOT_SIGNED_IN, "message_too_large": TOO_LARGE}

_log = structlog.get_logger("workspace")


class WorkspaceSocket:
    """Accepts connections and carries frames; what they say is in `workspace_session`.

    Shape:   `live` gives the names of all sign-ins that hold.
    """

    def __init__(
        self,
        desk: Desk,
        callers: Callers,
        live: Callable[[], Awaitable[set[str]]],
        metrics: Metrics,
        message_bytes_max: int,
    ) -> None:
        self._desk = desk
        self._callers = callers
        self._live = live
        self._metrics = metrics
        self._message_bytes_max = message_bytes_max
        self._open: set[WorkspaceSession] = set()
        self._is_stopping = False

    def shut(self, reason: str, token_id: str = "") -> None:
        """Close every connection, or those of one sign-in."""
        for session in self._open:
            if not token_id or session.token_id == token_id:
                session.shut(reason)

    async def recheck(self) -> None:
        """Close every connection whose sign-in has ended meanwhile: elsewhere, by its time, or for good."""
        connected = tuple(self._open)
        if not connected:
            return
        live = await self._live()
        for session in connected:
            if session.token_id not in live:
                session.shut("signed_out")

    def stop(self) -> None:
        """Close every connection, and those that come meanwhile."""
        self._is_stopping = True
        self.shut("server_stopping")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await receive()  # websocket.connect
        try:
            self._callers.check_origin(scope)
            account, token_id = await self._callers.who(scope)
        except Denied as error:
            await _refuse(send, NOT_SIGNED_IN if error.code == "not_signed_in" else FORBIDDEN, str(error))
            return
        except Unavailable as error:
            await _refuse(send, TRY_AGAIN, str(error))
            return
        await send({"type": "websocket.accept"})
        session = WorkspaceSession(self._desk, account, token_id)
        if self._is_stopping:
            session.shut("server_stopping")
        self._open.add(session)
        self._desk.agents.connect(account.account_id)
        self._metrics.sockets.inc()
        _log.info("connected", agent_id=account.account_id, role=account.role)
        try:
            await self._carry(session, receive, send)
        finally:
            self._open.discard(session)
            self._desk.hub.close(session)
            self._desk.agents.disconnect(account.account_id)
            self._metrics.sockets.dec()
            _log.info("disconnected", agent_id=account.account_id, reason=session.closing or "closed")

    async def _carry(self, session: WorkspaceSession, receive: Receive, send: Send) -> None:
        """Both directions until one ends."""
        reading = asyncio.ensure_future(self._read(session, receive))
        writing = asyncio.ensure_future(self._write(session, send))
        session.overdue = writing.cancel
        try:
            await asyncio.wait((reading, writing), return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in (reading, writing):
                task.cancel()
            for outcome in await asyncio.gather(reading, writing, return_exceptions=True):
                if isinstance(outcome, Exception):
                    _log.error("connection_failed", agent_id=session.agent_id, exc_info=outcome)

    async def _read(self, session: WorkspaceSession, receive: Receive) -> None:
        while True:
            message = await receive()
            if message["type"] == "websocket.disconnect":
                return
            frame = message.get("text") or message.get("bytes") or ""
            if len(frame) > self._message_bytes_max:
                self._metrics.refused("socket_message_bytes_max")
                session.shut("message_too_large")
                return
            await session.receive(frame)

    async def _write(self, session: WorkspaceSession, send: Send) -> None:
        while True:
            await session.wake.wait()
            is_last = bool(session.closing)
            frame = session.take_frame()
            if frame is not None:
                text, count = frame
                with contextlib.suppress(OSError):
                    await send({"type": "websocket.send", "text": text})
                self._metrics.told.inc(count)
            if is_last:
                code = CODES.get(session.closing, TRY_AGAIN)
                with contextlib.suppress(OSError, RuntimeError):
                    await send({"type": "websocket.close", "code": code, "reason": session.closing})
                return


async def _refuse(send: Send, code: int, reason: str) -> None:
    """Accept and close at once: a browser tells a page nothing about a refused upgrade."""
    await send({"type": "websocket.accept"})
    await send({"type": "websocket.close", "code": code, "reason": reason[:100]})
