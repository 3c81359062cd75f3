"""Whatever is asked of a database, it answers as the store in memory does."""

import asyncio
import shutil
from collections.abc import Awaitable, Sequence
from pathlib import Path

import asyncpg
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import Struct

from frontdesk.errors import Conflict
from frontdesk.settings import DatabaseSettings
from frontdesk.store.erased import ERASED
from frontdesk.store.log import Also, Arm, Card, Entered, Entry, Fence, Forget, Recorded, Snapshot, Store
from frontdesk.store.memory import MemoryStore
from frontdesk.store.migrate import migrate
from frontdesk.store.open import open_database

STREAMS = ("interaction/1", "interaction/2", "agent/amy")
HOLDERS = ("node-a", "node-b")
END = "the/end"


class Append(Struct, frozen=True):
    """`off` is how far the caller's idea of the version is from the truth."""

    stream: str
    off: int
    bodies: tuple[bytes, ...]
    also: tuple[Also, ...]


class Purge(Struct, frozen=True):
    stream: str


class DropEntries(Struct, frozen=True):
    at_ms: int


class Claim(Struct, frozen=True):
    now_ms: int
    limit: int


class Take(Struct, frozen=True):
    holder: str
    now_ms: int


class Drop(Struct, frozen=True):
    holder: str


class Note(Struct, frozen=True):
    seen: tuple[tuple[str, int], ...]


class Keep(Struct, frozen=True):
    stream: str
    snapshot: Snapshot


Asked = Append | Purge | DropEntries | Claim | Take | Drop | Note | Keep

streams = st.sampled_from(STREAMS)
times_ms = st.integers(0, 60)
bodies = st.binary(max_size=3)
also = st.one_of(
    st.builds(Arm, st.none() | times_ms),
    st.builds(Card, st.sampled_from(("interaction", "agent")), st.booleans(), times_ms, bodies),
    st.builds(Forget, st.lists(st.integers(1, 6), max_size=3).map(tuple)),
    st.builds(Fence, st.just("routing"), st.integers(1, 3)),
    st.builds(Entry, st.just("offer"), times_ms, bodies),
    st.builds(Snapshot, times_ms, st.just("fold/1"), bodies),
)
appends = st.builds(
    Append,
    streams,
    st.sampled_from((0, 0, 0, 0, 1, -1)),
    st.lists(bodies, max_size=3).map(tuple),
    st.lists(also, max_size=3).map(tuple),
)
asked = st.one_of(
    appends,
    appends,
    st.builds(Purge, streams),
    st.builds(DropEntries, times_ms),
    st.builds(Claim, times_ms, st.integers(1, 3)),
    st.builds(Take, st.sampled_from(HOLDERS), times_ms),
    st.builds(Drop, st.sampled_from(HOLDERS)),
    st.builds(Note, st.lists(st.tuples(streams, times_ms), max_size=3).map(tuple)),
    st.builds(Keep, streams, st.builds(Snapshot, times_ms, st.just("fold/1"), bodies)),
)
stories = st.lists(asked, max_size=25)


async def carry_out(store: Store, wish: Asked, versions: dict[str, int]) -> object:
    """What the store answers; `versions` are the streams' true ones."""
    match wish:
        case Append(stream, off, words, beside):
            after = max(0, versions.get(stream, 0) + off)
            return await answer(store.append(stream, after, words, 7, beside))
        case Purge(stream):
            return await answer(store.purge(stream))
        case DropEntries(at_ms):
            return await store.drop_entries_before("offer", at_ms)
        case Claim(now_ms, limit):
            return list(await store.claim_due(now_ms, 20, limit))
        case Take(holder, now_ms):
            return await store.take_lease("routing", holder, now_ms, 15)
        case Drop(holder):
            return await answer(store.drop_lease("routing", holder))
        case Note(seen):
            return await answer(store.note_seen(seen))
        case Keep(stream, snapshot):
            return await answer(store.keep_snapshot(stream, snapshot))


async def answer(call: Awaitable[object]) -> object:
    try:
        return await call
    except Conflict:
        return Conflict


async def everything(store: Store) -> dict[str, object]:
    """All that can be read of a store."""
    await store.append(END, 0, [b"end"], 9)
    followed: list[Recorded] = []
    async for batch in store.follow(0):
        followed += batch
        if followed[-1].stream == END:
            break
    seen: dict[str, object] = {"followed": followed, "head": await store.head()}
    seen["next_due"] = await store.next_due(0)
    for stream in STREAMS:
        seen[stream] = (
            list(await store.read(stream)),
            list(await store.read(stream, 2, limit=2)),
            await store.armed(stream),
            await store.card(stream),
            await store.snapshot(stream),
            await store.seen(stream),
        )
    for kind in ("interaction", "agent"):
        counts = [await store.count_cards(kind, is_open=is_open) for is_open in (True, False)]
        lists = [list(await store.cards(kind, is_open=is_open)) for is_open in (True, False, None)]
        seen[kind] = (counts, lists, list(await store.cards(kind, after=STREAMS[0], limit=1)))
    seen["entries"] = told(await store.entries("offer", 0, 61))
    seen["some_entries"] = told(await store.entries("offer", 10, 50, after=(20, 0), limit=3))
    return seen


def told(entries: Sequence[Entered]) -> list[object]:
    """Entries without what each store may call as it likes: numbers, and streams that were purged."""
    streams = ("" if entered.stream.startswith(ERASED) else entered.stream for entered in entries)
    return [(stream, e.version, e.entry) for stream, e in zip(streams, entries, strict=True)]


async def tell(story: list[Asked], url: str) -> None:
    """Tell the same story to memory and to the database, then open that anew and compare all there is."""
    memory, versions = MemoryStore(), dict[str, int]()
    database = await open_database(DatabaseSettings(url=url))
    for wish in story:
        expected = await carry_out(memory, wish, versions)
        assert await carry_out(database.store, wish, versions) == expected
        if isinstance(expected, Recorded):
            versions[expected.stream] = expected.version
        if isinstance(wish, Purge):
            versions.pop(wish.stream, None)
    await database.aclose()
    database = await open_database(DatabaseSettings(url=url))
    assert await everything(database.store) == await everything(memory)
    await database.aclose()


@pytest.fixture(scope="module")
def migrated_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("template") / "frontdesk.db"
    asyncio.run(migrate(f"sqlite:///{path}"))
    return path


def test_sqlite_answers_as_memory_does(migrated_file: Path) -> None:
    path = migrated_file.with_name("story.db")

    @settings(max_examples=60, deadline=None)
    @given(stories)
    def any_story(story: list[Asked]) -> None:
        shutil.copy(migrated_file, path)
        asyncio.run(tell(story, f"sqlite:///{path}"))

    any_story()


def test_postgres_answers_as_memory_does(postgres_database: str) -> None:
    asyncio.run(migrate(postgres_database))

    async def empty() -> None:
        connection = await asyncpg.connect(postgres_database)
        tables = "events, timers, cards, card_counts, snapshots, leases, seen, entries"
        await connection.execute(f"TRUNCATE {tables}")
        await connection.close()

    @settings(max_examples=25, deadline=None)
    @given(stories)
    def any_story(story: list[Asked]) -> None:
        asyncio.run(empty())
        asyncio.run(tell(story, postgres_database))

    any_story()
