"""The browser's service, played through the scenarios that the SDK plays as well.

Each is played with a scripted server over version 2, and, where it fits, over each transport with our own
server and an agent; a scenario that does not fit says why in its file.
"""

import json
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser

from tests.browser.real import TRANSPORTS, on_real_stage, play_for_real
from tests.browser.stage import on_stage
from tests.client.desk import Desk
from tests.conformance.agents import Agent
from tests.conformance.house import House, serving
from tests.conformance.v3_house import v3_settings
from tests.scenarios.runner import play_with

pytestmark = pytest.mark.anyio

SCENARIOS = {
    path.stem: json.loads(path.read_text())
    for path in sorted((Path(__file__).parents[1] / "scenarios").glob("*.json"))
}
PLAYED = [
    (name, over)
    for name, scenario in SCENARIOS.items()
    for over in TRANSPORTS
    if over not in scenario.get("not_over", {})
]


@pytest.mark.parametrize("name", SCENARIOS)
async def test_it_goes_as_the_scenario_says(name: str, browser: Browser, built: Path) -> None:
    scenario = SCENARIOS[name]
    async with on_stage(browser, built, scenario.get("config"), desk=Desk(scenario.get("parties"))) as player:
        await play_with(player, scenario)


@pytest.fixture(scope="module")
async def house(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[House]:
    async with serving(v3_settings(tmp_path_factory.mktemp("house"))) as house:
        yield house


@pytest.fixture(scope="module")
async def agents(house: House) -> AsyncIterator[Mapping[str, Agent]]:
    async with house.agent("Amy", capacity=100) as amy:
        yield {"Amy": amy}


@pytest.mark.parametrize(("name", "over"), PLAYED, ids=lambda value: value)
async def test_it_goes_so_over_each_transport(
    name: str, over: str, browser: Browser, built: Path, house: House, agents: Mapping[str, Agent]
) -> None:
    scenario: Mapping[str, Any] = SCENARIOS[name]
    async with on_real_stage(browser, built, house.url, over, agents, scenario.get("config") or {}) as stage:
        await play_for_real(stage, scenario)
