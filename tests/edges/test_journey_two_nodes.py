"""Two nodes on one PostgreSQL follow the same visits: it does not matter which one a page talks to."""

import asyncio
import uuid
from collections.abc import AsyncIterator
from pathlib import Path

import anyio
import pytest

from frontdesk.settings import DatabaseSettings
from tests.conformance.house import serving
from tests.conformance.journey.tracked import Tracked, tracking, tracking_in
from tests.patience import PATIENCE_S

pytestmark = pytest.mark.anyio


@pytest.fixture(params=[False, True], ids=["here", "apart"])
async def two(
    request: pytest.FixtureRequest, postgres_database: str, tmp_path: Path
) -> AsyncIterator[tuple[Tracked, Tracked]]:
    """Shape: `apart` where each node has a process of its own for them."""
    settings = tracking_in(tmp_path, database=DatabaseSettings(url=postgres_database))
    async with (
        serving(settings, has_processes=request.param) as house,
        serving(settings, has_processes=request.param) as other,
    ):
        one = await tracking(house)
        assert (house.server.journeys is None) == request.param
        yield one, Tracked(other, one.deployment_id, one.clock_ms)


async def test_an_event_at_one_node_and_its_offer_at_the_other(two: tuple[Tracked, Tracked]) -> None:
    one, other = two
    await one.map([await one.segment("/pricing")])
    visitor = one.visitor()
    there = other.visitor(visitor.id)
    with anyio.fail_after(PATIENCE_S):  # What was defined at one node is heard at the other.
        while not (await there.does(path="/pricing"))["pingNow"]:
            there = other.visitor()
    visitor = one.visitor(there.id)
    session = (await visitor.does())["session"]
    assert session["eventCount"] == 2
    with anyio.fail_after(PATIENCE_S):
        while not (actions := (await visitor.pings("/pricing", sessionId=session["id"], tab="a"))["actions"]):
            await anyio.sleep(0.02)
    [action] = actions
    for state, at in (("offered", there), ("accepted", visitor)):
        assert (await at.reports(action, state)).status_code == 204
    assert (await there.reports(action, "offered")).status_code == 409


async def test_consent_at_one_node_is_heard_at_the_other_at_once(two: tuple[Tracked, Tracked]) -> None:
    one, other = two
    await one.sets(privacy={"consentMode": "required"})
    with anyio.fail_after(PATIENCE_S):  # The setting is heard in time; what somebody says, at once.
        while (await other.visitor().sends()).status_code != 202:
            await anyio.sleep(0.02)
    for _ in range(5):
        visitor = one.visitor()
        there = other.visitor(visitor.id)
        assert (await there.sends()).status_code == 202
        await visitor.decides("grant")
        assert (await there.sends()).status_code == 200
        await visitor.decides("withdraw")
        assert (await there.sends()).status_code == 202


async def test_the_same_event_at_both_nodes_is_one(two: tuple[Tracked, Tracked]) -> None:
    one, other = two
    visitor = one.visitor()
    there = other.visitor(visitor.id)
    event = visitor.event(eventId=str(uuid.uuid4()))
    answers = await asyncio.gather(*(at.sends(event) for at in (visitor, there) * 4))
    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.text for answer in answers}) == 1
    both = await asyncio.gather(*(at.does() for at in (visitor, there) * 5))
    assert sorted(one["session"]["eventCount"] for one in both) == list(range(2, 12))


@pytest.mark.parametrize("two", [False], indirect=True, ids=["here"])  # It looks into their processes.
async def test_what_is_erased_at_one_node_is_gone_at_the_other(two: tuple[Tracked, Tracked]) -> None:
    one, other = two
    visitor = one.visitor()
    there = other.visitor(visitor.id)
    token = (await visitor.does())["eraseToken"]
    await there.does()
    headers = {**visitor.headers, "authorization": f"Bearer {token}"}
    erased = await other.ask("DELETE", f"customers/{visitor.id}", headers=headers)
    assert erased.status_code == 204
    assert await one.history(visitor) == []
    with anyio.fail_after(PATIENCE_S):
        while (await one.customer(visitor)).version:
            await anyio.sleep(0.02)
    assert (await visitor.does())["session"]["eventCount"] == 1
