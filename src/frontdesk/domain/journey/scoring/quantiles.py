"""How a visit's score compares with those of other visits.

Source:  journey.md §7.2.
"""

from bisect import bisect_left
from collections.abc import Iterable

REFERENCES_MIN = 200
REFERENCE_DAYS = 30


class References:
    """The highest scores of visits that are over, by one model."""

    def __init__(self, highest: Iterable[float] = ()) -> None:
        self._highest = sorted(highest)

    def __len__(self) -> int:
        return len(self._highest)

    def quantile(self, probability: float) -> float | None:
        """The share of them that lies below; None while they are too few."""
        if len(self._highest) < REFERENCES_MIN:
            return None
        return bisect_left(self._highest, probability) / len(self._highest)
