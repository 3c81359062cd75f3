"""How a session went can be told from its stream alone."""

import pytest

from frontdesk.desk.orchestration.tracing import Trace, trace
from frontdesk.scxml.limits import Limits
from tests.desk.orchestration.stage import Ear, Shelf, Stage, ors, stage

pytestmark = pytest.mark.anyio

CHART = ors(
    """<datamodel><data id="who"/><data id="count" expr="0"/></datamodel>
    <state id="a">
      <onentry><log label="who" expr="_data.who"/><send event="'late'" delay="'5s'"/></onentry>
      <transition event="add" cond="_event.data.by">
        <assign location="_data.count" expr="_data.count + _event.data.by"/><raise event="added"/>
      </transition>
      <transition event="late" target="b"/>
    </state>
    <state id="b">
      <onentry><queue:submit requestid="_data.asked" queue="'sales'"/></onentry>
      <transition event="queue.submit.done" target="end"/>
    </state>
    <final id="end"/>"""
)


async def traced(on: Stage, shelf: Shelf, session_id: str) -> Trace:
    history = [(fact, record.time_ms) for fact, record in await on.orchestration.streams.history(session_id)]
    return trace(session_id, history, await shelf.document("app"), Limits())


async def test_every_step_is_told_with_what_led_to_it_and_what_came_of_it() -> None:
    shelf = Shelf(app=CHART)
    async with stage(shelf) as on:
        on.orchestration.modules["queue"] = Ear(on.sessions)
        session_id = await on.start("app", {"who": "amy"})
        await on.send(session_id, "add", {"by": 2})
        await on.send(session_id, "add")
        await on.after_s(5)
        found = await traced(on, shelf, session_id)
    assert (found.application, found.end, found.waiting) == ("app", "finished", [])
    started, added, ignored, late, done = found.steps
    assert (started.event, started.after, started.told) == ("(start)", ("a",), ["who: amy"])
    assert started.others == ["late in 5 s"]
    assert [(one.item, one.after) for one in started.changes] == [("who", '"amy"'), ("count", "0")]
    assert (added.event, added.data) == ("add", '{"by":2}')
    assert [(one.event, list(one.transitions)) for one in added.passed] == [
        ("add", ["a → (stays) (line 4)"]),
        ("added", []),
    ]
    assert [(one.item, one.before, one.after) for one in added.changes] == [("count", "0", "2")]
    assert [(one.event, list(one.transitions)) for one in ignored.passed] == [
        ("add", []),
        ("error.illegalcond.typeerror", []),
    ]
    assert (late.event, late.before, late.after) == ("(a timer)", ("a",), ("b",))
    (request,) = late.requests
    assert request.endswith('queue.submit {"queue":"sales"}')
    assert (done.event, done.after) == ("queue.submit.done", ("end",))
    assert all(step.is_same for step in found.steps)


async def test_a_session_that_goes_on_says_so_and_one_of_other_files_is_noticed() -> None:
    shelf = Shelf(app=CHART)
    async with stage(shelf) as on:
        session_id = await on.start("app")
        found = await traced(on, shelf, session_id)
        assert (len(found.steps), found.end) == (1, "")
        other = Shelf(app=CHART.replace(b'id="a"', b'id="z"'))
        assert not (await traced(on, other, session_id)).steps[0].is_same


async def test_a_session_that_was_ended_from_outside() -> None:
    shelf = Shelf(app=CHART)
    async with stage(shelf) as on:
        session_id = await on.start("app")
        await on.sessions.cancel(session_id)
        await on.settle()
        found = await traced(on, shelf, session_id)
    assert [step.event for step in found.steps] == ["(start)", "cancel.session", "(cancel)"]
    assert found.end == "terminated"
