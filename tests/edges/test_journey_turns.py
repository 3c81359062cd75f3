"""Page views take turns, so that everybody else is heard in between."""

import asyncio

import pytest

from frontdesk.edges.journey_turns import Turns

pytestmark = pytest.mark.anyio


async def test_few_go_on_in_one_turn_of_the_loop_and_all_in_their_order() -> None:
    turns, went = Turns(2), list[tuple[int, int]]()
    turn_of_the_loop = 0

    async def view(number: int) -> None:
        await turns.turn()
        went.append((turn_of_the_loop, number))

    views = [asyncio.ensure_future(view(number)) for number in range(7)]
    while not all(one.done() for one in views):
        turn_of_the_loop += 1
        await asyncio.sleep(0)
    assert [number for _, number in went] == list(range(7))
    by_turn = [turn for turn, _ in went]
    assert max(map(by_turn.count, by_turn)) == 2


async def test_whoever_is_alone_does_not_wait() -> None:
    turns = Turns(1)
    for _ in range(3):
        went = turns.turn()
        with pytest.raises(StopIteration):
            went.send(None)
        await asyncio.sleep(0)
        await asyncio.sleep(0)


async def test_whoever_leaves_takes_nobodys_turn() -> None:
    turns = Turns(1)
    await turns.turn()
    goes, left, stays = (asyncio.ensure_future(turns.turn()) for _ in range(3))
    await goes
    left.cancel()
    await stays
    assert left.cancelled()
