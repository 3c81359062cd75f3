"""Two nodes on one store: nobody's word is lost, nobody's view goes back, the floors agree."""

import asyncio

import pytest

from frontdesk.domain import commands, events
from tests.desk.nodes import Node, turns, two

pytestmark = pytest.mark.anyio


def say(text: str) -> commands.Say:
    return commands.Say(party_id=1, text=text)


async def texts(node: Node, chat_id: str) -> list[str]:
    return [e.text for e in await node.events(chat_id) if isinstance(e, events.Said)]


def version_at(node: Node, chat_id: str) -> int | None:
    """What the node would answer a poll from, without looking at the log."""
    chat = node.chats.known(chat_id)
    return chat.version if chat is not None and not chat.is_stale else None


async def test_words_said_at_both_nodes_at_once_are_all_said_once() -> None:
    a, b = two()
    chat_id = await a.start()
    saying = [node.do(chat_id, say(f"{name} {n}")) for n in range(20) for node, name in ((a, "a"), (b, "b"))]
    await asyncio.gather(*saying)
    await a.hears()
    await b.hears()
    said = await texts(a, chat_id)
    assert said == await texts(b, chat_id)
    assert sorted(said) == sorted(f"{name} {n}" for n in range(20) for name in "ab")


async def test_what_is_said_at_one_node_is_known_at_the_other_once_it_has_heard() -> None:
    a, b = two()
    chat_id = await a.start()
    await b.do(chat_id, say("hello"))
    assert version_at(a, chat_id) == 2
    await a.hears()
    assert version_at(a, chat_id) == 3


async def test_a_node_that_is_told_of_more_than_it_knows_reads_the_log() -> None:
    a, b = two()
    chat_id = await a.start()
    await b.do(chat_id, say("hello"))
    assert (await a.chats.catch_up(chat_id)).version == 3


async def test_who_asks_to_catch_up_is_not_given_what_was_read_before() -> None:
    a, b = two()
    chat_id = await b.start()
    a.connection.hold("armed")
    early = asyncio.ensure_future(a.chats.chat(chat_id))
    await turns()
    await b.do(chat_id, say("hello"))
    late = asyncio.ensure_future(a.chats.catch_up(chat_id))
    await turns()
    a.connection.release("armed")
    assert (await early).version >= 2
    assert (await late).version == 3


async def test_what_is_heard_while_a_chat_is_being_read_is_not_missed() -> None:
    a, b = two()
    chat_id = await b.start()
    a.connection.hold("armed")
    reading = asyncio.ensure_future(a.chats.chat(chat_id))
    await turns()
    await b.do(chat_id, say("hello"))
    await a.hears()
    a.connection.release("armed")
    await reading
    assert version_at(a, chat_id) == 3


async def test_what_is_heard_while_a_stale_chat_is_being_read_again_is_not_missed() -> None:
    a, b = two()
    chat_id = await a.start()
    a.connection.hold("armed")
    reading = asyncio.ensure_future(a.chats.catch_up(chat_id))
    await turns()
    await b.do(chat_id, say("hello"))
    await a.hears()
    a.connection.release("armed")
    await reading
    assert version_at(a, chat_id) == 3


async def test_what_follows_on_a_write_before_its_answer_is_not_missed() -> None:
    a, b = two()
    chat_id = await a.start()
    a.connection.hold("append")
    saying = asyncio.ensure_future(a.do(chat_id, say("first")))
    await turns()
    await b.do(chat_id, say("second"))
    hearing = asyncio.ensure_future(a.hears())
    await turns()
    a.connection.release("append")
    await asyncio.gather(saying, hearing)
    assert version_at(a, chat_id) in (None, 4)
    assert (await a.chats.chat(chat_id)).version == 4


async def test_what_follows_on_a_start_before_its_answer_is_not_missed() -> None:
    a, b = two()
    a.connection.hold("append")
    starting = asyncio.ensure_future(a.start())
    await turns()
    filed = await b.database.cards("interaction")
    chat_id = filed[0].stream.partition("/")[2]
    await b.do(chat_id, say("hello"))
    hearing = asyncio.ensure_future(a.hears())
    await turns()
    a.connection.release("append")
    await asyncio.gather(starting, hearing)
    assert (await a.chats.chat(chat_id)).version == 3


async def test_a_start_that_fails_leaves_nothing_behind() -> None:
    a, _ = two()
    a.connection.hold("append")
    starting = asyncio.ensure_future(a.start())
    await turns()
    starting.cancel()
    await turns()
    chat_id = (await a.database.cards("interaction"))[0].stream.partition("/")[2]
    assert a.chats.known(chat_id) is None
