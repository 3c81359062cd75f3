"""What reports count of a change, and what they make of it. None of it says who somebody is.

Source:  journey.md §8.3, §11.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

from msgspec import Struct

from frontdesk.domain.journey.customer import Customer
from frontdesk.domain.journey.facts import Blocked, Fact

BLOCK = "block"


class BlockEntry(Struct, frozen=True, omit_defaults=True, gc=False):
    """An action of a map was looked at and not offered.

    Shape:   `visit` is the how manieth of its customer it was: visits are told apart by it and the stream.
    """

    map_id: str
    map_version: int
    media_type: str
    visit: int
    reason: str
    by_map: str = ""
    cap: str = ""
    schedule_group: str = ""
    emergency_group: str = ""


def entries(facts: Sequence[Fact], after: Customer) -> Iterator[tuple[str, Struct]]:
    """The entries of a change, each with its kind; `after` is the customer with these facts."""
    for fact in facts:
        if isinstance(fact, Blocked):
            for block in fact.blocks:
                action = after.action(block.action_id)
                if action is not None:
                    yield (
                        BLOCK,
                        BlockEntry(
                            action.map_id,
                            action.map_version,
                            action.media_type,
                            after.visits,
                            block.reason.value,
                            block.by_map,
                            block.cap,
                            block.schedule_group,
                            block.emergency_group,
                        ),
                    )


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
