"""What every store promises about entries: what reports count, by its time."""

import asyncio
from collections.abc import Sequence

import pytest

from frontdesk.errors import Conflict
from frontdesk.store.erased import ERASED
from frontdesk.store.log import Arm, Entered, Entry, Store

pytestmark = pytest.mark.anyio

VISITOR = "customer/1"


def offer(at_ms: int, body: bytes = b"{}") -> Entry:
    return Entry("offer", at_ms, body)


async def between(store: Store, from_ms: int = 0, until_ms: int = 1000) -> Sequence[Entered]:
    return await store.entries("offer", from_ms, until_ms)


async def times(store: Store, from_ms: int = 0, until_ms: int = 1000) -> list[int]:
    return [entered.entry.at_ms for entered in await between(store, from_ms, until_ms)]


async def test_an_entry_is_kept_with_the_append_it_came_with(store: Store) -> None:
    await store.append(VISITOR, 0, [b"1", b"2"], 5, (offer(7, b"\x00a"), Arm(9), offer(8, b"b")))
    first, second = await between(store)
    assert (first.stream, first.version, first.entry) == (VISITOR, 2, offer(7, b"\x00a"))
    assert (second.stream, second.version, second.entry) == (VISITOR, 2, offer(8, b"b"))
    await store.append(VISITOR, 2, (), 6, (offer(9),))  # Of no event at all.
    assert (await between(store))[2].version == 2


async def test_who_lost_a_race_has_entered_nothing(store: Store) -> None:
    await store.append(VISITOR, 0, [b"1"], 5, (offer(1),))
    outcomes = await asyncio.gather(
        store.append("customer/2", 0, [b"1"], 5, (offer(2),)),
        store.append(VISITOR, 0, [b"2"], 5, (offer(3),)),
        store.append("customer/3", 0, [b"1"], 5, (offer(4),)),
        return_exceptions=True,
    )
    assert isinstance(outcomes[1], Conflict)
    assert await times(store) == [1, 2, 4]


async def test_an_interval_has_its_beginning_and_not_its_end(store: Store) -> None:
    await store.append(VISITOR, 0, [b"1"], 5, [offer(at_ms) for at_ms in (30, 10, 20)])
    assert await times(store, 10, 30) == [10, 20]
    assert await times(store, 11, 31) == [20, 30]
    assert await times(store, 31, 99) == []
    assert await store.entries("other", 0, 99) == []


async def test_pages_leave_none_out_and_repeat_none_however_many_are_of_one_moment(store: Store) -> None:
    await store.append(VISITOR, 0, [b"1"], 5, [offer(10 + n // 40, b"%d" % n) for n in range(100)])
    await store.append(VISITOR, 1, (), 5, [Entry("other", 10, b"")])
    read: list[Entered] = []
    while page := await store.entries(
        "offer", 10, 12, after=(read[-1].entry.at_ms, read[-1].number) if read else None, limit=7
    ):
        assert len(page) <= 7
        read += page
    assert [entered.entry.body for entered in read] == [b"%d" % n for n in range(80)]


async def test_what_is_older_than_wanted_goes_and_the_rest_stays(store: Store) -> None:
    await store.append(VISITOR, 0, [b"1"], 5, [offer(n) for n in range(2500)])
    await store.append(VISITOR, 1, (), 5, [Entry("other", 1, b"")])
    assert await store.drop_entries_before("offer", 2400) == 2400
    assert await store.drop_entries_before("offer", 2400) == 0
    assert await times(store, 0, 9999) == list(range(2400, 2500))
    assert len(await store.entries("other", 0, 99)) == 1


async def test_entries_outlive_their_stream_and_say_no_longer_whose_they_are(store: Store) -> None:
    for stream in (VISITOR, "customer/2"):
        await store.append(stream, 0, [b"1"], 5, (offer(1), offer(2)))
    before = await between(store)
    await store.purge(VISITOR)
    after = await between(store)
    assert [entered.entry for entered in after] == [entered.entry for entered in before]
    assert [entered.number for entered in after] == [entered.number for entered in before]
    names = {entered.stream for entered in after}
    assert "customer/2" in names
    (erased,) = names - {"customer/2"}
    assert erased.startswith(ERASED)
    await store.append(VISITOR, 0, [b"1"], 5, (offer(3),))  # The same name once more is somebody new.
    await store.purge(VISITOR)
    assert len({entered.stream for entered in await between(store)}) == 3
    await store.drop_entries_before("offer", 99)
    await store.purge("customer/2")
    assert await between(store) == []
