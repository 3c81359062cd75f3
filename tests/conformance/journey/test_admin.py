"""What managers of journeys are answered: checks 29, 36, 39 and 42, and what else section 13 asks for."""

from collections.abc import AsyncIterator, Sequence
from typing import Any

import pytest

from frontdesk.domain.journey.compiling import Compiled
from frontdesk.domain.journey.customer import Customer
from frontdesk.domain.journey.facts import Fact, Happened, SegmentAssigned, VisitBegan
from frontdesk.domain.journey.gate import ping
from frontdesk.domain.journey.gate_checks import Ask
from frontdesk.domain.journey.qualifying import qualify
from frontdesk.domain.journey.web_events import Page, WebEvent
from tests.desk.journeys.site import SEGMENT, a_map
from tests.edges.journey_office import Office, office

pytestmark = pytest.mark.anyio
SHOP = "https://x.test"
CUSTOMER, VISIT = "c0000000-0000-4000-8000-000000000001", "50000000-0000-4000-8000-000000000001"


@pytest.fixture(scope="module")
async def desk() -> AsyncIterator[Office]:
    async with office() as made:
        yield made


@pytest.fixture(scope="module")
async def segment(desk: Office) -> str:
    found: str = (await desk.answers("POST", "/segments", SEGMENT)).json()["id"]
    return found


def on(operator: str, *values: str) -> dict[str, Any]:
    return {"operator": operator, "values": list(values)}


async def test_29_one_whole_address_stands_alone_and_is_whole(desk: Office, segment: str) -> None:
    whole = on("equal", f"{SHOP}/a")
    saved = await desk.answers("POST", "/actionmaps", a_map(segment, pageUrlConditions=[whole]))
    assert saved.status_code == 201
    second = {"version": 1, "pageUrlConditions": [whole, on("containsAny", "/b")]}
    refused = await desk.answers("PATCH", f"/actionmaps/{saved.json()['id']}", second)
    assert (refused.status_code, refused.json()["field"]) == (400, "pageUrlConditions")
    part = a_map(segment, pageUrlConditions=[on("equal", "x.test/a")])
    refused = await desk.answers("POST", "/actionmaps", part)
    assert (refused.status_code, refused.json()["field"]) == (400, "pageUrlConditions[0].values[0]")


async def test_39_segments_and_event_conditions_do_not_go_together(desk: Office, segment: str) -> None:
    event = {"key": "page.url", "values": ["/a"], "streamType": "Web", "sessionType": "web"}
    both = a_map(segment, triggerWithEventConditions=[event])
    refused = await desk.answers("POST", "/actionmaps", both)
    assert (refused.status_code, refused.json()["code"]) == (400, "mixed_triggers")
    alone = {**both, "triggerWithSegments": []}
    assert (await desk.answers("POST", "/actionmaps", alone)).status_code == 201


async def test_42_thirty_pings_on_another_page_are_thirty_of_one_session(desk: Office, segment: str) -> None:
    made = await desk.answers(
        "POST", "/actionmaps", a_map(segment, pageUrlConditions=[on("endsWith", "/cart")])
    )
    map_id = made.json()["id"]
    compiled = Compiled(desk.book.definitions)
    event = WebEvent("e1", "page_viewed", VISIT, desk.now_ms, Page(url=f"{SHOP}/help"))
    began = VisitBegan(VISIT, "d1", desk.now_ms)
    await desk.happens(CUSTOMER, began, Happened(event), SegmentAssigned(segment, "a1", VISIT, 1))

    def qualified(customer: Customer, now_ms: int) -> Sequence[Fact]:
        ids = iter(f"a{n}" for n in range(100))
        return [
            fact
            for fact in qualify(customer, compiled, now_ms, ids.__next__)
            if getattr(fact, "map_id", "") == map_id
        ]

    def pinged(customer: Customer, now_ms: int) -> Sequence[Fact]:
        facts, offers = ping(customer, Ask(f"{SHOP}/help"), compiled, desk.desk, now_ms)
        assert not offers
        return facts

    await desk.customers.change(CUSTOMER, qualified)
    for _ in range(30):
        desk.now_ms += 10_000
        await desk.customers.change(CUSTOMER, pinged)
    found = (await desk.answers("GET", f"/actionmaps/{map_id}/blocked")).json()
    assert found["reasons"] == [{"reason": "PageUrlConditionsNotMatching", "count": 30, "sessions": 1}]


async def test_36_what_is_not_known_is_not_claimed(desk: Office) -> None:
    goal = {"displayName": "Bought", "journey": SEGMENT["journey"]}
    outcome = (await desk.answers("POST", "/outcomes", goal)).json()["id"]
    await desk.answers("POST", "/outcomes/predictors", {"outcome": {"id": outcome}})
    visit = VISIT[:-1] + "2"
    await desk.happens(CUSTOMER[:-1] + "2", VisitBegan(visit, "d1", desk.now_ms))
    found = await desk.answers("GET", f"/sessions/{visit}/outcomescores?explain=true")
    (score,) = found.json()["outcomeScores"]
    assert (score["probability"], score["state"], score["contributions"]) == (None, "collecting", [])


async def test_section_13_1_lists_errors_and_versions_are_as_agreed(desk: Office, segment: str) -> None:
    listed = (await desk.answers("GET", "/segments?sortBy=-displayName")).json()
    assert (listed["pageNumber"], listed["pageSize"]) == (1, 25)
    old = await desk.answers("PATCH", f"/segments/{segment}", {"version": 7, "isActive": False})
    assert (old.status_code, old.json()["current"]["version"]) == (409, 1)
    assert set(old.json()) == {"code", "message", "field", "current"}


async def test_section_13_2_what_a_map_uses_is_kept(desk: Office, segment: str) -> None:
    await desk.answers("POST", "/actionmaps", a_map(segment))
    refused = await desk.answers("DELETE", f"/segments/{segment}")
    assert (refused.status_code, refused.json()["code"]) == (409, "in_use")


async def test_section_13_3_what_a_schema_cannot_say_is_checked_too(desk: Office, segment: str) -> None:
    dates = a_map(segment, startDate="2026-02-01T00:00:00Z", endDate="2026-01-01T00:00:00Z")
    likely = {"outcomeId": VISIT, "maximumProbability": 0.3, "probability": 0.7}
    for body, field in (
        (dates, "endDate"),
        (a_map(VISIT), "triggerWithSegments[0]"),
        (a_map(segment, activation={"type": "delay"}), "activation.delayInSeconds"),
        (
            a_map(segment, triggerWithOutcomeProbabilityConditions=[likely]),
            "triggerWithOutcomeProbabilityConditions[0].outcomeId",
        ),
    ):
        refused = await desk.answers("POST", "/actionmaps", body)
        assert (refused.status_code, refused.json()["field"]) == (400, field)
