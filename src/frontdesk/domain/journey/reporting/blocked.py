"""How often a map was not offered, and why.

Source:  journey.md §8.3, §13.2.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence

from msgspec import Struct

from frontdesk.domain.journey.entries import BlockEntry


class BlockedFor(Struct, frozen=True):
    """How often a map was not offered for one reason, and in how many visits."""

    reason: str
    count: int
    sessions: int


class BlockedCounts:
    """Counts the blocks of one map."""

    def __init__(self, map_id: str) -> None:
        self._map_id = map_id
        self._counts: dict[str, int] = defaultdict(int)
        self._visits: dict[str, set[tuple[str, int]]] = defaultdict(set)

    def add(self, entered: Iterable[tuple[str, BlockEntry]]) -> None:
        """Count what was entered by these streams."""
        for stream, block in entered:
            if block.map_id == self._map_id:
                self._counts[block.reason] += 1
                self._visits[block.reason].add((stream, block.visit))

    def reasons(self) -> Sequence[BlockedFor]:
        """By reason, the most frequent first."""
        found = [BlockedFor(name, n, len(self._visits[name])) for name, n in self._counts.items()]
        return sorted(found, key=lambda one: (-one.count, one.reason))

    @property
    def sessions(self) -> int:
        """In how many visits it was blocked at all."""
        return len(set().union(*self._visits.values()))
