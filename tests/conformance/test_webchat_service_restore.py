"""Going on with a chat, at once or after days: webchat-service, section 12, checks 63 to 68 and 71 to 73."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from tests.client.scripted_server import only
from tests.client.stage import Stage, on_stage

pytestmark = pytest.mark.anyio

AMY = {"nickname": "Amy", "participantId": 2, "type": "Agent"}
CREDENTIALS = {"secureKey": "KEY1", "sessionID": "CHAT1", "alias": "1", "userId": "USER1"}
ALREADY = "Already restoring. Ignoring request."
ACTIVE = "Chat session is already active, ignoring restore command."
PRIVATE = (
    "Access Denied to private command. "
    "Only WebChatService is allowed to invoke this command in Non-Async mode."
)


@pytest.fixture
async def stage() -> AsyncIterator[Stage]:
    async with on_stage() as it:
        await it.start()
        it.desk.happens({"type": "ParticipantJoined", "from": AMY})
        it.desk.happens({"type": "Message", "from": AMY, "text": "hello"})
        await it.wait(1000)
        it.heard.clear()
        it.server.requests.clear()
        yield it


class Keeper:
    """A page that keeps the credentials of an asynchronous chat itself."""

    def __init__(self) -> None:
        self.kept: Any = None
        self.handed_out: list[Any] = []
        self.lost: list[Any] = []

    @property
    def options(self) -> dict[str, Any]:
        return {
            "enabled": True,
            "maxMessagePageSize": 2,
            "getSessionData": self.hand_out,
            "setSessionData": lambda _: self.kept,
            "deleteSessionData": self.lost.append,
        }

    def hand_out(self, data: Any) -> None:
        self.handed_out.append(data)
        self.kept = data


async def test_63_the_whole_chat_is_told_again(stage: Stage) -> None:
    await stage.reload(10_000)
    assert stage.names == [
        "restored",
        "clientConnected",
        "agentConnected",
        "messageReceived",
        "pollingStarted",
        "WebChat.opened",
    ]
    assert stage.data("restored") == [{"async": False}]
    (received,) = stage.data("messageReceived")
    assert received["restoring"] is True
    assert [message["restoring"] for message in received["messages"]] == [True] * 3
    assert stage.asked("refresh") == ["refresh"]
    assert stage.server.requests[0].fields["transcriptPosition"] == "1"


async def test_63_and_it_goes_on(stage: Stage) -> None:
    await stage.reload(10_000)
    await stage.do("sendMessage", {"message": "still here"})
    await stage.wait(1000)
    positions = [fields["transcriptPosition"] for fields in only(stage.server.requests, "refresh")]
    assert positions[:3] == ["1", "4", "5"]
    assert stage.data("messageReceived")[-1]["restoring"] is False
    assert (await stage.do("getSessionData")) == CREDENTIALS


@pytest.mark.parametrize(("away_ms", "event"), [(58_000, "restored"), (61_000, "restoreTimeout")])
async def test_64_who_was_away_too_long_need_not_ask(stage: Stage, away_ms: int, event: str) -> None:
    await stage.reload(away_ms)
    assert stage.names[0] == event
    if event == "restoreTimeout":
        assert stage.names == ["restoreTimeout", "WebChat.closed"]
        assert stage.server.requests == []


async def test_65_a_chat_that_ended_meanwhile_is_over(stage: Stage) -> None:
    stage.desk.has_ended = True
    await stage.reload(1000)
    assert stage.names == ["restoreTimeout", "WebChat.closed"]
    stage.heard.clear()
    await stage.reload(1000)
    assert stage.names == []
    assert len(stage.server.requests) == 1


async def test_65_an_answer_that_does_not_say_so_counts_as_ended(stage: Stage) -> None:
    stage.server.override("refresh", {"chatEnded": None})
    await stage.reload(1000)
    assert stage.names[0] == "restoreTimeout"


@pytest.mark.parametrize("how", ["lost", "503", "400"])
async def test_66_a_request_that_fails_loses_the_session(stage: Stage, how: str) -> None:
    stage.server.override("refresh", {}, status=503 if how == "503" else 400, is_lost=how == "lost")
    stage.service.engine.close()
    await stage.reload(1000)
    assert stage.names == ["restoreFailed", "WebChat.closed"]
    (response,) = stage.data("restoreFailed")
    assert response["status"] == (0 if how == "lost" else int(how))
    stage.heard.clear()
    await stage.reload(1000)
    assert stage.names == []


@pytest.mark.parametrize("body", ["<title>Sign in</title>", "[]", '{"portal": "sign in"}'])
async def test_66_so_does_an_answer_that_is_not_from_the_service(stage: Stage, body: str) -> None:
    stage.server.override("refresh", body)
    await stage.reload(1000)
    assert stage.names == ["restoreFailed", "WebChat.closed"]


async def test_67_a_chat_can_be_found_while_its_server_is_away(stage: Stage) -> None:
    stage.server.override("refresh", {"statusCode": 1, "messages": []}, times=2)
    await stage.reload(1000)
    assert stage.names == ["restored", "restoredOffline", "pollingStarted", "WebChat.opened"]
    await stage.wait(3000)
    assert stage.names[4:6] == ["chatServerBackOnline", "connectionRestored"]


async def test_68_restoring_is_not_for_everybody(stage: Stage) -> None:
    assert await stage.refused("restore") == ACTIVE
    await stage.do("endChat")
    assert await stage.refused("restore") == PRIVATE


async def test_68_nor_twice_at_once(stage: Stage) -> None:
    stage.server.hold("refresh")
    await stage.reload(1000)
    assert await stage.refused("restore") == ALREADY
    stage.server.release("refresh")
    await stage.settle()
    assert stage.names[0] == "restored"


async def test_68_with_nothing_kept_it_is_rejected_without_a_reason() -> None:
    keeper = Keeper()
    async with on_stage({"async": keeper.options}) as stage:
        assert await stage.refused("restore") is None
        assert stage.server.requests == []


async def test_71_history_is_for_asynchronous_chats(stage: Stage) -> None:
    reason = await stage.refused("fetchHistory")
    assert reason == "Fetching history messages applies only to Asynchronous chat"


async def test_72_history_goes_back_page_by_page() -> None:
    keeper = Keeper()
    async with on_stage({"async": keeper.options}) as stage:
        await stage.start()
        stage.desk.happens(*({"type": "Message", "from": AMY, "text": str(n)} for n in range(2, 8)))
        await stage.reload(500_000_000)
        assert [message["text"] for message in stage.data("messageReceived")[0]["messages"]] == ["6", "7"]
        stage.heard.clear()
        pages = []
        for _ in range(3):
            await stage.do("fetchHistory")
            (received,) = stage.data("messageReceived")
            assert (received["oldMessages"], received["restoring"]) == (True, False)
            pages.append([message["index"] for message in received["messages"]])
            assert stage.names == ["messageReceived"]
            stage.heard.clear()
        assert pages == [[5, 4], [3, 2], [1]]
        assert await stage.refused("fetchHistory") == "No more messages to fetch"
        transcript = (await stage.do("getTranscript"))["messages"]
        assert [message["index"] for message in transcript] == [1, 2, 3, 4, 5, 6, 7]


async def test_72_news_that_come_with_a_page_of_history_are_not_lost() -> None:
    keeper = Keeper()
    async with on_stage({"async": keeper.options}) as stage:
        await stage.start()
        stage.desk.happens(*({"type": "Message", "from": AMY, "text": str(n)} for n in range(2, 5)))
        await stage.reload(1000)
        stage.heard.clear()
        stage.desk.happens({"type": "Message", "from": AMY, "text": "new"})
        await stage.do("fetchHistory")
        await stage.wait(3000)
        assert [data["oldMessages"] for data in stage.data("messageReceived")] == [True, False]
        assert stage.data("messageReceived")[1]["messages"][0]["text"] == "new"


async def test_73_the_page_keeps_the_credentials_of_an_asynchronous_chat() -> None:
    keeper = Keeper()
    async with on_stage({"async": keeper.options}) as stage:
        await stage.start()
        assert stage.desk.user_data["GCTI_Chat_AsyncMode"] == "true"
        assert keeper.handed_out == [CREDENTIALS]
        stage.server.override("send", {"alias": "2"})
        await stage.do("sendMessage", {"message": "hi"})
        assert keeper.handed_out == [CREDENTIALS, {**CREDENTIALS, "alias": "2"}]
        assert "KEY1" not in str(stage.storage.read())
        await stage.reload(500_000_000)
        assert stage.data("restored") == [{"async": True}]
        assert only(stage.server.requests, "refresh")[-1]["alias"] == "1"


async def test_73_a_page_may_also_hand_them_in() -> None:
    keeper = Keeper()
    async with on_stage({"async": keeper.options}) as stage:
        await stage.start()
        given, keeper.kept = keeper.kept, None
        await stage.reload(1000)
        assert stage.names == []
        await stage.do("restore", {"sessionData": given})
        assert stage.names[0] == "restored"


async def test_73_a_lost_session_is_told_to_the_page() -> None:
    keeper = Keeper()
    async with on_stage({"async": keeper.options}) as stage:
        await stage.start()
        stage.desk.identity = {"chatId": "OTHER", "secureKey": "OTHER"}
        await stage.reload(1000)
        assert stage.names[0] == "restoreTimeout"
        (told,) = keeper.lost
        assert told["sessionData"]["sessionID"] == "CHAT1"
        assert told["response"]["errors"][0]["code"] == 249


async def test_73_also_when_it_is_lost_on_the_way() -> None:
    keeper = Keeper()
    async with on_stage({"async": keeper.options}) as stage:
        await stage.start()
        stage.desk.identity = {"chatId": "OTHER", "secureKey": "OTHER"}
        await stage.wait(3000)
        assert stage.names == ["error", "pollingStopped", "ended", "WebChat.cancelled"]
        assert len(keeper.lost) == 1


async def test_73_callbacks_that_fail_count_as_no_data(caplog: pytest.LogCaptureFixture) -> None:
    def fails(_: object) -> None:
        raise RuntimeError

    options = {"enabled": True, "getSessionData": fails, "setSessionData": fails}
    async with on_stage({"async": options}) as stage:
        await stage.start()
        await stage.do("sendMessage", {"message": "hi"})
        assert stage.asked() == ["send"]
        assert "a callback of the page failed" in caplog.text
