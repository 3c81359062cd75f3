"""Agents at work: ready, connected, and away."""

import asyncio
from collections.abc import Sequence
from typing import Any

import pytest

from frontdesk.desk.services import Service
from frontdesk.domain import commands, events
from frontdesk.domain.agent import Role
from frontdesk.domain.events import Kind
from frontdesk.domain.rules import Rules
from frontdesk.errors import Unavailable
from frontdesk.store.log import Card, Recorded
from tests.desk.nodes import AWAY_MS, BEGIN_MS, QUIET, Node, two

pytestmark = pytest.mark.anyio

LONG_RINGS = Service(name="s", rules=Rules(idle_alert_s=0, client_silence_s=0, answer_s=300))


async def taken(node: Node, agent_id: str = "amy") -> str:
    chat_id = await node.start()
    await node.do(chat_id, commands.Invite(agent_id, 30), commands.Accept(agent_id, agent_id.title()))
    return chat_id


async def fires(node: Node, agent_id: str = "amy") -> bool:
    """Let the agent's timer fire if it is due; whether it was."""
    stream = f"agent/{agent_id}"
    if stream not in await node.database.claim_due(node.clock(), 10_000, 10):
        return False
    await node.agents.tick(agent_id)
    return True


async def test_being_ready_is_a_fact_and_saying_so_twice_is_one() -> None:
    node = Node()
    amy = await node.ready("amy")
    await node.agents.ready(amy)
    assert len(await node.database.read("agent/amy")) == 1
    card = await node.database.card("agent/amy")
    assert card is not None
    assert card.is_open
    await node.agents.not_ready("amy", "lunch")
    await node.agents.not_ready("amy", "lunch")
    assert len(await node.database.read("agent/amy")) == 2
    assert not node.floor.agent("amy").is_ready


async def test_an_agent_of_many_years_is_known_from_the_card() -> None:
    node = Node()
    amy = await node.ready("amy")
    for _ in range(500):
        await node.agents.not_ready("amy")
        await node.agents.ready(amy)
    read, found = node.database.read, []

    async def noted(*arguments: Any) -> Sequence[Recorded]:
        records = await read(*arguments)
        found.append(len(records))
        return records

    node.database.read = noted  # type: ignore[method-assign]
    await node.agents.not_ready("amy", "lunch")
    assert found == [0], "everything was on the card"
    assert (await read("agent/amy"))[-1].version == 1002


async def test_a_card_of_another_fold_is_not_believed() -> None:
    node = Node()
    amy = await node.ready("amy")
    body = b'{"version":2,"nickname":"Amy","capacity":5,"is_ready":true,"fold":"agent/0"}'
    stale = Card("agent", is_open=True, sort_ms=0, body=body)
    await node.agents.not_ready("amy")
    await node.database.append("agent/amy", 2, (), node.clock(), (stale,))
    await node.agents.ready(amy)
    assert [record.version for record in await node.database.read("agent/amy")] == [1, 2, 3]


async def test_who_says_so_at_two_nodes_at_once_is_ready_once() -> None:
    a, b = two()
    amy = await a.ready("amy")
    await a.agents.not_ready("amy")
    await asyncio.gather(a.agents.ready(amy), b.agents.ready(amy))
    assert len(await a.database.read("agent/amy")) == 3


async def test_who_is_connected_keeps_everything() -> None:
    node = Node()
    await node.ready("amy")
    chat_id = await taken(node)
    for _ in range(5):
        node.clock.after_s(60)
        assert await fires(node)
    assert node.floor.agent("amy").is_ready
    assert node.floor.chats_of("amy") == [chat_id]


async def test_who_comes_back_in_time_keeps_everything() -> None:
    node = Node()
    await node.ready("amy")
    chat_id = await taken(node)
    node.clock.after_s(30)
    node.agents.disconnect("amy")
    node.clock.after_s(50)
    assert await fires(node)
    node.agents.connect("amy")
    node.clock.after_s(20)
    await fires(node)
    assert node.floor.chats_of("amy") == [chat_id]
    assert node.floor.takes_part("amy", chat_id)


async def test_the_chats_of_one_who_is_away_too_long_go_to_somebody_else() -> None:
    node = Node()
    await node.ready("amy")
    chat_id = await taken(node)
    node.clock.after_s(30)
    node.agents.disconnect("amy")
    node.clock.after_s(59.999)
    assert await fires(node)
    assert node.floor.agent("amy").is_ready
    node.clock.after_s(0.001)
    assert await fires(node)
    assert not node.floor.agent("amy").is_ready
    assert node.floor.chats_of("amy") == []
    assert not node.floor.takes_part("amy", chat_id)
    assert [chat.interaction_id for chat in node.floor.waiting()] == [chat_id]
    happened = await node.events(chat_id)
    assert happened[-2:] == [
        events.Queued(queue="default", priority=60),
        events.Left(party_id=2, reason="connection_lost"),
    ]


async def test_who_takes_no_new_chats_but_goes_away_loses_the_running_ones_too() -> None:
    node = Node()
    await node.ready("amy")
    await taken(node)
    await node.agents.not_ready("amy", "lunch")
    node.agents.disconnect("amy")
    node.clock.after_s(60)
    assert await fires(node)
    assert node.floor.chats_of("amy") == []


async def test_who_is_gone_and_has_nothing_costs_nothing() -> None:
    node = Node()
    await node.ready("amy")
    await taken(node)
    node.agents.disconnect("amy")
    node.clock.after_s(60)
    assert await fires(node)
    node.clock.after_s(60)
    await fires(node)
    assert await node.database.armed("agent/amy") is None, "nothing more can become of her being away"


async def test_a_chat_that_could_not_be_given_back_is_given_back_later() -> None:
    node = Node()
    await node.ready("amy")
    await taken(node)
    node.agents.disconnect("amy")
    node.clock.after_s(60)
    stream = f"interaction/{node.floor.chats_of('amy')[0]}"
    append, failed = node.database.append, 0

    async def sometimes(name: str, *arguments: object) -> object:
        nonlocal failed
        if name == stream and not failed:
            failed += 1
            raise Unavailable("the database is away")
        return await append(name, *arguments)  # type: ignore[arg-type]

    node.database.append = sometimes  # type: ignore[method-assign, assignment]
    assert await fires(node)
    assert node.floor.chats_of("amy")
    node.clock.after_s(60)
    assert await fires(node)
    assert node.floor.chats_of("amy") == []


async def test_one_who_took_a_chat_after_closing_the_door_is_watched_too() -> None:
    """It may ring for longer than one may be away."""
    node = Node(None, None, LONG_RINGS)
    await node.ready("amy")
    chat_id = await node.start()
    await node.do(chat_id, commands.Invite("amy", 300))
    await node.agents.not_ready("amy", "lunch")
    node.clock.after_s(60)
    assert await fires(node)
    await node.do(chat_id, commands.Accept("amy", "Amy"))
    node.agents.disconnect("amy")
    for _ in range(2):
        node.clock.after_s(60)
        await fires(node)
    assert node.floor.chats_of("amy") == []


async def test_what_a_lost_bot_had_waits_in_the_service_s_queue() -> None:
    node = Node(None, None, Service(name="s", rules=QUIET, bot="greeter", queue="sales"))
    await node.ready("greeter", role=Role.BOT)
    chat_id = await node.start(queue=None)
    await node.do(chat_id, commands.Join(kind=Kind.BOT, participant_id="greeter", nickname="Greeter"))
    node.agents.disconnect("greeter")
    node.clock.after_s(60)
    assert await fires(node, "greeter")
    assert (await node.chats.full(chat_id))[1].state.queue == "sales"


async def test_a_connection_at_another_node_counts() -> None:
    a, b = two()
    await a.ready("amy")
    chat_id = await taken(a)
    await b.hears()
    a.clock.after_s(50)
    await a.agents.share_presence()
    a.clock.after_s(15)
    assert await fires(b)
    assert b.floor.chats_of("amy") == [chat_id]
    assert await b.database.armed("agent/amy") == BEGIN_MS + 50_000 + AWAY_MS


async def test_after_a_restart_everybody_has_time_to_come_back() -> None:
    node = Node()
    await node.ready("amy")
    chat_id = await taken(node)
    node.clock.after_s(3600)
    again = Node(node.database, node.clock)
    await again.floor.load(again.store)
    assert await fires(again)
    assert again.floor.chats_of("amy") == [chat_id]
    again.clock.after_s(60)
    assert await fires(again)
    assert again.floor.chats_of("amy") == []


async def test_one_who_may_work_here_no_more_has_nothing_left() -> None:
    node = Node()
    await node.ready("amy")
    await node.ready("bob")
    chat_id = await taken(node)
    ringing_id = await node.start()
    await node.do(ringing_id, commands.Invite("amy", 30))
    bobs_id = await taken(node, "bob")
    await node.agents.dismiss({"amy", "never heard of"})
    assert not node.floor.is_at_work("amy")
    assert {chat.interaction_id for chat in node.floor.waiting()} == {chat_id, ringing_id}
    assert node.floor.chats_of("bob") == [bobs_id]
    before = await node.database.head()
    await node.agents.dismiss({"amy"})
    assert await node.database.head() == before, "who is gone costs nothing"


async def test_who_is_connected_to_any_node_is_here() -> None:
    a, b = two()
    await a.ready("amy")
    assert (a.agents.is_here("amy"), b.agents.is_here("amy")) == (True, False)
    for node in (a, b):
        await node.agents.share_presence()
    assert b.agents.is_here("amy")
    a.agents.disconnect("amy")
    a.clock.after_s(AWAY_MS / 1000)
    for node in (a, b):
        await node.agents.share_presence()
    assert (a.agents.is_here("amy"), b.agents.is_here("amy")) == (False, False)
