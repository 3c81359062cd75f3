"""Whoever registers in time misses nothing; "in time" is before the program first waits."""

import asyncio
import logging

import pytest

from frontdesk.client.chat_callbacks import HELD_EVENTS_MAX, Callbacks
from frontdesk.client.chat_errors import ChatError, ErrorCode
from frontdesk.client.chat_events import Continued, ErrorReported, Interrupted, SessionEvent
from tests.patience import PATIENCE_S

pytestmark = pytest.mark.anyio


@pytest.fixture(scope="module")
def anyio_backend() -> str:
    return "asyncio"


def numbered(number: int) -> ErrorReported:
    return ErrorReported(ChatError(ErrorCode.NOT_EXECUTED, str(number)))


async def turns(count: int = 3) -> None:
    for _ in range(count):
        await asyncio.sleep(0)


async def test_an_event_from_before_the_registration_is_heard_by_all_who_register_at_once() -> None:
    callbacks, first, second = Callbacks(), list[SessionEvent](), list[SessionEvent]()
    callbacks.tell(Interrupted())
    await turns()
    callbacks.register(Interrupted, first.append)
    callbacks.register(Interrupted, second.append)
    assert first == [], "never inside the registration"
    await turns()
    assert first == second == [Interrupted()]


async def test_events_are_told_by_kind_and_in_order() -> None:
    callbacks, heard, others = Callbacks(), list[SessionEvent](), list[SessionEvent]()
    callbacks.register(ErrorReported, heard.append)
    callbacks.register(Continued, others.append)
    for number in range(3):
        callbacks.tell(numbered(number))
        callbacks.tell(Continued())
    await turns()
    assert heard == [numbered(0), numbered(1), numbered(2)]
    assert others == [Continued()] * 3


async def test_a_callback_that_fails_is_logged_and_the_next_one_is_called(
    caplog: pytest.LogCaptureFixture,
) -> None:
    callbacks, heard = Callbacks(), list[SessionEvent]()

    def fail(event: SessionEvent) -> None:
        raise ValueError("not today")

    callbacks.register(Continued, fail)
    callbacks.register(Continued, heard.append)
    with caplog.at_level(logging.ERROR):
        callbacks.tell(Continued())
        await turns()
    assert heard == [Continued()]
    assert "not today" in caplog.text


async def test_a_callback_may_be_a_coroutine() -> None:
    callbacks, heard = Callbacks(), asyncio.Queue[SessionEvent]()
    callbacks.register(Continued, heard.put)
    callbacks.tell(Continued())
    assert await asyncio.wait_for(heard.get(), PATIENCE_S) == Continued()


async def test_a_program_that_hears_nothing_costs_no_more_and_no_more() -> None:
    callbacks, heard = Callbacks(), list[SessionEvent]()
    for number in range(HELD_EVENTS_MAX + 5):
        callbacks.tell(numbered(number))
    callbacks.register(ErrorReported, heard.append)
    await turns()
    assert len(heard) == HELD_EVENTS_MAX
    assert heard[0] == numbered(5)
