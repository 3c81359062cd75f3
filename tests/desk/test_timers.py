"""Durable timers fire what is due: on time, once, and again when somebody dies over it."""

import asyncio
from collections import Counter
from contextlib import suppress

import pytest

from frontdesk.desk.services import Service
from frontdesk.desk.timers import CLAIM_MS, Timers
from frontdesk.domain import commands, events
from frontdesk.domain.rules import Rules
from frontdesk.errors import NotFound, Unavailable
from frontdesk.store.log import Arm
from frontdesk.store.memory import MemoryStore
from tests.desk.nodes import Clock, Node, two

pytestmark = pytest.mark.anyio

HASTY = Service(name="s", rules=Rules(idle_alert_s=60, idle_close_s=30, client_silence_s=0, retention_s=0))


async def until_quiet(*timers: Timers) -> None:
    """Run the timers of some nodes for a short while of real time: long enough to find what is due."""
    tasks = [asyncio.ensure_future(each.run()) for each in timers]
    await asyncio.sleep(0.05)
    for task in tasks:
        task.cancel()
    for task in tasks:
        with suppress(asyncio.CancelledError):
            await task


async def test_an_idle_chat_is_warned_once_and_closed_once_whoever_looks() -> None:
    a, b = two(HASTY)
    chat_id = await a.start()
    a.clock.after_s(59.999)
    await until_quiet(a.timers, b.timers)
    assert len(await a.database.read(f"interaction/{chat_id}")) == 2
    a.clock.after_s(0.001)
    await until_quiet(a.timers, b.timers)
    a.clock.after_s(29.999)
    await until_quiet(a.timers, b.timers)
    await a.hears()
    kinds = Counter(type(event) for event in await a.events(chat_id))
    assert (kinds[events.IdleWarned], kinds[events.IdleClosed]) == (1, 0)
    a.clock.after_s(0.001)
    await until_quiet(a.timers, b.timers)
    await a.hears()
    kinds = Counter(type(event) for event in await a.events(chat_id))
    assert (kinds[events.IdleWarned], kinds[events.IdleClosed], kinds[events.Ended]) == (1, 1, 1)
    assert await a.database.armed(f"interaction/{chat_id}") is None


async def test_a_word_in_time_puts_the_warning_off() -> None:
    node = Node(None, None, HASTY)
    chat_id = await node.start()
    node.clock.after_s(59)
    await node.do(chat_id, commands.Say(party_id=1, text="still here"))
    node.clock.after_s(59)
    await until_quiet(node.timers)
    assert not any(isinstance(e, events.IdleWarned) for e in await node.events(chat_id))
    node.clock.after_s(1)
    await until_quiet(node.timers)
    assert any(isinstance(e, events.IdleWarned) for e in await node.events(chat_id))


async def test_two_nodes_that_fire_the_same_timer_do_what_is_due_once() -> None:
    a, b = two(HASTY)
    chat_id = await a.start()
    a.clock.after_s(60)
    await asyncio.gather(a.interactions.tick(chat_id), b.interactions.tick(chat_id))
    await a.hears()
    assert sum(isinstance(e, events.IdleWarned) for e in await a.events(chat_id)) == 1


async def test_a_timer_whose_node_died_over_it_is_fired_by_another() -> None:
    a, b = two(HASTY)
    chat_id = await a.start()
    a.clock.after_s(60)
    await a.database.claim_due(a.clock(), CLAIM_MS, 10)
    await until_quiet(b.timers)
    assert not any(isinstance(e, events.IdleWarned) for e in await b.events(chat_id))
    a.clock.after_s(CLAIM_MS / 1000)
    await until_quiet(b.timers)
    assert any(isinstance(e, events.IdleWarned) for e in await b.events(chat_id))


async def test_one_that_fails_does_not_keep_the_others_from_firing() -> None:
    store, clock, fired = MemoryStore(), Clock(), []

    async def fire(name: str) -> None:
        fired.append(name)
        if name == "gone":
            raise NotFound("there is no such thing")
        if name == "away":
            raise Unavailable("the database is away")

    for name in ("gone", "away", "fine"):
        await store.append(f"x/{name}", 0, [b"{}"], clock(), (Arm(clock()),))
    await store.append("unheard-of/x", 0, [b"{}"], clock(), (Arm(clock()),))
    await until_quiet(Timers(store, clock, {"x": fire}))
    assert sorted(fired) == ["away", "fine", "gone"]
    clock.after_s(CLAIM_MS / 1000)
    await until_quiet(Timers(store, clock, {"x": fire}))
    assert fired.count("away") == 2


async def test_more_than_a_batch_is_fired_without_a_rest() -> None:
    store, clock, fired = MemoryStore(), Clock(), []

    async def fire(name: str) -> None:
        fired.append(name)
        await store.append(f"x/{name}", 1, (), clock(), (Arm(None),))

    for n in range(1000):
        await store.append(f"x/{n}", 0, [b"{}"], clock(), (Arm(clock() - n),))
    task = asyncio.ensure_future(Timers(store, clock, {"x": fire}).run())
    for _ in range(200):
        await asyncio.sleep(0)
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task
    assert len(fired) == len(set(fired)) == 1000
    assert fired[0] == "999", "what has been due longest comes first"
