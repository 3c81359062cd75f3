"""Follows a log from where it had come to, on one node at a time, and writes down how far it is.

What is done of a record may be done again after a crash, so it must do no harm when it is.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence

import structlog
from msgspec import Struct

from frontdesk.desk.orchestration.cursor import Cursor
from frontdesk.errors import DeskError
from frontdesk.store.log import EventLog, Fence, Ledger, Recorded

LEASE_MS = 6000
LOOK_AGAIN_S = 1.0

_log = structlog.get_logger("journeys")


class Passage(Struct, frozen=True):
    """A stretch of a log that was read: what in it matters, which may be nothing, and where it ends."""

    records: Sequence[Recorded]
    end: int


Passages = Callable[[int], AsyncIterator[Passage]]
"""Follows a log from after a position on."""


async def whole(log: EventLog, after_position: int) -> AsyncIterator[Passage]:
    """All of a log from there on."""
    async for batch in log.follow(after_position):
        yield Passage(batch, batch[-1].position)


class KeptFollower:
    """Hands what matters of a log to `take`, each record at least once, in order.

    Shape:   `name` is that of lease and cursor, which are kept in `ledger`.
    """

    def __init__(
        self,
        ledger: Ledger,
        passages: Passages,
        name: str,
        take: Callable[[Sequence[Recorded]], Awaitable[None]],
        clock_ms: Callable[[], int],
        node_id: str,
    ) -> None:
        self._ledger = ledger
        self._passages = passages
        self._name = name
        self._take = take
        self._clock_ms = clock_ms
        self._node_id = node_id
        self._cursor = Cursor(ledger, name, clock_ms)
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
                await self._ledger.drop_lease(self._name, self._node_id)

    async def _holds_lease(self) -> bool:
        number = await self._ledger.take_lease(self._name, self._node_id, self._clock_ms(), LEASE_MS)
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
        async for passage in self._passages(self._cursor.position):
            if passage.records:
                await self._take(passage.records)
            self._cursor.position = passage.end
