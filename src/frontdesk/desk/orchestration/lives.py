"""The sessions that this node is at: which of them the engine has in its memory, and which go out of it."""

import asyncio
import contextlib
from collections.abc import Callable

import structlog

from frontdesk.desk.orchestration.contexts import Close, Look, Shown
from frontdesk.desk.orchestration.engine import Engine, EngineLost, asked
from frontdesk.desk.orchestration.live import Live
from frontdesk.desk.orchestration.photographs import Photographs
from frontdesk.desk.orchestration.resting import Bounds, Load, to_rest
from frontdesk.desk.orchestration.shards import Shards
from frontdesk.desk.orchestration.streams import Streams
from frontdesk.desk.orchestration.turns import Turns
from frontdesk.errors import DeskError

_log = structlog.get_logger("orchestration")


class Lives:
    """All of them. Shape: `wake` is called for those that are wanted while they rest or are looked at."""

    def __init__(
        self,
        streams: Streams,
        shards: Shards,
        engine: Engine,
        turns: Turns,
        clock_ms: Callable[[], int],
        bounds: Bounds,
        wake: Callable[[str], None],
    ) -> None:
        self._streams = streams
        self._shards = shards
        self._engine = engine
        self._turns = turns
        self._clock_ms = clock_ms
        self._bounds = bounds
        self._wake = wake
        self._all: dict[str, Live] = {}  # Those used last are last.
        self.load = Load(bounds.bytes_max)
        self.photographs = Photographs(streams, engine)
        streams.is_in_use = self._all.__contains__

    def get(self, session_id: str) -> Live | None:
        """One that this node is at."""
        return self._all.get(session_id)

    def at(self, session_id: str) -> Live:
        """The same; from now on it is at it."""
        live = self._all.get(session_id)
        if live is None:
            live = self._all[session_id] = Live(session_id)
        return live

    def used(self, live: Live) -> None:
        """Take note that something was done about one."""
        live.used_ms = self._clock_ms()
        if self._all.pop(live.session_id, None) is not None:
            self._all[live.session_id] = live

    # --- how many ------------------------------------------------------------------------------

    @property
    def open_count(self) -> int:
        """Sessions that are in the engine's memory."""
        return sum(live.steps >= 0 for live in self._all.values())

    @property
    def has_room(self) -> bool:
        """Whether another session may begin here: others can be put to rest for it."""
        if len(self._all) < self._bounds.open_max:
            return True
        lives = self._all.values()
        busy = sum(live.steps >= 0 and (live.task is not None or not live.can_rest) for live in lives)
        return busy < self._bounds.open_max

    @property
    def is_busy(self) -> bool:
        return any(live.task is not None for live in self._all.values())

    async def quiet(self) -> None:
        """Return when nobody has anything to do at this moment."""
        while tasks := [live.task for live in self._all.values() if live.task is not None]:
            await asyncio.wait(tasks)

    async def aclose(self) -> None:
        """Stop at once: what was not written did not happen."""
        tasks = [live.task for live in self._all.values() if live.task is not None]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    # --- looking at one ------------------------------------------------------------------------

    def has_in_memory(self, session_id: str) -> bool:
        """Whether a session is in the engine's memory."""
        live = self._all.get(session_id)
        return live is not None and live.steps >= 0

    async def look(self, session_id: str) -> Shown:
        """The data and the timers of a session that this node runs.

        Errors:  `NotFound`; `Refused`: it cannot be shown; `Unavailable`.
        """
        await self._streams.existing(session_id)
        live = self.at(session_id)
        while live.task is not None:
            await asyncio.wait([live.task])
        looking = asyncio.create_task(self._look(live))
        live.task = asyncio.create_task(self._looked(live, looking))
        return await looking

    async def _look(self, live: Live) -> Shown:
        session = (await self._streams.existing(live.session_id)).session
        await self._turns.open(live, session)
        return await asked(self._engine, Look(session.id), Shown)

    async def _looked(self, live: Live, looking: "asyncio.Task[Shown]") -> None:
        await asyncio.wait([looking])
        live.task = None
        live.used_ms = self._clock_ms()
        if live.is_wanted:
            self._wake(live.session_id)

    # --- letting go ----------------------------------------------------------------------------

    def let_go(self, shard: int) -> None:
        """Another node runs these sessions now; what is under way here is refused when it is written."""
        for session_id, live in list(self._all.items()):
            if self._shards.shard_of(session_id) == shard and live.task is None:
                live.is_wanted = live.is_own = False
                live.task = asyncio.create_task(self._rest(live))

    async def rest(self) -> None:
        """Let those go that have been quiet for a while, and more when there are too many."""
        self.load.is_too_much.clear()
        for group in to_rest(self._all.values(), self._bounds, self._clock_ms()):
            tasks = [asyncio.create_task(self._rest(live)) for live in group]
            for live, task in zip(group, tasks, strict=True):
                live.task = task
            await asyncio.gather(*tasks)

    async def _rest(self, live: Live) -> None:
        try:
            is_ours = self._shards.fence(live.session_id) is not None
            is_kept = live.steps < 0 or live.since_photo == 0
            if not is_ours or is_kept or await self.photographs.take(live):
                await self.close(live)
        except DeskError as error:
            _log.warning("session_stays", session_id=live.session_id, reason=str(error))
        finally:
            live.task = None
            if live.is_wanted:
                self._wake(live.session_id)

    async def close(self, live: Live) -> None:
        """Out of memory; what it is lies on disk."""
        life, live.life, live.steps = live.life, 0, -1
        self.load.weigh(live, 0)
        if life and life == self._engine.life(live.session_id):
            with contextlib.suppress(EngineLost):
                await self._engine.ask(Close(live.session_id))
        if not live.is_wanted and self._all.get(live.session_id) is live:
            del self._all[live.session_id]
            self._streams.forget(live.session_id)
