"""A bot is a coroutine per chat; crashes and restarts are its server's and ours to bear."""

import asyncio
import contextlib
from collections.abc import AsyncIterator

import pytest

from frontdesk.client import Bot, Chat
from frontdesk.domain import events
from frontdesk.domain.events import Kind
from tests.client.workspace_server import PASSWORD, WorkspaceServer, serving

pytestmark = pytest.mark.anyio


@pytest.fixture
async def server() -> AsyncIterator[WorkspaceServer]:
    async with serving() as peer:
        yield peer


def bot_of(server: WorkspaceServer) -> Bot:
    return Bot(server.url, "greeter", PASSWORD, pause_s=lambda _: 0.01)


@contextlib.asynccontextmanager
async def working(bot: Bot) -> AsyncIterator[None]:
    task = asyncio.create_task(bot.serve())
    try:
        yield
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


def echo(server: WorkspaceServer) -> Bot:
    bot = bot_of(server)

    @bot.on_chat
    async def talk(chat: Chat) -> None:
        await chat.greet("hi")
        async for message in chat.messages():
            await chat.say(f"you said {message.text}")

    return bot


async def test_it_greets_and_answers_what_was_said_before_it_came(server: WorkspaceServer) -> None:
    chat = server.start("c1", "hello?")
    async with working(echo(server)):
        await server.until(lambda: server.is_ready)
        server.give("c1")
        await server.until(lambda: len(chat.texts) == 3)
        server.visitor_says(chat, "well")
        await server.until(lambda: len(chat.texts) == 5)
    assert chat.texts == ["hello?", "hi", "you said hello?", "well", "you said well"]


async def test_many_chats_do_not_wait_for_each_other(server: WorkspaceServer) -> None:
    bot = bot_of(server)
    everybody_is_here = asyncio.Barrier(20)

    @bot.on_chat
    async def talk(chat: Chat) -> None:
        await everybody_is_here.wait()
        await chat.say("all here")
        await chat.over()

    async with working(bot):
        await server.until(lambda: server.is_ready)
        for n in range(20):
            server.start(f"c{n}")
            server.give(f"c{n}")
        await server.until(lambda: all(chat.texts for chat in server.chats.values()))


async def test_a_restart_skips_nothing_and_answers_nothing_twice(server: WorkspaceServer) -> None:
    chat = server.start("c1", "one")
    server.give("c1")
    async with working(echo(server)):
        await server.until(lambda: len(chat.texts) == 3)
    server.visitor_says(chat, "two")
    async with working(echo(server)):
        await server.until(lambda: len(chat.texts) == 5)
    assert chat.texts == ["one", "hi", "you said one", "two", "you said two"]


async def test_an_answer_that_was_given_but_never_confirmed_is_not_given_again(
    server: WorkspaceServer,
) -> None:
    chat = server.start("c1", "one")
    server.give("c1")

    def answering() -> Bot:
        bot = bot_of(server)

        @bot.on_chat
        async def talk(chat: Chat) -> None:
            async for message in chat.messages():
                await chat.say(f"you said {message.text}")

        return bot

    server.withholds_answers_to = "say"
    async with working(answering()):
        await server.until(lambda: len(chat.texts) == 2)
    server.withholds_answers_to = ""
    async with working(answering()):
        await server.until(lambda: isinstance(chat.events[-1], events.ReceiptGiven))
    assert chat.texts == ["one", "you said one"]


async def test_a_person_goes_on_when_the_coroutine_fails(
    server: WorkspaceServer, caplog: pytest.LogCaptureFixture
) -> None:
    chat = server.start("c1")
    bot = bot_of(server)

    @bot.on_chat
    async def talk(chat: Chat) -> None:
        raise ValueError("the weather")

    async with working(bot):
        server.give("c1")
        await server.until(lambda: isinstance(chat.events[-1], events.Queued))
    assert "could not go on" in chat.summary
    assert "the weather" in caplog.text


async def test_a_person_goes_on_when_the_coroutine_returns(server: WorkspaceServer) -> None:
    chat = server.start("c1")
    bot = bot_of(server)

    @bot.on_chat
    async def talk(chat: Chat) -> None:
        await chat.say("bye")

    async with working(bot):
        server.give("c1")
        await server.until(lambda: isinstance(chat.events[-1], events.Queued))


async def test_it_hands_over_with_a_summary(server: WorkspaceServer) -> None:
    chat = server.start("c1")
    bot = bot_of(server)

    @bot.on_chat
    async def talk(chat: Chat) -> None:
        await chat.hand_over("sales", "wants a red one")

    async with working(bot):
        server.give("c1")
        await server.until(lambda: isinstance(chat.events[-1], events.Queued))
    assert chat.events[-1] == events.Queued(queue="sales", summary="wants a red one")
    assert sum(isinstance(e, events.Queued) for e in chat.events) == 1


async def test_what_a_person_answered_meanwhile_is_not_the_bots_to_answer(server: WorkspaceServer) -> None:
    chat = server.start("c1", "one")
    chat.add(events.Joined(party_id=2, kind=Kind.AGENT, participant_id="agent-2", nickname="Bo"))
    chat.add(events.Said(party_id=2, text="I answered one"))
    chat.add(events.Said(party_id=1, text="two"))
    async with working(echo(server)):
        server.give("c1")
        await server.until(lambda: "you said two" in chat.texts)
    assert "you said one" not in chat.texts


async def test_a_bot_is_ready_again_after_it_was_away_too_long(server: WorkspaceServer) -> None:
    bot = echo(server)
    async with working(bot):
        await server.until(lambda: server.is_ready)
        server.is_ready = False
        bot.client.drop_connection()
        await server.until(lambda: server.is_ready)


async def test_it_knows_whether_a_person_is_ready(server: WorkspaceServer) -> None:
    bot = bot_of(server)

    @bot.on_chat
    async def talk(chat: Chat) -> None:
        await chat.say(f"ready: {bot.people_ready}")
        await bot.person_ready()
        await chat.say(f"ready: {bot.people_ready}")
        await chat.over()

    chat = server.start("c1")
    async with working(bot):
        server.give("c1")
        await server.until(lambda: chat.texts)
        server.send({"is": "floor", "ready": 1})
        await server.until(lambda: len(chat.texts) == 2)
    assert chat.texts == ["ready: 0", "ready: 1"]
