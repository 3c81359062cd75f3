"""The greeter answers at once, and is honest about whether a person is there."""

import asyncio
import contextlib
from collections.abc import AsyncIterator

import pytest

from frontdesk.demo import greeter
from frontdesk.domain import events
from tests.client.workspace_server import PASSWORD, Chat, WorkspaceServer, serving

pytestmark = pytest.mark.anyio


@contextlib.asynccontextmanager
async def greeting(server: WorkspaceServer) -> AsyncIterator[None]:
    task = asyncio.create_task(greeter.greeter(server.url, "greeter", PASSWORD).serve())
    try:
        yield
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


@pytest.fixture
async def server() -> AsyncIterator[WorkspaceServer]:
    async with serving() as peer:
        yield peer


def is_handed_over(chat: Chat) -> bool:
    return any(isinstance(e, events.Queued) for e in chat.events)


@pytest.mark.parametrize("text", ["a HUMAN please", "is there an agent?", "can I talk to someone", "Person"])
def test_these_ask_for_a_person(text: str) -> None:
    assert greeter.asks(text)


@pytest.mark.parametrize("text", ["what does it cost?", "my personal opinion", "an agenda", ""])
def test_these_do_not(text: str) -> None:
    assert not greeter.asks(text)


def test_a_very_long_message_is_not_repeated_whole() -> None:
    assert len(greeter.answer("x" * 4000)) < 400


async def test_it_greets_by_name_and_answers(server: WorkspaceServer) -> None:
    chat = server.start("c1")
    server.give("c1")
    async with greeting(server):
        await server.until(lambda: chat.texts)
        server.visitor_says(chat, "When are you open?")
        await server.until(lambda: len(chat.texts) == 3)
    assert "Hello Kim" in chat.texts[0]
    assert "never closes" in chat.texts[2]


async def test_asked_for_a_person_who_is_ready_it_hands_over_with_a_summary(server: WorkspaceServer) -> None:
    server.people_ready = 1
    chat = server.start("c1")
    server.give("c1")
    async with greeting(server):
        server.visitor_says(chat, "My order never came")
        server.visitor_says(chat, "I want a person")
        await server.until(lambda: is_handed_over(chat))
    assert "Kim asked for a person" in chat.summary
    assert "My order never came" in chat.summary


async def test_when_nobody_is_ready_it_says_so_stays_and_hands_over_later(server: WorkspaceServer) -> None:
    chat = server.start("c1")
    server.give("c1")
    async with greeting(server):
        server.visitor_says(chat, "person!")
        await server.until(lambda: greeter.NOBODY in chat.texts)
        server.visitor_says(chat, "what does it cost meanwhile?")
        await server.until(lambda: "Everything here costs 10." in chat.texts)
        assert not is_handed_over(chat)
        server.send({"is": "floor", "ready": 1})
        await server.until(lambda: is_handed_over(chat))
    assert greeter.NOW_READY in chat.texts


async def test_after_a_restart_it_still_knows_that_a_person_was_asked_for(server: WorkspaceServer) -> None:
    chat = server.start("c1")
    server.give("c1")
    async with greeting(server):
        server.visitor_says(chat, "person!")
        await server.until(lambda: isinstance(chat.events[-1], events.ReceiptGiven))
    server.people_ready = 1
    async with greeting(server):
        await server.until(lambda: is_handed_over(chat))
    assert chat.texts.count(greeter.NOBODY) == 1
