"""The table of Chat API v2 tells the truth: every check, every test that shows it, and no other."""

from tests.conformance.table import is_there, numbered_tests, rows

PAGE = "chat-api-v2.md"
CHECKS = 88


def test_every_check_has_a_row() -> None:
    assert [check for check, _, _ in rows(PAGE)] == [str(number) for number in range(1, CHECKS + 1)]


def test_a_kept_check_names_exactly_the_tests_that_bear_its_number() -> None:
    kept = {check: tests for check, verdict, tests in rows(PAGE) if verdict == "kept"}
    assert kept == numbered_tests("test_chat_v2_*.py")


def test_what_stands_in_the_place_of_a_check_is_there() -> None:
    for check, verdict, tests in rows(PAGE):
        assert bool(tests) == (verdict != "not yet"), f"check {check}"
        for file, name in tests:
            assert is_there(file, name), f"check {check} names {name} in {file}"
