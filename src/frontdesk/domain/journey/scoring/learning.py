"""What a model learns from: one row for each event of a visit that is over.

Rows end before the event that achieves the outcome. They are not weighted by how long a visit was: scores are
used at each event, so they have to be right at each event.

Source:  journey.md §7.4, §7.5.
"""

from collections.abc import Sequence
from typing import Generic, TypeVar

from msgspec import Struct

R = TypeVar("R")

ROWS_MAX = 200_000
HELD_OUT = 0.2  # Of the visits, the newest.


class Past(Struct, Generic[R], frozen=True):
    """One visit that is over, for one outcome.

    Shape:   `rows` are those of its events before the achieving one; `was_offered` when an action map that
             this outcome is a trigger of has made an offer in it: then it teaches what offers do, no more.
    """

    ended_ms: int
    rows: tuple[R, ...]
    is_achieved: bool
    was_offered: bool = False


class Lesson(Struct, Generic[R], frozen=True):
    """Rows with what came of them: 1 for achieved."""

    rows: tuple[R, ...]
    labels: tuple[int, ...]
    sessions: int
    achieved: int


def lessons(past: Sequence[Past[R]]) -> tuple[Lesson[R], Lesson[R]]:
    """To learn from and to be held against: the newest fifth of the visits is held out.

    Shape:   of too many rows the newest are kept.
    """
    usable = sorted((one for one in past if not one.was_offered), key=lambda one: one.ended_ms)
    kept: list[Past[R]] = []
    rows = 0
    for one in reversed(usable):
        rows += len(one.rows)
        if rows > ROWS_MAX and kept:
            break
        kept.append(one)
    kept.reverse()
    cut = len(kept) - int(len(kept) * HELD_OUT)
    return _lesson(kept[:cut]), _lesson(kept[cut:])


def _lesson(past: Sequence[Past[R]]) -> Lesson[R]:
    pairs = [(row, int(one.is_achieved)) for one in past for row in one.rows]
    return Lesson(
        rows=tuple(row for row, _ in pairs),
        labels=tuple(label for _, label in pairs),
        sessions=len(past),
        achieved=sum(one.is_achieved for one in past),
    )
