"""What followers follow: the newest events from memory, older ones from the table."""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence

from frontdesk.store.doorbell import Doorbell
from frontdesk.store.log import Recorded
from frontdesk.store.tail import FOLLOWED_AT_ONCE_MAX, Tail

ReadTable = Callable[[int, int], Awaitable[Sequence[Recorded]]]


class Feed:
    """Feeds any number of followers of one process.

    Shape:   `read_table` gives the events that are left after a position, and at most as many as asked.
    """

    def __init__(self, read_table: ReadTable) -> None:
        self._read_table = read_table
        self._tail = Tail()
        self._doorbell = Doorbell()
        self._newest = 0

    def committed(self, recorded: Sequence[Recorded]) -> None:
        """Hand on events that this process has committed."""
        self._tail.extend(recorded)
        self.heard_of(recorded[-1].position)

    def heard_of(self, position: int) -> None:
        """Take note that events up to `position` are in the table."""
        if position > self._newest:
            self._newest = position
            self._doorbell.ring()

    async def follow(self, after_position: int, poll_s: float | None) -> AsyncIterator[Sequence[Recorded]]:
        """Every event after `after_position`; the table is asked every `poll_s` when nobody rings."""
        position, is_rung = after_position, False
        while True:
            newest = self._newest
            batch = self._tail.after(position)
            if batch is None or (not batch and (newest > position or not is_rung)):
                batch = await self._read_table(position, FOLLOWED_AT_ONCE_MAX)
            is_rung = True
            if batch:
                position = batch[-1].position
                yield batch
                continue
            position = max(position, newest)  # What lay up to there has been forgotten.
            if self._newest <= position:
                is_rung = await self._doorbell.wait(poll_s)

    def close(self) -> None:
        """Tell the followers that nothing comes any more."""
        self._doorbell.close()
