"""A model of one outcome: a logistic regression whose every estimate can be explained.

Source:  journey.md §7.4, §7.6.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from heapq import nlargest
from math import exp

from msgspec import Struct

from frontdesk.domain.journey.scoring.trail import Trail, kinds, numbers

TOKENS_MAX = 50
COUNTRIES_MAX = 20
KINDS_MAX = 50  # Of each other feature.
CONTRIBUTIONS_MAX = 5
COEFFICIENTS_SHOWN_MAX = 15

Row = Mapping[str, float]
"""What a trail is to a model: values by the names of features; those that are absent are 0."""


class Weight(Struct, frozen=True):
    """What one feature does. Shape: `mean` and `deviation` are those of the rows that were learnt from."""

    feature: str
    coefficient: float
    mean: float
    deviation: float


class Contribution(Struct, frozen=True):
    """What one feature has added to an estimate, or taken from it (in log odds)."""

    feature: str
    contribution: float


class Model(Struct, frozen=True):
    """What was learnt. Shape: `number` tells the models of one outcome apart, the newest has the highest."""

    number: int
    intercept: float
    weights: tuple[Weight, ...]
    base_rate: float


def row_of(trail: Trail) -> Row:
    """The features of a trail by name, each kind that applies as 1."""
    row = dict(numbers(trail))
    row.update((f"{name} is {value}", 1.0) for name, value in kinds(trail) if value)
    return row


def features_of(rows: Iterable[Iterable[str]]) -> Sequence[str]:
    """The features that a model looks at: of what the rows have, the most frequent of each kind."""
    counted: dict[str, Counter[str]] = {}
    for row in rows:
        for feature in row:
            counted.setdefault(_family(feature), Counter())[feature] += 1
    found: list[str] = []
    for family, counts in counted.items():
        most = {"count of": TOKENS_MAX, "country is": COUNTRIES_MAX}.get(family, KINDS_MAX)
        ordered = sorted(counts.items(), key=lambda one: (-one[1], one[0]))
        found += [feature for feature, _ in ordered[:most]]
    return sorted(found)


def _family(feature: str) -> str:
    if feature.startswith("count of "):
        return "count of"
    name, is_kind, _ = feature.partition(" is ")
    return f"{name} is" if is_kind else "number"


def probability(model: Model, row: Row) -> float:
    """The estimate for a row."""
    return logistic(model.intercept + sum(_terms(model, row).values()))


def _terms(model: Model, row: Row) -> dict[str, float]:
    return {
        weight.feature: weight.coefficient * (row.get(weight.feature, 0.0) - weight.mean) / weight.deviation
        for weight in model.weights
    }


def contributions(model: Model, row: Row) -> Sequence[Contribution]:
    """What the estimate for a row is made of, at most the five largest parts, largest first."""
    terms = (term for term in _terms(model, row).items() if term[1])
    largest = nlargest(CONTRIBUTIONS_MAX, terms, key=lambda term: abs(term[1]))
    return [Contribution(feature, value) for feature, value in largest]


def strongest(model: Model) -> Sequence[Weight]:
    """The features with the largest coefficients."""
    return nlargest(COEFFICIENTS_SHOWN_MAX, model.weights, key=lambda weight: abs(weight.coefficient))


def logistic(value: float) -> float:
    """The share that log odds are."""
    if value < -700:
        return 0.0
    return 1 / (1 + exp(-value))
