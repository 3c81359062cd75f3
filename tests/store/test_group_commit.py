"""Many appends share a transaction, and one that cannot be written does not take the others with it."""

import asyncio
import contextlib
import sqlite3
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import cast
from uuid import uuid4

import pytest

from frontdesk.errors import Conflict, DeskError
from frontdesk.settings import DatabaseSettings
from frontdesk.store.log import Card, Entry, Fence, Recorded, Store
from frontdesk.store.open import open_database
from frontdesk.store.postgres.store import PostgresStore
from frontdesk.store.sqlite.connection import ServerLock
from frontdesk.store.sqlite.readers import Readers
from frontdesk.store.sqlite.store import SqliteStore
from frontdesk.store.sqlite.writer import Pace
from tests.patience import PATIENCE_S

pytestmark = pytest.mark.anyio

PAGE_BYTES = 4096

Durable = SqliteStore | PostgresStore


@pytest.fixture
async def durable(durable_url: str) -> AsyncIterator[Durable]:
    database = await open_database(DatabaseSettings(url=durable_url))
    yield cast("Durable", database.store)
    await database.aclose()


async def test_a_thousand_at_once_are_a_handful_of_commits(durable: Durable) -> None:
    before = durable.commits
    outcomes = await asyncio.gather(*(durable.append(f"interaction/{n}", 0, [b"x"], 5) for n in range(1000)))
    assert all(outcomes)
    assert 1 <= durable.commits - before <= 10


async def test_a_hundred_chats_that_wait_for_each_answer_share_commits(durable: Durable) -> None:
    async def chat(number: int) -> None:
        for version in range(20):
            await durable.append(f"interaction/{number}", version, [b"x"], 5)

    before = durable.commits
    await asyncio.gather(*(chat(number) for number in range(100)))
    assert durable.commits - before <= 2000 / 4
    assert await durable.head() == 2000


async def test_one_alone_waits_for_no_company(durable: Durable) -> None:
    before = durable.commits
    for version in range(5):
        await durable.append("interaction/1", version, [b"x"], 5)
    assert durable.commits - before == 5


@pytest.fixture
async def resting(tmp_path: Path) -> AsyncIterator[SqliteStore]:
    """A store that rests until it is closed."""
    database = await open_database(DatabaseSettings(url=f"sqlite:///{tmp_path / 'f.db'}"))
    await database.aclose()
    readers = Readers(tmp_path / "f.db")
    pace = Pace(jobs_at_once_max=5, rest_s=2 * PATIENCE_S)
    store = SqliteStore(tmp_path / "f.db", ServerLock(tmp_path / "f.db"), readers, pace=pace)
    yield store
    await store.aclose()
    await readers.aclose()


async def test_where_writes_rest_those_that_come_one_by_one_do_not_wait(resting: SqliteStore) -> None:
    async with asyncio.timeout(PATIENCE_S):
        for version in range(5):
            await resting.append("visit/1", version, [b"x"], 5)
    assert resting.commits == 5


async def test_where_writes_rest_those_that_are_many_do_not_wait(resting: SqliteStore) -> None:
    async with asyncio.timeout(PATIENCE_S):
        await asyncio.gather(*(resting.append(f"visit/{n}", 0, [b"x"], 5) for n in range(20)))
    assert resting.commits == 4


async def test_after_several_have_shared_a_transaction_there_is_a_rest(resting: SqliteStore) -> None:
    await asyncio.gather(*(resting.append(f"visit/{n}", 0, [b"x"], 5) for n in range(2)))
    later = [asyncio.ensure_future(resting.append(f"visit/{n}", 1, [b"x"], 5)) for n in range(2)]
    await resting.head()  # Meanwhile others may read.
    assert resting.commits == 1
    assert not any(each.done() for each in later)
    await resting.aclose()  # What was promised is written, and sooner.
    assert all(await asyncio.gather(*later))
    assert resting.commits == 2


async def test_one_that_cannot_be_written_fails_alone(durable: Durable) -> None:
    """Neither database can keep a number this large, nor half of a surrogate pair."""
    calls = [(f"interaction/{n}", 5) for n in range(10)]
    calls[3] = ("interaction/3", 2**70)
    calls[6] = ("interaction/\ud800", 5)
    appends = [durable.append(stream, 0, [b"x"], time_ms) for stream, time_ms in calls]
    outcomes = await asyncio.gather(*appends, return_exceptions=True)
    written = [outcome for outcome in outcomes if isinstance(outcome, Recorded)]
    assert len(written) == 8
    assert [n for n, outcome in enumerate(outcomes) if isinstance(outcome, Exception)] == [3, 6]
    assert not any(isinstance(outcome, DeskError) for outcome in outcomes)  # It is a bug, and looks like one.
    assert sorted(record.position for record in written) == list(range(1, 9))


async def test_a_long_append_and_a_large_one_are_written_whole(durable: Durable) -> None:
    bodies = [bytes([number % 256]) * number for number in range(300)]
    large = b"x" * 3_000_000
    await asyncio.gather(
        durable.append("interaction/1", 0, bodies, 5),
        *(durable.append(f"interaction/{n}", 0, [large], 5) for n in range(2, 8)),
    )
    assert [record.body for record in await durable.read("interaction/1")] == bodies
    assert (await durable.read("interaction/7"))[0].body == large


@pytest.mark.parametrize("rows", [1, 15, 16, 17, 31, 32, 33, 127, 128, 129, 300])
async def test_a_group_of_any_size_is_written_whole(durable: Durable, rows: int) -> None:
    bodies = [b"%d" % number for number in range(rows)]
    entries = [Entry("seen", number, b"%d" % number) for number in range(rows)]
    await durable.append("interaction/1", 0, bodies, 5, entries)
    await durable.append("interaction/2", 0, bodies, 5)
    for stream in ("interaction/1", "interaction/2"):
        assert [record.body for record in await durable.read(stream)] == bodies
    assert [entered.entry for entered in await durable.entries("seen", 0, rows)] == entries


async def test_cards_that_stay_in_their_drawer_leave_the_index_of_the_drawers_alone(tmp_path: Path) -> None:
    """Streams are random and so are the pages of their index: each that is not written spares the disk."""
    file = tmp_path / "frontdesk.db"
    streams = [f"customer/{uuid4()}" for _ in range(3000)]
    bodies = iter((b"first", b"second", b"third"))

    async def pages(store: Store, changed: Sequence[str], *, is_open: bool) -> int:
        """How many are written when these cards change."""
        with contextlib.closing(sqlite3.connect(file)) as folding:
            folding.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        card = Card("customer", is_open=is_open, sort_ms=5, body=next(bodies))
        await asyncio.gather(*(store.append(stream, 0, (), 5, (card,)) for stream in changed))
        return file.with_name("frontdesk.db-wal").stat().st_size // PAGE_BYTES

    database = await open_database(DatabaseSettings(url=f"sqlite:///{file}"))
    try:
        await pages(database.store, streams, is_open=True)
        stayed = await pages(database.store, streams[::20], is_open=True)
        moved = await pages(database.store, streams[::20], is_open=False)
        assert await database.store.count_cards("customer", is_open=True) == 2850
    finally:
        await database.aclose()
    assert 0 < stayed < 0.75 * moved


async def test_a_row_that_somebody_else_wrote_costs_no_other_write(tmp_path: Path) -> None:
    """A foreign hand has taken the writer's next position: one append loses to it, those beside it do not."""
    file = tmp_path / "frontdesk.db"
    database = await open_database(DatabaseSettings(url=f"sqlite:///{file}"))
    try:
        await database.store.append("interaction/1", 0, [b"x"], 5)
        with sqlite3.connect(file) as foreign:
            foreign.execute("INSERT INTO events VALUES (2, 'interaction/9', 1, 5, 'y')")
        foreign.close()
        appends = [database.store.append(f"interaction/{n}", 0, [b"x"], 5) for n in (2, 9, 3)]
        outcomes = await asyncio.gather(*appends, return_exceptions=True)
        assert [type(outcome) for outcome in outcomes] == [Recorded, Conflict, Recorded]
        positions = [record.position async for batch in _first(database.store.follow(0)) for record in batch]
        assert positions == [1, 2, 3, 4]
    finally:
        await database.aclose()


async def _first(batches: AsyncIterator[Sequence[Recorded]]) -> AsyncIterator[Sequence[Recorded]]:
    async for batch in batches:
        yield batch
        return


async def test_a_lease_that_is_taken_between_two_appends_of_a_commit_keeps_the_second_out(
    tmp_path: Path,
) -> None:
    """On SQLite, where all of them are carried out in the order they were asked for."""
    database = await open_database(DatabaseSettings(url=f"sqlite:///{tmp_path / 'frontdesk.db'}"))
    store = cast("SqliteStore", database.store)
    number = await store.take_lease("routing", "node-a", 1000, 500)
    fence = Fence("routing", number or 0)
    commits = store.commits

    async def append(stream: str) -> Recorded | None:
        return await store.append(stream, 0, [b"1"], 5, (fence,))

    before, newer, after = await asyncio.gather(
        append("interaction/before"),
        store.take_lease("routing", "node-b", 2000, 500),
        append("interaction/after"),
        return_exceptions=True,
    )
    assert (store.commits - commits, newer) == (1, 2)
    assert isinstance(before, Recorded)
    assert isinstance(after, Conflict)
    assert await store.read("interaction/after") == []
    await database.aclose()
