"""What the visitor says, what is hidden and what is changed: webchat-service, section 12, checks 15 to 31."""

import re
from collections.abc import AsyncIterator
from typing import Any

import pytest

from tests.client.scripted_server import only
from tests.client.stage import Stage, on_stage

pytestmark = pytest.mark.anyio

NO_TEXT = "No message text provided"
NOT_ACTIVE = "There is no active chat session"
BAD_FILTERS = (
    "Missing or invalid filters provided. "
    "Please provide a regular expression or an array of regular expressions."
)
AGENT = {"nickname": "Amy", "participantId": 2, "type": "Agent"}


@pytest.fixture
async def stage() -> AsyncIterator[Stage]:
    async with on_stage({"maxMessageLength": 20}) as it:
        await it.start()
        yield it


@pytest.fixture
async def idle() -> AsyncIterator[Stage]:
    async with on_stage() as it:
        yield it


def says(stage: Stage, text: str) -> None:
    stage.desk.happens({"type": "Message", "from": AGENT, "text": text})


async def texts(stage: Stage) -> list[str]:
    """What of the transcript can be seen, without joins."""
    messages = (await stage.do("getTranscript"))["messages"]
    return [message["text"] for message in messages if message["type"] == "Message"]


async def test_15_a_message_is_posted_once(stage: Stage) -> None:
    response = await stage.do("sendMessage", {"message": " a+b\n&c "})
    assert response["statusCode"] == 0
    assert stage.asked() == ["send"]
    (fields,) = only(stage.server.requests, "send")
    assert (fields["message"], fields["messageType"]) == (" a+b\n&c ", "text")
    assert (fields["secureKey"], fields["userId"], fields["alias"]) == ("KEY1", "USER1", "1")


async def test_15_a_type_and_what_it_answers_go_along(stage: Stage) -> None:
    await stage.do("sendMessage", {"message": "red", "type": "choice", "parentMessageID": 3})
    (fields,) = only(stage.server.requests, "send")
    assert fields["messageType"] == "choice"
    assert fields["eventAttributes"] == '{"general-properties": {"related-event-id": "3"}}'


@pytest.mark.parametrize(
    "options", [{"message": ""}, {"message": " \n\t"}, {}, {"message": 5}, {"message": None}]
)
async def test_16_without_text_nothing_is_sent(stage: Stage, options: dict[str, object]) -> None:
    assert await stage.refused("sendMessage", options) == NO_TEXT
    assert stage.asked() == []


async def test_17_without_a_session_nothing_is_sent(idle: Stage) -> None:
    assert await idle.refused("sendMessage", {"message": "hi"}) == NOT_ACTIVE


async def test_18_length_is_counted_in_characters(stage: Stage) -> None:
    await stage.do("sendMessage", {"message": "😀" * 20})
    reason = await stage.refused("sendMessage", {"message": "x" * 21})
    assert reason == "Message length exceeds configured threshold of (20) characters"
    assert stage.asked() == ["send"]


async def test_19_without_a_network_it_is_not_delivered_and_nothing_is_sent(stage: Stage) -> None:
    stage.server.is_lost = True
    await stage.wait(750)
    assert stage.names == ["disconnected"]
    stage.server.is_lost = False
    assert await stage.do("sendMessage", {"message": "hi"}) == {"statusCode": 1}
    assert stage.asked() == []


async def test_20_own_words_come_back_from_the_server_only(stage: Stage) -> None:
    await stage.do("sendMessage", {"message": "hi"})
    assert stage.names == []
    assert await texts(stage) == []
    await stage.wait(1000)
    assert stage.names == ["messageReceived"]
    assert await texts(stage) == ["hi"]


async def test_21_a_custom_notice_goes_out(stage: Stage) -> None:
    await stage.do("sendCustomNotice", {"message": "seen"})
    await stage.do("sendCustomNotice", {"eventAttributes": {"purpose": "test"}})
    first, second = only(stage.server.requests, "customNotice")
    assert (first["message"], second["eventAttributes"]) == ("seen", '{"purpose": "test"}')
    assert "message" not in second


async def test_21_unless_the_transport_knows_no_notices() -> None:
    async with on_stage({"transport": {"type": "bare"}}) as stage:
        await stage.do("startChat", {"nickname": "Ada"})
        reason = await stage.refused("sendCustomNotice", {"message": "seen"})
        assert reason == "This transport doesn't support sendCustomNotice command."


async def test_22_a_filtered_message_is_sent_and_never_seen(stage: Stage) -> None:
    options = {"message": "secret 42", "regex": re.compile(r"^secret \d+$")}
    assert await stage.do("sendFilteredMessage", options) is None
    assert only(stage.server.requests, "send")[0]["message"] == "secret 42"
    await stage.wait(1000)
    assert stage.names == []
    assert await texts(stage) == []


@pytest.mark.parametrize(
    "options", [{"message": "x", "regex": "x"}, {"regex": re.compile("x")}, {"message": "x"}]
)
async def test_22_without_a_filter_or_a_message_it_is_refused(
    stage: Stage, options: dict[str, object]
) -> None:
    assert await stage.refused("sendFilteredMessage", options) == BAD_FILTERS
    assert stage.asked() == []


async def test_23_a_filtered_message_needs_a_session(idle: Stage) -> None:
    reason = await idle.refused("sendFilteredMessage", {"message": "x", "regex": re.compile("x")})
    assert reason == "No active chat session"


async def test_24_filters_are_one_or_many_regular_expressions(idle: Stage) -> None:
    assert await idle.do("addPrefilter", {"filters": re.compile("a")}) == [{"source": "a", "flags": ""}]
    many = [re.compile("b", re.IGNORECASE), {"source": "c", "flags": "gi"}]
    assert await idle.do("addPrefilter", {"filters": many}) == [
        {"source": "a", "flags": ""},
        {"source": "b", "flags": "i"},
        {"source": "c", "flags": "i"},
    ]


@pytest.mark.parametrize(
    "filters", ["a", None, [], [re.compile("a"), "b"], {"source": "("}, re.compile(b"a")]
)
async def test_24_nothing_else_is_a_filter(idle: Stage, filters: object) -> None:
    assert await idle.refused("addPrefilter", {"filters": filters}) == BAD_FILTERS


async def test_25_the_same_filter_counts_once(idle: Stage) -> None:
    await idle.do("addPrefilter", {"filters": re.compile("a", re.IGNORECASE)})
    known = await idle.do("addPrefilter", {"filters": [re.compile("a"), {"source": "a", "flags": "i"}]})
    assert known == [{"source": "a", "flags": "i"}, {"source": "a", "flags": ""}]


async def test_26_filters_live_as_long_as_the_session_also_on_the_next_page(stage: Stage) -> None:
    await stage.do("addPrefilter", {"filters": re.compile("secret")})
    await stage.reload(1000)
    says(stage, "secret")
    says(stage, "open")
    await stage.wait(1000)
    assert await texts(stage) == ["open"]
    await stage.do("endChat")
    await stage.start()
    says(stage, "secret")
    await stage.wait(1000)
    assert await texts(stage) == ["secret"]


async def test_27_flags_are_kept(stage: Stage) -> None:
    await stage.do("addPrefilter", {"filters": re.compile("secret", re.IGNORECASE)})
    says(stage, "a Secret")
    await stage.reload(1000)
    assert await texts(stage) == []


async def test_27_the_token_of_a_co_browse_session_is_always_hidden(stage: Stage) -> None:
    says(stage, "{start:123456789}")
    says(stage, "{start:12345678}")
    await stage.wait(1000)
    assert await texts(stage) == ["{start:12345678}"]


async def test_28_preprocessors_change_messages_in_order(stage: Stage) -> None:
    def mutates(message: dict[str, Any]) -> None:
        message["text"] += " one"

    def replaces(message: dict[str, Any]) -> dict[str, Any]:
        return {
            **message,
            "text": f"{message['text']} two",
            "html": True,
            "from": {**message["from"], "name": "A"},
        }

    await stage.do("registerPreProcessor", {"preprocessor": mutates})
    await stage.do("registerPreProcessor", {"preprocessor": replaces})
    says(stage, "zero")
    await stage.wait(1000)
    (received,) = stage.data("messageReceived")
    assert received["messages"][0]["text"] == "zero one two"
    assert received["messages"][0]["html"] is True
    assert received["messages"][0]["from"] == {"id": 2, "type": "Agent", "name": "A"}
    assert received["originalMessages"][0]["text"] == "zero"
    assert received["originalMessages"][0]["from"] == AGENT


async def test_28_preprocessors_see_the_servers_names_and_ours(stage: Stage) -> None:
    seen: list[dict[str, Any]] = []

    def renames(message: dict[str, Any]) -> None:
        seen.append({**message, "from": dict(message["from"])})
        message["from"]["nickname"] = "the shop"
        message["utcTime"] = 7

    await stage.do("registerPreProcessor", {"preprocessor": renames})
    says(stage, "hello")
    await stage.wait(1000)
    (raw,) = seen
    assert raw["utcTime"] == raw["timestamp"]
    assert raw["from"] == {**AGENT, "id": 2, "name": "Amy"}
    (message,) = stage.data("messageReceived")[0]["messages"]
    assert (message["from"]["name"], message["timestamp"]) == ("the shop", 7)


async def test_28_only_a_preprocessor_can_ask_for_markup(stage: Stage) -> None:
    stage.desk.happens(
        {"type": "Message", "from": AGENT, "text": "<b>", "html": True, "bubble": {}, "custom": 1}
    )
    await stage.wait(1000)
    (message,) = stage.data("messageReceived")[0]["messages"]
    assert not {"html", "bubble", "custom", "avatar"} & set(message)


async def test_28_filters_look_at_the_changed_text_as_well(stage: Stage) -> None:
    def changes(message: dict[str, Any]) -> None:
        message["text"] = "secret"

    await stage.do("addPrefilter", {"filters": re.compile("secret")})
    await stage.do("registerPreProcessor", {"preprocessor": changes})
    says(stage, "open")
    await stage.wait(1000)
    assert stage.names == []


async def test_29_a_preprocessor_may_do_nothing_or_fail(
    stage: Stage, caplog: pytest.LogCaptureFixture
) -> None:
    await stage.do("registerPreProcessor", {"preprocessor": lambda _: None})
    await stage.do("registerPreProcessor", {"preprocessor": lambda _: 1 / 0})
    says(stage, "hello")
    await stage.wait(1000)
    assert await texts(stage) == ["hello"]
    assert "a preprocessor failed" in caplog.text


@pytest.mark.parametrize(
    ("options", "name"),
    [({}, "undefined"), ({"preprocessor": "x"}, "string"), ({"preprocessor": {}}, "object")],
)
async def test_30_only_a_function_can_be_a_preprocessor(
    idle: Stage, options: dict[str, object], name: str
) -> None:
    reason = await idle.refused("registerPreProcessor", options)
    assert reason == f"No preprocessor function provided. Type provided was '{name}'."


async def test_31_the_very_function_comes_back(idle: Stage) -> None:
    def preprocessor(_: dict[str, Any]) -> None:
        return None

    assert await idle.do("registerPreProcessor", {"preprocessor": preprocessor}) is preprocessor


async def test_additions_of_v2_go_out_and_come_back(stage: Stage) -> None:
    await stage.do("pushUrl", {"url": "https://shop.example/a?b=c"})
    await stage.do("updateNickname", {"nickname": "Countess"})
    await stage.do("sendReadReceipt")
    await stage.do("sendReadReceipt", {"index": 1})
    assert stage.asked() == ["pushUrl", "updateNickname", "readReceipt", "readReceipt"]
    assert [fields["transcriptPosition"] for fields in only(stage.server.requests, "readReceipt")] == [
        "1",
        "1",
    ]
    await stage.wait(1000)
    pushed, renamed = stage.data("messageReceived")[0]["messages"]
    assert (pushed["type"], pushed["text"]) == ("PushUrl", "https://shop.example/a?b=c")
    assert (renamed["type"], renamed["from"]["name"]) == ("NicknameUpdated", "Countess")
