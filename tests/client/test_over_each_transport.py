"""A visitor's client and the Chat Service API over each transport, against our own server."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from frontdesk.client import Client
from frontdesk.client.chat_errors import ChatFailed, ErrorCode
from frontdesk.client.chat_events import MessageReceived
from frontdesk.client.chat_service import ChatService
from frontdesk.client.state_store import FileStorage
from tests.conformance.agents import Agent
from tests.conformance.house import House, serving
from tests.conformance.v3_house import v3_settings
from tests.patience import PATIENCE_S
from tests.scenarios.real import TRANSPORTS, config_for

pytestmark = [pytest.mark.anyio, pytest.mark.parametrize("over", TRANSPORTS)]


@pytest.fixture(scope="module")
async def house(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[House]:
    async with serving(v3_settings(tmp_path_factory.mktemp("house"))) as it:
        yield it


@pytest.fixture(scope="module")
async def amy(house: House) -> AsyncIterator[Agent]:
    async with house.agent("amy", capacity=50) as agent:
        yield agent


def place(house: House, over: str) -> tuple[str, Mapping[str, Any]]:
    """The address to give to a client, and its further options."""
    config = config_for(over, house.url)
    url = config.get("dataURL") or config.get("transport", {}).get("dataURL") or house.url
    return url, config


async def test_a_client_chats_is_left_and_finds_its_chat_again(
    house: House, amy: Agent, over: str, tmp_path: Path
) -> None:
    url, config = place(house, over)
    state = tmp_path / "state.json"
    async with Client(url, config=config, state=state) as chat:
        await chat.start(nickname="Ada", data={"color": "blue"})
        session = chat.service.engine.session
        assert session is not None
        chat_id = session.credentials.session_id
        await chat.say("Is anybody there? 😀")
        card = await amy.takes(chat_id)
        assert (card["nickname"], card["user_data"]["color"]) == ("Ada", "blue")
        await amy.hears_event(chat_id, "Said", text="Is anybody there? 😀")
    await amy.does("say", interaction_id=chat_id, text="I am.")
    async with Client(url, config=config, state=state) as chat, asyncio.timeout(PATIENCE_S):
        assert chat.is_active
        async for line in chat:
            if line.text == "I am.":
                await amy.does("end", interaction_id=chat_id)
        texts = [line.text for line in chat.lines if line.kind == "Message" and line.party != "External"]
        assert texts == ["Is anybody there? 😀", "I am."]
        assert chat.metadata["completed"]


async def test_a_program_chats_and_goes_on_with_its_session(
    house: House, amy: Agent, over: str, tmp_path: Path
) -> None:
    url, config = place(house, over)
    storage = FileStorage(tmp_path / "state.json")
    heard: asyncio.Queue[str] = asyncio.Queue()

    async def hears(text: str) -> None:
        while await heard.get() != text:
            pass

    def hear(event: MessageReceived) -> None:
        heard.put_nowait(event.content.text or "")

    async with asyncio.timeout(PATIENCE_S):
        async with ChatService(state_storage=storage, options=config) as service:
            session = await service.start_session(server_url=url, username="Ada")
            session.on_message_received(hear)
            await session.send_message("Hello")
            await hears("Hello")
            await session.set_user_data({"size": "5"})
        async with ChatService(state_storage=storage, options=config) as service:
            session = await service.restore_session(server_url=url)
            session.on_message_received(hear)
            await session.send_message("Me again")
            await hears("Me again")
            transcript = await session.get_transcript()
            assert [one["text"] for one in transcript if one["type"] == "Message"] == ["Hello", "Me again"]
            if over not in ("v2", "v2-socket"):
                with pytest.raises(ChatFailed) as failed:
                    await session.get_user_data("size")
                assert failed.value.error is not None
                assert failed.value.error.code == ErrorCode.UNKNOWN_COMMAND
            await session.leave()
            assert session.is_over
        async with ChatService(state_storage=storage, options=config) as service:
            with pytest.raises(ChatFailed):
                await service.restore_session(server_url=url)
