"""The store in memory: everything is gone when the process ends. For tests and a first look.

It runs in one event loop and awaits nothing while it changes, so each call is a transaction.
"""

import heapq
from bisect import bisect_right
from collections.abc import AsyncIterator, Callable, Mapping, Sequence

from frontdesk.errors import Conflict
from frontdesk.store.doorbell import Doorbell
from frontdesk.store.log import (
    Also,
    Arm,
    Card,
    Entered,
    Entry,
    Fence,
    Filed,
    Forget,
    Position,
    Recorded,
    Snapshot,
)
from frontdesk.store.memory_entries import MemoryEntries

FOLLOWED_AT_ONCE_MAX = 1000  # Events in one batch of `follow`.


class _Stream:
    __slots__ = ("records", "version")

    def __init__(self) -> None:
        self.version = 0
        self.records: list[Recorded] = []


class _Timer:
    __slots__ = ("due_ms", "wake_ms")

    def __init__(self, due_ms: int) -> None:
        self.due_ms = due_ms
        self.wake_ms = due_ms  # The end of a claim when there is one.


class _Lease:
    __slots__ = ("holder", "number", "until_ms")

    def __init__(self) -> None:
        self.holder = ""
        self.number = 0
        self.until_ms = 0


class MemoryStore:
    """A whole `Store` in dictionaries.

    Shape:   a stream that was purged begins again at version 1.
    """

    def __init__(self) -> None:
        self._log: list[Recorded | None] = []  # By position less one; None where one was forgotten.
        self._streams: dict[str, _Stream] = {}
        self._timers: dict[str, _Timer] = {}
        self._wakes: list[tuple[int, str]] = []  # A heap; an entry counts while its timer says the same.
        self._cards: dict[str, Card] = {}
        self._drawers: dict[tuple[str, bool], set[str]] = {}
        self._sorted: dict[tuple[str, bool], list[str]] = {}
        self._entries = MemoryEntries()
        self._snapshots: dict[str, Snapshot] = {}
        self._leases: dict[str, _Lease] = {}
        self._seen: dict[str, int] = {}
        self._positions: dict[str, dict[str, Position]] = {}
        self._doorbell = Doorbell()

    # --- the log -------------------------------------------------------------------------------

    async def append(
        self,
        stream: str,
        after_version: int,
        bodies: Sequence[bytes],
        time_ms: int,
        also: Sequence[Also] = (),
    ) -> Recorded | None:
        known = self._streams.get(stream)
        version = known.version if known is not None else 0
        if version != after_version:
            raise Conflict(f"{stream} is at {version}, not at {after_version}")
        for effect in also:
            if type(effect) is Fence:
                self._check(effect)
        last = self._record(stream, bodies, time_ms) if bodies else None
        for effect in also:
            self._carry_out(stream, effect)
        if last is not None:
            self._doorbell.ring()
        return last

    def _check(self, fence: Fence) -> None:
        lease = self._leases.get(fence.name)
        if lease is None or lease.number != fence.number:
            raise Conflict(f"{fence.number} is not the newest number of {fence.name}")

    def _record(self, stream: str, bodies: Sequence[bytes], time_ms: int) -> Recorded:
        known = self._streams.setdefault(stream, _Stream())
        for body in bodies:
            known.version += 1
            last = Recorded(len(self._log) + 1, stream, known.version, time_ms, bytes(body))
            known.records.append(last)
            self._log.append(last)
        return last

    def _carry_out(self, stream: str, effect: Also) -> None:
        match effect:
            case Arm():
                self._arm(stream, effect.due_ms)
            case Card():
                self._file(stream, effect)
            case Forget():
                self._forget(stream, effect.versions)
            case Entry():
                known = self._streams.get(stream)
                self._entries.add(stream, known.version if known is not None else 0, effect)
            case Snapshot():
                self._snapshots[stream] = effect
            case Fence():
                pass  # Checked before anything was written.

    def _forget(self, stream: str, versions: Sequence[int]) -> None:
        known = self._streams.get(stream)
        if known is None:
            return
        forgotten = set(versions)
        for record in known.records:
            if record.version in forgotten:
                self._log[record.position - 1] = None
        known.records = [record for record in known.records if record.version not in forgotten]

    async def read(self, stream: str, after_version: int = 0, limit: int | None = None) -> Sequence[Recorded]:
        known = self._streams.get(stream)
        if known is None:
            return []
        first = bisect_right(known.records, after_version, key=_version)
        return known.records[first : None if limit is None else first + limit]

    async def head(self) -> int:
        return len(self._log)

    async def follow(self, after_position: int) -> AsyncIterator[Sequence[Recorded]]:
        position = after_position
        while True:
            while position < len(self._log):
                rows = self._log[position : position + FOLLOWED_AT_ONCE_MAX]
                position += len(rows)
                batch = [record for record in rows if record is not None]
                if batch:
                    yield batch
            await self._doorbell.wait()

    # --- timers --------------------------------------------------------------------------------

    def _arm(self, stream: str, due_ms: int | None) -> None:
        if due_ms is None:
            self._timers.pop(stream, None)
            return
        self._timers[stream] = _Timer(due_ms)
        heapq.heappush(self._wakes, (due_ms, stream))

    async def armed(self, stream: str) -> int | None:
        timer = self._timers.get(stream)
        return timer.due_ms if timer is not None else None

    async def claim_due(self, now_ms: int, claim_ms: int, limit: int) -> Sequence[str]:
        claimed: list[str] = []
        while len(claimed) < limit:
            wake_ms = self._next_wake_ms()
            if wake_ms is None or wake_ms > now_ms:
                break
            _, stream = heapq.heappop(self._wakes)
            self._timers[stream].wake_ms = now_ms + claim_ms
            claimed.append(stream)
        for stream in claimed:
            heapq.heappush(self._wakes, (now_ms + claim_ms, stream))
        return claimed

    async def next_due(self, now_ms: int) -> int | None:
        return self._next_wake_ms()

    def _next_wake_ms(self) -> int | None:
        while self._wakes:
            wake_ms, stream = self._wakes[0]
            timer = self._timers.get(stream)
            if timer is not None and timer.wake_ms == wake_ms:
                return wake_ms
            heapq.heappop(self._wakes)
        return None

    # --- cards ---------------------------------------------------------------------------------

    def _file(self, stream: str, card: Card | None) -> None:
        before = self._cards.pop(stream, None)
        was_in = (before.kind, before.is_open) if before is not None else None
        is_in = (card.kind, card.is_open) if card is not None else None
        if card is not None:
            self._cards[stream] = card
        if was_in == is_in:
            return
        if was_in is not None:
            self._drawers[was_in].discard(stream)
            self._sorted.pop(was_in, None)
        if is_in is not None:
            self._drawers.setdefault(is_in, set()).add(stream)
            self._sorted.pop(is_in, None)

    async def cards(
        self, kind: str, *, is_open: bool | None = None, after: str = "", limit: int = 1000
    ) -> Sequence[Filed]:
        found: list[str] = []
        for drawer in ((kind, True), (kind, False)):
            if is_open is None or drawer[1] is is_open:
                streams = self._in_order(drawer)
                first = bisect_right(streams, after)
                found += streams[first : first + limit]
        found.sort()
        return [Filed(stream, self._cards[stream]) for stream in found[:limit]]

    def _in_order(self, drawer: tuple[str, bool]) -> list[str]:
        streams = self._sorted.get(drawer)
        if streams is None:
            streams = self._sorted[drawer] = sorted(self._drawers.get(drawer, ()))
        return streams

    async def card(self, stream: str) -> Card | None:
        return self._cards.get(stream)

    async def count_cards(self, kind: str, *, is_open: bool) -> int:
        return len(self._drawers.get((kind, is_open), ()))

    # --- entries -------------------------------------------------------------------------------

    async def entries(
        self,
        kind: str,
        from_ms: int,
        until_ms: int,
        *,
        after: tuple[int, int] | None = None,
        limit: int = 1000,
    ) -> Sequence[Entered]:
        return self._entries.between(kind, from_ms, until_ms, after, limit)

    async def drop_entries_before(self, kind: str, at_ms: int) -> int:
        return self._entries.drop_before(kind, at_ms)

    # --- snapshots, leases, presence -----------------------------------------------------------

    async def snapshot(self, stream: str) -> Snapshot | None:
        return self._snapshots.get(stream)

    async def keep_snapshot(self, stream: str, snapshot: Snapshot) -> None:
        self._snapshots[stream] = snapshot

    async def take_lease(self, name: str, holder: str, now_ms: int, for_ms: int) -> int | None:
        lease = self._leases.setdefault(name, _Lease())
        if lease.holder != holder:
            if lease.until_ms > now_ms:
                return None
            lease.holder = holder
            lease.number += 1
        lease.until_ms = now_ms + for_ms
        return lease.number

    async def drop_lease(self, name: str, holder: str) -> None:
        lease = self._leases.get(name)
        if lease is not None and lease.holder == holder:
            lease.holder = ""
            lease.until_ms = 0

    async def note_seen(self, seen: Sequence[tuple[str, int]]) -> None:
        for stream, seen_ms in seen:
            self._seen[stream] = max(seen_ms, self._seen.get(stream, 0))

    async def seen(self, stream: str) -> int | None:
        return self._seen.get(stream)

    async def seen_under(self, prefix: str) -> Mapping[str, int]:
        return {stream: seen_ms for stream, seen_ms in self._seen.items() if stream.startswith(prefix)}

    async def note_positions(self, positions: Sequence[Position]) -> None:
        for position in positions:
            readers = self._positions.setdefault(position.stream, {})
            before = readers.get(position.reader, position)
            readers[position.reader] = Position(
                position.stream,
                position.reader,
                max(before.delivered, position.delivered),
                max(before.settled, position.settled),
            )

    async def position(self, stream: str, reader: str) -> Position | None:
        return self._positions.get(stream, {}).get(reader)

    async def drop_positions(self, stream: str) -> None:
        self._positions.pop(stream, None)

    async def whisper(self, words: str) -> None:
        """Nobody else is here."""

    def on_whisper(self, hear: Callable[[str], None]) -> None:
        """Nobody else is here."""

    async def purge(self, stream: str) -> None:
        known = self._streams.pop(stream, None)
        for record in known.records if known is not None else ():
            self._log[record.position - 1] = None
        self._entries.cut_tie(stream)
        self._timers.pop(stream, None)
        self._snapshots.pop(stream, None)
        self._seen.pop(stream, None)
        self._positions.pop(stream, None)
        self._file(stream, None)

    async def ping(self) -> None:
        return

    async def aclose(self) -> None:
        self._doorbell.close()


def _version(record: Recorded) -> int:
    return record.version
