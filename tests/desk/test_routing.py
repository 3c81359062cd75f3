"""The assigner: one node at a time puts chats to people, and gives chats to bots."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress

import pytest

from frontdesk.desk import routing
from frontdesk.desk.services import Service
from frontdesk.domain import commands, events
from frontdesk.domain.agent import Role
from frontdesk.domain.queues import QueueRules, demands_of, steps_of
from frontdesk.store.log import Fence
from tests.desk.nodes import QUIET, Node, turns, two

pytestmark = pytest.mark.anyio

GREETED = Service(name="s", rules=QUIET, bot="greeter", queue="sales")


@asynccontextmanager
async def routed(*nodes: Node) -> AsyncIterator[None]:
    tasks = [asyncio.ensure_future(node.routing.run()) for node in nodes]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        for task in tasks:
            with suppress(asyncio.CancelledError):
                await task


async def rings(node: Node, agent_id: str = "amy") -> set[str]:
    await turns(60)
    return set(node.floor.invites_of(agent_id))


async def test_who_has_waited_longest_rings_first_where_somebody_is_free() -> None:
    node = Node()
    first = await node.start()
    node.clock.after_s(1)
    await node.start()
    await node.ready("amy", capacity=1)
    async with routed(node):
        assert await rings(node) == {first}


async def test_an_agent_is_not_given_more_than_can_be_held() -> None:
    node = Node()
    for _ in range(10):
        await node.start()
    await node.ready("amy", capacity=3)
    async with routed(node):
        assert len(await rings(node)) == 3


async def test_chats_go_round_among_those_who_are_free() -> None:
    node = Node()
    for _ in range(4):
        await node.start()
    await node.ready("amy")
    await node.ready("bob")
    async with routed(node):
        assert len(await rings(node, "amy")) == 2
        assert len(await rings(node, "bob")) == 2


async def test_a_chat_that_starts_while_somebody_is_free_rings_at_once() -> None:
    node = Node()
    await node.ready("amy")
    async with routed(node):
        await turns()
        chat_id = await node.start()
        assert await rings(node) == {chat_id}


async def test_a_chat_that_was_not_taken_goes_to_the_next() -> None:
    node = Node()
    chat_id = await node.start()
    await node.ready("amy")
    node.clock.after_s(1)
    await node.ready("bob")
    async with routed(node):
        assert await rings(node, "amy") == {chat_id}
        node.clock.after_s(30)
        await node.interactions.tick(chat_id)
        assert await rings(node, "bob") == {chat_id}
        assert await rings(node, "amy") == set()


async def test_nobody_is_rung_for_a_chat_they_are_in() -> None:
    node = Node()
    chat_id = await node.start()
    await node.ready("amy")
    async with routed(node):
        await rings(node)
        await node.do(chat_id, commands.Accept("amy", "Amy"), commands.Queue(queue="default"))
        assert await rings(node) == set()
        await node.ready("bob")
        assert await rings(node, "bob") == {chat_id}


async def test_the_service_s_bot_takes_a_chat_first() -> None:
    node = Node(None, None, GREETED)
    await node.ready("greeter", role=Role.BOT)
    async with routed(node):
        chat_id = await node.start(queue=None)
        await turns(60)
        assert node.floor.chats_of("greeter") == [chat_id]


async def test_what_a_bot_has_no_room_for_waits_for_people() -> None:
    node = Node(None, None, GREETED)
    await node.ready("greeter", role=Role.BOT, capacity=2)
    for _ in range(5):
        await node.start(queue=None)
    async with routed(node):
        await turns(60)
        assert len(node.floor.chats_of("greeter")) == 2
        assert node.floor.waiting_count == 3


async def test_without_the_bot_a_chat_waits_for_people() -> None:
    node = Node(None, None, GREETED)
    chat_id = await node.start(queue=None)
    async with routed(node):
        await turns(60)
        assert events.Queued(queue="sales") in await node.events(chat_id)


async def test_one_node_assigns_at_a_time_and_another_when_it_goes() -> None:
    a, b = two()
    await a.ready("amy")
    await b.hears()
    async with AsyncExitStack() as later:
        async with routed(a):
            await turns(60)
            await later.enter_async_context(routed(b))
            chat_id = await b.start()
            assert await rings(b) == set(), "it is the other's to assign"
            await a.hears()
            assert await rings(a) == {chat_id}
        await b.hears()
        second = await b.start()
        assert await rings(b) == {chat_id, second}


async def test_two_nodes_that_both_believe_they_assign_give_no_chat_to_two() -> None:
    """What guards a chat where the lease did not: who writes second reads again and finds that it rings."""
    a, b = two()
    for number in range(8):
        await a.start()
        await (a, b)[number % 2].ready(f"agent {number}", capacity=2)
    await b.hears()
    await a.hears()
    for _ in range(3):
        await asyncio.gather(a.routing._assign(), b.routing._assign())
        await a.hears()
        await b.hears()
    rung = {agent_id: a.floor.invites_of(agent_id) for agent_id in (f"agent {n}" for n in range(8))}
    assert sorted(chat_id for chats in rung.values() for chat_id in chats) == sorted(a.floor._cards)
    for chat_id in a.floor._cards:
        history = await b.events(chat_id)
        assert sum(isinstance(event, events.Invited) for event in history) == 1


async def test_who_has_lost_the_lease_assigns_nothing() -> None:
    """A node that slept through its lease wakes up with an old number: the store does not take its word."""
    a, b = two()
    await a.ready("amy")
    await b.hears()
    async with routed(a):
        await turns(60)
        a.clock.after_s(routing.LEASE_MS)
        assert await b.database.take_lease(routing.LEASE, "node b", a.clock(), routing.LEASE_MS) == 2
        a.clock.after_s(-routing.LEASE_MS)
        chat_id = await a.start()
        await turns(60)
        assert not any(isinstance(e, events.Invited) for e in await b.events(chat_id))
        fence = Fence(routing.LEASE, 2)
        await b.interactions.do(chat_id, commands.Invite("amy", 30), fence)
        assert any(isinstance(e, events.Invited) for e in await b.events(chat_id))


async def test_a_chat_goes_to_whom_its_queue_means_and_rings_as_long_as_it_says() -> None:
    ladder = QueueRules(steps=steps_of(["german > 0", "after 20 s: anybody"]), answer_s=7)
    node = Node(None, None, Service(name="s", rules=QUIET), queues={"default": ladder})
    await node.ready("amy")
    await node.ready("bob", german=3)
    first = await node.start()
    async with routed(node):
        assert (await rings(node), await rings(node, "bob")) == (set(), {first})
        assert events.Invited("bob", node.clock() + 7000) in await node.events(first)
        await node.do(first, commands.Decline("bob"))
        assert await rings(node) == set(), "not yet"
        node.clock.after_s(20)
        await node.ready("cy")  # Any news makes it look again.
        assert await rings(node, "amy") | await rings(node, "cy") | await rings(node, "bob") == {first}


async def test_user_data_decides_who_may_take_a_chat() -> None:
    asks = QueueRules(demands=demands_of(["language = de -> german > 0"]))
    node = Node(None, None, Service(name="s", rules=QUIET), queues={"default": asks})
    await node.ready("amy")
    german = await node.start(user_data={"language": "de"})
    other = await node.start()
    async with routed(node):
        assert await rings(node) == {other}
        await node.ready("bob", german=1)
        assert await rings(node, "bob") == {german}


async def test_what_nobody_takes_in_time_waits_where_others_take_it() -> None:
    queues = {
        "default": QueueRules(steps=steps_of(["german > 0"]), overflow_queue="all", overflow_s=60),
        "all": QueueRules(),
    }
    node = Node(None, None, Service(name="s", rules=QUIET), queues=queues)
    await node.ready("amy")
    chat_id = await node.start()
    async with routed(node):
        assert await rings(node) == set()
        node.clock.after_s(60)
        await node.interactions.tick(chat_id)
        assert await rings(node) == {chat_id}


async def test_a_chat_that_has_vanished_does_not_keep_others_from_being_routed() -> None:
    node = Node()
    gone = await node.start()
    node.clock.after_s(1)
    chat_id = await node.start()
    await node.database.purge(f"interaction/{gone}")
    cold = Node(node.database, node.clock)
    cold.floor.put(gone, node.floor._cards[gone])
    cold.floor.put(chat_id, node.floor._cards[chat_id])
    await cold.ready("amy", capacity=2)
    async with routed(cold):
        assert await rings(cold) == {chat_id}
