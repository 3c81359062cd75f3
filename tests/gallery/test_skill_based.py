"""The application `skill-based`: who is asked widens with the time that a visitor waits."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from frontdesk.settings import QueueSettings
from tests.desk.nodes import Clock
from tests.gallery.shop import Shop, shop

pytestmark = pytest.mark.anyio


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def skilled(tmp_path: Path, clock: Clock) -> AsyncIterator[Shop]:
    queues = {"everybody": QueueSettings()}
    async with shop("skill-based", tmp_path, clock, queues=queues) as made:
        yield made


async def test_an_expert_is_asked_first(skilled: Shop) -> None:
    async with (
        skilled.house.agent("novice", 5, "support=1"),
        skilled.house.agent("expert", 5, "support=7") as expert,
    ):
        chat = await skilled.house.visitors.start("shop")
        await expert.takes(chat.chat_id)
        session = await skilled.session_is_in("served")
        assert session.interactions == (chat.chat_id,)
        await expert.does("end", interaction_id=chat.chat_id)
        await skilled.session_is_in("finished")


async def test_who_knows_some_is_asked_later_and_the_skill_is_the_visitors(skilled: Shop) -> None:
    async with skilled.house.agent("novice", 5, "french=1", "support=9") as novice:
        chat = await skilled.house.visitors.start("shop", nickname="Mo", **{"userData[skill]": "French"})
        await skilled.session_is_in("experts")
        await skilled.after_s(20)
        await novice.takes(chat.chat_id)
        await skilled.session_is_in("served")


async def test_an_expert_who_comes_late_is_still_wanted(skilled: Shop) -> None:
    chat = await skilled.house.visitors.start("shop")
    await skilled.session_is_in("experts")
    await skilled.after_s(20)
    await skilled.session_is_in("skilled")
    async with skilled.house.agent("expert", 5, "support=7") as expert:
        await expert.takes(chat.chat_id)
        await skilled.session_is_in("served")


async def test_a_chat_that_nobody_can_take_overflows_to_everybody(skilled: Shop) -> None:
    async with skilled.house.agent("anybody") as anybody:
        chat = await skilled.house.visitors.start("shop")
        for state, seconds in (("experts", 20), ("skilled", 40)):
            await skilled.session_is_in(state)
            await skilled.after_s(seconds)
        await skilled.session_is_in("finished")
        await anybody.takes(chat.chat_id)


async def test_a_visitor_who_leaves_ends_the_session(skilled: Shop) -> None:
    chat = await skilled.house.visitors.start("shop")
    await skilled.session_is_in("experts")
    await chat.ask("disconnect")
    await skilled.session_is_in("finished")


async def test_what_a_stranger_writes_is_no_skill_expression(skilled: Shop) -> None:
    async with skilled.house.agent("expert", 5, "support=7") as expert:
        chat = await skilled.house.visitors.start("shop", nickname="Mo", **{"userData[skill]": "x > 0 | y"})
        await expert.takes(chat.chat_id)
