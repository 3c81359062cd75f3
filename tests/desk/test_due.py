"""What is due, by durable timers, on one node and on two."""

import pytest

from frontdesk.desk.services import Service
from frontdesk.domain import commands, events
from frontdesk.domain.rules import Rules
from tests.desk.nodes import BEGIN_MS, Node, two

pytestmark = pytest.mark.anyio


def say(text: str) -> commands.Say:
    return commands.Say(party_id=1, text=text)


SILENT = Service(name="s", rules=Rules(idle_alert_s=0, client_silence_s=120))


async def test_a_visitor_who_is_heard_of_at_one_node_is_not_gone_for_the_other() -> None:
    a, b = two(SILENT)
    chat_id = await a.start()
    await b.chats.chat(chat_id)
    a.clock.after_s(100)
    chat = a.chats.known(chat_id)
    assert chat is not None
    chat.seen_ms = a.clock()
    await a.chats.share_presence()
    a.clock.after_s(20)
    await b.interactions.tick(chat_id)
    assert (await b.chats.chat(chat_id)).is_open
    assert await b.database.armed(f"interaction/{chat_id}") == BEGIN_MS + 220_000
    a.clock.after_s(100)
    await b.interactions.tick(chat_id)
    assert not (await b.chats.chat(chat_id)).is_open


async def test_a_timer_that_another_node_has_put_off_is_brought_forward_again() -> None:
    a, b = two(SILENT)
    chat_id = await a.start()
    a.clock.after_s(100)
    chat = a.chats.known(chat_id)
    assert chat is not None
    chat.seen_ms = a.clock()
    await a.chats.share_presence()
    a.clock.after_s(20)
    await b.interactions.tick(chat_id)
    await a.do(chat_id, commands.Invite("amy", 30))
    assert await a.database.armed(f"interaction/{chat_id}") == a.clock() + 30_000


async def test_a_visitor_is_not_gone_because_a_node_forgot_when_it_heard_of_them() -> None:
    node = Node(None, None, SILENT, chats_max=1)
    chat_id = await node.start()
    node.clock.after_s(119)
    (await node.chats.chat(chat_id)).seen_ms = node.clock()
    await node.start()
    node.clock.after_s(1)
    await node.interactions.tick(chat_id)
    assert (await node.chats.chat(chat_id)).is_open
    await node.start()
    node.clock.after_s(1)
    await node.chats.chat(chat_id)
    node.clock.after_s(120)
    await node.interactions.tick(chat_id)
    assert not (await node.chats.chat(chat_id)).is_open, "the silence is counted anew, but it counts"


async def test_the_timer_of_a_chat_that_is_put_away_is_put_away_with_it() -> None:
    a, _ = two(SILENT)
    chat_id = await a.start()
    await a.do(chat_id, commands.End(reason="done"))
    a.clock.after_s(600)
    assert await a.database.claim_due(a.clock(), 10_000, 10) == [f"interaction/{chat_id}"]
    await a.interactions.tick(chat_id)
    assert (await a.events(chat_id))[-1] == events.Archived()
    assert await a.database.armed(f"interaction/{chat_id}") is None
    await a.interactions.aclose()
