"""The tables of docs/conformance tell the truth: each check has a row, and each test they name is there."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
ROW = re.compile(r"^\| (\d+) \| (.*) ?\|$", re.MULTILINE)
IN_PYTHON, IN_A_BROWSER = 1, 3  # The column with the verdict; the tests are in the next one.


def names_in(folder: str, pattern: str) -> dict[str, set[str]]:
    """The names of the tests in each file."""
    files = (ROOT / "tests" / folder).glob(pattern)
    return {path.name: set(re.findall(r"def (test_\w+)\(", path.read_text())) for path in files}


def numbers_of(name: str) -> set[str]:
    """The checks that a test says it is about: `test_15_and_16_what_is_true`."""
    said = re.match(r"test_(\d+(?:_and_\d+)*)_", name)
    return set(said[1].split("_and_")) if said else set()


@pytest.mark.parametrize(
    ("table", "column", "folder", "pattern", "checks"),
    [
        ("bus.md", IN_PYTHON, "conformance", "test_bus_*.py", 42),
        ("bus.md", IN_A_BROWSER, "browser", "test_bus_*.py", 42),
        ("webchat-service.md", IN_PYTHON, "conformance", "test_webchat_service_*.py", 73),
    ],
)
def test_every_check_has_a_row_and_every_numbered_test_is_in_it(
    table: str, column: int, folder: str, pattern: str, checks: int
) -> None:
    rows = ROW.findall((ROOT / "docs" / "conformance" / table).read_text())[:checks]
    assert [int(number) for number, _ in rows] == list(range(1, checks + 1))
    known = names_in(folder, pattern)
    named: dict[str, set[str]] = {}
    for number, rest in rows:
        cells = [cell.strip() for cell in rest.split(" | ")]
        verdict, tests = cells[column], cells[column + 1]
        assert re.match("kept|not here", verdict), f"check {number}"
        in_row = set(re.findall(r"`(test_\w+)`", tests))
        assert bool(in_row) == verdict.startswith("kept"), f"check {number}"
        assert in_row <= set.union(*known.values()), f"check {number} names a test that is not there"
        for name in in_row:
            named.setdefault(name, set()).add(number)
    numbered = {name: numbers_of(name) for names in known.values() for name in names if numbers_of(name)}
    assert numbered.keys() == named.keys()
    for name, numbers in numbered.items():
        assert numbers <= named[name], f"{name} stands in no row of {numbers - named[name]}"
