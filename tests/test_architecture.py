"""The walk of the tree in docs/architecture.md names what is there."""

import re
from collections import defaultdict
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "src" / "frontdesk"
PAGE = ROOT / "docs" / "architecture.md"
ROOM = re.compile(r"^  (\w+)/ ")
NOT_IN_A_ROOM = re.compile(r"^  \w+\.py ")
FILE = re.compile(r"\b\w+\.py\b")


def walked() -> dict[str, list[str]]:
    """The names of files by the room that they are named in; `""` are those beside the rooms."""
    tree = PAGE.read_text(encoding="utf-8").split("\nsrc/frontdesk/\n")[1].split("\nweb/")[0]
    names: dict[str, list[str]] = defaultdict(list)
    room = ""
    for line in tree.splitlines():
        if found := ROOM.match(line):
            room = found[1]
        elif NOT_IN_A_ROOM.match(line):
            room = ""
        names[room] += FILE.findall(line)
    return names


def files(room: str) -> list[str]:
    """Every module of a room. Nobody looks for anything in a step of the database or in an `__init__`."""
    there = (PACKAGE / room).rglob("*.py") if room else PACKAGE.glob("*.py")
    modules = (file for file in there if file.name != "__init__.py" and file.parent.name != "versions")
    return sorted(file.name for file in modules)


ROOMS = ["", *sorted(folder.parent.name for folder in PACKAGE.glob("*/__init__.py"))]


def test_every_room_is_walked() -> None:
    assert sorted(walked()) == ROOMS


@pytest.mark.parametrize("room", ROOMS, ids=lambda room: room or "frontdesk")
def test_every_file_of_a_room_is_named_once(room: str) -> None:
    assert sorted(walked()[room]) == files(room)
