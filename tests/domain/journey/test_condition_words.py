"""Conditions in words: those of the editors, and sentences that people say."""

import re
from collections.abc import Sequence
from pathlib import Path

import pytest

from frontdesk import edges
from frontdesk.domain.journey.condition_words import (
    KEYS_IN_WORDS,
    WORDS,
    condition_in_words,
    event_in_words,
    key_in_words,
)
from frontdesk.domain.journey.criteria import Criterion, Operator
from frontdesk.domain.journey.keys import KEYS

# Those that nobody misses in a list to choose from.
LATER = {f"referrer.{name}" for name in ("queryString", "fragment", "keywords")}
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


def test_every_key_has_words_and_the_names_that_sites_choose_are_said_as_they_are() -> None:
    assert set(KEYS_IN_WORDS) == set(KEYS)
    assert key_in_words("attributes.price") == "the attribute “price”"
    assert key_in_words("contact.plan") == "the contact “plan”"


def test_an_event_is_said_by_its_name_once() -> None:
    named = Criterion("eventName", ("plant_added",))
    price = Criterion("attributes.price", ("9",), Operator.GREATER_THAN)
    assert event_in_words("plant_added", [named]) == "an event “plant_added”"
    assert event_in_words(None, [named]) == "an event where the name of the event is “plant_added”"
    assert event_in_words("plant_added", [named, price]) == (
        "an event “plant_added” where the attribute “price” is greater than “9”"
    )


def test_the_editors_list_every_key_with_the_same_words() -> None:
    listed = EDITOR.read_text(encoding="utf-8").partition("OF_EVENTS = [")[2].partition("KEYS_HINT")[0]
    found = dict(re.findall(r"\['([\w.]+)', '([^']+)'\]", listed))
    assert found.items() <= KEYS_IN_WORDS.items() | {
        ("attributes.", "an attribute of the event: write its name after the dot"),
        ("contact.", "what is known of the contact: write its name after the dot"),
    }
    assert set(KEYS_IN_WORDS) - set(found) == LATER


def test_they_are_the_words_of_the_editors() -> None:
    listed = EDITOR.read_text(encoding="utf-8").partition("OPERATORS = [")[2].partition("\n]")[0]
    found = dict(re.findall(r"\['(\w+)', '([^']+)'\]", listed))
    found["glob"] = found["glob"].removesuffix(" (* and ?)")
    assert found == {operator.value: words for operator, words in WORDS.items()}
