"""One agent's or bot's connection: wishes in, news out.

What is to be told collects in an outbox and leaves as one frame; whoever reads too slowly is closed with a
reason and goes on later from where they were.
"""

import asyncio
from collections import deque
from collections.abc import Callable

import structlog

from frontdesk.desk.agents import Agents
from frontdesk.desk.chat import Chat
from frontdesk.desk.colleagues import Colleagues
from frontdesk.desk.floor import Floor
from frontdesk.desk.hub import Hub
from frontdesk.desk.interactions import Interactions
from frontdesk.desk.mail.mailroom import Letter, Mailroom
from frontdesk.domain import commands
from frontdesk.domain.agent import Role
from frontdesk.domain.commands import Command
from frontdesk.domain.interaction import Interaction
from frontdesk.errors import Conflict, Denied, DeskError, NotFound, Refused, Unavailable
from frontdesk.store.account import Account
from frontdesk.wire import workspace as wire
from frontdesk.wire import workspace_wishes as wishes
from frontdesk.wire.form import without_controls

RETRY_AFTER_MS = 1000
UNDER_WAY_MAX = 256
CLOSE_WITHIN_S = 5.0  # Then whoever does not read is cut off.
RECEIPT = b'{"type":"ReceiptGiven"'

_log = structlog.get_logger("workspace")


class Desk:
    """What a connection needs of the desk, and the newest event in this wire's form: it is made once."""

    def __init__(
        self,
        interactions: Interactions,
        agents: Agents,
        floor: Floor,
        hub: Hub,
        colleagues: Colleagues,
        mailroom: Mailroom,
        clock_ms: Callable[[], int],
        outbox_max: int,
        refused: Callable[[str], None],
    ) -> None:
        self.interactions = interactions
        self.agents = agents
        self.floor = floor
        self.hub = hub
        self.colleagues = colleagues
        self.mailroom = mailroom
        self.clock_ms = clock_ms
        self.outbox_max = outbox_max
        self.refused = refused
        self._newest: tuple[str, int] = ("", 0)
        self._form = b""

    def event(self, interaction_id: str, version: int, at_ms: int, body: bytes) -> bytes:
        """An event as agents read it, however many do."""
        if self._newest != (interaction_id, version):
            self._form = wire.event(interaction_id, version, at_ms, body)
            if body.startswith(RECEIPT):
                self._form += b"," + wire.readers(interaction_id, body)
            self._newest = (interaction_id, version)
        return self._form


class WorkspaceSession:
    """A signed-in connection; the hub's `Session`."""

    def __init__(self, desk: Desk, account: Account, token_id: str) -> None:
        self.agent_id = account.account_id
        self.role = account.role
        self.token_id = token_id
        self.account = account
        self.closing = ""
        self.wake = asyncio.Event()
        self.overdue: Callable[[], object] = self.wake.set
        self._desk = desk
        self._outbox: list[bytes] = []
        self._has_greeted = False
        self._lanes: dict[str, deque[wishes.AnyWish]] = {}
        self._room = asyncio.Semaphore(UNDER_WAY_MAX)
        self._running: set[asyncio.Task[None]] = set()

    # --- what the hub tells --------------------------------------------------------------------

    def interaction(self, interaction_id: str, state: Interaction, party_id: int) -> None:
        self._tell(
            wire.interaction(interaction_id, state, party_id, sees_silent=self.role is Role.SUPERVISOR)
        )

    def event(self, interaction_id: str, version: int, at_ms: int, body: bytes) -> None:
        self._tell(self._desk.event(interaction_id, version, at_ms, body))

    def left(self, interaction_id: str) -> None:
        self._tell(wire.left(interaction_id))

    def invited(self, interaction_id: str, state: Interaction, until_ms: int) -> None:
        self._tell(wire.invited(interaction_id, state, until_ms, self._desk.clock_ms()))

    def invite_gone(self, interaction_id: str, reason: str) -> None:
        self._tell(wire.invite_gone(interaction_id, reason))

    def preview(self, interaction_id: str, text: str) -> None:
        self._tell(wire.preview(interaction_id, text))

    def readiness(self, reason: str, *, is_ready: bool) -> None:
        self._tell(wire.readiness(is_ready=is_ready, reason=reason))

    def floor(self, ready: int) -> None:
        self._tell(wire.floor(ready))

    def _tell(self, message: bytes) -> None:
        if len(self._outbox) >= self._desk.outbox_max:
            self._desk.refused("socket_outbox_messages_max")
            self.shut("too_slow")
        elif not self.closing:
            self._outbox.append(message)

    def flush(self) -> None:
        if self._outbox:
            self.wake.set()

    def shut(self, reason: str) -> None:
        """Close the connection soon; what was not sent is read again by whoever comes back."""
        if not self.closing:
            self.closing = reason
            asyncio.get_running_loop().call_later(CLOSE_WITHIN_S, self.overdue)
        self.wake.set()

    def take_frame(self) -> tuple[str, int] | None:
        """All that is to be told now as one frame, and how many messages are in it."""
        self.wake.clear()
        messages, self._outbox = self._outbox, []
        if self.closing:
            messages.append(wire.closing(self.closing, RETRY_AFTER_MS))
        return (wire.frame(messages), len(messages)) if messages else None

    # --- what is asked -------------------------------------------------------------------------

    async def receive(self, frame: str | bytes) -> None:
        """Begin to carry out one wish; waits while too many are under way.

        Shape:   wishes for one interaction are carried out in order, those for different ones side by side.
        """
        try:
            wish = wishes.parse(frame)
        except Refused as refusal:
            self._tell(wire.refused(wishes.id_of(frame), refusal.code, refusal.text))
            self.flush()
            return
        await self._room.acquire()
        lane = getattr(wish, "interaction_id", "")
        if lane in self._lanes:
            self._lanes[lane].append(wish)
            return
        self._lanes[lane] = deque((wish,))
        task = asyncio.ensure_future(self._run_lane(lane))
        self._running.add(task)
        task.add_done_callback(self._running.discard)

    async def _run_lane(self, lane: str) -> None:
        waiting = self._lanes[lane]
        while waiting:
            await self._answer(waiting.popleft())
            self._room.release()
        del self._lanes[lane]

    async def _answer(self, wish: wishes.AnyWish) -> None:
        """Carry out one wish, then say so."""
        try:
            await self._carry_out(wish)
        except Refused as refusal:
            if refusal.limit is not None:
                self._desk.refused(refusal.code)
            self._tell(wire.refused(wish.id, refusal.code, refusal.text))
        except DeskError as error:
            self._tell(wire.refused(wish.id, _code_of(error), str(error)))
        except Exception:  # noqa: BLE001  # A fault of ours must not hold up what is asked next in this chat.
            _log.exception("wish_failed", agent_id=self.agent_id, wish=type(wish).__name__)
            self._tell(wire.refused(wish.id, "try_later", "something went wrong here"))
        self.flush()

    async def _carry_out(self, wish: wishes.AnyWish) -> None:
        desk = self._desk
        if not self._has_greeted and not isinstance(wish, wishes.Hello):
            raise Refused("hello_missing", "the first message must be hello")
        match wish:
            case wishes.Hello():
                self._greet(wish)
                return
            case wishes.Ready():
                await desk.agents.ready(self.account)
                self._tell(wire.done(wish.id, about(self.account)))
                return
            case wishes.NotReady():
                await desk.agents.not_ready(self.agent_id, wish.reason)
            case wishes.Accept():
                accept = commands.Accept(self.agent_id, self.account.name)
                await desk.interactions.do(wish.interaction_id, accept)
            case wishes.Decline():
                await desk.interactions.do(wish.interaction_id, commands.Decline(self.agent_id))
            case wishes.Monitor() | wishes.Call() | wishes.Merge():
                await self._together(wish)
            case wishes.TakeUp():
                await desk.interactions.do(wish.interaction_id, self._take_up())
            case wishes.InChat():
                await self._do(wish)
            case wishes.Ping():
                pass
        self._tell(wire.done(wish.id))

    def _take_up(self) -> commands.TakeUp:
        return commands.TakeUp(
            agent_id=self.agent_id,
            nickname=self.account.name,
            is_supervisor=self.role is Role.SUPERVISOR,
        )

    async def _together(self, wish: wishes.Monitor | wishes.Call | wishes.Merge) -> None:
        """What concerns more than one's own part in one chat."""
        colleagues, interaction_id = self._desk.colleagues, wish.interaction_id
        match wish:
            case wishes.Monitor():
                await colleagues.monitor(interaction_id, self.account)
            case wishes.Merge():
                await colleagues.merge(interaction_id, wish.other, self.agent_id, leaves=wish.leaves)
            case wishes.Call():
                _, party_id = await self._part_in(interaction_id)
                note = without_controls(wish.note)
                await colleagues.call(interaction_id, party_id, wish.agent_id, wish.purpose, note)

    async def _send_mail(self, wish: wishes.SendMail, party_id: int) -> None:
        letter = Letter(
            text=without_controls(wish.text),
            to=wish.to,
            cc=wish.cc,
            bcc=wish.bcc,
            subject=wish.subject,
            client_id=wish.id,
            files=wish.files,
        )
        await self._desk.mailroom.reply(wish.interaction_id, party_id, letter)

    async def _part_in(self, interaction_id: str) -> tuple[Chat, int]:
        """The chat, and which party one is in it. Errors: `NotFound`."""
        chat, full = await self._desk.interactions.chats.full(interaction_id)
        party_id = full.state.newest_party_of(self.agent_id)
        if not party_id:
            raise NotFound("there is no such chat of yours")
        return chat, party_id

    async def _do(self, wish: wishes.InChat) -> None:
        interactions = self._desk.interactions
        chat, party_id = await self._part_in(wish.interaction_id)
        if isinstance(wish, wishes.Type) and wish.is_typing:
            chat.note_typing(party_id, self._desk.clock_ms())
        if isinstance(wish, wishes.SendMail):
            await self._send_mail(wish, party_id)
            return
        command: Command = wish.command(party_id)
        await interactions.do(wish.interaction_id, command)

    def _greet(self, hello: wishes.Hello) -> None:
        floor = self._desk.floor
        agent = floor.agent(self.agent_id)
        self._tell(
            wire.welcome(
                hello.id,
                about(self.account),
                is_ready=agent.is_ready,
                time_ms=self._desk.clock_ms(),
                interactions=floor.chats_of(self.agent_id),
                invites=floor.invites_of(self.agent_id),
            )
        )
        if not self._has_greeted:
            self._has_greeted = True
            self._desk.hub.open(self, hello.have)


def about(account: Account) -> dict[str, object]:
    """What is told of an account to its owner."""
    return {
        "agent_id": account.account_id,
        "login": account.login,
        "name": account.name,
        "role": account.role,
        "capacity": account.capacity,
        "skills": account.skills,
        "capacities": account.capacities,
    }


def _code_of(error: DeskError) -> str:
    match error:
        case NotFound():
            return "not_found"
        case Denied():
            return "denied"
        case Conflict() | Unavailable():
            return "try_later"
        case _:
            return "refused"
