"""The chats that this node holds: a cache over the log, kept true by following it."""

import asyncio
from collections import OrderedDict
from collections.abc import Callable, Sequence
from itertools import islice

import structlog

from frontdesk.desk.chat import Chat, Full, Hearing, Told
from frontdesk.desk.folding import fold, restored
from frontdesk.desk.identity import stream_of
from frontdesk.desk.watchers import Watchers
from frontdesk.domain.interaction import Interaction
from frontdesk.errors import NotFound, TooNew
from frontdesk.store.log import Recorded, Store

FOLDED_BEFORE_YIELD = 500
DROPPED_SHARE = (
    100  # Of too many chats this part is let go at once: a dictionary finds its first ones slowly.
)

_log = structlog.get_logger("chats")


class Chats:
    """Every interaction, by id, as far as this node has read it.

    Shape:   at most `full_chats_max` chats are held with their state, at most `chats_max` at all; which
             ones is of no consequence, since all of it can be read again.
    Errors:  reading: `NotFound`; `Unavailable`, as `TooNew` when a newer version wrote what this one cannot
             read.
    """

    def __init__(
        self,
        store: Store,
        clock_ms: Callable[[], int],
        *,
        shares_presence: bool = False,
        full_chats_max: int = 2000,
        chats_max: int = 200_000,
    ) -> None:
        self.watchers = Watchers()
        self._store = store
        self._clock_ms = clock_ms
        self._full_chats_max = full_chats_max
        self._chats_max = chats_max
        self._chats: dict[str, Chat] = {}  # Those that were loaded last are last.
        self._full: OrderedDict[str, Chat] = OrderedDict()
        self._used: set[str] = set()
        self._loading: dict[str, asyncio.Future[tuple[Chat, Full]]] = {}
        self._heard: dict[str, int] = {}  # The newest version that went by while a chat was being loaded.
        self._shares_presence = shares_presence
        self._started_ms = self._shared_ms = clock_ms()

    # --- reading -------------------------------------------------------------------------------

    def known(self, interaction_id: str) -> Chat | None:
        """The chat as this node last saw it; others may have added to it when it `is_stale`."""
        return self._chats.get(interaction_id)

    def named(self, interaction_id: str) -> str:
        """The one text of an id for all who keep it: each is as large as what is kept under it."""
        chat = self._chats.get(interaction_id)
        return interaction_id if chat is None else chat.interaction_id

    async def chat(self, interaction_id: str) -> Chat:
        """The chat, read from the log when need be."""
        chat = self._chats.get(interaction_id)
        if chat is not None and not chat.is_stale:
            return chat
        return (await self._once(interaction_id))[0]

    async def full(self, interaction_id: str) -> tuple[Chat, Full]:
        """The chat with its state."""
        chat = self._chats.get(interaction_id)
        if chat is None or chat.is_stale or chat.full is None:
            chat, loaded = await self._once(interaction_id)
            return chat, chat.full or loaded  # Others may have crowded it out of memory again.
        self._used.add(interaction_id)
        return chat, chat.full

    async def settled(self, interaction_id: str) -> tuple[Chat, Full]:
        """The chat with its state, while no write of this node's is on its way."""
        while True:
            chat, full = await self.full(interaction_id)
            if chat.writing is None:
                return chat, full
            await chat.writing.answered()

    def settled_at_hand(self, chat: Chat) -> Full | None:
        """What `settled` gives of a chat, if nothing need be waited for; else None."""
        if chat.is_stale or chat.full is None or chat.writing is not None:
            return None
        self._used.add(chat.interaction_id)
        return chat.full

    async def catch_up(self, interaction_id: str) -> Chat:
        """The chat after reading what other nodes have added."""
        earlier = self._loading.get(interaction_id)
        if earlier is not None:
            await asyncio.wait((earlier,))  # It may have read before there was what the caller knows of.
        chat = self._chats.get(interaction_id)
        if chat is not None:
            chat.is_stale = True
        return (await self._once(interaction_id))[0]

    def at_hand(self, chat: Chat, from_version: int) -> Sequence[Told] | None:
        """What `history` gives of a chat, if this node holds it; else None."""
        if chat.is_stale or chat.full is None:
            return None
        self._used.add(chat.interaction_id)
        return chat.full.since(from_version)

    async def history(self, interaction_id: str, from_version: int = 1) -> Sequence[Told]:
        """Every event from `from_version` on with its author as called then, oldest first."""
        _, full = await self.full(interaction_id)
        told = full.since(from_version)
        if told is not None:
            return told
        state, found = Interaction(), []
        for count, record in enumerate(await self._store.read(stream_of(interaction_id))):
            line, state = fold(state, record)
            if record.version >= from_version:
                found.append(line)
            if count % FOLDED_BEFORE_YIELD == FOLDED_BEFORE_YIELD - 1:
                await asyncio.sleep(0)  # A long transcript must not hold up everybody else's words.
        return found

    # --- following the log ---------------------------------------------------------------------

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
        while (
            chat is not None and chat.writing is not None and chat.version < version <= chat.writing.version
        ):
            await chat.writing.answered()

    def absorb(self, interaction_id: str, record: Recorded) -> None:
        """Take note of an event from the log; this node's own are known already."""
        if interaction_id in self._loading:
            self._heard[interaction_id] = record.version
        chat = self._chats.get(interaction_id)
        if chat is None:
            return
        hearing, full = chat.hearing(record.version), chat.full
        if hearing is Hearing.STALE:
            chat.is_stale = True
        elif hearing is Hearing.ADDED and full is not None:
            try:
                chat.add(full, *fold(full.state, record))
            except TooNew:
                chat.is_stale = True  # Whoever uses it reads the log, and is told why that cannot be.
                _log.warning("too_new", interaction_id=interaction_id, version=record.version)

    # --- presence ------------------------------------------------------------------------------

    async def last_seen_ms(self, chat: Chat) -> int:
        """When any node last heard of the visitor's client; nobody could be seen while we were down."""
        chat.seen_ms = max(chat.seen_ms, self._started_ms)
        if chat.interaction_id in self.watchers:
            chat.seen_ms = self._clock_ms()
        if self._shares_presence:
            chat.seen_ms = max(chat.seen_ms, await self._store.seen(stream_of(chat.interaction_id)) or 0)
        return chat.seen_ms

    async def share_presence(self) -> None:
        """Tell other nodes which visitors this one has heard of since it was last asked to."""
        since_ms, self._shared_ms = self._shared_ms, self._clock_ms()
        for interaction_id in self.watchers:
            watched = self._chats.get(interaction_id)
            if watched is not None:
                watched.seen_ms = self._shared_ms
        chats = self._chats.values()
        seen = [(stream_of(chat.interaction_id), chat.seen_ms) for chat in chats if chat.seen_ms >= since_ms]
        if seen:
            await self._store.note_seen(seen)

    # --- loading -------------------------------------------------------------------------------

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
        full = Full(restored(await self._store.snapshot(stream)))
        chat: Chat | None = None
        is_behind = True
        while is_behind:
            if chat is not None and chat.writing is not None:
                await chat.writing.answered()
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
        chat.was_read(full, armed_ms)
        self.keep(chat)
        return chat, full

    async def _read_on(self, stream: str, full: Full) -> None:
        """Fold what the log has after `full`."""
        for record in await self._store.read(stream, full.state.version):
            full.add(*fold(full.state, record))
        if not full.state.version:
            raise NotFound("there is no such interaction")

    # --- what is held --------------------------------------------------------------------------

    def keep(self, chat: Chat) -> None:
        """Hold a chat with its state, as the one that was used last; others may be let go for it."""
        self._chats.pop(chat.interaction_id, None)
        self._chats[chat.interaction_id] = chat
        self._full[chat.interaction_id] = chat
        self._full.move_to_end(chat.interaction_id)
        self._used.add(chat.interaction_id)
        while len(self._full) > self._full_chats_max:
            self._quieten(next(iter(self._full)))
        if len(self._chats) > self._chats_max:
            for interaction_id in tuple(islice(self._chats, self._chats_max // DROPPED_SHARE + 1)):
                self.drop(interaction_id)

    def rest(self) -> None:
        """Let go of the state of every chat that was not used since this was last called."""
        for interaction_id in self._full.keys() - self._used:
            self._quieten(interaction_id)
        self._used = set()

    def _quieten(self, interaction_id: str) -> None:
        quiet = self._full.pop(interaction_id)
        if quiet.writing is None:
            quiet.full = None

    def drop(self, interaction_id: str) -> None:
        """Hold a chat no longer."""
        self._chats.pop(interaction_id, None)
        self._full.pop(interaction_id, None)
