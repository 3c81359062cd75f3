"""Where a chat stands and how long it may still wait, as honestly as can be told beforehand.

The method: those are ahead of a chat who have more points now and could go to the same people. These people
together finish `places / mean handling time` chats a unit of time, so a chat with `n` ahead waits about
`(n + 1) × mean handling time / places`. The mean is over the last chats of its queue. Nothing is said until
enough chats have been handled, or while nobody is ready.

What it cannot know: who comes later with more points, whose handling takes unusually long, who gives up, and
who goes home. `tests/desk/test_day.py` measures how far it is off.
"""

from bisect import bisect_left
from collections.abc import Callable, Iterable

from msgspec import Struct

from frontdesk.domain.benches import Free
from frontdesk.domain.targeting import turn, whom_at_best
from frontdesk.domain.waiting import Line, Waiting

HANDLED_KEPT = 50
HANDLED_MIN = 5  # Fewer say little about the next.


class Handled(Struct, frozen=True):
    """How long the last chats of a queue took those who answered them."""

    took_ms: tuple[int, ...] = ()

    def after(self, took_ms: int) -> "Handled":
        return Handled((*self.took_ms[1 - HANDLED_KEPT :], max(0, took_ms)))

    @property
    def mean_ms(self) -> float | None:
        """None until enough is known."""
        return sum(self.took_ms) / len(self.took_ms) if len(self.took_ms) >= HANDLED_MIN else None


def ahead_of(lines: Iterable[Line], own: Line, chat: Waiting, mask: Callable[[str], int], now_ms: int) -> int:
    """How many of those who wait are taken before a chat of the line `own`, if nothing else changes."""
    meant = whom_at_best(own, mask)
    mine = turn(own, chat, now_ms)
    return sum(
        bisect_left(line.chats, mine, key=lambda other, line=line: turn(line, other, now_ms))  # type: ignore[misc]
        for line in lines
        if line is own or whom_at_best(line, mask) & meant
    )


def wait_ms(
    ahead: int, own: Line, people: Iterable[Free], mask: Callable[[str], int], handled: Handled
) -> int | None:
    """How long a chat with so many ahead may wait; None when that cannot be said.

    Shape:   `people` are those who are ready, each with all places, taken or not.
    """
    mean_ms = handled.mean_ms
    meant = whom_at_best(own, mask)
    places = sum(one.slots for one in people if meant >> one.bench & 1)
    return round((ahead + 1) * mean_ms / places) if mean_ms is not None and places else None
