"""The collector: checks 3 to 6, 11 and 12 of journey.md §14."""

import uuid
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from frontdesk.domain.journey.facts import Moved, State
from frontdesk.settings_journeys import JourneysSettings
from tests.conformance.journey.tracked import ORIGIN, Ticking, Tracked, tracked, tracking_in

pytestmark = pytest.mark.anyio


@pytest.fixture(scope="module")
async def site(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Tracked]:
    async with tracked(tracking_in(tmp_path_factory.mktemp("tracked")), Ticking()) as own:
        yield own


async def test_03_a_name_with_other_characters_is_refused(site: Tracked) -> None:
    visitor = site.visitor()
    refused = await visitor.sends(visitor.event("timeout-30"))
    assert (refused.status_code, refused.json()["code"]) == (400, "invalid_event_name")
    assert (await visitor.does("timeout_30"))["eventName"] == "timeout_30"


async def test_04_an_event_may_be_an_hour_old(site: Tracked) -> None:
    visitor = site.visitor()
    refused = await visitor.did(61 * 60)
    assert (refused.status_code, refused.json()["code"]) == (400, "event_too_old")
    taken = await visitor.did(59 * 60)
    assert (taken.status_code, taken.json()["session"]["eventCount"]) == (200, 1)


async def test_05_an_event_that_comes_twice_is_one(site: Tracked) -> None:
    visitor = site.visitor()
    event = visitor.event(eventId=str(uuid.uuid4()))
    first = await visitor.sends(event)
    await visitor.does()
    again = await visitor.sends(event)
    assert (first.status_code, first.json()) == (again.status_code, again.json())
    assert (await visitor.does())["session"]["eventCount"] == 3


async def test_06_attributes_that_are_no_plain_values_are_left_out(site: Tracked) -> None:
    visitor = site.visitor()
    attributes = {"n": 1.5, "ok": True, "o": {"dataType": "integer", "value": "12"}, "bad": [1]}
    answer = await visitor.does("thing_done", attributes=attributes)
    stored = await site.stored(visitor, answer["id"])
    assert stored.attributes == {"n": 1.5, "ok": True, "o": 12}


async def test_11_crawlers_leave_nothing(site: Tracked) -> None:
    crawler = "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)"
    bot = site.visitor(**{"user-agent": crawler})
    answer = await bot.sends()
    assert (answer.status_code, answer.json()) == (202, {"accepted": False, "reason": "bot"})
    posted = await site.visitor(bot.id).sends(bot.event(userAgentString=crawler))
    assert posted.status_code == 202
    assert await bot.pings() == {"actions": [], "pollIntervalMilliseconds": -1}
    assert await site.history(bot) == []


async def test_11_browsers_without_a_window_are_left_out_unless_the_settings_take_them(
    site: Tracked, tmp_path: Path
) -> None:
    headers = {"user-agent": "Mozilla/5.0 (X11) AppleWebKit/537.36 HeadlessChrome/140.0.0.0 Safari/537.36"}
    assert (await site.visitor(**headers).sends()).status_code == 202
    settings = JourneysSettings(headless_are_visitors=True)
    async with tracked(tracking_in(tmp_path, settings)) as testing:
        tester = testing.visitor(**headers)
        await tester.does()
        assert (await tester.pings())["pollIntervalMilliseconds"] > 0


async def test_12_pages_of_other_origins_may_not_use_a_deployment(site: Tracked) -> None:
    other = site.visitor(origin="https://evil.example")
    refused = await other.sends()
    assert (refused.status_code, refused.json()["code"]) == (403, "origin_refused")
    assert "access-control-allow-origin" not in refused.headers
    assert (await site.visitor().sends()).headers["access-control-allow-origin"] == ORIGIN
    unknown = await site.house.visitors.http.post(
        site.at("webevents").replace(site.deployment_id, str(uuid.uuid4())), json=other.event()
    )
    assert (unknown.status_code, unknown.json()["code"]) == (403, "no_such_deployment")


async def test_an_offer_from_the_event_that_earns_it_to_its_answer(site: Tracked) -> None:
    segment = await site.segment("/pricing")
    map_id = await site.map([segment])
    visitor = site.visitor()
    assert not (await visitor.does())["pingNow"]
    assert (await visitor.pings())["actions"] == []
    earned = await visitor.does(path="/pricing")
    assert earned["pingNow"]
    [action] = (await visitor.pings("/pricing", sessionId=earned["session"]["id"], tab="one"))["actions"]
    assert (action["actionMapId"], action["customerId"]) == (map_id, visitor.id)
    assert (action["customerIdType"], action["attempt"], action["mediaType"]) == ("cookie", 1, "webchat")
    assert action["webchatProperties"]["titleText"] == "Hello"
    assert action["webchatProperties"]["timeoutSeconds"] == 30
    for state, status in (("offered", 204), ("offered", 204), ("accepted", 204), ("offered", 409)):
        response = await visitor.reports(action, state)
        assert response.status_code == status, (state, response.text)
    assert response.json()["state"] == "accepted"
    assert (await visitor.reports(action, "engaged")).status_code == 403
    assert (await visitor.reports(action, "dancing")).status_code == 400
    assert (await visitor.reports({**action, "id": str(uuid.uuid4())}, "accepted")).status_code == 404
    moved = [fact.state for fact in await site.history(visitor) if isinstance(fact, Moved)]
    assert moved == [State.OFFERED, State.ACCEPTED]
