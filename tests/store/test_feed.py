"""How followers are fed: from memory where that is possible, from the table where it must be."""

import asyncio
from collections.abc import Sequence

import pytest

from frontdesk.store.feed import Feed
from frontdesk.store.log import Recorded
from frontdesk.store.tail import KEPT_MAX

pytestmark = pytest.mark.anyio


class Table:
    """A table of events, some of them forgotten, that counts how often it is asked."""

    def __init__(self) -> None:
        self.records: list[Recorded] = []
        self.asked = 0

    def add(self, *positions: int) -> list[Recorded]:
        added = [Recorded(position, "interaction/1", position, 5, b"x") for position in positions]
        self.records += added
        return added

    async def read(self, position: int, limit: int) -> Sequence[Recorded]:
        self.asked += 1
        await asyncio.sleep(0)
        return [record for record in self.records if record.position > position][:limit]


class Follower:
    """Collects the positions that a feed hands out."""

    def __init__(self, feed: Feed) -> None:
        self.heard: list[int] = []
        self._task = asyncio.create_task(self._run(feed))

    async def _run(self, feed: Feed) -> None:
        async for batch in feed.follow(0, poll_s=None):
            self.heard += [record.position for record in batch]

    async def settle(self) -> list[int]:
        """Everything it hears as long as nothing new comes."""
        for _ in range(100):
            await asyncio.sleep(0)
        return self.heard

    async def stop(self) -> None:
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)


async def test_what_this_process_writes_is_not_read_again() -> None:
    table = Table()
    feed = Feed(table.read)
    follower = Follower(feed)
    await follower.settle()
    for position in range(1, 50):
        feed.committed(table.add(position))
        await follower.settle()
    assert follower.heard == list(range(1, 50))
    assert table.asked == 1  # At the beginning.
    await follower.stop()


async def test_what_others_wrote_in_between_is_read_from_the_table() -> None:
    table = Table()
    feed = Feed(table.read)
    follower = Follower(feed)
    feed.committed(table.add(1, 2))
    await follower.settle()
    table.add(3, 4)
    feed.committed(table.add(5))
    assert await follower.settle() == [1, 2, 3, 4, 5]
    table.add(6)
    feed.heard_of(6)
    assert await follower.settle() == [1, 2, 3, 4, 5, 6]
    await follower.stop()


async def test_a_follower_that_is_far_behind_catches_up_from_the_table() -> None:
    table = Table()
    feed = Feed(table.read)
    last = 5 * KEPT_MAX
    for position in range(1, last, 64):
        feed.committed(table.add(*range(position, position + 64)))
    follower = Follower(feed)
    assert await follower.settle() == list(range(1, last + 1))
    assert 1 < table.asked < 20
    await follower.stop()


async def test_where_all_was_forgotten_a_follower_rests() -> None:
    table = Table()
    feed = Feed(table.read)
    feed.heard_of(3)  # Committed elsewhere, and forgotten since.
    follower = Follower(feed)
    assert await follower.settle() == []
    assert table.asked <= 2
    table.add(4)
    feed.heard_of(4)
    assert await follower.settle() == [4]
    await follower.stop()
