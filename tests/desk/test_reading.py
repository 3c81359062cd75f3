"""An agent's session that reads on while words are on their way."""

import asyncio
from typing import Any

import pytest

from frontdesk.desk.hub import Hub
from frontdesk.desk.previews import Previews
from frontdesk.domain import commands
from frontdesk.domain.agent import Role
from tests.desk.nodes import Node, turns

pytestmark = pytest.mark.anyio


class Session:
    """A session that writes down which versions it was told."""

    agent_id = "amy"
    role = Role.AGENT

    def __init__(self) -> None:
        self.versions: list[int] = []

    def event(self, _interaction_id: str, version: int, _at_ms: int, _body: bytes) -> None:
        self.versions.append(version)

    def _noted(self, *_told: Any, **_more: Any) -> None:
        return

    interaction = left = invited = invite_gone = preview = readiness = floor = flush = shut = _noted


async def test_a_word_that_is_heard_before_its_writer_is_answered_holds_up_nobody() -> None:
    node = Node()
    hub = Hub(node.chats, node.floor, Previews(node.store, "a", are_shared=False))
    node.follower._audience = hub
    chat_id = await node.start()
    await node.do(chat_id, commands.Invite("amy", 30), commands.Accept("amy", "Amy"))
    for n in range(80):  # More than the node keeps at hand, so that the session reads the log.
        await node.do(chat_id, commands.Say(party_id=1, text=str(n)))
    await node.hears()
    node.connection.hold("append")
    node.connection.hold("read")
    session = Session()
    hub.open(session, {})
    await turns()
    saying = asyncio.ensure_future(node.do(chat_id, commands.Say(party_id=1, text="last")))
    await turns()
    hearing = asyncio.ensure_future(node.hears())
    await turns()
    node.connection.release("read")
    await turns()
    node.connection.release("append")
    await asyncio.gather(saying, hearing)
    await turns()
    assert session.versions == list(range(1, 86))
    await hub.aclose()
