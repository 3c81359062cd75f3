"""Chat API v2, checks 52–55: what happens when nobody writes.

The service `warns` warns after 2 s and closes 3 s later; `hasty` after 1 s and 2 s.
"""

import pytest
from anyio import create_task_group, sleep

from tests.conformance.v2 import Answer, Visitors

pytestmark = pytest.mark.anyio

CANCEL = {"eventAttributes": '{"purpose":"cancel-idle-timer"}'}


def warned(answer: Answer) -> bool:
    return bool(answer.of_type("IdleAlert"))


async def test_52_first_a_warning_then_the_closing_then_the_end(visitors: Visitors) -> None:
    chat = await visitors.start("warns")
    alert = (await chat.comes(warned, within_s=5)).of_type("IdleAlert")[0]
    assert alert["from"]["nickname"] == "system"
    assert alert["from"]["type"] == "External"
    assert alert["text"]
    assert alert["userData"] == {"next-idle-timer-type": "CLOSE", "next-idle-timer-secs": "3"}

    answer = (await chat.comes(lambda a: a.has_ended, within_s=6)).ok()
    joined, _, close, *lefts = answer.events
    assert [close["type"], *(left["type"] for left in lefts)] == ["IdleClose", "ParticipantLeft"]
    assert (close["from"]["type"], bool(close["text"])) == ("External", True)
    assert 2000 <= alert["utcTime"] - joined["utcTime"] < 4000
    assert 3000 <= close["utcTime"] - alert["utcTime"] < 5000


async def test_53_a_countdown_says_how_many_seconds_are_left(visitors: Visitors) -> None:
    chat = await visitors.start("warns")
    assert "idleTimerExpire" not in (await chat.refresh(1)).ok().body
    answer = await chat.comes(warned, within_s=5)
    assert type(answer.body["idleTimerExpire"]) is int
    assert 1 <= answer.body["idleTimerExpire"] <= 3
    assert (await chat.send("I am here", P=1)).ok().next_position >= 1
    assert "idleTimerExpire" not in (await chat.refresh(1)).ok().body


async def test_54_a_sign_of_life_stops_the_countdown(visitors: Visitors) -> None:
    chat = await visitors.start("hasty")
    await chat.comes(warned)
    (await chat.ask("customNotice", **CANCEL)).ok()
    await sleep(2.2)
    answer = (await chat.refresh(1)).ok()
    assert not answer.has_ended
    assert answer.of_type("IdleClose") == []
    (notice,) = answer.of_type("CustomNotice")
    assert notice["from"]["type"] == "Client"
    assert notice["eventAttributes"] == {"purpose": "cancel-idle-timer"}


async def test_55_polling_is_no_sign_of_life_and_writing_is(visitors: Visitors) -> None:
    polling, writing = await visitors.start("hasty"), await visitors.start("hasty")

    async def write() -> None:
        for _ in range(5):
            (await writing.send("Hello")).ok()
            await sleep(0.5)
        assert await writing.events("IdleAlert") == []

    async with create_task_group() as tasks:
        tasks.start_soon(write)
        await polling.comes(warned, within_s=2.5)
