"""Conditions in words, the same that the editors of journeys have for them."""

from collections.abc import Iterable, Mapping

from frontdesk.domain.journey.criteria import Operator

WORDS: Mapping[Operator, str] = {
    Operator.EQUAL: "is",
    Operator.NOT_EQUAL: "is not",
    Operator.CONTAINS_ANY: "contains any of",
    Operator.CONTAINS_ALL: "contains all of",
    Operator.NOT_CONTAINS_ANY: "contains none of",
    Operator.NOT_CONTAINS_ALL: "does not contain all of",
    Operator.STARTS_WITH: "starts with",
    Operator.ENDS_WITH: "ends with",
    Operator.GLOB: "is like",
    Operator.GREATER_THAN: "is greater than",
    Operator.GREATER_THAN_OR_EQUAL: "is at least",
    Operator.LESS_THAN: "is less than",
    Operator.LESS_THAN_OR_EQUAL: "is at most",
}
# There is no any, all and none of one value.
_OF_ONE: Mapping[Operator, str] = {
    Operator.CONTAINS_ANY: "contains",
    Operator.CONTAINS_ALL: "contains",
    Operator.NOT_CONTAINS_ANY: "does not contain",
    Operator.NOT_CONTAINS_ALL: "does not contain",
}
_ALL = frozenset((Operator.CONTAINS_ALL, Operator.NOT_CONTAINS_ALL))


def condition_in_words(what: str, operator: Operator, values: Iterable[str]) -> str:
    """A condition as a clause: what is compared how with which values, each in quotes."""
    quoted = [f"“{value}”" for value in values]
    words = WORDS[operator] if len(quoted) > 1 else _OF_ONE.get(operator, WORDS[operator])
    return f"{what} {words} {(' and ' if operator in _ALL else ' or ').join(quoted)}"
