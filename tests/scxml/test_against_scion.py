"""The same charts and events in SCION, another interpreter: both end alike, or it is said why not."""

import fcntl
import json
import re
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from tests.scxml.test_scion_pairs import configurations

HERE = Path(__file__).parent / "scion"
RUN_S = 110
CHARTS = 316
SETTLE_MS, SETTLE_SURELY_MS = 15, 150  # The second for the few that a busy machine did not let settle.
THE_END = {"after": 60_000, "event": {"name": "the.end"}}

# docs/conformance/scxml.md says more about each.
EXPLAINED = {
    "more-parallel/test10": "leaves one region where the recommendation leaves the whole parallel",
    "more-parallel/test10b": "leaves one region where the recommendation leaves the whole parallel",
    "w3c-ecma/test201.txml": "has no HTTP event processor by itself",
    "w3c-ecma/test422.txml": "hears only one of the two sessions that it invokes",
}
# It begins what it invokes in the background: here it may be asked to cancel what has not begun.
MAY_DIFFER = {"w3c-ecma/test252.txml"}


@pytest.fixture(scope="module")
def scion(node_path: Path, npm_path: Path) -> Path:
    """A Node beside which SCION is installed as package-lock.json says."""
    with (HERE / "package.json").open("rb") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # Tests run in several processes.
        stamp = HERE / "node_modules" / ".package-lock.json"
        if not stamp.is_file() or stamp.stat().st_mtime < (HERE / "package-lock.json").stat().st_mtime:
            shutil.rmtree(HERE / "node_modules", ignore_errors=True)
            subprocess.run(
                [npm_path, "ci", "--silent", "--no-audit", "--no-fund"], cwd=HERE, check=True, timeout=RUN_S
            )
    return node_path


class Chart(NamedTuple):
    """A document and what happens to it; of one that goes its way alone only the end counts."""

    path: Path
    script: dict[str, Any]
    is_alone: bool


def went_apart(scion: Path, charts: Mapping[str, Chart], settle_ms: int) -> dict[str, tuple[Any, Any]]:
    """Where the two do not agree: what was active here, and there."""
    asked = [
        {"name": name, "path": str(chart.path.with_suffix(".scxml")), "events": chart.script["events"]}
        for name, chart in charts.items()
    ]
    done = subprocess.run(
        [scion, HERE / "run.js", str(settle_ms)],
        input=json.dumps(asked),
        capture_output=True,
        text=True,
        check=True,
        timeout=RUN_S,
    )
    theirs = json.loads(done.stdout)
    apart = {}
    for name, (path, script, is_alone) in charts.items():
        ours = configurations(path, script)
        if ours[-1:] != theirs[name][-1:] if is_alone else ours != theirs[name]:
            apart[name] = (ours, theirs[name])
    return apart


@pytest.mark.timeout(300)
def test_both_go_the_same_way(scion: Path, published: Path) -> None:
    charts = {}
    for path in sorted(published.glob("*/*.json")):
        # The recommendation's documents go their way alone; where they end is what counts.
        is_alone = path.parent.name == "w3c-ecma"
        script = {"events": [THE_END]} if is_alone else json.loads(path.read_text(encoding="utf-8"))
        charts[f"{path.parent.name}/{path.stem}"] = Chart(path, script, is_alone)
    apart = went_apart(scion, charts, SETTLE_MS)
    apart = went_apart(scion, {name: charts[name] for name in apart}, SETTLE_SURELY_MS)
    assert apart.keys() - MAY_DIFFER == EXPLAINED.keys(), apart
    assert len(charts) == CHARTS


def test_the_documentation_explains_each_difference() -> None:
    page = (Path(__file__).parents[2] / "docs" / "conformance" / "scxml.md").read_text(encoding="utf-8")
    assert [name for name in EXPLAINED.keys() | MAY_DIFFER if f"`{name}`" not in page] == []


def test_the_documentation_names_only_tests_that_are_there() -> None:
    page = (Path(__file__).parents[2] / "docs" / "conformance" / "scxml.md").read_text(encoding="utf-8")
    tests = "".join(path.read_text(encoding="utf-8") for path in Path(__file__).parent.glob("test_*.py"))
    named = set(re.findall(r"`(test_\w+)`", page))
    assert named
    assert [name for name in named if f"def {name}(" not in tests] == []
