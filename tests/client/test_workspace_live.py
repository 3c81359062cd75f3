"""The agent client and bots against our own server, whose connection is cut again and again."""

import asyncio
import contextlib
import random
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from msgspec.structs import replace

from frontdesk.client import AgentClient, Bot, Chat, Invitation
from frontdesk.settings import ServerSettings, ServiceSettings, Settings
from tests.conformance.house import PASSWORD, House, serving, settings_in
from tests.conformance.v2 import Chat as Visitor
from tests.patience import PATIENCE_S

pytestmark = pytest.mark.anyio


def settings_with_bot(folder: Path, port: int = 0) -> Settings:
    settings = settings_in(folder, server=ServerSettings(port=port, stop_grace_s=1))
    return replace(settings, services={**settings.services, "bot": ServiceSettings(bot="robo")})


@contextlib.asynccontextmanager
async def agent_of(house: House, login: str = "amy") -> AsyncIterator[AgentClient]:
    async with AgentClient(house.url, login, PASSWORD, pause_s=lambda _: 0.02) as client:
        yield client


@contextlib.asynccontextmanager
async def working(bot: Bot) -> AsyncIterator[None]:
    task = asyncio.create_task(bot.serve())
    try:
        async with asyncio.timeout(PATIENCE_S):
            await bot.ready()
        yield
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


def echo(url: str) -> Bot:
    bot = Bot(url, "robo", PASSWORD, pause_s=lambda _: 0.02)

    @bot.on_chat
    async def talk(chat: Chat) -> None:
        await chat.greet("hi")
        async for message in chat.messages():
            if message.text == "person":
                await chat.hand_over(summary="asked for one")
            else:
                await chat.say(f"you said {message.text}")

    return bot


async def hears(visitor: Visitor, text: str) -> None:
    await visitor.comes(lambda answer: any(event.get("text") == text for event in answer.events))


async def invited(client: AgentClient) -> Chat:
    """The next chat that rings, taken."""
    async with asyncio.timeout(PATIENCE_S):
        async for message in client.messages():
            if isinstance(message, Invitation):
                return await client.accept(message.interaction_id)
    raise AssertionError("the client stopped")


async def test_every_word_arrives_once_and_in_order_however_often_the_line_is_cut(tmp_path: Path) -> None:
    chance = random.Random(1)
    async with serving(settings_in(tmp_path)) as house:
        await house.server.add_account(login="amy", password=PASSWORD)
        async with agent_of(house) as amy:
            await amy.ready()
            visitor = await house.visitors.start(nickname="Kim")
            chat = await invited(amy)
            for n in range(40):
                saying = asyncio.create_task(chat.say(f"amy {n}"))
                if n % 5 == 0:
                    await asyncio.sleep(chance.random() * 0.02)
                    amy.drop_connection()
                await visitor.send(f"kim {n}")
                await saying
            told = [event["text"] for event in await visitor.events("Message")]
            async with asyncio.timeout(PATIENCE_S):
                while len(chat.said()) < 80:
                    await asyncio.sleep(0.01)
        heard = [message.text for message in chat.said()]
    for whose in ("amy", "kim"):
        expected = [f"{whose} {n}" for n in range(40)]
        assert [text for text in told if text.startswith(whose)] == expected
        assert [text for text in heard if text.startswith(whose)] == expected
    assert heard == told


async def test_a_server_that_restarts_finds_its_agents_and_chats_again(tmp_path: Path) -> None:
    async with contextlib.AsyncExitStack() as clients:
        async with serving(settings_in(tmp_path)) as house:
            await house.server.add_account(login="amy", password=PASSWORD)
            amy = await clients.enter_async_context(agent_of(house))
            await amy.ready()
            visitor = await house.visitors.start(nickname="Kim")
            chat = await invited(amy)
            await chat.say("before")
            port = house.server.port
        saying = asyncio.create_task(chat.say("meanwhile"))
        async with serving(settings_in(tmp_path, server=ServerSettings(port=port, stop_grace_s=1))) as house:
            visitor.visitors = house.visitors
            async with asyncio.timeout(PATIENCE_S):
                await saying
            await visitor.send("after")
            async with asyncio.timeout(PATIENCE_S):
                while len(chat.said()) < 3:
                    await asyncio.sleep(0.01)
            told = [event["text"] for event in await visitor.events("Message")]
    assert told == [message.text for message in chat.said()] == ["before", "meanwhile", "after"]


async def test_a_bot_answers_and_hands_over_to_a_person_with_a_summary(tmp_path: Path) -> None:
    async with serving(settings_with_bot(tmp_path)) as house:
        await house.server.add_account(login="robo", password=PASSWORD, role="bot", capacity=10)
        await house.server.add_account(login="amy", password=PASSWORD)
        bot = echo(house.url)
        async with working(bot), agent_of(house) as amy:
            assert bot.people_ready == 0
            await amy.ready()
            async with asyncio.timeout(PATIENCE_S):
                await bot.person_ready()
            visitor = await house.visitors.start("bot", nickname="Kim")
            await hears(visitor, "hi")
            await visitor.send("well")
            await hears(visitor, "you said well")
            await visitor.send("person")
            chat = await invited(amy)
            assert chat.card.summary == "asked for one"
            await chat.complete()
            assert [m.text for m in chat.said()] == ["hi", "well", "you said well", "person"]
            file = await chat.upload("note.txt", b"a word", "text/plain")
            assert await chat.download(file.file_id) == b"a word"
            await chat.end()
            await chat.over()
            assert (await visitor.refresh()).has_ended


async def test_a_bot_that_is_restarted_goes_on_where_it_was(tmp_path: Path) -> None:
    async with serving(settings_with_bot(tmp_path)) as house:
        await house.server.add_account(login="robo", password=PASSWORD, role="bot", capacity=10)
        async with working(echo(house.url)):
            visitor = await house.visitors.start("bot", nickname="Kim")
            await hears(visitor, "hi")
            await visitor.send("one")
            await hears(visitor, "you said one")
        await visitor.send("two")
        async with working(echo(house.url)):
            await hears(visitor, "you said two")
        told = [event["text"] for event in await visitor.events("Message")]
    assert told == ["hi", "one", "you said one", "two", "you said two"]
