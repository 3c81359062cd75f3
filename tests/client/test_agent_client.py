"""What an agent's program can rely on, whatever the network does."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from frontdesk.client import AgentClient, Happened, InteractionCard, Invitation, SignInRefused
from frontdesk.domain import events
from frontdesk.errors import Refused, Unavailable
from tests.client.workspace_server import PASSWORD, WorkspaceServer, serving
from tests.patience import PATIENCE_S

pytestmark = pytest.mark.anyio


@pytest.fixture
async def server() -> AsyncIterator[WorkspaceServer]:
    async with serving() as peer:
        yield peer


def amy(server: WorkspaceServer) -> AgentClient:
    return AgentClient(server.url, "amy", PASSWORD, pause_s=lambda _: 0.01)


async def test_a_wrong_password_is_told_and_not_tried_again(server: WorkspaceServer) -> None:
    with pytest.raises(SignInRefused) as refused:
        async with AgentClient(server.url, "amy", "wrong"):
            pass
    assert refused.value.code == "wrong_credentials"


async def test_an_invite_that_rings_is_heard_and_taken(server: WorkspaceServer) -> None:
    server.start("c1", "hello?")
    async with amy(server) as agent:
        assert agent.agent.name == "Amy"
        assert agent.agent.skills == {"german": 7}
        await agent.ready()
        assert server.is_ready
        server.ring("c1")
        async for message in agent.messages():
            if isinstance(message, Invitation):
                break
        assert set(agent.invites) == {"c1"}
        chat = await agent.accept("c1")
        assert not agent.invites
        await chat.complete()
        assert (chat.nickname, [m.text for m in chat.said()]) == ("Kim", ["hello?"])
        await chat.say("Hello, Kim")
        assert server.chats["c1"].texts == ["hello?", "Hello, Kim"]


async def test_an_invite_that_rang_before_is_heard_too(server: WorkspaceServer) -> None:
    server.start("c1")
    server.ring("c1")
    async with amy(server) as agent:
        async for message in agent.messages():
            assert isinstance(message, Invitation)
            break


async def test_what_the_server_refuses_is_an_error_with_its_code(server: WorkspaceServer) -> None:
    server.start("c1")
    async with amy(server) as agent:
        with pytest.raises(Refused) as refused:
            await agent.accept("c1")
    assert refused.value.code == "invite_gone"


async def test_a_write_without_an_answer_is_repeated_and_has_its_effect_once(server: WorkspaceServer) -> None:
    server.start("c1")
    server.give("c1")
    async with amy(server) as agent:
        server.withholds_answers_to = "say"
        saying = asyncio.create_task(agent.chats["c1"].say("only once"))
        await server.until(lambda: server.chats["c1"].texts)
        server.withholds_answers_to = ""
        agent.drop_connection()
        await saying
    assert server.chats["c1"].texts == ["only once"]
    assert len({m["id"] for m in server.heard if m["do"] == "say"}) == 1
    assert sum(m["do"] == "say" for m in server.heard) == 2


async def test_words_written_without_a_connection_arrive_in_their_order(server: WorkspaceServer) -> None:
    server.start("c1")
    server.give("c1")
    async with amy(server) as agent:
        agent.drop_connection()
        texts = [f"word {n}" for n in range(40)]
        await asyncio.gather(*(agent.chats["c1"].say(text) for text in texts))
    assert server.chats["c1"].texts == texts


async def test_nothing_is_missed_and_nothing_heard_twice_over_many_lost_connections(
    server: WorkspaceServer,
) -> None:
    server.start("c1")
    chat = server.give("c1")
    heard: list[int] = []
    async with amy(server) as agent:

        @agent.on(Happened)
        async def note(happened: Happened) -> None:
            heard.append(happened.version)

        for n in range(60):
            server.visitor_says(chat, f"word {n}")
            if n % 10 == 3:
                welcomes = server.welcomes
                agent.drop_connection()
            if n % 10 == 9:
                await server.until(lambda before=welcomes: server.welcomes > before)
        while agent.chats["c1"].version < len(chat.events):
            await asyncio.sleep(0.01)
        assert [m.text for m in agent.chats["c1"].said()] == [f"word {n}" for n in range(60)]
    assert heard == sorted(set(heard))
    assert server.welcomes == 7


async def test_what_the_visitor_was_writing_may_be_gone_when_you_come_back(server: WorkspaceServer) -> None:
    """A server tells again what stands in the box; nothing, when that is empty."""
    server.start("c1")
    server.give("c1")
    async with amy(server) as agent, asyncio.timeout(PATIENCE_S):
        chat, welcomes = agent.chats["c1"], server.welcomes
        server.send({"is": "preview", "interaction_id": "c1", "text": "half a thou"})
        while chat.preview != "half a thou":
            await asyncio.sleep(0.01)
        agent.drop_connection()
        await server.until(lambda: server.welcomes > welcomes)
        while chat.preview:
            await asyncio.sleep(0.01)


async def test_of_a_chat_that_went_on_without_you_the_rest_is_heard_and_then_its_end(
    server: WorkspaceServer,
) -> None:
    server.start("c1")
    chat = server.give("c1")
    async with amy(server) as agent:
        mine = agent.chats["c1"]
        agent.drop_connection()
        chat.add(events.Said(party_id=1, text="are you there?"))
        chat.mine = 0
        async with asyncio.timeout(PATIENCE_S):
            await mine.over()
        assert [m.text for m in mine.said()] == ["are you there?"]
        assert not agent.chats


async def test_what_the_server_could_not_do_just_then_is_asked_again(server: WorkspaceServer) -> None:
    server.start("c1")
    server.give("c1")
    async with amy(server) as agent:
        server.is_busy = 3
        await agent.chats["c1"].say("at last")
        assert server.chats["c1"].texts == ["at last"]
        server.is_busy = 100
        with pytest.raises(Unavailable):
            await agent.chats["c1"].say("never")


async def test_a_handler_that_fails_hears_the_next_message(server: WorkspaceServer) -> None:
    server.start("c1")
    chat = server.give("c1")
    heard: list[str] = []
    async with amy(server) as agent:

        @agent.on(Happened)
        async def stumble(happened: Happened) -> None:
            if isinstance(happened.event, events.Said):
                heard.append(happened.event.text)
                raise RuntimeError("stumbled")  # noqa: TRY004

        server.visitor_says(chat, "one")
        server.visitor_says(chat, "two")
        async with asyncio.timeout(PATIENCE_S):
            while heard != ["one", "two"]:
                await asyncio.sleep(0.01)


async def test_the_card_follows_the_events(server: WorkspaceServer) -> None:
    server.start("c1")
    chat = server.give("c1")
    async with amy(server) as agent:
        mine = agent.chats["c1"]
        server.add(chat, events.DataChanged(party_id=1, changes={"order": "17", "colour": "red"}))
        server.add(chat, events.DataChanged(party_id=1, removed=("colour",)))
        server.add(chat, events.NicknameChanged(1, "Kim B."))
        server.add(chat, events.FileUploaded(party_id=1, file_id="f1", name="a.txt", size_bytes=3))
        server.add(chat, events.FileUploaded(party_id=1, file_id="f2", name="b.txt", size_bytes=3))
        server.add(chat, events.FileDeleted(1, "f1", "a.txt"))
        async for happened in mine.events():
            if happened.version == len(chat.events):
                break
        assert mine.user_data == {"order": "17"}
        assert mine.nickname == "Kim B."
        assert [file.name for file in mine.files] == ["b.txt"]


async def test_files_travel_both_ways(server: WorkspaceServer) -> None:
    server.start("c1")
    server.give("c1")
    async with amy(server) as agent:
        mine = agent.chats["c1"]
        card = await mine.upload("note.txt", b"some words", "text/plain")
        assert (card.name, card.size_bytes) == ("note.txt", 10)
        assert await mine.download(card.file_id) == b"some words"
        with pytest.raises(Refused, match="no such file"):
            await mine.download("nothing")


async def test_a_message_of_a_kind_from_the_future_is_left_out(server: WorkspaceServer) -> None:
    server.start("c1")
    chat = server.give("c1")
    async with amy(server) as agent:
        server.send({"is": "horoscope"}, {"is": "floor", "ready": 3})
        async for message in agent.messages():
            if not isinstance(message, InteractionCard):
                break
        assert agent.people_ready == 3
        assert chat.id in agent.chats


async def test_a_session_that_is_over_is_signed_in_anew(server: WorkspaceServer) -> None:
    async with amy(server) as agent:
        server.refuses_socket = 1
        agent.drop_connection()
        await server.until(lambda: server.welcomes == 2)
        assert server.signed_in == 2


async def test_after_closing_nothing_is_promised(server: WorkspaceServer) -> None:
    server.start("c1")
    server.give("c1")
    async with amy(server) as agent:
        server.withholds_answers_to = "say"
        chat = agent.chats["c1"]
        saying = asyncio.create_task(chat.say("is it there?"))
        await server.until(lambda: server.chats["c1"].texts)
    with pytest.raises(Unavailable):
        await saying
    assert chat.is_over
