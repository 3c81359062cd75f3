"""Whether a model may speak: held against visits that it has not learnt from.

Source:  journey.md §7.5, §7.6.
"""

from collections.abc import Sequence
from enum import StrEnum

from msgspec import Struct

SESSIONS_MIN = 1_000
ACHIEVED_MIN = 30
CALIBRATION_ERROR_MAX = 0.05
BINS = 10
FAILURES_STALE = 2


class ModelState(StrEnum):
    """What there is to say of an outcome's model."""

    COLLECTING = "collecting"
    NOT_PREDICTIVE = "not_predictive"
    ACTIVE = "active"
    STALE = "stale"


class Bin(Struct, frozen=True, rename="camel"):
    """Of the rows whose estimates lie in one tenth: what was estimated, and how often it came true."""

    mean_predicted: float | None
    observed: float | None
    rows: int


class Judgement(Struct, frozen=True, rename="camel"):
    """How estimates did on rows that were held out.

    Shape:   `brier` is their mean squared error, `base_brier` that of always saying the base rate, `skill`
             how much better that is, 1 at best; `calibration_error` how far estimates are off.
    """

    rows: int
    base_rate: float
    brier: float
    base_brier: float
    skill: float
    calibration_error: float
    calibration: tuple[Bin, ...]

    @property
    def passes(self) -> bool:
        """Whether such estimates may be shown and used."""
        return self.brier < self.base_brier and self.calibration_error <= CALIBRATION_ERROR_MAX


def is_enough(sessions: int, achieved: int) -> bool:
    """Whether there are enough visits to learn from."""
    return sessions >= SESSIONS_MIN and achieved >= ACHIEVED_MIN and sessions - achieved >= ACHIEVED_MIN


def judge(estimates: Sequence[float], labels: Sequence[int], base_rate: float) -> Judgement:
    """How estimates did. Shape: `base_rate` is that of the rows that were learnt from."""
    rows = len(labels)
    brier = sum((p - y) ** 2 for p, y in zip(estimates, labels, strict=True)) / rows
    base_brier = sum((base_rate - y) ** 2 for y in labels) / rows
    bins: list[list[tuple[float, int]]] = [[] for _ in range(BINS)]
    for p, y in zip(estimates, labels, strict=True):
        bins[min(BINS - 1, int(p * BINS))].append((p, y))
    table = tuple(_bin(one) for one in bins)
    error = sum(one.rows * abs((one.mean_predicted or 0) - (one.observed or 0)) for one in table) / rows
    return Judgement(
        rows=rows,
        base_rate=base_rate,
        brier=brier,
        base_brier=base_brier,
        skill=1 - brier / base_brier if base_brier else 0.0,
        calibration_error=error,
        calibration=table,
    )


def _bin(rows: Sequence[tuple[float, int]]) -> Bin:
    if not rows:
        return Bin(None, None, 0)
    return Bin(sum(p for p, _ in rows) / len(rows), sum(y for _, y in rows) / len(rows), len(rows))
