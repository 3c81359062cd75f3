"""The scenarios over each transport, against our own server."""

import json
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from frontdesk.settings import ServiceSettings
from tests.conformance.agents import Agent
from tests.conformance.house import House, serving
from tests.conformance.v3_house import CALM, v3_settings
from tests.scenarios.real import TRANSPORTS, play_for_real

pytestmark = pytest.mark.anyio

SCENARIOS = {path.stem: json.loads(path.read_text()) for path in sorted(Path(__file__).parent.glob("*.json"))}
PLAYED = [
    (name, over)
    for name, scenario in SCENARIOS.items()
    for over in TRANSPORTS
    if over not in scenario.get("not_over", {})
]


@pytest.fixture(scope="module")
async def house(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[House]:
    settings = v3_settings(tmp_path_factory.mktemp("house"))
    services = {"s": ServiceSettings(rules=replace(CALM, ends_with_last_agent=False))}
    async with serving(replace(settings, services=services)) as it:
        yield it


@pytest.fixture(scope="module")
async def agents(house: House) -> AsyncIterator[Mapping[str, Agent]]:
    async with house.agent("Amy", capacity=100) as amy:
        yield {"Amy": amy}


@pytest.mark.parametrize(("name", "over"), PLAYED, ids=lambda value: value)
async def test_it_goes_so_over_each_transport(
    name: str, over: str, house: House, agents: Mapping[str, Agent]
) -> None:
    await play_for_real(house, agents, over, SCENARIOS[name])


@pytest.mark.parametrize("name", SCENARIOS)
def test_what_is_not_played_says_why(name: str) -> None:
    not_over: Mapping[str, Any] = SCENARIOS[name].get("not_over", {})
    assert set(not_over) <= set(TRANSPORTS)
    assert all(isinstance(why, str) and len(why) > 20 for why in not_over.values())


def test_each_transport_plays_its_share() -> None:
    for over in TRANSPORTS:
        assert sum(1 for _, one in PLAYED if one == over) >= 8, over
