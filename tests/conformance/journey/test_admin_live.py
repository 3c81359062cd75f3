"""Who manages journeys sees what visitors do on a site, and erases it: §13.2 from end to end, check 95."""

import uuid
from collections.abc import AsyncIterator
from typing import Any

import httpx2
import pytest

from tests.conformance.journey.tracked import BASE, KEY, Tracked, Visitor, tracked, tracking_in
from tests.desk.journeys.site import a_map

pytestmark = pytest.mark.anyio
CART = {"key": "page.pathname", "operator": "startsWith", "values": ["/cart"]}


@pytest.fixture(scope="module")
async def site(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Tracked]:
    async with tracked(tracking_in(tmp_path_factory.mktemp("managed"))) as running:
        yield running


@pytest.fixture(scope="module")
async def map_id(site: Tracked) -> str:
    """A map for who looks at the cart, on the pages of the cart."""
    journey = {"patterns": [{"criteria": [CART], "count": 1}]}
    segment = await site.manage("POST", "/segments", {"displayName": "Buyers", "journey": journey})
    fields = {
        "pageUrlConditions": [{"operator": "containsAny", "values": ["/cart"]}],
        "action": {"mediaType": "webchat", "isPacingEnabled": False},
    }
    found: str = (await site.manage("POST", "/actionmaps", a_map(segment["id"], **fields)))["id"]
    return found


async def asked(site: Tracked, method: str, path: str) -> httpx2.Response:
    headers = {"authorization": f"Bearer {KEY}"}
    return await site.house.visitors.http.request(method, f"{site.house.url}{BASE}{path}", headers=headers)


async def looks_at_the_cart(site: Tracked, **fields: Any) -> tuple[Visitor, str]:
    visitor = site.visitor()
    answer = await visitor.does(path="/cart", **fields)
    return visitor, answer["session"]["id"]


async def test_a_visit_is_seen_with_its_events_and_its_offer(site: Tracked, map_id: str) -> None:
    visitor, session_id = await looks_at_the_cart(site)
    (action,) = (await visitor.pings("/cart"))["actions"]
    await visitor.reports(action, "offered")
    await visitor.reports(action, "rejected", stage="invitation")
    live = (await site.manage("GET", "/sessions?open=true&pageSize=200"))["entities"]
    assert session_id in [one["id"] for one in live]
    found = await site.manage("GET", f"/sessions/{session_id}")
    assert (found["customerId"], found["eventCount"], found["lastPage"]["pathname"]) == (
        visitor.id,
        1,
        "/cart",
    )
    assert [one["state"] for one in found["actions"]] == ["rejected"]
    events = (await site.manage("GET", f"/sessions/{session_id}/events"))["entities"]
    assert [one["eventType"] for one in events] == [
        "WebEvent",
        "SegmentAssignmentEvent",
        "WebActionEvent",
        "WebActionEvent",
        "WebActionEvent",
    ]
    states = [one["action"]["state"] for one in events if "action" in one]
    assert states == ["qualified", "offered", "rejected"]
    assert {one["action"]["id"] for one in events if "action" in one} == {action["id"]}
    assert events[-1]["timeToDisposition"] >= 0


async def test_why_not_and_how_often_not(site: Tracked, map_id: str) -> None:
    visitor, session_id = await looks_at_the_cart(site)
    for _ in range(3):
        assert (await visitor.pings("/help"))["actions"] == []
    elsewhere = {"url": "https://shop.example/help", "sessionId": session_id}
    found = await site.manage("POST", f"/actionmaps/{map_id}/test", elsewhere)
    assert [check["check"] for check in found["checks"] if not check["passed"]] == ["page"]
    here = await site.manage(
        "POST", f"/actionmaps/{map_id}/test", {**elsewhere, "url": "https://x.test/cart"}
    )
    assert here["passed"] is True
    blocked = await site.manage("GET", f"/actionmaps/{map_id}/blocked")
    assert blocked["reasons"] == [{"reason": "PageUrlConditionsNotMatching", "count": 3, "sessions": 1}]


async def test_95_a_person_is_erased_by_address_with_all_browsers(site: Tracked, map_id: str) -> None:
    email = {"traits": {"email": {"dataType": "string", "value": "Kim@example.org"}}}
    first, session_id = await looks_at_the_cart(site, **email)
    second, _ = await looks_at_the_cart(site, **email)
    stranger, _ = await looks_at_the_cart(site)
    for _ in range(2):
        await first.pings("/help")
    before = await site.manage("GET", f"/actionmaps/{map_id}/blocked")
    found = await site.manage("GET", "/customers?email=kim%40example.org")
    assert sorted(one["id"] for one in found["entities"]) == sorted((first.id, second.id))
    export = await site.manage("GET", f"/customers/{first.id}")
    assert export["contact"]["traits"]["email"]["value"] == "Kim@example.org"
    assert "VisitBegan" in [fact["fact"]["type"] for fact in export["facts"]]

    erased = await asked(site, "DELETE", "/customers?email=kim%40example.org")
    assert (erased.status_code, erased.json()) == (200, {"erased": 2})
    for gone in (f"/customers/{first.id}", f"/customers/{second.id}", f"/sessions/{session_id}"):
        assert (await asked(site, "GET", gone)).status_code == 404
    assert (await asked(site, "GET", "/customers?email=kim%40example.org")).status_code == 404
    assert (await asked(site, "GET", f"/customers/{stranger.id}")).status_code == 200
    after = await site.manage("GET", f"/actionmaps/{map_id}/blocked")
    assert (after["count"], after["sessions"]) == (before["count"], before["sessions"])


async def test_nothing_names_an_erased_browser_of_a_person_who_has_others(site: Tracked) -> None:
    """§12.6, however it was erased: by who manages journeys, or by the browser itself."""
    email = {"traits": {"email": {"dataType": "string", "value": "lee@example.org"}}}
    tokens = {}
    visitors = [site.visitor() for _ in range(3)]
    for visitor in visitors:
        tokens[visitor.id] = (await visitor.does(**email))["eraseToken"]
    managed, itself, left = visitors
    assert (await asked(site, "DELETE", f"/customers/{managed.id}")).status_code == 204
    bearer = {"authorization": f"Bearer {tokens[itself.id]}"}
    gone = await site.ask("DELETE", f"customers/{itself.id}", headers={**itself.headers, **bearer})
    assert gone.status_code == 204
    found = await site.manage("GET", "/customers?email=lee%40example.org")
    assert [one["id"] for one in found["entities"]] == [left.id]
    export = (await asked(site, "GET", f"/customers/{left.id}")).text
    assert left.id in export
    assert managed.id not in export
    assert itself.id not in export
    session_id = (await left.does())["session"]["id"]
    for path in (f"/sessions/{session_id}", f"/sessions/{session_id}/events", "/sessions?open=true"):
        told = (await asked(site, "GET", path)).text
        assert not [one.id for one in (managed, itself) if one.id in told]
    erased = await asked(site, "DELETE", "/customers?email=lee%40example.org")
    assert erased.json() == {"erased": 1}


async def test_one_browser_is_erased_by_its_id(site: Tracked) -> None:
    visitor, _ = await looks_at_the_cart(site)
    assert (await asked(site, "DELETE", f"/customers/{visitor.id}")).status_code == 204
    assert (await asked(site, "DELETE", f"/customers/{visitor.id}")).status_code == 404
    for query in ("", "?email=a&externalId=b", "?email=nobody%40example.org"):
        answer = await asked(site, "DELETE", f"/customers{query}")
        assert answer.status_code == (404 if "nobody" in query else 400)


async def test_the_description_tells_of_these_calls(site: Tracked) -> None:
    found = (await site.house.visitors.http.get(f"{site.house.url}/api/openapi.json")).json()
    assert f"{BASE}/actionmaps/{{id}}/test" in found["paths"]
    assert f"{BASE}/customers/{{id}}" in found["paths"]


async def test_browsers_of_one_person_count_together_and_conditions_on_the_person_hold_in_all(
    site: Tracked,
) -> None:
    """§6.5: the counter of a segment of the scope `Customer` is the contact's when a customer is linked."""
    person = {"traits": {"jobTitle": {"dataType": "string", "value": "Buyer"}}, "externalId": "kim-7"}
    twice = await site.segment("/twice", 2, scope="Customer")
    title = {"key": "contact.jobTitle", "operator": "equal", "values": ["Buyer"]}
    buyers = await site.segment("/twice", scope="Customer", context={"patterns": [{"criteria": [title]}]})
    first, second = site.visitor(), site.visitor()
    await first.does(path="/", **person)
    await second.does(path="/", externalId="kim-7")
    assert (await site.customer(first)).contact_id == (await site.customer(second)).contact_id != ""
    await first.does(path="/twice")
    fitting = [[one.segment_id for one in (await site.customer(v)).assignments] for v in (first, second)]
    assert fitting == [[buyers], [buyers]]
    sent = second.event(path="/twice", eventId=str(uuid.uuid4()))
    answers = [(await second.sends(sent)).json() for _ in range(2)]
    assert answers[0] == answers[1]
    fitting = [[one.segment_id for one in (await site.customer(v)).assignments] for v in (first, second)]
    assert fitting == [[buyers, twice], [buyers, twice]]
    told = [
        await site.manage("GET", f"/sessions/{(await site.customer(v)).visit.id}/events")
        for v in (first, second)
    ]
    assigned = [[e for e in page["entities"] if e["eventType"] == "SegmentAssignmentEvent"] for page in told]
    assert [len(events) for events in assigned] == [1, 1], (
        "each segment is assigned once, not in each browser"
    )


async def test_a_map_on_the_persons_segment_acts_in_the_event_that_earns_it_and_in_open_visits(
    site: Tracked,
) -> None:
    person = {"externalId": "lee-3"}
    segment_id = await site.segment("/thrice", 2, scope="Customer")
    await site.map([segment_id])
    first, second = site.visitor(), site.visitor()
    await first.does(path="/thrice", **person)
    await second.does(path="/", **person)
    sent = second.event(path="/thrice", eventId=str(uuid.uuid4()))
    answers = [(await second.sends(sent)).json() for _ in range(2)]
    assert answers[0]["pingNow"] is True
    assert answers[0] == answers[1]
    for visitor in (first, second):
        [action] = (await site.customer(visitor)).actions
        assert action.assignment_id == (await site.customer(visitor)).assignments[0].id


async def test_an_event_of_an_offer_has_the_text_that_was_shown_whatever_the_map_says_since(
    site: Tracked,
) -> None:
    """§9.2: `action.prompt` is the text shown."""
    action = {"mediaType": "webchat", "isPacingEnabled": False, "props": {"webchatPrompt": "Ask Kim."}}
    map_id = await site.map([await site.segment("/asked")], action=action)
    visitor = site.visitor()
    await visitor.does(path="/asked")

    async def says(prompt: str) -> None:
        known = await site.manage("GET", f"/actionmaps/{map_id}")
        changed = {**action, "props": {"webchatPrompt": prompt}}
        await site.manage("PATCH", f"/actionmaps/{map_id}", {"version": known["version"], "action": changed})

    await says("Ask Lee.")
    [offer] = (await visitor.pings("/asked"))["actions"]
    assert offer["webchatProperties"]["prompt"] == "Ask Lee."
    await visitor.reports(offer, "offered")
    await says("Ask Sam.")
    await visitor.reports(offer, "rejected")
    events = (await site.manage("GET", f"/sessions/{offer['sessionId']}/events"))["entities"]
    shown = [(e["action"]["state"], e["action"]["prompt"]) for e in events if "action" in e]
    assert shown == [("qualified", "Ask Kim."), ("offered", "Ask Lee."), ("rejected", "Ask Lee.")]
