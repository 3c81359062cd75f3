"""What can be asked of action maps: why not, on which pages, how often not, and who would have got it."""

from collections.abc import AsyncIterator
from typing import Any

import anyio
import pytest

from frontdesk.desk.journeys.reading import stamp
from frontdesk.domain.journey.facts import (
    Block,
    Blocked,
    Happened,
    Qualified,
    Reason,
    SegmentAssigned,
    VisitBegan,
    VisitEnded,
)
from frontdesk.domain.journey.web_events import Page, WebEvent
from tests.desk.journeys.site import ON_CART, SEGMENT, a_map
from tests.edges.journey_office import Office, office
from tests.patience import PATIENCE_S

pytestmark = pytest.mark.anyio
SHOP = "https://shop.example"
DAY_MS = 86_400_000
PAGES = [{"operator": "containsAny", "values": ["/CART", "/checkout"]}]
VISIT = "50000000-0000-4000-8000-00000000000{}"
BUYER, LOOKER, EARLY = (f"c0000000-0000-4000-8000-00000000000{n}" for n in (1, 2, 3))


@pytest.fixture(scope="module")
async def desk() -> AsyncIterator[Office]:
    async with office() as made:
        yield made


@pytest.fixture(scope="module")
async def segment(desk: Office) -> str:
    answer = await desk.answers("POST", "/segments", SEGMENT)
    found: str = answer.json()["id"]
    return found


@pytest.fixture(scope="module")
async def the_map(desk: Office, segment: str) -> str:
    answer = await desk.answers("POST", "/actionmaps", a_map(segment, pageUrlConditions=PAGES))
    found: str = answer.json()["id"]
    return found


async def told(desk: Office, path: str, body: Any) -> dict[str, Any]:
    response = await desk.answers("POST", path, body)
    assert response.status_code == 200, response.text
    found: dict[str, Any] = response.json()
    return found


# --- why not ----------------------------------------------------------------------------------------


async def test_without_a_visit_it_is_said_what_holds_for_all(desk: Office, the_map: str) -> None:
    found = await told(desk, f"/actionmaps/{the_map}/test", {"url": f"{SHOP}/Cart?token=1#top"})
    assert [check["check"] for check in found["checks"]] == [
        "in force",
        "page",
        "schedule",
        "agents",
        "pacing",
    ]
    assert found["passed"] is True
    assert all(check["text"] for check in found["checks"])
    assert found["normalizedUrl"] == f"{SHOP}/cart"
    assert found["pageUrlConditions"] == [
        {
            "operator": "containsAny",
            "values": ["/cart", "/checkout"],
            "comparedWith": f"{SHOP}/cart",
            "holds": True,
        }
    ]


async def test_what_stands_in_the_way_is_named(
    desk: Office, the_map: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(desk.desk, "free", 0)
    found = await told(desk, f"/actionmaps/{the_map}/test", {"url": f"{SHOP}/help"})
    failed = {check["check"]: check["reason"] for check in found["checks"] if not check["passed"]}
    assert failed == {
        "page": "PageUrlConditionsNotMatching",
        "agents": "NoAvailableAgents",
        "pacing": "ServiceLevelThrottling",
    }
    assert found["passed"] is False
    assert found["pageUrlConditions"][0]["holds"] is False


async def test_of_one_visit_it_is_said_what_it_lacks(desk: Office, the_map: str, segment: str) -> None:
    visit = VISIT.format(9)
    await desk.happens(LOOKER, VisitBegan(visit, "d1", desk.now_ms))
    asked = {"url": f"{SHOP}/cart", "sessionId": visit}
    lacking = await told(desk, f"/actionmaps/{the_map}/test", asked)
    assert [check["check"] for check in lacking["checks"] if not check["passed"]] == ["trigger"]
    await desk.happens(LOOKER, SegmentAssigned(segment, "a1", visit, 1))
    assert (await told(desk, f"/actionmaps/{the_map}/test", asked))["passed"] is True


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "url"),
        ({"url": 5}, "url"),
        ({"url": SHOP, "sessionId": VISIT.format(0)}, "sessionId"),
        ({"url": SHOP, "at": "noon"}, "at"),
    ],
)
async def test_what_cannot_be_asked_is_said(desk: Office, the_map: str, body: object, field: str) -> None:
    refused = await desk.answers("POST", f"/actionmaps/{the_map}/test", body)
    assert (refused.status_code, refused.json()["field"]) == (400, field)


async def test_conditions_can_be_tried_before_they_are_saved(desk: Office) -> None:
    conditions = [
        {"operator": "containsAny", "values": ["/cart", "/checkout"]},
        {"operator": "notContainsAny", "values": ["thank"]},
    ]
    asked = {"url": f"{SHOP}/checkout/thanks", "pageUrlConditions": conditions}
    found = await told(desk, "/actionmaps/urltest", asked)
    assert (found["matches"], [one["holds"] for one in found["conditions"]]) == (False, [True, False])
    whole = [{"operator": "equal", "values": ["HTTPS://Shop.Example:443/a/#x"]}]
    found = await told(desk, "/actionmaps/urltest", {"url": f"{SHOP}/A", "pageUrlConditions": whole})
    assert (found["matches"], found["conditions"][0]["values"]) == (True, [f"{SHOP}/a"])
    relative = [{"operator": "equal", "values": ["shop.example/a"]}]
    refused = await desk.answers("POST", "/actionmaps/urltest", {"url": SHOP, "pageUrlConditions": relative})
    assert refused.json()["field"] == "pageUrlConditions[0].values[0]"


# --- how often not ----------------------------------------------------------------------------------


async def test_what_was_not_offered_is_counted_by_reason(desk: Office, segment: str) -> None:
    made = (await desk.answers("POST", "/actionmaps", a_map(segment))).json()["id"]
    began_ms = desk.now_ms
    for who, times in (("b1", 30), ("b2", 1)):
        visit = Qualified(f"a-{who}", made, 1, f"v-{who}", "webchat")
        await desk.happens(who, VisitBegan(f"v-{who}", "d1", desk.now_ms), visit)
        for _ in range(times):
            await desk.happens(who, Blocked((Block(f"a-{who}", Reason.PAGE_URL),)))
    await desk.happens("b2", Blocked((Block("a-b2", Reason.NO_AGENTS),)))
    found = (await desk.answers("GET", f"/actionmaps/{made}/blocked")).json()
    assert (found["count"], found["sessions"]) == (32, 2)
    assert found["reasons"] == [
        {"reason": "PageUrlConditionsNotMatching", "count": 31, "sessions": 2},
        {"reason": "NoAvailableAgents", "count": 1, "sessions": 1},
    ]
    until = f"1970-01-01T00:00:00%2B00:00&to={stamp(began_ms)}"
    assert (await desk.answers("GET", f"/actionmaps/{made}/blocked?from={until}")).json()["count"] == 0
    refused = await desk.answers(
        "GET", f"/actionmaps/{made}/blocked?from={stamp(began_ms)}&to={stamp(began_ms)}"
    )
    assert (refused.status_code, refused.json()["field"]) == (400, "to")


# --- who would have got it --------------------------------------------------------------------------


def viewed(visit_id: str, path: str, at_ms: int) -> Happened:
    return Happened(WebEvent(f"e-{at_ms}", "page_viewed", visit_id, at_ms, Page(url=SHOP + path)))


async def passes_by(desk: Office, who: str, number: int, *paths: str) -> None:
    """A visit that looks at these pages, ten seconds each."""
    visit = VISIT.format(number)
    await desk.happens(who, VisitBegan(visit, "d1", desk.now_ms + 1000))
    for path in paths:
        await desk.happens(who, viewed(visit, path, desk.now_ms + 10_000), after_ms=10_000)
    await desk.happens(who, VisitEnded(visit, desk.now_ms))


async def estimated(desk: Office, **asked: Any) -> dict[str, Any]:
    """What an estimate comes to."""
    begun = await desk.answers("POST", "/actionmaps/estimates/jobs", asked)
    assert begun.status_code == 202, begun.text
    job: dict[str, Any] = begun.json()
    path = f"/actionmaps/estimates/jobs/{job['id']}"
    async with anyio.create_task_group() as group:
        for _, work in desk.work:
            group.start_soon(work)
        with anyio.fail_after(PATIENCE_S):
            while job["state"] in ("Pending", "Running"):
                await anyio.sleep(0.001)
                job = (await desk.answers("GET", path)).json()
        group.cancel_scope.cancel()
    if job["state"] == "Failed":
        return job
    found: dict[str, Any] = (await desk.answers("GET", job["resultsUri"].partition("journey")[2])).json()
    return found


async def test_an_unsaved_map_is_tried_on_past_visits(desk: Office) -> None:
    buyers = {**SEGMENT, "displayName": "Twice", "journey": {"patterns": [twice()]}}
    segment = (await desk.answers("POST", "/segments", buyers)).json()["id"]
    asked = {"triggerWithSegments": [segment], "pageUrlConditions": PAGES}
    await passes_by(desk, EARLY, 1, "/cart", "/cart")
    few = await estimated(desk, **asked)
    assert (few["state"], few["error"]["code"]) == ("Failed", "not_enough_data")
    assert few["error"]["message"] == "visits of 0 days are known, and 7 are needed: ask again later"

    desk.now_ms += 8 * DAY_MS
    await passes_by(desk, BUYER, 2, "/", "/cart", "/cart?again", "/help")
    await passes_by(desk, BUYER, 3, "/", "/cart", "/help")
    await passes_by(desk, LOOKER, 4, "/cart", "/help", "/cart", "/checkout")
    await passes_by(desk, LOOKER, 5, "/", "/help")
    found = await estimated(desk, **asked)
    assert found == {
        "qualifiedSessionCount": 2,
        "offeredSessionCount": 2,
        "totalSessionCount": 4,
        "seenSessionCount": 4,
        "perSegmentCounts": [{"segmentId": segment, "count": 2}],
        "days": 7,
    }
    elsewhere = [{"operator": "containsAny", "values": ["/help"]}]
    found = await estimated(desk, **{**asked, "pageUrlConditions": elsewhere})
    assert (found["qualifiedSessionCount"], found["offeredSessionCount"]) == (2, 1)

    # A delay that is over while somebody still looks at the page, and one that is not.
    checkout = {**asked, "pageUrlConditions": [{"operator": "containsAny", "values": ["again"]}]}
    for delay, count in ((9, 1), (11, 0)):
        late = {**checkout, "activation": {"type": "delay", "delayInSeconds": delay}}
        assert (await estimated(desk, **late))["offeredSessionCount"] == count
    next_time = {"triggerWithSegments": [segment], "activation": {"type": "on-next-session"}}
    found = await estimated(desk, **next_time)
    assert (found["qualifiedSessionCount"], found["offeredSessionCount"]) == (4, 2)


def twice() -> dict[str, Any]:
    return {"criteria": [ON_CART], "count": 2}


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        ({}, "triggerWithSegments"),
        ({"triggerWithSegments": [VISIT.format(0)]}, "triggerWithSegments[0]"),
        ({"days": 31}, "days"),
        ({"days": "7"}, "days"),
    ],
)
async def test_what_cannot_be_estimated_is_said(desk: Office, asked: object, field: str) -> None:
    refused = await desk.answers("POST", "/actionmaps/estimates/jobs", asked)
    assert (refused.status_code, refused.json()["field"]) == (400, field)


async def test_so_many_estimates_wait_and_no_more(desk: Office, segment: str) -> None:
    asked = {"triggerWithSegments": [segment]}
    answers = [await desk.answers("POST", "/actionmaps/estimates/jobs", asked) for _ in range(6)]
    assert [answer.status_code for answer in answers] == [202] * 5 + [429]
    unready = answers[0].json()["id"]
    early = await desk.answers("GET", f"/actionmaps/estimates/jobs/{unready}/results")
    assert (early.status_code, early.json()["code"]) == (409, "not_ready")
    unknown = await desk.answers("GET", f"/actionmaps/estimates/jobs/{VISIT.format(0)}")
    assert unknown.status_code == 404
