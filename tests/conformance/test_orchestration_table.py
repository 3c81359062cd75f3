"""The page of orchestration tells the truth: every check, every event, every test that shows it."""

import re

from tests.conformance.session_events import EVENTS
from tests.conformance.table import ROOT, Tests, is_there, named_in, numbered_tests, rows

PAGE = "orchestration.md"
CHECKS = 98
NAMED = re.compile(r"^\| `([a-z.]+)` \| [^|]+ \| (.+) \|$", re.MULTILINE)
HINTED = re.compile(r"^\| (\d+ `C[^|]+) \| [^|]+ \| (.+) \|$", re.MULTILINE)


def events() -> list[tuple[str, Tests]]:
    """The rows of events, with their tests."""
    text = (ROOT / "docs" / "conformance" / PAGE).read_text()
    return [(name, named_in(cell)) for name, cell in NAMED.findall(text)]


def test_every_check_has_one_row_in_its_place() -> None:
    assert [check for check, _, _ in rows(PAGE)] == [str(number) for number in range(1, CHECKS + 1)]


def test_each_names_every_test_that_bears_its_number_and_none_that_is_not_there() -> None:
    numbered = numbered_tests("test_orchestration_*.py")
    for check, _, tests in rows(PAGE):
        assert numbered.get(check, set()) <= tests, f"check {check}"
        assert tests, f"check {check}"
        assert all(is_there(file, name) for file, name in tests), f"check {check}"


def test_what_is_not_kept_says_why() -> None:
    page = (ROOT / "docs" / "conformance" / PAGE).read_text()
    for check, verdict, _ in rows(PAGE):
        assert verdict != "not yet", f"check {check}"
        if verdict != "kept":
            assert re.search(rf"^\| {check} \| [^|]+ \| {verdict}: [^|]+ \|", page, re.MULTILINE), check


def test_every_event_of_the_specification_has_a_row_with_tests_that_are_there() -> None:
    told = events()
    assert len(told) == len(EVENTS)
    assert {name for name, _ in told} == EVENTS.keys()
    for name, tests in told:
        assert tests, name
        assert all(is_there(*test) for test in tests), name


def test_the_hints_that_chats_have_are_shown_too() -> None:
    page = (ROOT / "docs" / "conformance" / PAGE).read_text()
    hinted = HINTED.findall(page)
    assert len(hinted) == 5
    assert all(is_there(*test) for _, cell in hinted for test in named_in(cell))
