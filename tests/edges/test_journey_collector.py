"""The journey collector over HTTP: pages of other sites, limits, batches, beacons, what trackers are told."""

import asyncio
import json
import uuid
from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from msgspec.structs import replace

from frontdesk.domain.journey.facts import Happened
from frontdesk.settings_journeys import JourneysSettings
from tests.conformance.journey.tracked import ORIGIN, SERVER_KEY, Ticking, Tracked, tracked, tracking_in
from tests.patience import PATIENCE_S

pytestmark = pytest.mark.anyio
PREFLIGHT = {"access-control-request-method": "POST", "access-control-request-headers": "content-type"}


@pytest.fixture(scope="module")
async def site(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Tracked]:
    tracking = {"ipFilters": [{"ipAddress": "198.51.100.0/24", "name": "office"}]}
    async with tracked(tracking_in(tmp_path_factory.mktemp("tracked")), tracking=tracking) as own:
        yield own


@pytest.fixture(scope="module")
def time() -> Ticking:
    return Ticking()


@pytest.fixture(scope="module")
async def strict(tmp_path_factory: pytest.TempPathFactory, time: Ticking) -> AsyncIterator[Tracked]:
    """A site that lets people ask as often as they may."""
    limits = JourneysSettings(
        requests_burst_per_customer=5,
        server_keys=(SERVER_KEY,),
        body_bytes_max=2048,
        events_in_flight_max=1,
    )
    async with tracked(tracking_in(tmp_path_factory.mktemp("strict"), limits), time) as own:
        yield own


# --- pages of other sites ---------------------------------------------------------------------------


@pytest.mark.parametrize("place", ["webevents", "webevents/batch", "actionevent", "consent", "config"])
async def test_pages_of_the_site_may_ask_before_they_ask(site: Tracked, place: str) -> None:
    granted = await site.ask("OPTIONS", place, headers={"origin": ORIGIN, **PREFLIGHT})
    assert (granted.status_code, granted.headers["access-control-allow-origin"]) == (204, ORIGIN)
    assert "POST" in granted.headers["access-control-allow-methods"]
    assert "content-type" in granted.headers["access-control-allow-headers"]
    refused = await site.ask("OPTIONS", place, headers={"origin": "https://evil.example", **PREFLIGHT})
    assert "access-control-allow-origin" not in refused.headers


async def test_every_refusal_can_be_read_by_pages_of_the_site(site: Tracked) -> None:
    visitor = site.visitor()
    answers = {
        "no_such_address": await visitor.post("nothing", {}),
        "method": await site.ask("GET", "webevents", headers=visitor.headers),
        "bad_request": await visitor.post("webevents", {}),
        "invalid_event_name": await visitor.sends(visitor.event("a-b")),
    }
    for code, answer in answers.items():
        assert answer.json()["code"] == code, code
        assert answer.json()["message"]
        assert answer.headers["access-control-allow-origin"] == ORIGIN
        assert answer.headers["vary"] == "Origin"
    assert [answer.status_code for answer in answers.values()] == [404, 405, 400, 400]
    assert [answer.headers.get("allow") for answer in answers.values()] == [None, "POST, OPTIONS", None, None]


async def test_what_is_no_request_is_answered_in_the_same_words(site: Tracked) -> None:
    at = urlsplit(site.at("webevents"))
    reader, writer = await asyncio.open_connection(at.hostname, at.port)
    writer.write(f"POST {at.path} HTTP/1.1\r\norigin: {ORIGIN}\r\nbroken\r\n\r\n".encode())
    async with asyncio.timeout(PATIENCE_S):
        answer = (await reader.read()).decode()
    writer.close()
    head, _, body = answer.partition("\r\n\r\n")
    assert head.startswith("HTTP/1.1 400")
    assert "access-control-allow-origin: " in head
    assert json.loads(body)["code"] == "malformed"


# --- events -----------------------------------------------------------------------------------------


async def test_a_beacon_is_plain_text_and_taken_alike(site: Tracked) -> None:
    visitor = site.visitor()
    headers = {**visitor.headers, "content-type": "text/plain;charset=UTF-8"}
    answer = await site.ask("POST", "webevents", content=json.dumps(visitor.event()), headers=headers)
    assert answer.status_code == 200
    batch = json.dumps([visitor.event(), visitor.event("thing_done")])
    answer = await site.ask("POST", "webevents/batch", content=batch, headers=headers)
    assert [one["body"]["session"]["eventCount"] for one in answer.json()] == [2, 3]


async def test_each_event_of_a_batch_is_answered_on_its_own(site: Tracked) -> None:
    visitor = site.visitor()
    event = visitor.event(eventId=str(uuid.uuid4()))
    bot = visitor.event(userAgentString="Googlebot/2.1 (+http://www.google.com/bot.html)")
    large = visitor.event(attributes={f"a{number}": "x" * 500 for number in range(100)})
    answer = await visitor.post("webevents/batch", [event, visitor.event("a-b"), bot, large, event, 7])
    assert [one["status"] for one in answer.json()] == [200, 400, 202, 413, 200, 400]
    assert answer.json()[0]["body"] == answer.json()[4]["body"]
    assert len([fact for fact in await site.history(visitor) if isinstance(fact, Happened)]) == 1
    assert (await visitor.post("webevents/batch", [event] * 21)).status_code == 400


async def test_what_is_left_out_says_why(site: Tracked) -> None:
    office = {"authorization": f"Bearer {SERVER_KEY}"}
    visitor = site.visitor(**office)
    answer = await visitor.sends(visitor.event(ipAddress="198.51.100.7"))
    assert (answer.status_code, answer.json()) == (202, {"accepted": False, "reason": "ip_filter"})
    path = f"/deployments/{site.deployment_id}"
    known = await site.manage("GET", path)
    off = {"version": known["version"], "tracking": {**known["tracking"], "enabled": False}}
    known = await site.manage("PATCH", path, off)
    assert (await visitor.sends()).json()["reason"] == "tracking_disabled"
    assert (await visitor.pings())["pollIntervalMilliseconds"] == -1
    on = {"version": known["version"], "tracking": {**known["tracking"], "enabled": True}}
    await site.manage("PATCH", path, on)
    assert (await visitor.sends()).status_code == 200


async def test_only_the_sites_own_server_says_from_which_address(site: Tracked) -> None:
    page, server = site.visitor(), site.visitor(authorization=f"Bearer {SERVER_KEY}")
    for visitor, kept, is_authenticated in ((page, "127.0.0.0", False), (server, "203.0.113.0", True)):
        answer = await visitor.does(ipAddress="203.0.113.9")
        assert (await site.customer(visitor)).visit.origin.ip_address == kept
        assert (await site.stored(visitor, answer["id"])).is_authenticated is is_authenticated


async def test_a_date_in_the_future_is_now_when_it_is_far(site: Tracked) -> None:
    visitor = site.visitor()
    near, far = (await visitor.did(-240)).json(), (await visitor.did(-360)).json()
    assert near["createdDate"] > far["createdDate"]


async def test_two_at_once_of_one_customer_are_both_taken_in(site: Tracked) -> None:
    visitor = site.visitor()
    event = visitor.event(eventId=str(uuid.uuid4()))
    same, others = [visitor.sends(event) for _ in range(5)], [visitor.sends() for _ in range(5)]
    answers = await asyncio.gather(*same, *others)
    assert [answer.status_code for answer in answers] == [200] * 10
    assert len({answer.text for answer in answers[:5]}) == 1
    assert (await site.customer(visitor)).events == 6


# --- offers -----------------------------------------------------------------------------------------


async def test_an_action_event_finds_its_customer_by_the_visit(site: Tracked) -> None:
    await site.map([await site.segment("/found")])
    visitor = site.visitor()
    await visitor.does(path="/found")
    [action] = (await visitor.pings("/found"))["actions"]
    assert (await visitor.reports(action, "offered")).status_code == 204
    unknown = {**action, "sessionId": str(uuid.uuid4())}
    assert (await visitor.reports(unknown, "offered")).status_code == 404
    own = await visitor.reports(action, "accepted", customerCookieId=visitor.id)
    assert own.status_code == 204
    stranger = await visitor.reports(action, "rejected", customerCookieId=site.visitor().id)
    assert stranger.status_code == 404


async def test_a_page_says_nothing_of_an_action_but_what_happens_on_pages(site: Tracked) -> None:
    await site.map([await site.segment("/said")])
    visitor = site.visitor()
    await visitor.does(path="/said")
    [action] = (await visitor.pings("/said"))["actions"]
    for state in ("qualified", "started", "engaged", "completed", "qualifiedOutsideSchedule"):
        assert (await visitor.reports(action, state)).status_code == 403, state
    for state in ("offeredOutsideSchedule", "frequencyCapReached", "lapsed"):
        assert (await visitor.reports(action, state)).status_code == 403, state
    assert (await visitor.reports(action, "unheardOf")).status_code == 400


async def test_54_a_ping_that_names_no_page_is_given_nothing(site: Tracked) -> None:
    await site.map([await site.segment("/nameless")])
    visitor = site.visitor()
    await visitor.does(path="/nameless")
    assert (await visitor.pings(None))["actions"] == []
    assert len((await visitor.pings("/nameless"))["actions"]) == 1


async def test_55_one_of_two_tabs_is_given_the_action(site: Tracked) -> None:
    await site.map([await site.segment("/tabs")])
    visitor = site.visitor()
    await visitor.does(path="/tabs")
    assert len((await visitor.pings("/tabs", tab="one"))["actions"]) == 1
    assert (await visitor.pings("/tabs", tab="two"))["actions"] == []
    assert len((await visitor.pings("/tabs", tab="one"))["actions"]) == 1


# --- limits -----------------------------------------------------------------------------------------


async def test_who_asks_too_often_is_told_when_to_come_back(strict: Tracked, time: Ticking) -> None:
    visitor = strict.visitor()
    answers = [await visitor.sends() for _ in range(6)]
    assert [answer.status_code for answer in answers] == [200] * 5 + [429]
    assert answers[-1].json()["code"] == "too_many_requests"
    assert answers[-1].headers["retry-after"] == "1"
    assert (await strict.visitor().sends()).status_code == 200  # Another browser.
    time.pass_by(1)
    assert (await visitor.sends()).status_code == 200


async def test_an_address_may_ask_so_often_and_a_server_as_often_as_it_has_to(
    strict: Tracked, time: Ticking
) -> None:
    time.pass_by(300)
    answers = [await strict.visitor().pings() for _ in range(120)]
    assert len(answers) == 120
    refused = await strict.visitor().sends()
    assert (refused.status_code, refused.json()["code"]) == (429, "too_many_requests")
    server = strict.visitor(authorization=f"Bearer {SERVER_KEY}")
    assert (await server.sends()).status_code == 200
    name = "journeys.requests_per_minute_per_address"
    metrics = (await strict.house.visitors.http.get(f"{strict.house.url}/metrics")).text
    assert f'frontdesk_limit_refusals_total{{limit="{name}"}} 1.0' in metrics
    time.pass_by(300)


async def test_who_is_refused_for_all_ways_in_counts_once_at_that_limit(tmp_path: Path) -> None:
    settings = tracking_in(tmp_path)
    settings = replace(settings, limits=replace(settings.limits, requests_per_second_per_address=1))
    async with tracked(settings) as own:
        refused = sum([(await own.visitor().sends()).status_code == 429 for _ in range(10)])
        assert refused
        metrics = (await own.house.visitors.http.get(f"{own.house.url}/metrics")).text
        name = "requests_per_second_per_address"
        assert f'frontdesk_limit_refusals_total{{limit="{name}"}} {refused}.0' in metrics


async def test_a_body_has_a_size(strict: Tracked, time: Ticking) -> None:
    time.pass_by(300)
    visitor = strict.visitor()
    answer = await visitor.sends(visitor.event(attributes={"a": "x" * 3000}))
    assert (answer.status_code, answer.json()["code"]) == (413, "body_too_large")


async def test_no_more_events_are_worked_on_at_once_than_may_be(strict: Tracked) -> None:
    many = [strict.visitor(authorization=f"Bearer {SERVER_KEY}") for _ in range(30)]
    answers = await asyncio.gather(*(one.sends() for one in many))
    assert {answer.status_code for answer in answers} == {200, 503}
    refused = next(answer for answer in answers if answer.status_code == 503)
    assert (refused.json()["code"], refused.headers["retry-after"]) == ("try_later", "5")
    metrics = (await strict.house.visitors.http.get(f"{strict.house.url}/metrics")).text
    assert 'frontdesk_limit_refusals_total{limit="journeys.events_in_flight_max"}' in metrics
    assert (await many[0].sends()).status_code == 200


async def test_who_is_slow_to_say_something_keeps_nobody_from_being_heard(strict: Tracked) -> None:
    slow, other = (strict.visitor(authorization=f"Bearer {SERVER_KEY}") for _ in range(2))
    at, body = urlsplit(strict.at("webevents")), json.dumps(slow.event()).encode()
    reader, writer = await asyncio.open_connection(at.hostname, at.port)
    head = (f"POST {at.path} HTTP/1.1", f"authorization: Bearer {SERVER_KEY}", f"content-length: {len(body)}")
    writer.write("\r\n".join((*head, "", "")).encode() + body[:10])
    door = strict.house.server._parts.journeys.door
    async with asyncio.timeout(PATIENCE_S):
        while not door._traffic.in_flight:
            await asyncio.sleep(0.01)
    assert (await other.sends()).status_code == 200
    writer.write(body[10:])
    async with asyncio.timeout(PATIENCE_S):
        assert b" 200 " in await reader.readline()
    writer.close()


# --- what trackers are told -------------------------------------------------------------------------


async def test_what_a_tracker_is_told_of_its_site(site: Tracked) -> None:
    first = await site.ask("GET", "config", headers={"origin": ORIGIN})
    told = first.json()
    assert (told["enabled"], told["pageviewConfig"], told["consent"]) == (True, "Auto", "implied")
    assert (told["sessionTimeoutMinutes"], told["offerTimeoutSeconds"]) == (30, 30)
    assert told["trustClientChatStates"] is False
    assert "ipFilters" not in told
    assert first.headers["cache-control"] == "public, max-age=300"
    etag = first.headers["etag"]
    again = await site.ask("GET", "config", headers={"origin": ORIGIN, "if-none-match": f"W/{etag}"})
    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", etag)
    await site.sets(sessionTimeoutMinutes=20)
    any_of = await site.ask("GET", "config", headers={"origin": ORIGIN, "if-none-match": "*"})
    assert any_of.status_code == 304
    changed = await site.ask("GET", "config", headers={"origin": ORIGIN, "if-none-match": etag})
    assert (changed.status_code, changed.json()["sessionTimeoutMinutes"]) == (200, 20)
    await site.sets(sessionTimeoutMinutes=30)


async def test_what_is_counted(site: Tracked) -> None:
    taken = await site.house.measured("frontdesk_journey_events_total")
    refused = await site.house.measured("frontdesk_journey_refusals_total")
    visitor = site.visitor()
    await visitor.does()
    await visitor.sends(visitor.event("a-b"))
    assert await site.house.measured("frontdesk_journey_events_total") == taken + 1
    assert await site.house.measured("frontdesk_journey_refusals_total") == refused + 1


async def test_behind_a_proxy_it_says_from_where_they_come(tmp_path: Path) -> None:
    settings = tracking_in(tmp_path)
    settings = replace(settings, server=replace(settings.server, trusted_proxies=("127.0.0.1",)))
    async with tracked(settings) as site:
        visitor = site.visitor(**{"x-forwarded-for": "203.0.113.9"})
        await visitor.does()
        assert (await site.customer(visitor)).visit.origin.ip_address == "203.0.113.0"
