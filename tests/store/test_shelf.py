"""What every store promises about what lies beside the log."""

import asyncio

import pytest

from frontdesk.errors import Conflict
from frontdesk.store.log import Arm, Card, Position, Snapshot, Store

pytestmark = pytest.mark.anyio


async def arm(store: Store, stream: str, due_ms: int | None) -> None:
    await store.append(stream, 0, (), 0, (Arm(due_ms),))


async def file(store: Store, stream: str, *, is_open: bool = True, kind: str = "interaction") -> None:
    await store.append(stream, 0, (), 0, (Card(kind, is_open, 7, stream.encode()),))


# --- timers --------------------------------------------------------------------------------------


async def test_a_timer_is_due_at_its_time_and_not_a_millisecond_sooner(store: Store) -> None:
    await arm(store, "interaction/1", 1000)
    assert await store.next_due(0) == 1000
    assert await store.claim_due(999, 100, 10) == []
    assert await store.claim_due(1000, 100, 10) == ["interaction/1"]


async def test_what_is_claimed_is_given_to_nobody_until_the_claim_runs_out(store: Store) -> None:
    await arm(store, "interaction/1", 1000)
    assert await store.claim_due(1000, 100, 10) == ["interaction/1"]
    assert await store.claim_due(1099, 100, 10) == []
    assert await store.next_due(1001) == 1100
    assert await store.armed("interaction/1") == 1000
    assert await store.claim_due(1100, 100, 10) == ["interaction/1"]


async def test_arming_anew_ends_a_claim(store: Store) -> None:
    await arm(store, "interaction/1", 1000)
    await store.claim_due(1000, 10_000, 10)
    await arm(store, "interaction/1", 1500)
    assert await store.next_due(1000) == 1500
    assert await store.claim_due(1500, 100, 10) == ["interaction/1"]


async def test_a_disarmed_timer_is_not_due(store: Store) -> None:
    await arm(store, "interaction/1", 1000)
    await arm(store, "interaction/1", None)
    assert await store.armed("interaction/1") is None
    assert await store.next_due(0) is None
    assert await store.claim_due(5000, 100, 10) == []


async def test_a_later_time_replaces_an_earlier_one(store: Store) -> None:
    await arm(store, "interaction/1", 1000)
    await arm(store, "interaction/1", 3000)
    assert await store.claim_due(2000, 100, 10) == []
    assert await store.armed("interaction/1") == 3000


async def test_the_oldest_timers_come_first_and_no_more_than_asked_for(store: Store) -> None:
    for number in (5, 3, 1, 4, 2):
        await arm(store, f"interaction/{number}", number * 100)
    assert await store.claim_due(1000, 50, 2) == ["interaction/1", "interaction/2"]
    assert await store.claim_due(1000, 50, 10) == ["interaction/3", "interaction/4", "interaction/5"]


# --- cards ---------------------------------------------------------------------------------------


async def test_a_card_is_replaced_as_a_whole(store: Store) -> None:
    await file(store, "interaction/1")
    card = Card("interaction", is_open=False, sort_ms=8, body=b"new")
    await store.append("interaction/1", 0, (), 0, (card,))
    assert await store.card("interaction/1") == card
    assert await store.card("interaction/2") is None


async def test_cards_are_listed_by_kind_and_state_in_the_order_of_their_streams(store: Store) -> None:
    for number in range(9, 0, -1):
        await file(store, f"interaction/{number}", is_open=number % 2 == 1)
    await file(store, "agent/amy", kind="agent")

    async def listed(is_open: bool | None = None, after: str = "", limit: int = 1000) -> str:
        filed = await store.cards("interaction", is_open=is_open, after=after, limit=limit)
        assert all(one.card.body == one.stream.encode() for one in filed)
        return "".join(one.stream[-1] for one in filed)

    assert await listed() == "123456789"
    assert await listed(is_open=True) == "13579"
    assert await listed(is_open=False) == "2468"
    assert await listed(after="interaction/4", limit=3) == "567"
    assert await listed(is_open=True, after="interaction/4", limit=2) == "57"
    assert [one.stream for one in await store.cards("agent")] == ["agent/amy"]


async def test_cards_are_counted_through_every_change(store: Store) -> None:
    async def counts() -> tuple[int, int]:
        return (
            await store.count_cards("interaction", is_open=True),
            await store.count_cards("interaction", is_open=False),
        )

    assert await counts() == (0, 0)
    for number in range(5):
        await file(store, f"interaction/{number}")
    assert await counts() == (5, 0)
    await file(store, "interaction/1", is_open=False)
    await file(store, "interaction/2", is_open=True)  # Changed, but as open as before.
    assert await counts() == (4, 1)
    await store.purge("interaction/1")
    assert await counts() == (4, 0)
    await store.append("interaction/3", 0, (), 0, (Card("agent", is_open=True, sort_ms=0, body=b""),))
    assert await counts() == (3, 0)
    assert await store.count_cards("agent", is_open=True) == 1


async def test_many_open_cards_are_read_page_by_page_and_counted(store: Store) -> None:
    """What a restart reads; how fast, `make bench` says. Many appends share a transaction."""
    await asyncio.gather(*(file(store, f"interaction/{n:06}") for n in range(5000)))
    read: list[str] = []
    while filed := await store.cards("interaction", is_open=True, after=read[-1] if read else "", limit=1000):
        assert len(filed) <= 1000
        read += [each.stream for each in filed]
    assert read == [f"interaction/{n:06}" for n in range(5000)]
    assert await store.count_cards("interaction", is_open=True) == 5000


# --- snapshots, leases, presence -----------------------------------------------------------------


async def test_a_snapshot_is_replaced_by_the_next(store: Store) -> None:
    assert await store.snapshot("interaction/1") is None
    await store.keep_snapshot("interaction/1", Snapshot(200, "interaction/1", b"\x00a"))
    await store.keep_snapshot("interaction/1", Snapshot(400, "interaction/2", b"b"))
    assert await store.snapshot("interaction/1") == Snapshot(400, "interaction/2", b"b")


async def test_a_snapshot_comes_with_the_events_it_is_of_or_not_at_all(store: Store) -> None:
    first, second = Snapshot(1, "interaction/1", b"a"), Snapshot(2, "interaction/1", b"b")
    await store.append("interaction/1", 0, [b"1"], 5, (first,))
    with pytest.raises(Conflict):
        await store.append("interaction/1", 0, [b"2"], 5, (second,))
    assert await store.snapshot("interaction/1") == first
    await store.append("interaction/1", 1, [b"2"], 5, (second,))
    assert await store.snapshot("interaction/1") == second
    await store.purge("interaction/1")
    with pytest.raises(Conflict):
        await store.append("interaction/1", 2, [b"3"], 5, (second,))
    assert await store.snapshot("interaction/1") is None, "what was purged does not come back"


async def test_a_lease_has_one_holder_and_a_new_number_for_each_new_one(store: Store) -> None:
    first = await store.take_lease("routing", "node-a", 1000, 500)
    assert first is not None
    assert await store.take_lease("routing", "node-b", 1499, 500) is None
    assert await store.take_lease("routing", "node-a", 1400, 500) == first
    assert await store.take_lease("routing", "node-b", 1600, 500) is None
    second = await store.take_lease("routing", "node-b", 1900, 500)
    assert second is not None
    assert second > first
    assert await store.take_lease("other", "node-a", 1900, 500) is not None


async def test_a_lease_given_up_is_free_at_once(store: Store) -> None:
    first = await store.take_lease("routing", "node-a", 1000, 60_000)
    await store.drop_lease("routing", "node-b")  # Not the holder.
    assert await store.take_lease("routing", "node-b", 1001, 500) is None
    await store.drop_lease("routing", "node-a")
    second = await store.take_lease("routing", "node-b", 1001, 500)
    assert first is not None
    assert second is not None
    assert second > first


async def test_presence_only_ever_grows(store: Store) -> None:
    assert await store.seen("interaction/1") is None
    await store.note_seen([("interaction/1", 500), ("interaction/2", 600)])
    await store.note_seen([("interaction/1", 400)])
    assert await store.seen("interaction/1") == 500
    await store.note_seen([("interaction/1", 700)])
    assert await store.seen("interaction/1") == 700
    assert await store.seen("interaction/2") == 600
    await store.note_seen([])
    assert await store.seen_under("interaction/") == {"interaction/1": 700, "interaction/2": 600}
    assert await store.seen_under("interaction/2") == {"interaction/2": 600}
    assert await store.seen_under("node/") == {}


async def test_a_position_only_ever_grows(store: Store) -> None:
    assert await store.position("interaction/1", "a") is None
    await store.note_positions([Position("interaction/1", "a", 5, 2), Position("interaction/1", "b", 1, 1)])
    await store.note_positions([Position("interaction/1", "a", 4, 3)])
    assert await store.position("interaction/1", "a") == Position("interaction/1", "a", 5, 3)
    assert await store.position("interaction/1", "b") == Position("interaction/1", "b", 1, 1)
    assert await store.position("interaction/2", "a") is None
    await store.note_positions([])


async def test_positions_go_when_nobody_reads_any_more_and_with_their_stream(store: Store) -> None:
    for stream in ("interaction/1", "interaction/2", "interaction/3"):
        await store.note_positions([Position(stream, "a", 1, 1), Position(stream, "b", 1, 1)])
    await store.drop_positions("interaction/1")
    await store.purge("interaction/2")
    for reader in ("a", "b"):
        assert await store.position("interaction/1", reader) is None
        assert await store.position("interaction/2", reader) is None
        assert await store.position("interaction/3", reader) is not None
