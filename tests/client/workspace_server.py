"""A small workspace server that knows docs/reference/workspace-protocol.md and can be unreliable to order.

It is a peer, not a copy of ours: what it keeps is lists in memory, and the test may cut lines and withhold
answers at exact moments.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import msgspec
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect

from frontdesk.domain import events
from frontdesk.domain.events import Event, Kind
from tests.patience import PATIENCE_S

PASSWORD = "correct horse battery staple"
AGENT = {
    "agent_id": "agent-1",
    "login": "amy",
    "name": "Amy",
    "role": "agent",
    "capacity": 5,
    "skills": {"german": 7},
}
_encode_event = msgspec.json.encode


class Chat:
    """One interaction: its events (numbered from 1), and which party is the agent, if any."""

    def __init__(self, chat_id: str) -> None:
        self.id = chat_id
        self.events: list[Event] = []
        self.mine = 0
        self.summary = ""

    def add(self, event: Event) -> None:
        self.events.append(event)

    @property
    def texts(self) -> list[str]:
        return [e.text for e in self.events if isinstance(e, events.Said)]


class WorkspaceServer:
    """One agent's workspace. `heard` is every client message that arrived; `url` where it listens."""

    def __init__(self) -> None:
        self.url = ""
        self.chats: dict[str, Chat] = {}
        self.ringing: set[str] = set()
        self.heard: list[dict[str, Any]] = []
        self.done: dict[str, dict[str, Any]] = {}
        self.withholds_answers_to = ""
        self.is_ready = False
        self.people_ready = 0
        self.is_busy = 0
        self.signed_in = 0
        self.welcomes = 0
        self.refuses_socket = 0
        self.files: dict[str, bytes] = {}
        self._sockets: dict[WebSocket, asyncio.Queue[list[Any]]] = {}
        self._changed = asyncio.Event()

    # --- what the test does ---------------------------------------------------------------------

    def start(self, chat_id: str, *said: str) -> Chat:
        """A visitor arrives and says something."""
        chat = self.chats[chat_id] = Chat(chat_id)
        chat.add(events.Started(service="s", user_id="u", key_hash="k", nickname="Kim"))
        for text in said:
            chat.add(events.Said(party_id=1, text=text))
        return chat

    def ring(self, chat_id: str) -> None:
        self.ringing.add(chat_id)
        self.send(self._invitation(chat_id))

    def give(self, chat_id: str) -> Chat:
        """The agent joins, as a bot is made to."""
        chat = self.chats[chat_id]
        chat.mine = 1 + sum(isinstance(e, events.Started | events.Joined) for e in chat.events)
        joined = events.Joined(party_id=chat.mine, kind=Kind.AGENT, participant_id="agent-1", nickname="Amy")
        chat.add(joined)
        self.send(self._card(chat), *self._events(chat, 0))
        return chat

    def add(self, chat: Chat, event: Event) -> None:
        """Something happens, and the agent is told."""
        chat.add(event)
        self.send(*self._events(chat, len(chat.events) - 1))

    def visitor_says(self, chat: Chat, text: str) -> None:
        self.add(chat, events.Said(party_id=1, text=text))

    def take(self, chat: Chat) -> None:
        """The chat is no longer the agent's."""
        chat.mine = 0
        self.send({"is": "left", "interaction_id": chat.id})

    def send(self, *messages: Any) -> None:
        for outbox in self._sockets.values():
            outbox.put_nowait(list(messages))

    async def until(self, is_so: Any, within_s: float = PATIENCE_S) -> None:
        """Return once `is_so()`."""
        async with asyncio.timeout(within_s):
            while not is_so():
                self._changed.clear()
                await self._changed.wait()

    # --- what the client sees -------------------------------------------------------------------

    async def sign_in(self, request: Request) -> Response:
        body = await request.json()
        if body["password"] != PASSWORD:
            error = {"code": "wrong_credentials", "text": "the login or the password is wrong"}
            return JSONResponse({"error": error}, status_code=401)
        self.signed_in += 1
        return JSONResponse({"token": f"token-{self.signed_in}", "agent": AGENT})

    async def upload(self, request: Request) -> Response:
        form = await request.form()
        file = form["file"]
        assert not isinstance(file, str)
        file_id = str(form["id"])
        self.files[file_id] = await file.read()
        await request.close()
        size = len(self.files[file_id])
        return JSONResponse({"file_id": file_id, "name": file.filename, "size_bytes": size})

    async def download(self, request: Request) -> Response:
        content = self.files.get(request.path_params["file"])
        if content is None:
            return JSONResponse({"error": {"code": "not_found", "text": "no such file"}}, status_code=404)
        return Response(content)

    async def socket(self, socket: WebSocket) -> None:
        if self.refuses_socket:
            self.refuses_socket -= 1
            await socket.close()
            return
        await socket.accept()
        outbox: asyncio.Queue[list[Any]] = asyncio.Queue()
        self._sockets[socket] = outbox
        writing = asyncio.create_task(self._write(socket, outbox))
        try:
            while True:
                self._hear(outbox, msgspec.json.decode(await socket.receive_text()))
                self._changed.set()
        except WebSocketDisconnect:
            pass
        finally:
            del self._sockets[socket]
            writing.cancel()

    async def _write(self, socket: WebSocket, outbox: asyncio.Queue[list[Any]]) -> None:
        while True:
            await socket.send_text(msgspec.json.encode(await outbox.get()).decode())

    def _hear(self, outbox: asyncio.Queue[list[Any]], message: dict[str, Any]) -> None:
        self.heard.append(message)
        if message["do"] == "hello":
            self._hello(outbox, message["have"])
            return
        write_id = message["id"]
        if self.is_busy:
            self.is_busy -= 1
            outbox.put_nowait([{"is": "refused", "id": write_id, "code": "try_later", "text": "busy"}])
            return
        if write_id not in self.done:
            self.done[write_id] = self._do(message)
        if message["do"] != self.withholds_answers_to:
            outbox.put_nowait([self.done[write_id]])

    def _hello(self, outbox: asyncio.Queue[list[Any]], have: dict[str, int]) -> None:
        self.welcomes += 1
        mine = [chat for chat in self.chats.values() if chat.mine]
        welcome = {
            "is": "welcome",
            "agent": AGENT,
            "is_ready": self.is_ready,
            "time_ms": 1,
            "interactions": [chat.id for chat in mine],
            "invites": sorted(self.ringing),
        }
        outbox.put_nowait([welcome, {"is": "floor", "ready": self.people_ready}])
        for chat in mine:
            outbox.put_nowait([self._card(chat)])
            outbox.put_nowait(self._events(chat, have.get(chat.id, 0)))
        for chat_id in have.keys() - {chat.id for chat in mine}:
            outbox.put_nowait(self._events(self.chats[chat_id], have[chat_id]))
            outbox.put_nowait([{"is": "left", "interaction_id": chat_id}])
        outbox.put_nowait([self._invitation(chat_id) for chat_id in self.ringing])

    def _do(self, message: dict[str, Any]) -> dict[str, Any]:
        chat = self.chats.get(message.get("interaction_id", ""))
        match message["do"]:
            case "ready" | "not_ready" as do:
                self.is_ready = do == "ready"
            case "accept" | "decline" as do if chat is not None:
                if chat.id not in self.ringing:
                    refusal = {"code": "invite_gone", "text": "it rings no longer"}
                    return {"is": "refused", "id": message["id"], **refusal}
                self.ringing.discard(chat.id)
                if do == "accept":
                    self.give(chat.id)
            case "say" if chat is not None:
                if not chat.mine:
                    refusal = {"code": "not_yours", "text": "you are not in this chat"}
                    return {"is": "refused", "id": message["id"], **refusal}
                self.add(chat, events.Said(party_id=chat.mine, text=message["text"]))
            case "receipt" if chat is not None:
                self.add(chat, events.ReceiptGiven(chat.mine, message["up_to"]))
            case "hand_over" if chat is not None:
                chat.summary = message.get("summary", "")
                self.add(chat, events.Queued(queue=message.get("queue", "default"), summary=chat.summary))
                self.take(chat)
            case "end" if chat is not None:
                self.add(chat, events.Ended(reason=message.get("reason", "agent"), party_id=chat.mine))
                self.take(chat)
            case _:
                pass
        return {"is": "done", "id": message["id"]}

    def _invitation(self, chat_id: str) -> dict[str, Any]:
        return {
            "is": "invited",
            "interaction_id": chat_id,
            "until_ms": 30_000,
            "time_ms": 0,
            "nickname": "Kim",
        }

    def _card(self, chat: Chat) -> dict[str, Any]:
        parties = [{"party_id": 1, "kind": "client", "nickname": "Kim"}]
        parties += [
            msgspec.structs.asdict(e) | {"is_present": True}
            for e in chat.events
            if isinstance(e, events.Joined)
        ]
        is_over = any(isinstance(e, events.Ended) for e in chat.events)
        return {
            "is": "interaction",
            "interaction_id": chat.id,
            "party_id": chat.mine,
            "phase": "ended" if is_over else "active",
            "nickname": "Kim",
            "parties": parties,
            "version": len(chat.events),
            "a_member_of_next_year": {"read": "leniently"},
        }

    def _events(self, chat: Chat, after: int) -> list[dict[str, Any]]:
        return [
            {
                "is": "event",
                "interaction_id": chat.id,
                "version": version,
                "at_ms": version,
                "event": msgspec.to_builtins(event),
            }
            for version, event in enumerate(chat.events, start=1)
            if version > after
        ]


@asynccontextmanager
async def serving() -> AsyncIterator[WorkspaceServer]:
    """The server on a free port of the loopback."""
    server = WorkspaceServer()
    app = Starlette(
        routes=[
            Route("/api/workspace/sign-in", server.sign_in, methods=["POST"]),
            Route("/api/workspace/interactions/{chat}/files", server.upload, methods=["POST"]),
            Route("/api/workspace/interactions/{chat}/files/{file}", server.download),
            WebSocketRoute("/api/workspace/socket", server.socket),
        ]
    )
    config = uvicorn.Config(
        app, host="127.0.0.1", port=0, log_config=None, lifespan="off", ws="websockets-sansio"
    )
    http = uvicorn.Server(config)
    http.install_signal_handlers = lambda: None  # type: ignore[attr-defined]
    running = asyncio.create_task(http.serve())
    while not http.started:
        await asyncio.sleep(0.01)
    server.url = f"http://127.0.0.1:{http.servers[0].sockets[0].getsockname()[1]}"
    try:
        yield server
    finally:
        http.should_exit = True
        await running
