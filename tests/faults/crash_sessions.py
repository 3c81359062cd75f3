"""A story of orchestration sessions, played on nodes that die: at an append, before or after it is there."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from typing import Any, cast

from msgspec import Struct

from frontdesk.desk.orchestration.modules import Request
from frontdesk.errors import NotFound
from frontdesk.store.log import Store
from frontdesk.store.memory import MemoryStore
from tests.desk.nodes import Clock
from tests.desk.orchestration.stage import Shelf, Stage, ors, w3c

LEASE_S = 16.0  # After that another node has the dead one's shards.
GAP_S = 1000.0  # Between two things that the outside does: longer than all crashes of a story take.

ROUTER = ors(
    """<datamodel><data id="asked"/><data id="n" expr="0"/><data id="kid"/></datamodel>
    <state id="greeting">
      <onentry>
        <queue:submit requestid="_data.asked"/>
        <script>_genesys.queue.checkAgentState(false)</script>
        <send event="'reminder'" delay="'300s'"/>
      </onentry>
      <transition event="queue.submit.done" cond="_event.data.requestid == _data.asked" target="served">
        <log expr="'answered ' + _event.data.turn"/></transition>
    </state>
    <state id="served">
      <invoke id="survey" src="survey.scxml"><param name="mark" expr="3"/></invoke>
      <transition event="question"><log expr="'asked'"/>
        <send event="'answer'" target="'#_survey'"/></transition>
      <transition event="reminder"><log expr="'reminded'"/></transition>
      <transition event="more">
        <assign location="_data.n" expr="_data.n + 1"/><log expr="'more ' + _data.n"/>
        <queue:cancel interactionid="'i' + _data.n"/></transition>
      <transition event="done.invoke.survey" target="closing"><log expr="'mark ' + _event.data.params.mark"/>
        </transition>
    </state>
    <state id="closing">
      <onentry><session:start requestid="_data.asked" sessionid="_data.kid" src="'after'"/></onentry>
      <transition event="done.scxml.after" target="clearing">
        <log expr="_event.data.sessionid == _data.kid"/></transition>
    </state>
    <state id="clearing">
      <onentry><session:start requestid="_data.asked" sessionid="_data.kid" src="'idle'"/></onentry>
      <transition event="session.start.done"><session:terminate sessionid="_data.kid"/></transition>
      <transition event="session.terminate.done" target="over"><log expr="'cleared'"/></transition>
      <transition event="error.session" target="over"><log expr="_event.data.error"/></transition>
    </state>
    <final id="over"><onentry><queue:cancel interactionid="'last'"/></onentry></final>"""
)
SURVEY = ors(
    """<datamodel><data id="mark" expr="0"/></datamodel>
    <state id="on"><onentry><send event="'question'" target="'#_parent'"/></onentry>
      <transition event="answer" target="waits"/></state>
    <state id="waits"><onentry><send event="'enough'" delay="'2500s'"/></onentry>
      <transition event="enough" target="off"/></state>
    <final id="off"><donedata><param name="mark" expr="_data.mark * 2"/></donedata></final>"""
)
AFTER = w3c('<state id="on"><onentry><raise event="e"/></onentry><transition event="e" target="off"/></state>'
            '<final id="off"/>')  # fmt: skip
IDLE = w3c('<state id="on"/>')
SHELF = Shelf(router={"main.scxml": ROUTER, "survey.scxml": SURVEY}, after=AFTER, idle=IDLE)
STORY = ("start", "more", "more", "wait")


class Crash(Struct, frozen=True):
    """At the `at`-th append of a node: it dies before it is written, or before anybody hears that it is."""

    at: int
    is_written: bool


class Mortal:
    """A node's way to the store until it dies; then nothing is answered any more."""

    def __init__(self, store: Store, crash: Crash | None) -> None:
        self._store = store
        self._crash = crash
        self.appends = 0
        self.is_dead = asyncio.Event()

    async def append(self, *arguments: Any, **named: Any) -> Any:
        await self._alive()
        self.appends += 1
        if self._crash is None or self.appends != self._crash.at:
            return await self._store.append(*arguments, **named)
        if self._crash.is_written:
            with suppress(Exception):  # What is refused is refused to a dead one.
                await self._store.append(*arguments, **named)
        self.is_dead.set()
        await self._alive()
        return None

    async def _alive(self) -> None:
        if self.is_dead.is_set():
            await asyncio.get_running_loop().create_future()

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._store, name)
        if not asyncio.iscoroutinefunction(method):
            return method

        async def asked(*arguments: Any, **named: Any) -> Any:
            await self._alive()
            return await method(*arguments, **named)

        return asked


class World:
    """What is outside: a queue that does what it is asked once for each request, and keeps how."""

    def __init__(self) -> None:
        self.effects: dict[str, tuple[str, Mapping[str, Any]]] = {}

    def answered(self, request: Request) -> int:
        self.effects.setdefault(request.request_id, (request.action, request.attributes))
        return list(self.effects).index(request.request_id)


class Queue:
    """One node's module that asks the world."""

    def __init__(self, world: World, node: Stage) -> None:
        self._world = world
        self._node = node

    async def carry_out(self, request: Request) -> None:
        turn = self._world.answered(request)
        with suppress(NotFound):
            await self._node.sessions.deliver(
                request.session_id, [request.done({"turn": turn})], key=request.request_id
            )

    async def drop(self, request: Request) -> None:
        """Everything was done at once."""


class Outcome(Struct, frozen=True):
    said: dict[str, list[str]]
    lives: dict[str, str]
    effects: dict[str, tuple[str, Any]]
    appends: int


class Theatre:
    """One story, on node after node."""

    def __init__(self, crashes: list[Crash]) -> None:
        self._crashes = crashes
        self._store = MemoryStore()
        self._clock = Clock()
        self._world = World()
        self._nodes = 0
        self._events = 0

    async def play(self) -> Outcome:
        node = await self._node()
        for at, scene in enumerate(STORY):
            while not await self._survives(node, lambda n, at=at, scene=scene: self._scene(n, at, scene)):  # type: ignore[misc]
                node = await self._next(node)
            self._clock.now_ms = self._begin_ms(at + 1)
        for _ in range(3):
            while not await self._survives(node, lambda n: n.after_s(GAP_S)):
                node = await self._next(node)
        sessions = {name: await node.session(name) for name in await node.ids()}
        outcome = Outcome(
            {name: await node.said(name) for name in sessions},
            {name: session.life for name, session in sessions.items()},
            self._world.effects,
            cast("Mortal", node.store).appends,
        )
        assert not any(session.errands for session in sessions.values())
        assert await self._store.cards("session", is_open=True) == []
        assert [await self._store.armed(f"session/{name}") for name in sessions] == [None] * len(sessions)
        await node.orchestration.aclose()
        return outcome

    def _begin_ms(self, at: int) -> int:
        return Clock().now_ms + round(at * GAP_S * 1000)

    async def _scene(self, node: Stage, at: int, scene: str) -> None:
        await node.after_s(0)
        if scene == "start":
            await node.start("router", session_id="S")
        elif scene == "more":
            await node.send("S", "more", key=f"scene {at}")
        await node.fire()

    async def _survives(self, node: Stage, act: Callable[[Stage], Awaitable[None]]) -> bool:
        """Whether the node has lived through it."""
        dead = asyncio.ensure_future(cast("Mortal", node.store).is_dead.wait())
        acting = asyncio.ensure_future(act(node))
        await asyncio.wait((dead, acting), return_when=asyncio.FIRST_COMPLETED)
        if not acting.done():
            acting.cancel()
            await asyncio.wait([acting])
            return False
        dead.cancel()
        acting.result()
        return True

    async def _next(self, dead: Stage) -> Stage:
        """Another node takes over, once the leases of the dead one have run out."""
        await dead.orchestration.aclose()
        self._clock.after_s(LEASE_S)
        node = await self._node()
        while not await self._survives(node, _takes_over):
            await node.orchestration.aclose()
            self._clock.after_s(LEASE_S)
            node = await self._node()
        return node

    async def _node(self) -> Stage:
        crash = self._crashes[self._nodes] if self._nodes < len(self._crashes) else None
        self._nodes += 1
        store = cast("Store", Mortal(self._store, crash))
        node = Stage(store, self._clock, SHELF, name=str(self._nodes))
        node.orchestration.modules["queue"] = Queue(self._world, node)
        await node.orchestration.shards.look()
        return node


async def _takes_over(node: Stage) -> None:
    await node.orchestration.take_over()
    await node.settle()
    await node.fire()


async def without() -> Outcome:
    return await Theatre([]).play()
