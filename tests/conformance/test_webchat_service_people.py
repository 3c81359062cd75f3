"""Who comes, goes and types, and what is received: webchat-service, section 12, checks 56 to 62."""

import re
from collections.abc import AsyncIterator

import pytest

from tests.client.stage import Stage, on_stage

pytestmark = pytest.mark.anyio

AMY = {"nickname": "Amy", "participantId": 2, "type": "Agent"}
BEA = {"nickname": "Bea", "participantId": 3, "type": "Agent"}
SUE = {"nickname": "Sue", "participantId": 4, "type": "Supervisor"}
BOT = {"nickname": "Greeter", "participantId": 5, "type": "External"}
BOT_STYLE = {"GCTI_SYSTEM": {"party-info": {"style": "BOT"}}}


@pytest.fixture
async def stage() -> AsyncIterator[Stage]:
    async with on_stage() as it:
        await it.start()
        yield it


async def happens(stage: Stage, *events: dict[str, object]) -> None:
    stage.desk.happens(*events)
    await stage.wait(3000)


def joins(who: dict[str, object], **more: object) -> dict[str, object]:
    return {"type": "ParticipantJoined", "from": who, **more}


def leaves(who: dict[str, object], **more: object) -> dict[str, object]:
    return {"type": "ParticipantLeft", "from": who, **more}


def says(who: dict[str, object], text: str = "hello") -> dict[str, object]:
    return {"type": "Message", "from": who, "text": text}


async def test_56_an_agent_who_joins_is_told_before_what_was_received(stage: Stage) -> None:
    await happens(stage, joins(AMY))
    assert stage.names == ["agentConnected", "messageReceived"]
    (joined,) = stage.data("agentConnected")
    assert set(joined) == {"message", "agents", "numAgentsConnected"}
    assert joined["numAgentsConnected"] == 1
    assert joined["agents"]["2"]["name"] == "Amy"
    assert joined["message"]["type"] == "ParticipantJoined"
    assert joined["message"]["from"] == {"id": 2, "type": "Agent", "name": "Amy"}


async def test_57_the_count_follows_those_who_come_and_go(stage: Stage) -> None:
    await happens(stage, joins(AMY))
    await happens(stage, joins(BEA), leaves(AMY))
    counts = [data["numAgentsConnected"] for data in stage.data("agentConnected")]
    assert counts == [1, 2]
    assert [data["numAgentsConnected"] for data in stage.data("agentDisconnected")] == [1]


async def test_58_supervisors_and_bots_have_events_of_their_own(stage: Stage) -> None:
    await happens(stage, joins(SUE), joins(BOT, eventAttributes=BOT_STYLE), leaves(BOT), leaves(SUE))
    assert stage.names == [
        "supervisorConnected",
        "botConnected",
        "botDisconnected",
        "supervisorDisconnected",
        "messageReceived",
    ]
    agents = (await stage.do("getAgents"))["agents"]
    assert set(agents) == {"4"}
    assert agents["4"]["supervisor"] is True


@pytest.mark.parametrize("style", ["BOT", '"BOT"'])
async def test_58_once_a_bot_always_a_bot(stage: Stage, style: str) -> None:
    attributes = {"GCTI_SYSTEM": {"party-info": {"style": style}}}
    await happens(stage, {**says(BOT), "eventAttributes": attributes}, says(BOT))
    (received,) = stage.data("messageReceived")
    assert [message["from"]["type"] for message in received["messages"]] == ["Bot", "Bot"]


async def test_58_who_is_only_the_system_comes_and_goes_unnoticed(stage: Stage) -> None:
    await happens(stage, joins({"nickname": "system", "participantId": 9, "type": "External"}))
    assert stage.names == ["messageReceived"]


@pytest.mark.parametrize("kind", ["Message", "PushUrl", "Notice"])
async def test_59_what_a_typing_agent_sends_ends_the_typing(stage: Stage, kind: str) -> None:
    await happens(stage, {"type": "TypingStarted", "from": AMY})
    (typing,) = stage.data("agentTypingStarted")
    assert (typing["from"]["name"], typing["isTyping"]) == ("Amy", True)
    await happens(stage, {"type": kind, "from": AMY, "text": "x"}, says(AMY))
    assert [name for name in stage.names if name != "messageReceived"] == [
        "agentTypingStarted",
        "agentTypingStopped",
    ]


async def test_59_and_so_does_leaving_without_data(stage: Stage) -> None:
    await happens(stage, joins(AMY), {"type": "TypingStarted", "from": AMY}, leaves(AMY))
    assert stage.names[1:4] == ["agentTypingStarted", "agentTypingStopped", "agentDisconnected"]
    assert stage.data("agentTypingStopped") == [{}]


async def test_59_or_stopping_and_nobody_elses_words(stage: Stage) -> None:
    await happens(stage, {"type": "TypingStarted", "from": AMY}, says(BEA))
    assert "agentTypingStopped" not in stage.names
    await happens(stage, {"type": "TypingStopped", "from": AMY})
    assert stage.data("agentTypingStopped")[0]["isTyping"] is False


async def test_59_the_visitors_own_typing_is_no_news(stage: Stage) -> None:
    await happens(stage, {"type": "TypingStarted", "from": "visitor"})
    assert stage.names == ["messageReceived"]


async def test_60_an_index_is_delivered_once(stage: Stage) -> None:
    await happens(stage, {**says(AMY, "first"), "index": 2}, {**says(AMY, "second"), "index": 2})
    stage.desk.happens({**says(AMY, "third"), "index": 3}, {**says(AMY, "again"), "index": 2})
    stage.server.override("refresh", {"messages": stage.desk.events, "nextPosition": 4})
    await stage.wait(3000)
    messages = [data["messages"] for data in stage.data("messageReceived")]
    assert [[message["text"] for message in many] for many in messages] == [["first"], ["third"]]


async def test_61_what_is_received_comes_raw_and_normalised_with_the_session(stage: Stage) -> None:
    attributes = {"general-properties": {"related-event-id": "1"}}
    await happens(stage, {**says(AMY), "eventAttributes": attributes, "userData": {"k": "v"}})
    (received,) = stage.data("messageReceived")
    assert received["originalMessages"] == [stage.desk.events[-1]]
    assert received["messages"] == [
        {
            "index": 2,
            "type": "Message",
            "text": "hello",
            "timestamp": 1_760_000_002_000,
            "from": {"id": 2, "type": "Agent", "name": "Amy"},
            "userData": {"k": "v"},
        }
    ]
    assert (received["restoring"], received["oldMessages"]) == (False, False)
    assert received["sessionData"] == await stage.do("getSessionData")
    assert "idleTimeCountDown" not in received


async def test_61_a_running_countdown_comes_along(stage: Stage) -> None:
    stage.desk.idle_expires_s = 45
    await happens(stage, {"type": "IdleAlert", "text": "Still there?"})
    (received,) = stage.data("messageReceived")
    assert received["idleTimeCountDown"] == 45
    assert received["messages"][0]["type"] == "IdleAlert"


@pytest.mark.parametrize("is_text", [False, True])
async def test_61_the_text_of_structured_content_comes_first(stage: Stage, is_text: bool) -> None:
    content: object = {"contentType": "quick-replies", "text": "Choose:", "content": []}
    content = '{"text": "Choose:"}' if is_text else content
    attributes = {"structured-content": {"genesys-chat": {"content": content}}}
    await happens(stage, {**says(AMY, "Choose: 1 or 2"), "eventAttributes": attributes})
    assert stage.data("messageReceived")[0]["messages"][0]["text"] == "Choose:"


@pytest.mark.parametrize(
    "event",
    [
        {"type": "Unheard"},
        {"type": "Message", "text": None},
        {"type": "FileUploaded"},
        {"type": "Message", "from": {}, "text": "x", "eventAttributes": "nonsense"},
        {"type": "Message", "text": "x", "eventAttributes": {"GCTI_SYSTEM": 1, "structured-content": []}},
    ],
)
async def test_61_odd_events_lose_nothing_of_what_follows(stage: Stage, event: dict[str, object]) -> None:
    await happens(stage, event, says(AMY, "after"))
    assert stage.data("messageReceived")[0]["messages"][-1]["text"] == "after"


async def test_61_what_has_no_index_is_no_part_of_the_transcript(stage: Stage) -> None:
    notice = {"type": "Notice", "text": "file-client-cfg-get", "from": {}}
    stage.server.override("refresh", {"messages": [notice, "nonsense", None]})
    await stage.wait(750)
    assert stage.names == []


async def test_62_where_all_is_hidden_nothing_is_received_but_people_are_seen(stage: Stage) -> None:
    await stage.do("addPrefilter", {"filters": re.compile("secret")})
    await happens(stage, {"type": "TypingStarted", "from": AMY})
    stage.heard.clear()
    await happens(stage, says(AMY, "secret"))
    assert stage.names == ["agentTypingStopped"]


async def test_the_end_by_the_server_comes_after_its_last_words(stage: Stage) -> None:
    await stage.do("sendTyping")
    stage.desk.has_ended = True
    stage.heard.clear()
    await happens(stage, joins(AMY), says(AMY, "bye"), leaves(AMY))
    assert stage.names == [
        "agentConnected",
        "agentDisconnected",
        "messageReceived",
        "pollingStopped",
        "ended",
        "WebChat.completed",
    ]
    await stage.wait(60_000)
    assert [one.operation for one in stage.server.requests] == ["startTyping", "refresh"]
