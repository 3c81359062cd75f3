"""WebChatService over CometD, against our own server: webchat-service, section 12, where it is otherwise."""

from collections.abc import AsyncIterator, Mapping
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from frontdesk.client.bus import Bus, CommandRejected
from frontdesk.client.webchat_service import WebChatService
from tests.conformance.agents import Agent
from tests.conformance.house import House, serving, settings_in
from tests.conformance.v3_house import v3_settings
from tests.faults.broken_sockets import Proxy
from tests.scenarios.real import RealStage, on_real_stage

pytestmark = pytest.mark.anyio

ADA = {"nickname": "Ada"}


@pytest.fixture(scope="module")
async def house(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[House]:
    async with serving(v3_settings(tmp_path_factory.mktemp("house"))) as it:
        yield it


@pytest.fixture(scope="module")
async def amy(house: House) -> AsyncIterator[Agent]:
    async with house.agent("amy", capacity=50) as agent:
        yield agent


def on_stage(house: House, config: Mapping[str, Any] | None = None) -> AbstractAsyncContextManager[RealStage]:
    return on_real_stage(house, {}, "v2-cometd", {"config": config or {}})


def names(stage: RealStage) -> list[str]:
    return [name for name, _ in stage.published]


async def test_1_it_starts_with_the_flat_options_and_whatever_data_url_says(house: House, amy: Agent) -> None:
    async with on_stage(house, {"dataURL": "http://127.0.0.1:1/nobody"}) as stage:
        response = await stage.do("startChat", {**ADA, "subject": "Looms", "userData": {"a": {"b": 1}}})
        assert (response["statusCode"], response["chatId"]) == (0, stage.chat_id)
        card = await amy.takes(stage.chat_id)
        assert (card["nickname"], card["user_data"]["a.b"]) == ("Ada", "1")
        assert set(await stage.do("getSessionData")) == {"secureKey", "sessionID", "alias", "userId"}


async def test_7_a_start_that_is_refused_is_told_with_the_reason(house: House) -> None:
    async with on_stage(house) as stage:
        reason = await stage.refused("startChat", {"subject": "nobody"})
        assert (reason["statusCode"], bool(reason["errors"])) == (2, True)
        assert names(stage) == ["error"]
        await stage.do("startChat", ADA)
        assert "started" in names(stage)


async def test_8_without_a_network_a_start_is_an_error(house: House) -> None:
    async with on_stage(house) as stage:
        stage.wire.lose()
        assert (await stage.refused("startChat", ADA))["status"] == 0
        assert names(stage) == ["error"]


async def test_35_what_is_being_written_is_seen_at_the_desk(house: House, amy: Agent) -> None:
    async with on_stage(house) as stage:
        await stage.do("startChat", ADA)
        await amy.takes(stage.chat_id)
        await stage.do("sendTyping", {"message": "My lo"})
        chat = stage.chat_id
        await amy.hears(
            lambda m: m["is"] == "preview" and m["interaction_id"] == chat and m["text"] == "My lo"
        )


async def test_35_and_goes_along_again_while_it_changes(house: House, amy: Agent) -> None:
    async with on_stage(house) as stage:
        await stage.do("startChat", ADA)
        chat = stage.chat_id
        await amy.takes(chat)
        for seconds in range(8):
            await stage.do("sendTyping", {"message": f"I write for {seconds} s"})
            await stage.wait(1000)
        seen = "I write for 5 s"
        await amy.hears(lambda m: m["is"] == "preview" and m["interaction_id"] == chat and m["text"] == seen)
        assert names(stage).count("clientTypingStarted") == 1
        shown = [m["text"] for m in amy.heard if m["is"] == "preview" and m["interaction_id"] == chat]
        assert shown == ["I write for 0 s", seen]


async def test_49_nobody_polls_where_everything_is_pushed(house: House) -> None:
    async with on_stage(house) as stage:
        await stage.do("startChat", ADA)
        for command in ("startPoll", "stopPoll"):
            assert await stage.refused(command) == "This transport doesn't support polling"
        own = stage.bus._plugins["WebChatService"].command("poll")
        await stage.settle()
        reasons: list[object] = []
        own.fail(reasons.append)
        assert reasons == ["This transport doesn't support polling."]
        reason = await stage.refused("resetPollExceptions")
        assert reason == "This transport doesn't support resetPollExceptions command."


async def test_54_nothing_is_lost_in_an_outage_and_nothing_comes_twice(house: House, amy: Agent) -> None:
    async with on_stage(house) as stage:
        await stage.do("startChat", ADA)
        await amy.takes(stage.chat_id)
        await amy.does("say", interaction_id=stage.chat_id, text="one")
        await stage.receives("one")
        for word in ("two", "three"):
            stage.wire.lose()
            await stage.hears("disconnected")
            assert await stage.do("sendMessage", {"message": "lost?"}) == {"statusCode": 1}
            await amy.does("say", interaction_id=stage.chat_id, text=word)
            stage.wire.is_lost = False
            await stage.receives(word)
            await stage.hears("reconnected")
            stage.published.clear()
        await amy.does("say", interaction_id=stage.chat_id, text="four")
        await stage.receives("four")
        said = [message["text"] for message in stage.received if message["from"]["type"] == "Agent"]
        assert said == ["", "one", "two", "three", "four"]


async def test_54_an_outage_that_only_a_command_noticed_ends_as_well(house: House) -> None:
    async with on_stage(house) as stage:
        await stage.do("startChat", ADA)
        await stage.hears("clientConnected")
        stage.wire.lost_path = "/cometd/"
        assert (await stage.refused("sendMessage", {"message": "lost?"}))["status"] == 0
        await stage.hears("disconnected")
        await stage.wait(10_000)
        assert "reconnected" not in names(stage)
        stage.wire.lost_path = ""
        await stage.hears("reconnected")
        await stage.do("sendMessage", {"message": "There I am."})
        await stage.receives("There I am.")


async def test_54_a_server_that_knows_us_no_longer_is_told_who_we_are(house: House, amy: Agent) -> None:
    async with on_stage(house) as stage:
        await stage.do("startChat", ADA)
        await amy.takes(stage.chat_id)
        await stage.hears("agentConnected")
        line = stage.service.engine.transport._line  # type: ignore[attr-defined]
        line._bayeux.client_id = "somebody the server forgot"
        assert (await stage.do("sendMessage", {"message": "Still me."}))["statusCode"] == 0
        await stage.receives("Still me.")
        await amy.does("say", interaction_id=stage.chat_id, text="Hello again.")
        await stage.receives("Hello again.")
        assert "disconnected" not in names(stage)


async def test_55_what_the_server_has_against_a_command_is_pushed(house: House) -> None:
    async with on_stage(house) as stage:
        await stage.do("startChat", ADA)
        await stage.do("sendMessage", {"message": "x" * 5000})
        error = await stage.hears("error")
        assert (error[1]["statusCode"], error[1]["errors"][0]["code"]) == (2, 204)
        assert stage.service.engine.is_active


async def test_63_a_page_that_comes_again_is_told_the_whole_chat(house: House, amy: Agent) -> None:
    async with on_stage(house) as stage:
        await stage.do("startChat", ADA)
        await amy.takes(stage.chat_id)
        await amy.does("say", interaction_id=stage.chat_id, text="Hello.")
        await stage.receives("Hello.")
        stage.published.clear()
        stage.received.clear()
        await stage.reload(10_000)
        assert names(stage)[:3] == ["restored", "clientConnected", "agentConnected"]
        assert (await stage.receives("Hello."))["restoring"] is True
        await amy.does("say", interaction_id=stage.chat_id, text="Welcome back.")
        assert "restoring" not in await stage.receives("Welcome back.")


async def test_64_the_last_contact_is_kept_while_nothing_is_new(house: House) -> None:
    async with on_stage(house) as stage:
        await stage.do("startChat", ADA)
        await stage.hears("clientConnected")
        await stage.wait(600_000)  # In which the server had nothing to say.
        await stage.reload(50_000)
        assert "restored" in names(stage)
        stage.published.clear()
        await stage.reload(60_000)
        assert names(stage) == ["restoreTimeout", "WebChat.closed"]


async def test_65_a_chat_that_ended_meanwhile_is_over(house: House, amy: Agent) -> None:
    async with on_stage(house) as stage:
        await stage.do("startChat", ADA)
        await amy.takes(stage.chat_id)
        await stage.hears("agentConnected")
        stage.service.engine.close()
        await amy.does("end", interaction_id=stage.chat_id)
        stage.published.clear()
        await stage.load()
        assert names(stage) == ["restoreTimeout", "WebChat.closed"]


async def test_70_files_go_beside_the_line(house: House) -> None:
    async with on_stage(house) as stage:
        await stage.do("startChat", ADA)
        picture = b"\x89PNG\r\n\x1a\n" + bytes(20)
        limits = await stage.do("getFileLimits")
        assert limits["messages"][0]["text"] == "file-client-cfg-get"
        response = await stage.do("sendFile", {"files": ("a.png", picture)})
        file_id = response["userData"]["file-id"]
        assert await stage.do("downloadFile", {"fileId": file_id}) == picture
        await stage.do("deleteFile", {"fileId": file_id})
        while "FileDeleted" not in [message["type"] for message in stage.received]:
            await stage.wait(50)


async def test_72_history_of_an_asynchronous_chat_goes_back_page_by_page(house: House, amy: Agent) -> None:
    kept: list[Any] = []
    asynchronous = {
        "enabled": True,
        "maxMessagePageSize": 5,
        "getSessionData": kept.append,
        "setSessionData": lambda _: kept[-1] if kept else None,
    }
    async with on_stage(house, {"async": asynchronous}) as stage:
        await stage.do("startChat", ADA)
        await amy.takes(stage.chat_id)
        for number in range(12):
            await amy.does("say", interaction_id=stage.chat_id, text=f"line {number}")
        await stage.receives("line 11")
        stage.received.clear()
        await stage.reload(86_400_000)
        assert (await stage.hears("restored"))[1] == {"async": True}
        for _ in range(3):
            await stage.do("fetchHistory")
        assert await stage.refused("fetchHistory") == "No more messages to fetch"
        await amy.does("say", interaction_id=stage.chat_id, text="new")
        await stage.receives("new")
        texts = [message["text"] for message in (await stage.do("getTranscript"))["messages"]]
        assert [text for text in texts if text] == [*(f"line {number}" for number in range(12)), "new"]


async def test_54_a_server_that_was_started_anew_is_told_who_we_are(tmp_path: Path) -> None:
    settings = settings_in(tmp_path)
    async with serving(settings) as house:
        port = int(house.url.rpartition(":")[2])
        stage = RealStage(house, Proxy(house.url), {}, "v2-cometd", {})
        await stage.load()
        await stage.do("startChat", ADA)
        await stage.hears("clientConnected")
    await stage.hears("disconnected")
    async with serving(replace(settings, server=replace(settings.server, port=port))):
        await stage.hears("reconnected")
        await stage.do("sendMessage", {"message": "Where was I?"})
        await stage.receives("Where was I?")
        assert names(stage).count("clientConnected") == 1
        await stage.close()


def test_49_a_configuration_of_no_use_is_refused() -> None:
    for config in (
        {"cometD": {"enabled": True}, "dataURL": "http://127.0.0.1:1/x"},
        {"transport": {"type": "pureengage-v3-rest"}},
        {"transport": {"type": "carrier-pigeon"}, "dataURL": "http://127.0.0.1:1/x"},
    ):
        with pytest.raises(CommandRejected, match="Invalid transport configuration"):
            WebChatService(Bus(), config)
