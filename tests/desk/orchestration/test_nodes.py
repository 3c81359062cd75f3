"""Two nodes share the sessions of one database; when one dies, the other has them all."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

import pytest

from frontdesk.desk.orchestration.contexts import Answer, Asking, Take
from frontdesk.desk.orchestration.shards import SHARDS
from frontdesk.domain.orchestration.session import Life
from frontdesk.errors import Conflict
from frontdesk.scxml.events import Event
from frontdesk.scxml.packed import pack
from frontdesk.settings import DatabaseSettings
from frontdesk.store.log import Store
from frontdesk.store.memory import MemoryStore
from frontdesk.store.open import open_database
from tests.desk.nodes import Clock
from tests.desk.orchestration.stage import Ear, Shelf, Stage, has_come_to, has_said
from tests.desk.orchestration.test_sessions import ASKING, COUNTER
from tests.patience import PATIENCE_S

pytestmark = pytest.mark.anyio

SHELF = Shelf(counter=COUNTER, asking=ASKING)


@asynccontextmanager
async def two(stores: tuple[Store, Store]) -> AsyncIterator[tuple[Stage, Stage]]:
    """Two nodes that hear of each other's writing, each with its half of the shards."""
    clock = Clock()
    a, b = (Stage(store, clock, SHELF, name=name) for store, name in zip(stores, "ab", strict=True))
    for node in (a, b, a, b):
        await node.orchestration.shards.look()
    following = [asyncio.create_task(node.follow()) for node in (a, b)]
    try:
        yield a, b
    finally:
        for task in following:
            task.cancel()
        for node in (a, b):
            await node.orchestration.aclose()


@pytest.fixture(params=["memory", "postgres"])
def database_url(request: pytest.FixtureRequest) -> str | None:
    """The address of a database; None for a store in memory."""
    return request.getfixturevalue("postgres_database") if request.param == "postgres" else None


@pytest.fixture
async def nodes(database_url: str | None) -> AsyncIterator[tuple[Stage, Stage]]:
    async with AsyncExitStack() as opened:
        if database_url is None:
            store: Store = MemoryStore()
            stores = (store, store)
        else:
            settings = DatabaseSettings(url=database_url)
            databases = [await open_database(settings) for _ in range(2)]
            for database in databases:
                opened.push_async_callback(database.aclose)
            stores = (databases[0].store, databases[1].store)
        yield await opened.enter_async_context(two(stores))


async def test_each_has_its_share_and_no_shard_has_two(nodes: tuple[Stage, Stage]) -> None:
    a, b = (node.orchestration.shards.held for node in nodes)
    assert (len(a), len(b), len(a | b)) == (SHARDS // 2, SHARDS // 2, SHARDS)


async def test_whoever_is_asked_the_node_that_has_the_session_runs_it(nodes: tuple[Stage, Stage]) -> None:
    a, b = nodes
    ids = [await a.sessions.start("counter", {"n": number}, session_id=f"s{number}") for number in range(12)]
    assert {a.runs(name) for name in ids} == {True, False}
    for name in ids:
        await has_come_to(a.orchestration, name, Life.RUNNING)
        await b.sessions.deliver(name, [_event("more", 1)], key="one")
        await a.sessions.deliver(name, [_event("more", 1)], key="two")
        await b.sessions.deliver(name, [_event("more", 1)], key="two")
        await b.sessions.deliver(name, [_event("end")], key="three")
    for number, name in enumerate(ids):
        await has_come_to(a.orchestration, name, Life.FINISHED)
        said = [f"begun with {number}", str(number + 1), str(number + 2), f"over at {number + 2}"]
        assert await a.said(name) == said


async def test_when_a_node_dies_the_other_asks_again_and_goes_on(nodes: tuple[Stage, Stage]) -> None:
    a, b = nodes
    ears = [Ear(node.sessions, answers=False) for node in nodes]
    for node, ear in zip(nodes, ears, strict=True):
        node.orchestration.modules["queue"] = ear
    mine = next(name for name in (f"s{n}" for n in range(99)) if a.runs(name))
    await a.start("asking", session_id=mine)
    (request,) = ears[0].asked
    await a.orchestration.aclose()  # It keeps its leases: nobody was told.
    a.clock.after_s(10)
    await b.orchestration.shards.look()
    assert not b.runs(mine)
    a.clock.after_s(6)
    await b.orchestration.shards.look()
    assert b.runs(mine)
    await b.orchestration.take_over()
    await b.settle()
    assert [again.request_id for again in ears[1].asked] == [request.request_id]
    await b.sessions.deliver(mine, [request.done()], key=request.request_id)
    await b.settle()
    assert await b.ended_in(mine) == "served"


async def test_what_a_node_writes_whose_lease_is_gone_is_refused(nodes: tuple[Stage, Stage]) -> None:
    a, b = nodes
    mine = next(name for name in (f"s{n}" for n in range(99)) if a.runs(name))
    await a.start("counter", session_id=mine)
    fence = a.orchestration.shards.fence(mine)
    assert fence is not None
    a.clock.after_s(16)
    await b.orchestration.shards.look()
    assert b.runs(mine)
    stream = await a.store.read(f"session/{mine}")
    with pytest.raises(Conflict):
        await a.store.append(f"session/{mine}", len(stream), [b"{}"], a.clock(), (fence,))


async def test_a_node_that_loses_its_lease_in_the_middle_of_a_step_has_not_taken_it(
    nodes: tuple[Stage, Stage], monkeypatch: pytest.MonkeyPatch
) -> None:
    a, b = nodes
    mine = next(name for name in (f"s{n}" for n in range(99)) if a.runs(name))
    await a.start("counter", session_id=mine)
    has_begun, may_end, ask = asyncio.Event(), asyncio.Event(), a.engine.ask

    async def slowly(asking: Asking) -> Answer:
        if isinstance(asking, Take):
            has_begun.set()
            await may_end.wait()
        return await ask(asking)

    monkeypatch.setattr(a.engine, "ask", slowly)
    telling = asyncio.create_task(a.sessions.tell(mine, [Event("more", data=pack({"by": 3}))], key="once"))
    async with asyncio.timeout(PATIENCE_S):
        await has_begun.wait()
        a.clock.after_s(16)
        await b.orchestration.shards.look()
        await telling  # It is on disk, whoever takes it.
        b.orchestration.runner.wake(mine)
        said = await has_said(b, mine, 2)
        may_end.set()
        await a.settle()
    assert await b.said(mine) == said
    assert (await b.session(mine)).waiting == ()
    assert not a.orchestration.runner.lives.has_in_memory(mine)


async def test_a_timer_that_the_wrong_node_finds_reaches_the_right_one(nodes: tuple[Stage, Stage]) -> None:
    a, b = nodes
    mine = next(name for name in (f"s{n}" for n in range(99)) if a.runs(name))
    await a.sessions.start("counter", {"n": 1}, session_id=mine, ideal_ms=a.clock() + 5_000)
    a.clock.after_s(5)
    await b.fire()
    assert await has_said(a, mine, 1) == ["begun with 1"]


def _event(name: str, by: int = 0) -> Event:
    return Event(name, data=pack({"by": by}))
