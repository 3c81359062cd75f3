"""The follower hands on what is committed: everything, in order, and nothing twice."""

import asyncio
from contextlib import suppress

import pytest

from frontdesk.desk import follower
from frontdesk.domain import commands, events
from frontdesk.domain.card import STRUCTURAL
from frontdesk.errors import Unavailable
from tests.desk.nodes import Node, turns, two

pytestmark = pytest.mark.anyio


def say(text: str) -> commands.Say:
    return commands.Say(party_id=1, text=text)


async def test_every_event_is_heard_in_the_order_of_the_log() -> None:
    a, b = two()
    first, second = await a.start(), await b.start()
    await b.do(first, say("x"))
    await a.do(second, say("y"))
    await a.hears()
    assert a.heard.records == [(first, 1), (first, 2), (second, 1), (second, 2), (first, 3), (second, 3)]


async def test_what_changes_who_takes_part_is_told_apart_from_talk() -> None:
    node = Node()
    chat_id = await node.start()
    await node.do(chat_id, say("x"), commands.Invite("amy", 30), commands.Decline("amy"))
    await node.do(chat_id, commands.ChangeNickname(1, "Mo"), commands.End(reason="done"))
    await node.hears()
    assert [type(event) for _, event in node.heard.changes] == [
        events.Started,
        events.Queued,
        events.Invited,
        events.InviteEnded,
        events.NicknameChanged,
        events.Left,
        events.Ended,
    ]
    assert {type(event) for _, event in node.heard.changes} <= set(STRUCTURAL)


async def test_the_floor_knows_before_the_audience_is_told() -> None:
    a, b = two()
    chat_id = await b.start()
    held: list[int] = []
    a.heard.changed = lambda *_: held.append(a.floor.open_count)  # type: ignore[method-assign]
    await a.hears()
    assert held[0] == 1
    assert a.floor.open_count == 1
    assert chat_id


async def test_when_the_database_is_away_in_the_middle_of_a_batch_nothing_is_told_twice(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    a, b = two()
    chat_id = await b.start()
    await b.do(chat_id, say("x"), commands.Invite("amy", 30), say("y"))
    card, calls = a.database.card, 0

    async def sometimes(stream: str) -> object:
        nonlocal calls
        calls += 1
        if calls == 3:
            raise Unavailable("the database is away")
        return await card(stream)

    monkeypatch.setattr(a.database, "card", sometimes)
    monkeypatch.setattr(follower, "RETRY_S", 0)
    following = asyncio.ensure_future(a.follower.run())
    while a.follower.position < await a.database.head():
        await asyncio.sleep(0)
    following.cancel()
    with suppress(asyncio.CancelledError):
        await following
    assert calls >= 4
    assert a.heard.records == [(chat_id, n) for n in range(1, 6)]
    assert a.floor.invites_of("amy") == [chat_id]


async def test_each_batch_is_followed_by_a_rest_in_which_it_is_delivered() -> None:
    a, b = two()
    await b.start()
    await a.hears()
    assert a.heard.batches == 1


async def test_an_agent_who_becomes_ready_elsewhere_is_ready_here() -> None:
    a, b = two()
    await b.ready("amy")
    await b.agents.not_ready("amy", "lunch")
    await a.hears()
    assert a.heard.agents == [("amy", True, ""), ("amy", False, "lunch")]
    assert not a.floor.agent("amy").is_ready
    await b.hears()
    assert b.floor.agent("amy") == a.floor.agent("amy")


async def test_a_node_s_own_words_cost_no_reading() -> None:
    node = Node()
    chat_id = await node.start()
    await node.do(chat_id, say("x"), commands.Invite("amy", 30))
    node.connection.calls.clear()
    await node.hears()
    await turns()
    assert "card" not in node.connection.calls
    assert "read" not in node.connection.calls


async def test_nobody_is_told_of_a_word_before_the_chat_has_it() -> None:
    """The log may be read before the writer hears of its own commit."""
    node = Node()
    chat_id = await node.start()
    await node.hears()
    node.connection.hold("append")
    saying = asyncio.ensure_future(node.do(chat_id, say("x")))
    hearing = asyncio.ensure_future(node.hears())
    await turns()
    assert (chat_id, 3) not in node.heard.records
    node.connection.release("append")
    await asyncio.gather(saying, hearing)
    assert node.heard.records[-1] == (chat_id, 3)
