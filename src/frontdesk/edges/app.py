"""The ASGI application: what is asked very often on the short path, all else on the comfortable one."""

import msgspec

from frontdesk.edges.asgi import Answer, App, Headers, Keep, Kept, Receive, Scope, Send
from frontdesk.edges.chat_v2 import ChatV2
from frontdesk.edges.chat_v2_cometd_door import Cometd
from frontdesk.edges.chat_v3 import ChatV3
from frontdesk.edges.journey_door import JourneyDoor
from frontdesk.edges.orchestration_http import OrchestrationHttp
from frontdesk.edges.visitor_socket import VisitorSockets

SOCKET = "/api/workspace/socket"
NOT_FOUND = 4404


class FrontdeskApp:
    """Looks once at a path and hands the request on."""

    def __init__(
        self,
        chat_v2: ChatV2,
        visitor_sockets: VisitorSockets,
        cometd: Cometd,
        chat_v3: ChatV3,
        journeys: JourneyDoor | None,
        programs: OrchestrationHttp,
        socket: App,
        rest: App,
    ) -> None:
        self._chat_v2 = chat_v2
        self._visitor_sockets = visitor_sockets
        self._cometd = cometd
        self._chat_v3 = chat_v3
        self._journeys = journeys
        self._programs = programs
        self._socket = socket
        self._rest = rest

    def at_once(self, scope: Scope, keep: Keep) -> Answer | Kept | None:
        """The answer to a request for which no task need wait, or the request when it was kept."""
        path = scope["path"]
        if self._chat_v2.serves(path):
            return self._chat_v2.at_once(scope, keep)
        if self._cometd.serves(path):
            return self._cometd.at_once(scope, keep)
        if self._chat_v3.serves(path):
            return self._chat_v3.at_once(scope)
        if self._journeys is not None and self._journeys.serves(path):
            return self._journeys.at_once(scope, keep)
        return None

    def malformed(self, path: str, origin: bytes, text: str) -> tuple[Headers, bytes]:
        """What is answered to a request that cannot be read, in the words of the protocol it is meant for.

        Shape:   an origin that was not read is any: such an answer says nothing about anybody.
        """
        origin = origin or b"*"
        if self._chat_v2.serves(path):
            return self._chat_v2.malformed(path, origin, text)
        if self._cometd.serves(path):
            return self._cometd.malformed(origin, text)
        if self._chat_v3.serves(path):
            return self._chat_v3.malformed(origin, text)
        if self._journeys is not None and self._journeys.serves(path):
            return self._journeys.malformed(origin, text)
        return [], msgspec.json.encode({"error": {"code": "malformed", "text": text}})

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        match scope["type"]:
            case "http" if self._chat_v2.serves(scope["path"]):
                await self._chat_v2(scope, receive, send)
            case "http" | "websocket" if self._cometd.serves(scope["path"]):
                await self._cometd(scope, receive, send)
            case "http" if self._chat_v3.serves(scope["path"]):
                await self._chat_v3(scope, receive, send)
            case "http" if self._journeys is not None and self._journeys.serves(scope["path"]):
                await self._journeys(scope, receive, send)
            case "http" if self._programs.serves(scope["path"]):
                await self._programs(scope, receive, send)
            case "http":
                await self._rest(scope, receive, send)
            case "websocket" if self._visitor_sockets.serves(scope["path"]):
                await self._visitor_sockets(scope, receive, send)
            case "websocket" if scope["path"] == SOCKET:
                await self._socket(scope, receive, send)
            case "websocket":
                await receive()
                await send({"type": "websocket.close", "code": NOT_FOUND})
