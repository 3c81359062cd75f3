"""The visitor's client against our own server, with an agent at the desk."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from frontdesk.client import Client, CommandRejected, Line
from frontdesk.client.bus import Event
from frontdesk.errors import Unavailable
from tests.conformance.agents import Agent
from tests.conformance.house import House, serving, settings_in
from tests.desk.nodes import Clock
from tests.patience import PATIENCE_S

pytestmark = pytest.mark.anyio

QUICK = {"pollRateMin": 250, "pollRateMax": 250}


@pytest.fixture(scope="module")
async def house(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[House]:
    async with serving(settings_in(tmp_path_factory.mktemp("house"))) as it:
        yield it


@pytest.fixture(scope="module")
async def amy(house: House) -> AsyncIterator[Agent]:
    async with house.agent("amy", capacity=50) as agent:
        yield agent


def visitor(house: House, service: str = "s", state: Path | None = None) -> Client:
    return Client(f"{house.url}/genesys/2/chat/{service}", state=state, config=QUICK)


def chat_id(chat: Client) -> str:
    live = chat.service.engine.live
    assert live is not None
    return live.session.credentials.session_id


async def reads(chat: Client, kind: str, text: str = "") -> Line:
    """The first line of this kind and text."""

    async def look() -> Line:
        async for line in chat:
            if line.kind == kind and text in line.text:
                return line
        raise AssertionError(f"the chat was over before {kind} {text}")

    return await asyncio.wait_for(look(), PATIENCE_S)


async def hears(chat: Client, event: str) -> Event:
    """The next such event."""
    heard: asyncio.Future[Event] = asyncio.get_running_loop().create_future()
    chat.bus.once(f"WebChatService.{event}", heard.set_result)
    return await asyncio.wait_for(heard, PATIENCE_S)


async def test_a_chat_end_to_end(house: House, amy: Agent) -> None:
    async with visitor(house) as chat:
        await chat.start(nickname="Ada", subject="Looms", data={"color": "blue"})
        await chat.say("Is anybody <there>? 😀")
        card = await amy.takes(chat_id(chat))
        assert (card["nickname"], card["user_data"]["color"]) == ("Ada", "blue")
        await amy.hears_event(chat_id(chat), "Said", text="Is anybody <there>? 😀")
        await amy.does("say", interaction_id=chat_id(chat), text="I am.")
        line = await reads(chat, "Message", "I am.")
        assert (line.party, line.is_mine) == ("Agent", False)
        await amy.does("end", interaction_id=chat_id(chat))
        lines = [str(one) async for one in chat]
        assert lines[:2] == ["Ada is here", "Ada: Is anybody <there>? 😀"]
        assert not chat.is_active
        metadata = chat.metadata
        assert (metadata["userMessages"], metadata["agentMessages"], metadata["numAgents"]) == (1, 1, 1)
        assert metadata["completed"] >= metadata["agentReached"] >= metadata["started"]


async def test_everything_else_that_two_sides_can_do(house: House, amy: Agent, tmp_path: Path) -> None:
    async with visitor(house) as chat:
        await chat.start(nickname="Ada")
        chat_of_amy = (await amy.takes(chat_id(chat)))["interaction_id"]
        await chat.typing("My lo")
        await amy.hears_event(chat_of_amy, "TypingStarted")
        await amy.hears(lambda m: m["is"] == "preview" and m["text"] == "My lo")
        await chat.push_url("https://shop.example/a?b=c")
        await chat.rename("Countess")
        await chat.notice("seen")
        await chat.set_data(size="5")
        for type_ in ("UrlPushed", "NicknameChanged", "NoticeGiven", "DataChanged"):
            await amy.hears_event(chat_of_amy, type_)
        assert (await reads(chat, "NicknameUpdated")).name == "Countess"
        await chat.read()
        await amy.hears(lambda m: m["is"] == "readers")

        typing = asyncio.create_task(hears(chat, "agentTypingStarted"))
        await amy.does("type", interaction_id=chat_of_amy, is_typing=True)
        assert (await typing).data["from"]["type"] == "Agent"
        await amy.does("push_url", interaction_id=chat_of_amy, url="https://shop.example/x")
        assert (await reads(chat, "PushUrl", "/x")).party == "Agent"
        await amy.does("say", interaction_id=chat_of_amy, text="only for us", visibility="agents")
        await amy.does("say", interaction_id=chat_of_amy, text="for you")
        await reads(chat, "Message", "for you")
        assert "only for us" not in [line.text for line in chat.lines]

        path = tmp_path / "note.png"
        path.write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(20))
        file_id = await chat.send_file(path)
        assert (await reads(chat, "FileUploaded")).file_id == file_id
        assert await chat.fetch_file(file_id) == path.read_bytes()
        await chat.delete_file(file_id)
        await reads(chat, "FileDeleted")


async def test_a_file_that_is_not_allowed_is_refused_and_the_chat_goes_on(house: House) -> None:
    async with visitor(house, "files") as chat:
        await chat.start(nickname="Ada")
        for name, size, code in (("virus.exe", 1, 203), ("big.txt", 1001, 202)):
            with pytest.raises(CommandRejected) as caught:
                await chat.command("sendFile", {"files": (name, bytes(size))})
            reason: Any = caught.value.reason
            assert reason["responseJSON"]["errors"][0]["code"] == code
        await chat.say("and now?")
        await reads(chat, "Message", "and now?")


async def test_a_chat_is_found_again_with_all_its_words(house: House, amy: Agent, tmp_path: Path) -> None:
    state = tmp_path / "visitor.json"
    async with visitor(house, state=state) as chat:
        await chat.start(nickname="Ada")
        await chat.say("one")
        await reads(chat, "Message", "one")
        await amy.takes(chat_id(chat))
        await reads(chat, "ParticipantJoined")
    async with visitor(house, state=state) as chat:
        assert chat.is_active
        await chat.say("two")
        await reads(chat, "Message", "two")
        assert [line.text for line in chat.lines if line.kind == "Message"] == ["one", "two"]
        await amy.hears_event(chat_id(chat), "Said", text="two")
        await chat.leave()
    async with visitor(house, state=state) as chat:
        assert not chat.is_active


async def test_a_server_that_restarts_loses_and_doubles_nothing(tmp_path: Path) -> None:
    settings = settings_in(tmp_path)
    async with AsyncExitStack() as visit:
        async with serving(settings) as house:
            chat = await visit.enter_async_context(visitor(house))
            await chat.start(nickname="Ada")
            await chat.say("before")
            await reads(chat, "Message", "before")
            lost = asyncio.create_task(hears(chat, "disconnected"))
        await lost
        with pytest.raises(Unavailable):
            await chat.say("meanwhile")
        back = asyncio.create_task(hears(chat, "reconnected"))
        same_port = replace(settings.server, port=int(house.url.rpartition(":")[2]))
        async with serving(replace(settings, server=same_port)):
            await back
            await chat.say("after")
            await reads(chat, "Message", "after")
            assert [line.text for line in chat.lines if line.kind == "Message"] == ["before", "after"]
            await chat.leave()


async def test_refusals_come_with_their_codes(house: House) -> None:
    async with visitor(house, "closed") as chat:
        with pytest.raises(CommandRejected) as caught:
            await chat.start(nickname="Ada")
        reason: Any = caught.value.reason
        assert [error["code"] for error in reason["responseJSON"]["errors"]] == [240]
    async with visitor(house) as chat:
        with pytest.raises(CommandRejected) as caught:
            await chat.start(email="nonsense")
        reason = caught.value.reason
        assert {error["code"] for error in reason["responseJSON"]["errors"]} == {161, 364}


async def test_who_is_silent_is_warned_and_let_go(tmp_path: Path) -> None:
    clock = Clock()
    async with serving(settings_in(tmp_path), clock) as house, visitor(house, "hasty") as chat:
        await chat.start(nickname="Ada")
        clock.after_s(1)
        assert (await reads(chat, "IdleAlert")).party == "External"
        clock.after_s(2)
        kinds = [line.kind async for line in chat]
        assert "IdleClose" in kinds
        assert not chat.is_active


async def test_who_says_so_is_still_there(tmp_path: Path) -> None:
    clock = Clock()
    async with serving(settings_in(tmp_path), clock) as house, visitor(house, "hasty") as chat:
        await chat.start(nickname="Ada")
        clock.after_s(1)
        await reads(chat, "IdleAlert")
        clock.after_s(1)
        await chat.command("wake", {"resetIdleState": True})
        first = chat.lines[-1].index

        async def warned_again() -> None:
            async for line in chat:
                assert line.kind != "IdleClose"
                if line.kind == "IdleAlert" and line.index > first:
                    return

        clock.after_s(1)
        await asyncio.wait_for(warned_again(), PATIENCE_S)
