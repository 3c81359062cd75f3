"""What counts over visits and what stands before offers, over HTTP: checks 19, 27, 31, 40 to 54, 88."""

from collections.abc import AsyncIterator
from itertools import count
from typing import Any

import pytest

from tests.conformance.journey.tracked import Ticking, Tracked, Visitor, tracked, tracking_in

pytestmark = pytest.mark.anyio
MINUTE = 60
DAY = 86_400
_pages = count(1)


@pytest.fixture(scope="module")
async def site(tmp_path_factory: pytest.TempPathFactory, time: Ticking) -> AsyncIterator[Tracked]:
    folder = tmp_path_factory.mktemp("gates")
    async with tracked(tracking_in(folder), time, trustClientChatStates=True) as own:
        yield own


def a_page() -> str:
    return f"/place-{next(_pages):03}"  # None is the beginning of another.


async def told(site: Tracked, session_id: str, kind: str) -> list[dict[str, Any]]:
    """The events of one kind of a visit, as they are told to who manages journeys."""
    found = await site.manage("GET", f"/sessions/{session_id}/events?pageSize=200&eventType={kind}")
    return list(found["entities"])


async def offered(visitor: Visitor, page: str) -> list[str]:
    """The maps of which a ping is given something to show."""
    return [one["actionMapId"] for one in (await visitor.pings(page))["actions"]]


async def views(visitor: Visitor, *pages: str) -> str:
    """View pages; the id of the visit."""
    for page in pages:
        session_id = (await visitor.does(path=page))["session"]["id"]
    return str(session_id)


async def reasons(site: Tracked, map_id: str) -> dict[str, tuple[int, int]]:
    """How often a map was blocked, and in how many visits."""
    found = await site.manage("GET", f"/actionmaps/{map_id}/blocked")
    return {one["reason"]: (one["count"], one["sessions"]) for one in found["reasons"]}


async def test_19_the_third_page_assigns_it_and_the_fourth_adds_nothing(site: Tracked) -> None:
    page, visitor = a_page(), site.visitor()
    segment = await site.segment(page, 3)
    for number, so_far in enumerate((0, 0, 1, 1)):
        session_id = await views(visitor, f"{page}/{number}")
        events = await told(site, session_id, "SegmentAssignmentEvent")
        assert [one["segment"]["id"] for one in events] == [segment] * so_far


async def test_27_41_what_fits_a_customer_lasts_and_qualifies_once_by_one_assignment(
    site: Tracked, time: Ticking
) -> None:
    page, visitor = a_page(), site.visitor()
    lasting = await site.segment(page, scope="Customer", assignmentExpirationDays=2)
    passing = await site.segment(page)
    map_id = await site.map([lasting])

    async def fits(session_id: str) -> set[str]:
        found = await site.manage("GET", f"/sessions/{session_id}")
        return {one["id"] for one in found["segments"]} & {lasting, passing}

    first = await views(visitor, page)
    assert await fits(first) == {lasting, passing}
    assert await offered(visitor, page) == [map_id]
    time.pass_by(DAY)
    second = await views(visitor, "/elsewhere")
    assert second != first
    assert await fits(second) == {lasting}
    assert await offered(visitor, page) == []
    assert await told(site, second, "WebActionEvent") == []
    time.pass_by(DAY)
    third = await views(visitor, "/elsewhere")
    assert await fits(third) == set()
    await views(visitor, page)  # Another assignment, by which it qualifies once more.
    assert await offered(visitor, page) == [map_id]


async def test_31_88_a_goal_is_reached_once_a_visit_and_counts_for_a_map_after_its_chat(
    site: Tracked, time: Ticking
) -> None:
    page, before, after = a_page(), a_page(), a_page()
    goals = []
    for path in (before, after):
        criterion = {"key": "page.pathname", "operator": "startsWith", "values": [path]}
        patterns = [{"criteria": [criterion], "count": 1}]
        body = {"displayName": path, "journey": {"patterns": patterns}}
        goals.append((await site.manage("POST", "/outcomes", body))["id"])
    map_id = await site.map([await site.segment(page)])
    visitor = site.visitor()
    first = await views(visitor, page)
    [action] = (await visitor.pings(page))["actions"]
    for state in ("offered", "accepted", "started"):
        await visitor.reports(action, state)
    await views(visitor, before)
    assert (await visitor.reports(action, "engaged")).status_code == 204
    await views(visitor, after, after, before)
    achieved = await told(site, first, "OutcomeAchievedEvent")
    assert [one["outcome"]["id"] for one in achieved] == goals
    report = await site.manage("GET", f"/reports/actionmaps/{map_id}")
    [row] = report["actionMaps"]
    assert (row["engaged"], row["outcomes"], row["outcomesAchieved"]) == (1, 1, 1)
    await visitor.reports(action, "completed")
    time.pass_by(31 * MINUTE)
    second = await views(visitor, after)
    assert second != first
    [again] = await told(site, second, "OutcomeAchievedEvent")
    assert again["outcome"]["id"] == goals[1]


async def test_40_a_trigger_that_is_met_again_makes_no_second_action(site: Tracked) -> None:
    page, visitor = a_page(), site.visitor()
    map_id = await site.map([await site.segment(page), await site.segment(f"{page}/more")])
    session_id = await views(visitor, page, f"{page}/more", page)
    [qualified] = await told(site, session_id, "WebActionEvent")
    assert (qualified["action"]["state"], qualified["actionMap"]["id"]) == ("qualified", map_id)


async def test_43_a_delay_runs_on_other_pages_and_the_offer_waits_for_a_page_of_its_own(
    site: Tracked, time: Ticking
) -> None:
    page, visitor = a_page(), site.visitor()
    conditions = [{"operator": "containsAny", "values": [page]}]
    delay = {"type": "delay", "delayInSeconds": 10}
    map_id = await site.map([await site.segment(page)], activation=delay, pageUrlConditions=conditions)
    await views(visitor, page)
    time.pass_by(5)
    assert await offered(visitor, page) == []
    time.pass_by(15)
    await views(visitor, "/elsewhere")
    assert await offered(visitor, "/elsewhere") == []
    time.pass_by(40)
    await views(visitor, page)
    assert await offered(visitor, page) == [map_id]
    assert await reasons(site, map_id) == {
        "TriggerDateInFuture": (1, 1),
        "PageUrlConditionsNotMatching": (1, 1),
    }


async def test_44_an_offer_for_the_next_visit_is_the_same_action_there(site: Tracked, time: Ticking) -> None:
    page, visitor = a_page(), site.visitor()
    map_id = await site.map([await site.segment(page)], activation={"type": "on-next-session"})
    first = await views(visitor, page)
    assert await offered(visitor, page) == []
    assert await reasons(site, map_id) == {"TriggerDateInFuture": (1, 1)}
    [qualified] = await told(site, first, "WebActionEvent")
    time.pass_by(31 * MINUTE)
    second = await views(visitor, "/elsewhere")
    [action] = (await visitor.pings(page))["actions"]
    assert (action["id"], action["sessionId"]) == (qualified["action"]["id"], second)


async def test_47_54_the_heavier_map_wins_and_a_ping_without_a_page_is_given_nothing(site: Tracked) -> None:
    page, visitor = a_page(), site.visitor()
    segments = [await site.segment(page)]
    light, heavy = await site.map(segments), await site.map(segments, weight=3)
    await views(visitor, page)
    assert (await visitor.pings(None))["actions"] == []
    assert await reasons(site, light) == await reasons(site, heavy) == {}
    assert await offered(visitor, page) == [heavy]
    assert await reasons(site, light) == {"MultipleSimultaneousOffers": (1, 1)}
    assert await reasons(site, heavy) == {}


async def test_52_53_after_a_no_and_for_a_while_after_an_offer_no_other_is_made(
    site: Tracked, time: Ticking
) -> None:
    page, visitor = a_page(), site.visitor()
    await site.map([await site.segment(page)])
    other = await site.map([await site.segment(f"{page}/more")])
    session_id = await views(visitor, page)
    [action] = (await visitor.pings(page))["actions"]
    for state in ("offered", "rejected"):
        await visitor.reports(action, state)
    await views(visitor, f"{page}/more")
    assert await offered(visitor, page) == []
    blocked = await told(site, session_id, "BlockedWebActionOfferEvent")
    assert [one["blockingFrequencyCapBehaviour"] for one in blocked] == ["CapOnceRejected"]
    known = await site.manage("GET", f"/actionmaps/{other}")
    ignoring = {"version": known["version"], "ignoreFrequencyCap": True}
    await site.manage("PATCH", f"/actionmaps/{other}", ignoring)
    assert await offered(visitor, page) == [other]

    cap = {"capOnceFinalized": False, "capOnceRejected": False, "capForPeriod": "00:10"}
    await site.sets(frequencyCaps={"webchat": cap})
    known = await site.manage("GET", f"/actionmaps/{other}")
    heeding = {"version": known["version"], "ignoreFrequencyCap": False}
    await site.manage("PATCH", f"/actionmaps/{other}", heeding)
    time.pass_by(9 * MINUTE)
    assert await offered(visitor, page) == []
    blocked = await told(site, session_id, "BlockedWebActionOfferEvent")
    assert blocked[-1]["blockingFrequencyCapBehaviour"] == "CapForPeriod"
    time.pass_by(1 * MINUTE)
    assert await offered(visitor, page) == [other]
