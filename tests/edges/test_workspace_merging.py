"""Putting a chat aside and bringing two together, over the real sockets and wires."""

import json

import pytest

from tests.conformance.agents import Agent
from tests.conformance.house import House
from tests.conformance.v2 import Chat

pytestmark = pytest.mark.anyio


async def taken(house: House, agent: Agent, **form: str) -> Chat:
    chat = await house.visitors.start(nickname="Mira", **form)
    await agent.takes(chat.chat_id)
    return chat


async def id_of(agent: Agent) -> str:
    _, told = await agent.asks_for("/api/workspace/me")
    found: str = told["agent"]["agent_id"]
    return found


async def seen(chat: Chat) -> list[str]:
    return [line["type"] for line in (await chat.refresh(1)).events]


async def test_a_chat_is_put_aside_and_gone_on_with(house: House) -> None:
    async with house.agent("amy") as amy:
        chat = await taken(house, amy)
        before = await seen(chat)
        await amy.does("park", interaction_id=chat.chat_id)
        await amy.hears_event(chat.chat_id, "Parked")
        await amy.does("resume", interaction_id=chat.chat_id)
        await amy.hears_event(chat.chat_id, "Resumed")
        await amy.does("park", interaction_id=chat.chat_id)
        await amy.does("say", interaction_id=chat.chat_id, text="I am back.")
        await amy.hears_event(chat.chat_id, "Said", text="I am back.")
        assert await seen(chat) == [*before, "Message"], "the visitor is not told"


async def test_two_chats_become_one(house: House) -> None:
    async with house.agent("amy") as amy:
        first, second = await taken(house, amy), await taken(house, amy, subject="again")
        async with house.agent("bob") as bob:
            call = {"agent_id": await id_of(bob), "purpose": "conference"}
            await amy.does("call", interaction_id=first.chat_id, **call)
            await bob.takes(first.chat_id)
            await amy.does("set_data", interaction_id=first.chat_id, user_data={"order": "4711"})
            await amy.does("merge", interaction_id=second.chat_id, other=first.chat_id)
            merged = await amy.hears_event(second.chat_id, "Merged")
            assert merged["event"]["interaction_id"] == first.chat_id
            card = await bob.hears(
                lambda m: m["is"] == "interaction" and m["interaction_id"] == second.chat_id
            )
            assert card["user_data"]["order"] == "4711"
            await bob.does("say", interaction_id=second.chat_id, text="Hello again!")
            assert (await first.refresh(1)).body["chatEnded"]
            told = (await second.refresh(1)).body
            assert "Hello again!" in json.dumps(told)
            assert first.chat_id not in json.dumps(told), (
                "the visitor is not told where a colleague comes from"
            )
            assert not told["chatEnded"]
            await amy.does("merge", interaction_id=second.chat_id, other=first.chat_id)


async def test_what_cannot_be_merged(house: House) -> None:
    async with house.agent("amy") as amy:
        first, second = await taken(house, amy), await taken(house, amy)
        other = await house.visitors.start(nickname="Noor")

        async def refused(other_id: str, **members: bool) -> object:
            answer = await amy.asks("merge", interaction_id=first.chat_id, other=other_id, **members)
            return answer.get("code")

        assert await refused(first.chat_id) == "same_chat"
        assert await refused(other.chat_id) == "not_found"
        assert await refused(second.chat_id, leaves=True) == "nobody_stays"
        await amy.does("end", interaction_id=second.chat_id)
        assert await refused(second.chat_id) == "ended"
