"""What a visitor is answered by a node that others have overtaken."""

import msgspec
import pytest

from frontdesk.desk.hub import Hub
from frontdesk.desk.identity import hash_key, new_id
from frontdesk.desk.input_boxes import InputBoxes
from frontdesk.desk.previews import Previews
from frontdesk.domain import commands
from frontdesk.edges.chat_v2_session import ChatV2Sessions
from frontdesk.errors import TooNew
from frontdesk.wire.chat_v2_fields import RefreshFields, SessionFields
from tests.desk.nodes import Node, two

pytestmark = pytest.mark.anyio

KEY = "0123456789abcdef"


class Window:
    """A visitor's window that polls one node."""

    def __init__(self, node: Node, chat_id: str) -> None:
        hub = Hub(node.chats, node.floor, Previews(node.store, "a", are_shared=False))
        self.sessions = ChatV2Sessions(
            node.interactions, node.services, InputBoxes(hub, node.clock, 1000), node.clock
        )
        self.chat_id = chat_id
        self.position = 1

    async def polls(self) -> list[str]:
        """What is new."""
        session = await self.sessions.session("s", self.chat_id, SessionFields(secure_key=KEY))
        assert session is not None
        fields = RefreshFields(secure_key=KEY, transcript_position=str(self.position))
        answer = msgspec.json.decode(await self.sessions.refresh(session, fields, {}))
        self.position = answer["nextPosition"]
        return [line["text"] for line in answer["messages"] if line["type"] == "Message"]


async def start(node: Node) -> str:
    chat_id = new_id(node.clock())
    await node.interactions.start(
        chat_id,
        commands.Start(service="s", user_id="u", key_hash=hash_key(KEY), nickname="Mira", queue="default"),
    )
    return chat_id


async def test_a_poll_of_a_quiet_chat_finds_what_was_said_at_another_node() -> None:
    a, b = two()
    chat_id = await start(a)
    window = Window(b, chat_id)
    await window.polls()
    await b.hears()
    chat = b.chats.known(chat_id)
    assert chat is not None
    chat.full = None  # As when many other chats were used since.
    await a.do(chat_id, commands.Say(party_id=1, text="hello"))
    await b.hears()
    assert await window.polls() == ["hello"]
    assert await window.polls() == []


async def test_a_poll_of_a_chat_that_only_newer_nodes_can_read_says_so() -> None:
    a, b = two()
    chat_id = await start(a)
    window = Window(b, chat_id)
    await window.polls()
    await b.hears()
    await a.database.append(f"interaction/{chat_id}", 2, [b'{"type":"Parked"}'], a.clock())
    await b.hears()
    with pytest.raises(TooNew):
        await window.polls()
