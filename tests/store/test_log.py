"""What every log promises: numbers, order, nothing lost, nothing half done."""

import asyncio

import pytest

from frontdesk.errors import Conflict, Unavailable
from frontdesk.store.log import Arm, Card, Fence, Forget, Recorded, Store

pytestmark = pytest.mark.anyio

CHAT = "interaction/1"


async def versions(store: Store, stream: str = CHAT) -> list[int]:
    return [record.version for record in await store.read(stream)]


async def take(store: Store, count: int, after_position: int = 0) -> list[Recorded]:
    """The next `count` events that a follower hears."""
    heard: list[Recorded] = []
    if count:
        async for batch in store.follow(after_position):
            assert batch
            heard += batch
            if len(heard) >= count:
                break
    return heard


async def test_an_empty_log_has_no_head_and_no_streams(store: Store) -> None:
    assert await store.head() == 0
    assert await store.read(CHAT) == []


async def test_events_are_numbered_from_one_and_come_back_as_they_were(store: Store) -> None:
    last = await store.append(CHAT, 0, [b"hello", b"\x00\xff"], 1000)
    assert last == Recorded(2, CHAT, 2, 1000, b"\x00\xff")
    assert await store.append(CHAT, 2, [b""], 1001) == Recorded(3, CHAT, 3, 1001, b"")
    assert await store.read(CHAT) == [
        Recorded(1, CHAT, 1, 1000, b"hello"),
        Recorded(2, CHAT, 2, 1000, b"\x00\xff"),
        Recorded(3, CHAT, 3, 1001, b""),
    ]


async def test_positions_run_through_all_streams(store: Store) -> None:
    for number, stream in enumerate(("interaction/1", "agent/amy", "interaction/2"), start=1):
        last = await store.append(stream, 0, [b"x"], 5)
        assert last is not None
        assert (last.position, last.version) == (number, 1)
    assert await store.head() == 3


async def test_reading_can_begin_late_and_stop_early(store: Store) -> None:
    await store.append(CHAT, 0, [b"1", b"2", b"3", b"4"], 5)
    assert [r.version for r in await store.read(CHAT, 2)] == [3, 4]
    assert [r.version for r in await store.read(CHAT, 1, limit=2)] == [2, 3]
    assert await store.read(CHAT, 4) == []


@pytest.mark.parametrize("wrong", [0, 2, 7])
async def test_who_expects_another_version_writes_nothing(store: Store, wrong: int) -> None:
    await store.append(CHAT, 0, [b"1"], 5)
    card = Card("interaction", is_open=True, sort_ms=1, body=b"{}")
    with pytest.raises(Conflict):
        await store.append(CHAT, wrong, [b"2"], 6, (card, Arm(99)))
    assert await versions(store) == [1]
    assert await store.card(CHAT) is None
    assert await store.armed(CHAT) is None
    assert await store.head() == 1


async def test_an_append_without_events_writes_only_what_goes_along(store: Store) -> None:
    await store.append(CHAT, 0, [b"1"], 5)
    assert await store.append(CHAT, 1, (), 6, (Arm(50),)) is None
    assert await store.armed(CHAT) == 50
    assert await versions(store) == [1]
    with pytest.raises(Conflict):
        await store.append(CHAT, 0, (), 7, (Arm(60),))
    assert await store.armed(CHAT) == 50


async def test_of_many_who_expect_the_same_version_one_wins_and_the_others_are_told(store: Store) -> None:
    tries = [store.append(CHAT, 0, [b"%d" % number], 5) for number in range(20)]
    others = [store.append(f"interaction/other-{number}", 0, [b"x"], 5) for number in range(20)]
    outcomes = await asyncio.gather(*tries, *others, return_exceptions=True)
    assert sum(isinstance(outcome, Recorded) for outcome in outcomes[:20]) == 1
    assert sum(isinstance(outcome, Conflict) for outcome in outcomes[:20]) == 19
    assert all(isinstance(outcome, Recorded) for outcome in outcomes[20:])
    assert await store.head() == 21


async def test_what_was_asked_first_is_written_first(store: Store) -> None:
    """A chain of appends to one stream, none waiting for the one before."""
    outcomes = await asyncio.gather(*(store.append(CHAT, number, [b"x"], 5) for number in range(50)))
    assert [record.version for record in outcomes if record is not None] == list(range(1, 51))


# --- following -----------------------------------------------------------------------------------


async def test_a_follower_hears_what_was_and_then_what_comes(store: Store) -> None:
    await store.append(CHAT, 0, [b"1", b"2"], 5)
    following = asyncio.create_task(take(store, 4))
    await asyncio.sleep(0)
    await store.append("agent/amy", 0, [b"3"], 6)
    await store.append(CHAT, 2, [b"4"], 7)
    heard = await following
    assert [record.body for record in heard] == [b"1", b"2", b"3", b"4"]
    assert [record.position for record in heard] == [1, 2, 3, 4]
    assert heard[3] == Recorded(4, CHAT, 3, 7, b"4")


async def test_a_follower_can_begin_anywhere(store: Store) -> None:
    await store.append(CHAT, 0, [b"1", b"2", b"3"], 5)
    assert [record.position for record in await take(store, 1, after_position=2)] == [3]


async def test_followers_that_begin_at_any_time_hear_the_same_without_a_gap(store: Store) -> None:
    """Some begin before, some between; the last ones read from the table what memory no longer has."""
    events = 6000
    early = asyncio.create_task(take(store, events))

    async def write(stream: str, count: int) -> None:
        for first in range(0, count, 100):
            await store.append(stream, first, [b"x"] * 100, 5)

    between = []
    for turn in range(3):
        await asyncio.gather(*(write(f"interaction/{turn}-{number}", 500) for number in range(4)))
        between.append(asyncio.create_task(take(store, events)))
    expected = list(range(1, events + 1))
    for follower in (early, *between):
        assert [record.position for record in await follower] == expected


async def test_a_follower_that_stops_listening_harms_nobody(store: Store) -> None:
    follower = asyncio.create_task(take(store, 1))
    await asyncio.sleep(0)
    follower.cancel()
    await asyncio.gather(follower, return_exceptions=True)
    await store.append(CHAT, 0, [b"1"], 5)
    assert len(await take(store, 1)) == 1


async def test_a_caller_who_gives_up_does_not_harm_the_others_of_the_group(store: Store) -> None:
    appends = [asyncio.ensure_future(store.append(f"interaction/{n}", 0, [b"x"], 5)) for n in range(10)]
    await asyncio.sleep(0)
    appends[3].cancel()
    outcomes = await asyncio.gather(*appends, return_exceptions=True)
    assert sum(isinstance(outcome, Recorded) for outcome in outcomes) >= 9


# --- forgetting ----------------------------------------------------------------------------------


async def test_forgotten_events_are_gone_and_their_numbers_stay_used(store: Store) -> None:
    await store.append(CHAT, 0, [b"1", b"2", b"3", b"4"], 5)
    await store.append(CHAT, 4, (), 6, (Forget((2, 4)),))
    assert await versions(store) == [1, 3]
    assert await store.head() == 4
    last = await store.append(CHAT, 4, [b"5"], 7)
    assert last is not None
    assert (last.position, last.version) == (5, 5)
    assert await versions(store) == [1, 3, 5]


async def test_forgetting_everything_leaves_the_numbers_used(store: Store) -> None:
    await store.append(CHAT, 0, [b"1", b"2"], 5)
    await store.append(CHAT, 2, (), 6, (Forget((1, 2)),))
    assert await store.read(CHAT) == []
    with pytest.raises(Conflict):
        await store.append(CHAT, 0, [b"x"], 7)
    last = await store.append("agent/amy", 0, [b"x"], 7)
    assert last is not None
    assert last.position == 3


async def test_an_event_can_be_forgotten_by_the_append_that_makes_it_old(store: Store) -> None:
    await store.append(CHAT, 0, [b"1"], 5)
    await store.append(CHAT, 1, [b"2"], 6, (Forget((1,)),))
    assert await versions(store) == [2]


async def test_forgetting_in_one_stream_touches_no_other(store: Store) -> None:
    await store.append(CHAT, 0, [b"1", b"2"], 5)
    await store.append("interaction/2", 0, [b"1", b"2"], 5)
    await store.append(CHAT, 2, (), 6, (Forget((1, 2, 99)),))
    assert await versions(store, "interaction/2") == [1, 2]


async def test_followers_pass_over_what_was_forgotten(store: Store) -> None:
    await store.append(CHAT, 0, [b"1", b"2", b"3"], 5)
    await store.append(CHAT, 3, (), 6, (Forget((1, 2, 3)),))
    following = asyncio.create_task(take(store, 1, after_position=0))
    await asyncio.sleep(0)
    await store.append("interaction/2", 0, [b"4"], 5)
    assert (await following)[-1].position <= 4
    assert [record.position for record in await take(store, 1, after_position=3)] == [4]


async def test_a_purged_stream_is_gone_with_all_beside_it_and_begins_anew(store: Store) -> None:
    card = Card("interaction", is_open=True, sort_ms=1, body=b"{}")
    await store.append("interaction/2", 0, [b"kept"], 5, (card,))
    await store.append(CHAT, 0, [b"1", b"2"], 5, (card, Arm(9)))
    await store.note_seen([(CHAT, 5)])
    await store.purge(CHAT)
    assert await store.read(CHAT) == []
    assert await store.card(CHAT) is None
    assert await store.armed(CHAT) is None
    assert await store.seen(CHAT) is None
    assert await store.count_cards("interaction", is_open=True) == 1
    assert await store.head() == 3
    assert await versions(store, "interaction/2") == [1]
    last = await store.append(CHAT, 0, [b"anew"], 6)
    assert last is not None
    assert (last.position, last.version) == (4, 1)


async def test_purging_what_is_not_there_does_nothing(store: Store) -> None:
    await store.purge(CHAT)
    assert await store.head() == 0


# --- fences --------------------------------------------------------------------------------------


async def test_a_fence_lets_only_the_newest_holder_write(store: Store) -> None:
    number = await store.take_lease("routing", "node-a", 1000, 500)
    assert number is not None
    await store.append(CHAT, 0, [b"1"], 5, (Fence("routing", number),))
    newer = await store.take_lease("routing", "node-b", 2000, 500)
    assert newer is not None
    card = Card("interaction", is_open=True, sort_ms=1, body=b"{}")
    with pytest.raises(Conflict):
        await store.append(CHAT, 1, [b"2"], 6, (card, Fence("routing", number)))
    assert await store.card(CHAT) is None
    await store.append(CHAT, 1, [b"2"], 6, (Fence("routing", newer),))
    assert await versions(store) == [1, 2]


async def test_a_fence_of_a_lease_nobody_took_lets_nothing_through(store: Store) -> None:
    with pytest.raises(Conflict):
        await store.append(CHAT, 0, [b"1"], 5, (Fence("routing", 1),))
    assert await store.head() == 0


async def test_a_fenced_loser_does_not_harm_the_others_of_the_group(store: Store) -> None:
    outcomes = await asyncio.gather(
        store.append("interaction/1", 0, [b"x"], 5),
        store.append("interaction/2", 0, [b"x"], 5, (Fence("routing", 1),)),
        store.append("interaction/3", 0, [b"x"], 5),
        return_exceptions=True,
    )
    assert [type(outcome) for outcome in outcomes] == [Recorded, Conflict, Recorded]
    assert await store.head() == 2


# --- the end -------------------------------------------------------------------------------------


async def test_a_closed_store_says_so(store: Store) -> None:
    await store.ping()
    follower = asyncio.create_task(take(store, 1))
    await asyncio.sleep(0)
    pending = asyncio.ensure_future(store.append(CHAT, 0, [b"1"], 5))
    await asyncio.sleep(0)
    await store.aclose()
    assert isinstance(await pending, Recorded)  # Promised before the end, so it is kept.
    outcome = (await asyncio.gather(follower, return_exceptions=True))[0]
    assert isinstance(outcome, Unavailable | list)
