"""While an installation is being upgraded, older nodes meet what only newer ones can read.

They decide nothing about it and say so to whoever asks; everything else goes on.
"""

import asyncio
from collections.abc import Sequence

import msgspec
import pytest

from frontdesk.desk.hub import Hub
from frontdesk.desk.previews import Previews
from frontdesk.domain import commands
from frontdesk.errors import TooNew
from frontdesk.store.log import Also, Card
from tests.desk.nodes import Node, turns
from tests.desk.sessions import Session

pytestmark = pytest.mark.anyio

SHELVED = b'{"type":"Shelved","until_ms":1}'
JOINED = b'{"type":"Joined","party_id":2,"kind":"hologram","participant_id":"amy","nickname":"Amy"}'
BUSY = b'{"type":"BecameBusy"}'


def say(text: str) -> commands.Say:
    return commands.Say(party_id=1, text=text)


async def newer(node: Node, stream: str, body: bytes, also: Sequence[Also] = ()) -> None:
    """A newer node writes."""
    version = (await node.database.read(stream))[-1].version
    await node.database.append(stream, version, [body], node.clock(), also)


async def card_of(node: Node, stream: str, **changes: object) -> Card:
    """The card of a stream as a newer node would change it."""
    card = await node.database.card(stream)
    assert card is not None
    body = msgspec.json.decode(card.body, type=dict[str, object]) | changes
    return msgspec.structs.replace(card, body=msgspec.json.encode(body))


@pytest.mark.parametrize("body", [SHELVED, JOINED], ids=["unknown event", "unknown value"])
@pytest.mark.parametrize("is_held", [True, False], ids=["held", "not held"])
async def test_nobody_decides_about_a_chat_that_cannot_be_read(body: bytes, is_held: bool) -> None:
    writer = Node()
    chat_id, other_id = await writer.start(), await writer.start()
    node = Node(writer.database, writer.clock)
    if is_held:
        await node.chats.full(chat_id)
    await newer(node, f"interaction/{chat_id}", body)
    await writer.do(other_id, say("hello"))
    await node.hears()
    assert node.heard.records[-2:] == [(chat_id, 3), (other_id, 3)], "it is passed on as it is"
    for asked in (
        node.do(chat_id, say("x")),
        node.chats.chat(chat_id),
        node.chats.history(chat_id),
        node.interactions.tick(chat_id),
    ):
        with pytest.raises(TooNew):
            await asked
    assert len(await node.database.read(f"interaction/{chat_id}")) == 3
    await node.do(other_id, say("goodbye"))


async def test_what_its_card_says_is_known_all_the_same() -> None:
    node = Node()
    chat_id = await node.start()
    stream = f"interaction/{chat_id}"
    await newer(node, stream, SHELVED, [await card_of(node, stream, version=3, queued_ms=0)])
    assert node.floor.waiting_count == 1
    await node.hears()
    assert node.floor.waiting_count == 0


async def test_a_card_that_cannot_be_read_stops_nobody() -> None:
    node = Node()
    chat_id, other_id = await node.start(), await node.start()
    stream = f"interaction/{chat_id}"
    await newer(node, stream, SHELVED, [await card_of(node, stream, version=3, phase="shelved")])
    await node.hears()
    assert node.follower.position == await node.database.head()
    again = Node(node.database, node.clock)
    await again.floor.load(again.store)
    assert [chat.interaction_id for chat in again.floor.waiting()] == [other_id]


async def test_chats_that_can_be_read_are_assigned() -> None:
    node = Node()
    await node.ready("amy")
    chat_id, other_id = await node.start(), await node.start()
    await newer(node, f"interaction/{chat_id}", SHELVED)
    await node.hears()
    routing = asyncio.ensure_future(node.routing.run())
    while not node.floor.invites_of("amy"):
        await turns()
    routing.cancel()
    assert node.floor.invites_of("amy") == [other_id]


async def test_who_has_such_a_chat_is_told_of_the_others() -> None:
    node = Node()
    chat_ids = [await node.start(), await node.start()]
    for chat_id in chat_ids:
        await node.do(chat_id, commands.Invite("amy", 30), commands.Accept("amy", "Amy"))
    await newer(node, f"interaction/{chat_ids[0]}", SHELVED)
    hub = Hub(node.chats, node.floor, Previews(node.store, "a", are_shared=False))
    node.follower._audience = hub
    await node.hears()
    session = Session()
    hub.open(session, {})
    await turns()
    await node.do(chat_ids[1], say("hello"))
    await node.hears()
    assert session.versions(chat_ids[1]) == [1, 2, 3, 4, 5]
    assert session.versions(chat_ids[0]) == []
    assert not session.shut_because
    await hub.aclose()


async def test_who_reads_along_is_passed_what_this_version_does_not_know() -> None:
    """Their own program may know it."""
    node = Node()
    chat_id = await node.start()
    await node.do(chat_id, commands.Invite("amy", 30), commands.Accept("amy", "Amy"))
    hub = Hub(node.chats, node.floor, Previews(node.store, "a", are_shared=False))
    node.follower._audience = hub
    await node.hears()
    session = Session()
    hub.open(session, {})
    await turns()
    await newer(node, f"interaction/{chat_id}", SHELVED)
    await node.hears()
    assert session.versions(chat_id) == [1, 2, 3, 4, 5]
    await hub.aclose()


async def test_of_an_agent_the_card_says_what_became_of_them() -> None:
    node = Node()
    amy = await node.ready("amy")
    await newer(
        node, "agent/amy", BUSY, [await card_of(node, "agent/amy", version=2, is_ready=False, fold="agent/9")]
    )
    await node.hears()
    assert node.heard.agents[-1] == ("amy", False, "")
    with pytest.raises(TooNew):
        await node.agents.ready(amy)
    await node.ready("bob")
