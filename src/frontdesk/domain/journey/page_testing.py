"""Why a rule on addresses does not match: each condition of a map with one address, as they are compared.

Source:  journey.md §6.6.
"""

from collections.abc import Sequence

from msgspec import Struct

from frontdesk.domain.journey.criteria import UrlCondition
from frontdesk.domain.journey.url_conditions import failing, url_tests
from frontdesk.domain.journey.urls import UrlRules, comparable, without_slash


class TestedCondition(Struct, frozen=True, rename="camel"):
    """One condition. `values` are written as they are compared."""

    __test__ = False  # For test runners: this is no test of ours.

    operator: str
    values: tuple[str, ...]
    compared_with: str
    holds: bool


class TestedPage(Struct, frozen=True, rename="camel"):
    """One address. `normalized_url` is empty when it is no address of a page."""

    __test__ = False

    url: str
    normalized_url: str
    matches: bool
    conditions: tuple[TestedCondition, ...]


def tested(conditions: Sequence[UrlCondition], url: str, rules: UrlRules) -> TestedPage:
    """Whether all conditions are met by an address, and each of them."""
    normalized = comparable(url, rules)
    found = []
    for condition, test in zip(conditions, url_tests(conditions, rules), strict=True):
        found.append(
            TestedCondition(
                operator=condition.operator.value,
                values=test.comparison.values,
                compared_with=without_slash(normalized) if test.is_whole else normalized,
                holds=failing((test,), url, rules) is None,
            )
        )
    return TestedPage(url, normalized, all(one.holds for one in found), tuple(found))
