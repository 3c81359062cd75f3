"""Orchestration: sessions. Numbers are the checks of the specification's section 21.

What is told step by step of delivery, time, families, memory and nodes stands in `tests/desk/orchestration/`;
the story that is played with crashes in `tests/faults/crash_sessions.py`.
"""

import time

import msgspec
import pytest

from frontdesk.desk.orchestration.contexts import Contexts, Learn, Open, Take, Taken
from frontdesk.desk.orchestration.documents import Applications
from frontdesk.desk.orchestration.engine import Here
from frontdesk.domain.orchestration.ending import LOST
from frontdesk.domain.orchestration.facts import Stepped
from frontdesk.domain.orchestration.session import Life, Session, evolve
from frontdesk.domain.orchestration.stepping import Times
from frontdesk.scxml.events import Event
from frontdesk.scxml.limits import Limits
from tests.conformance.owned import Owned
from tests.desk.orchestration.stage import Ear, Shelf, Stage, ors, stage, w3c
from tests.faults.crash_sessions import Crash, Theatre, without

pytestmark = pytest.mark.anyio

FOR_EVER = Times(idle_ms=0, age_ms=0)

CHANCE = ors(
    """<datamodel><data id="drawn" expr="[]"/></datamodel>
    <state id="on">
      <onentry><send event="'tick'" delay="'3s'"/></onentry>
      <transition event="tick"><send event="'tick'" delay="(1 + Math.floor(Math.random() * 5)) + 's'"/>
        <script>_data.drawn.push(Math.random(), Date.now())</script>
        <log expr="_data.drawn.join()"/></transition>
      <transition event="ask"><queue:submit timeout="Math.random()"/></transition>
      <transition event="queue.submit.done"><log expr="_event.data.requestid"/></transition>
      <transition event="end" target="off"/>
    </state>
    <final id="off"><donedata><param name="drawn" expr="_data.drawn"/></donedata></final>"""
)


async def replayed(node: Stage, shelf: Applications, session_id: str) -> tuple[list[bytes], list[int]]:
    """The session's inputs given to an engine that knows nothing: what came out, and what sums are kept."""
    contexts = Contexts(Limits())
    history = await node.orchestration.streams.history(session_id)
    session = Session(id=session_id)
    outputs: list[bytes] = []
    sums: list[int] = []
    for fact, record in history:
        if isinstance(fact, Stepped):
            if not outputs:
                document = await shelf.document(session.began.application)
                contexts.ask(Learn("d", session.began.file, dict(document.files)))
                contexts.ask(Open(session_id, "d"))
            events = session.waiting[: fact.consumed]
            taken = contexts.ask(
                Take(session_id, fact.kind, fact.now_ms, fact.seed, events, exactly=fact.macrosteps)
            )
            assert isinstance(taken, Taken)
            assert taken.check == fact.check
            outputs.append(msgspec.json.encode(taken.outputs))
            sums.append(fact.check)
        session = evolve(session, fact, record.time_ms)
    return outputs, sums


async def test_96_the_same_inputs_give_the_same_outputs_to_the_byte() -> None:
    shelf = Shelf(chance=CHANCE)
    async with stage(shelf, times=FOR_EVER) as node:
        node.orchestration.modules["queue"] = Ear(node.sessions)
        session_id = await node.start("chance")
        for _ in range(10):
            await node.after_s(2)
            await node.send(session_id, "ask")
        await node.send(session_id, "end")
        assert (await node.session(session_id)).life is Life.FINISHED
        first, sums = await replayed(node, shelf, session_id)
        again, _ = await replayed(node, shelf, session_id)
        assert first == again
        assert len(set(sums)) > 10


async def test_93_a_session_comes_back_with_its_data_as_it_was_and_enters_nothing_again() -> None:
    document = ors(
        """<datamodel><data id="system" expr="{context: {}}"/></datamodel>
        <state id="on">
          <onentry><log expr="'entered'"/><script>
            _data.system.context.system = _data.system;
            _data.system.list = [undefined, NaN, -0, new Date(7), _data.system.context];
          </script></onentry>
          <transition event="look"><log expr="[_data.system.context.system === _data.system,
            _data.system.list[0] === undefined, isNaN(_data.system.list[1]), 1 / _data.system.list[2],
            _data.system.list[3].getTime(), _data.system.list[4] === _data.system.context].join(' ')"/>
          </transition>
        </state>"""
    )
    async with stage(Shelf(graph=document), times=FOR_EVER) as node:
        session_id = await node.start("graph")
        await node.after_s(120)
        await node.orchestration.runner.lives.rest()
        assert node.orchestration.runner.lives.open_count == 0
        await node.send(session_id, "look")
        assert await node.said(session_id) == ["entered", "true true true -Infinity 7 true"]


async def test_46_what_a_final_state_asks_for_is_still_done_before_its_interactions_are_given_up() -> None:
    document = ors(
        """<state id="on"><onentry><queue:submit timeout="30"/></onentry>
          <transition event="end" target="off"/></state>
        <final id="off"><onentry><ixn:terminate interactionid="'i'"/></onentry></final>"""
    )
    async with stage(Shelf(ending=document)) as node:
        queue = node.orchestration.modules["queue"] = Ear(node.sessions, answers=False)
        done = node.orchestration.modules["interaction"] = Ear(node.sessions, answers=False)
        order: list[str] = []

        async def over(session: Session) -> None:
            order.append(f"over after {len(done.asked)}")

        node.orchestration.peers.on_over.append(over)
        session_id = await node.start("ending")
        await node.send(session_id, "end")
        assert [request.action for request in done.asked] == ["terminate"]
        assert [request.action for request in queue.dropped] == ["submit"]
        assert order == ["over after 1"]
        assert (await node.session(session_id)).errands == {}


async def test_97_a_loop_without_events_ends_its_session_and_delays_nobody_for_long() -> None:
    loop = w3c(
        """<state id="on"><transition event="go" target="a"/></state>
        <state id="a"><transition target="b"/></state><state id="b"><transition target="a"/></state>"""
    )
    counter = w3c('<state id="on"><transition event="go"><log expr="1"/></transition></state>')
    async with stage(
        Shelf(loop=loop, counter=counter), engine=Here(Contexts(Limits())), times=FOR_EVER
    ) as node:
        bad, good = await node.start("loop"), await node.start("counter")
        began = time.process_time()
        await node.send(bad, "go")
        spent_s = time.process_time() - began
        await node.send(good, "go")
        session = await node.session(bad)
        assert (session.life, "microsteps" in session.reason) == (Life.FAILED, True)
        assert await node.said(good) == ["1"]
        assert spent_s < Limits().macrostep_cpu_ms / 1000


async def test_97_a_macrostep_that_needs_too_much_time_ends_its_session() -> None:
    slow = w3c(
        """<state id="on"><transition event="go" target="a"/></state>
        <state id="a"><onentry><script>for (var i = 0; i &lt; 1e5; i++) {}</script></onentry>
          <transition target="b"/></state>
        <state id="b"><transition target="a"/></state>"""
    )
    async with stage(Shelf(slow=slow), engine=Here(Contexts(Limits(macrostep_cpu_ms=20)))) as node:
        session_id = await node.start("slow")
        await node.send(session_id, "go")
        assert "CPU time in one macrostep" in (await node.session(session_id)).reason


async def test_97_a_session_invokes_at_most_so_many_others() -> None:
    states = "".join(f'<state id="s{n}"><invoke src="kid.scxml"/></state>' for n in range(66))
    parent = w3c(
        f"""<parallel id="all">{states}
        <state id="ear"><transition event="error.execution"><log expr="'too many'"/></transition></state>
        </parallel>"""
    )
    kid = w3c('<state id="on"/>')
    async with stage(Shelf(many={"main.scxml": parent, "kid.scxml": kid})) as node:
        session_id = await node.start("many")
        assert await node.said(session_id) == ["too many", "too many"]
        assert len((await node.session(session_id)).children) == 64


async def test_97_a_session_delays_at_most_so_many_events() -> None:
    document = ors(
        """<state id="on"><onentry><foreach array="new Array(257).fill(1)" item="x">
          <send event="'tick'" delay="'3600s'"/></foreach></onentry>
          <transition event="error.send.failed"><log expr="'too many'"/></transition></state>"""
    )
    async with stage(Shelf(many=document)) as node:
        assert await node.said(await node.start("many")) == ["too many"]


async def test_97_scripts_that_take_too_much_memory_fail_and_then_their_session() -> None:
    document = w3c(
        """<datamodel><data id="held" expr="[]"/></datamodel>
        <state id="on">
          <transition event="more">
            <script>for (;;) held.push(new Array(1e4).fill(held.length))</script></transition>
          <transition event="error"><log expr="'too much'"/></transition></state>"""
    )
    async with stage(Shelf(hungry=document)) as node:
        session_id = await node.start("hungry")
        for _ in range(10):  # A slow machine stops it for its time first.
            if (await node.session(session_id)).is_over:
                break
            await node.send(session_id, "more")
        assert set(await node.said(session_id)) == {"too much"}
        session = await node.session(session_id)
        assert (session.life, "bytes of memory, again" in session.reason) == (Life.FAILED, True)


async def test_90_what_is_delivered_twice_under_one_key_is_one_event() -> None:
    document = ors('<state id="on"><transition event="go"><log expr="1"/></transition></state>')
    async with stage(Shelf(plain=document)) as node:
        session_id = await node.start("plain")
        for _ in range(2):
            await node.send(session_id, "go", key="once")
        assert await node.said(session_id) == ["1"]


STARTER = ors(
    """<datamodel><data id="asked"/><data id="child"/></datamodel>
    <state id="on">
      <onentry><session:start requestid="_data.asked" src="'worker'">
        <param name="n" expr="5"/><param name="unheard" expr="1"/></session:start></onentry>
      <transition event="session.start.done" cond="_event.data.requestid == _data.asked">
        <assign location="_data.child" expr="_event.data.sessionid"/><log expr="'started'"/></transition>
      <transition event="done.scxml.worker">
        <log expr="_event.data.sessionid == _data.child"/>
        <log expr="_event.data.reason + ' ' + _event.data.params.r"/>
      </transition>
      <transition event="error.session.start"><log expr="_event.data.error"/></transition>
      <transition event="end"><session:terminate sessionid="_data.child"/></transition>
      <transition event="session.terminate.done"><log expr="'ended'"/></transition>
      <transition event="error.session.terminate"><log expr="_event.data.error"/></transition>
    </state>"""
)
WORKER = ors(
    """<datamodel><data id="n" expr="0"/></datamodel>
    <state id="on"><onexit><log expr="'worker leaves'"/></onexit>
      <transition event="cancel.session"><log expr="_event.name"/></transition>
      <transition event="go" target="off"/></state>
    <final id="off"><donedata><param name="r" expr="_data.n * 2"/></donedata></final>"""
)


async def test_86_a_started_session_has_its_parameters_and_its_end_is_heard() -> None:
    async with stage(Shelf(starter=STARTER, worker=WORKER)) as node:
        starter = await node.start("starter")
        (worker,) = [s for s in await node.ids() if s != starter]
        await node.send(worker, "go")
        assert await node.said(starter) == ["started", "true", "finished 10"]


async def test_87_a_terminated_session_is_told_leaves_and_only_who_ended_it_hears() -> None:
    async with stage(Shelf(starter=STARTER, worker=WORKER)) as node:
        starter = await node.start("starter")
        (worker,) = [s for s in await node.ids() if s != starter]
        await node.send(starter, "end")
        assert await node.said(worker) == ["cancel.session", "worker leaves"]
        assert await node.said(starter) == ["started", "ended"]
        await node.send(starter, "end")
        assert await node.said(starter) == ["started", "ended", "notfound"]


async def test_92_after_a_crash_at_any_append_everything_comes_out_as_without() -> None:
    expected = await without()
    for at in range(1, expected.appends + 1):
        for is_written in (False, True):
            outcome = await Theatre([Crash(at, is_written)]).play()
            where = f"crash at {at}, {'written' if is_written else 'not written'}"
            assert outcome.said == expected.said, where
            assert outcome.lives == expected.lives, where
            assert outcome.effects == expected.effects, where


ALARMS = w3c(
    """<state id="on">
      <onentry><send event="third" delay="30s"/><send event="first" delay="10s"/>
               <send event="second" delay="20s"/></onentry>
      <transition event="third" target="off"><log expr="_event.name"/></transition>
      <transition event="*"><log expr="_event.name"/></transition>
    </state><final id="off"/>"""
)


async def test_94_what_fell_due_while_nobody_was_there_comes_once_and_in_order() -> None:
    shelf = Shelf(alarms=ALARMS)
    async with stage(shelf) as node:
        session_id = await node.start("alarms")
    async with stage(shelf, node.store, clock=node.clock, name="b") as other:
        await other.after_s(3600)
        assert await other.said(session_id) == ["first", "second", "third"]
        assert (await other.session(session_id)).life is Life.FINISHED
        await other.after_s(3600)
        assert await other.said(session_id) == ["first", "second", "third"]


async def test_39_a_late_answer_changes_nothing_for_a_session_that_goes_on() -> None:
    document = ors(
        """<state id="on"><onentry><queue:submit timeout="30"/></onentry>
        <transition event="queue error"><log expr="_event.name + ' ' + _event.data.error"/></transition>
        </state>"""
    )
    async with stage(Shelf(asking=document), times=Times(requests_ms={"queue": 10_000})) as node:
        ear = node.orchestration.modules["queue"] = Ear(node.sessions, answers=False)
        session_id = await node.start("asking")
        await node.after_s(10)
        (request,) = ear.asked
        await node.sessions.deliver(session_id, [request.done()], key=request.request_id)
        await node.settle()
        assert await node.said(session_id) == ["error.queue.submit timeout"]


async def test_95_a_chat_whose_session_is_lost_with_its_node_begins_again_with_its_user_data() -> None:
    fleeting = ors(
        """<datamodel><data id="n" expr="0"/></datamodel>
        <state id="on"><transition event="interaction.present"><log expr="JSON.stringify({name: 'present',
          data: {mood: _genesys.ixn.interactions[0].udata.mood, id: _event.data.interactionid}})"/>
        </transition></state>""",
        '_persist="false"',
    )
    async with Owned(support=fleeting) as desk:
        chat_id, lost = await desk.begin(user_data={"mood": "glad"})
        assert len(await desk.heard(lost)) == 1
        shards, store = desk.stage.orchestration.shards, desk.node.database
        await store.drop_lease(f"orchestration/{shards.shard_of(lost)}", "node a")
        await store.take_lease(f"orchestration/{shards.shard_of(lost)}", "node b", desk.node.clock(), 1_000)
        await shards.look()
        await desk.after_s(1)  # The other node is gone too: whoever has the session now has never run it.
        await desk.stage.orchestration.take_over()
        await desk.settle()
        again = (await desk.state(chat_id)).owner
        assert again not in (lost, "")
        session = await desk.stage.session(lost)
        assert (session.life, session.reason) == (Life.FAILED, LOST)
        (present,) = await desk.heard(again)
        assert present.data == {"mood": "glad", "id": chat_id}


async def test_98_sessions_with_a_large_library_take_their_events_fast_enough() -> None:
    library = "\n".join(
        f"function rule{n}(a, b) {{ var c = a + b * {n}; if (c % 2) {{ return c - {n}; }} return c; }}"
        for n in range(900)
    )
    document = ors(
        f"""<script>{library}</script><datamodel><data id="n" expr="0"/></datamodel>
        <state id="on"><transition event="more" cond="_event.data.by == 1">
          <assign location="_data.n" expr="rule7(_data.n, 0) + 1"/></transition></state>"""
    )
    assert len(document) > 70_000
    async with stage(Shelf(large=document), times=FOR_EVER) as node:
        ids = [await node.sessions.start("large") for _ in range(30)]
        await node.settle()
        rates = []
        for turn in range(3):
            began_s = time.process_time()
            for number in range(10):
                for session_id in ids:
                    event = Event("more", data='{"by":1}')
                    await node.sessions.deliver(session_id, [event], key=f"{turn}/{number}")
            await node.settle()
            rates.append(300 / (time.process_time() - began_s))
        assert max(rates) > 3_000, rates
