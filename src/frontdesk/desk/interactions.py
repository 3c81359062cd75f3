"""The use cases of interactions: read, decide, append; and again when another node was first."""

import asyncio
import contextlib
from collections import OrderedDict
from collections.abc import Callable, Coroutine, Sequence

import msgspec
import structlog

from frontdesk.desk.chat import Chat, Full, Told
from frontdesk.desk.identity import stream_of
from frontdesk.desk.services import ServiceBook
from frontdesk.domain.card import STRUCTURAL, InteractionCard, card_of
from frontdesk.domain.commands import Command, HandOver, Leave, Start, Tick
from frontdesk.domain.deadlines import next_due
from frontdesk.domain.deciding import decide
from frontdesk.domain.events import TRANSIENT, Archived, Event, Queued
from frontdesk.domain.interaction import Interaction, evolve
from frontdesk.errors import Conflict, DeskError, NotFound
from frontdesk.store.log import Also, Arm, Card, Fence, Forget, Recorded, Snapshot, Store

ATTEMPTS_MAX = 20
SNAPSHOT_EVERY = 200
FOLD_TAG = "interaction/1"  # Change it whenever `Interaction` or `evolve` changes: old snapshots are dropped.
FOLDED_BEFORE_YIELD = 500
UNSURE_MS = 1 << 62  # A timer is armed for all we know, and too late for all we know.

_log = structlog.get_logger("interactions")

CardObserver = Callable[[str, InteractionCard], None]

_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(Event).decode
_encode_state = msgspec.msgpack.Encoder().encode
_decode_state = msgspec.msgpack.Decoder(Interaction).decode


class Interactions:
    """Every interaction, by id.

    Shape:   at most `full_chats_max` chats are held with their state, at most `chats_max` at all; which
             ones is of no consequence, since all of it can be read again.
    """

    def __init__(
        self,
        store: Store,
        services: ServiceBook,
        clock_ms: Callable[[], int],
        *,
        shares_presence: bool = False,
        full_chats_max: int = 2000,
        chats_max: int = 200_000,
    ) -> None:
        self._store = store
        self._services = services
        self._clock_ms = clock_ms
        self._full_chats_max = full_chats_max
        self._chats_max = chats_max
        self._chats: OrderedDict[str, Chat] = OrderedDict()
        self._full: OrderedDict[str, Chat] = OrderedDict()
        self._loading: dict[str, asyncio.Future[tuple[Chat, Full]]] = {}
        self._heard: dict[str, int] = {}  # The newest version that went by while a chat was being loaded.
        self._shares_presence = shares_presence
        self._started_ms = self._shared_ms = clock_ms()
        self._background: set[asyncio.Task[None]] = set()
        self.on_card: list[CardObserver] = []

    # --- reading -------------------------------------------------------------------------------

    def known(self, interaction_id: str) -> Chat | None:
        """The chat as this node last saw it; others may have added to it when it `is_stale`."""
        return self._chats.get(interaction_id)

    async def chat(self, interaction_id: str) -> Chat:
        """The chat, read from the log when need be. Errors: `NotFound`."""
        chat = self._chats.get(interaction_id)
        if chat is not None and not chat.is_stale:
            return chat
        return (await self._once(interaction_id))[0]

    async def full(self, interaction_id: str) -> tuple[Chat, Full]:
        """The chat with its state. Errors: `NotFound`."""
        chat = self._chats.get(interaction_id)
        if chat is None or chat.is_stale or chat.full is None:
            chat, loaded = await self._once(interaction_id)
            return chat, chat.full or loaded  # Others may have crowded it out of memory again.
        if interaction_id in self._full:
            self._full.move_to_end(interaction_id)
        return chat, chat.full

    async def _settled(self, interaction_id: str) -> tuple[Chat, Full]:
        """The chat with its state, while no write of this node's is on its way."""
        while True:
            chat, full = await self.full(interaction_id)
            if chat.writing is None:
                return chat, full
            await asyncio.wait((chat.writing,))

    async def catch_up(self, interaction_id: str) -> Chat:
        """The chat after reading what other nodes have added. Errors: `NotFound`."""
        earlier = self._loading.get(interaction_id)
        if earlier is not None:
            await asyncio.wait((earlier,))  # It may have read before there was what the caller knows of.
        chat = self._chats.get(interaction_id)
        if chat is not None:
            chat.is_stale = True
        return (await self._once(interaction_id))[0]

    async def history(self, interaction_id: str, from_version: int = 1) -> Sequence[Told]:
        """Every event from `from_version` on with its author as called then, oldest first."""
        _, full = await self.full(interaction_id)
        told = full.since(from_version)
        if told is not None:
            return told
        state, found = Interaction(), []
        for count, record in enumerate(await self._store.read(stream_of(interaction_id))):
            event = _decode(record.body)
            state = evolve(msgspec.structs.replace(state, version=record.version - 1), event, record.time_ms)
            if record.version >= from_version:
                found.append(Told(record.version, record.time_ms, record.body, event, state))
            if count % FOLDED_BEFORE_YIELD == FOLDED_BEFORE_YIELD - 1:
                await asyncio.sleep(0)  # A long transcript must not hold up everybody else's words.
        return found

    # --- writing -------------------------------------------------------------------------------

    async def start(self, interaction_id: str, command: Start) -> Chat:
        """Begin an interaction. Errors: `Refused`, `Unavailable`."""
        now_ms = self._clock_ms()
        full = Full(Interaction())
        chat = Chat(interaction_id, full, None, now_ms)
        happened = decide(full.state, command, now_ms, self._services.rules(command.service))
        self._keep(chat)  # What others add before our answer comes must find it.
        try:
            await self._append(chat, full, happened, now_ms, None)
        except BaseException:
            self._drop(interaction_id)
            raise
        return chat

    async def do(self, interaction_id: str, command: Command, fence: Fence | None = None) -> Chat:
        """Carry out `command`; the chat as it now stands.

        Errors:  `Refused`, `NotFound`; `Unavailable` when it cannot be made durable now; `Conflict` when
                 the fence is out of date or every race was lost.
        """
        for _ in range(ATTEMPTS_MAX):
            chat, full = await self._settled(interaction_id)
            state = full.state
            now_ms = max(self._clock_ms(), state.last_ms)
            happened = self._decide(state, command, now_ms)
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

    def _decide(self, state: Interaction, command: Command, now_ms: int) -> Sequence[Event]:
        """What `command` makes true; what is to wait and has no queue waits in its service's."""
        happened = decide(state, command, now_ms, self._services.rules(state.service))
        if type(command) not in (HandOver, Leave):
            return happened
        return [
            msgspec.structs.replace(event, queue=self._services.queue(state.service))
            if isinstance(event, Queued) and not event.queue
            else event
            for event in happened
        ]

    async def tick(self, interaction_id: str) -> None:
        """Do what is due in an interaction, and set its timer for what comes next."""
        chat = await self.chat(interaction_id)
        chat.armed_ms = UNSURE_MS  # The timer that fired is spent: whatever is written next sets it anew.
        seen_ms = max(chat.seen_ms, self._started_ms)  # Nobody could be seen while we were down.
        if self._shares_presence:
            seen_ms = max(seen_ms, await self._store.seen(stream_of(interaction_id)) or 0)
        chat.seen_ms = seen_ms
        before = chat.version
        command = Tick(client_seen_ms=seen_ms, typing_seen_ms=chat.typing_ms or {})
        chat = await self.do(interaction_id, command)
        if chat.version == before and chat.armed_ms == UNSURE_MS:
            await self._rearm(interaction_id)

    async def _rearm(self, interaction_id: str) -> None:
        chat, full = await self.full(interaction_id)
        due_ms = next_due(full.state, self._services.rules(full.state.service), chat.presence())
        stream = stream_of(interaction_id)
        with contextlib.suppress(Conflict):  # Who wrote meanwhile set the timer, or the claim on it runs out.
            await self._store.append(stream, full.state.version, (), self._clock_ms(), (Arm(due_ms),))
            chat.armed_ms = due_ms

    async def share_presence(self) -> None:
        """Tell other nodes which visitors this one has heard of since it was last asked to."""
        since_ms, self._shared_ms = self._shared_ms, self._clock_ms()
        chats = self._chats.values()
        seen = [(stream_of(chat.interaction_id), chat.seen_ms) for chat in chats if chat.seen_ms >= since_ms]
        if seen:
            await self._store.note_seen(seen)

    async def _append(
        self, chat: Chat, full: Full, happened: Sequence[Event], now_ms: int, fence: Fence | None
    ) -> None:
        state, told = full.state, []
        for event in happened:
            state = evolve(state, event, now_ms)
            told.append(Told(state.version, now_ms, _encode(event), event, state))
        also = self._beside(chat, state, happened, now_ms, fence)
        chat.own_version = state.version
        chat.writing = asyncio.get_running_loop().create_future()
        try:
            await self._store.append(
                stream_of(chat.interaction_id), full.state.version, [t.body for t in told], now_ms, also
            )
        except BaseException:
            chat.own_version = 0
            chat.is_stale = True  # It may or may not have been written: the log knows.
            raise
        finally:
            chat.writing.set_result(None)
            chat.writing = None
        for line in told:
            full.add(line, state)
        for effect in also:
            if type(effect) is Arm:
                chat.armed_ms = effect.due_ms
        chat.note(full)
        self._after(chat, full, happened)

    def _beside(
        self, chat: Chat, state: Interaction, happened: Sequence[Event], now_ms: int, fence: Fence | None
    ) -> list[Also]:
        """What must change together with the facts."""
        also: list[Also] = [] if fence is None else [fence]
        due_ms = next_due(state, self._services.rules(state.service), chat.presence())
        armed_ms = chat.armed_ms
        if due_ms is None and armed_ms is not None:
            also.append(Arm(None))
        elif due_ms is not None and (armed_ms is None or not now_ms < armed_ms <= due_ms):
            # A timer that is too early is set anew when it fires, not before; one whose time has come may
            # have fired at another node.
            also.append(Arm(due_ms))
        if any(isinstance(event, STRUCTURAL) for event in happened):
            also.append(Card("interaction", state.is_open, state.started_ms, _encode(card_of(state))))
        return also

    def _after(self, chat: Chat, full: Full, happened: Sequence[Event]) -> None:
        state = full.state
        if chat.interaction_id not in self._full:
            self._keep(chat)
        if any(isinstance(event, STRUCTURAL) for event in happened):
            card = card_of(state)
            chat.card_version = state.version
            for observe in self.on_card:
                observe(chat.interaction_id, card)
        if state.version // SNAPSHOT_EVERY != (state.version - len(happened)) // SNAPSHOT_EVERY:
            snapshot = Snapshot(state.version, FOLD_TAG, _encode_state(state))
            self._later(self._store.keep_snapshot(stream_of(chat.interaction_id), snapshot))
        if any(type(event) is Archived for event in happened):
            self._later(self._forget_transient(chat.interaction_id))

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

    async def _forget_transient(self, interaction_id: str) -> None:
        """Delete the typing events of an archived interaction."""
        records = await self._store.read(stream_of(interaction_id))
        transient = tuple(r.version for r in records if isinstance(_decode(r.body), TRANSIENT))
        if transient:
            last = records[-1]
            also = (Forget(transient),)
            await self._store.append(stream_of(interaction_id), last.version, (), last.time_ms, also)

    # --- following -----------------------------------------------------------------------------

    def has_shown(self, interaction_id: str, version: int) -> bool:
        """Whether those who watch cards were shown one of this version, or a later one, made here."""
        chat = self._chats.get(interaction_id)
        return chat is not None and version <= chat.card_version

    async def answered(self, interaction_id: str, version: int) -> None:
        """Return when this node's own write of `version`, if that is what it is, has had its answer.

        A log may be read before the writer hears of its own commit; whoever is told of an event finds it in
        the chat.
        """
        chat = self._chats.get(interaction_id)
        while chat is not None and chat.writing is not None and chat.version < version <= chat.own_version:
            await asyncio.wait((chat.writing,))

    def absorb(self, interaction_id: str, record: Recorded) -> None:
        """Take note of an event from the log; this node's own are known already."""
        if interaction_id in self._loading:
            self._heard[interaction_id] = record.version
        chat = self._chats.get(interaction_id)
        if chat is None or record.version <= chat.version or chat.is_stale:
            return
        full = chat.full
        if chat.writing is not None:
            chat.is_stale = record.version > chat.own_version  # Else it is our own, or ours will lose to it.
        elif full is not None and record.version == chat.version + 1:
            event = _decode(record.body)
            state = evolve(full.state, event, record.time_ms)
            full.add(Told(record.version, record.time_ms, record.body, event, state), state)
            chat.note(full)
            chat.armed_ms = UNSURE_MS  # The other node may have set the timer; the next write sets it again.
        else:
            chat.is_stale = True

    # --- the cache -----------------------------------------------------------------------------

    async def _once(self, interaction_id: str) -> tuple[Chat, Full]:
        """Load a chat for everybody who asks for it at the same moment."""
        loading = self._loading.get(interaction_id)
        if loading is None:
            loading = asyncio.ensure_future(self._load(interaction_id))
            self._loading[interaction_id] = loading
            loading.add_done_callback(lambda _: self._loaded(interaction_id))
        return await asyncio.shield(loading)

    def _loaded(self, interaction_id: str) -> None:
        del self._loading[interaction_id]
        self._heard.pop(interaction_id, None)

    async def _load(self, interaction_id: str) -> tuple[Chat, Full]:
        stream = stream_of(interaction_id)
        snapshot = await self._store.snapshot(stream)
        state = Interaction()
        if snapshot is not None and snapshot.tag == FOLD_TAG:
            state = _decode_state(snapshot.body)
        full = Full(state)
        chat: Chat | None = None
        is_behind = True
        while is_behind:
            if chat is not None and chat.writing is not None:
                await asyncio.wait((chat.writing,))
            await self._read_on(stream, full)
            armed_ms = await self._store.armed(stream)
            shared_ms = await self._store.seen(stream) if self._shares_presence else None
            chat = self._chats.get(interaction_id)
            is_writing = chat is not None and chat.writing is not None
            newest = max(self._heard.get(interaction_id, 0), chat.version if chat is not None else 0)
            is_behind = is_writing or newest > full.state.version
        if chat is None:
            # Nobody knows when the visitor was last heard of: the silence is counted from now.
            chat = Chat(interaction_id, full, armed_ms, self._clock_ms() if shared_ms is None else shared_ms)
        chat.is_stale = False
        chat.armed_ms = armed_ms
        chat.note(full)
        self._keep(chat)
        return chat, full

    async def _read_on(self, stream: str, full: Full) -> None:
        """Fold what the log has after `full`. Errors: `NotFound`."""
        state = full.state
        for record in await self._store.read(stream, state.version):
            event = _decode(record.body)
            state = evolve(msgspec.structs.replace(state, version=record.version - 1), event, record.time_ms)
            full.add(Told(record.version, record.time_ms, record.body, event, state), state)
        if not state.version:
            raise NotFound("there is no such interaction")

    def _keep(self, chat: Chat) -> None:
        self._chats[chat.interaction_id] = chat
        self._chats.move_to_end(chat.interaction_id)
        self._full[chat.interaction_id] = chat
        self._full.move_to_end(chat.interaction_id)
        while len(self._full) > self._full_chats_max:
            _, quiet = self._full.popitem(last=False)
            if quiet.writing is None:
                quiet.full = None
        while len(self._chats) > self._chats_max:
            self._drop(next(iter(self._chats)))

    def _drop(self, interaction_id: str) -> None:
        self._chats.pop(interaction_id, None)
        self._full.pop(interaction_id, None)
