"""Skills with levels, as people write them."""

import pytest

from frontdesk.domain.skills import LEVEL_MAX, SKILLS_MAX, changed, described, parse_skill
from frontdesk.errors import Refused


def test_a_skill_is_a_name_and_a_level() -> None:
    assert parse_skill("german=7") == ("german", 7)
    assert parse_skill(" Customer Care = 3 ") == ("customer care", 3)
    assert parse_skill("a=b=1") == ("a=b", 1)


def test_the_case_of_a_name_makes_no_other_skill() -> None:
    assert parse_skill("GERMAN=1") == parse_skill("german=1")


@pytest.mark.parametrize(
    "text",
    ["german", "german=", "=7", "german=-1", "german=high", f"german={LEVEL_MAX + 1}", "d'oh=1", "a\nb=1"],
)
def test_what_is_no_skill_is_refused(text: str) -> None:
    with pytest.raises(Refused, match=r"german=7|printable") as refused:
        parse_skill(text)
    assert refused.value.code == "skill_invalid"


def test_what_is_said_anew_replaces_what_was_and_a_level_of_none_takes_it_away() -> None:
    assert changed({"german": 3, "sales": 1}, ["german=7", "sales=0", "loans=2"]) == {"german": 7, "loans": 2}


def test_nobody_has_more_skills_than_anybody_could_look_after() -> None:
    with pytest.raises(Refused, match=str(SKILLS_MAX)):
        changed({}, [f"s{n}=1" for n in range(SKILLS_MAX + 1)])


def test_skills_are_told_in_the_order_of_their_names() -> None:
    assert described({"sales": 1, "german": 7}) == "german 7, sales 1"
