"""Two nodes on one store: both floors come to say the same, however late they hear."""

import asyncio

import pytest

from frontdesk.domain import commands, events
from frontdesk.domain.events import Kind
from tests.desk.nodes import turns, two

pytestmark = pytest.mark.anyio


def say(text: str) -> commands.Say:
    return commands.Say(party_id=1, text=text)


async def test_a_change_that_was_read_before_it_was_heard_reaches_the_floor() -> None:
    a, b = two()
    chat_id = await a.start()
    await b.do(chat_id, commands.Invite("amy", 30), commands.Accept("amy", "Amy"))
    await a.do(chat_id, say("hello"))
    await a.hears()
    assert a.floor.chats_of("amy") == [chat_id]
    assert a.floor.waiting_count == 0


async def test_a_chat_ended_at_both_nodes_at_once_is_gone_from_both_floors() -> None:
    a, b = two()
    chat_id = await a.start()
    await b.hears()
    a.connection.hold("append")
    await b.do(chat_id, commands.End(reason="done"))
    ending = asyncio.ensure_future(a.do(chat_id, commands.End(reason="done")))
    hearing = asyncio.ensure_future(a.hears())
    await turns()
    a.connection.release("append")
    await asyncio.gather(ending, hearing)
    await a.hears()
    assert (a.floor.open_count, b.floor.open_count) == (0, 0)
    assert sum(isinstance(event, events.Ended) for event in await a.events(chat_id)) == 1


async def test_an_old_card_does_not_bring_an_ended_chat_back_to_the_floor() -> None:
    a, b = two()
    chat_id = await a.start()
    await b.do(chat_id, commands.Join(kind=Kind.AGENT, participant_id="amy", nickname="Amy"))
    a.connection.hold("card")
    hearing = asyncio.ensure_future(a.hears())
    await turns()
    await a.do(chat_id, commands.End(reason="done"))
    a.connection.release("card")
    await hearing
    assert a.floor.open_count == 0
    assert a.floor.chats_of("amy") == []


async def test_an_old_card_does_not_make_a_taken_chat_wait_again() -> None:
    a, b = two()
    chat_id = await a.start()
    await b.do(chat_id, commands.Invite("amy", 30))
    a.connection.hold("card")
    hearing = asyncio.ensure_future(a.hears())
    await turns()
    await a.do(chat_id, commands.Accept("amy", "Amy"))
    a.connection.release("card")
    await hearing
    assert a.floor.chats_of("amy") == [chat_id]
    assert a.floor.invites_of("amy") == []
