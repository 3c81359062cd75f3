"""The page of journeys tells the truth: every check, and every test that shows it."""

from tests.conformance.table import is_there, numbered_tests, rows

PAGE = "journey.md"
HOME = "tests/conformance/journey/"
CHECKS = 96


def test_every_check_has_one_row_in_its_place() -> None:
    assert [check for check, _, _ in rows(PAGE, HOME)] == [str(number) for number in range(1, CHECKS + 1)]


def test_each_names_every_test_that_bears_its_number_and_none_that_is_not_there() -> None:
    numbered = numbered_tests("test_*.py", HOME)
    for check, verdict, tests in rows(PAGE, HOME):
        assert verdict == "kept", f"check {check}"
        assert numbered.get(check, set()) <= tests, f"check {check}"
        assert tests, f"check {check}"
        assert all(is_there(file, name) for file, name in tests), f"check {check}"
