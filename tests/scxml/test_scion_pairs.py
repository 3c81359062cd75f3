"""The 127 charts with scripts of events that SCION's author published with it."""

import json
from pathlib import Path
from typing import Any

import pytest

from frontdesk.scxml.events import Event
from frontdesk.scxml.packed import pack
from frontdesk.scxml.reading import load
from frontdesk.scxml.rehearsal import Rehearsal
from tests.scxml.staging import Folder

PAIRS = 127
# A transition inside one region of a parallel, from and to that region. By the recommendation it leaves the
# whole parallel: its domain is never a parallel ("LCCA", section 3.13). The author's second reading says so.
BY_THE_SECOND_READING = {"more-parallel/test10", "more-parallel/test10b"}


@pytest.fixture(scope="module")
def pairs(published: Path) -> dict[str, Path]:
    found = {f"{path.parent.name}/{path.stem}": path for path in published.glob("*/*.json")}
    return {name: path for name, path in found.items() if not name.startswith("w3c-ecma/")}


def configurations(path: Path, script: Any) -> list[list[str]]:
    """What is active at first, and after each event of the script."""
    stage = Rehearsal(Folder())
    chart = path.with_suffix(".scxml")
    session = stage.start(load(chart.read_bytes(), str(chart), Folder()), "s")
    found = [sorted(session.active_atomic)]
    for step in script["events"]:
        stage.pass_time(step.get("after", 0))
        event = step["event"]
        stage.send("s", Event(event["name"], data=pack(event["data"]) if "data" in event else ""))
        found.append(sorted(session.active_atomic))
    return found


def expected(script: Any) -> list[list[str]]:
    return [
        sorted(script["initialConfiguration"]),
        *(sorted(step["nextConfiguration"]) for step in script["events"]),
    ]


def test_each_chart_goes_where_its_script_says(pairs: dict[str, Path]) -> None:
    wrong = {}
    for name, path in pairs.items():
        script = json.loads(path.read_text(encoding="utf-8"))
        reading = script["legacySemantics"] if name in BY_THE_SECOND_READING else script
        found = configurations(path, reading)
        if found != expected(reading):
            wrong[name] = (found, expected(reading))
    assert wrong == {}
    assert len(pairs) == PAIRS
