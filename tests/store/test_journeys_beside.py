"""Journeys have a database beside that of chats, and neither ever waits for the other."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from pathlib import Path

import asyncpg
import pytest

from frontdesk.errors import DeskError, Unavailable
from frontdesk.settings import DatabaseSettings
from frontdesk.store.address import PostgresAddress, SqliteAddress, journeys_beside, parse
from frontdesk.store.log import Arm, Card, Entry, Recorded, Store
from frontdesk.store.migrate import migrate, pending
from frontdesk.store.open import Database, open_database, open_journeys
from tests.patience import PATIENCE_S

pytestmark = pytest.mark.anyio


@pytest.fixture
async def both(database_url: str) -> AsyncIterator[tuple[Store, Store]]:
    """The store of chats, and that of journeys beside it."""
    settings = DatabaseSettings(url=database_url)
    databases = await open_database(settings), await open_journeys(settings)
    yield databases[0].store, databases[1].store
    for database in databases:
        await database.aclose()


async def hear(store: Store, count: int) -> list[Recorded]:
    heard: list[Recorded] = []
    async for batch in store.follow(0):
        heard += batch
        if len(heard) >= count:
            break
    return heard


def test_they_lie_side_by_side() -> None:
    assert journeys_beside("memory:") == "memory:"
    beside = parse(journeys_beside("sqlite:////data/frontdesk.db?sync_delay_ms=2"))
    assert beside == SqliteAddress(Path("/data/frontdesk-journeys.db"), 2)
    url = "postgresql://frontdesk@db.example/frontdesk"
    beside = parse(journeys_beside(f"{url}?sslmode=require"))
    assert beside == PostgresAddress(f"{url}?sslmode=require&search_path=journeys", is_journeys=True)
    chats = parse(url)
    assert isinstance(chats, PostgresAddress)
    assert isinstance(beside, PostgresAddress)
    assert chats.lock != beside.lock
    assert chats.channel != beside.channel


async def test_each_has_numbers_and_all_else_of_its_own(both: tuple[Store, Store]) -> None:
    chats, journeys = both
    card = Card("customer", is_open=True, sort_ms=1, body=b"{}")
    await journeys.append("customer/1", 0, [b"1", b"2", b"3"], 5, (card, Arm(9), Entry("visit", 5, b"")))
    await chats.append("interaction/1", 0, [b"hello"], 5)
    assert (await chats.head(), await journeys.head()) == (1, 3)
    assert await chats.read("customer/1") == []
    assert await chats.next_due(0) is None
    assert await chats.count_cards("customer", is_open=True) == 0
    assert await chats.entries("visit", 0, 99) == []
    assert await journeys.next_due(0) == 9
    assert len(await journeys.entries("visit", 0, 99)) == 1
    assert await chats.take_lease("sweep", "a", 1, 99) == await journeys.take_lease("sweep", "b", 1, 99) == 1


async def test_who_follows_one_hears_nothing_of_the_other(both: tuple[Store, Store]) -> None:
    chats, journeys = both
    following = [asyncio.create_task(hear(store, 30)) for store in both]
    await asyncio.gather(
        *(journeys.append(f"customer/{n}", 0, [b"x"], 5) for n in range(30)),
        *(chats.append(f"interaction/{n}", 0, [b"x"], 5) for n in range(30)),
    )
    for follower, root in zip(following, ("interaction/", "customer/"), strict=True):
        async with asyncio.timeout(PATIENCE_S):
            heard = await follower
        assert [record.position for record in heard] == list(range(1, 31))
        assert all(record.stream.startswith(root) for record in heard)


async def test_both_survive_a_restart_and_migrate_by_themselves(durable_url: str) -> None:
    assert await migrate(journeys_beside(durable_url))
    assert await pending(durable_url), "the one is not the other"
    for version in range(2):
        opened: Sequence[Database] = [await open_database(DatabaseSettings(url=durable_url))]
        opened = [*opened, await open_journeys(DatabaseSettings(url=durable_url))]
        for database in opened:
            await database.store.append("stream/1", version, [b"x"], 5)
            assert await database.store.head() == version + 1
            await database.aclose()


async def test_without_migrating_on_start_it_is_told_which_one_is_meant(durable_url: str) -> None:
    await migrate(durable_url)
    settings = DatabaseSettings(url=durable_url, migrate_on_start=False)
    with pytest.raises(DeskError, match=r"journeys.* needs .* run frontdesk migrate"):
        await open_journeys(settings)


async def test_one_server_has_the_file_of_journeys(tmp_path: Path) -> None:
    settings = DatabaseSettings(url=f"sqlite:///{tmp_path}/frontdesk.db")
    first = await open_journeys(settings)
    with pytest.raises(Unavailable, match=r"frontdesk-journeys\.db"):
        await open_journeys(settings)
    chats = await open_database(settings)
    await chats.aclose()
    await first.aclose()


async def test_chats_do_not_wait_for_who_writes_journeys(postgres_database: str) -> None:
    """Whoever holds the one lock for however long, the other log takes what it is given."""
    settings = DatabaseSettings(url=postgres_database)
    chats, journeys = await open_database(settings), await open_journeys(settings)
    held = await asyncpg.connect(postgres_database)
    locks = [parse(postgres_database), parse(journeys_beside(postgres_database))]
    for address, free in zip(locks, (journeys, chats), strict=True):
        assert isinstance(address, PostgresAddress)
        await held.execute("SELECT pg_advisory_lock($1)", address.lock)
        async with asyncio.timeout(PATIENCE_S):
            await free.store.append("stream/1", 0, [b"x"], 5)
        busy = chats if free is journeys else journeys
        waiting = asyncio.ensure_future(busy.store.append("stream/2", 0, [b"x"], 5))
        asked = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
        async with asyncio.timeout(PATIENCE_S):
            while not await held.fetchval(asked):
                await asyncio.sleep(0.01)
        assert not waiting.done(), "it is the lock that the log takes"
        await held.execute("SELECT pg_advisory_unlock_all()")
        assert await waiting is not None
    await held.close()
    for database in (chats, journeys):
        await database.aclose()


async def test_a_user_who_may_make_no_schema_is_told_what_to_say(postgres_database: str) -> None:
    owner = await asyncpg.connect(postgres_database)
    await owner.execute("DROP ROLE IF EXISTS narrow")
    await owner.execute("CREATE ROLE narrow")
    narrow = f"{journeys_beside(postgres_database)}&role=narrow"
    with pytest.raises(DeskError, match="CREATE SCHEMA journeys AUTHORIZATION"):
        await migrate(narrow)
    await owner.execute("CREATE SCHEMA journeys AUTHORIZATION narrow")
    assert await migrate(narrow)
    await owner.execute("DROP OWNED BY narrow")
    await owner.execute("DROP ROLE narrow")
    await owner.close()
