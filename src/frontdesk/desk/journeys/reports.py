"""Reports: what is counted is entered as it happens, and folded when somebody asks."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from collections.abc import Set as AbstractSet

import msgspec

from frontdesk.domain.journey.entries import (
    KINDS,
    ActionEntry,
    AnyEntry,
    BlockEntry,
    OutcomeEntry,
    SegmentEntry,
    VisitEntry,
    entries,
)
from frontdesk.domain.journey.reporting.aggregates import Aggregation, Group, Query
from frontdesk.domain.journey.reporting.blocked import BlockedCounts
from frontdesk.domain.journey.reporting.buckets import Buckets, Interval
from frontdesk.domain.journey.reporting.diagnostics import Diagnostics, DiagnosticsCount
from frontdesk.domain.journey.reporting.metrics import Attribution, Basis
from frontdesk.domain.journey.reporting.performance import PerformanceTable
from frontdesk.domain.journey.unfolding import Unfolding
from frontdesk.store.log import Entry, Store

PAGE = 500  # Entries between two looks at what else there is to do.
AT_ONCE_MAX = 2  # Reports being made; others wait for them.

_encode = msgspec.json.Encoder().encode
_decoders = {kind: msgspec.json.Decoder(of) for kind, of in KINDS.items()}


def entered(story: Unfolding) -> Sequence[Entry]:
    """The entries of a change, for `Customers.entries`."""
    return [Entry(entry.KIND, story.now_ms, _encode(entry)) for entry in entries(story)]


class Reports:
    """Everything that is counted of journeys. `store` is that of journeys.

    Errors:  of all of them: `Unavailable`; `Wrong` of a query that cannot be.
    """

    def __init__(self, store: Store, clock_ms: Callable[[], int]) -> None:
        self._store = store
        self._clock_ms = clock_ms
        self._turns = asyncio.Semaphore(AT_ONCE_MAX)

    async def aggregate(self, query: Query) -> Sequence[Group]:
        """Metrics by time and group."""
        aggregation = Aggregation(query)
        kinds = (VisitEntry, SegmentEntry, OutcomeEntry, ActionEntry, BlockEntry)
        async with self._turns:
            interval = self._read(aggregation.interval, query.basis)
            async for stream, at_ms, entry in self._entered(kinds, interval):
                aggregation.add(stream, at_ms, entry)
        return aggregation.groups()

    async def performance(
        self, interval: Interval, buckets: Buckets, basis: Basis, attribution: Attribution
    ) -> PerformanceTable:
        """What became of what each map has qualified."""
        table = PerformanceTable(buckets, basis, attribution)
        kinds = (ActionEntry, BlockEntry, OutcomeEntry)
        async with self._turns:
            async for stream, at_ms, entry in self._entered(kinds, self._read(interval, basis)):
                table.add(stream, at_ms, entry)
        return table

    async def diagnostics(self, map_id: str, interval: Interval, positive: AbstractSet[str]) -> Diagnostics:
        """Why one map performs as it does: what became of the offers of the interval."""
        counted = DiagnosticsCount(map_id, positive)
        kinds = (ActionEntry, BlockEntry, OutcomeEntry)
        async with self._turns:
            async for stream, at_ms, entry in self._entered(kinds, self._read(interval, Basis.COHORT)):
                offered_ms = entry.offered_ms if isinstance(entry, ActionEntry) else at_ms
                if interval.from_ms <= offered_ms < interval.until_ms or isinstance(entry, OutcomeEntry):
                    counted.add(stream, entry)
        return counted.row()

    async def blocked(self, map_id: str, interval: Interval) -> BlockedCounts:
        """How often a map was not offered, and why."""
        counts = BlockedCounts(map_id)
        async with self._turns:
            async for stream, _, entry in self._entered((BlockEntry,), interval):
                assert isinstance(entry, BlockEntry)
                counts.add(((stream, entry),))
        return counts

    def _read(self, interval: Interval, basis: Basis) -> Interval:
        """What has to be read for an interval: what became of its offers may have come later."""
        if basis is Basis.EVENT:
            return interval
        return Interval(interval.from_ms, max(interval.until_ms, self._clock_ms() + 1))

    async def _entered(
        self, kinds: Iterable[type[AnyEntry]], interval: Interval
    ) -> AsyncIterator[tuple[str, int, AnyEntry]]:
        for kind in kinds:
            after: tuple[int, int] | None = None
            decode = _decoders[kind.KIND].decode
            while page := await self._store.entries(
                kind.KIND, interval.from_ms, interval.until_ms, after=after, limit=PAGE
            ):
                for one in page:
                    yield one.stream, one.entry.at_ms, decode(one.entry.body)
                after = (page[-1].entry.at_ms, page[-1].number)
                await asyncio.sleep(0)  # Memory answers at once, and others want to go on.
