"""The table of the chat window tells the truth: every check, what is said of it, every test that shows it."""

from tests.conformance.table import ROOT, is_there, numbered_tests, rows

PAGE = "webchat-ui.md"
HOME = "tests/browser/"
CHECKS = 48


def test_every_check_has_a_row_in_order() -> None:
    assert [check for check, _, _ in rows(PAGE, HOME)] == [str(number) for number in range(1, CHECKS + 1)]


def test_every_test_that_a_row_names_is_there() -> None:
    for check, _, tests in rows(PAGE, HOME):
        for file, name in tests:
            assert is_there(file, name), f"check {check} names {name}, which is not in {file}"


def test_a_check_is_shown_by_a_test_or_says_why_it_is_not() -> None:
    page = (ROOT / "docs" / "conformance" / PAGE).read_text()
    cells = [line.split(" | ") for line in page.splitlines() if line[2:3].isdigit()]
    for (check, verdict, tests), (_, _, said, *_) in zip(rows(PAGE, HOME), cells, strict=True):
        assert verdict in {"kept", "differs", "not here"}, f"check {check}"
        assert bool(tests) == (verdict != "not here"), f"check {check}"
        reason = said.removeprefix(verdict).removeprefix(": ").strip()
        assert reason or verdict == "kept", f"check {check} does not say why"


def test_every_test_with_a_number_stands_in_its_row() -> None:
    named = {check: tests for check, _, tests in rows(PAGE, HOME)}
    numbered = numbered_tests("test_webchat_hooks.py", HOME)
    assert numbered.keys() <= named.keys()
    for check, tests in numbered.items():
        assert tests <= named[check], f"check {check} has no room for {tests - named[check]}"
