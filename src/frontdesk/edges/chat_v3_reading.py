"""Chat API version 3: live polls, catching up, and pages of the history.

Nearly every poll is answered from what is at hand: with nothing new, with what has just been said, with what
was delivered a moment ago and comes again. Such a poll does not look into the log, and waits for nobody.

Source:  chat-api-v3 §§5.3 and 7.
"""

import asyncio
from collections.abc import Callable, Iterable, Sequence

from msgspec import Struct

from frontdesk.desk.chat import Chat, Told
from frontdesk.desk.interactions import Interactions
from frontdesk.edges.asgi import Receive
from frontdesk.edges.chat_v3_places import Places
from frontdesk.edges.chat_v3_services import ChatV3Services
from frontdesk.edges.chat_v3_session import Session, gone
from frontdesk.edges.traffic import Traffic
from frontdesk.wire import chat_v3 as wire
from frontdesk.wire.chat_v3 import Line, View
from frontdesk.wire.chat_v3_delivery import Batch, Delivery
from frontdesk.wire.chat_v3_fields import Query


class Holding(Struct, frozen=True):
    """How polls are held: for how long, and how many at once."""

    hold_s: float
    held_max: int


class Read(Struct, frozen=True):
    """An answer to a read, and what to do once it has left."""

    body: bytes
    arrived: Callable[[], None] | None = None


class ChatV3Reading:
    """Everything that reads messages."""

    def __init__(
        self,
        interactions: Interactions,
        services: ChatV3Services,
        places: Places,
        traffic: Traffic,
        clock_ms: Callable[[], int],
        holding: Holding,
        replay_ms: int,
    ) -> None:
        self._chats = interactions.chats
        self._services = services
        self._places = places
        self._traffic = traffic
        self._clock_ms = clock_ms
        self._holding = holding
        self._replay_ms = replay_ms

    async def read(self, session: Session, query: Query, receive: Receive) -> Read | None:
        """What the combination of `index` and `count` asks for; None when nobody is there to hear it.

        Errors:  `Refused("gone")` for pages of a chat that is over; `Unavailable`.
        """
        if query.count is not None:
            if not session.chat.is_open:
                raise gone()
            if query.index is None:
                return await self._newest_page(session, query.count)
            return await self._older_page(session, query.index, query.count)
        place = self._places.known(session) or await self._places.of(session)
        if query.index is not None:
            return await self._catch_up(session, place, wire.version_before(query.index))
        has_nothing = place.cursor >= session.chat.version and session.chat.is_open
        if has_nothing and not query.operation_id and not await self._held(session, place, receive):
            return None
        return await self._poll(session, place, replays=bool(query.operation_id))

    # --- live ----------------------------------------------------------------------------------

    def at_hand(self, session: Session) -> Read | None:
        """The answer to a live poll with an operation's name, if this node has it without asking the log."""
        chat, place = session.chat, self._places.known(session)
        if place is None or place.cursor > chat.version or chat.is_stale or not chat.is_open:
            return None
        if place.cursor < chat.version and self._places.are_shared:
            return None
        now_ms = self._clock_ms()
        since = place.settled(now_ms, self._replay_ms)
        if since >= chat.version:
            return self._nothing_new(chat, now_ms, replays=True)
        lines = place.again() if place.cursor == chat.version else None
        if lines is None:
            told = self._chats.at_hand(chat, since + 1)
            if told is None:
                return None
            lines = self._forms(chat, told)
        return self._due(session, place, chat, lines, replays=True)

    async def _poll(self, session: Session, place: Delivery, *, replays: bool) -> Read:
        chat = await self._current(session, place.cursor)
        replays = replays and chat.is_open
        if place.cursor < chat.version:
            await self._places.refresh(session, place)
        now_ms = self._clock_ms()
        since = place.settled(now_ms, self._replay_ms) if replays else place.cursor
        if since >= chat.version:
            return self._nothing_new(chat, now_ms, replays=replays)
        return self._due(session, place, chat, await self._lines(chat, since + 1), replays=replays)

    def _due(
        self, session: Session, place: Delivery, chat: Chat, lines: Sequence[Line], *, replays: bool
    ) -> Read:
        now_ms = self._clock_ms()
        batch = place.due(lines, chat.version, now_ms)
        typing = self._typing(chat, now_ms) if replays else []
        return self._delivering(session, place, chat, batch, typing)

    def _nothing_new(self, chat: Chat, now_ms: int, *, replays: bool) -> Read:
        if self._has_ended(chat):
            return Read(wire.messages((), is_ended=True))
        typing = self._typing(chat, now_ms) if replays else None
        return Read(wire.messages(typing, is_ended=False) if typing else wire.NOTHING_NEW)

    async def _catch_up(self, session: Session, place: Delivery, version: int) -> Read:
        chat = await self._current(session, version)
        lines = await self._lines(chat, version + 1) if version < chat.version else ()
        batch = place.missed(lines, chat.version, self._clock_ms())
        return self._delivering(session, place, chat, batch)

    async def _current(self, session: Session, version: int) -> Chat:
        """The chat as it is now; who has more of it than this node knows has it from another."""
        chat = self._chats.known(session.session_id) or session.chat
        if version > chat.version:
            return await self._chats.catch_up(session.session_id)
        return await self._chats.chat(session.session_id) if chat.is_stale else chat

    def _delivering(
        self, session: Session, place: Delivery, chat: Chat, batch: Batch, typing: Sequence[bytes] = ()
    ) -> Read:
        is_ended = self._has_ended(chat) and batch.up_to >= chat.version
        return Read(
            wire.messages([*batch.bodies, *typing], is_ended=is_ended),
            lambda: self._places.arrived(session, place, batch),
        )

    def _has_ended(self, chat: Chat) -> bool:
        return not chat.is_open and not self._services.leaves_end_to_page(chat.service)

    def _typing(self, chat: Chat, now_ms: int) -> list[bytes]:
        full = chat.full
        if full is None or not any(party.typing_ms for party in full.state.parties):
            return []
        return wire.still_typing(self._view(chat), chat.version, now_ms, full.state.parties)

    async def _held(self, session: Session, place: Delivery, receive: Receive) -> bool:
        """Wait for news, but not for ever; whether the client is still there."""
        watchers = self._chats.watchers
        if watchers.is_over or watchers.waiting_count >= self._holding.held_max:
            return True
        news = watchers.next_of(session.session_id)
        left = asyncio.ensure_future(_left(receive))
        self._traffic.in_flight -= 1  # It waits, and costs nothing.
        try:
            until_s = asyncio.get_running_loop().time() + self._holding.hold_s
            while place.cursor >= (await self._current(session, 0)).version:
                rest_s = until_s - asyncio.get_running_loop().time()
                done, _ = await asyncio.wait(
                    (news, left), timeout=max(0, rest_s), return_when=asyncio.FIRST_COMPLETED
                )
                if left in done or not done or watchers.is_over:
                    return left not in done
                news = watchers.next_of(session.session_id)
            return not left.done()
        finally:
            self._traffic.in_flight += 1
            news.cancel()
            left.cancel()
            session.chat.seen_ms = self._clock_ms()  # Whoever waited was here until now.

    # --- pages ---------------------------------------------------------------------------------

    async def _newest_page(self, session: Session, count: int) -> Read:
        chat = await self._current(session, 0)
        place = await self._places.of(session)
        page = [line for line in await self._newest(chat, count) if line.is_kept and line.body][-count:]
        first = page[0].version if page else chat.version + 1
        if place.read_page(first, chat.version, self._clock_ms()):
            await self._places.note_now(session, place)
        return Read(wire.messages([line.body for line in page], is_ended=False))

    async def _newest(self, chat: Chat, count: int) -> Sequence[Line]:
        """The newest lines: those at hand when they are enough, else all."""
        held = self._forms(chat, chat.full.lines if chat.full is not None else ())
        if sum(1 for line in held if line.is_kept and line.body) >= count:
            return held
        return await self._lines(chat, 1)

    async def _older_page(self, session: Session, index: str, count: int) -> Read:
        """A page that ends with the message of this index; clients stop for ever at one that does not."""
        chat = await self._current(session, 0)
        kept = [line for line in await self._lines(chat, 1) if line.is_kept and line.body]
        version = wire.version_before(index)
        page = [line for line in kept if line.version <= version][-count:]
        if page:
            return Read(wire.messages([line.body for line in page], is_ended=False))
        oldest = wire.with_index(kept[0].body, index) if kept else b""
        return Read(wire.messages([oldest] if oldest else [], is_ended=False))

    # --- lines ---------------------------------------------------------------------------------

    async def _lines(self, chat: Chat, from_version: int) -> Sequence[Line]:
        return self._forms(chat, await self._chats.history(chat.interaction_id, from_version))

    def _forms(self, chat: Chat, events: Iterable[Told]) -> Sequence[Line]:
        view = self._view(chat)
        return [self._line(view, told) for told in events]

    def _view(self, chat: Chat) -> View:
        return self._services.view(chat.interaction_id, chat.service)

    @staticmethod
    def _line(view: View, told: Told) -> Line:
        """The event in this wire's form, made once."""
        line: Line | None = told.form
        if line is None:
            line = wire.line(view, told.version, told.at_ms, told.event, told.party)
            told.form = line
        return line


async def _left(receive: Receive) -> None:
    """Return when the client has closed the connection."""
    while (await receive())["type"] != "http.disconnect":
        pass
