"""On which pages an action map acts. Source: journey.md §6.6."""

import re
from collections.abc import Sequence
from functools import lru_cache

from msgspec import Struct

from frontdesk.domain.journey.comparing import Comparison, comparison
from frontdesk.domain.journey.criteria import Operator, UrlCondition
from frontdesk.domain.journey.urls import DEFAULT_PORTS, UrlRules, ascii_only, comparable, without_slash

PAGES_KEPT_MAX = 1024
WHOLE = frozenset((Operator.EQUAL, Operator.NOT_EQUAL))
_ORIGIN = re.compile(r"(https?)://([^/?#]*)(?=[/?#])")


class UrlTest(Struct, frozen=True):
    """A condition made ready. One that `is_whole` ignores one slash at the end of the path."""

    comparison: Comparison
    is_whole: bool


def url_tests(conditions: Sequence[UrlCondition], rules: UrlRules) -> tuple[UrlTest, ...]:
    """The conditions with their values written as addresses are compared."""
    return tuple(
        UrlTest(
            comparison(
                condition.operator,
                tuple(_value(condition.operator, value, rules) for value in condition.values),
                folds=False,  # Addresses are compared in one case already.
            ),
            condition.operator in WHOLE,
        )
        for condition in conditions
    )


def failing(tests: Sequence[UrlTest], url: str, rules: UrlRules) -> int | None:
    """The index of the first condition that the address does not meet, or None.

    Shape:   what is no address meets only conditions that deny.
    """
    if not tests:
        return None
    found, whole = _compared(url, rules)
    for index, test in enumerate(tests):
        if not test.comparison.holds(whole if test.is_whole else found):
            return index
    return None


@lru_cache(PAGES_KEPT_MAX)
def _compared(url: str, rules: UrlRules) -> tuple[str | None, str | None]:
    """An address as parts of it are compared, and as a whole; many maps ask for the same one."""
    found = comparable(url, rules)
    return (found, without_slash(found)) if found else (None, None)


def _value(operator: Operator, value: str, rules: UrlRules) -> str:
    if operator in WHOLE:
        return without_slash(comparable(value, rules))
    text = ascii_only(value).lower()
    if operator is Operator.STARTS_WITH:
        text = _ORIGIN.sub(_without_default_port, text, count=1)
    return text


def _without_default_port(found: re.Match[str]) -> str:
    scheme, host = found.groups()
    return f"{scheme}://{host.removesuffix(DEFAULT_PORTS[scheme])}"
