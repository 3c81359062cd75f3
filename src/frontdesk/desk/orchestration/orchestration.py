"""Orchestration put together: one object that the composition root makes and runs."""

import asyncio
import contextlib
from collections.abc import Callable, Mapping, MutableMapping, Sequence
from typing import Any

import msgspec
import structlog

from frontdesk.desk.orchestration.documents import Applications
from frontdesk.desk.orchestration.engine import Engine
from frontdesk.desk.orchestration.errands import Errands
from frontdesk.desk.orchestration.modules import Module
from frontdesk.desk.orchestration.opening import Opening
from frontdesk.desk.orchestration.peers import Peers
from frontdesk.desk.orchestration.resting import Bounds
from frontdesk.desk.orchestration.runner import Runner
from frontdesk.desk.orchestration.session_module import SessionModule
from frontdesk.desk.orchestration.sessions import Sessions
from frontdesk.desk.orchestration.shards import SHARDS, Shards
from frontdesk.desk.orchestration.streams import KIND, ROOT, SessionCard, Streams
from frontdesk.desk.orchestration.turns import Turns
from frontdesk.desk.orchestration.worlds import NoWorld, Worlds
from frontdesk.desk.working import Work
from frontdesk.domain.orchestration.facts import Woken
from frontdesk.domain.orchestration.session import is_at_work
from frontdesk.domain.orchestration.stepping import Times
from frontdesk.errors import DeskError, NotFound
from frontdesk.scxml.packed import unpack
from frontdesk.store.log import Recorded, Store

REST_EVERY_S = 5.0
REST_PAUSE_S = 0.25  # While they take up too much memory, and were all used a moment ago.
PAGE = 1000
WAIT_FOR_OWNER_MS = 5_000

_card: msgspec.json.Decoder[SessionCard] = msgspec.json.Decoder(SessionCard)
_log = structlog.get_logger("orchestration")


class Orchestration:
    """The sessions of one node. `modules` may be filled until it is run.

    Shape:   `sessions` are the use cases, and the `Delivery` that modules are given.
    """

    def __init__(
        self,
        store: Store,
        engine: Engine,
        applications: Applications,
        clock_ms: Callable[[], int],
        node_id: str,
        times: Times,
        *,
        bounds: Bounds | None = None,
        http_address: str = "",
        worlds: Worlds | None = None,
        shards: int = SHARDS,
    ) -> None:
        self._store = store
        self._clock_ms = clock_ms
        self.engine = engine
        self.applications = applications
        self.modules: MutableMapping[str, Module] = {}
        self.streams = Streams(store, clock_ms)
        self.shards = Shards(store, node_id, clock_ms, shards)
        self.sessions = Sessions(self.streams, applications, clock_ms)
        opening = Opening(self.streams, engine, applications, http_address)
        turns = Turns(engine, opening, worlds or NoWorld(), times, clock_ms)
        self.runner = Runner(
            self.streams,
            self.shards,
            engine,
            turns,
            times,
            clock_ms,
            bounds=bounds or Bounds(),
        )
        sessions = self.sessions
        self.modules["session"] = SessionModule(sessions)
        self.peers = Peers(sessions, sessions.begin, sessions.cancel, sessions.settle, http_address)
        self.errands = Errands(self.modules, self.peers, self.runner.wake, self.shards.shard_of)
        self.runner.errands = self.errands
        turns.patience = self.errands.patience_ms
        sessions.wake, sessions.due_ms = self.runner.wake, self.runner.due_ms
        sessions.take_in = self.runner.take_in
        sessions.has_room = lambda: self.runner.lives.has_room
        self._taken = asyncio.Event()
        self._to_look_at: set[int] = set()
        self.shards.on_taken.append(self._look_at)
        self.shards.on_lost.append(self.errands.forget_shard)

    def work(self) -> Sequence[Work]:
        """What runs as long as the server does, by name."""
        return (
            ("orchestration leases", self.shards.run),
            ("orchestration takeover", self._take_over),
            ("orchestration rest", self._rest),
        )

    async def tick(self, session_id: str) -> None:
        """The timer of a session's stream has fired, at whichever node."""
        if self.shards.fence(session_id) is not None:
            await self.runner.tick(session_id)
            return

        await self.streams.change(
            session_id,
            lambda session, _now_ms: (Woken(),) if is_at_work(session) else (),
            due_ms=lambda _session: self._clock_ms() + WAIT_FOR_OWNER_MS,
        )

    async def look(self, session_id: str) -> Mapping[str, Any]:
        """The data of a session that this node runs. Errors: as `Runner.look`."""
        data: Mapping[str, Any] = unpack((await self.runner.lives.look(session_id)).data)
        return data

    def heard(self, session_id: str, record: Recorded) -> None:
        """A record of a session's stream was committed, at whichever node."""
        if self.streams.heard(session_id, record.version):
            self.runner.wake(session_id)

    async def aclose(self) -> None:
        """Stop; what was not written did not happen, and is done by whoever comes next."""
        await self.runner.aclose()
        await self.errands.aclose()
        await self.engine.aclose()

    # --- taking over ---------------------------------------------------------------------------

    def _look_at(self, shard: int) -> None:
        self._to_look_at.add(shard)
        self._taken.set()

    async def _take_over(self) -> None:
        """See to the sessions of shards that were just taken."""
        while True:
            await self._taken.wait()
            self._taken.clear()
            try:
                await self.take_over()
            except DeskError as error:
                _log.warning("takeover_paused", reason=str(error))
                await asyncio.sleep(1.0)
                self._taken.set()

    async def take_over(self) -> None:
        """Wake what somebody was asked something for; what waits for time or events has its timer."""
        shards = frozenset(self._to_look_at)
        after = ""
        while shards:
            page = await self._store.cards(KIND, is_open=True, after=after, limit=PAGE)
            for filed in page:
                session_id = filed.stream.removeprefix(ROOT)
                if self.shards.shard_of(session_id) in shards and _card.decode(filed.card.body).is_asking:
                    self.runner.wake(session_id)
            if len(page) < PAGE:
                break
            after = page[-1].stream
        self._to_look_at -= shards

    async def _rest(self) -> None:
        while True:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(REST_EVERY_S):
                    await self.runner.lives.load.is_too_much.wait()
            try:
                await self.runner.lives.rest()
            except (DeskError, NotFound) as error:
                _log.warning("rest_paused", reason=str(error))
            await asyncio.sleep(REST_PAUSE_S)
