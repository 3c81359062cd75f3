"""Entries in memory: by kind, in the order of their times."""

from bisect import bisect_left, bisect_right, insort
from collections.abc import Sequence

from msgspec.structs import replace

from frontdesk.store.erased import erased_name
from frontdesk.store.log import Entered, Entry


class MemoryEntries:
    """Every entry there is."""

    def __init__(self) -> None:
        self._kinds: dict[str, list[Entered]] = {}
        self._tied: dict[str, list[tuple[str, tuple[int, int]]]] = {}  # Kind and place, by stream.
        self._newest = 0

    def add(self, stream: str, version: int, entry: Entry) -> None:
        self._newest += 1
        entered = Entered(self._newest, stream, version, entry)
        insort(self._kinds.setdefault(entry.kind, []), entered, key=_place)
        self._tied.setdefault(stream, []).append((entry.kind, _place(entered)))

    def between(
        self, kind: str, from_ms: int, until_ms: int, after: tuple[int, int] | None, limit: int
    ) -> Sequence[Entered]:
        entered = self._kinds.get(kind, [])
        first = bisect_right(entered, max(after or (from_ms, 0), (from_ms, 0)), key=_place)
        last = bisect_left(entered, (until_ms, 0), key=_place)
        return entered[first : min(last, first + limit)]

    def drop_before(self, kind: str, at_ms: int) -> int:
        entered = self._kinds.get(kind, [])
        count = bisect_left(entered, (at_ms, 0), key=_place)
        del entered[:count]
        return count

    def cut_tie(self, stream: str) -> None:
        """Have the entries of a stream say no longer whose they are."""
        name = erased_name()
        for kind, place in self._tied.pop(stream, ()):
            entered = self._kinds[kind]
            index = bisect_left(entered, place, key=_place)
            if index < len(entered) and _place(entered[index]) == place:  # Else it was dropped.
                entered[index] = replace(entered[index], stream=name)


def _place(entered: Entered) -> tuple[int, int]:
    return entered.entry.at_ms, entered.number
