"""Metrics by time and by what they are grouped by.

Source:  journey.md §11.4, and `aggregateQuery` of §13.3.
"""

import datetime as dt
from collections.abc import Iterator, Sequence
from enum import StrEnum
from typing import Annotated

from msgspec import Meta, Struct

from frontdesk.domain.journey.checks.wrong import invalid
from frontdesk.domain.journey.entries import AnyEntry
from frontdesk.domain.journey.reporting.buckets import Buckets, buckets_of, interval_of, period_of, zone_of
from frontdesk.domain.journey.reporting.metrics import (
    METRICS,
    Attribution,
    Basis,
    Counted,
    Dimension,
    Values,
    counted,
    when,
)

GROUPS_MAX = 1_000
PREDICATES_MAX = 100


class Distinct(StrEnum):
    """What is counted once in the place of every time."""

    CUSTOMER = "customer"


class Join(StrEnum):
    AND = "and"
    OR = "or"


class Predicate(Struct, frozen=True, rename="camel", forbid_unknown_fields=True):
    """The dimension has this value; with `None`, it has none."""

    dimension: str
    value: str | None = None


class Filter(Struct, frozen=True, rename="camel", forbid_unknown_fields=True):
    """All predicates hold, or any of them."""

    type: Join = Join.AND
    predicates: Annotated[tuple[Predicate, ...], Meta(max_length=PREDICATES_MAX)] = ()


class Query(Struct, frozen=True, rename="camel", forbid_unknown_fields=True):
    """What is asked for. Units: `interval` and `granularity` as ISO 8601 has them; none is one bucket."""

    interval: str
    metrics: Annotated[tuple[str, ...], Meta(min_length=1, max_length=50)]
    granularity: str = ""
    time_zone: str = "UTC"
    group_by: Annotated[tuple[str, ...], Meta(max_length=5)] = ()
    filter: Filter = Filter()
    basis: Basis = Basis.EVENT
    distinct: Distinct | None = None
    attribution: Attribution = Attribution.ENGAGED


class Cell(Struct, frozen=True, rename="camel"):
    metric: str
    count: int


class Row(Struct, frozen=True, rename="camel"):
    """One bucket of a group. Units: `interval` is ISO 8601 in UTC."""

    interval: str
    metrics: tuple[Cell, ...]


class Group(Struct, frozen=True, rename="camel"):
    """One combination of values, `None` where a dimension has none; every bucket, in order."""

    group: dict[str, str | None]
    data: tuple[Row, ...]


Place = tuple[tuple[str | None, ...], int, str]


class Aggregation:
    """The fold that answers a query: `add` what was entered, in any order, then ask for `groups`.

    Shape:   `buckets` is the interval; by cohort, entries of later times are wanted too.
    Errors:  `Wrong` naming the field of the query that cannot be.
    """

    def __init__(self, query: Query) -> None:
        interval = interval_of(query.interval)
        period = period_of(query.granularity) if query.granularity else None
        self.buckets: Buckets = buckets_of(interval, period, zone_of(query.time_zone))
        self.interval = interval
        for number, metric in enumerate(query.metrics):
            if metric not in METRICS:
                raise invalid(f"metrics[{number}]", f"use one of {', '.join(sorted(METRICS))}")
        self._dimensions = tuple(
            _dimension(name, f"groupBy[{number}]") for number, name in enumerate(query.group_by)
        )
        self._tests = tuple(
            (_dimension(one.dimension, f"filter.predicates[{number}].dimension"), one.value)
            for number, one in enumerate(query.filter.predicates)
        )
        self._query = query
        self._metrics = frozenset(query.metrics)
        self._counts: dict[Place, int] = {}
        self._once: dict[Place, set[tuple[object, ...]]] = {}
        self._groups: set[tuple[str | None, ...]] = set()

    def add(self, stream: str, at_ms: int, entry: AnyEntry) -> None:
        """Count an entry of a stream. Errors: `Wrong("too_many_groups")`."""
        bucket = self.buckets.at(when(at_ms, entry, self._query.basis))
        if bucket is None:
            return
        for one in counted(stream, entry, self._query.attribution):
            if one.metric in self._metrics and self._is_asked_for(one.values):
                self._count(one, stream, bucket)

    def _is_asked_for(self, values: Values) -> bool:
        if not self._tests:
            return True
        hold = (values.get(dimension) == value for dimension, value in self._tests)
        return any(hold) if self._query.filter.type is Join.OR else all(hold)

    def _count(self, one: Counted, stream: str, bucket: int) -> None:
        group = tuple(one.values.get(dimension) for dimension in self._dimensions)
        if group not in self._groups:
            if len(self._groups) >= GROUPS_MAX:
                raise invalid("groupBy", f"that is more than {GROUPS_MAX} groups: filter, or group by less")
            self._groups.add(group)
        place = (group, bucket, one.metric)
        once = (stream,) if self._query.distinct is Distinct.CUSTOMER else one.once
        if once is None:
            self._counts[place] = self._counts.get(place, 0) + 1
        else:
            self._once.setdefault(place, set()).add(once)

    def groups(self) -> Sequence[Group]:
        """The groups, by their values; without a grouping there is one, even where nothing was counted."""
        groups = self._groups if self._dimensions else {()}
        ordered = sorted(groups, key=lambda group: tuple((value is None, value or "") for value in group))
        return [
            Group(
                dict(zip(self._query.group_by, group, strict=True)),
                tuple(self._rows(group)),
            )
            for group in ordered
        ]

    def _rows(self, group: tuple[str | None, ...]) -> Iterator[Row]:
        for number, interval in enumerate(self.buckets.intervals()):
            cells = tuple(
                Cell(metric, self._value((group, number, metric)))
                for metric in dict.fromkeys(self._query.metrics)
            )
            yield Row(f"{iso(interval.from_ms)}/{iso(interval.until_ms)}", cells)

    def _value(self, place: Place) -> int:
        return self._counts.get(place, 0) + len(self._once.get(place, ()))


def iso(moment_ms: int) -> str:
    """A moment as reports write it, in UTC."""
    moment = dt.datetime.fromtimestamp(moment_ms / 1000, dt.UTC)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _dimension(name: str, field: str) -> Dimension:
    try:
        return Dimension(name)
    except ValueError:
        raise invalid(field, f"use one of {', '.join(sorted(Dimension))}") from None
