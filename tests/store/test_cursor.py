"""How far somebody has come in the log is known to whoever comes next, on every kind of database."""

import pytest

from frontdesk.desk.orchestration.cursor import Cursor
from frontdesk.errors import Conflict
from frontdesk.store.log import Fence, Store

pytestmark = pytest.mark.anyio


def now_ms() -> int:
    return 1


async def test_it_begins_where_the_log_ends_and_then_stands_where_it_was_left(store: Store) -> None:
    await store.append("interaction/a", 0, (b"{}", b"{}"), 1)
    first = Cursor(store, "news", now_ms)
    await first.begin()
    await first.load()
    assert first.position == 2
    await store.append("interaction/a", 2, (b"{}",), 1)
    later = Cursor(store, "news", now_ms)
    await later.begin()
    await later.load()
    assert later.position == 2, "what came meanwhile is not passed over"
    later.position = 3
    await later.keep()
    await later.keep()
    last = Cursor(store, "news", now_ms)
    await last.load()
    assert last.position == 3
    assert await store.head() == 3, "it is no event"


async def test_who_never_looked_where_it_stands_moves_it_nowhere(store: Store) -> None:
    one, idle = Cursor(store, "news", now_ms), Cursor(store, "news", now_ms)
    await one.begin()
    await one.load()
    one.position = 9
    await one.keep()
    await idle.begin()
    await idle.keep()
    await one.load()
    assert one.position == 9


async def test_only_whose_turn_it_is_moves_it(store: Store) -> None:
    cursor = Cursor(store, "news", now_ms)
    await cursor.begin()
    await cursor.load()
    mine = await store.take_lease("news", "a", 1, 10)
    theirs = await store.take_lease("news", "b", 100, 10)
    assert mine is not None
    assert theirs is not None
    cursor.position = 5
    with pytest.raises(Conflict):
        await cursor.keep(Fence("news", mine))
    await cursor.keep(Fence("news", theirs))
    await cursor.load()
    assert cursor.position == 5


async def test_two_cursors_do_not_know_of_each_other(store: Store) -> None:
    one, other = Cursor(store, "one", now_ms), Cursor(store, "other", now_ms)
    await one.begin()
    await one.load()
    one.position = 7
    await one.keep()
    await other.load()
    assert other.position == 0
