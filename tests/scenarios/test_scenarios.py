"""The visitor's service, played through the scenarios that the browser's twin plays as well."""

import json
from pathlib import Path

import pytest

from tests.scenarios.runner import play

pytestmark = pytest.mark.anyio

SCENARIOS = sorted(Path(__file__).parent.glob("*.json"))


def test_there_are_scenarios() -> None:
    assert len(SCENARIOS) >= 15


@pytest.mark.parametrize("path", SCENARIOS, ids=lambda path: path.stem)
async def test_it_goes_as_the_scenario_says(path: Path) -> None:
    await play(json.loads(path.read_text()))
