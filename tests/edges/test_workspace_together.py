"""Several people in one chat, as each of them and the visitor see it, over the real sockets and wires."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from tests.conformance.agents import Agent, signed_in
from tests.conformance.house import PASSWORD, House
from tests.conformance.v2 import Chat

pytestmark = pytest.mark.anyio


@asynccontextmanager
async def supervisor(house: House, login: str = "sam") -> AsyncIterator[Agent]:
    """A supervisor who is not ready for chats."""
    await house.server.add_account(login=login, password=PASSWORD, role="supervisor", capacity=5)
    async with signed_in(house.url, login, PASSWORD) as agent:
        yield agent


async def taken(house: House, agent: Agent) -> Chat:
    chat = await house.visitors.start(nickname="Mira")
    await agent.takes(chat.chat_id)
    return chat


async def id_of(agent: Agent) -> str:
    _, told = await agent.asks_for("/api/workspace/me")
    found: str = told["agent"]["agent_id"]
    return found


async def seen(chat: Chat) -> list[tuple[str, str]]:
    """What the visitor sees of who comes, goes and speaks: type and name."""
    return [(line["type"], line["from"]["nickname"]) for line in (await chat.refresh(1)).events]


async def party_of(agent: Agent, chat: Chat, name: str) -> int:
    joined = await agent.hears_event(chat.chat_id, "Joined", nickname=name)
    party_id: int = joined["event"]["party_id"]
    return party_id


async def test_a_consultation_stays_between_colleagues_until_one_is_brought_in(house: House) -> None:
    async with house.agent("amy") as amy:
        chat = await taken(house, amy)
        async with house.agent("bob") as bob:
            await amy.does(
                "call",
                interaction_id=chat.chat_id,
                agent_id=await id_of(bob),
                purpose="consult",
                note="May I give 10 %?",
            )
            rung = await bob.hears(lambda m: m["is"] == "invited")
            assert (rung["called_by"], rung["purpose"], rung["note"]) == (
                "amy",
                "consult",
                "May I give 10 %?",
            )
            await bob.takes(chat.chat_id)
            await bob.does("say", interaction_id=chat.chat_id, text="You may.")
            await amy.hears_event(chat.chat_id, "Said", text="You may.", visibility="agents")
            assert ("ParticipantJoined", "bob") not in await seen(chat)
            party_id = await party_of(amy, chat, "bob")
            await amy.does("show", interaction_id=chat.chat_id, party_id=party_id)
            await bob.does("say", interaction_id=chat.chat_id, text="Hello!")
            lines = await seen(chat)
            assert lines[-2:] == [("ParticipantJoined", "bob"), ("Message", "bob")]
            await amy.does("pass_on", interaction_id=chat.chat_id, party_id=party_id)
            assert (await seen(chat))[-1] == ("ParticipantLeft", "amy")
    everything = json.dumps((await chat.refresh(1)).body)
    assert "You may." not in everything
    assert "10 %" not in everything


async def test_a_transfer_leaves_the_visitor_with_somebody_all_the_time(house: House) -> None:
    async with house.agent("amy") as amy:
        chat = await taken(house, amy)
        async with house.agent("bob") as bob:
            call = {"interaction_id": chat.chat_id, "agent_id": await id_of(bob), "purpose": "transfer"}
            await amy.does("call", **call)
            await bob.hears(lambda m: m["is"] == "invited")
            await bob.does("decline", interaction_id=chat.chat_id)
            await amy.hears_event(chat.chat_id, "InviteEnded", reason="declined")
            assert (await seen(chat))[-1] == ("ParticipantJoined", "amy")
            await amy.does("call", **call)
            await bob.does("accept", interaction_id=chat.chat_id)
            assert (await seen(chat))[-2:] == [("ParticipantJoined", "bob"), ("ParticipantLeft", "amy")]
            await amy.hears(lambda m: m["is"] == "left" and m["interaction_id"] == chat.chat_id)


async def test_only_who_is_ready_and_has_room_can_be_called(house: House) -> None:
    async with house.agent("amy") as amy:
        chat = await taken(house, amy)
        async with supervisor(house) as sam:
            call = {"interaction_id": chat.chat_id, "agent_id": await id_of(sam), "purpose": "conference"}
            assert (await amy.asks("call", **call))["code"] == "agent_away"
            assert (await amy.asks("call", **(call | {"agent_id": "nobody"})))["code"] == "agent_away"
        async with house.agent("bob", capacity=1) as bob:
            status, told = await amy.asks_for("/api/workspace/colleagues")
            assert status == 200
            assert [(c["name"], c["slots"]) for c in told["colleagues"]] == [("bob", 1)]
            await amy.does("not_ready")
            await taken(house, bob)
            call["agent_id"] = await id_of(bob)
            assert (await amy.asks("call", **call))["code"] == "agent_busy"
        outsider = await amy.asks("call", **(call | {"interaction_id": "0000"}))
        assert outsider["code"] == "not_found"


async def test_a_supervisor_listens_unknown_to_visitor_and_agent(house: House) -> None:
    async with house.agent("amy") as amy, supervisor(house) as sam:
        chat = await taken(house, amy)
        await sam.does("monitor", interaction_id=chat.chat_id)
        told = await sam.hears(lambda m: m["is"] == "interaction")
        assert {party["nickname"] for party in told["parties"]} == {"Mira", "amy", "sam"}
        await chat.send("Hello?")
        await sam.hears_event(chat.chat_id, "Said", text="Hello?")
        assert (await sam.asks("say", interaction_id=chat.chat_id, text="oops"))["code"] == "unseen"
        await sam.does("leave", interaction_id=chat.chat_id)
        await amy.does("say", interaction_id=chat.chat_id, text="Hi.")
        await amy.hears_event(chat.chat_id, "Said", text="Hi.")
        async with signed_in(house.url, "amy", PASSWORD) as again:
            await again.hears_event(chat.chat_id, "Said", text="Hi.")
            known = json.dumps(amy.heard) + json.dumps(again.heard)
        assert '"sam"' not in known
        assert "sam" not in json.dumps((await chat.refresh(1)).body)


async def test_a_supervisor_whispers_comes_forward_and_takes_over(house: House) -> None:
    async with house.agent("amy") as amy, supervisor(house) as sam:
        chat = await taken(house, amy)
        await sam.does("monitor", interaction_id=chat.chat_id)
        await sam.does("show", interaction_id=chat.chat_id, visibility="agents")
        await sam.does("say", interaction_id=chat.chat_id, text="be kind")
        await amy.hears_event(chat.chat_id, "Appeared", nickname="sam", visibility="agents")
        await amy.hears_event(chat.chat_id, "Said", text="be kind", visibility="agents")
        assert all(name != "sam" for _, name in await seen(chat))
        await sam.does("take_over", interaction_id=chat.chat_id)
        assert (await seen(chat))[-2:] == [("ParticipantJoined", "sam"), ("ParticipantLeft", "amy")]
        await amy.hears(lambda m: m["is"] == "left" and m["interaction_id"] == chat.chat_id)
        await sam.does("say", interaction_id=chat.chat_id, text="How can I help?")
        assert (await seen(chat))[-1] == ("Message", "sam")


async def test_what_supervisors_may_agents_may_not(house: House) -> None:
    async with house.agent("amy") as amy, house.agent("bob") as bob, supervisor(house) as sam:
        await bob.does("not_ready")
        chat = await taken(house, amy)
        assert (await bob.asks("monitor", interaction_id=chat.chat_id))["code"] == "not_yours"
        assert (await bob.asks("take_over", interaction_id=chat.chat_id))["code"] == "not_found"
        assert (await amy.asks("take_over", interaction_id=chat.chat_id))["code"] == "not_yours"
        assert (await bob.asks_for("/api/workspace/open"))[0] == 403
        status, told = await sam.asks_for("/api/workspace/open")
        assert status == 200
        assert [(c["interaction_id"], c["nickname"], len(c["agents"])) for c in told["chats"]] == [
            (chat.chat_id, "Mira", 1)
        ]


async def test_a_supervisor_who_lost_the_connection_listens_on(house: House) -> None:
    async with house.agent("amy") as amy:
        chat = await taken(house, amy)
        async with supervisor(house) as sam:
            await sam.does("monitor", interaction_id=chat.chat_id)
        await chat.send("Are you there?")
        async with signed_in(house.url, "sam", PASSWORD) as again:
            await again.hears_event(chat.chat_id, "Said", text="Are you there?")
