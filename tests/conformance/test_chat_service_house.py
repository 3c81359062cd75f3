"""webchat-service checks 74, 81 and 85 to 92 once more: our own server, and an agent on the other side."""

from pathlib import Path

import pytest
from msgspec.structs import replace

from frontdesk.client.chat_errors import ErrorCode
from frontdesk.client.chat_service import ChatService
from frontdesk.client.state_store import FileStorage, StateStore
from frontdesk.settings import ServiceSettings
from tests.conformance.chat_program import Heard, refused, texts
from tests.conformance.house import House, serving, settings_in
from tests.conformance.visitor_page import HandClock, visitor_page

pytestmark = pytest.mark.anyio


def url_of(house: House, service: str = "s") -> str:
    return f"{house.visitors.base}/{service}"


async def test_085_to_092_a_program_chats_with_an_agent_stops_and_goes_on(
    house: House, tmp_path: Path
) -> None:
    storage = FileStorage(tmp_path / "visitor.json")
    async with house.agent("amy") as amy:
        async with ChatService(state_storage=storage, clock=HandClock()) as chat:
            assert await refused(chat.restore_session()) is None
            session = await chat.start_session(
                server_url=url_of(house), username="Mira", user_data={"FirstName": "Mira"}
            )
            chat_id = (await amy.hears(lambda m: m["is"] == "invited"))["interaction_id"]
            came = Heard(session.on_agent_connected)
            heard = Heard(session.on_message_received)
            await amy.takes(chat_id)
            assert [event.party.type.agent for event in await came.until(1)] == [True]
            await session.send_message("Where is my order?")
            await amy.hears_event(chat_id, "Said", text="Where is my order?")
            await amy.does("say", interaction_id=chat_id, text="Let me look.")
            assert texts(await heard.until(2)) == ["Where is my order?", "Let me look."]
            assert heard.events[1].party.type == "Agent"

        await amy.does("say", interaction_id=chat_id, text="Found it.")

        async with ChatService(state_storage=storage, clock=HandClock()) as chat:
            session = await chat.restore_session()
            heard, ended = Heard(session.on_message_received), Heard(session.on_session_ended)
            assert texts(await heard.until(1)) == ["Found it."]
            said = [message["text"] for message in await session.get_transcript() if message.get("text")]
            assert said == ["Where is my order?", "Let me look.", "Found it."]
            await session.leave()
            await ended.until(1)
            await amy.hears_event(chat_id, "Ended")
            assert await refused(chat.restore_session()) is None


async def test_085_a_session_that_was_purged_cannot_be_restored(house: House, tmp_path: Path) -> None:
    storage = FileStorage(tmp_path / "visitor.json")
    state = {
        "version": 1,
        "sessionId": "0004Ga0000000001",
        "credentials": {"secureKey": "0" * 32},
        "position": 1,
        "serverUrl": url_of(house),
    }
    storage.write(state)
    async with ChatService(state_storage=storage, clock=HandClock()) as chat:
        error = await refused(chat.restore_session())
        assert error is not None
        assert error.code is ErrorCode.UNKNOWN_SESSION


@pytest.mark.parametrize("service", ["closed", "nowhere"])
async def test_086_a_closed_service_refuses_the_login(house: House, service: str) -> None:
    async with ChatService(clock=HandClock()) as chat:
        error = await refused(chat.start_session(server_url=url_of(house, service)))
    assert error is not None
    assert error.code is ErrorCode.LOGIN_FAILED


async def test_088_and_089_the_visitor_reads_own_and_granted_data_only(tmp_path: Path) -> None:
    settings = settings_in(tmp_path)
    services = {**settings.services, "s": ServiceSettings(visitor_readable_keys=("waiting_time",))}
    async with (
        serving(replace(settings, services=services)) as house,
        house.agent("amy") as amy,
        ChatService(clock=HandClock()) as chat,
    ):
        session = await chat.start_session(
            server_url=url_of(house), user_data={"FirstName": "Mira", "GCTI_claim": "x"}
        )
        chat_id = (await amy.hears(lambda m: m["is"] == "invited"))["interaction_id"]
        await amy.takes(chat_id)
        await amy.does(
            "set_data", interaction_id=chat_id, user_data={"waiting_time": "3", "internal": "secret"}
        )
        await session.set_user_data({"size": "M"})
        assert await session.get_user_data("FirstName") == "Mira"
        assert await session.get_user_data("size") == "M"
        assert await session.get_user_data("waiting_time") == "3"
        for key in ("internal", "GCTI_claim", "nowhere"):
            assert await session.get_user_data(key) is None
        assert await session.delete_user_data("FirstName") > 1_000_000_000_000
        assert await session.get_user_data("FirstName") is None
        await amy.hears_event(chat_id, "DataChanged", removed=["FirstName"])


async def test_074_and_081_a_page_without_a_window_tells_a_whole_life(house: House) -> None:
    store, clock = StateStore(), HandClock()
    async with house.agent("amy") as amy:
        async with visitor_page(url_of(house), store, clock) as page:
            await page.does("open")
            await page.does("submit", {"form": {"nickname": "Mira", "size": "M"}})
            chat_id = (await amy.hears(lambda m: m["is"] == "invited"))["interaction_id"]
            taken = await amy.takes(chat_id)
            assert (taken["nickname"], taken["user_data"]["size"]) == ("Mira", "M")
            await amy.does("say", interaction_id=chat_id, text="Hello")
            await page.says("Hi")
            await page.until(lambda: page.block["agentMessages"] == 1 and page.block["userMessages"] == 1)
            before = page.block["systemMessages"]
        async with visitor_page(url_of(house), store, clock) as page:
            await page.until_told("opened")
            assert (page.block["userMessages"], page.block["agentMessages"]) == (1, 1)
            assert page.block["systemMessages"] == before
            await amy.does("end", interaction_id=chat_id)
            await page.until_told("completed")
            await page.does("close")
            await page.until_told("closed")
            assert page.names == ["ready", "opened", "completed", "closed"]
