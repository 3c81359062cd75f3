"""The table of checks 74 to 92 names every test that there is for them, and no other."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
TABLE = ROOT / "docs" / "conformance" / "webchat-service.md"
NAME = re.compile(r"test_(\d{3})(?:_(to|and)_(\d{3}))?_\w+")


def checks_of(test: str) -> set[int]:
    """The checks that a test is for, as its name says."""
    match = NAME.fullmatch(test)
    if match is None:
        return set()
    first, between, last = match.groups()
    if between is None:
        return {int(first)}
    return set(range(int(first), int(last) + 1)) if between == "to" else {int(first), int(last)}


def test_the_table_tells_the_truth() -> None:
    rows = re.findall(r"^\| (\d+) \| .*? \| kept.*? \| (.*) \|$", TABLE.read_text(), re.MULTILINE)
    told = {
        int(number): set(re.findall(r"`(test_\d\w+)`", cell)) for number, cell in rows if int(number) > 73
    }
    files = (ROOT / "tests" / "conformance").glob("test_chat_service_*.py")
    tests = {name for path in files for name in re.findall(r"def (test_\d\w+)\(", path.read_text())}
    assert told == {check: {test for test in tests if check in checks_of(test)} for check in range(74, 93)}
