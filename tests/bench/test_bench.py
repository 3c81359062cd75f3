"""Each scenario runs against a real server, briefly, so that none rots; no word about speed."""

import os
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest

from bench.peers.node import is_possible
from bench.rows import Budget, Report, Row, cells
from bench.scenarios import SCENARIOS
from scripts import machine

ROOT = Path(__file__).parents[2]
MINUTES_2 = 120


def report_of(scenario: str, file: Path) -> Report:
    """What a quick run of a scenario writes. In a process of its own, as people run it."""
    command = [sys.executable, "-m", "bench", scenario, "--quick", "--json", str(file)]
    ran = subprocess.run(command, cwd=ROOT, env=os.environ, capture_output=True, text=True, timeout=MINUTES_2)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    return msgspec.json.decode(file.read_bytes(), type=Report)


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_a_scenario_runs_and_says_what_it_measured(scenario: str, tmp_path: Path) -> None:
    if "peers" in scenario and not is_possible():
        pytest.skip("there is no Node: apt-get install nodejs npm")
    if scenario == "widget" and machine.chromium() is None:
        pytest.skip(f"there is no Chromium: {machine.CHROMIUM_COMMAND}")
    report = report_of(scenario, tmp_path / "report.json")
    assert report.rows
    for row in report.rows:
        assert row.scenario == scenario
        assert row.value > 0 or row.unit in ("µs", "KiB") or is_best(row), "too little to see in a moment"
    assert report.machine.cores > 0


def is_best(row: Row) -> bool:
    """Nothing at all is what is aimed at."""
    return row.budget is not None and row.budget.of == "value" and row.budget.aim == 0


def test_a_scenario_that_there_is_not_is_refused_by_name() -> None:
    ran = subprocess.run(
        [sys.executable, "-m", "bench", "speed"], cwd=ROOT, capture_output=True, text=True, timeout=MINUTES_2
    )
    assert ran.returncode == 2
    assert "speed" in ran.stdout
    assert "message" in ran.stdout


def row(value: float, baseline: float | None, budget: Budget) -> Row:
    return Row(scenario="s", what="w", value=value, unit="µs", against="b", baseline=baseline, budget=budget)


@pytest.mark.parametrize(("value", "verdict"), [(130, "aim"), (200, "ok"), (230, "over")])
def test_a_ratio_is_judged_by_its_budget(value: float, verdict: str) -> None:
    assert row(value, 100, Budget(must=2.2, aim=1.4)).verdict == verdict


@pytest.mark.parametrize(("value", "verdict"), [(90, "aim"), (70, "ok"), (50, "over")])
def test_a_budget_may_ask_for_at_least_so_much(value: float, verdict: str) -> None:
    assert row(value, 100, Budget(must=0.6, aim=0.8, at_least=True)).verdict == verdict


def test_a_value_without_baseline_is_judged_by_itself_or_not_at_all() -> None:
    assert row(3, None, Budget(must=2, aim=1, of="value")).verdict == "over"
    assert row(3, None, Budget(must=2, aim=1)).verdict == ""


def test_a_table_shows_value_baseline_ratio_and_budget() -> None:
    shown = cells(row(1234, 1000, Budget(must=2.2, aim=1.4)))
    assert shown == ("s", "w", "1,234 µs", "b 1,000 µs", "1.23 ×", "≤ 2.2 × (aim 1.4)", "aim")
