"""Sessions' streams as one node knows them: read, folded, added to. One writer at a time on this node."""

import asyncio
import contextlib
from collections import OrderedDict
from collections.abc import Callable, Sequence

import msgspec
from msgspec import Struct

from frontdesk.desk.arming import UNSURE, Armed, arm_anew
from frontdesk.domain.orchestration.facts import Fact
from frontdesk.domain.orchestration.session import Session, evolve, is_at_work
from frontdesk.errors import Conflict, NotFound, TooNew
from frontdesk.store.log import Also, Arm, Card, Recorded, Snapshot, Store

ROOT = "session/"
KIND = "session"  # Of cards.
FOLD_TAG = "session/5"  # Change it whenever `Session` or `evolve` changes: old snapshots are dropped.
ATTEMPTS_MAX = 20
HELD_MAX = 10_000

Decide = Callable[[Session, int], Sequence[Fact]]

_encode = msgspec.json.Encoder().encode
_facts: msgspec.json.Decoder[Fact] = msgspec.json.Decoder(Fact)
_pack = msgspec.msgpack.Encoder().encode


class Photo(Struct, frozen=True):
    """What a snapshot of a session's stream holds: its fold, and its scripts as the engine puts them."""

    session: Session
    engine: bytes


_photos: msgspec.msgpack.Decoder[Photo] = msgspec.msgpack.Decoder(Photo)


class SessionCard(Struct, frozen=True, omit_defaults=True):
    """One row of a list of sessions.

    Shape:   `is_asking` when something is to be done for the session, or when it is lost with its node, so
             that whoever takes it over sees to it.
    """

    application: str
    version: str
    life: str
    created_ms: int
    ended_ms: int = 0
    is_asking: bool = False
    reason: str = ""
    parent: str = ""
    interactions: tuple[str, ...] = ()


class Stream:
    """One session's stream: its fold, and what is known of its timer."""

    __slots__ = ("armed", "card", "is_unsure", "lock", "newest", "session")

    def __init__(self, session: Session) -> None:
        self.session = session
        self.lock = asyncio.Lock()
        self.is_unsure = True
        self.newest = 0
        self.armed: Armed = UNSURE
        self.card: SessionCard | None = None

    @property
    def is_stale(self) -> bool:
        """Whether there may be more of it on disk."""
        return self.is_unsure or self.newest > self.session.version


class Streams:
    """Every stream that this node has read lately."""

    def __init__(self, store: Store, clock_ms: Callable[[], int]) -> None:
        self._store = store
        self._clock_ms = clock_ms
        self._streams: OrderedDict[str, Stream] = OrderedDict()
        self._left: OrderedDict[str, int] = OrderedDict()  # How far those are known that were let go.
        self.is_in_use: Callable[[str], bool] = lambda _session_id: False

    def known(self, session_id: str) -> Stream | None:
        return self._streams.get(session_id)

    def forget(self, session_id: str) -> None:
        """Let a stream go; it is read again when it is asked for."""
        stream = self._streams.get(session_id)
        if stream is not None and not stream.lock.locked():
            del self._streams[session_id]
            self._left[session_id] = stream.session.version
            if len(self._left) > HELD_MAX:
                self._left.popitem(last=False)

    def expect_new(self, session_id: str) -> None:
        """Take it that there is no such session yet: if there is, the first append to it finds out."""
        if session_id not in self._streams and session_id not in self._left:
            stream = self._streams[session_id] = Stream(Session(id=session_id))
            stream.is_unsure = False
            self._make_room()

    async def stream(self, session_id: str) -> Stream:
        """A stream as it is on disk now. Errors: `Unavailable`, `TooNew`."""
        stream = self._streams.get(session_id)
        if stream is None:
            stream = self._streams.setdefault(session_id, Stream(Session(id=session_id)))
            self._make_room()
        self._streams.move_to_end(session_id)
        is_beginning = not stream.session.version and stream.lock.locked()
        if stream.is_stale or is_beginning:
            async with stream.lock:
                await self._refresh(session_id, stream)
        return stream

    def _make_room(self) -> None:
        """Sessions that other nodes run are only looked at here, and nobody says when that is over."""
        while len(self._streams) > HELD_MAX:
            oldest = next(iter(self._streams))
            if self._streams[oldest].lock.locked() or self.is_in_use(oldest):
                self._streams.move_to_end(oldest)
                return
            self.forget(oldest)

    async def existing(self, session_id: str) -> Stream:
        """The same of a session that there is. Errors: `NotFound` too."""
        stream = await self.stream(session_id)
        if not stream.session.version:
            self.forget(session_id)
            raise NotFound(f"there is no session {session_id}")
        return stream

    async def _refresh(self, session_id: str, stream: Stream) -> None:
        if not stream.is_stale:
            return
        if not stream.session.version:
            photo = await self.photo(session_id)
            if photo is not None:
                stream.session = photo.session
        for record in await self._store.read(ROOT + session_id, stream.session.version):
            stream.session = evolve(stream.session, fact_of(record), record.time_ms)
            stream.armed = UNSURE
        stream.is_unsure, stream.newest = False, stream.session.version

    async def photo(self, session_id: str) -> Photo | None:
        """The newest snapshot, when this version of the program has made it."""
        snapshot = await self._store.snapshot(ROOT + session_id)
        if snapshot is None or snapshot.tag != FOLD_TAG:
            return None
        return _photos.decode(snapshot.body)

    async def keep_photo(self, photo: Photo) -> None:
        """Replace the snapshot. Errors: `Unavailable`."""
        session = photo.session
        await self._store.keep_snapshot(ROOT + session.id, Snapshot(session.version, FOLD_TAG, _pack(photo)))

    async def history(self, session_id: str, after_version: int = 0) -> Sequence[tuple[Fact, Recorded]]:
        """The facts after a version, oldest first."""
        records = await self._store.read(ROOT + session_id, after_version)
        return [(fact_of(record), record) for record in records]

    async def change(
        self,
        session_id: str,
        decide: Decide,
        *,
        due_ms: Callable[[Session], int | None],
        also: Sequence[Also] = (),
    ) -> Session:
        """Decide and append, and again when another node was first; the session as it now stands.

        Shape:   `due_ms` says for when the stream's timer is to be set; nothing decided is nothing written.
        Errors:  of `decide`; `Conflict` when a fence in `also` is out of date; `Unavailable`.
        """
        for _ in range(ATTEMPTS_MAX):
            stream = await self.stream(session_id)
            async with stream.lock:
                await self._refresh(session_id, stream)
                session = stream.session
                now_ms = max(self._clock_ms(), session.last_ms)
                facts = decide(session, now_ms)
                if not facts:
                    return session
                if await self.append(stream, facts, now_ms, due_ms, also):
                    return stream.session
        raise Conflict(f"the session {session_id} lost {ATTEMPTS_MAX} races in a row")

    async def append(
        self,
        stream: Stream,
        facts: Sequence[Fact],
        now_ms: int,
        due_ms: Callable[[Session], int | None],
        also: Sequence[Also],
    ) -> bool:
        """Whether it was written; else another node was first. Whoever asks for it holds the stream's lock.

        Errors:  `Conflict` when a fence in `also` is out of date; `Unavailable`.
        """
        before = after = stream.session
        for fact in facts:
            after = evolve(after, fact, now_ms)
        effects = list(also)
        arm = arm_anew(stream.armed, due_ms(after), now_ms)
        if arm is not None:
            effects.append(arm)
        card = card_of(after)
        if card != stream.card:
            is_open = is_at_work(after)
            effects.append(Card(KIND, is_open, after.created_ms, _encode(card)))
        try:
            await self._store.append(
                ROOT + before.id, before.version, [_encode(fact) for fact in facts], now_ms, effects
            )
        except Conflict:
            stream.is_unsure = True
            await self._refresh(before.id, stream)
            if stream.session.version == before.version:
                raise  # Nobody has written: it was a fence.
            return False
        except BaseException:
            stream.is_unsure = True  # It may have been written, or not.
            raise
        stream.session = after
        if arm is not None:
            stream.armed = arm.due_ms
        stream.card = card
        return True

    async def rearm(self, session_id: str, due_ms: Callable[[Session], int | None]) -> None:
        """Set the timer, though nothing happened."""
        stream = await self.existing(session_id)
        async with stream.lock:
            await self._refresh(session_id, stream)
            due = due_ms(stream.session)
            with contextlib.suppress(
                Conflict
            ):  # Who wrote meanwhile has set it, or the claim on it runs out.
                await self._store.append(
                    ROOT + session_id, stream.session.version, (), self._clock_ms(), (Arm(due),)
                )
                stream.armed = due

    async def purge(self, session_id: str) -> None:
        """Delete all that is known of a session. Errors: `Unavailable`."""
        await self._store.purge(ROOT + session_id)
        self.forget(session_id)

    def heard(self, session_id: str, version: int) -> bool:
        """A record was committed; whether it is news to what is known here of the stream."""
        stream = self._streams.get(session_id)
        if stream is None:
            return version > self._left.get(session_id, 0)
        stream.newest = max(stream.newest, version)
        return version > stream.session.version


def fact_of(record: Recorded) -> Fact:
    """The fact that a record holds. Errors: `TooNew`."""
    try:
        return _facts.decode(record.body)
    except msgspec.DecodeError:
        raise TooNew from None


def card_of(session: Session) -> SessionCard:
    began = session.began
    return SessionCard(
        application=began.application,
        version=began.version,
        life=session.life,
        created_ms=session.created_ms,
        ended_ms=session.ended_ms,
        is_asking=bool(session.errands) or not session.is_kept,
        reason=session.reason,
        parent=began.invoker or began.starter,
        interactions=session.interactions,
    )
