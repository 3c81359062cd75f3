"""Follows a log from where it had come to, on one node at a time, and writes down how far it is.

What is done of a record may be done again after a crash, so it must do no harm when it is.
"""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Sequence

import structlog

from frontdesk.desk.orchestration.cursor import Cursor
from frontdesk.errors import DeskError
from frontdesk.store.log import Fence, Recorded, Store

LEASE_MS = 6000
LOOK_AGAIN_S = 1.0

_log = structlog.get_logger("journeys")


class KeptFollower:
    """Hands batches of a log to `take`, each at least once, in order. `name` is that of lease and cursor."""

    def __init__(
        self,
        store: Store,
        name: str,
        take: Callable[[Sequence[Recorded]], Awaitable[None]],
        clock_ms: Callable[[], int],
        node_id: str,
    ) -> None:
        self._store = store
        self._name = name
        self._take = take
        self._clock_ms = clock_ms
        self._node_id = node_id
        self._cursor = Cursor(store, name, clock_ms)
        self._fence: Fence | None = None

    async def load(self) -> None:
        """Begin where the log ends, if nobody has begun yet: before anything can happen that matters."""
        await self._cursor.begin()

    async def run(self) -> None:
        """Follow until cancelled, whenever no other node does."""
        try:
            while True:
                try:
                    if await self._holds_lease():
                        await self._follow()
                except DeskError as error:
                    _log.warning("follower_paused", follower=self._name, reason=str(error))
                await asyncio.sleep(LOOK_AGAIN_S)
        finally:
            with contextlib.suppress(DeskError):
                if self._fence is not None:
                    await self._cursor.keep(self._fence)
                await self._store.drop_lease(self._name, self._node_id)

    async def _holds_lease(self) -> bool:
        number = await self._store.take_lease(self._name, self._node_id, self._clock_ms(), LEASE_MS)
        self._fence = Fence(self._name, number) if number is not None else None
        return number is not None

    async def _follow(self) -> None:
        """Follow as long as the lease is ours."""
        await self._cursor.load()
        taking = asyncio.ensure_future(self._take_all())
        try:
            while not taking.done() and await self._holds_lease():
                await asyncio.wait((taking,), timeout=LEASE_MS / 3000)
                await self._cursor.keep(self._fence)
        finally:
            taking.cancel()
            (outcome,) = await asyncio.gather(taking, return_exceptions=True)
        if isinstance(outcome, Exception):
            raise outcome

    async def _take_all(self) -> None:
        async for batch in self._store.follow(self._cursor.position):
            await self._take(batch)
            self._cursor.position = batch[-1].position
