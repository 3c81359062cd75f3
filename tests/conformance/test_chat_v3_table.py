"""The table of Chat API v3 tells the truth: every check, every fatal mistake, every test that shows it."""

from tests.conformance.table import is_there, numbered_tests, rows

PAGE = "chat-api-v3.md"
CHECKS = 80
MISTAKES = 20


def test_every_check_and_every_mistake_has_a_row() -> None:
    checks = [str(number) for number in range(1, CHECKS + 1)]
    mistakes = [f"F{number}" for number in range(1, MISTAKES + 1)]
    assert [check for check, _, _ in rows(PAGE)] == checks + mistakes


def test_each_names_exactly_the_tests_that_bear_its_number() -> None:
    assert {check: tests for check, _, tests in rows(PAGE)} == numbered_tests("test_chat_v3_*.py")


def test_none_of_them_is_left_for_later() -> None:
    for check, verdict, tests in rows(PAGE):
        assert verdict != "not yet", f"check {check}"
        assert all(is_there(file, name) for file, name in tests), f"check {check}"
