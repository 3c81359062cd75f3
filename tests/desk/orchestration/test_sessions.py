"""Sessions on one node: what they are told, what they ask, how they end; by a clock that tests move."""

import pytest

from frontdesk.domain.orchestration.session import Life
from frontdesk.errors import NotFound
from frontdesk.scxml.events import Event
from frontdesk.scxml.packed import pack
from tests.desk.orchestration.stage import Ear, Shelf, ors, stage, w3c

pytestmark = pytest.mark.anyio

COUNTER = w3c(
    """<datamodel><data id="n" expr="0"/></datamodel>
    <state id="on">
      <onentry><log expr="'begun with ' + n"/></onentry>
      <transition event="more"><assign location="n" expr="n + _event.data.by"/><log expr="n"/></transition>
      <transition event="end" target="off"/>
    </state>
    <final id="off"><onentry><log expr="'over at ' + n"/></onentry></final>"""
)


async def test_a_session_takes_its_events_in_order_and_comes_to_its_end() -> None:
    async with stage(Shelf(counter=COUNTER)) as node:
        session_id = await node.start("counter", {"n": 5})
        await node.send(session_id, "more", {"by": 2})
        await node.send(session_id, "more", {"by": 3})
        await node.send(session_id, "end")
        assert await node.said(session_id) == ["begun with 5", "7", "10", "over at 10"]
        assert (await node.session(session_id)).life is Life.FINISHED
        with pytest.raises(NotFound):
            await node.send(session_id, "more", {"by": 1})


ASKING = ors(
    """<datamodel><data id="asked"/></datamodel>
    <state id="waiting">
      <onentry><queue:submit requestid="_data.asked" timeout="30"/></onentry>
      <transition event="queue.submit.done" cond="_event.data.requestid == _data.asked" target="served"/>
      <transition event="error.queue.submit" target="lost"/>
    </state>
    <final id="served"/>
    <final id="lost"/>"""
)


async def test_what_it_asks_for_is_asked_once_and_its_answer_comes_back() -> None:
    async with stage(Shelf(asking=ASKING)) as node:
        ear = node.orchestration.modules["queue"] = Ear(node.sessions)
        session_id = await node.start("asking")
        (asked,) = ear.asked
        assert (asked.session_id, asked.module, asked.action) == (session_id, "queue", "submit")
        session = await node.session(session_id)
        assert (session.life, dict(session.errands)) == (Life.FINISHED, {})
        assert ear.dropped == []


async def test_what_is_there_when_it_begins_is_taken_in_one_go_after_its_document_is_entered() -> None:
    async with stage(Shelf(counter=COUNTER)) as node:
        events = [Event("more", data=pack({"by": number})) for number in (1, 2)]
        session_id = await node.start("counter", events=events, key="there")
        assert await node.said(session_id) == ["begun with 0", "1", "3"]
        assert (await node.session(session_id)).steps == 1
        await node.sessions.deliver(session_id, events, key="there")
        await node.settle()
        assert await node.said(session_id) == ["begun with 0", "1", "3"]
