"""The tables of docs/conformance tell the truth: each check has a row, and each test they name is there."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
ROW = re.compile(r"^\| (\d+) \| .*? \| (kept|not here).*? \| (.*?) ?\|$", re.MULTILINE)


def names_in(pattern: str) -> dict[str, set[str]]:
    """The names of the tests in each file."""
    folder = ROOT / "tests" / "conformance"
    return {
        path.name: set(re.findall(r"def (test_\w+)\(", path.read_text())) for path in folder.glob(pattern)
    }


@pytest.mark.parametrize(
    ("table", "pattern", "checks"),
    [("bus.md", "test_bus_*.py", 42), ("webchat-service.md", "test_webchat_service_*.py", 73)],
)
def test_every_check_has_a_row_and_every_numbered_test_is_in_it(
    table: str, pattern: str, checks: int
) -> None:
    rows = ROW.findall((ROOT / "docs" / "conformance" / table).read_text())[:checks]
    assert [int(number) for number, _, _ in rows] == list(range(1, checks + 1))
    known = names_in(pattern)
    named: set[str] = set()
    for number, verdict, cell in rows:
        in_row = set(re.findall(r"`(test_\w+)`", cell))
        assert bool(in_row) == (verdict == "kept"), f"check {number}"
        assert in_row <= set.union(*known.values()), f"check {number} names a test that is not there"
        named |= in_row
    numbered = {name for names in known.values() for name in names if re.match(r"test_\d", name)}
    assert numbered == named
