"""Agents and supervisors in one chat through the SDK, on our own server."""

import asyncio
import contextlib
from collections.abc import AsyncIterator

import pytest

from frontdesk.client import AgentClient, Chat, Invitation
from frontdesk.errors import Refused
from tests.conformance.house import PASSWORD, House
from tests.patience import PATIENCE_S

pytestmark = pytest.mark.anyio


@contextlib.asynccontextmanager
async def at_work(house: House, login: str, role: str = "agent") -> AsyncIterator[AgentClient]:
    await house.server.add_account(login=login, password=PASSWORD, role=role)
    async with AgentClient(house.url, login, PASSWORD, pause_s=lambda _: 0.02) as client:
        if role == "agent":
            await client.ready()
        yield client


async def rung(client: AgentClient) -> tuple[Invitation, Chat]:
    """The next invitation, and the chat when it is taken."""
    async with asyncio.timeout(PATIENCE_S):
        async for message in client.messages():
            if isinstance(message, Invitation):
                return message, await client.accept(message.interaction_id)
    raise AssertionError("the client stopped")


async def until_here(chat: Chat, name: str) -> int:
    """The party of this name, once the chat knows of it."""
    async with asyncio.timeout(PATIENCE_S):
        while True:
            found = [p.party_id for p in chat.card.parties if p.nickname == name and p.is_present]
            if found:
                return found[0]
            await asyncio.sleep(0.01)


async def test_a_colleague_advises_and_takes_over(house: House) -> None:
    async with at_work(house, "amy") as amy:
        visitor = await house.visitors.start(nickname="Mira")
        _, chat = await rung(amy)
        async with at_work(house, "bob") as bob:
            (colleague,) = await amy.colleagues()
            assert (colleague.name, colleague.slots) == ("bob", 5)
            await chat.call(colleague.agent_id, "consult", "a refund?")
            invitation, advising = await rung(bob)
            assert (invitation.called_by, invitation.purpose, invitation.note) == (
                "amy",
                "consult",
                "a refund?",
            )
            await advising.say("yes")
            await chat.pass_on(await until_here(chat, "bob"))
            await advising.say("Hello, I am Bob.")
    events = (await visitor.refresh(1)).events
    assert [event["text"] for event in events if event["type"] == "Message"] == ["Hello, I am Bob."]


async def test_a_supervisor_looks_on_and_steps_forward(house: House) -> None:
    async with at_work(house, "amy") as amy, at_work(house, "sam", "supervisor") as sam:
        visitor = await house.visitors.start(nickname="Mira")
        _, chat = await rung(amy)
        (found,) = await sam.open_chats()
        assert (found.interaction_id, found.nickname, found.phase) == (chat.id, "Mira", "active")
        looking = await sam.monitor(found.interaction_id)
        with pytest.raises(Refused, match="silently"):
            await looking.say("oops")
        await looking.step_forward("agents")
        await looking.say("be kind")
        await until_here(chat, "sam")
        await looking.take_over()
        await looking.say("How can I help?")
        with pytest.raises(Refused):
            await amy.open_chats()
    events = (await visitor.refresh(1)).events
    assert [event["text"] for event in events if event["type"] == "Message"] == ["How can I help?"]


async def test_two_chats_become_one_and_one_is_put_aside(house: House) -> None:
    async with at_work(house, "amy") as amy:
        await house.visitors.start(nickname="Mira")
        _, first = await rung(amy)
        visitor = await house.visitors.start(nickname="Mira", subject="again")
        _, second = await rung(amy)
        await first.set_data(order="4711")
        await second.park()
        async with asyncio.timeout(PATIENCE_S):
            while not any(party.is_held for party in second.card.parties):
                await asyncio.sleep(0.01)
            await second.resume()
            await second.merge(first.id)
            while first.card.phase != "ended" or second.card.user_data.get("order") != "4711":
                await asyncio.sleep(0.01)
        assert not any(party.is_held for party in second.card.parties)
        assert not (await visitor.refresh(1)).body["chatEnded"]
        with pytest.raises(Refused) as refused:
            await second.merge(second.id)
        assert refused.value.code == "same_chat"
