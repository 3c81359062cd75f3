"""Visits over HTTP: who is there now, and what happened."""

from collections.abc import AsyncIterator, Sequence
from typing import Any

import pytest
from msgspec.structs import replace

from frontdesk.desk.journeys.reading import stamp
from frontdesk.domain.journey.customer import Assignment, Customer, Visit
from frontdesk.domain.journey.definitions import Definitions
from frontdesk.domain.journey.facts import (
    Block,
    Blocked,
    Called,
    CallOutcome,
    ChatSummary,
    Emitter,
    Fact,
    Happened,
    Moved,
    OutcomeAchieved,
    Qualified,
    Reason,
    Scored,
    SegmentAssigned,
    Stage,
    State,
    VisitBegan,
    VisitEnded,
)
from frontdesk.domain.journey.web_events import Browser, Device, Origin, Page, WebEvent
from frontdesk.edges.journey_visit_answers import session
from tests.desk.journeys.site import SEGMENT, a_map
from tests.edges.journey_office import VIEWER, Office, office

pytestmark = pytest.mark.anyio
AMY, BOB, CAROL = (f"c0000000-0000-4000-8000-00000000000{n}" for n in (1, 2, 3))
FIRST, SECOND, BOBS, CAROLS = (f"50000000-0000-4000-8000-00000000000{n}" for n in (1, 2, 3, 4))
ACTION, ASSIGNMENT = "a0000000-0000-4000-8000-000000000001", "b0000000-0000-4000-8000-000000000001"
SHOP = "https://shop.example"


def began(visit_id: str, at_ms: int) -> VisitBegan:
    return VisitBegan(visit_id, "d1", at_ms, Origin(device=Device(category="desktop"), user_agent="Firefox"))


def viewed(visit_id: str, path: str, at_ms: int, number: int) -> Happened:
    event = WebEvent(
        f"e{visit_id[-1]}-{number}",
        "page_viewed",
        visit_id,
        at_ms,
        Page(url=SHOP + path, title=path),
        number=number,
        pageview_number=number,
        attributes={"items": 2, "gift": True, "code": "x"},
    )
    return Happened(event)


@pytest.fixture(scope="module")
async def desk() -> AsyncIterator[Office]:
    """Amy was there once, and is again, with an offer before her; Bob looks around."""
    async with office() as made:
        segment = (await made.answers("POST", "/segments", SEGMENT)).json()["id"]
        the_map = (await made.answers("POST", "/actionmaps", a_map(segment))).json()["id"]
        goal = {"displayName": "Bought", "journey": SEGMENT["journey"]}
        outcomes = [(await made.answers("POST", "/outcomes", goal)).json()["id"] for _ in range(3)]
        for outcome in outcomes:
            await made.answers("POST", "/outcomes/predictors", {"outcome": {"id": outcome}})
        made.now_ms = start = 1_795_250_000_000

        async def happens(who: str, *facts: Fact) -> None:
            await made.happens(who, *facts)

        await happens(AMY, began(FIRST, start), viewed(FIRST, "/", start, 1))
        await happens(AMY, OutcomeAchieved(outcomes[0], FIRST, 1, value=9.5), VisitEnded(FIRST, start + 9))
        made.now_ms += 3_600_000
        again = made.now_ms
        await happens(AMY, began(SECOND, again), viewed(SECOND, "/cart", again, 2))
        await happens(AMY, SegmentAssigned(segment, ASSIGNMENT, SECOND, 1))
        await happens(AMY, Qualified(ACTION, the_map, 1, SECOND, "webchat", target_id="t1"))
        block = Block(ACTION, Reason.PAGE_URL, url_condition=0)
        await happens(AMY, Blocked((block,)))
        await happens(AMY, Moved(ACTION, State.OFFERED, Emitter.BROWSER, Stage.INVITATION))
        rejected = Moved(ACTION, State.REJECTED, Emitter.BROWSER, Stage.INVITATION, disposition_ms=1000)
        await happens(AMY, rejected)
        await happens(AMY, Scored(outcomes[0], 3, 0.25, 0.5), Scored(outcomes[0], 3, 0.2, 0.4))
        await happens(AMY, Scored(outcomes[1], 3, 0.3), OutcomeAchieved(outcomes[1], SECOND, 1))
        await happens(AMY, viewed(SECOND, "/help", made.now_ms, 3))
        await happens(BOB, began(BOBS, made.now_ms), viewed(BOBS, "/", made.now_ms, 1))
        yield made


async def asked(desk: Office, path: str) -> dict[str, Any]:
    response = await desk.answers("GET", path)
    assert response.status_code == 200, response.text
    found: dict[str, Any] = response.json()
    return found


async def test_a_visit_as_it_is(desk: Office) -> None:
    found = await asked(desk, f"/sessions/{SECOND}")
    assert (found["id"], found["type"], found["customerId"], found["customerIdType"]) == (
        SECOND,
        "web",
        AMY,
        "cookie",
    )
    assert (found["eventCount"], found["pageviewCount"], found["visitCount"]) == (2, 2, 2)
    assert found["lastPage"] == {"url": f"{SHOP}/help", "title": "/help"}
    assert (found["device"]["category"], found["userAgentString"]) == ("desktop", "Firefox")
    assert [one["displayName"] for one in found["segments"]] == ["Buyers"]
    assert [(one["state"], one["stage"]) for one in found["actions"]] == [("rejected", "invitation")]
    assert "endedDate" not in found


def test_all_of_a_visit_has_the_names_of_the_wire_and_what_is_not_known_has_none() -> None:
    page = Page(url=f"{SHOP}/a?b=c", query_string="b=c")
    device = Device(category="mobile", is_mobile=True, os_family="iOS", screen_density=2.5)
    browser = Browser(family="Safari", view_width=390)
    visit = Visit(FIRST, "d1", 1000, 1000, page=page, origin=Origin(browser=browser, device=device))
    found = session(Customer(id=AMY, visit=visit), Definitions(), 2000)
    assert found["lastPage"] == {"url": f"{SHOP}/a?b=c", "queryString": "b=c"}
    assert found["browser"] == {"family": "Safari", "viewWidth": 390}
    assert found["device"] == {
        "category": "mobile",
        "isMobile": True,
        "osFamily": "iOS",
        "screenDensity": 2.5,
    }


def test_a_segment_of_the_customer_is_shown_until_its_time_is_up() -> None:
    day_ms = 86_400_000
    visit = Visit(FIRST, "d1", 1000, 1000)
    customer = Customer(
        id=AMY, visit=visit, assignments=(Assignment("a1", "s1", 1000, expires_ms=2 * day_ms),)
    )
    assert [one["id"] for one in session(customer, Definitions(), day_ms)["segments"]] == ["s1"]
    assert session(customer, Definitions(), 2 * day_ms)["segments"] == []
    over = replace(customer, visit=replace(visit, ended_ms=day_ms))  # It shows how the visit ended.
    assert len(session(over, Definitions(), 2 * day_ms)["segments"]) == 1


def test_a_visit_that_a_chat_held_is_over_when_its_time_is_up_since_the_chat() -> None:
    timeout_ms = Definitions().settings.session_timeout_minutes * 60_000
    visit = Visit(FIRST, "d1", 1000, 1000, released_ms=3_000_000)
    customer = Customer(id=AMY, visit=visit)
    assert "endedDate" not in session(customer, Definitions(), 3_000_000 + timeout_ms - 1)
    found = session(customer, Definitions(), 3_000_000 + timeout_ms)
    assert found["endedDate"] == stamp(3_000_000 + timeout_ms)
    assert "endedDate" not in session(
        replace(customer, visit=replace(visit, holds=("c",))), Definitions(), 9_000_000
    )


async def test_a_visit_as_it_was(desk: Office) -> None:
    found = await asked(desk, f"/sessions/{FIRST}")
    assert (found["eventCount"], found["endedDate"]) == (1, "2026-11-21T08:33:20.009Z")
    assert [one["displayName"] for one in found["outcomesAchieved"]] == ["Bought"]


async def test_a_visit_is_over_when_its_time_is_up_whoever_noticed(
    desk: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(desk, "now_ms", desk.now_ms + 30 * 60_000 + 10_000)
    found = await asked(desk, f"/sessions/{SECOND}")
    assert found["endedDate"] > found["awayDate"] > found["idleDate"]


async def test_the_end_of_a_chat_says_how_it_was(desk: Office) -> None:
    dan, visit, action = (name.replace("0001", "0009") for name in (AMY, FIRST, ACTION))
    chat = ChatSummary(num_agents=1, user_messages=2, started_ms=5, agent_reached_ms=7, waiting_ms=2)
    moves = [Moved(action, state, Emitter.CHAT) for state in (State.STARTED, State.ENGAGED)]
    over = Moved(action, State.COMPLETED, Emitter.CHAT, interaction_id="chat", chat=chat)
    facts = (began(visit, desk.now_ms), Qualified(action, "m", 1, visit, "webchat"), *moves, over)
    await desk.happens(dan, *facts, VisitEnded(visit, desk.now_ms))
    *before, last = (await asked(desk, f"/sessions/{visit}/events"))["entities"]
    assert not any("chatSummary" in one for one in before)
    summary = last["chatSummary"]
    assert (summary["id"], summary["proactive"], summary["numAgents"]) == ("chat", True, 1)
    assert (summary["agentReached"], summary["waitingForAgent"]) == (7, 2)
    assert (summary["botReached"], summary["cancelled"], summary["filesUploaded"]) == (False, False, 0)
    assert "form" not in summary


async def test_calls_of_services_are_events_of_the_visit(desk: Office) -> None:
    eve, visit, action = (name.replace("0001", "0008") for name in (AMY, FIRST, ACTION))
    calls = (CallOutcome.FAILED, "it answered 500"), (CallOutcome.DELIVERED, "")
    called = [Called(action, "m", visit, went, n + 1, why) for n, (went, why) in enumerate(calls)]
    await desk.happens(eve, began(visit, desk.now_ms), *called, VisitEnded(visit, desk.now_ms))
    found = (await asked(desk, f"/sessions/{visit}/events?eventType=WebhookCallEvent"))["entities"]
    assert [(one["outcome"], one["attempt"], one.get("errorMessage")) for one in found] == [
        ("failed", 1, "it answered 500"),
        ("delivered", 2, None),
    ]
    assert {one["action"]["id"] for one in found} == {action}


async def test_there_is_no_visit_of_another_name(desk: Office) -> None:
    for path in ("", "/events", "/outcomescores"):
        assert (await desk.answers("GET", f"/sessions/{ACTION}{path}")).status_code == 404


def types(found: dict[str, Any]) -> Sequence[str]:
    return [one["eventType"] for one in found["entities"]]


async def test_the_events_of_a_visit_are_its_own_and_in_order(desk: Office) -> None:
    found = await asked(desk, f"/sessions/{SECOND}/events")
    assert types(found) == [
        "WebEvent",
        "SegmentAssignmentEvent",
        "WebActionEvent",
        "BlockedWebActionOfferEvent",
        "WebActionEvent",
        "WebActionEvent",
        "OutcomeAchievedEvent",
        "WebEvent",
    ]
    web, assigned, qualified, blocked, offered, rejected, achieved, _ = found["entities"]
    assert (web["page"]["url"], web["totalEventCount"]) == (f"{SHOP}/cart", 2)
    assert web["attributes"] == {
        "items": {"dataType": "integer", "value": "2"},
        "gift": {"dataType": "boolean", "value": "true"},
        "code": {"dataType": "string", "value": "x"},
    }
    assert (assigned["segment"]["displayName"], assigned["segment"]["scope"]) == ("Buyers", "Session")
    assert (qualified["action"]["state"], qualified["actionTarget"]) == ("qualified", {"id": "t1"})
    assert (blocked["blockingReason"], blocked["actionMap"]["displayName"]) == (
        "PageUrlConditionsNotMatching",
        "Help",
    )
    assert "timeToDisposition" not in offered
    assert (rejected["action"]["state"], rejected["timeToDisposition"], rejected["emitter"]) == (
        "rejected",
        1000,
        "B",
    )
    assert achieved["outcome"]["displayName"] == "Bought"
    ids = [one["id"] for one in found["entities"]]
    assert len(set(ids)) == len(ids)
    assert [one["id"] for one in (await asked(desk, f"/sessions/{SECOND}/events"))["entities"]] == ids
    assert types(await asked(desk, f"/sessions/{FIRST}/events")) == ["WebEvent", "OutcomeAchievedEvent"]


async def test_events_come_in_pages_that_miss_and_repeat_nothing(desk: Office) -> None:
    whole = (await asked(desk, f"/sessions/{SECOND}/events"))["entities"]
    found: list[dict[str, Any]] = []
    after = ""
    while True:
        page = await asked(desk, f"/sessions/{SECOND}/events?pageSize=3&after={after}")
        found += page["entities"]
        assert len(page["entities"]) <= 3
        if "after" not in page:
            break
        after = page["after"]
        assert after in page["nextUri"]
    assert found == whole


async def test_events_of_some_types(desk: Office) -> None:
    found = await asked(desk, f"/sessions/{SECOND}/events?eventType=WebEvent,OutcomeAchievedEvent")
    assert types(found) == ["WebEvent", "OutcomeAchievedEvent", "WebEvent"]


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("pageSize=201", "pageSize"),
        ("after=x", "after"),
        ("after=1.²", "after"),
        ("eventType=Moon", "eventType"),
    ],
)
async def test_what_cannot_be_asked_of_events_is_said(desk: Office, query: str, field: str) -> None:
    refused = await desk.answers("GET", f"/sessions/{SECOND}/events?{query}")
    assert (refused.status_code, refused.json()["field"]) == (400, field)


async def test_scores_of_a_visit_and_what_is_not_known_yet(desk: Office) -> None:
    likely, achieved, unknown = (await asked(desk, f"/sessions/{SECOND}/outcomescores"))["outcomeScores"]
    assert (likely["probability"], likely["sessionMaxProbability"], likely["quantile"]) == (0.2, 0.25, 0.4)
    assert (likely["percentile"], likely["sessionMaxPercentile"]) == (40, 50)
    assert (achieved["probability"], achieved["achieved"]) == (1.0, True)
    assert (unknown["probability"], unknown["state"], unknown["quantile"]) == (None, "collecting", None)


async def test_who_is_there_now_a_page_at_a_time(desk: Office) -> None:
    first = await asked(desk, "/sessions?open=true&pageSize=1")
    assert (first["total"], [one["id"] for one in first["entities"]]) == (2, [SECOND])
    second = await asked(desk, f"/sessions?open=true&pageSize=1&after={first['after']}")
    assert [one["id"] for one in second["entities"]] == [BOBS]
    assert "after" not in second
    await desk.happens(CAROL, began(CAROLS, desk.now_ms))
    assert (await asked(desk, "/sessions?open=true"))["total"] == 3
    await desk.happens(CAROL, VisitEnded(CAROLS, desk.now_ms))
    assert (await asked(desk, "/sessions?open=true"))["total"] == 2
    assert (await desk.answers("GET", "/sessions")).status_code == 400


async def test_visits_are_shown_to_who_may_see_them(desk: Office) -> None:
    for path in ("/sessions?open=true", f"/sessions/{SECOND}", f"/sessions/{SECOND}/events"):
        assert (await desk.answers("GET", path, key=VIEWER)).status_code == 403
        assert (await desk.answers("GET", path, key="")).status_code == 401
