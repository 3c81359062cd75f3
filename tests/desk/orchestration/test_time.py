"""Sessions and time: delays, patience, ages; by a clock that tests move."""

import pytest

from frontdesk.domain.orchestration.session import Life
from frontdesk.domain.orchestration.stepping import Times
from frontdesk.errors import NotFound
from tests.desk.orchestration.stage import Ear, Shelf, stage, w3c
from tests.desk.orchestration.test_sessions import ASKING, COUNTER

pytestmark = pytest.mark.anyio

ALARMS = w3c(
    """<state id="on">
      <onentry><send event="third" delay="30s"/><send event="first" delay="10s"/>
               <send event="second" delay="20s"/></onentry>
      <transition event="third" target="off"><log expr="_event.name"/></transition>
      <transition event="*"><log expr="_event.name"/></transition>
    </state><final id="off"/>"""
)
PATIENT = Times(requests_ms={"queue": 10_000}, idle_ms=60_000, age_ms=600_000)


async def test_a_delayed_event_comes_not_a_millisecond_early() -> None:
    async with stage(Shelf(alarms=ALARMS)) as node:
        session_id = await node.start("alarms")
        await node.after_s(9.999)
        assert await node.said(session_id) == []
        await node.after_s(0.001)
        assert await node.said(session_id) == ["first"]


async def test_who_is_not_answered_in_time_is_told_so_and_a_late_answer_is_dropped() -> None:
    async with stage(Shelf(asking=ASKING), times=PATIENT) as node:
        ear = node.orchestration.modules["queue"] = Ear(node.sessions, answers=False)
        session_id = await node.start("asking")
        await node.after_s(9.999)
        assert (await node.session(session_id)).life is Life.RUNNING
        await node.after_s(0.001)
        assert (await node.session(session_id)).life is Life.FINISHED
        assert [request.request_id for request in ear.dropped] == [ear.asked[0].request_id]
        assert await node.ended_in(session_id) == "lost"


async def test_a_session_begins_when_it_is_to_and_can_be_moved_until_then() -> None:
    async with stage(Shelf(counter=COUNTER)) as node:
        session_id = await node.start("counter", ideal_ms=node.clock() + 60_000)
        await node.after_s(59)
        assert (await node.session(session_id)).life is Life.STARTING
        await node.sessions.reschedule(session_id, node.clock() + 5_000)
        await node.after_s(4.9)
        assert (await node.session(session_id)).life is Life.STARTING
        await node.after_s(0.1)
        assert await node.said(session_id) == ["begun with 0"]


async def test_a_session_with_nothing_to_wait_for_is_ended_after_a_while_and_an_old_one_at_last() -> None:
    waits = w3c('<state id="on"><onentry><send event="no" delay="900s"/></onentry></state>')
    async with stage(Shelf(counter=COUNTER, waits=waits), times=PATIENT) as node:
        idle, waiting = await node.start("counter"), await node.start("waits")
        await node.after_s(30)
        await node.send(idle, "more", {"by": 1})
        await node.after_s(59)
        assert (await node.session(idle)).life is Life.RUNNING
        await node.after_s(1)
        assert (await node.session(idle)).life is Life.TERMINATED
        await node.after_s(509)
        assert (await node.session(waiting)).life is Life.RUNNING
        await node.after_s(1)
        assert (await node.session(waiting)).life is Life.TERMINATED


async def test_what_a_session_did_is_deleted_a_while_after_its_end() -> None:
    async with stage(Shelf(counter=COUNTER), times=Times(keep_ms=60_000)) as node:
        session_id = await node.start("counter")
        await node.after_s(100)
        await node.send(session_id, "end")
        await node.after_s(59)
        assert (await node.session(session_id)).life is Life.FINISHED
        await node.after_s(1)
        with pytest.raises(NotFound):
            await node.session(session_id)
        assert await node.ids() == []
        assert await node.store.read(f"session/{session_id}") == []
        assert await node.store.armed(f"session/{session_id}") is None
