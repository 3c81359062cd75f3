"""Fits the model of one outcome in a process of its own: the server needs no numbers' library, and goes on.

    python -m frontdesk.desk.journeys.fitting

It is told of visits that are over, one message each, then to fit; it answers once, and ends. Without
scikit-learn it ends with `NOT_INSTALLED`.

Source:  journey.md §7.5.
"""

import os
import sys
from array import array
from collections.abc import Sequence
from typing import Any

import msgspec
from msgspec import Struct

from frontdesk.desk.pipes import messages
from frontdesk.domain.journey.scoring.judging import Judgement, is_enough, judge
from frontdesk.domain.journey.scoring.learning import ROWS_MAX, Lesson, Past, lessons
from frontdesk.domain.journey.scoring.model import Model, Row, Weight, features_of

NOT_INSTALLED = 3
NICE = 10  # Visitors go first.
STEPS_MAX = 1_000
SPREAD_MIN = 1e-9  # A feature that is the same in every row says nothing.


class Fit(Struct, frozen=True, tag=True):
    """That was all: make the model of this number."""

    number: int


class Fitted(Struct, frozen=True, tag=True):
    """What came of so many visits: no judgement where they were too few, no model that did not pass."""

    sessions: int
    achieved: int
    judgement: Judgement | None = None
    model: Model | None = None


class Told(Struct, frozen=True, tag=True):
    """One visit that is over."""

    past: Past[Row]


class PackedRow:
    """A row in a few bytes: numbers of features, and values."""

    __slots__ = ("features", "values")

    def __init__(self, features: "array[int]", values: "array[float]") -> None:
        self.features = features
        self.values = values


class Packing:
    """Gives features numbers, in the order in which they come."""

    def __init__(self) -> None:
        self.numbers: dict[str, int] = {}

    def packed(self, past: Past[Row]) -> Past[PackedRow]:
        """The visit with its rows packed."""
        rows = tuple(
            PackedRow(
                array("I", (self.numbers.setdefault(name, len(self.numbers)) for name in row)),
                array("f", row.values()),
            )
            for row in past.rows
        )
        return Past(past.ended_ms, rows, past.is_achieved, past.was_offered)


def fitted(past: Sequence[Past[PackedRow]], packing: Packing, number: int) -> Fitted:
    """The model that visits with packed rows teach, if it passes."""
    learn, hold = lessons(past)
    sessions, achieved = learn.sessions + hold.sessions, learn.achieved + hold.achieved
    if not is_enough(sessions, achieved) or len(set(learn.labels)) < 2 or not hold.rows:
        return Fitted(sessions, achieved)
    names = list(packing.numbers)
    features = features_of([names[at] for at in row.features] for row in learn.rows)
    model, judgement = _fit(learn, hold, features, packing, number)
    return Fitted(sessions, achieved, judgement, model if judgement.passes else None)


def _fit(
    learn: Lesson[PackedRow], hold: Lesson[PackedRow], features: Sequence[str], packing: Packing, number: int
) -> tuple[Model, Judgement]:
    import numpy as np
    from sklearn.linear_model import LogisticRegression

    columns = {packing.numbers[name]: column for column, name in enumerate(features)}

    def table(lesson: Lesson[PackedRow]) -> Any:
        made = np.zeros((len(lesson.rows), len(features)))
        for line, row in enumerate(lesson.rows):
            for at, value in zip(row.features, row.values, strict=True):
                if at in columns:
                    made[line, columns[at]] = value
        return made

    x, y = table(learn), np.asarray(learn.labels)
    means, deviations = x.mean(axis=0), np.maximum(x.std(axis=0), SPREAD_MIN)
    deviations[deviations == SPREAD_MIN] = 1.0
    regression = LogisticRegression(C=1.0, max_iter=STEPS_MAX).fit((x - means) / deviations, y)
    weights = tuple(
        Weight(name, float(coefficient), float(mean), float(deviation))
        for name, coefficient, mean, deviation in zip(
            features, regression.coef_[0], means, deviations, strict=True
        )
    )
    base_rate = float(y.mean())
    estimates = regression.predict_proba((table(hold) - means) / deviations)[:, 1].tolist()
    model = Model(number, float(regression.intercept_[0]), weights, base_rate)
    return model, judge(estimates, hold.labels, base_rate)


def main() -> None:
    """Listen, fit, answer, end."""
    os.nice(NICE)
    try:
        import sklearn  # noqa: F401
    except ImportError:
        sys.exit(NOT_INSTALLED)
    decoder: msgspec.msgpack.Decoder[Told | Fit] = msgspec.msgpack.Decoder(Told | Fit)
    packing = Packing()
    past: list[Past[PackedRow]] = []
    rows = 0
    for body in messages(sys.stdin.buffer):
        told = decoder.decode(body)
        if isinstance(told, Fit):
            sys.stdout.buffer.write(msgspec.msgpack.encode(fitted(past, packing, told.number)))
            return
        past.append(packing.packed(told.past))
        rows += len(told.past.rows)
        if rows > 2 * ROWS_MAX:  # Only the newest are kept in the end.
            past.sort(key=lambda one: one.ended_ms)
            while rows > ROWS_MAX:
                rows -= len(past.pop(0).rows)


if __name__ == "__main__":
    main()
