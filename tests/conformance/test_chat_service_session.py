"""webchat-service checks 85 to 92: the older API, against a scripted server that is reached over HTTP."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest

from frontdesk.client.chat_errors import ChatError, ErrorCode
from frontdesk.client.chat_events import (
    AgentConnected,
    AgentDisconnected,
    AgentTyping,
    SessionEnded,
)
from frontdesk.client.chat_service import ChatService
from frontdesk.client.chat_session import ChatSession
from tests.conformance.chat_program import Heard, Page, refused, texts
from tests.conformance.scripted_chat import CHAT_ID, GONE, IDENTITY, ScriptedChat, scripted_chat
from tests.conformance.visitor_page import HandClock

pytestmark = pytest.mark.anyio


@pytest.fixture
def server() -> Iterator[ScriptedChat]:
    with scripted_chat() as running:
        yield running


@pytest.fixture
def page() -> Page:
    return Page()


@pytest.fixture
async def chat(page: Page) -> AsyncIterator[ChatService]:
    async with ChatService(state_storage=page, clock=HandClock()) as service:
        yield service


async def started(chat: ChatService, server: ScriptedChat) -> ChatSession:
    return await chat.start_session(server_url=server.url, username="Mira")


# 85


@pytest.mark.parametrize("kept", [None, {}, "nonsense", {"version": 1, "sessionId": "", "credentials": {}}])
async def test_085_nothing_to_restore_fails_without_an_error(
    chat: ChatService, page: Page, server: ScriptedChat, kept: Any
) -> None:
    page.written.append(kept)
    assert await refused(chat.restore_session()) is None
    assert server.requests == []


async def test_085_a_dead_session_fails_with_an_error_and_is_forgotten(
    chat: ChatService, page: Page, server: ScriptedChat
) -> None:
    await started(chat, server)
    await chat.aclose()
    server.answers("refresh", 200, GONE)
    async with ChatService(state_storage=page, clock=HandClock()) as later:
        error = await refused(later.restore_session())
        assert error is not None
        assert error.code is ErrorCode.UNKNOWN_SESSION
        assert page.read() is None
        assert await refused(later.restore_session()) is None


async def test_085_a_session_that_ended_meanwhile_fails_with_an_error(
    chat: ChatService, page: Page, server: ScriptedChat
) -> None:
    await started(chat, server)
    await chat.aclose()
    server.ends()
    async with ChatService(state_storage=page, clock=HandClock()) as later:
        error = await refused(later.restore_session())
    assert error is not None
    assert error.code is ErrorCode.UNKNOWN_SESSION


async def test_085_a_server_that_is_down_fails_with_an_error_and_the_session_can_be_tried_again(
    chat: ChatService, page: Page, server: ScriptedChat
) -> None:
    await started(chat, server)
    await chat.aclose()
    server.answers("refresh", 502, {})
    async with ChatService(state_storage=page, clock=HandClock()) as later:
        error = await refused(later.restore_session())
        assert error is not None
        assert error.code is ErrorCode.SERVER_UNAVAILABLE
        server.answers_as_usual("refresh")
        session = await later.restore_session()
        await session.leave()


# 86


async def test_086_a_session_needs_a_server_url_or_a_transport(chat: ChatService) -> None:
    error = await refused(chat.start_session(username="Mira"))
    assert error is not None
    assert error.code is ErrorCode.MISSING_PARAMETER


async def test_086_the_visitor_is_called_user_unless_told_otherwise(
    chat: ChatService, server: ScriptedChat
) -> None:
    await chat.startChat(server_url=server.url, subject="Lamp", user_data={"FirstName": "Mira"})
    (fields,) = server.asked("start")
    assert (fields["nickname"], fields["subject"]) == ("User", "Lamp")
    assert fields["userData[FirstName]"] == "Mira"


async def test_086_a_start_that_the_server_refuses_fails_and_keeps_nothing(
    chat: ChatService, page: Page, server: ScriptedChat
) -> None:
    closed = {
        "statusCode": 2,
        "chatEnded": False,
        "messages": [],
        "errors": [{"code": 240, "advice": "closed"}],
    }
    server.answers("start", 400, closed)
    error = await refused(started(chat, server))
    assert error == ChatError(ErrorCode.LOGIN_FAILED, "closed")
    assert page.read() is None
    server.answers_as_usual("start")
    await started(chat, server)


async def test_086_one_session_at_a_time(chat: ChatService, server: ScriptedChat) -> None:
    session = await started(chat, server)
    error = await refused(started(chat, server))
    assert error is not None
    assert error.code is ErrorCode.RUNNING_ON_THIS_PAGE
    assert len(server.asked("start")) == 1
    await session.leave()
    await started(chat, server)


# 87


async def test_087_the_state_is_written_after_the_start_and_after_each_change(
    chat: ChatService, page: Page, server: ScriptedChat
) -> None:
    session = await started(chat, server)
    credentials = {name: IDENTITY[name] for name in ("secureKey", "userId", "alias")}
    assert page.written[0] == {
        "version": 1,
        "sessionId": CHAT_ID,
        "credentials": credentials,
        "position": 1,
        "serverUrl": server.url,
    }
    heard = Heard(session.on_message_received)
    await session.send_message("one")
    await heard.until(1)
    await session.leave()
    assert [state["position"] for state in page.written[:-1]] == sorted(
        {state["position"] for state in page.written[:-1]}
    )
    assert page.written[-2]["position"] > 2
    assert page.written[-1] is None


async def test_087_what_is_read_restores_the_session_in_a_new_page(
    chat: ChatService, page: Page, server: ScriptedChat
) -> None:
    session = await started(chat, server)
    heard = Heard(session.on_message_received)
    await session.send_message("before")
    await heard.until(1)
    await chat.aclose()
    amy = server.joins("Agent", "Amy")
    server.says(amy, "while you were away")
    async with ChatService(state_storage=page, clock=HandClock()) as later:
        again = await later.restoreSession()
        joins, after = Heard(again.on_agent_connected), Heard(again.on_message_received)
        assert texts(await after.until(1)) == ["while you were away"]
        assert [event.party.name for event in await joins.until(1)] == ["Amy"]
        await again.send_message("back")
        assert texts(await after.until(2)) == ["while you were away", "back"]
    assert len(server.asked("start")) == 1


async def test_087_a_page_that_is_closed_leaves_the_chat_open(
    chat: ChatService, page: Page, server: ScriptedChat
) -> None:
    await started(chat, server)
    await chat.aclose()
    assert server.asked("disconnect") == []
    assert page.read()["sessionId"] == CHAT_ID


# 88 and 89


async def test_088_user_data_can_be_set_read_and_deleted(chat: ChatService, server: ScriptedChat) -> None:
    session = await started(chat, server)
    await session.set_user_data({"FirstName": "Mira", "size": "M"})
    assert await session.get_user_data("FirstName") == "Mira"
    assert await session.delete_user_data("FirstName") > 0
    assert await session.get_user_data("FirstName") is None
    assert await session.get_user_data("size") == "M"


async def test_088_data_given_at_the_start_can_be_read(chat: ChatService, server: ScriptedChat) -> None:
    session = await chat.start_session(server_url=server.url, user_data={"FirstName": "Mira"})
    assert await session.getUserData("FirstName") == "Mira"


async def test_088_a_server_without_these_calls_is_an_unknown_command(
    chat: ChatService, server: ScriptedChat
) -> None:
    server.has_user_data_calls = False
    session = await started(chat, server)
    for doing in (session.get_user_data("FirstName"), session.delete_user_data("FirstName")):
        error = await refused(doing)
        assert error is not None
        assert error.code is ErrorCode.UNKNOWN_COMMAND
    await session.send_message("the chat goes on")


async def test_088_what_is_missing_is_asked_for(chat: ChatService, server: ScriptedChat) -> None:
    session = await started(chat, server)
    for doing in (session.set_user_data({}), session.get_user_data(""), session.delete_user_data("")):
        error = await refused(doing)
        assert error is not None
        assert error.code is ErrorCode.MISSING_PARAMETER


async def test_089_a_key_that_is_not_granted_yields_no_value(chat: ChatService, server: ScriptedChat) -> None:
    session = await started(chat, server)
    server.attaches(internal="secret")
    server.grants(shown="yes")
    assert await session.get_user_data("internal") is None
    assert await session.get_user_data("nowhere") is None
    assert await session.get_user_data("shown") == "yes"


# 90


async def test_090_the_party_type_is_a_text_and_a_flag(chat: ChatService, server: ScriptedChat) -> None:
    session = await started(chat, server)
    heard = Heard(session.on_message_received)
    amy = server.joins("Agent", "Amy")
    server.says(amy, "Hello")
    server.says(amy, "https://shop.example/lamp", "PushUrl")
    text, address = await heard.until(2)
    assert text.party.name == "Amy"
    assert text.party.type == "Agent"
    assert text.party.type.agent
    assert not text.party.type.client
    assert text.content.type.text
    assert text.content.text == "Hello"
    assert address.content.type.url
    assert address.content.url == "https://shop.example/lamp"


async def test_090_agents_come_write_and_go(chat: ChatService, server: ScriptedChat) -> None:
    session = await started(chat, server)
    came: Heard[AgentConnected] = Heard(session.on_agent_connected)
    wrote: Heard[AgentTyping] = Heard(session.on_agent_typing)
    left: Heard[AgentDisconnected] = Heard(session.on_agent_disconnected)
    amy = server.joins("Agent", "Amy")
    server.types(amy, is_typing=True)
    server.says(amy, "Hello")
    server.leaves(amy)
    assert [event.party.name for event in await came.until(1)] == ["Amy"]
    assert [event.is_typing for event in await wrote.until(2)] == [True, False]
    assert [event.party.name for event in await left.until(1)] == ["Amy"]


# 91


async def test_091_the_transcript_is_whole_and_calls_nobody(chat: ChatService, server: ScriptedChat) -> None:
    session = await started(chat, server)
    heard = Heard(session.on_message_received)
    for text in ("one", "two"):
        await session.send_message(text)
    await heard.until(2)
    transcript = await session.get_transcript(0)
    assert [(event["index"], event["type"]) for event in transcript] == [
        (1, "ParticipantJoined"),
        (2, "Message"),
        (3, "Message"),
    ]
    assert [event["index"] for event in await session.getTranscript(2)] == [3]
    await session.send_message("three")
    assert texts(await heard.until(3)) == ["one", "two", "three"]


async def test_091_the_transcript_outlives_the_session(chat: ChatService, server: ScriptedChat) -> None:
    session = await started(chat, server)
    await session.send_message("one")
    await session.leave()
    assert "one" in [event.get("text") for event in await session.get_transcript()]


async def test_091_an_index_below_the_first_is_a_bad_parameter(
    chat: ChatService, server: ScriptedChat
) -> None:
    session = await started(chat, server)
    error = await refused(session.get_transcript(-1))
    assert error is not None
    assert error.code is ErrorCode.BAD_PARAMETER


# 92


async def test_092_leaving_ends_the_session_once(chat: ChatService, page: Page, server: ScriptedChat) -> None:
    session = await started(chat, server)
    ended: Heard[SessionEnded] = Heard(session.on_session_ended)
    await session.leave()
    await ended.until(1)
    error = await refused(session.leave())
    assert error is not None
    assert error.code is ErrorCode.UNKNOWN_SESSION
    await asyncio.sleep(0)
    assert ended.events == [SessionEnded()]
    assert len(server.asked("disconnect")) == 1
    assert session.is_over
    assert page.read() is None


async def test_092_leaving_ends_the_session_even_if_the_server_fails(
    chat: ChatService, server: ScriptedChat
) -> None:
    session = await started(chat, server)
    ended: Heard[SessionEnded] = Heard(session.on_session_ended)
    server.answers("disconnect", 500, {})
    error = await refused(session.leave())
    assert error is not None
    assert error.code is ErrorCode.SERVER_UNAVAILABLE
    assert await ended.until(1) == [SessionEnded()]


async def test_092_a_session_that_the_desk_ends_is_over_as_well(
    chat: ChatService, page: Page, server: ScriptedChat
) -> None:
    session = await started(chat, server)
    ended: Heard[SessionEnded] = Heard(session.on_session_ended)
    server.ends()
    assert await ended.until(1) == [SessionEnded()]
    error = await refused(session.send_message("too late"))
    assert error is not None
    assert error.code is ErrorCode.UNKNOWN_SESSION
    assert page.read() is None
