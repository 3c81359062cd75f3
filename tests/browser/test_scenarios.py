"""The browser's service, played through the scenarios that the SDK plays as well."""

import json
from pathlib import Path

import pytest
from playwright.async_api import Browser

from tests.browser.stage import on_stage
from tests.client.desk import Desk
from tests.scenarios.runner import play_with

pytestmark = pytest.mark.anyio

SCENARIOS = sorted((Path(__file__).parents[1] / "scenarios").glob("*.json"))


@pytest.mark.parametrize("path", SCENARIOS, ids=lambda path: path.stem)
async def test_it_goes_as_the_scenario_says(path: Path, browser: Browser, built: Path) -> None:
    scenario = json.loads(path.read_text())
    async with on_stage(browser, built, scenario.get("config"), desk=Desk(scenario.get("parties"))) as player:
        await play_with(player, scenario)
