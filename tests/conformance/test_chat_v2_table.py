"""The table of Chat API v2 tells the truth: every check, every test that shows it, and no other."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
HERE = "tests/conformance/"
CHECKS = 88
ROW = re.compile(r"^\| (\d+) \| [^|]+ \| (kept|not yet|in its place)[^|]* \| ?(.*?) ?\|$", re.MULTILINE)
TEST = re.compile(r"def (test_(?:(\d\d)_)?\w+)\(")


def rows() -> list[tuple[int, str, set[tuple[str, str]]]]:
    """Number, verdict, and the tests with their files."""
    text = (ROOT / "docs" / "conformance" / "chat-api-v2.md").read_text()
    return [(int(number), verdict, named_in(cell)) for number, verdict, cell in ROW.findall(text)]


def named_in(cell: str) -> set[tuple[str, str]]:
    """What a cell names: `file.py`: `test_a`, `test_b`; `other.py`: `test_c`."""
    named: set[tuple[str, str]] = set()
    file = ""
    for word in re.findall(r"`([^`]+)`", cell):
        if word.endswith(".py"):
            file = word if "/" in word else HERE + word
        else:
            named.add((file, word))
    return named


def numbered_tests() -> dict[int, set[tuple[str, str]]]:
    """The tests whose names begin with a check's number, by that number."""
    found: dict[int, set[tuple[str, str]]] = {}
    for path in (ROOT / HERE).glob("test_chat_v2_*.py"):
        for name, number in TEST.findall(path.read_text()):
            if number:
                found.setdefault(int(number), set()).add((HERE + path.name, name))
    return found


def test_every_check_has_a_row() -> None:
    assert [number for number, _, _ in rows()] == list(range(1, CHECKS + 1))


def test_a_kept_check_names_exactly_the_tests_that_bear_its_number() -> None:
    kept = {number: tests for number, verdict, tests in rows() if verdict == "kept"}
    assert kept == numbered_tests()


def test_what_stands_in_the_place_of_a_check_is_there() -> None:
    for number, verdict, tests in rows():
        assert bool(tests) == (verdict != "not yet"), f"check {number}"
        for file, name in tests:
            assert f"def {name}(" in (ROOT / file).read_text(), f"check {number} names {name} in {file}"
