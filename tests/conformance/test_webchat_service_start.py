"""Starting and ending a chat: webchat-service, section 12, checks 1 and 3 to 14."""

import json
from collections.abc import AsyncIterator

import pytest

from frontdesk.client.bus import Bus, CommandRejected
from frontdesk.client.saved_session import NAMES, PREFIX
from frontdesk.client.webchat_service import WebChatService
from tests.client.stage import Stage, on_stage

pytestmark = pytest.mark.anyio

ADA = {"nickname": "Ada"}
PAGE = {"url": "https://shop.example/looms", "title": "Looms", "source": "web"}
BAD_DATA = "malformed data object provided in userData property"
END = [
    "pollingStopped",
    "supervisorDisconnected",
    "agentDisconnected",
    "clientDisconnected",
    "ended",
    "WebChat.cancelled",
]


@pytest.fixture
async def stage() -> AsyncIterator[Stage]:
    async with on_stage({"userData": {"from": "config", "config": "yes"}}, page=PAGE) as it:
        yield it


def kept(stage: Stage) -> dict[str, object]:
    """What is kept for the next page, by the last part of its name."""
    state = stage.storage.read()
    assert isinstance(state, dict)
    return {name: state[f"{PREFIX}.{name}"] for name in NAMES if f"{PREFIX}.{name}" in state}


async def test_1_start_posts_the_flat_options_and_the_data(stage: Stage) -> None:
    await stage.do(
        "startChat",
        {
            "nickname": "Ada",
            "firstname": "Augusta",
            "lastname": "Byron",
            "email": "ada@example.org",
            "subject": "Looms & cards",
            "userData": {"color": "blue"},
        },
    )
    (request,) = stage.server.requests
    assert request.operation == "start"
    assert request.headers["content-type"] == "application/x-www-form-urlencoded"
    assert request.fields == {
        "alias": "",
        "secureKey": "",
        "userId": "",
        "nickname": "Ada",
        "firstName": "Augusta",
        "lastName": "Byron",
        "emailAddress": "ada@example.org",
        "subject": "Looms & cards",
        "text": "",
        "userData[GCTI_LanguageCode]": "en",
        "userData[from]": "config",
        "userData[config]": "yes",
        "userData[color]": "blue",
        "userData[_genesys_url]": "https://shop.example/looms",
        "userData[_genesys_pageTitle]": "Looms",
        "userData[_genesys_source]": "web",
    }


async def test_1_the_key_the_endpoint_and_the_authorization_go_along_when_they_are_configured() -> None:
    header = {"Authorization": "Bearer x", "other": "y"}
    config = {"apikey": 123, "endpoint": "sales", "enableCustomHeader": True, "header": header}
    async with on_stage(config) as stage:
        await stage.do("startChat", ADA)
        await stage.do("sendMessage", {"message": "hi"})
        start, send = stage.server.requests
        assert start.fields["endpoint"] == "sales"
        for request in (start, send):
            assert request.headers["apikey"] == "123"
            assert request.headers["authorization"] == "Bearer x"
            assert "other" not in request.headers


async def test_3_there_is_one_chat_at_a_time(stage: Stage) -> None:
    await stage.start()
    assert await stage.refused("startChat", ADA) == "There is already an active chat session"
    assert stage.asked() == []


async def test_3_also_while_the_first_is_only_being_started(stage: Stage) -> None:
    stage.server.hold("start")
    first = stage.call("startChat", ADA)
    await stage.settle()
    assert await stage.refused("startChat", ADA) == "There is already an active chat session"
    stage.server.release("start")
    await stage.settle()
    assert first.is_resolved()
    assert stage.asked() == ["start"]


@pytest.mark.parametrize("data", ["{bad", "[1]", "1", [1], 5, True])
async def test_4_data_that_is_no_object_is_refused_without_a_request(stage: Stage, data: object) -> None:
    assert await stage.refused("startChat", {**ADA, "userData": data}) == BAD_DATA
    assert stage.server.requests == []


@pytest.mark.parametrize("data", ['{"a":1}', {"a": 1}])
async def test_5_data_may_be_text(stage: Stage, data: object) -> None:
    await stage.do("startChat", {**ADA, "userData": data})
    assert stage.desk.user_data["a"] == "1"


@pytest.mark.parametrize("data", ["", None, {}])
async def test_5_and_nothing_is_no_data(stage: Stage, data: object) -> None:
    await stage.do("startChat", {**ADA, "userData": data})
    assert stage.desk.user_data["from"] == "config"


async def test_6_later_data_wins_and_what_is_known_of_the_page_wins_over_all(stage: Stage) -> None:
    await stage.do("updateUserData", {"from": "update", "update": "yes", "start": "no"})
    mine = {
        "from": "start",
        "start": "yes",
        "_genesys_url": "https://forged.example",
        "GCTI_LanguageCode": "fr",
    }
    await stage.do("startChat", {**ADA, "userData": mine})
    assert stage.desk.user_data == {
        "GCTI_LanguageCode": "fr",
        "from": "start",
        "config": "yes",
        "update": "yes",
        "start": "yes",
        "_genesys_url": "https://shop.example/looms",
        "_genesys_pageTitle": "Looms",
        "_genesys_source": "web",
    }
    assert stage.bus.data("WebChatService.userData") == stage.desk.user_data


async def test_7_a_server_that_cannot_now_is_a_refusal(stage: Stage) -> None:
    stage.server.override("start", {"statusCode": 1})
    reason = await stage.refused("startChat", ADA)
    assert reason["statusCode"] == 1
    assert stage.names == []
    assert kept(stage) == {}


async def test_8_what_the_server_refuses_is_an_error(stage: Stage) -> None:
    errors = [{"code": 364, "advice": "emailAddress is not valid"}]
    stage.server.override("start", {"statusCode": 2, "errors": errors}, status=400)
    reason = await stage.refused("startChat", {**ADA, "email": "nonsense"})
    assert set(reason) == {"status", "statusText", "responseText", "responseJSON"}
    assert reason["status"] == 400
    assert reason["responseJSON"]["errors"] == errors
    assert json.loads(reason["responseText"])["errors"] == errors
    assert stage.heard == [("error", reason)]


async def test_8_without_a_network_it_is_an_error_as_well(stage: Stage) -> None:
    stage.server.is_lost = True
    reason = await stage.refused("startChat", ADA)
    assert reason["status"] == 0
    assert stage.heard == [("error", reason)]


@pytest.mark.parametrize("body", ["not json", "[1]", ""])
async def test_8_an_answer_that_is_no_envelope_starts_nothing(stage: Stage, body: str) -> None:
    stage.server.override("start", body)
    reason = await stage.refused("startChat", ADA)
    assert (reason["status"], reason["responseText"]) == (200, body)
    assert stage.names == ["error"]


async def test_9_started_is_heard_before_what_the_callback_calls(stage: Stage) -> None:
    order: list[object] = []
    stage.bus.subscribe("WebChatService.started", lambda event: order.append(event.data))
    stage.bus.subscribe("WebChatService.clientTypingStarted", lambda _: order.append("follow-up"))
    stage.call("startChat", ADA).done(lambda _: stage.call("sendTyping"))
    await stage.settle()
    credentials = {"sessionID": "CHAT1", "userId": "USER1", "secureKey": "KEY1", "alias": "1"}
    assert order == [credentials, "follow-up"]


async def test_10_there_is_nothing_to_end_without_a_session(stage: Stage) -> None:
    assert await stage.refused("endChat") == "There is no active chat session"


async def test_11_the_end_is_told_in_order(stage: Stage) -> None:
    await stage.start()
    response = await stage.do("endChat")
    assert response["chatEnded"] is True
    assert stage.names == END
    nobody = {"numAgentsConnected": 0}
    assert [data for name, data in stage.heard if name.endswith("Disconnected")] == [nobody] * 3


@pytest.mark.parametrize("how", ["lost", "500"])
async def test_12_a_leave_that_fails_is_rejected_and_the_session_is_over_all_the_same(
    stage: Stage, how: str
) -> None:
    await stage.start()
    stage.server.override("disconnect", {}, status=500, is_lost=how == "lost")
    reason = await stage.refused("endChat")
    assert reason["status"] == (0 if how == "lost" else 500)
    assert stage.names == [END[0], "disconnected" if how == "lost" else "error", *END[1:]]
    assert await stage.refused("sendMessage", {"message": "hi"}) == "There is no active chat session"


async def test_13_nothing_is_kept_after_the_end(stage: Stage) -> None:
    await stage.start()
    assert kept(stage) == {
        "session": "CHAT1",
        "keys": json.dumps({"secureKey": "KEY1", "alias": "1", "userId": "USER1"}),
        "ping": stage.clock.now_ms(),
        "index": 2,
        "filters": '{"custom": []}',
    }
    await stage.do("endChat")
    assert kept(stage) == {}


async def test_13_nor_is_what_an_earlier_page_left_once_another_chat_is_asked_for(stage: Stage) -> None:
    await stage.start()
    await stage.wait(250)
    stage.service.engine.require().poller.stop()
    stage.service.engine.live = None  # As on a page that has not looked for what was kept.
    stage.server.override("start", {"statusCode": 1})
    await stage.refused("startChat", ADA)
    assert kept(stage) == {}


async def test_14_the_answer_to_a_poll_that_comes_too_late_is_no_news(stage: Stage) -> None:
    await stage.start()
    stage.desk.happens({"type": "Message", "text": "too late"})
    stage.server.hold("refresh")
    await stage.wait(750)
    await stage.do("endChat")
    stage.heard.clear()
    stage.server.release("refresh")
    await stage.wait(5000)
    assert stage.names == []
    assert stage.server.requests[-1].operation == "disconnect"


async def test_14_nor_does_it_belong_to_the_next_chat(stage: Stage) -> None:
    await stage.start()
    stage.desk.happens({"type": "Message", "text": "too late"})
    stage.server.hold("refresh")
    await stage.wait(750)
    await stage.do("endChat")
    await stage.do("startChat", ADA)
    stage.server.release("refresh")
    await stage.wait(2000)
    messages = (await stage.do("getTranscript"))["messages"]
    assert [message["type"] for message in messages] == ["ParticipantJoined"]


@pytest.mark.parametrize(
    ("config", "reason"),
    [
        ({}, "Invalid configuration"),
        ({"transport": {"type": "unheard-of"}}, "Invalid transport configuration"),
        ({"userData": {}}, "Invalid transport configuration"),
    ],
)
async def test_a_configuration_of_no_use_is_refused(
    stage: Stage, config: dict[str, object], reason: str
) -> None:
    assert await stage.refused("configure", config) == reason
    with pytest.raises(CommandRejected, match=reason):
        WebChatService(Bus(), config)
