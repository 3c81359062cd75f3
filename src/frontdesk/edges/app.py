"""The ASGI application: chat wires on the short path, everything else on the comfortable one."""

import structlog

from frontdesk.edges.asgi import App, Message, Receive, Scope, Send, answer
from frontdesk.edges.chat_v2 import ChatV2
from frontdesk.wire import chat_v2 as wire

SOCKET = "/api/workspace/socket"
NOT_FOUND = 4404

_log = structlog.get_logger("app")


class FrontdeskApp:
    """Looks once at a path and hands the request on."""

    def __init__(self, chat_v2: ChatV2, socket: App, rest: App) -> None:
        self._chat_v2 = chat_v2
        self._socket = socket
        self._rest = rest

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        match scope["type"]:
            case "http" if self._chat_v2.serves(scope["path"]):
                await self._guarded(self._chat_v2, scope, receive, send)
            case "http":
                await self._rest(scope, receive, send)
            case "websocket" if scope["path"] == SOCKET:
                await self._socket(scope, receive, send)
            case "websocket":
                await receive()
                await send({"type": "websocket.close", "code": NOT_FOUND})

    async def _guarded(self, app: ChatV2, scope: Scope, receive: Receive, send: Send) -> None:
        """A fault of ours is "try again later" to a visitor: whatever else is sent, clients show nothing."""
        has_begun = False

        async def watched(message: Message) -> None:
            nonlocal has_begun
            has_begun = True
            await send(message)

        try:
            await app(scope, receive, watched)
        except Exception:
            _log.exception("request_failed", path=scope["path"][:200])
            if has_begun:
                raise
            await answer(send, 200, wire.try_later(), app.cors_of(scope))
