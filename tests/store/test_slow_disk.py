"""Where syncs take long, more is written meanwhile, and nobody hears of what is not on disk yet."""

import asyncio
import os
import threading
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from frontdesk.errors import Unavailable
from frontdesk.settings import DatabaseSettings
from frontdesk.store.log import Recorded, Store
from frontdesk.store.open import open_database
from frontdesk.store.sqlite import syncs
from tests.patience import PATIENCE_S

pytestmark = pytest.mark.anyio

DELAY_MS = 5  # So that the disk is slow from the first transaction on.


class Disk:
    """The disk as the thread that syncs sees it: it can be held up, and it can fail."""

    def __init__(self) -> None:
        self.is_let_go = threading.Event()
        self.is_let_go.set()
        self.is_asked = threading.Event()
        self.fails = False

    def sync(self, file: int) -> None:
        self.is_asked.set()
        assert self.is_let_go.wait(PATIENCE_S)
        if self.fails:
            raise OSError(5, "Input/output error")
        os.fsync(file)

    async def hold(self, store: Store) -> asyncio.Future[Recorded | None]:
        """A write that is in the file, and that the disk does not take until it is let go."""
        self.is_asked.clear()
        self.is_let_go.clear()
        held = asyncio.ensure_future(store.append("interaction/held", 0, [b"held"], 5))
        await asyncio.to_thread(self.is_asked.wait, PATIENCE_S)
        return held


@pytest.fixture
def disk(monkeypatch: pytest.MonkeyPatch) -> Disk:
    disk = Disk()
    monkeypatch.setattr(syncs, "_sync", disk.sync)
    return disk


@pytest.fixture
async def store(tmp_path: Path, disk: Disk) -> AsyncIterator[Store]:
    url = f"sqlite:///{tmp_path / 'f.db'}?sync_delay_ms={DELAY_MS}"
    database = await open_database(DatabaseSettings(url=url))
    await database.store.append("interaction/first", 0, [b"x"], 5)
    yield database.store
    disk.is_let_go.set()
    await database.aclose()


async def test_nobody_is_told_before_the_disk_has_it(store: Store, disk: Disk) -> None:
    held = await disk.hold(store)
    heard = asyncio.ensure_future(anext(store.follow(1)))
    read = asyncio.ensure_future(store.read("interaction/held"))
    done, _ = await asyncio.wait((held, heard, read), timeout=0.1)
    assert not done
    disk.is_let_go.set()
    async with asyncio.timeout(PATIENCE_S):
        record = await held
        assert list(await read) == [record]
        assert list(await heard) == [record]


async def test_what_comes_meanwhile_is_written_and_shares_the_next_sync(store: Store, disk: Disk) -> None:
    held = await disk.hold(store)
    later = [asyncio.ensure_future(store.append(f"interaction/{n}", 0, [b"x"], 5)) for n in range(3)]
    await asyncio.sleep(0)
    again = asyncio.ensure_future(store.append("interaction/held", 1, [b"again"], 5))
    disk.is_let_go.set()
    async with asyncio.timeout(PATIENCE_S):
        records = [await each for each in (held, *later, again)]
    assert [record.position for record in records if record is not None] == [2, 3, 4, 5, 6]


async def test_what_the_disk_did_not_take_is_not_acknowledged(store: Store, disk: Disk) -> None:
    """It may be there later or not; what follows is on firm ground, with numbers of its own."""
    held = await disk.hold(store)
    disk.fails = True
    disk.is_let_go.set()
    with pytest.raises(Unavailable):
        async with asyncio.timeout(PATIENCE_S):
            await held
    with pytest.raises(Unavailable):
        await store.read("interaction/held")
    disk.fails = False
    record = await store.append("interaction/next", 0, [b"x"], 5)
    assert record is not None
    assert record.position == 3
    positions = [each.position for each in await anext(store.follow(0))]
    assert positions == [1, 2, 3]


async def test_all_of_many_are_there_once_and_in_order(store: Store) -> None:
    async def chat(number: int) -> None:
        for version in range(10):
            await store.append(f"interaction/{number}", version, [b"%d" % version], 5)

    async with asyncio.timeout(PATIENCE_S):
        await asyncio.gather(*(chat(number) for number in range(50)))
    for number in range(50):
        bodies = [record.body for record in await store.read(f"interaction/{number}")]
        assert bodies == [b"%d" % version for version in range(10)]
    assert await store.head() == 501


async def test_a_store_that_is_closed_can_still_be_read(store: Store, disk: Disk) -> None:
    await store.aclose()
    async with asyncio.timeout(PATIENCE_S):
        assert len(await store.read("interaction/first")) == 1


async def test_a_store_that_is_closed_has_written_what_it_was_given(tmp_path: Path, disk: Disk) -> None:
    url = f"sqlite:///{tmp_path / 'g.db'}"
    database = await open_database(DatabaseSettings(url=f"{url}?sync_delay_ms={DELAY_MS}"))
    await database.store.append("interaction/first", 0, [b"x"], 5)
    held = await disk.hold(database.store)
    closing = asyncio.ensure_future(database.store.aclose())
    disk.is_let_go.set()
    async with asyncio.timeout(PATIENCE_S):
        await closing
        assert await held is not None
    await database.aclose()
    database = await open_database(DatabaseSettings(url=url))
    assert len(await database.store.read("interaction/held")) == 1
    await database.aclose()
