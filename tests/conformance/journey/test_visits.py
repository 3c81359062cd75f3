"""Visits: checks 13 to 18 of journey.md §14, and what pings are to them."""

import json
import uuid
from collections.abc import AsyncIterator

import pytest

from frontdesk.domain.journey.facts import Moved, Released, State, VisitEnded
from tests.conformance.journey.tracked import Ticking, Tracked, tracked, tracking_in

pytestmark = pytest.mark.anyio
MINUTE = 60


@pytest.fixture(scope="module")
async def site(tmp_path_factory: pytest.TempPathFactory, time: Ticking) -> AsyncIterator[Tracked]:
    async with tracked(tracking_in(tmp_path_factory.mktemp("tracked")), time) as own:
        yield own


async def test_13_a_gap_of_the_whole_time_begins_another_visit(site: Tracked) -> None:
    visitor = site.visitor()
    first = (await visitor.did(1800 + 1799)).json()["session"]["id"]
    assert (await visitor.did(1800)).json()["session"]["id"] == first  # 29:59 later.
    assert (await visitor.did(0)).json()["session"]["id"] != first


async def test_14_pings_are_no_activity_and_begin_no_visit(site: Tracked, time: Ticking) -> None:
    visitor = site.visitor()
    assert (await visitor.pings())["sessionEnded"]
    assert await site.history(visitor) == []
    first = (await visitor.does())["session"]["id"]
    for _ in range(31):
        time.pass_by(MINUTE)
        last = await visitor.pings(sessionId=first)
    assert last["sessionEnded"]
    assert (await visitor.does())["session"]["id"] != first


async def test_15_the_time_is_a_setting(site: Tracked) -> None:
    known = await site.manage("GET", "/settings")
    known = await site.manage(
        "PATCH", "/settings", {"version": known["version"], "sessionTimeoutMinutes": 20}
    )
    visitor = site.visitor()
    first = (await visitor.did(20 * MINUTE)).json()["session"]["id"]
    assert (await visitor.did(0)).json()["session"]["id"] != first
    await site.sets(sessionTimeoutMinutes=30)


async def test_16_two_tabs_share_a_visit(site: Tracked) -> None:
    one = site.visitor()
    other = site.visitor(one.id)
    first = (await one.does())["session"]
    second = (await other.does("thing_done"))["session"]
    assert (second["id"], second["eventCount"], second["pageviewCount"]) == (first["id"], 2, 1)


async def test_17_a_chat_holds_the_visit_open(site: Tracked, time: Ticking) -> None:
    await site.map([await site.segment("/help")])
    visitor = site.visitor()
    first = (await visitor.does(path="/help"))["session"]["id"]
    [action] = (await visitor.pings("/help"))["actions"]
    for state in ("offered", "accepted"):
        assert (await visitor.reports(action, state)).status_code == 204
    context = {
        "customer": {"id": visitor.id, "idType": "cookie"},
        "customerSession": {"id": first, "type": "web"},
        "triggeringAction": {"id": action["id"]},
    }
    async with site.house.agent("amy") as amy:
        fields = {"nickname": "Mira", "userData[journeyContext]": json.dumps(context)}
        chat = await site.house.visitors.start("long", **fields)
        await amy.takes(chat.chat_id)
        await site.until_kept(visitor, lambda fact: isinstance(fact, Moved) and fact.state is State.ENGAGED)
        time.pass_by(50 * MINUTE)
        assert "sessionEnded" not in await visitor.pings("/help", sessionId=first)
        await amy.does("end", interaction_id=chat.chat_id)
        await site.until_kept(visitor, lambda fact: isinstance(fact, Released))
    time.pass_by(5 * MINUTE)
    assert (await visitor.does())["session"]["id"] == first
    time.pass_by(30 * MINUTE)
    assert (await visitor.does())["session"]["id"] != first


async def test_17_a_chat_that_is_not_ours_holds_the_visit_open(site: Tracked, time: Ticking) -> None:
    """The same for a site whose browsers say how its chats go (`trustClientChatStates`)."""
    at = f"/deployments/{site.deployment_id}"
    known = await site.manage("GET", at)
    await site.manage("PATCH", at, {"version": known["version"], "trustClientChatStates": True})
    await site.map([await site.segment("/faq")])
    visitor, silent = site.visitor(), site.visitor()
    visits: list[str] = []
    for one in (visitor, silent):
        visits.append((await one.does(path="/faq"))["session"]["id"])
        [action] = (await one.pings("/faq"))["actions"]
        for state in ("offered", "accepted", "started", "engaged"):
            assert (await one.reports(action, state)).status_code == 204
        if one is visitor:
            chatted = action
    first, never = visits
    time.pass_by(50 * MINUTE)
    assert "sessionEnded" not in await visitor.pings("/faq", sessionId=first)
    assert (await visitor.reports(chatted, "completed")).status_code == 204
    time.pass_by(5 * MINUTE)
    assert (await visitor.does())["session"]["id"] == first
    time.pass_by(30 * MINUTE)
    assert (await visitor.does())["session"]["id"] != first
    time.pass_by(60 * MINUTE)  # 2:25 since the other browser said that somebody is there.
    assert "sessionEnded" not in await silent.pings("/faq", sessionId=never)
    time.pass_by(7 * MINUTE)
    await site.until_kept(silent, lambda fact: isinstance(fact, VisitEnded))
    assert (await silent.does())["session"]["id"] != never


async def test_18_the_id_of_a_visit_that_a_page_knows_is_a_hint(site: Tracked, time: Ticking) -> None:
    visitor = site.visitor()
    ended = (await visitor.does())["session"]["id"]
    time.pass_by(31 * MINUTE)
    new = (await visitor.does(sessionId=ended))["session"]["id"]
    assert new != ended
    foreign = (await site.visitor().does())["session"]["id"]
    assert (await visitor.does(sessionId=foreign))["session"]["id"] == new
    assert (await visitor.pings(sessionId=foreign))["sessionEnded"]
    assert (await visitor.pings(sessionId=str(uuid.uuid4())))["sessionEnded"]
    assert "sessionEnded" not in await visitor.pings(sessionId=new)


async def test_the_end_of_a_visit_is_written_down_by_itself(site: Tracked, time: Ticking) -> None:
    visitor = site.visitor()
    visit_id = (await visitor.does())["session"]["id"]
    time.pass_by(32 * MINUTE)

    await site.until_kept(visitor, lambda fact: isinstance(fact, VisitEnded))
    assert (await visitor.does())["session"]["id"] != visit_id


async def test_what_a_visit_is_told_to_have_lasted(site: Tracked) -> None:
    visitor = site.visitor()
    await visitor.did(95)
    answer = (await visitor.did(0)).json()
    assert 94 <= answer["session"]["durationInSeconds"] <= 96
    assert answer["session"]["createdDate"] < answer["createdDate"]


@pytest.mark.parametrize(
    ("since_ms", "poll_ms"),
    [(0, 10_000), (60_000, 10_000), (60_001, 30_000), (600_000, 30_000), (600_001, -1)],
)
async def test_who_does_nothing_asks_less_often(site: Tracked, since_ms: int, poll_ms: int) -> None:
    visitor = site.visitor()
    await visitor.does()
    answer = await visitor.pings(sinceLastBeaconMilliseconds=str(since_ms))
    assert answer["pollIntervalMilliseconds"] == poll_ms
