"""WebChatService over Chat API v3, against our own server: webchat-service, section 12, where it differs."""

from collections.abc import AsyncIterator, Mapping
from contextlib import AbstractAsyncContextManager
from typing import Any

import pytest

from tests.conformance.agents import Agent
from tests.conformance.house import House, serving
from tests.conformance.v3_house import v3_settings
from tests.scenarios.real import RealStage, on_real_stage

pytestmark = pytest.mark.anyio

PREFIX = "_genesys.widgets.webchat.state"
ADA = {"form": {"firstname": "Ada", "email": "ada@example.org", "subject": "Looms"}}


@pytest.fixture(scope="module")
async def house(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[House]:
    async with serving(v3_settings(tmp_path_factory.mktemp("house"))) as it:
        yield it


@pytest.fixture(scope="module")
async def amy(house: House) -> AsyncIterator[Agent]:
    async with house.agent("amy", capacity=50) as agent:
        yield agent


def on_stage(
    house: House, config: Mapping[str, Any] | None = None, transport: Mapping[str, Any] | None = None
) -> AbstractAsyncContextManager[RealStage]:
    return on_real_stage(house, {}, "v3", {"config": config or {}, "transport": transport or {}})


def kept_by(stage: RealStage) -> Mapping[str, Any]:
    """What the page keeps itself."""
    state = stage.storage.read()
    return state if isinstance(state, Mapping) else {}


class Site:
    """A page that keeps a conversation for days."""

    def __init__(self) -> None:
        self.kept: Any = None
        self.lost: list[Any] = []

    @property
    def options(self) -> dict[str, Any]:
        return {
            "enabled": True,
            "getSessionData": self.keep,
            "setSessionData": lambda _: self.kept,
            "deleteSessionData": self.forget,
        }

    def keep(self, data: Any) -> None:
        self.kept = data

    def forget(self, data: Any) -> None:
        self.kept = None
        self.lost.append(data)


async def test_2_who_it_is_stands_under_form_and_nowhere_else(house: House, amy: Agent) -> None:
    config = {"userData": {"site": {"a": 1, "b": 1}, "phone": "0"}}
    async with on_stage(house, config) as stage:
        given = {"site": {"b": 2}, "phone": "555", "_genesys_url": "https://given.example"}
        await stage.do("startChat", {**ADA, "nickname": "Nobody", "lastname": "None", "userData": given})
        card = await amy.takes(stage.chat_id)
        assert card["nickname"] == "Ada"  # Who has no nickname is called by the first name.
        data = card["user_data"]
        assert (data["site.a"], data["site.b"], data["PhoneNumber"]) == ("1", "2", "555")
        assert data["_genesys_url"] == "https://given.example"  # Here even what is known of the page yields.
        name, told = stage.published[0]
        assert (name, set(told)) == ("started", {"data"})


async def test_2_without_a_form_there_is_no_name_and_no_chat(house: House) -> None:
    async with on_stage(house) as stage:
        reason = await stage.refused("startChat", {"nickname": "Ada", "firstname": "Ada"})
        assert reason["responseJSON"]["status"]["code"] == "INVALID_NICKNAME"
        (error,) = stage.published
        (one,) = error[1]["errors"]
        assert (error[0], one["code"]) == ("error", "pureengage-v3-rest-INVALID_NICKNAME")


async def test_13_and_44_what_is_kept_has_names_of_its_own_and_goes_with_the_end(house: House) -> None:
    async with on_stage(house) as stage:
        nobody = await stage.do("getSessionData")
        assert set(nobody) == {"participantId", "sessionId", "token", "transportId"}
        await stage.do("startChat", ADA)
        await stage.hears("clientConnected")
        data = await stage.do("getSessionData")
        assert set(data) == set(nobody)
        kept = stage.storage.read()
        assert isinstance(kept, Mapping)
        own = f"{PREFIX}.pureengage-v3-rest"
        assert (kept[f"{own}.session"], kept[f"{own}.keys"]) == (data["sessionId"], data["token"])
        assert kept[f"{own}.index"] > 10**15
        assert f"{PREFIX}.keys" not in kept
        await stage.do("endChat")
        assert not [name for name in kept_by(stage) if name.startswith(PREFIX)]


@pytest.mark.parametrize(
    ("command", "text"),
    [
        ("sendCustomNotice", "This transport doesn't support sendCustomNotice command."),
        ("resetPollExceptions", "This transport doesn't support resetPollExceptions command."),
        ("getFileLimits", "This transport doesn't support getFileLimits command."),
        ("downloadFile", "This transport doesn't support file download."),
        ("fetchHistory", "Fetching history messages applies only to Asynchronous chat"),
        ("deleteFile", "This transport doesn't support deleteFile command."),
        ("pushUrl", "This transport doesn't support pushUrl command."),
        ("updateNickname", "This transport doesn't support updateNickname command."),
        ("sendReadReceipt", "This transport doesn't support sendReadReceipt command."),
    ],
)
async def test_21_and_51_and_70_and_71_what_v3_has_no_words_for_is_refused(
    house: House, command: str, text: str
) -> None:
    async with on_stage(house) as stage:
        await stage.do("startChat", ADA)
        assert await stage.refused(command, {"message": "x", "fileId": "1"}) == text


async def test_39_data_can_be_changed_during_a_chat(house: House, amy: Agent) -> None:
    async with on_stage(house) as stage:
        await stage.do("startChat", ADA)
        await amy.takes(stage.chat_id)
        response = await stage.do("updateUserData", {"size": "5"})
        assert response["status"]["code"] == "SUCCESS"
        await amy.hears_event(stage.chat_id, "DataChanged")
        assert (await amy.user_data(stage.chat_id))["size"] == "5"


async def test_45_verifying_changes_nothing(house: House) -> None:
    async with on_stage(house) as stage:
        assert await stage.do("verifySession") == {"sessionActive": False}
        await stage.do("startChat", ADA)
        stage.service.engine.close()
        await stage.wait(10_000)
        assert await stage.do("verifySession") == {"sessionActive": True}


async def test_54_an_outage_is_told_once_and_so_is_its_end(house: House, amy: Agent) -> None:
    async with on_stage(house) as stage:
        await stage.do("startChat", ADA)
        await amy.takes(stage.chat_id)
        await stage.hears("agentConnected")
        stage.wire.lose()
        await stage.hears("disconnected")
        await stage.wait(30_000)
        await amy.does("say", interaction_id=stage.chat_id, text="Are you there?")
        stage.wire.is_lost = False
        await stage.hears("reconnected")
        await stage.receives("Are you there?")
        names = [name for name, _ in stage.published]
        assert (names.count("disconnected"), names.count("reconnected")) == (1, 1)
        assert not {"connectionPending", "chatServerWentOffline"} & set(names)


async def test_61_messages_are_normalised_and_the_originals_untouched(house: House, amy: Agent) -> None:
    async with on_stage(house) as stage:
        await stage.do("startChat", ADA)
        await amy.takes(stage.chat_id)
        await amy.does("push_url", interaction_id=stage.chat_id, url="https://shop.example/x")
        pushed = await stage.receives("https://shop.example/x")
        assert (pushed["type"], pushed["from"]["type"]) == ("PushUrl", "Agent")
        await stage.do("sendMessage", {"message": "hi"})
        said = await stage.receives("hi")
        assert said["type"] == "Message"
        assert isinstance(said["index"], str)
        (original,) = [
            one
            for one in (await stage.do("getTranscript"))["originalMessages"]
            if one["index"] == said["index"]
        ]
        assert original["type"] == "Text"


async def test_61_an_image_comes_as_content_that_can_be_fetched(house: House) -> None:
    async with on_stage(house) as stage:
        await stage.do("startChat", ADA)
        await stage.do("sendFile", {"files": ("a.png", b"\x89PNG\r\n\x1a\n" + bytes(20))})
        message = await stage.receives("")
        while "content" not in message:
            await stage.wait(200)
            message = stage.received[-1]
        (item,) = message["content"]
        data = await stage.do("getSessionData")
        answer = await stage.http.get(item["url"], headers={"x-nexus-client-key": data["token"]})
        assert (answer.status_code, answer.content[:4]) == (200, b"\x89PNG")


async def test_65_a_session_that_is_lost_has_an_event_of_its_own(house: House) -> None:
    async with on_stage(house) as stage:
        lost: list[Any] = []
        stage.bus.subscribe("WebChatService.sessionLost", lost.append)
        await stage.do("startChat", ADA)
        await stage.hears("clientConnected")
        await stage.happens([{"from": "visitor"}], ends=True)
        await stage.hears("ended")
        await stage.settle()
        assert len(lost) == 1
        assert lost[0].data["responseJSON"]["status"]["code"] == "INVALID_SESSION"
        assert stage.published[-1][0] == "WebChat.cancelled"


async def test_69_a_file_that_is_no_image_is_refused_and_the_chat_goes_on(house: House) -> None:
    async with on_stage(house) as stage:
        await stage.do("startChat", ADA)
        reason = await stage.refused("sendFile", {"files": ("a.txt", b"no image")})
        assert reason["responseJSON"]["status"]["code"] == "INVALID_FILE_TYPE"
        assert stage.service.engine.is_active


async def test_72_and_73_a_conversation_is_gone_on_with_after_days(house: House, amy: Agent) -> None:
    site = Site()
    transport = {"async": site.options, "endpoint": "long", "maxMessagePageSize": 16}
    async with on_stage(house, transport=transport) as stage:
        await stage.do("startChat", ADA)
        chat = stage.chat_id
        assert set(site.kept) == {"messageIndex", "token"}
        await amy.takes(chat)
        for number in range(40):
            await amy.does("say", interaction_id=chat, text=f"line {number}")
        newest = await stage.receives("line 39")
        assert site.kept["messageIndex"] == newest["index"]
        assert not [name for name in kept_by(stage) if name.startswith(f"{PREFIX}.p")]
        await amy.does("leave", interaction_id=chat)

        stage.received.clear()
        await stage.reload(5 * 86_400_000)
        assert (await stage.hears("restored"))[1] == {"async": True}
        assert stage.chat_id == chat
        assert 14 <= len(stage.received) <= 17  # One page.
        for _ in range(2):
            await stage.do("fetchHistory")
        assert await stage.refused("fetchHistory") == "No more messages to fetch"
        assert await stage.refused("fetchHistory") == "No more messages to fetch"
        transcript = (await stage.do("getTranscript"))["messages"]
        texts = [message["text"] for message in transcript if message["text"].startswith("line")]
        assert texts == [f"line {number}" for number in range(40)]

        await stage.do("sendMessage", {"message": "Me again."})
        await stage.receives("Me again.")
        assert site.lost == []


async def test_73_after_its_end_the_conversation_can_still_be_gone_on_with(house: House) -> None:
    site = Site()
    async with on_stage(house, transport={"async": site.options, "endpoint": "long"}) as stage:
        await stage.do("startChat", ADA)
        chat = stage.chat_id
        await stage.do("endChat")
        assert site.kept is not None
        await stage.do("startChat", ADA)
        assert stage.chat_id == chat


async def test_73_a_conversation_that_is_lost_is_taken_from_the_site(house: House) -> None:
    site = Site()
    async with on_stage(house, transport={"async": site.options, "endpoint": "s"}) as stage:
        await stage.do("startChat", ADA)
        await stage.do("endChat")  # Here this ends it for good.
        stage.published.clear()
        stage.service.engine.close()
        await stage.load()
        assert [name for name, _ in stage.published] == ["restoreTimeout", "WebChat.closed"]
        (lost,) = site.lost
        assert lost["response"]["responseJSON"]["status"]["code"] == "INVALID_SESSION"
        assert site.kept is None
        await stage.do("startChat", ADA)
        assert stage.service.engine.is_active


async def test_73_what_the_site_keeps_outlives_a_network_that_is_away(house: House) -> None:
    site = Site()
    async with on_stage(house, transport={"async": site.options, "endpoint": "long"}) as stage:
        await stage.do("startChat", ADA)
        chat = stage.chat_id
        stage.wire.lose()
        stage.published.clear()
        await stage.reload(1000)
        assert [name for name, _ in stage.published] == ["restoreFailed", "WebChat.closed"]
        assert (site.lost, site.kept is None) == ([], False)
        stage.wire.is_lost = False
        await stage.reload(1000)
        assert stage.chat_id == chat


async def test_73_a_token_may_be_handed_in(house: House) -> None:
    site = Site()
    async with on_stage(house, transport={"async": site.options, "endpoint": "long"}) as stage:
        await stage.do("startChat", ADA)
        token, chat = site.kept["token"], stage.chat_id
        site.kept = None
        await stage.reload(1000)
        assert not stage.service.engine.is_active
        await stage.do("restore", {"sessionData": token})
        assert stage.chat_id == chat
