"""Checks of the matching language: criteria, patterns, conditions on addresses. Source: journey.md §6."""

import math
from collections.abc import Callable, Sequence, Sized
from urllib.parse import urlsplit

from frontdesk.domain.journey.checks.wrong import Wrong, invalid
from frontdesk.domain.journey.criteria import (
    Context,
    Criterion,
    EventCondition,
    Journey,
    Operator,
    UrlCondition,
)

IsKey = Callable[[str], bool]
NUMERIC = frozenset(
    (
        Operator.GREATER_THAN,
        Operator.GREATER_THAN_OR_EQUAL,
        Operator.LESS_THAN,
        Operator.LESS_THAN_OR_EQUAL,
    )
)
WHOLE = frozenset((Operator.EQUAL, Operator.NOT_EQUAL))
HTTP = ("http://", "https://")
CONDITIONS_MAX = 50  # In one list: patterns, criteria, conditions.


def check_patterns(context: Context | None, journey: Journey | None, is_key: IsKey) -> None:
    """Errors: `Wrong`: a key that does not exist, or values that do not go with their operator."""
    who = context.patterns if context is not None else ()
    check_size(who, "context.patterns")
    for number, pattern in enumerate(who):
        _check_criteria(pattern.criteria, f"context.patterns[{number}]", is_key)
    what = journey.patterns if journey is not None else ()
    check_size(what, "journey.patterns")
    for number, met in enumerate(what):
        _check_criteria(met.criteria, f"journey.patterns[{number}]", is_key)


def check_size(listed: Sized, field: str) -> None:
    """Errors: `Wrong`: there are more of them than should be compared with every page view."""
    if len(listed) > CONDITIONS_MAX:
        raise Wrong("too_many_conditions", field, f"at most {CONDITIONS_MAX}", limit=CONDITIONS_MAX)


def has_patterns(context: Context | None, journey: Journey | None) -> bool:
    """Whether there is any condition."""
    return bool((context and context.patterns) or (journey and journey.patterns))


def _check_criteria(criteria: Sequence[Criterion], field: str, is_key: IsKey) -> None:
    check_size(criteria, f"{field}.criteria")
    for number, criterion in enumerate(criteria):
        here = f"{field}.criteria[{number}]"
        _check_key(criterion.key, here, is_key)
        _check_values(criterion.operator, criterion.values, here)


def check_event_conditions(conditions: Sequence[EventCondition], field: str, is_key: IsKey) -> None:
    """Errors: `Wrong`."""
    check_size(conditions, field)
    for number, condition in enumerate(conditions):
        here = f"{field}[{number}]"
        _check_key(condition.key, here, is_key)
        _check_values(condition.operator, condition.values, here)


def _check_key(key: str, field: str, is_key: IsKey) -> None:
    if not is_key(key):
        text = f"{key!r} is nothing that can be compared: write a key such as page.url or attributes.NAME"
        raise Wrong("unknown_key", f"{field}.key", text)


def _check_values(operator: Operator, values: Sequence[str], field: str) -> None:
    if operator in NUMERIC:
        if len(values) != 1:
            raise invalid(f"{field}.values", f"{operator.value} takes exactly one value")
        if not is_number(values[0]):
            raise invalid(f"{field}.values[0]", f"{operator.value} takes a number, such as 10 or 2.5")
    elif operator not in WHOLE and "" in values:
        text = f"every text has an empty part: {operator.value} takes values of one character at least"
        raise invalid(f"{field}.values[{values.index('')}]", text)


def is_number(value: str) -> bool:
    """Whether numeric operators can take it."""
    try:
        return math.isfinite(float(value))
    except ValueError:
        return False


def check_url_conditions(conditions: Sequence[UrlCondition], field: str) -> None:
    """Errors: `Wrong`. Source: journey.md §6.6."""
    check_size(conditions, field)
    operators = [condition.operator for condition in conditions]
    for number, condition in enumerate(conditions):
        here = f"{field}[{number}]"
        if condition.operator in NUMERIC:
            raise invalid(f"{here}.operator", "an address is no number: take equal, containsAny or glob")
        if condition.operator in WHOLE and len(conditions) > 1:
            text = f"{condition.operator.value} names whole addresses, so no other condition goes with it"
            raise Wrong("too_many_conditions", field, text)
        for place, value in enumerate(condition.values):
            _check_address(condition.operator, value, f"{here}.values[{place}]")
    if operators.count(Operator.ENDS_WITH) > 1:
        text = "an address has one end: put its values into one endsWith condition"
        raise Wrong("too_many_conditions", field, text)


def _check_address(operator: Operator, value: str, field: str) -> None:
    if not value or any(character.isspace() for character in value):
        raise invalid(field, "an address, or a part of one, is not empty and has no spaces: write %20 or +")
    is_from_the_start = value.lower().startswith(HTTP)
    if operator in WHOLE:
        if not is_from_the_start or not _is_address(value):
            raise invalid(field, f"{operator.value} takes a whole address, such as https://shop.example/cart")
    elif operator is Operator.STARTS_WITH and not is_from_the_start:
        text = "an address starts with http:// or https://; for a part of it take containsAny"
        raise invalid(field, text)
    elif operator is Operator.GLOB and not is_from_the_start and not value.startswith("*"):
        text = "glob is compared with the whole address: start with https:// or with **"
        raise invalid(field, text)


def _is_address(value: str) -> bool:
    try:
        parts = urlsplit(value)
        return bool(parts.hostname) and (parts.port is None or parts.port > 0)
    except ValueError:
        return False
