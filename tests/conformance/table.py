"""The page of a specification's checks, and the tests that bear their numbers."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
HERE = "tests/conformance/"
ROW = re.compile(
    r"^\| (F?\d+) \| [^|]+ \| (kept|differs|not here|not yet|in its place)[^|]* \| ?(.*?) ?\|$", re.MULTILINE
)
TEST = re.compile(r"def (test_(?:(f?\d\d)_)?\w+)\(")

Tests = set[tuple[str, str]]


def rows(page: str, home: str = HERE) -> list[tuple[str, str, Tests]]:
    """Check, verdict, and the tests with their files, which are in `home` unless the page says otherwise."""
    text = (ROOT / "docs" / "conformance" / page).read_text()
    return [(check, verdict, named_in(cell, home)) for check, verdict, cell in ROW.findall(text)]


def named_in(cell: str, home: str = HERE) -> Tests:
    """What a cell names: `file.py`: `test_a`, `test_b`; `other.py`: `test_c`."""
    named: Tests = set()
    file = ""
    for word in re.findall(r"`([^`]+)`", cell):
        if word.endswith(".py"):
            file = word if "/" in word else home + word
        else:
            named.add((file, word))
    return named


def numbered_tests(files: str, home: str = HERE) -> dict[str, Tests]:
    """The tests whose names begin with a check's number, by that number as tables write it."""
    found: dict[str, Tests] = {}
    for path in (ROOT / home).glob(files):
        for name, number in TEST.findall(path.read_text()):
            if number:
                check = f"F{int(number[1:])}" if number.startswith("f") else str(int(number))
                found.setdefault(check, set()).add((home + path.name, name))
    return found


def is_there(file: str, name: str) -> bool:
    """Whether there is such a file, and a test of this name in it."""
    path = ROOT / file
    return path.is_file() and f"def {name}(" in path.read_text()
