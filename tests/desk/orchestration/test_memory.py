"""Sessions out of memory and back: what is quiet rests on disk, what a document forbids does not."""

import asyncio
import gc
import tracemalloc

import pytest

from frontdesk.desk.orchestration.contexts import Answer, Asking, Contexts, Open
from frontdesk.desk.orchestration.engine import Here
from frontdesk.desk.orchestration.modules import Request
from frontdesk.desk.orchestration.opening import AT_ONCE
from frontdesk.desk.orchestration.resting import Bounds
from frontdesk.desk.orchestration.streams import FOLD_TAG
from frontdesk.domain.orchestration.ending import LOST
from frontdesk.domain.orchestration.facts import Stepped
from frontdesk.domain.orchestration.session import Life
from frontdesk.domain.orchestration.stepping import Times
from frontdesk.errors import Unavailable
from frontdesk.scxml.limits import Limits
from frontdesk.store.memory import MemoryStore
from tests.desk.orchestration.stage import Ear, Shelf, Stage, ors, stage, w3c
from tests.desk.orchestration.test_sessions import COUNTER

pytestmark = pytest.mark.anyio

FOR_EVER = Times(idle_ms=0, age_ms=0)
SHELF = Shelf(
    counter=COUNTER,
    # The two names are one object, there is a circle, and a date: a snapshot keeps them so.
    graph=w3c(
        """<datamodel><data id="a" expr="{n: 1, at: new Date(5)}"/><data id="b"/></datamodel>
        <state id="on">
          <onentry><log expr="'entered'"/><script>b = a; a.self = a; a.none = undefined</script></onentry>
          <transition event="more"><script>a.n++</script>
            <log expr="[b.n, b.self === a, b.at.getTime(), 'none' in b].join()"/></transition></state>"""
    ),
    function=w3c(
        """<datamodel><data id="f"/></datamodel><script>f = {go: function() { return 7 }}</script>
        <state id="on"><onentry><script>f.stop = function() { return 8 }</script></onentry>
          <transition event="more"><log expr="f.stop()"/></transition></state>"""
    ),
    fleeting=ors(
        '<state id="on"><transition event="more"><log expr="1"/></transition></state>', '_persist="false"'
    ),
    stays=ors(
        """<state id="on" _persist="no"><transition event="go" target="off"/></state>
        <state id="off"/>"""
    ),
)


async def rested(node: Stage, seconds: float = 61) -> int:
    """How many sessions are in memory after a quiet while."""
    await node.after_s(seconds)
    await node.orchestration.runner.lives.rest()
    return node.orchestration.runner.lives.open_count


async def test_a_quiet_session_leaves_the_memory_and_any_event_brings_it_back_as_it_was() -> None:
    async with stage(SHELF, times=FOR_EVER) as node:
        session_id = await node.start("graph")
        await node.send(session_id, "more")
        assert await rested(node, 30) == 1
        assert await rested(node, 31) == 0
        assert node.orchestration.streams.known(session_id) is None
        await node.send(session_id, "more")
        assert await node.said(session_id) == ["entered", "2,true,5,true", "3,true,5,true"]


async def test_a_session_is_loaded_from_its_newest_snapshot_and_no_more_steps_than_the_last_fifty() -> None:
    async with stage(SHELF, times=FOR_EVER) as node:
        session_id = await node.start("counter")
        for number in range(120):
            await node.send(session_id, "more", {"by": 1}, key=str(number))
    snapshot = await node.store.snapshot(f"session/{session_id}")
    assert snapshot is not None
    assert snapshot.tag == FOLD_TAG
    history = await node.orchestration.streams.history(session_id, snapshot.version)
    assert sum(isinstance(fact, Stepped) for fact, _ in history) < 50
    async with stage(SHELF, node.store, clock=node.clock, name="b", times=FOR_EVER) as other:
        other.clock.after_s(16)
        await other.orchestration.shards.look()
        await other.send(session_id, "more", {"by": 1})
        assert (await other.said(session_id))[-1] == "121"


async def test_a_snapshot_that_another_version_made_is_passed_over() -> None:
    async with stage(SHELF, times=FOR_EVER) as node:
        session_id = await node.start("counter", {"n": 3})
        assert await rested(node) == 0
        snapshot = await node.store.snapshot(f"session/{session_id}")
        assert snapshot is not None
        await node.store.keep_snapshot(f"session/{session_id}", type(snapshot)(snapshot.version, "old", b"?"))
        await node.send(session_id, "more", {"by": 1})
        assert await node.said(session_id) == ["begun with 3", "4"]


async def test_what_no_snapshot_can_hold_stays_in_memory_and_comes_back_by_its_history() -> None:
    async with stage(SHELF, times=FOR_EVER) as node:
        session_id = await node.start("function")
        assert await rested(node) == 1
        assert await node.store.snapshot(f"session/{session_id}") is None
    async with stage(SHELF, node.store, clock=node.clock, name="b", times=FOR_EVER) as other:
        other.clock.after_s(16)
        await other.orchestration.shards.look()
        await other.send(session_id, "more")
        assert await other.said(session_id) == ["8"]


async def test_a_session_whose_snapshot_does_not_fit_any_more_comes_back_by_its_history() -> None:
    large = w3c(
        """<datamodel><data id="n" expr="[]"/></datamodel><state id="on">
        <transition event="more"><script>
          for (var i = 0; i &lt; 4000; i++) n.push({a: i, b: 'x' + i, c: [i]})</script></transition>
        <transition event="look"><log expr="n.length"/></transition></state>"""
    )
    async with stage(Shelf(large=large), times=FOR_EVER) as node:
        session_id = await node.start("large")
        for _ in range(7):
            await node.send(session_id, "more")
        await node.after_s(120)
        await node.orchestration.runner.lives.rest()
        assert node.orchestration.runner.lives.open_count == 0
        await node.send(session_id, "look")
        assert await node.said(session_id) == ["28000"]


async def test_a_state_can_forbid_to_rest_in_it() -> None:
    async with stage(SHELF, times=FOR_EVER) as node:
        session_id = await node.start("stays")
        assert await rested(node) == 1
        await node.send(session_id, "go")
        assert await rested(node) == 0


async def test_a_session_of_a_document_that_keeps_nothing_is_lost_with_its_node() -> None:
    async with stage(SHELF, times=FOR_EVER) as node:
        session_id = await node.start("fleeting")
        assert await rested(node) == 1
        assert await node.store.snapshot(f"session/{session_id}") is None
    async with stage(SHELF, node.store, clock=node.clock, name="b", times=FOR_EVER) as other:
        over = []
        other.orchestration.peers.on_over.append(lambda session: _note(over, session.reason))
        other.clock.after_s(16)
        await other.orchestration.shards.look()
        await other.orchestration.take_over()
        await other.settle()
        session = await other.session(session_id)
        assert (session.life, session.reason, over) == (Life.FAILED, LOST, [LOST])


async def _note(over: list[str], reason: str) -> None:
    over.append(reason)


async def test_too_many_sessions_in_memory_rest_early_and_while_none_can_no_more_begin() -> None:
    async with stage(SHELF, times=FOR_EVER, bounds=Bounds(open_max=3)) as node:
        for _ in range(5):
            await node.start("counter")
        await node.orchestration.runner.lives.rest()
        assert node.orchestration.runner.lives.open_count == 3
        for _ in range(3):
            await node.start("stays")
        await node.orchestration.runner.lives.rest()
        assert node.orchestration.runner.lives.open_count == 3
        with pytest.raises(Unavailable):
            await node.start("counter")


async def test_what_takes_up_too_much_memory_rests_early_but_for_what_was_used_a_moment_ago() -> None:
    async with stage(SHELF, times=FOR_EVER, bounds=Bounds(bytes_max=1024 * 1024)) as node:
        runner = node.orchestration.runner
        started = [await node.start("counter") for _ in range(8)]
        assert runner.lives.load.is_too_much.is_set()
        await runner.lives.rest()
        assert runner.lives.open_count == 8
        await node.after_s(1)
        await node.send(started[0], "more")
        await runner.lives.rest()
        assert not runner.lives.load.is_too_much.is_set()
        assert (
            1 < runner.lives.open_count < 5
        )  # A context takes up a quarter of what may be, or somewhat more.
        assert runner.lives.has_in_memory(started[0])
        assert not runner.lives.has_in_memory(started[1])
        for session_id in started:
            await node.send(session_id, "more")
        await node.after_s(1)
        await runner.lives.rest()
        assert 1 < runner.lives.open_count < 5


class Crowded(Here):
    """An engine that notes for how many sessions at most it was asked at the same time to let them in."""

    def __init__(self) -> None:
        super().__init__(Contexts(Limits(), lambda: 0.0))
        self.at_once = self.most = 0

    async def ask(self, asking: Asking) -> Answer:
        self.at_once += isinstance(asking, Open)
        self.most = max(self.most, self.at_once)
        await asyncio.sleep(0)
        self.at_once -= isinstance(asking, Open)
        return await super().ask(asking)


async def test_of_many_that_begin_at_once_some_are_let_in_at_a_time() -> None:
    engine = Crowded()
    async with stage(SHELF, times=FOR_EVER, engine=engine) as node:
        await asyncio.gather(*(node.sessions.start("counter") for _ in range(AT_ONCE + 20)))
        await node.settle()
        assert node.orchestration.runner.lives.open_count == AT_ONCE + 20
    assert 1 < engine.most <= AT_ONCE


async def test_what_rests_is_asked_for_nothing_again_when_it_comes_back() -> None:
    document = ors(
        """<state id="on"><onentry><queue:submit/></onentry>
        <transition event="more"><log expr="1"/></transition>
        <transition event="queue.submit.done" target="off"/></state><final id="off"/>"""
    )
    async with stage(Shelf(asking=document), times=FOR_EVER) as node:
        ear = node.orchestration.modules["queue"] = Ear(node.sessions, answers=False)
        session_id = await node.start("asking")
        assert await rested(node) == 0
        await node.send(session_id, "more")
        (request,) = ear.asked
        assert await rested(node) == 0
        await node.sessions.deliver(session_id, [request.done()], key=request.request_id)
        await node.settle()
        assert (await node.session(session_id)).life is Life.FINISHED


async def test_a_session_that_waits_in_a_queue_costs_next_to_nothing_while_it_rests() -> None:
    """In one of two times: in the other, the interpreter's own table of names may have doubled."""
    assert min(await _weight_at_rest(200), await _weight_at_rest(200)) < 10 * 1024


async def _weight_at_rest(sessions: int) -> float:
    """Bytes for each of so many."""
    document = ors(
        """<datamodel><data id="much" expr="new Array(2000).fill('word').join()"/></datamodel>
        <state id="on"><onentry><queue:submit/></onentry></state>"""
    )
    async with stage(Shelf(asking=document), times=FOR_EVER) as node:
        queue = node.orchestration.modules["queue"] = Quiet()
        await rest_of(node, 50)  # What is made once is there.
        gc.collect()
        tracemalloc.start()
        try:
            await rest_of(node, sessions)
            assert isinstance(node.store, MemoryStore)
            node.store.__init__()  # type: ignore[misc]  # What lies on disk elsewhere does not count.
            gc.collect()
            held, _ = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
        assert queue.asked == 50 + sessions
        return held / sessions


class Quiet:
    """A module that never answers, and keeps nothing."""

    def __init__(self) -> None:
        self.asked = 0

    async def carry_out(self, request: Request) -> None:
        self.asked += 1

    async def drop(self, request: Request) -> None:
        """Nothing was begun."""


async def rest_of(node: Stage, count: int) -> None:
    """So many sessions more, all at rest."""
    for _ in range(count):
        await node.sessions.start("asking")
    await node.settle()
    assert await rested(node) == 0
