"""Queues that are closed, full or deserted: refused at the start, or received as a chat begins to wait."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

import pytest

from frontdesk.desk.reception import NEW_MS
from frontdesk.desk.services import Service
from frontdesk.domain import commands, events
from frontdesk.domain.agent import Role
from frontdesk.domain.events import Kind
from frontdesk.domain.hours import Hours, hours_of
from frontdesk.domain.queues import QueueRules, steps_of
from frontdesk.domain.reception import Answer, Does, ReceptionRules
from frontdesk.errors import DeskError, Refused, Unavailable
from tests.desk.nodes import BEGIN_MS, QUIET, Node
from tests.desk.test_routing import rings, routed

pytestmark = pytest.mark.anyio

TODAY = dt.datetime.fromtimestamp(BEGIN_MS / 1000, dt.UTC)
CLOSED = hours_of("UTC", [], [f"{TODAY:%Y-%m-%d} closed"])


def node(
    bot: str = "", service_hours: Hours | None = None, steps: Sequence[str] = (), **reception: Any
) -> Node:
    """A desk whose queue receives like this."""
    queue = QueueRules(steps=steps_of(steps), reception=ReceptionRules(**reception))
    service = Service(name="s", rules=QUIET, bot=bot, hours=service_hours)
    return Node(None, None, service, queues={"default": queue})


def refusal(made: Node) -> DeskError | None:
    try:
        made.reception.check_start("s")
    except DeskError as error:
        return error
    return None


async def told(made: Node, chat_id: str) -> list[str]:
    """What a chat was told, and how it ended."""
    history = await made.events(chat_id)
    return [e.text for e in history if isinstance(e, events.Informed)] + [
        f"({e.reason})" for e in history if isinstance(e, events.Ended)
    ]


async def test_out_of_a_service_s_hours_no_chat_begins_not_even_with_a_bot() -> None:
    assert refusal(node()) is None
    closed = node("greeter", CLOSED)
    await closed.ready("greeter", role=Role.BOT)
    assert isinstance(refusal(closed), Refused)
    closed.clock.after_s(86_400)
    assert refusal(closed) is None


@pytest.mark.parametrize("does", Does)
async def test_out_of_a_queue_s_hours_it_is_as_the_queue_says(does: Does) -> None:
    made = node(hours=CLOSED, closed=Answer(does, "Closed."))
    await made.ready("amy")
    assert (refusal(made) is not None) is (does is Does.REFUSE)
    chat_id = await made.start()
    async with routed(made):
        rung = await rings(made)
    ends = does in (Does.REFUSE, Does.END)
    assert rung == (set() if ends else {chat_id})
    says = [] if does is Does.WAIT else ["Closed."]
    assert await told(made, chat_id) == says + (["(closed)"] if ends else [])


async def test_a_chat_that_came_in_time_waits_on_after_hours() -> None:
    hours = hours_of("UTC", [f"mon-sun 00:00-{TODAY:%H}:{TODAY.minute + 1:02}"], [])
    made = node(hours=hours, closed=Answer(Does.END, "Late."))
    in_time = await made.start()
    made.clock.after_s(120)
    late = await made.start()
    async with routed(made):
        await rings(made)
        assert await told(made, in_time) == []
        assert await told(made, late) == ["Late.", "(closed)"]


async def test_a_full_queue_turns_away_who_comes_last() -> None:
    made = node(waiting_max=2, full=Answer(Does.REFUSE, "Full."))
    await made.ready("amy", capacity=1)
    assert refusal(made) is None, "amy is free"
    chats = []
    async with routed(made):
        for _ in range(5):
            chats.append(await made.start())
            made.clock.after_s(1)
        assert await rings(made) == {chats[0]}
        assert isinstance(refusal(made), Unavailable)
        assert [await told(made, chat_id) for chat_id in chats] == [[], [], [], *[["Full.", "(full)"]] * 2]
        await made.do(chats[1], commands.End(reason="done"))
        assert refusal(made) is None


async def test_nobody_is_there_when_nobody_ready_may_ever_take_it() -> None:
    made = node(steps=("german > 5", "after 1 min: german > 0"), nobody=Answer(Does.TELL, "Nobody."))
    await made.ready("amy")
    await made.ready("greeter", role=Role.BOT, german=9)
    first = await made.start()
    async with routed(made):
        await rings(made)
        assert await told(made, first) == ["Nobody."]
        await made.ready("bob", german=1)
        second = await made.start()
        await rings(made)
        assert await told(made, second) == [], "bob may take it in a minute"


async def test_who_is_busy_is_there() -> None:
    made = node(nobody=Answer(Does.END, "Nobody."))
    await made.ready("amy", capacity=1)
    async with routed(made):
        chats = [await made.start(), await made.start()]
        await rings(made)
        assert [await told(made, chat_id) for chat_id in chats] == [[], []]
        await made.agents.not_ready("amy")
        third = await made.start()
        await rings(made)
        assert await told(made, third) == ["Nobody.", "(nobody)"]


async def test_what_a_bot_hands_over_is_received_then() -> None:
    made = node("greeter", nobody=Answer(Does.REFUSE, "Nobody."))
    await made.ready("greeter", role=Role.BOT)
    assert refusal(made) is None
    chat_id = await made.start(queue=None)
    bot = commands.Join(kind=Kind.BOT, participant_id="greeter", nickname="Greeter")
    await made.do(chat_id, bot, commands.HandOver(party_id=2))
    async with routed(made):
        await rings(made)
    assert await told(made, chat_id) == ["Nobody.", "(nobody)"]


async def test_who_has_waited_for_long_is_left_to_wait_by_a_node_that_takes_over() -> None:
    made = node(nobody=Answer(Does.END, "Nobody."))
    chat_id = await made.start()
    made.clock.after_s(NEW_MS / 1000 + 1)
    async with routed(made):
        await rings(made)
    assert await told(made, chat_id) == []
