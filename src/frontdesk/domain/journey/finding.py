"""Which of many conditions hold, without looking at each: they are found by the value that they wait for.

Of the criteria of one condition, one leads: it is in a table under its key and value, and the others are
looked at only when it holds. A condition that only denies is in no table and looked at each time.

Most values come again and again, such as the pages of a site: what they lead to is kept for a while.
"""

from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from typing import Generic, TypeVar

from msgspec import Struct

from frontdesk.domain.journey.comparing import NUMERIC, Comparison, comparable_text, number_of
from frontdesk.domain.journey.criteria import Operator
from frontdesk.domain.journey.customer import Customer
from frontdesk.domain.journey.keys import Contact, Read
from frontdesk.domain.journey.web_events import Scalar, WebEvent

VALUES_KEPT_MAX = 1024  # Of each key.

Found = TypeVar("Found")


class Check(Struct, frozen=True):
    """One criterion made ready: what stands under `key` is compared."""

    key: str
    read: Read
    comparison: Comparison

    def holds(self, customer: Customer, event: WebEvent, contact: Contact) -> bool:
        return self.comparison.holds(self.read(customer, event, contact))


Checks = tuple[Check, ...]


def all_hold(checks: Checks, customer: Customer, event: WebEvent, contact: Contact) -> bool:
    """Whether all do."""
    return all(check.comparison.holds(check.read(customer, event, contact)) for check in checks)


class _Entry(Struct, Generic[Found], frozen=True):
    """What is found when the others hold too."""

    number: int
    found: Found
    others: Checks


_Led = dict[int, _Entry[Found]]
"""Conditions by their numbers: one may be led to by several values."""


class _Leads(Struct, Generic[Found], frozen=True):
    """What one value leads to: what is found by that alone, and what is found when the others hold too."""

    found: tuple[Found, ...]
    entries: tuple[_Entry[Found], ...]


class _Table(Generic[Found]):
    """The conditions that one key leads to, by what they wait for, for one way of treating case."""

    def __init__(self, *, folds: bool) -> None:
        self.folds = folds
        self.equal: dict[str, _Led[Found]] = {}
        self.starts: dict[int, dict[str, _Led[Found]]] = {}
        self.ends: dict[int, dict[str, _Led[Found]]] = {}
        self.parts: dict[str, _Led[Found]] = {}
        self.numeric: list[tuple[Callable[[float, float], bool], float, _Entry[Found]]] = []
        self.rest: list[tuple[Comparison, _Entry[Found]]] = []

    def add(self, comparison: Comparison, entry: _Entry[Found]) -> None:
        match comparison.operator:
            case Operator.EQUAL:
                for value in comparison.values:
                    self.equal.setdefault(value, {})[entry.number] = entry
            case Operator.STARTS_WITH:
                for value in comparison.values:
                    self.starts.setdefault(len(value), {}).setdefault(value, {})[entry.number] = entry
            case Operator.ENDS_WITH:
                for value in comparison.values:
                    self.ends.setdefault(len(value), {}).setdefault(value, {})[entry.number] = entry
            case Operator.CONTAINS_ANY:
                for value in comparison.values:
                    self.parts.setdefault(value, {})[entry.number] = entry
            case operator if operator in NUMERIC:
                if comparison.number is not None:
                    self.numeric.append((NUMERIC[operator], comparison.number, entry))
            case _:
                self.rest.append((comparison, entry))

    def lead(self, value: Scalar, led: _Led[Found]) -> None:
        """Note in `led` the conditions whose leading criterion holds, by their numbers."""
        text = comparable_text(value, folds=self.folds)
        if found := self.equal.get(text):
            led.update(found)
        for length, starts in self.starts.items():
            if found := starts.get(text[:length]):
                led.update(found)
        chars = len(text)
        for length, ends in self.ends.items():
            if found := ends.get(text[chars - length :]):
                led.update(found)
        for part, found in self.parts.items():
            if part in text:
                led.update(found)
        if self.numeric and (number := number_of(value)) is not None:
            led.update(
                (entry.number, entry) for compare, bound, entry in self.numeric if compare(number, bound)
            )
        if self.rest:
            led.update((entry.number, entry) for comparison, entry in self.rest if comparison.holds(value))


class Finder(Generic[Found]):
    """Conditions, each with what is found when it holds."""

    def __init__(self, conditions: Iterable[tuple[Checks, Found]]) -> None:
        self._tables: dict[str, tuple[Read, dict[bool, _Table[Found]]]] = {}
        self._always: list[tuple[Checks, Found]] = []
        for number, (checks, found) in enumerate(conditions):
            lead = _lead(checks)
            if lead is None:
                self._always.append((checks, found))
                continue
            others = tuple(check for check in checks if check is not lead)
            _, tables = self._tables.setdefault(lead.key, (lead.read, {}))
            folds = lead.comparison.folds
            if folds not in tables:
                tables[folds] = _Table(folds=folds)
            tables[folds].add(lead.comparison, _Entry(number, found, others))
        every = ((read, tuple(tables.values())) for read, tables in self._tables.values())
        self._by_key = tuple((read, tables, _leading(tables)) for read, tables in every)

    def found(self, customer: Customer, event: WebEvent, contact: Contact) -> list[Found]:
        """What is found now, in no order."""
        found: list[Found] = []
        for read, tables, leading in self._by_key:
            value = read(customer, event, contact)
            if value is None:
                continue
            leads = _leads(tables, value) if isinstance(value, (tuple, list)) else leading(value)
            found += leads.found
            for entry in leads.entries:
                if all_hold(entry.others, customer, event, contact):
                    found.append(entry.found)
        for checks, what in self._always:
            if all_hold(checks, customer, event, contact):
                found.append(what)
        return found


def _leading(tables: Sequence[_Table[Found]]) -> Callable[[Scalar], _Leads[Found]]:
    """What gives the conditions whose leading criterion a value satisfies."""

    @lru_cache(VALUES_KEPT_MAX, typed=True)  # 1, 1.0 and true are not the same text.
    def leading(value: Scalar) -> _Leads[Found]:
        return _leads(tables, (value,))

    return leading


def _leads(tables: Sequence[_Table[Found]], values: Iterable[Scalar]) -> _Leads[Found]:
    """The conditions whose leading criterion one of these values satisfies, each once."""
    led: _Led[Found] = {}
    for value in values:
        for table in tables:
            table.lead(value, led)
    entries = led.values()
    return _Leads(
        tuple(entry.found for entry in entries if not entry.others),
        tuple(entry for entry in entries if entry.others),
    )


_LEADS = (Operator.EQUAL, Operator.STARTS_WITH, Operator.ENDS_WITH)


def _lead(checks: Checks) -> Check | None:
    """The criterion that says most: one that names values, or at least one that does not deny."""
    affirm = [check for check in checks if not check.comparison.denies]
    for operator in _LEADS:
        for check in affirm:
            if check.comparison.operator is operator:
                return check
    return affirm[0] if affirm else None
