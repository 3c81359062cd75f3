"""What the chat server says of offers: checks 60, 61 and 80, with a real desk and two databases."""

import pytest

from frontdesk.domain.commands import Leave
from frontdesk.domain.events import Kind, Visibility
from frontdesk.domain.journey.facts import Emitter, Moved, Stage, State
from frontdesk.domain.journey.offering import Reported, move
from tests.desk.journeys.chatted import SITE, Chatted

pytestmark = pytest.mark.anyio


async def test_60_it_is_started_when_the_chat_is_there_and_abandoned_when_the_visitor_leaves() -> None:
    site = Chatted()
    customer, action = await site.accepted()
    await site.tell()
    assert await site.states(customer) == []
    chat_id = await site.chat(customer, action.id)
    await site.tell()
    assert await site.states(customer) == [State.STARTED]
    await site.node.do(chat_id, Leave(party_id=1))
    await site.tell()
    assert await site.states(customer) == [State.STARTED, State.ABANDONED]


async def test_61_the_first_person_engages_it_and_no_bot_and_nobody_who_listens() -> None:
    site = Chatted()
    customer, action = await site.accepted()
    chat_id = await site.chat(customer, action.id)
    await site.come(chat_id, Kind.BOT, name="greeter")
    await site.come(chat_id, Kind.SUPERVISOR, Visibility.SUPERVISORS, "sue")
    await site.tell()
    assert await site.states(customer) == [State.STARTED]
    await site.come(chat_id, name="amy")
    await site.come(chat_id, name="bob")
    await site.tell()
    assert await site.states(customer) == [State.STARTED, State.ENGAGED]


async def test_80_a_chat_that_cannot_begin_is_an_error_and_no_refusal() -> None:
    """The widget says `rejected`, which its lifecycle calls so; the tracker says `errored` for it."""
    site = Chatted()
    customer, action = await site.accepted()
    asked = Reported(customer.visit.id, SITE, action.id, State.ERRORED, error_message="closed")
    customer, facts = await site.customers.change(
        customer.id, lambda now, now_ms: move(now, asked, now_ms=now_ms)
    )
    assert facts == [Moved(action.id, State.ERRORED, Emitter.BROWSER, Stage.FORM, error_message="closed")]
    assert customer.actions[0].was_terminal is False
