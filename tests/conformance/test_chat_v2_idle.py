"""Chat API v2, checks 52–55: what happens when nobody writes.

The service `warns` warns after 2 s and closes 3 s later; `hasty` after 1 s and 2 s. Time goes on when a test
says so; what a chat of `hasty` sees shows that all that was due has happened.
"""

import pytest

from tests.conformance.house import House
from tests.conformance.v2 import Answer
from tests.desk.nodes import Clock

pytestmark = pytest.mark.anyio

CANCEL = {"eventAttributes": '{"purpose":"cancel-idle-timer"}'}


def warned(answer: Answer) -> bool:
    return bool(answer.of_type("IdleAlert"))


async def test_52_first_a_warning_then_the_closing_then_the_end(clocked: House, clock: Clock) -> None:
    chat, other = await clocked.visitors.start("warns"), await clocked.visitors.start("hasty")
    clock.after_s(1.999)
    await other.comes(warned)
    assert not warned(await chat.refresh(1))
    clock.after_s(0.001)
    alert = (await chat.comes(warned)).of_type("IdleAlert")[0]
    assert alert["from"]["nickname"] == "system"
    assert alert["from"]["type"] == "External"
    assert alert["text"]
    assert alert["userData"] == {"next-idle-timer-type": "CLOSE", "next-idle-timer-secs": "3"}

    clock.after_s(2.999)
    await other.comes(lambda a: a.has_ended)
    assert not (await chat.refresh(1)).ok().has_ended
    clock.after_s(0.001)
    answer = (await chat.comes(lambda a: a.has_ended)).ok()
    joined, _, close, *lefts = answer.events
    assert [close["type"], *(left["type"] for left in lefts)] == ["IdleClose", "ParticipantLeft"]
    assert (close["from"]["type"], bool(close["text"])) == ("External", True)
    assert alert["utcTime"] - joined["utcTime"] == 2000
    assert close["utcTime"] - alert["utcTime"] == 3000


async def test_53_a_countdown_says_how_many_seconds_are_left(clocked: House, clock: Clock) -> None:
    chat = await clocked.visitors.start("warns")
    assert "idleTimerExpire" not in (await chat.refresh(1)).ok().body
    clock.after_s(2)
    answer = await chat.comes(warned)
    assert type(answer.body["idleTimerExpire"]) is int
    assert answer.body["idleTimerExpire"] == 3
    clock.after_s(2)
    assert (await chat.refresh(1)).ok().body["idleTimerExpire"] == 1
    assert (await chat.send("I am here", P=1)).ok().next_position >= 1
    assert "idleTimerExpire" not in (await chat.refresh(1)).ok().body


async def test_54_a_sign_of_life_stops_the_countdown(clocked: House, clock: Clock) -> None:
    chat, other = await clocked.visitors.start("hasty"), await clocked.visitors.start("hasty")
    clock.after_s(1)
    await chat.comes(warned)
    await other.comes(warned)
    (await chat.ask("customNotice", **CANCEL)).ok()
    clock.after_s(2.2)
    await other.comes(lambda a: a.has_ended)
    answer = await chat.comes(lambda a: len(a.of_type("IdleAlert")) == 2)
    assert not answer.ok().has_ended
    assert answer.of_type("IdleClose") == []
    (notice,) = answer.of_type("CustomNotice")
    assert notice["from"]["type"] == "Client"
    assert notice["eventAttributes"] == {"purpose": "cancel-idle-timer"}


async def test_55_polling_is_no_sign_of_life_and_writing_is(clocked: House, clock: Clock) -> None:
    polling, writing = await clocked.visitors.start("hasty"), await clocked.visitors.start("hasty")
    for _ in range(2):
        clock.after_s(0.5)
        (await polling.refresh(1)).ok()
        (await writing.send("Hello")).ok()
    await polling.comes(warned)
    assert await writing.events("IdleAlert") == []
