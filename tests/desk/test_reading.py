"""Agents' sessions that read: nothing is missed and nothing comes twice, whatever meets whatever."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from frontdesk.desk.hub import Hub
from frontdesk.desk.input_boxes import InputBoxes
from frontdesk.desk.previews import Previews
from frontdesk.domain import commands
from frontdesk.errors import Unavailable
from tests.desk.nodes import Node, turns, two
from tests.desk.sessions import Session

pytestmark = pytest.mark.anyio


def say(text: str, party_id: int = 1) -> commands.Say:
    return commands.Say(party_id=party_id, text=text)


class Desk:
    """A node with a hub."""

    def __init__(self, node: Node) -> None:
        self.node = node
        self.previews = Previews(node.store, "a", are_shared=False)
        self.hub = Hub(node.chats, node.floor, self.previews)
        self._input_boxes = InputBoxes(self.hub, node.clock, 1000)
        node.follower._audience = self.hub

    async def opens(self, have: dict[str, int] | None = None, agent_id: str = "amy") -> Session:
        """A new session, told what it is told at once."""
        session = Session(agent_id)
        self.hub.open(session, have or {})
        await turns()
        return session

    async def hears(self) -> None:
        await self.node.hears()
        await turns()

    def writes(self, chat_id: str, text: str) -> None:
        """What the visitor has in the input box."""
        chat = self.node.chats.known(chat_id)
        assert chat is not None
        self._input_boxes.holds(chat, text)

    async def taken(self, agent_id: str = "amy") -> str:
        """A chat of four events that an agent has taken."""
        chat_id = await self.node.start()
        await self.node.do(
            chat_id, commands.Invite(agent_id, 30), commands.Accept(agent_id, agent_id.title())
        )
        return chat_id


@pytest.fixture
async def desk() -> AsyncIterator[Desk]:
    desk = Desk(Node())
    yield desk
    await desk.hub.aclose()


async def test_a_chat_is_introduced_then_told_from_its_first_event(desk: Desk) -> None:
    session = await desk.opens()
    chat_id = await desk.taken()
    await desk.hears()
    assert session.told[-5:][0] == ("interaction", chat_id, 2)
    assert session.versions(chat_id) == [1, 2, 3, 4]


async def test_what_is_committed_before_it_is_followed_is_told_once(desk: Desk) -> None:
    """The floor knows of this node's own joins before the log is read."""
    chat_id = await desk.taken()
    session = await desk.opens()
    await desk.hears()
    assert session.versions(chat_id) == [1, 2, 3, 4]
    assert session.heads(chat_id).count(("interaction", chat_id, 2)) == 1


async def test_every_tab_is_told_everything_once(desk: Desk) -> None:
    chat_id = await desk.taken()
    first = await desk.opens()
    await desk.hears()
    await desk.node.do(chat_id, say("one"))
    second = await desk.opens({chat_id: 3})
    await desk.node.do(chat_id, say("two"))
    await desk.hears()
    assert first.versions(chat_id) == [1, 2, 3, 4, 5, 6]
    assert second.versions(chat_id) == [4, 5, 6]
    desk.hub.close(first)
    await desk.node.do(chat_id, say("three"))
    await desk.hears()
    assert second.versions(chat_id)[-1] == 7
    assert first.versions(chat_id)[-1] == 6


async def test_who_leaves_is_told_of_it_and_of_nothing_after_it(desk: Desk) -> None:
    chat_id = await desk.taken()
    session = await desk.opens()
    await desk.hears()
    await desk.node.do(chat_id, commands.HandOver(party_id=2), say("secret"))
    await desk.hears()
    assert session.versions(chat_id) == [1, 2, 3, 4, 5, 6]
    assert session.told[-1] == ("left", chat_id)


async def test_who_leaves_while_being_told_is_told_up_to_there(desk: Desk) -> None:
    chat_id = await desk.taken()
    for n in range(80):  # More than the node keeps at hand, so that the session reads the log.
        await desk.node.do(chat_id, say(str(n)))
    await desk.hears()
    desk.node.connection.hold("read")
    session = await desk.opens()
    await desk.node.do(chat_id, commands.HandOver(party_id=2), say("secret"))
    await desk.hears()
    desk.node.connection.release("read")
    await turns()
    assert session.versions(chat_id) == list(range(1, 87)), "the last is that somebody left"
    assert session.told[-1] == ("left", chat_id)


async def test_who_comes_back_while_being_told_reads_on_as_the_new_party(desk: Desk) -> None:
    chat_id = await desk.taken()
    for n in range(80):
        await desk.node.do(chat_id, say(str(n)))
    await desk.hears()
    desk.node.connection.hold("read")
    session = await desk.opens()
    await desk.node.do(chat_id, commands.HandOver(party_id=2))
    await desk.hears()
    await desk.node.do(chat_id, commands.Invite("amy", 30), commands.Accept("amy", "Amy"), say("back"))
    await desk.hears()
    desk.node.connection.release("read")
    await turns()
    assert session.versions(chat_id) == list(range(1, 90))
    assert ("left", chat_id) not in session.told
    introductions = [head for head in session.heads(chat_id) if head[0] == "interaction"]
    assert introductions[-1] == ("interaction", chat_id, 3)


async def test_who_comes_and_goes_while_being_told_is_told_both(desk: Desk) -> None:
    chat_id = await desk.taken()
    for n in range(80):
        await desk.node.do(chat_id, say(str(n)))
    await desk.hears()
    desk.node.connection.hold("read")
    session = await desk.opens()
    comes = commands.Invite("amy", 30), commands.Accept("amy", "Amy")
    for party_id in (2, 3):
        await desk.node.do(chat_id, commands.HandOver(party_id=party_id))
        await desk.hears()
        if party_id == 2:
            await desk.node.do(chat_id, *comes)
            await desk.hears()
    desk.node.connection.release("read")
    await turns()
    assert session.versions(chat_id) == list(range(1, 91))
    assert session.told[-1] == ("left", chat_id)


async def test_who_goes_and_comes_back_at_once_is_introduced_anew(desk: Desk) -> None:
    chat_id = await desk.taken()
    session = await desk.opens()
    await desk.hears()
    await desk.node.do(
        chat_id, commands.HandOver(party_id=2), commands.Invite("amy", 30), commands.Accept("amy", "Amy")
    )
    await desk.node.do(chat_id, say("back"))
    await desk.hears()
    assert [head[2] for head in session.heads(chat_id) if head[0] == "interaction"] == [2, 3]
    assert session.versions(chat_id) == list(range(1, 10))


async def test_what_ends_while_being_told_is_told_to_its_end(desk: Desk) -> None:
    chat_id = await desk.taken()
    for n in range(80):
        await desk.node.do(chat_id, say(str(n)))
    await desk.hears()
    desk.node.connection.hold("read")
    session = await desk.opens()
    await desk.node.do(chat_id, commands.End(reason="done"))
    await desk.hears()
    desk.node.connection.release("read")
    await turns()
    assert session.versions(chat_id) == list(range(1, 88)), "both left, and it ended"
    assert session.told[-1] == ("left", chat_id)


async def test_what_ended_while_nobody_was_connected_is_told_to_its_end(desk: Desk) -> None:
    chat_id = await desk.taken()
    await desk.node.do(chat_id, say("bye"), commands.End(reason="done"))
    session = await desk.opens({chat_id: 4})
    assert session.versions(chat_id) == [5, 6, 7, 8]
    assert session.told[-1] == ("left", chat_id)


async def test_whoever_asks_for_what_was_never_theirs_is_told_nothing(desk: Desk) -> None:
    chat_id = await desk.taken()
    eve = await desk.opens({chat_id: 0, "NEVER": 0}, "eve")
    assert eve.told == []
    assert not eve.shut_because


async def test_whoever_claims_more_than_there_is_is_told_everything(desk: Desk) -> None:
    """As after the database came back from a backup."""
    chat_id = await desk.taken()
    await desk.hears()
    session = await desk.opens({chat_id: 1000})
    await desk.node.do(chat_id, say("hello"))
    await desk.hears()
    assert session.versions(chat_id) == [1, 2, 3, 4, 5]


async def test_a_node_that_has_not_heard_of_what_another_told_does_not_tell_it_again() -> None:
    a, b = two()
    first, second = Desk(a), Desk(b)
    chat_id = await first.taken()
    await second.hears()
    await b.chats.full(chat_id)
    await a.do(chat_id, say("told at the other node"))
    session = await second.opens({chat_id: 5})
    await second.hears()
    await a.do(chat_id, say("new"))
    await second.hears()
    assert session.versions(chat_id) == [6]
    for desk in (first, second):
        await desk.hub.aclose()


async def test_a_session_that_cannot_be_told_all_is_shut_and_the_others_are_not(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    chat_id, other_id = await desk.taken(), await desk.taken("bob")
    await desk.hears()
    bob = await desk.opens(agent_id="bob")

    async def fails(*_arguments: object) -> None:
        raise Unavailable("the database is away")

    chat = desk.node.chats.known(chat_id)
    assert chat is not None
    chat.is_stale = True
    with monkeypatch.context() as patch:
        patch.setattr(desk.node.database, "read", fails)
        amy = await desk.opens()
    assert amy.shut_because == "unavailable"
    await desk.node.do(other_id, say("hello"))
    await desk.hears()
    assert bob.versions(other_id) == [1, 2, 3, 4, 5]


async def test_a_preview_is_shown_to_who_has_been_told_everything(desk: Desk) -> None:
    chat_id = await desk.taken()
    session = await desk.opens()
    desk.hub.preview(chat_id, "my ord")
    assert session.told[-1] == ("preview", chat_id, "my ord")


async def test_who_comes_back_is_shown_what_stands_in_the_box_now(desk: Desk) -> None:
    chat_id = await desk.taken()
    first = await desk.opens()
    desk.writes(chat_id, "my order is")
    desk.hub.close(first)
    desk.writes(chat_id, "my order is late")
    again = await desk.opens({chat_id: 4})
    assert again.told[-1] == ("preview", chat_id, "my order is late")
    assert again.heads(chat_id)[0][0] == "interaction", "it comes after the chat"
    desk.writes(chat_id, "")
    nothing = await desk.opens({chat_id: 4})
    assert "preview" not in [told[0] for told in nothing.told]


async def test_a_colleague_who_joins_is_shown_it_as_well(desk: Desk) -> None:
    chat_id = await desk.taken()
    bob = await desk.opens(agent_id="bob")
    desk.writes(chat_id, "half a thought")
    assert bob.told == []
    await desk.node.do(
        chat_id,
        commands.HandOver(party_id=2),
        commands.Invite("bob", 30),
        commands.Accept("bob", "Bob"),
    )
    await desk.hears()
    assert bob.told[-1] == ("preview", chat_id, "half a thought")


async def test_who_is_behind_is_shown_the_newest_when_they_have_caught_up(desk: Desk) -> None:
    chat_id = await desk.taken()
    for n in range(80):
        await desk.node.do(chat_id, say(str(n)))
    await desk.hears()
    desk.node.connection.hold("read")
    session = await desk.opens()
    for text in ("one", "two"):
        desk.writes(chat_id, text)
    desk.node.connection.release("read")
    await turns()
    assert [told[2] for told in session.heads(chat_id) if told[0] == "preview"] == ["two"]


async def test_who_missed_that_the_box_was_emptied_is_told_so(desk: Desk) -> None:
    chat_id = await desk.taken()
    session = await desk.opens()
    desk.writes(chat_id, "one")
    stream, body = f"interaction/{chat_id}", b'{"type":"Said","party_id":1,"text":"by another node"}'
    last = await desk.node.database.append(stream, 4, [body] * 2, desk.node.clock())
    assert last is not None
    desk.hub.heard(chat_id, last)  # There is one before it to be read.
    desk.writes(chat_id, "")
    await turns()
    assert session.versions(chat_id) == [1, 2, 3, 4, 5, 6]
    assert session.told[-1] == ("preview", chat_id, "")


async def test_who_comes_back_is_shown_what_a_visitor_of_another_node_writes(desk: Desk) -> None:
    chat_id = await desk.taken()
    first = await desk.opens()
    desk.previews.on_heard(chat_id, "half a wor")
    assert first.told[-1] == ("preview", chat_id, "half a wor")
    again = await desk.opens({chat_id: 4})
    assert again.told[-1] == ("preview", chat_id, "half a wor")


async def test_a_word_that_is_heard_before_its_writer_is_answered_holds_up_nobody(desk: Desk) -> None:
    node = desk.node
    chat_id = await desk.taken()
    for n in range(80):
        await node.do(chat_id, say(str(n)))
    await desk.hears()
    node.connection.hold("append")
    node.connection.hold("read")
    session = await desk.opens()
    saying = asyncio.ensure_future(node.do(chat_id, say("last")))
    await turns()
    hearing = asyncio.ensure_future(node.hears())
    await turns()
    node.connection.release("read")
    await turns()
    node.connection.release("append")
    await asyncio.gather(saying, hearing)
    await turns()
    assert session.versions(chat_id) == list(range(1, 86))


async def test_who_was_told_of_more_than_the_node_holds_has_it_read_the_log(desk: Desk) -> None:
    """Reading on never turns in circles: what was heard of and is not held is looked up."""
    chat_id = await desk.taken()
    session = await desk.opens()
    await desk.hears()
    stream = f"interaction/{chat_id}"
    body = b'{"type":"Said","party_id":1,"text":"by another node"}'
    last = await desk.node.database.append(stream, 4, [body] * 2, desk.node.clock())
    assert last is not None
    desk.hub.heard(chat_id, last)
    await turns()
    assert session.versions(chat_id) == [1, 2, 3, 4, 5, 6]
