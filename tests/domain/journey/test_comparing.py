"""Every operator with every kind of value."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from frontdesk.domain.journey.comparing import Comparable, comparison
from frontdesk.domain.journey.criteria import Operator
from frontdesk.domain.journey.globs import globbed

POSITIVE = [operator for operator in Operator if not operator.value.startswith("not")]
NEGATIVE = [operator for operator in Operator if operator.value.startswith("not")]
YES, NO = True, False


def holds(operator: str, values: list[str], value: Comparable, *, folds: bool = True) -> bool:
    return comparison(Operator(operator), values, folds=folds).holds(value)


# --- one value: the operator, its values, the value, and whether it holds ---------------------------


@pytest.mark.parametrize(
    ("operator", "values", "value", "expected"),
    [
        ("equal", ["a", "b"], "b", YES),
        ("equal", ["a", "b"], "B", YES),
        ("equal", ["a", "b"], "ab", NO),
        ("equal", [""], "", YES),
        ("notEqual", ["a", "b"], "b", NO),
        ("notEqual", ["a", "b"], "B", NO),
        ("notEqual", ["a", "b"], "c", YES),
        ("containsAny", ["shoe", "red"], "https://x.test/Shoes", YES),
        ("containsAny", ["shoe", "red"], "https://x.test/hats", NO),
        ("containsAll", ["shoe", "red"], "/red/shoes", YES),
        ("containsAll", ["shoe", "red"], "/shoes", NO),
        ("notContainsAny", ["shoe", "red"], "/hats", YES),
        ("notContainsAny", ["shoe", "red"], "/shoes", NO),
        ("notContainsAll", ["shoe", "red"], "/shoes", YES),
        ("notContainsAll", ["shoe", "red"], "/hats", YES),
        ("notContainsAll", ["shoe", "red"], "/red/shoes", NO),
        ("startsWith", ["/a", "/b"], "/B/c", YES),
        ("startsWith", ["/a", "/b"], "x/a", NO),
        ("endsWith", [".pdf", ".zip"], "a.ZIP", YES),
        ("endsWith", [".pdf", ".zip"], "a.zip/", NO),
        ("greaterThan", ["10"], "9", NO),
        ("greaterThan", ["10"], "10", NO),
        ("greaterThan", ["10"], "11", YES),
        ("greaterThan", ["10"], "abc", NO),
        ("greaterThan", ["10"], 10.5, YES),
        ("greaterThanOrEqual", ["10"], "10.0", YES),
        ("greaterThanOrEqual", ["10"], 9, NO),
        ("lessThan", ["10"], "9", YES),
        ("lessThan", ["10"], "10", NO),
        ("lessThan", ["10"], "", NO),
        ("lessThan", ["10"], "1_0", NO),
        ("lessThan", ["10"], "nan", NO),
        ("lessThan", ["10"], "-inf", NO),
        ("lessThan", ["10"], "٣", NO),
        ("lessThan", ["10"], False, NO),
        ("lessThan", ["10"], 10**400, NO),
        ("lessThan", ["ten"], "9", NO),
        ("greaterThan", ["10"], "9" * 65, NO),  # Nobody counts so far.
        ("lessThanOrEqual", ["-1.5e0"], "-1.5", YES),
        ("lessThanOrEqual", ["10"], "11", NO),
        ("glob", ["/shoes/*"], "/shoes/red", YES),
        ("glob", ["/shoes/*"], "/Shoes/", YES),
        ("glob", ["/shoes/*"], "/shoes/red/42", NO),
        ("glob", ["/shoes/**"], "/shoes/red/42", YES),
        ("glob", ["/hats", "/shoes/**/42"], "/shoes/red/a/42", YES),
        ("glob", ["/shoes/**/42"], "/shoes/red/421", NO),
        ("equal", ["true"], True, YES),
        ("equal", ["1"], True, NO),
        ("equal", ["2"], 2.0, YES),
        ("equal", ["1.5"], 1.5, YES),
        ("equal", ["7"], 7, YES),
    ],
)
def test_one_value(operator: str, values: list[str], value: Comparable, expected: bool) -> None:
    assert holds(operator, values, value) is expected


@pytest.mark.parametrize("operator", POSITIVE)
def test_what_is_absent_satisfies_no_operator_that_affirms(operator: str) -> None:
    assert holds(operator, ["1"], None) is NO


@pytest.mark.parametrize("operator", NEGATIVE)
def test_what_is_absent_satisfies_every_operator_that_denies(operator: str) -> None:
    assert holds(operator, ["1"], None) is YES


# --- several values: any for operators that affirm, all for those that deny -------------------------


@pytest.mark.parametrize(
    ("operator", "values", "any_fits", "none_fits"),
    [
        ("equal", ["red"], ["blue", "Red"], ["blue", "green"]),
        ("containsAny", ["re"], ["blue", "red"], ["blue"]),
        ("containsAll", ["r", "d"], ["r", "red"], ["r", "d"]),
        ("startsWith", ["re"], ["red", "blue"], ["are"]),
        ("endsWith", ["ed"], ["red", "blue"], ["eda"]),
        ("greaterThan", ["10"], ["x", 11], ["x", 9]),
        ("greaterThanOrEqual", ["10"], [10], [9]),
        ("lessThan", ["10"], [9, 11], [10, 11]),
        ("lessThanOrEqual", ["10"], [10, 11], [11]),
        ("glob", ["r*"], ["blue", "red"], ["blue"]),
    ],
)
def test_of_several_values_one_is_enough(
    operator: str, values: list[str], any_fits: Comparable, none_fits: Comparable
) -> None:
    assert holds(operator, values, any_fits) is YES
    assert holds(operator, values, none_fits) is NO
    assert holds(operator, values, []) is NO


@pytest.mark.parametrize(
    ("operator", "values", "all_fit", "one_does_not"),
    [
        ("notEqual", ["red"], ["blue", "green"], ["blue", "Red"]),
        ("notContainsAny", ["re"], ["blue"], ["blue", "red"]),
        ("notContainsAll", ["r", "d"], ["r", "d"], ["r", "red"]),
    ],
)
def test_of_several_values_all_have_to_satisfy_an_operator_that_denies(
    operator: str, values: list[str], all_fit: Comparable, one_does_not: Comparable
) -> None:
    assert holds(operator, values, all_fit) is YES
    assert holds(operator, values, one_does_not) is NO
    assert holds(operator, values, []) is YES


# --- text -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("operator", "value", "other_case"),
    [
        ("equal", "Shoes", "shoes"),
        ("containsAny", "Shoe", "red shoes"),
        ("containsAll", "Shoe", "red shoes"),
        ("startsWith", "Sho", "shoes"),
        ("endsWith", "Oes", "shoes"),
        ("glob", "S*s", "shoes"),
    ],
)
def test_case_counts_only_where_it_is_asked_for(operator: str, value: str, other_case: str) -> None:
    assert holds(operator, [value], other_case) is YES
    assert holds(operator, [value], other_case, folds=False) is NO


def test_case_is_folded_and_not_only_lowered() -> None:
    assert holds("equal", ["STRASSE"], "Straße") is YES
    assert holds("equal", ["ΣΊΣΥΦΟΣ"], "Σίσυφος") is YES
    assert holds("equal", ["\u0390"], "\u03aa\u0301") is YES


@pytest.mark.parametrize("folds", [True, False])
def test_letters_are_the_same_however_they_are_composed(folds: bool) -> None:
    assert holds("equal", ["caf\u00e9"], "cafe\u0301", folds=folds) is YES
    assert holds("containsAny", ["cafe\u0301"], "le caf\u00e9", folds=folds) is YES


@pytest.mark.parametrize(
    ("old", "operator"),
    [
        ("like", Operator.CONTAINS_ANY),
        ("not like", Operator.NOT_CONTAINS_ANY),
        ("notLike", Operator.NOT_CONTAINS_ANY),
    ],
)
def test_old_names_of_operators_are_known(old: str, operator: Operator) -> None:
    assert Operator(old) is operator


def test_a_name_that_never_was_is_not_known() -> None:
    with pytest.raises(ValueError, match="unlike"):
        Operator("unlike")


# --- globs ------------------------------------------------------------------------------------------


def _as_expression(pattern: str) -> str:
    parts = re.split(r"(\*+)", pattern)
    return "".join(
        re.escape(part) if "*" not in part else "[^/]*" if part == "*" else "(?:.|\n)*" for part in parts
    )


@given(st.text("ab/*", max_size=8), st.text("ab/", max_size=10))
def test_globs_fit_what_the_regular_expression_fits(pattern: str, text: str) -> None:
    assert globbed(pattern)(text) is (re.fullmatch(_as_expression(pattern), text) is not None)


def test_hostile_globs_are_decided_in_one_pass() -> None:
    assert globbed("*a" * 500 + "b")("a" * 2047 + "b") is YES
    assert globbed("**a" * 500 + "/b*c")("a" * 2000 + "/b/c") is NO
