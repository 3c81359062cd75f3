"""Nodes say that they are there, and are counted only while they are."""

import pytest

from frontdesk.desk.nodes import FORGOTTEN_MS, FRESH_MS, Heartbeat, nodes_at_work
from frontdesk.store.memory import MemoryStore
from tests.desk.nodes import Clock

pytestmark = pytest.mark.anyio


class Place:
    """A database with nodes at work, and one who looks."""

    def __init__(self) -> None:
        self.store = MemoryStore()
        self.clock = Clock()
        self.alive: list[Heartbeat] = []

    async def comes(self, name: str) -> Heartbeat:
        node = Heartbeat(self.store, name, f"id of {name} {len(self.alive)}", self.clock)
        await node.begin()
        self.alive.append(node)
        return node

    async def time_passes(self) -> None:
        self.clock.after_s(7)
        for node in self.alive:
            await node.beat()

    async def looks(self, *, is_sure_of_one: bool = True) -> list[str]:
        found = await nodes_at_work(self.store, self.clock(), self.time_passes, is_sure_of_one=is_sure_of_one)
        return list(found)


async def test_nodes_are_seen_while_they_are_there() -> None:
    place = Place()
    assert await place.looks() == []
    await place.comes("b:1")
    assert await place.looks() == ["b:1"]
    second = await place.comes("a:1")
    assert await place.looks() == ["a:1", "b:1"]
    place.alive.remove(second)
    await second.end()
    assert await place.looks() == ["b:1"]


async def test_one_that_was_killed_and_came_back_is_one() -> None:
    place = Place()
    place.alive.remove(await place.comes("a:1"))
    await place.comes("a:2")
    assert await place.looks() == ["a:2"]


async def test_one_that_was_killed_lately_is_found_out_by_who_has_to_be_sure() -> None:
    place = Place()
    place.alive.remove(await place.comes("a:1"))
    assert await place.looks() == ["a:1"]
    assert await place.looks(is_sure_of_one=False) == []
    place.clock.now_ms += FRESH_MS
    assert await place.looks() == []


async def test_those_who_were_killed_long_ago_are_cleared_away() -> None:
    place = Place()
    place.alive.remove(await place.comes("a:1"))
    place.clock.now_ms += FORGOTTEN_MS + 1
    await place.comes("a:2")
    (stream,) = await place.store.seen_under("node/")
    assert stream.startswith("node/a:2/")
