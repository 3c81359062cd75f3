"""The rules of the house that no other tool keeps."""

import ast
import re
import subprocess
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
LINES_MAX = 400  # More than that, and a newcomer no longer finds the place by the name of the file.
SOURCES = {".py", ".js", ".ts", ".tsx", ".css", ".html"}

# A file that is better left whole, and why.
LONGER_WITH_A_REASON: dict[str, str] = {}

FORBIDDEN = {
    "work that was put off": r"\b(TODO|FIXME|XXX)\b",
    "a stub": r"\bNotImplementedError\b",
    "a home folder": r"(?<![\w.~-])/(home|root|Users)/\w",
    "the address of a package registry": r"(pypi|pythonhosted|npmjs|yarnpkg)\.(org|com)\b|deb\.debian\.org",
}
EXAMPLES = {
    "work that was put off": "return 0  # TODO later",
    "a stub": "raise NotImplementedError",
    "a home folder": "open('/home/amy/notes')",
    "the address of a package registry": "https://registry.npmjs.org/left-pad",
}


@cache
def texts() -> tuple[Path, ...]:
    """Every text file of the project but this one, also those that git has yet to be told about."""
    files = (file for file in _listed() if file.is_file() and file != Path(__file__).resolve())
    return tuple(file for file in files if b"\0" not in file.read_bytes())


def _listed() -> list[Path]:
    command = ("git", "ls-files", "-z", "--cached", "--others", "--exclude-standard")
    try:
        listing = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    except (OSError, subprocess.CalledProcessError):
        # Somebody unpacked an archive. Whatever was built in it lies in folders that .gitignore names.
        ignored = set((ROOT / ".gitignore").read_text(encoding="utf-8").replace("/", "").split())
        return [file for file in ROOT.rglob("*") if not ignored.intersection(file.relative_to(ROOT).parts)]
    return [ROOT / name for name in listing.split("\0") if name]


def name_of(file: Path) -> str:
    return file.relative_to(ROOT).as_posix()


def line_count(file: Path) -> int:
    return len(file.read_text(encoding="utf-8").splitlines())


def packages() -> list[Path]:
    return sorted((ROOT / "src" / "frontdesk").rglob("__init__.py"))


def test_a_source_file_is_small_or_has_a_reason() -> None:
    long = {
        name_of(file): line_count(file)
        for file in texts()
        if file.suffix in SOURCES and (ROOT / "src") in file.parents and line_count(file) > LINES_MAX
    }
    assert long.keys() == LONGER_WITH_A_REASON.keys(), long


@pytest.mark.parametrize("what", FORBIDDEN)
def test_no_file_holds(what: str) -> None:
    pattern = re.compile(FORBIDDEN[what])
    found = [
        f"{name_of(file)}:{number}: {line.strip()}"
        for file in texts()
        for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), start=1)
        if pattern.search(line)
    ]
    assert found == []


@pytest.mark.parametrize("package", packages(), ids=name_of)
def test_a_package_says_what_lives_there(package: Path) -> None:
    """A room of the house in two lines: what it is, and what a newcomer must know; a corner of one in one."""
    docstring = ast.get_docstring(ast.parse(package.read_text(encoding="utf-8"))) or ""
    is_room = len(package.relative_to(ROOT / "src" / "frontdesk").parts) <= 2
    assert len(docstring.split("\n\n")) == (2 if is_room else 1), docstring


@pytest.mark.parametrize("package", packages(), ids=name_of)
def test_a_package_only_introduces_itself(package: Path) -> None:
    """Code lives in files named after it; an `__init__` may name what the package offers."""
    body = ast.parse(package.read_text(encoding="utf-8")).body
    allowed = (ast.Expr, ast.Import, ast.ImportFrom, ast.Assign, ast.AnnAssign)
    assert [type(statement).__name__ for statement in body if not isinstance(statement, allowed)] == []


def test_the_forbidden_is_found_where_it_is() -> None:
    assert EXAMPLES.keys() == FORBIDDEN.keys()
    for what, example in EXAMPLES.items():
        assert re.search(FORBIDDEN[what], example), what
    assert not re.search(FORBIDDEN["a home folder"], "https://example.com/home/about")
