"""The agent client: everything an agent or a bot hears and does, over a connection that keeps itself up."""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from types import TracebackType
from typing import Any, Self, TypeVar

import msgspec

from frontdesk.client.workspace_address import WorkspaceAddress
from frontdesk.client.workspace_chat import Chat
from frontdesk.client.workspace_http import WorkspaceHttp
from frontdesk.client.workspace_mailbox import Mailbox
from frontdesk.client.workspace_messages import (
    AgentCard,
    Colleague,
    Colleagues,
    FloorChanged,
    Happened,
    InteractionCard,
    Invitation,
    InviteGone,
    Message,
    NoLongerYours,
    OpenChat,
    OpenChats,
    Preview,
    Readiness,
    Welcome,
)
from frontdesk.client.workspace_socket import WorkspaceSocket, full_jitter
from frontdesk.domain.events import Ended
from frontdesk.errors import Refused, Unavailable

CHAT_WAIT_S = 30
HISTORY_WAIT_S = 5

_log = logging.getLogger("frontdesk.client")

M = TypeVar("M")
Handler = Callable[[M], Awaitable[None]]


class AgentClient:
    """A signed-in agent.

        async with AgentClient("http://127.0.0.1:8080", "amy", "amy-demo") as amy:
            await amy.ready()
            async for message in amy.messages():
                if isinstance(message, Invitation):
                    chat = await amy.accept(message.interaction_id)
                    await chat.say("Hello!")

    Shape:   `chats` are yours now, by interaction id; `invites` ring for you; `people_ready` is how many
             people have a free slot, where the server tells it (it tells bots).
    Errors:  entering raises `SignInRefused`; a write `Refused` or `Unavailable`. A lost connection is no
             error: the client comes back, repeats what was not answered and hears what it missed.
    """

    def __init__(
        self,
        url: str,
        login: str,
        password: str,
        *,
        pause_s: Callable[[int], float] = full_jitter,
    ) -> None:
        address = WorkspaceAddress(url)
        self._http = WorkspaceHttp(address, login, password, pause_s)
        self._socket = WorkspaceSocket(address, self._http, self, pause_s)
        self._mailboxes: list[Mailbox[Message]] = []
        self._handlers: list[tuple[type[Any], Handler[Any]]] = []
        self._tasks: set[asyncio.Task[None]] = set()
        self._running: asyncio.Task[None] | None = None
        self._expected: dict[str, asyncio.Future[Chat]] = {}
        self._welcomed: set[str] = set()
        self._awaited: set[str] = set()
        self._is_caught_up = asyncio.Event()
        self.chats: dict[str, Chat] = {}
        self.invites: dict[str, Invitation] = {}
        self.is_ready = False
        self.people_ready = 0

    @property
    def agent(self) -> AgentCard:
        """Who is signed in. Errors: `Unavailable` before the first sign-in."""
        if self._http.agent is None:
            raise Unavailable("not signed in yet")
        return self._http.agent

    @property
    def is_connected(self) -> bool:
        """Whether there is a connection now; writes wait for one."""
        return self._socket.is_connected

    @property
    def trouble(self) -> str:
        """Why there is no connection now; empty while there is one."""
        return self._socket.trouble

    # --- being there ---------------------------------------------------------------------------

    async def start(self) -> None:
        """Sign in and connect; return once the chats that are yours are here. Errors: `SignInRefused`."""
        self._running = asyncio.create_task(self._socket.run(), name="workspace")
        self._running.add_done_callback(self._stopped)
        for kind, handler in self._handlers:
            self._start(kind, handler)
        greeted = asyncio.create_task(self._is_caught_up.wait())
        try:
            await asyncio.wait((greeted, self._running), return_when=asyncio.FIRST_COMPLETED)
        except asyncio.CancelledError:
            await self.aclose()
            raise
        finally:
            greeted.cancel()
        if self._running.done():
            await self.aclose()
            await self._running  # It ended with the reason.

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        """Disconnect. Chats stay yours for as long as the server waits for you to come back."""
        tasks = {*self._tasks, *([self._running] if self._running is not None else [])}
        tasks.discard(asyncio.current_task())  # A handler may close its own client.
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await self._http.aclose()

    async def sign_out(self) -> None:
        """End the session at the server, then disconnect."""
        with contextlib.suppress(Unavailable, Refused):
            await self._http.call("POST", "/api/workspace/sign-out", json={})
        await self.aclose()

    async def stopped(self) -> None:
        """Return, or raise the reason, when the client has stopped for good. Errors: `SignInRefused`."""
        if self._running is not None:
            await asyncio.shield(self._running)

    def _stopped(self, running: asyncio.Task[None]) -> None:
        error = None if running.cancelled() else running.exception()
        for mailbox in self._mailboxes:
            mailbox.close(error)
        for chat in self.chats.values():
            chat.close()

    # --- hearing -------------------------------------------------------------------------------

    async def messages(self) -> AsyncIterator[Message]:
        """What the server says, in order, nothing twice: the types of `workspace_messages`.

        Shape:   it begins with the chats that are yours and the invites that ring when it is called.
        Errors:  what made the client stop; `Unavailable` for a reader that is far behind.
        """
        mailbox = self._new_mailbox()
        try:
            async for message in mailbox.read():
                yield message
        finally:
            self._mailboxes.remove(mailbox)

    def on(self, kind: type[M]) -> Callable[[Handler[M]], Handler[M]]:
        """Call a coroutine with each message of a type, one after the other; its errors are logged."""

        def register(handler: Handler[M]) -> Handler[M]:
            self._handlers.append((kind, handler))
            if self._running is not None:
                self._start(kind, handler)
            return handler

        return register

    def _start(self, kind: type[Any], handler: Handler[Any]) -> None:
        mailbox = self._new_mailbox()
        task = asyncio.create_task(_serve(mailbox, kind, handler), name=f"on {kind.__name__}")
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _new_mailbox(self) -> Mailbox[Message]:
        mailbox: Mailbox[Message] = Mailbox()
        for chat in self.chats.values():
            mailbox.put(chat.card)
        for invitation in self.invites.values():
            mailbox.put(invitation)
        self._mailboxes.append(mailbox)
        return mailbox

    # --- doing ---------------------------------------------------------------------------------

    async def ready(self) -> None:
        """Let chats come."""
        await self._socket.write("ready")

    async def not_ready(self, reason: str = "") -> None:
        """Let no new chats come; running ones go on."""
        await self._socket.write("not_ready", **({"reason": reason} if reason else {}))

    async def accept(self, interaction_id: str) -> Chat:
        """Take the chat that rings. Errors: `Refused` when it rings no longer."""
        return await self._join("accept", interaction_id)

    async def monitor(self, interaction_id: str) -> Chat:
        """As a supervisor, look on a chat silently. Errors: `Refused` for anybody else."""
        return await self._join("monitor", interaction_id)

    async def colleagues(self) -> Sequence[Colleague]:
        """The people who are ready, whom you may call into a chat."""
        answer = await self._http.call("GET", "/api/workspace/colleagues")
        return msgspec.json.decode(answer.content, type=Colleagues).colleagues

    async def open_chats(self) -> Sequence[OpenChat]:
        """As a supervisor, the chats that are open, the newest first. Errors: `Refused` for anybody else."""
        answer = await self._http.call("GET", "/api/workspace/open")
        return msgspec.json.decode(answer.content, type=OpenChats).chats

    async def _join(self, wish: str, interaction_id: str) -> Chat:
        if interaction_id in self.chats:
            return self.chats[interaction_id]
        expected = self._expected.get(interaction_id)
        if expected is None:
            expected = self._expected[interaction_id] = asyncio.get_running_loop().create_future()
        try:
            await self._socket.write(wish, interaction_id=interaction_id)
            return await asyncio.wait_for(asyncio.shield(expected), CHAT_WAIT_S)
        except TimeoutError:
            raise Unavailable("the chat is yours but did not arrive") from None
        finally:
            self._expected.pop(interaction_id, None)

    async def decline(self, interaction_id: str) -> None:
        """Let the chat that rings go to somebody else."""
        await self._socket.write("decline", interaction_id=interaction_id)

    def drop_connection(self) -> None:
        """Cut the line, as a bad network would; the client comes back. For tests and drills."""
        self._socket.drop_connection()

    # --- the connection's listener -------------------------------------------------------------

    def have(self) -> dict[str, int]:
        """The chats that are known, each with the last version seen."""
        return {chat.id: chat.version for chat in self.chats.values()}

    def hear(self, message: Message) -> None:
        """Take in what the server says and pass on what is new."""
        match message:
            case Welcome() | Readiness() | FloorChanged() | Invitation() | InviteGone():
                self._note(message)
            case InteractionCard():
                self._open(message)
            case Happened():
                chat = self.chats.get(message.interaction_id)
                if chat is None or not chat.absorb(message):
                    return
            case Preview():
                if (chat := self.chats.get(message.interaction_id)) is not None:
                    chat.preview = message.text
            case _:
                pass
        for mailbox in self._mailboxes:
            mailbox.put(message)
        match message:
            case NoLongerYours() | Happened(event=Ended()):
                self._close_chat(message.interaction_id)
            case _:
                pass

    def _note(self, message: Welcome | Readiness | FloorChanged | Invitation | InviteGone) -> None:
        match message:
            case Welcome():
                self.is_ready = message.is_ready
                self._welcomed = set(message.interactions)
                self._catch_up(message)
                for interaction_id in self.invites.keys() - set(message.invites):
                    del self.invites[interaction_id]
            case Readiness():
                self.is_ready = message.is_ready
            case FloorChanged():
                self.people_ready = message.ready
            case Invitation():
                self.invites[message.interaction_id] = message
            case InviteGone():
                self.invites.pop(message.interaction_id, None)

    def _open(self, card: InteractionCard) -> None:
        interaction_id = card.interaction_id
        self._welcomed.add(interaction_id)
        self._awaits_no_more(interaction_id)
        self.invites.pop(interaction_id, None)
        chat = self.chats.get(interaction_id)
        if chat is None and card.phase in ("ended", "archived"):
            return  # It ended while nobody here was listening.
        if chat is not None and chat.card.party_id == card.party_id:
            chat.refresh(card)
        else:
            self._close_chat(interaction_id)  # You left and came back as another party.
            chat = self.chats[interaction_id] = Chat(card, self.agent.agent_id, self._socket, self._http)
            # The events come right behind it; the newest may have been forgotten, so nobody waits for ever.
            asyncio.get_running_loop().call_later(HISTORY_WAIT_S, chat.mark_complete)
        expected = self._expected.get(interaction_id)
        if expected is not None and not expected.done():
            expected.set_result(chat)

    def _close_chat(self, interaction_id: str) -> None:
        self._awaits_no_more(interaction_id)
        chat = self.chats.pop(interaction_id, None)
        if chat is not None:
            chat.close()

    def _awaits_no_more(self, interaction_id: str) -> None:
        self._awaited.discard(interaction_id)
        if not self._awaited:
            self._is_caught_up.set()

    def _catch_up(self, welcome: Welcome) -> None:
        """Expect the chats that are yours; let go of the others, of which the server has nothing to tell."""
        self._awaited = set(welcome.interactions)
        self._is_caught_up.clear()
        self._awaits_no_more("")
        gone = {i: chat for i, chat in self.chats.items() if i not in self._awaited}
        if gone:
            asyncio.get_running_loop().call_later(CHAT_WAIT_S, self._let_go, gone)

    def _let_go(self, gone: dict[str, Chat]) -> None:
        for interaction_id, chat in gone.items():
            if self.chats.get(interaction_id) is chat and interaction_id not in self._welcomed:
                self.hear(NoLongerYours(interaction_id))


async def _serve(mailbox: Mailbox[Message], kind: type[Any], handler: Handler[Any]) -> None:
    try:
        async for message in mailbox.read():
            if isinstance(message, kind):
                try:
                    await handler(message)
                except Exception:  # noqa: BLE001  # Whatever it is, the next message is handled.
                    _log.exception("the handler of %s failed", kind.__name__)
    except Exception as error:  # noqa: BLE001  # Whoever waits in `stopped` is told.
        _log.warning("the handler of %s stops: %s", kind.__name__, error)
