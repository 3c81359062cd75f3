"""The visitors' socket: who may open one, how many there are, and how they all close.

Source:  docs/reference/visitor-socket.md.
"""

import asyncio
import random
from collections import Counter
from collections.abc import Callable, Coroutine

import structlog

from frontdesk.desk.chats import Chats
from frontdesk.domain.sources import source_of
from frontdesk.edges.asgi import Receive, Scope, Send, address_of, header
from frontdesk.edges.chat_v2_requests import ChatV2Requests
from frontdesk.edges.chat_v2_session import ChatV2Sessions
from frontdesk.edges.cors import Cors
from frontdesk.edges.metrics import Metrics
from frontdesk.edges.traffic import Traffic
from frontdesk.edges.visitor_session import RESTART, TRY_AGAIN, VisitorDesk, VisitorSession
from frontdesk.settings import Settings

NAME = "/socket"  # After the address of a service.
FORBIDDEN = 4403

_log = structlog.get_logger("visitor_socket")


class VisitorSockets:
    """The ASGI application at `{prefix}/2/chat/{service}/socket`, unless it is switched off."""

    def __init__(
        self,
        settings: Settings,
        rest: ChatV2Requests,
        sessions: ChatV2Sessions,
        chats: Chats,
        cors: Cors,
        traffic: Traffic,
        metrics: Metrics,
        clock_ms: Callable[[], int],
    ) -> None:
        limits = settings.limits
        self._root = f"{settings.server.prefix.rstrip('/')}/2/chat/"
        self._settings = settings.visitor_socket
        self._limits = limits
        self._chats = chats
        self._cors = cors
        self._metrics = metrics
        self._clock_ms = clock_ms
        self._open: set[VisitorSession] = set()
        self._by_source: Counter[str] = Counter()
        self._by_chat: Counter[str] = Counter()
        self._tasks: set[asyncio.Task[None]] = set()
        self._is_stopping = False
        self._desk = VisitorDesk(
            rest,
            sessions,
            chats,
            traffic,
            metrics,
            self._admits,
            self._later,
            api_key=settings.server.api_key,
            message_bytes_max=limits.visitor_socket_message_bytes_max,
        )
        metrics.show("visitor_sockets", "Sockets of visitors that are open.", lambda: len(self._open))

    def serves(self, path: str) -> bool:
        return self._settings.is_on and path.startswith(self._root) and path.endswith(NAME)

    def stop(self) -> None:
        """Let every client go; they come back at different moments, to whoever is there then."""
        self._is_stopping = True
        for session in tuple(self._open):
            self._send_home(session)

    async def aclose(self) -> None:
        """Say nothing more."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    # --- connections ---------------------------------------------------------------------------

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await receive()  # websocket.connect
        service = scope["path"][len(self._root) : -len(NAME)]
        if not self._cors.admits(service, header(scope, b"origin")):
            await send({"type": "websocket.close", "code": FORBIDDEN})  # Refuses the upgrade.
            return
        await send({"type": "websocket.accept"})
        scope["headers"] = []  # It may be held for long.
        address = address_of(scope)
        source = source_of(address)
        session = VisitorSession(self._desk, service, address, send)
        self._open.add(session)
        self._by_source[source] += 1
        expiry = asyncio.get_running_loop().call_later(self._settings.hello_s, session.expire)
        try:
            self._let_in(session, source)
            while (message := await receive())["type"] != "websocket.disconnect":
                if not session.closing:
                    await session.receive(message.get("text") or message.get("bytes") or "")
        except (OSError, RuntimeError):
            pass  # The other end has gone: what was to be said is asked for again.
        finally:
            expiry.cancel()
            session.closing = session.closing or "gone"
            self._forget(session, source)

    def _let_in(self, session: VisitorSession, source: str) -> None:
        """Close it at once when there are too many, or no more are wanted."""
        if self._is_stopping:
            self._send_home(session)
        elif self._by_source[source] > self._limits.visitor_sockets_per_address:
            self._turn_away(session, "visitor_sockets_per_address")
        elif len(self._open) > self._limits.visitor_sockets_per_node:
            self._turn_away(session, "visitor_sockets_per_node")

    def _turn_away(self, session: VisitorSession, limit: str) -> None:
        self._metrics.refused(limit)
        session.shut(limit, TRY_AGAIN)

    def _send_home(self, session: VisitorSession) -> None:
        within_ms = self._settings.return_within_s * 1000
        session.shut("server_stopping", RESTART, random.randint(0, within_ms))  # noqa: S311  # No secret.

    def _admits(self, chat_id: str) -> str:
        """Count one more socket of a chat; the limit that keeps it out, or nothing."""
        if self._by_chat[chat_id] >= self._limits.visitor_sockets_per_chat:
            return "visitor_sockets_per_chat"
        self._by_chat[chat_id] += 1
        return ""

    def _forget(self, session: VisitorSession, source: str) -> None:
        """It is gone. Whoever it was for was here until now."""
        self._open.discard(session)
        _count_down(self._by_source, source)
        chat_id = session.chat_id
        if chat_id:
            _count_down(self._by_chat, chat_id)
            self._chats.watchers.unwatch(chat_id, session)
            chat = self._chats.known(chat_id)
            if chat is not None:
                chat.seen_ms = self._clock_ms()

    # --- what needs waiting --------------------------------------------------------------------

    def _later(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.ensure_future(self._tried(work))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _tried(self, work: Coroutine[None, None, None]) -> None:
        try:
            await work
        except (OSError, RuntimeError):
            pass  # The other end has gone: what was to be said is asked for again.
        except Exception:  # noqa: BLE001  # A fault of ours; the others must still be told.
            _log.exception("not_told")


def _count_down(counts: Counter[str], key: str) -> None:
    counts[key] -= 1
    if not counts[key]:
        del counts[key]
