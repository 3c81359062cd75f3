"""Skill expressions: read, said in words, and held against somebody's skills."""

import operator

import pytest
from hypothesis import given as any_of
from hypothesis import strategies as st

from frontdesk.domain.skill_expressions import (
    COMPARISONS_MAX,
    DEPTH_MAX,
    EXPRESSION_CHARS_MAX,
    Both,
    Comparison,
    Either,
    Expression,
    Skill,
    Statistic,
    comparisons,
    explained,
    fits,
    parse,
    written,
)
from frontdesk.errors import Refused


def is_meant(text: str, **skills: int) -> bool:
    return fits(parse(text), skills)


@pytest.mark.parametrize(
    ("op", "below", "equal", "above"),
    [
        ("=", False, True, False),
        ("!=", True, False, True),
        ("<", True, False, False),
        ("<=", True, True, False),
        (">", False, False, True),
        (">=", False, True, True),
    ],
)
def test_a_level_is_compared_with_a_number(op: str, below: bool, equal: bool, above: bool) -> None:
    assert [is_meant(f"german {op} 5", german=level) for level in (4, 5, 6)] == [below, equal, above]


def test_a_missing_skill_counts_as_none_of_it() -> None:
    assert is_meant("English <= 8")
    assert not is_meant("english > 0")


def test_and_and_or_bind_equally_from_left_to_right() -> None:
    assert not is_meant("a > 0 | b > 0 & c > 0", a=1), "(a or b) and c"
    assert is_meant("a > 0 | (b > 0 & c > 0)", a=1)
    assert is_meant("a > 0 & b > 0 | c > 0", c=1), "(a and b) or c"


def test_spaces_mean_nothing_and_names_are_the_same_in_any_case() -> None:
    assert parse("German>=5&Sales>0") == parse("  german >= 5 &\n sales > 0 ")


def test_other_names_stand_between_quotes() -> None:
    assert parse("'Customer Care 24/7' > 0") == Comparison(Skill("customer care 24/7"), ">", 0)
    assert parse("größe_2 > 0") == Comparison(Skill("größe_2"), ">", 0)


def test_a_statistic_may_be_asked_for() -> None:
    expression = parse("$(StatAgentLoading) < 0.5 & german > 0")
    assert expression == Both(
        (Comparison(Statistic("StatAgentLoading"), "<", 0.5), Comparison(Skill("german"), ">", 0))
    )
    assert fits(expression, {"german": 1}, {"StatAgentLoading": 0.4})
    assert not fits(expression, {"german": 1}, {"StatAgentLoading": 0.5})


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("german >= 5", "german is at least 5"),
        ("a=1&b!=2&c<3", "a is exactly 1 and b is not 2 and c is below 3"),
        ("a>1|b<=2", "either a is above 1 or b is at most 2"),
        ("a>1|b>2&c>3", "(either a is above 1 or b is above 2) and c is above 3"),
        ("$(load) < 1 & (a>1|b>2)", "load is below 1 and (either a is above 1 or b is above 2)"),
    ],
)
def test_it_can_be_said_in_words(text: str, words: str) -> None:
    assert explained(parse(text)) == words


@pytest.mark.parametrize(
    ("text", "place", "advice"),
    [
        ("", "at its end", "name of a skill"),
        ("german", "at its end", "one of = != < <= > >="),
        ("german >=", "at its end", "a number"),
        ("german >= high", "at character 11", "a number"),
        ("german == 5", "at character 9", "a number"),
        ("german > 5 sales > 1", "at character 12", "& or |"),
        ("german > 5 && sales > 1", "at character 13", "name of a skill"),
        ("german > 5 and sales > 1", "at character 12", "& or |"),
        ("(german > 5", "at its end", "close the parenthesis"),
        ("german > 5)", "at character 11", "never opened"),
        ("'german > 5", "at character 1", "another single quote"),
        ("'' > 5", "at character 1", "1 to 126"),
        ("$load > 5", "at character 1", r"\$\(name\)"),
        ("$( ) > 5", "at character 1", "name the statistic"),
        ("2nd > 5", "at character 1", "single quotes"),
        ("german > 5!", "at character 11", "means nothing"),
        ("5 < german", "at character 1", "name of a skill"),
        ("()", "at character 2", "name of a skill"),
    ],
)
def test_what_is_wrong_is_named_with_its_place_and_what_to_do(text: str, place: str, advice: str) -> None:
    with pytest.raises(Refused, match=advice) as refused:
        parse(text)
    assert refused.value.code == "skill_expression_invalid"
    assert place in refused.value.text


def test_an_expression_has_its_bounds() -> None:
    for text in (
        "(" * (DEPTH_MAX + 1) + "a > 1" + ")" * (DEPTH_MAX + 1),
        " & ".join(["a>1"] * (COMPARISONS_MAX + 1)),
        "a" * EXPRESSION_CHARS_MAX + ">1",
        f"{'a' * 127} > 1",
    ):
        with pytest.raises(Refused):
            parse(text)
    assert is_meant(" | ".join(["a>1", "b>1"] * (COMPARISONS_MAX // 2)), b=2)
    assert is_meant("(" * DEPTH_MAX + "a > 1" + ")" * DEPTH_MAX, a=2)


NAMES = st.sampled_from(["a", "b", "größe", "customer care", "1st", "two & three"])
NUMBERS = st.integers(-3, 9) | st.sampled_from([0.5, 2.25])
ONES = st.builds(
    Comparison,
    NAMES.map(Skill) | st.just(Statistic("load")),
    st.sampled_from(["=", "!=", "<", "<=", ">", ">="]),
    NUMBERS,
)
EXPRESSIONS: st.SearchStrategy[Expression] = st.recursive(
    ONES,
    lambda inner: st.builds(
        lambda kind, parts: kind(tuple(parts)),
        st.sampled_from([Both, Either]),
        st.lists(inner, min_size=2, max_size=4),
    ),
    max_leaves=12,
)
SKILLS = st.dictionaries(NAMES, st.integers(1, 9))


@any_of(EXPRESSIONS)
def test_what_is_written_reads_as_what_was_meant(expression: Expression) -> None:
    assert parse(written(expression)) == expression


@any_of(st.lists(st.tuples(st.sampled_from("&|"), ONES), min_size=1, max_size=20), SKILLS, st.floats(0, 9))
def test_without_parentheses_each_sign_joins_all_before_it_with_what_follows(
    chain: list[tuple[str, Comparison]], skills: dict[str, int], load: float
) -> None:
    text = " ".join(f"{sign} {written(one)}" for sign, one in chain)[1:]
    expected = fits(chain[0][1], skills, {"load": load})
    for sign, one in chain[1:]:
        join = operator.and_ if sign == "&" else operator.or_
        expected = join(expected, fits(one, skills, {"load": load}))
    assert fits(parse(text), skills, {"load": load}) is expected


@any_of(EXPRESSIONS)
def test_the_words_name_all_that_is_compared(expression: Expression) -> None:
    words = explained(expression)
    assert all(explained(one) in words for one in comparisons(expression))


@any_of(st.text(st.sampled_from("ab1 &|()<>=!$'.-é\n"), max_size=40) | st.text(max_size=40))
def test_any_text_is_read_or_refused_in_words(text: str) -> None:
    try:
        expression = parse(text)
    except Refused as refused:
        fault = refused
    else:
        fault = None
        assert parse(written(expression)) == expression
    assert fault is None or " at character " in fault.text or " at its end: " in fault.text
