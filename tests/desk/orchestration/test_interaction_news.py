"""Sessions hear of their interactions: all of it, once, in order, whatever breaks in between."""

import asyncio

import pytest

from frontdesk.desk.orchestration.interactions import ApplicationRules
from frontdesk.desk.orchestration.modules import Request
from frontdesk.domain import commands
from frontdesk.domain.commands import Accept, Say
from frontdesk.domain.interaction import Phase
from frontdesk.domain.queues import QueueRules
from frontdesk.errors import Unavailable
from tests.desk.nodes import turns
from tests.desk.orchestration.owning import House, data_of

pytestmark = pytest.mark.anyio

BEGINS = ["added", "present", "onrouterequest"]
GONE = ["notcontrolled deletion", "deleted deletion"]


async def test_a_chat_begins_a_session_and_the_session_hears_of_it() -> None:
    house = House()
    chat_id, session_id = await house.begin()
    assert house.ear.applications == {session_id: "support"}
    assert house.heard(session_id) == BEGINS
    assert data_of(house.ear.told[session_id][0])["interactionid"] == chat_id
    assert house.node.floor.unattended() == [], "nobody looks for people meanwhile"
    assert house.node.floor.waiting_count == 0


async def test_facts_that_were_told_are_not_told_again_by_whoever_follows_next() -> None:
    house = House()
    chat_id, session_id = await house.begin()
    await house.node.do(chat_id, commands.ChangeData(party_id=1, changes={"vip": "1"}))
    await house.tell()
    other = House(house.node.database, house.node.clock, house.ear, name="b")
    await other.tell()
    assert house.heard(session_id) == [*BEGINS, "udata.changed"]


async def test_what_happens_at_another_node_is_told_too() -> None:
    house = House()
    other = House(house.node.database, house.node.clock, house.ear, name="b")
    chat_id = await other.node.start()
    await other.node.do(chat_id, Say(party_id=1, text="hello"))
    await other.node.do(chat_id, commands.ChangeData(party_id=1, changes={"vip": "1"}))
    await house.tell()
    session_id = (await other.state(chat_id)).owner
    assert house.heard(session_id) == [*BEGINS, "udata.changed"]


@pytest.mark.parametrize("fails_at", range(1, 14))
async def test_wherever_it_breaks_the_session_hears_the_same(fails_at: int) -> None:
    """The delivery of this number fails, and another node goes on from the beginning."""
    house = House()
    await house.person("amy")
    house.ear.fails_at = fails_at
    chat_id = await house.node.start()
    session_id = (await house.state(chat_id)).owner
    await told_in_spite_of_it(house)
    await house.module.carry_out(request_of(house, session_id, chat_id))
    await told_in_spite_of_it(house)
    await house.node.do(chat_id, Accept("amy", "Amy"), commands.End(reason="solved", party_id=2))
    await told_in_spite_of_it(house)
    assert house.heard(session_id) == [
        *BEGINS,
        "notcontrolled routing",
        "partyadded amy ringing",
        "ondivert",
        "partystatechanged amy accepted",
        "partystatechanged amy processing",
        "redirect.done",
        "partydeleted amy completed",
        *GONE,
    ]


def request_of(house: House, session_id: str, chat_id: str) -> Request:
    given = {"interactionid": chat_id, "to": "amy"}
    return Request(session_id, f"{session_id}.1", "interaction", "redirect", given, house.node.clock())


async def told_in_spite_of_it(house: House) -> None:
    try:
        await house.tell()
    except Unavailable:
        house.news._held.clear()
        house.position = 0
        await house.tell()


async def test_a_node_that_takes_over_goes_on_from_the_cursor() -> None:
    house = House()
    await house.news.load()
    running = asyncio.ensure_future(house.news.run())
    chat_id = await house.node.start()
    session_id = (await house.state(chat_id)).owner
    await heard(house, session_id, 3)
    await turns()  # It takes note of how far it has come.
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    await house.node.do(chat_id, commands.ChangeData(party_id=1, changes={"vip": "1"}))
    other = House(house.node.database, house.node.clock, house.ear, name="b")
    await other.node.floor.load(other.node.store)
    await other.news.load()
    calls = house.ear.calls
    running = asyncio.ensure_future(other.news.run())
    await heard(house, session_id, 4)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    assert house.heard(session_id)[-1] == "udata.changed"
    assert house.ear.calls == calls + 1, "nothing was told again"


async def heard(house: House, session_id: str, count: int) -> None:
    """Return once the session was told so much."""
    async with asyncio.timeout(30):
        while len(house.ear.told.get(session_id, ())) < count:
            await asyncio.sleep(0)


async def test_many_chats_keep_the_order_of_their_facts() -> None:
    house = House()
    chat_ids = [await house.node.start() for _ in range(100)]
    for value in ("1", "2", "3"):
        change = commands.ChangeData(party_id=1, changes={"step": value})
        await asyncio.gather(*(house.node.do(chat_id, change) for chat_id in chat_ids))
    await house.tell()
    for session_id, told in house.ear.told.items():
        assert house.heard(session_id) == [*BEGINS, *["udata.changed"] * 3]
        seen = [event.mirror for event in told[3:]]
        assert [f'"step":"{value}"' in mirror for value, mirror in zip("123", seen, strict=True)] == [
            True
        ] * 3
        assert len({data_of(event)["interactionid"] for event in told}) == 1


# --- whose sessions are no more ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("then", "phase", "queue", "is_looked_for"),
    [
        ("requeue", Phase.WAITING, "fallback", True),
        ("terminate", Phase.ENDED, "", False),
        ("leave", Phase.WAITING, "", False),
    ],
)
async def test_a_session_is_over_and_nobody_attends_to_its_chat(
    then: str, phase: Phase, queue: str, is_looked_for: bool
) -> None:
    house = House(rules=ApplicationRules(on_session_end=then, fallback_queue="fallback"))
    chat_id, session_id = await house.begin()
    await house.news.over(session_id, [chat_id], "support")
    await house.news.over(session_id, [chat_id], "support")
    state = await house.state(chat_id)
    assert (state.phase, state.queue if then == "requeue" else "", state.owner) == (phase, queue, "")
    assert bool(house.node.floor.waiting_count) == is_looked_for
    assert house.node.floor.unattended() == []
    await house.tell()
    assert house.heard(session_id) == BEGINS


async def test_a_session_is_over_while_an_agent_has_its_chat() -> None:
    house = House()
    await house.person("amy")
    chat_id, session_id = await house.begin()
    await house.ask(session_id, "redirect", interactionid=chat_id, to="amy")
    await house.node.do(chat_id, Accept("amy", "Amy"))
    await house.news.over(session_id, [chat_id], "support")
    state = await house.state(chat_id)
    assert (state.owner, state.phase) == ("", Phase.ACTIVE)


async def test_an_application_that_cannot_be_run_loses_nobody() -> None:
    house = House()
    house.node.services._services["s"] = type(house.node.services._services["s"])(
        name="s", application="broken"
    )
    chat_id = await house.node.start()
    await house.tell()
    state = await house.state(chat_id)
    assert (state.owner, bool(state.queued_ms)) == ("", True)


async def test_what_a_session_let_go_waits_for_people_when_nobody_takes_it() -> None:
    house = House()
    chat_id, session_id = await house.begin()
    await house.ask(session_id, "detach", interactionid=chat_id)
    assert house.node.floor.unattended() == []
    house.node.clock.after_s(9)
    await house.node.interactions.tick(chat_id)
    assert not (await house.state(chat_id)).queued_ms
    house.node.clock.after_s(1)
    await house.node.interactions.tick(chat_id)
    assert (await house.state(chat_id)).queued_ms
    assert house.node.floor.waiting_count == 1


async def test_a_queue_with_an_application_of_its_own_begins_another_session() -> None:
    house = House(queues={"sales": QueueRules(application="sales")})
    await house.person("amy")
    chat_id, session_id = await house.begin()
    await house.ask(session_id, "redirect", interactionid=chat_id, to="amy")
    await house.node.do(chat_id, Accept("amy", "Amy"), commands.HandOver(party_id=2, queue="sales"))
    await house.tell()
    other = (await house.state(chat_id)).owner
    assert house.ear.applications[other] == "sales"
    assert house.heard(session_id)[-2:] == ["notcontrolled detaching", "deleted detaching"]
    assert house.heard(other) == BEGINS


async def test_words_are_told_where_the_application_asks_for_them() -> None:
    for wanted in ((), ("chat.message",)):
        house = House(rules=ApplicationRules(events=wanted))
        chat_id, session_id = await house.begin()
        await house.node.do(chat_id, Say(party_id=1, text="hello"))
        await house.tell()
        assert house.heard(session_id)[3:] == list(wanted)
