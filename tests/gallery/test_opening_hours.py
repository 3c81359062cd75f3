"""The application `opening-hours`: who comes when nobody is there is told so."""

from collections.abc import AsyncIterator
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from tests.conformance.v2 import Chat
from tests.desk.nodes import Clock
from tests.gallery.shop import Shop, shop

pytestmark = pytest.mark.anyio


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def berlin(tmp_path: Path, clock: Clock) -> AsyncIterator[Shop]:
    async with shop("opening-hours", tmp_path, clock) as made:
        yield made


async def comes(berlin: Shop, when: str) -> Chat:
    """A visitor who comes at a time of Berlin's clocks."""
    at = datetime.fromisoformat(when).replace(tzinfo=ZoneInfo("Europe/Berlin"))
    seconds = at.timestamp() - berlin.clock.now_ms / 1000
    await berlin.after_s(seconds)
    return await berlin.house.visitors.start("shop")


async def told(chat: Chat) -> list[str]:
    """What the visitor is told before the chat ends."""
    await chat.comes(lambda answer: answer.has_ended)
    return [event["text"] for event in await chat.events("Message")]


async def test_who_comes_while_it_is_open_is_served(berlin: Shop) -> None:
    async with berlin.house.agent("amy") as amy:
        chat = await comes(berlin, "2026-03-31 16:59")
        await amy.takes(chat.chat_id)
        await berlin.session_is_in("served")
        await amy.does("end", interaction_id=chat.chat_id)
        await berlin.session_is_in("finished")


@pytest.mark.parametrize(
    ("when", "said"),
    [
        ("2026-03-30 08:59:30", "Nobody is here at this hour."),
        ("2026-03-27 15:00", "Nobody is here at this hour."),
        ("2026-03-28 12:00", "Nobody is here at this hour."),
        ("2026-04-03 12:00", "It is a holiday."),
    ],
    ids=["before nine", "on a Friday after three", "on a Saturday", "on a holiday"],
)
async def test_who_comes_at_another_time_is_told_why(berlin: Shop, when: str, said: str) -> None:
    (text,) = await told(await comes(berlin, when))
    assert text.startswith(said)
    await berlin.session_is_in("finished")


async def test_who_still_waits_when_it_closes_is_told_that(berlin: Shop) -> None:
    chat = await comes(berlin, "2026-03-31 16:58")
    await berlin.session_is_in("waiting")
    await berlin.after_s(60)
    await berlin.after_s(60)
    (text,) = await told(chat)
    assert text.startswith("We close now")
