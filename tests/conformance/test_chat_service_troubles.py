"""webchat-service 9.1, 9.4, 9.5: what a program hears when the network, the server or the program fails."""

import asyncio
from collections.abc import AsyncIterator, Iterator

import pytest

from frontdesk.client.chat_errors import ChatError, ErrorCode
from frontdesk.client.chat_events import Continued, ErrorReported, Interrupted
from frontdesk.client.chat_service import ChatService
from frontdesk.client.chat_session import ChatSession
from frontdesk.client.v2 import V2Transport
from tests.bare import http_client
from tests.conformance.chat_program import Heard, Page, refused, texts
from tests.conformance.scripted_chat import IDENTITY, ScriptedChat, scripted_chat
from tests.conformance.visitor_page import HandClock
from tests.patience import PATIENCE_S

pytestmark = pytest.mark.anyio
LATER = {"statusCode": 1, "chatEnded": False, "messages": [], **IDENTITY}


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


@pytest.fixture
async def session(chat: ChatService, server: ScriptedChat) -> ChatSession:
    return await chat.start_session(server_url=server.url, username="Mira")


async def test_the_network_goes_and_comes_back_and_no_word_is_lost(
    session: ChatSession, server: ScriptedChat
) -> None:
    lost: Heard[Interrupted] = Heard(session.on_interrupted)
    back: Heard[Continued] = Heard(session.on_continued)
    heard = Heard(session.on_message_received)
    server.is_reachable = False
    await lost.until(1)
    error = await refused(session.send_message("into the void"))
    assert error is not None
    assert error.code is ErrorCode.NETWORK_INTERRUPTED
    amy = server.joins("Agent", "Amy")
    server.says(amy, "Are you there?")
    server.is_reachable = True
    await back.until(1)
    await session.send_message("I am")
    assert texts(await heard.until(2)) == ["Are you there?", "I am"]
    assert (len(lost.events), len(back.events)) == (1, 1)


async def test_a_message_that_meets_the_outage_first_fails_as_well(
    session: ChatSession, server: ScriptedChat
) -> None:
    server.is_reachable = False
    error = await refused(session.send_message("hello"))
    assert error is not None
    assert error.code is ErrorCode.NETWORK_INTERRUPTED


async def test_a_server_that_cannot_now_is_unavailable_and_the_session_goes_on(
    session: ChatSession, server: ScriptedChat
) -> None:
    server.answers("send", 200, LATER)
    error = await refused(session.send_message("hello"))
    assert error is not None
    assert error.code is ErrorCode.SERVER_UNAVAILABLE
    assert not session.is_over


async def test_a_chat_server_that_is_away_for_long_is_an_error_without_a_command(
    session: ChatSession, server: ScriptedChat
) -> None:
    errors: Heard[ErrorReported] = Heard(session.on_error)
    server.answers("refresh", 200, LATER)
    (told,) = await errors.until(1)
    assert told.error.code is ErrorCode.SERVER_UNAVAILABLE
    assert not session.is_over


async def test_what_the_server_refuses_is_told_by_the_command_and_by_on_error(
    session: ChatSession, server: ScriptedChat
) -> None:
    errors: Heard[ErrorReported] = Heard(session.on_error)
    server.answers("send", 400, {"statusCode": 2, "errors": [{"code": 204, "advice": "too long"}]})
    expected = ChatError(ErrorCode.BAD_PARAMETER, "too long")
    assert await refused(session.send_message("hello")) == expected
    assert [event.error for event in await errors.until(1)] == [expected]


async def test_an_empty_message_is_a_bad_parameter(session: ChatSession, server: ScriptedChat) -> None:
    error = await refused(session.send_message("  "))
    assert error is not None
    assert error.code is ErrorCode.BAD_PARAMETER
    assert server.asked("send") == []


async def test_typing_is_told_and_taken_back(session: ChatSession, server: ScriptedChat) -> None:
    await session.send_typing()
    await session.send_typing(is_typing=False)
    assert (len(server.asked("startTyping")), len(server.asked("stopTyping"))) == (1, 1)


async def test_a_session_whose_service_was_closed_carries_out_nothing(
    chat: ChatService, session: ChatSession, page: Page
) -> None:
    await chat.aclose()
    for doing in (session.send_message("x"), session.get_transcript(), session.get_user_data("a")):
        error = await refused(doing)
        assert error is not None
        assert error.code is ErrorCode.UNKNOWN_SESSION
    assert page.read() is not None


async def test_a_start_that_is_given_up_leaves_no_chat_behind(
    chat: ChatService, server: ScriptedChat
) -> None:
    starting = asyncio.create_task(chat.start_session(server_url=server.url))
    await asyncio.sleep(0)
    starting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await starting
    async with asyncio.timeout(PATIENCE_S):
        while not server.asked("disconnect"):
            await asyncio.sleep(0.01)
    await chat.start_session(server_url=server.url)


async def test_nor_does_one_whose_service_is_closed_meanwhile(
    chat: ChatService, server: ScriptedChat, page: Page
) -> None:
    starting = asyncio.create_task(chat.start_session(server_url=server.url))
    async with asyncio.timeout(PATIENCE_S):
        while not server.asked("start"):
            await asyncio.sleep(0)
    await chat.aclose()
    error = await refused(starting)
    assert error is not None
    assert error.code is ErrorCode.NOT_EXECUTED
    assert len(server.asked("disconnect")) == 1
    assert page.read() is None


async def test_a_program_may_bring_its_own_transport(server: ScriptedChat) -> None:
    async with ChatService(clock=HandClock()) as chat:
        session = await chat.start_session(transport=V2Transport(server.url), username="Mira")
        heard = Heard(session.on_message_received)
        await session.send_message("hello")
        assert texts(await heard.until(1)) == ["hello"]


async def test_many_visitors_of_one_program_share_connections_that_stay_open(server: ScriptedChat) -> None:
    async with http_client() as http:
        for name in ("Mira", "Ben"):
            async with ChatService(clock=HandClock(), http=http) as chat:
                session = await chat.start_session(server_url=server.url, username=name)
                await session.leave()
        assert not http.is_closed
    assert [fields["nickname"] for fields in server.asked("start")] == ["Mira", "Ben"]


async def test_credentials_that_change_on_the_way_are_kept(
    chat: ChatService, session: ChatSession, server: ScriptedChat, page: Page
) -> None:
    envelope = {"statusCode": 0, "chatEnded": False, "messages": [], "nextPosition": 2}
    server.answers("send", 200, {**envelope, **IDENTITY, "alias": "7"})
    heard = Heard(session.on_message_received)
    await session.send_message("x")
    server.says(1, "from another page")
    await heard.until(1)
    assert page.read()["credentials"]["alias"] == "1"  # The newest answer, a poll, says so again.
    assert "7" in [state["credentials"]["alias"] for state in page.written]
