"""What a quiet session is told is written together with the step that follows, if that is soon taken."""

import asyncio
from collections.abc import Sequence

import pytest

from frontdesk.desk.orchestration.contexts import Answer, Asking, Contexts, Take
from frontdesk.desk.orchestration.engine import BROKEN, EngineLost, Here
from frontdesk.domain.orchestration.session import Life
from frontdesk.errors import NotFound
from frontdesk.scxml.events import Event
from frontdesk.scxml.limits import Limits
from frontdesk.store.log import Also, Recorded
from frontdesk.store.memory import MemoryStore
from tests.desk.nodes import Clock
from tests.desk.orchestration.stage import Shelf, stage
from tests.desk.orchestration.test_sessions import COUNTER

pytestmark = pytest.mark.anyio

SHELF = Shelf(counter=COUNTER)


class Noting(MemoryStore):
    """A store that notes what is appended together."""

    def __init__(self) -> None:
        super().__init__()
        self.together: list[list[str]] = []

    async def append(
        self,
        stream: str,
        after_version: int,
        bodies: Sequence[bytes],
        time_ms: int,
        also: Sequence[Also] = (),
    ) -> Recorded | None:
        self.together.append([body.split(b'"')[3].decode() for body in bodies])
        return await super().append(stream, after_version, bodies, time_ms, also)


class Slow(Here):
    """An engine that is long in answering, or breaks, when it is told to."""

    def __init__(self) -> None:
        super().__init__(Contexts(Limits(), lambda: 0.0))
        self.answers = asyncio.Event()
        self.answers.set()
        self.breaks = 0
        self.lives = 1

    def life(self, session_id: str) -> int:
        return self.lives

    async def ask(self, asking: Asking) -> Answer:
        await self.answers.wait()
        if self.breaks and isinstance(asking, Take):
            self.breaks -= 1
            self.lives += 1
            raise EngineLost("it broke", BROKEN)
        return await super().ask(asking)


async def test_a_session_begins_and_goes_on_with_one_append_each() -> None:
    async with stage(SHELF, store := Noting()) as node:
        session_id = await node.start("counter", {"n": 1})
        await node.send(session_id, "more", {"by": 1})
        await node.send(session_id, "end")
        assert store.together[:2] == [["Began", "Stepped"], ["Received", "Stepped"]]
        assert store.together[2:] == [["Received", "Stepped", "Ended"], ["Settled"]]
        assert await node.said(session_id) == ["begun with 1", "2", "over at 2"]


async def test_a_step_that_takes_long_keeps_nobody_waiting_who_tells_something() -> None:
    engine = Slow()
    async with stage(SHELF, store := Noting(), engine=engine) as node:
        session_id = await node.start("counter")
        engine.answers.clear()
        await node.sessions.tell(session_id, [Event("more", data='{"by": 1}')], key="one")
        await node.sessions.tell(session_id, [Event("more", data='{"by": 1}')], key="two")
        assert store.together[1:] == [["Received"], ["Received"]]
        engine.answers.set()
        await node.settle()
        assert store.together[3:] == [["Stepped"], ["Stepped"]]
        assert await node.said(session_id) == ["begun with 0", "1", "2"]


async def test_what_was_told_is_kept_when_the_engine_breaks_over_it() -> None:
    engine = Slow()
    async with stage(SHELF, store := Noting(), engine=engine) as node:
        session_id = await node.start("counter")
        engine.breaks = 1
        await node.send(session_id, "more", {"by": 1})
        assert store.together[1:] == [["Received"], ["Stepped"]]
        assert await node.said(session_id) == ["begun with 0", "1"]
        engine.breaks = 2
        await node.send(session_id, "more", {"by": 1})
        assert (await node.session(session_id)).life is Life.FAILED


async def test_who_was_first_to_write_is_taken_first() -> None:
    clock = Clock()
    async with (
        stage(SHELF, clock=clock) as node,
        stage(SHELF, node.store, clock=clock, name="b") as other,
    ):
        session_id = await node.start("counter")
        await other.sessions.tell(session_id, [Event("more", data='{"by": 5}')], key="one")
        await node.send(session_id, "more", {"by": 1}, key="two")
        assert await node.said(session_id) == ["begun with 0", "5", "6"]


async def test_who_tells_what_is_over_hears_so() -> None:
    async with stage(SHELF) as node:
        session_id = await node.start("counter")
        await node.send(session_id, "end")
        with pytest.raises(NotFound):
            await node.send(session_id, "more")
