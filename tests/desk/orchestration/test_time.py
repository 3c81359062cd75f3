"""Sessions and time: delays, patience, ages; by a clock that tests move."""

import pytest

from frontdesk.desk.orchestration.contexts import MACROSTEPS_MAX
from frontdesk.domain.orchestration.ending import RAN_AWAY
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


ENDLESS = """<datamodel><data id="n" expr="0"/></datamodel>
    <state id="on"><onentry><send event="again"%s/></onentry>
      <transition event="again" target="on"><assign location="n" expr="n + 1"/></transition></state>"""
FEW = Times(own_steps=500)


async def test_a_session_that_sends_events_to_itself_for_ever_is_ended_and_others_go_on() -> None:
    async with stage(Shelf(endless=w3c(ENDLESS % ""), counter=COUNTER), times=FEW) as node:
        session = await node.session(await node.start("endless"))
        assert (session.life, session.reason) == (Life.FAILED, RAN_AWAY)
        assert 500 <= session.steps * MACROSTEPS_MAX <= 500 + 2 * MACROSTEPS_MAX
        assert (await node.session(await node.start("counter"))).life is Life.RUNNING


async def test_so_is_one_whose_timers_are_due_at_once() -> None:
    async with stage(Shelf(endless=w3c(ENDLESS % ' delay="1ms"')), times=FEW) as node:
        session_id = await node.start("endless")
        for _ in range(600):
            await node.after_s(0.001)
        assert (await node.session(session_id)).reason == RAN_AWAY


async def test_so_is_one_of_two_that_answer_each_other_for_ever() -> None:
    answers = w3c("""<state id="on"><onentry><send event="again" target="#_parent"/></onentry>
        <transition event="again"><send event="again" target="#_parent"/></transition></state>""")
    begins = w3c("""<state id="on"><invoke id="other" src="answers.scxml"/>
        <transition event="done.invoke error" target="off"/>
        <transition event="again"><send event="again" target="#_other"/></transition>
      </state><final id="off"/>""")
    async with stage(Shelf(pair={"main.scxml": begins, "answers.scxml": answers}), times=FEW) as node:
        await node.start("pair")
        ends = [await node.session(each) for each in await node.ids()]
        assert all(session.is_over for session in ends)
        assert RAN_AWAY in [session.reason for session in ends]


async def test_one_that_takes_its_time_goes_on_and_what_comes_from_outside_costs_nothing() -> None:
    counter = w3c('<state id="on"><transition event="go"/></state>')
    async with stage(Shelf(slow=w3c(ENDLESS % ' delay="1s"'), counter=counter), times=FEW) as node:
        slow, told = await node.start("slow"), await node.start("counter")
        for _ in range(600):
            await node.after_s(1)
            await node.send(told, "go")
        assert (await node.session(slow)).life is Life.RUNNING
        assert (await node.session(told)).life is Life.RUNNING
