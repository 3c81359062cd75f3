"""Durable timers: rows with a due time, claimed by one node, fired as commands that ask what is due.

Firing late, early or twice does no harm, so a claim only has to be rare, not perfect.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping

import structlog

from frontdesk.errors import DeskError, NotFound
from frontdesk.store.log import Store

CLAIM_MS = 10_000
BATCH = 200
LOOK_AGAIN_S = 1.0  # Other nodes and later writes set timers we have not heard of.
LOOK_SOONEST_S = 0.02

Fire = Callable[[str], Awaitable[object]]

_log = structlog.get_logger("timers")


class Timers:
    """Fires what is due. `fire` maps the part of a stream's name before the slash to what is called."""

    def __init__(self, store: Store, clock_ms: Callable[[], int], fire: Mapping[str, Fire]) -> None:
        self._store = store
        self._clock_ms = clock_ms
        self._fire = fire

    async def run(self) -> None:
        """Fire until cancelled."""
        while True:
            try:
                streams = await self._store.claim_due(self._clock_ms(), CLAIM_MS, BATCH)
                await asyncio.gather(*(self._fire_one(stream) for stream in streams))
                wait_s = 0.0 if len(streams) == BATCH else await self._until_next()
            except DeskError as error:
                _log.warning("timers_paused", reason=str(error))
                wait_s = LOOK_AGAIN_S
            await asyncio.sleep(wait_s)

    async def _until_next(self) -> float:
        now_ms = self._clock_ms()
        due_ms = await self._store.next_due(now_ms)
        if due_ms is None:
            return LOOK_AGAIN_S
        return min(LOOK_AGAIN_S, max(LOOK_SOONEST_S, (due_ms - now_ms) / 1000))

    async def _fire_one(self, stream: str) -> None:
        kind, _, name = stream.partition("/")
        fire = self._fire.get(kind)
        if fire is None:
            return
        try:
            await fire(name)
        except NotFound:
            return
        except DeskError as error:  # It is claimed for a while, then found again.
            _log.warning("timer_failed", stream=stream, reason=str(error))
