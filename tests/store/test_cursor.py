"""How far somebody has come in the log is known to whoever comes next, on every kind of database."""

import pytest

from frontdesk.desk.orchestration.cursor import Cursor
from frontdesk.store.log import Store

pytestmark = pytest.mark.anyio


def now_ms() -> int:
    return 1


async def test_it_begins_where_the_log_ends_and_then_stands_where_it_was_left(store: Store) -> None:
    await store.append("interaction/a", 0, (b"{}", b"{}"), 1)
    first = Cursor(store, "news", now_ms)
    await first.begin()
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


async def test_two_cursors_do_not_know_of_each_other(store: Store) -> None:
    one, other = Cursor(store, "one", now_ms), Cursor(store, "other", now_ms)
    await one.begin()
    one.position = 7
    await one.keep()
    await other.load()
    assert other.position == 0
