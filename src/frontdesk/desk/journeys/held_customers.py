"""The customers that a node has in memory, and for how long somebody who asks for nothing stays there."""

from collections import deque

from msgspec import Struct

from frontdesk.desk.arming import UNSURE, Armed
from frontdesk.domain.journey.customer import Customer

OLDER = 4  # Generations beside the newest one.


class Held(Struct, eq=False, gc=False):
    """One customer as this node knows it.

    Shape:   `stream` is its name in the log, one text for all who use it; `newest` is the newest version that
             was heard of; `is_unsure` when only the log knows what is true: a write was not answered, or
             another node was first.
    """

    stream: str
    customer: Customer
    armed: Armed = UNSURE
    is_unsure: bool = True
    newest: int = 0

    @property
    def is_stale(self) -> bool:
        return self.is_unsure or self.newest > self.customer.version


class HeldCustomers:
    """Those who were asked for lately, by stream, and `held_max` at most.

    Everybody is in the generation in which they were last asked for, so that nobody needs a time of their own
    or a place in a row: when a new generation begins, the oldest goes. Time makes generations, and where too
    many come for that, their number does.
    """

    def __init__(self, held_max: int) -> None:
        self._held_max = held_max
        self._newest: dict[str, Held] = {}
        self._older: deque[dict[str, Held]] = deque(({} for _ in range(OLDER)), OLDER)  # Newest first.

    def __len__(self) -> int:
        return len(self._newest) + sum(map(len, self._older))

    def get(self, stream: str) -> Held | None:
        """Whoever has that stream, where they are held."""
        held = self._newest.get(stream)
        if held is None:
            held = next((older[stream] for older in self._older if stream in older), None)
        return held

    def used(self, stream: str) -> Held | None:
        """The same, who is asked for now."""
        held = self._newest.get(stream)
        if held is None and (held := self.pop(stream)) is not None:
            self._newest[held.stream] = held
        return held

    def add(self, held: Held) -> None:
        """Hold one more; of too many, one goes who was not asked for in a while."""
        if len(self) >= self._held_max:
            if len(self._newest) >= max(1, self._held_max // OLDER):
                self.age()
            oldest = next(filter(None, reversed(self._older)))
            del oldest[next(iter(oldest))]
        self._newest[held.stream] = held

    def pop(self, stream: str) -> Held | None:
        """Hold somebody no longer."""
        for generation in (self._newest, *self._older):
            if (held := generation.pop(stream, None)) is not None:
                return held
        return None

    def clear(self) -> None:
        """Hold nobody."""
        for generation in (self._newest, *self._older):
            generation.clear()

    def age(self) -> dict[str, Held]:
        """Begin a new generation; those who are held no longer."""
        gone = self._older.pop()
        self._older.appendleft(self._newest)
        self._newest = {}
        return gone
