"""The application `bot-first`: a bot first, then a person."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.desk.nodes import Clock
from tests.gallery.people import agent, bot, visitor
from tests.gallery.shop import Shop, shop

pytestmark = pytest.mark.anyio


@pytest.fixture
async def greeted(tmp_path: Path) -> AsyncIterator[Shop]:
    async with shop("bot-first", tmp_path, Clock()) as made:
        yield made


async def test_the_bot_asks_first_and_a_person_knows_what_it_was_told(greeted: Shop) -> None:
    async with bot(greeted, "greeter"), agent(greeted, "amy") as amy, visitor(greeted) as mira:
        await mira.reads("Which order is it?")
        await mira.client.say("4711")
        chat = await amy.takes()
        assert chat.user_data["Order"] == "4711"
        await chat.say("Hello Mira, order 4711 is on its way.")
        await mira.reads("order 4711")
        await greeted.session_is_in("served")
        await chat.end()
        await greeted.session_is_in("finished")


async def test_without_the_bot_a_person_is_asked_at_once(greeted: Shop) -> None:
    async with agent(greeted, "amy") as amy, visitor(greeted) as mira:
        chat = await amy.takes()
        await chat.say("Hello Mira")
        await mira.reads("Hello Mira")


async def test_as_long_as_nobody_comes_the_visitor_is_told_and_somebody_sought(greeted: Shop) -> None:
    async with visitor(greeted) as mira:
        for times in (1, 2):
            await greeted.session_is_in("person")
            await greeted.after_s(120)
            await mira.reads("Everybody is busy.", times)
        async with agent(greeted, "amy") as amy:
            chat = await amy.takes()
            await chat.say("Here I am")
            await mira.reads("Here I am")


async def test_a_visitor_who_leaves_the_bot_ends_the_session(greeted: Shop) -> None:
    async with bot(greeted, "greeter"), visitor(greeted) as mira:
        await mira.reads("Which order is it?")
        await mira.client.leave()
        await greeted.session_is_in("finished")
