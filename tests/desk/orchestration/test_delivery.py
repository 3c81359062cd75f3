"""What comes into a session's queue: once, in order, as much as there is room for."""

import asyncio
from collections.abc import Sequence

import pytest

from frontdesk.domain.orchestration.session import Life
from frontdesk.errors import NotFound, Refused
from frontdesk.scxml.events import Event
from frontdesk.scxml.packed import pack
from frontdesk.store.log import Also, Recorded
from frontdesk.store.memory import MemoryStore
from tests.desk.orchestration.stage import Shelf, ors, stage
from tests.desk.orchestration.test_sessions import COUNTER

pytestmark = pytest.mark.anyio

LATER = 3_600_000

LISTENER = ors(
    """<state id="on">
      <transition event="interaction.udata.changed"><log expr="_event.data.n"/></transition>
      <transition event="go"><log expr="'go'"/></transition>
    </state>"""
)


async def test_what_comes_again_under_the_same_key_is_passed_over() -> None:
    async with stage(Shelf(counter=COUNTER)) as node:
        session_id = await node.start("counter")
        for _ in range(3):
            await node.send(session_id, "more", {"by": 1}, key="the same")
        assert await node.said(session_id) == ["begun with 0", "1"]


async def test_nobody_hears_events_for_a_session_that_is_not_there() -> None:
    async with stage(Shelf(counter=COUNTER)) as node:
        with pytest.raises(NotFound):
            await node.send("nobody", "more")


class Slow(MemoryStore):
    """A store that is long in saying that it has written."""

    def __init__(self) -> None:
        super().__init__()
        self.says_so = asyncio.Event()

    async def append(
        self,
        stream: str,
        after_version: int,
        bodies: Sequence[bytes],
        time_ms: int,
        also: Sequence[Also] = (),
    ) -> Recorded | None:
        last = await super().append(stream, after_version, bodies, time_ms, also)
        await self.says_so.wait()
        return last


async def test_who_looks_for_a_session_that_is_just_beginning_finds_it() -> None:
    async with stage(Shelf(counter=COUNTER), store := Slow()) as node:
        beginning = asyncio.create_task(node.start("counter", session_id="s"))
        while await store.card("session/s") is None:
            await asyncio.sleep(0)
        looking = asyncio.create_task(node.session("s"))
        await asyncio.sleep(0)
        store.says_so.set()
        assert (await looking).life is not Life.NONE
        await beginning


async def test_a_session_that_another_node_has_begun_begins_no_second_time() -> None:
    async with stage(Shelf(counter=COUNTER)) as node, stage(Shelf(counter=COUNTER), node.store) as other:
        await node.start("counter", {"n": 1}, session_id="s")
        await other.sessions.start("counter", {"n": 2}, session_id="s", events=[Event("end")], key="one")
        await other.settle()
        assert await node.said("s") == ["begun with 1"]


async def test_a_full_queue_merges_what_says_no_more_than_a_later_one_and_refuses_the_rest() -> None:
    async with stage(Shelf(listener=LISTENER)) as node:
        # It begins later, so that everything waits.
        session_id = await node.start("listener", ideal_ms=node.clock() + LATER)
        many = [_changed("a", 0), _changed("b", 0), *(Event("go") for _ in range(997)), _changed("a", 1)]
        await node.sessions.deliver(session_id, many, key="as many as there is room for")
        await node.sessions.deliver(
            session_id, [Event("go")], key="the first of a goes, the second says it all"
        )
        with pytest.raises(Refused, match="too many"):
            await node.sessions.deliver(session_id, [Event("go")], key="no two say the same any more")
        await node.sessions.deliver(
            session_id, [_changed("a", 2)], key="the newer one of a stands for the other"
        )
        waiting = (await node.session(session_id)).waiting
        assert len(waiting) == 1000
        assert [e.data for e in waiting if e.name != "go"] == [_changed("b", 0).data, _changed("a", 2).data]


def _changed(interaction_id: str, n: int) -> Event:
    return Event("interaction.udata.changed", data=pack({"interactionid": interaction_id, "n": n}))


async def test_an_event_with_too_much_data_is_refused() -> None:
    async with stage(Shelf(counter=COUNTER)) as node:
        session_id = await node.start("counter")
        with pytest.raises(Refused, match="too much data"):
            await node.send(session_id, "more", {"by": "x" * 262_144})


async def test_a_session_that_was_told_to_end_hears_it_leaves_its_states_and_takes_nothing_more() -> None:
    document = ors(
        """<state id="on"><onexit><log expr="'left'"/></onexit>
        <transition event="cancel.session"><log expr="'told'"/></transition></state>"""
    )
    async with stage(Shelf(polite=document)) as node:
        session_id = await node.start("polite")
        await node.sessions.cancel(session_id)
        await node.settle()
        assert await node.said(session_id) == ["told", "left"]
        assert (await node.session(session_id)).life is Life.TERMINATED
        with pytest.raises(NotFound):
            await node.sessions.cancel(session_id)


async def test_who_asked_for_an_end_may_ask_again_after_it_and_nobody_else() -> None:
    async with stage(Shelf(counter=COUNTER)) as node:
        session_id = await node.start("counter")
        for _ in range(2):  # As after a crash, when nobody knows how far it came.
            await node.sessions.cancel(session_id, by="asker.1")
            await node.settle()
        assert (await node.session(session_id)).life is Life.TERMINATED
        with pytest.raises(NotFound):
            await node.sessions.cancel(session_id, by="asker.2")
