"""Conditions in words: those of the editors, and sentences that people say."""

import re
from collections.abc import Sequence
from pathlib import Path

import pytest

from frontdesk import edges
from frontdesk.domain.journey.condition_words import WORDS, condition_in_words
from frontdesk.domain.journey.criteria import Operator

EDITOR = Path(edges.__path__[0]) / "static" / "journeys" / "conditions.js"


@pytest.mark.parametrize(
    ("operator", "values", "text"),
    [
        (Operator.EQUAL, ["mobile"], "it is “mobile”"),
        (Operator.NOT_EQUAL, ["a", "b"], "it is not “a” or “b”"),
        (Operator.CONTAINS_ANY, ["/cart"], "it contains “/cart”"),
        (Operator.CONTAINS_ANY, ["/cart", "/pay"], "it contains any of “/cart” or “/pay”"),
        (Operator.NOT_CONTAINS_ANY, ["thank"], "it does not contain “thank”"),
        (Operator.NOT_CONTAINS_ANY, ["a", "b"], "it contains none of “a” or “b”"),
        (Operator.NOT_CONTAINS_ALL, ["a", "b", "c"], "it does not contain all of “a” and “b” and “c”"),
        (Operator.GREATER_THAN_OR_EQUAL, ["3"], "it is at least “3”"),
    ],
)
def test_how_conditions_are_said(operator: Operator, values: Sequence[str], text: str) -> None:
    assert condition_in_words("it", operator, values) == text


def test_they_are_the_words_of_the_editors() -> None:
    listed = EDITOR.read_text(encoding="utf-8").partition("OPERATORS = [")[2].partition("\n]")[0]
    found = dict(re.findall(r"\['(\w+)', '([^']+)'\]", listed))
    found["glob"] = found["glob"].removesuffix(" (* and ?)")
    assert found == {operator.value: words for operator, words in WORDS.items()}
