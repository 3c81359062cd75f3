"""The newest events of the log, kept in memory for the followers of the process that wrote them."""

from collections.abc import Sequence

from frontdesk.store.log import Recorded

KEPT_MAX = 1024
FOLLOWED_AT_ONCE_MAX = 1000  # Events in one batch of `follow`.


class Tail:
    """A run of events without a gap; what is older is read from the table.

    Shape:   `newest` is the position of the last event put here; 0 before there was one.
    """

    def __init__(self) -> None:
        self._records: list[Recorded] = []
        self._first = 1
        self.newest = 0

    def extend(self, records: Sequence[Recorded]) -> None:
        """Put events that were committed here, in the order of their positions."""
        if records[0].position != self.newest + 1:
            self._records.clear()  # Others wrote in between: followers read across the gap themselves.
        if not self._records:
            self._first = records[0].position
        self._records.extend(records)
        self.newest = records[-1].position
        if len(self._records) > 2 * KEPT_MAX:  # Now and then a slice, instead of a deque without slices.
            del self._records[:-KEPT_MAX]
            self._first = self._records[0].position

    def after(self, position: int) -> Sequence[Recorded] | None:
        """The events right after `position`, or None when they are not here but may be in the table."""
        start = position + 1 - self._first
        if start < 0 or not self._records:
            return None
        return self._records[start : start + FOLLOWED_AT_ONCE_MAX]
