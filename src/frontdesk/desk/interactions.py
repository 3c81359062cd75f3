"""The use cases of interactions: read, decide, append; and again when another node was first."""

import asyncio
import contextlib
from collections.abc import Callable, Coroutine, Sequence

import msgspec
import structlog
from msgspec import Struct
from msgspec.structs import replace

from frontdesk.desk.arming import UNSURE, arm_anew
from frontdesk.desk.chat import Chat, Full, Told
from frontdesk.desk.chats import Chats
from frontdesk.desk.folding import event_of, snapshot_of
from frontdesk.desk.identity import new_id, stream_of
from frontdesk.desk.services import ServiceBook
from frontdesk.domain.card import STRUCTURAL, InteractionCard, card_of
from frontdesk.domain.commands import BeginMessage, Command, Start, Tick
from frontdesk.domain.deadlines import next_due
from frontdesk.domain.deciding import decide
from frontdesk.domain.events import TRANSIENT, Event
from frontdesk.domain.evolving import evolve
from frontdesk.domain.interaction import Interaction, Phase
from frontdesk.errors import Conflict, DeskError, Unavailable
from frontdesk.store.log import Also, Arm, Card, Fence, Forget, Recorded, Store

ATTEMPTS_MAX = 20
SNAPSHOT_EVERY = 200
INTERACTION, RESTING = "interaction", "resting"  # The kinds of cards.

_log = structlog.get_logger("interactions")

CardObserver = Callable[[str, InteractionCard], None]
Outcome = Callable[[Chat | BaseException], None]

_encode = msgspec.json.Encoder().encode


class _Step(Struct, frozen=True):
    """One append on its way: what it makes of a chat once it is on disk."""

    chat: Chat
    full: Full
    told: list[Told]
    state: Interaction
    now_ms: int
    also: list[Also]
    arm: Arm | None
    is_structural: bool

    @property
    def append(self) -> tuple[str, int, list[bytes], int, list[Also]]:
        """What the log is asked to append."""
        bodies = [told.body for told in self.told]
        return stream_of(self.chat.interaction_id), self.full.state.version, bodies, self.now_ms, self.also


class Interactions:
    """What can be done with interactions. `on_card` are shown each card that this node makes."""

    def __init__(
        self, store: Store, chats: Chats, services: ServiceBook, clock_ms: Callable[[], int]
    ) -> None:
        self.chats = chats
        self.on_card: list[CardObserver] = []
        self._store = store
        self._services = services
        self._clock_ms = clock_ms
        self._background: set[asyncio.Task[None]] = set()

    async def start(self, interaction_id: str, command: Start | BeginMessage) -> Chat:
        """Begin an interaction; a session has it from then on where its service has an application.

        Errors:  `Refused`, `Unavailable`.
        """
        now_ms = self._clock_ms()
        application = self._services.application(command.service)
        if application and not command.session_id:
            command = replace(command, application=application, session_id=new_id(now_ms), queue=None)
        full = Full(Interaction())
        chat = Chat(interaction_id, full, None, now_ms)
        happened = decide(full.state, command, now_ms, self._services.rules(command.service))
        self.chats.keep(chat)  # What others add before our answer comes must find it.
        try:
            await self._append(chat, full, happened, now_ms, None)
        except BaseException:
            self.chats.drop(interaction_id)
            raise
        return chat

    async def do(self, interaction_id: str, command: Command, fence: Fence | None = None) -> Chat:
        """Carry out `command`; the chat as it now stands.

        Errors:  `Refused`, `NotFound`; `Unavailable` when it cannot be made durable now; `Conflict` when
                 the fence is out of date or every race was lost.
        """
        for _ in range(ATTEMPTS_MAX):
            chat, full = await self.chats.settled(interaction_id)
            happened, now_ms = self._decided(full.state, command)
            if not happened:
                return chat
            try:
                await self._append(chat, full, happened, now_ms, fence)
            except Conflict:
                if fence is not None:
                    raise
                continue
            return chat
        raise Conflict(f"{interaction_id} lost {ATTEMPTS_MAX} races in a row")

    def can_begin(self, chat: Chat) -> bool:
        """Whether a wish in this chat can be decided now: its state is here, and no write is on its way."""
        return self.chats.settled_at_hand(chat) is not None

    def begin(self, chat: Chat, command: Command, then: Outcome) -> None:
        """Carry out `command` in a chat that `can_begin`: the short way of `do`, for which no task need wait.

        Shape:   `then` is called when it is on disk, or at once when nothing changes, with the chat as it
                 then stands; or with why it is not written: `Conflict`, `Unavailable`.
        Errors:  `Refused`; `Unavailable` when it cannot be made durable now.
        """
        full = self.chats.settled_at_hand(chat)
        assert full is not None
        happened, now_ms = self._decided(full.state, command)
        if not happened:
            then(chat)
            return
        step = self._step(chat, full, happened, now_ms, None)
        try:
            appending = asyncio.ensure_future(self._store.append(*step.append))
        except BaseException:
            chat.failed_to_write()
            raise

        def appended(appending: asyncio.Future[Recorded | None]) -> None:
            fault = Unavailable("the store was closed") if appending.cancelled() else appending.exception()
            if fault is not None:
                chat.failed_to_write()
                then(fault)
                return
            self._written(step)
            then(chat)

        appending.add_done_callback(appended)

    def _decided(self, state: Interaction, command: Command) -> tuple[Sequence[Event], int]:
        """What `command` makes true of this state now, and when that is."""
        now_ms = max(self._clock_ms(), state.last_ms)
        return decide(state, command, now_ms, self._services.rules(state.service)), now_ms

    # --- time ----------------------------------------------------------------------------------

    async def tick(self, interaction_id: str, ticket: str = "") -> Chat:
        """Do what is due in an interaction, and set its timer for what comes next; the chat as it now stands.

        Shape:   whoever gives a `ticket` sends the mails that are tried under it.
        """
        chat = await self.chats.chat(interaction_id)
        chat.armed = UNSURE  # The timer that fired is spent: whatever is written next sets it anew.
        seen_ms = await self.chats.last_seen_ms(chat)
        before = chat.version
        command = Tick(client_seen_ms=seen_ms, typing_seen_ms=chat.typing_ms or {}, ticket=ticket)
        chat = await self.do(interaction_id, command)
        if chat.version == before and chat.armed is UNSURE:
            await self._rearm(interaction_id)
        return chat

    async def _rearm(self, interaction_id: str) -> None:
        chat, full = await self.chats.full(interaction_id)
        due_ms = next_due(full.state, self._services.rules(full.state.service), chat.presence())
        stream = stream_of(interaction_id)
        with contextlib.suppress(Conflict):  # Who wrote meanwhile set the timer, or the claim on it runs out.
            await self._store.append(stream, full.state.version, (), self._clock_ms(), (Arm(due_ms),))
            chat.armed = due_ms

    # --- appending -----------------------------------------------------------------------------

    async def _append(
        self, chat: Chat, full: Full, happened: Sequence[Event], now_ms: int, fence: Fence | None
    ) -> None:
        step = self._step(chat, full, happened, now_ms, fence)
        try:
            if step.state.phase is Phase.ARCHIVED:
                step.also.append(Forget(await self._transient(chat.interaction_id)))
            await self._store.append(*step.append)
        except BaseException:
            chat.failed_to_write()
            raise
        self._written(step)

    def _step(
        self, chat: Chat, full: Full, happened: Sequence[Event], now_ms: int, fence: Fence | None
    ) -> _Step:
        """What is to be written; from here on the chat waits for the answer."""
        state, told = full.state, []
        for event in happened:
            state = evolve(state, event, now_ms)
            told.append(Told(state.version, now_ms, _encode(event), event, state))
        is_structural = not STRUCTURAL.isdisjoint(map(type, happened))
        also: list[Also] = [] if fence is None else [fence]
        due_ms = next_due(state, self._services.rules(state.service), chat.presence())
        arm = arm_anew(chat.armed, due_ms, now_ms)
        if arm is not None:
            also.append(arm)
        if is_structural:
            also.append(_filed(state))
        chat.begins_writing(state.version)
        return _Step(chat, full, told, state, now_ms, also, arm, is_structural)

    def _written(self, step: _Step) -> None:
        """It is on disk."""
        chat, state = step.chat, step.state
        if step.arm is not None:
            chat.armed = step.arm.due_ms
        chat.has_written(step.full, step.told, state)
        if self.chats.known(chat.interaction_id) is chat:  # Else it was let go, and hears of nothing.
            self.chats.keep(chat)
        if step.is_structural:
            card = card_of(state)
            chat.card_version = state.version
            for observe in self.on_card:
                observe(chat.interaction_id, card)
        if state.version // SNAPSHOT_EVERY != (state.version - len(step.told)) // SNAPSHOT_EVERY:
            self._later(self._store.keep_snapshot(stream_of(chat.interaction_id), snapshot_of(state)))

    async def _transient(self, interaction_id: str) -> tuple[int, ...]:
        """The versions of what an archived interaction need not be remembered by."""
        records = await self._store.read(stream_of(interaction_id))
        return tuple(r.version for r in records if isinstance(event_of(r.body), TRANSIENT))

    def _later(self, work: Coroutine[None, None, None]) -> None:
        """Do what may be late or never, without holding up the answer."""
        task = asyncio.ensure_future(self._tried(work))
        self._background.add(task)
        task.add_done_callback(self._background.discard)

    async def _tried(self, work: Coroutine[None, None, None]) -> None:
        try:
            await work
        except DeskError as error:
            _log.warning("left_undone", reason=str(error))

    async def aclose(self) -> None:
        """Let what is still on its way arrive."""
        if self._background:
            await asyncio.wait(self._background)


def _filed(state: Interaction) -> Card:
    """The card of an interaction; those that rest have a drawer of their own, which no start reads."""
    if state.phase is Phase.DORMANT:
        return Card(RESTING, True, state.rested_ms, _encode(card_of(state)))
    return Card(INTERACTION, state.is_open, state.started_ms, _encode(card_of(state)))
