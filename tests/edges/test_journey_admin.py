"""Managing journeys over HTTP: who may, what is answered, how lists are asked for."""

import re
from collections.abc import AsyncIterator

import pytest

from frontdesk.desk.journeys.book import STREAM
from frontdesk.edges.journey_answers import BASE
from frontdesk.edges.journey_callers import Caller
from frontdesk.edges.openapi_journeys import paths
from tests.desk.journeys.site import SEGMENT, a_map
from tests.edges.journey_office import KEY, URL, VIEWER, Office, office

pytestmark = pytest.mark.anyio
NOBODY = "00000000-0000-4000-8000-000000000000"


@pytest.fixture(scope="module")
async def opened() -> AsyncIterator[Office]:
    async with office() as made:
        yield made


@pytest.fixture
async def desk(opened: Office) -> Office:
    """The office as if nobody had defined anything."""
    for kind in ("actionmaps", "segments", "outcomes/predictors", "outcomes", "deployments"):
        for one in (await opened.answers("GET", f"/{kind}?pageSize=200")).json()["entities"]:
            await opened.answers("DELETE", f"/{kind}/{one['id']}")
    return opened


# --- who may ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("key", ["", "wrong", KEY + "x", "a key that may do everythin"])
@pytest.mark.parametrize("path", ["/segments", f"/segments/{NOBODY}", "/settings", "/outcomes/predictors"])
async def test_without_a_key_every_address_answers_alike(desk: Office, key: str, path: str) -> None:
    refused = await desk.answers("GET", path, key=key)
    assert (refused.status_code, refused.json()) == (
        401,
        {"code": "not_authenticated", "message": "a key or a sign-in is needed"},
    )
    assert refused.headers["www-authenticate"] == "Bearer"


async def test_no_address_is_answered_without_its_permission(desk: Office) -> None:
    keyless = 0
    for path, item in paths().items():
        for method, call in item.items():
            if not path.startswith(BASE):
                continue  # What is told of all journeys lies elsewhere, and has tests of its own.
            place = path.removeprefix(BASE).replace("{id}", NOBODY)
            unknown = await desk.answers(method.upper(), place, {}, key="")
            assert unknown.status_code == 401, place
            needed = re.search(r"`(.*)`", call["description"])
            assert needed is not None
            may = Caller("viewer", ("journey:segment:view", "journey:actionmap:*")).may(needed[1])
            known = await desk.answers(method.upper(), place, {}, key=VIEWER)
            assert (known.status_code == 403) is not may, (method, place)
            keyless += 1
    assert keyless > 50


async def test_a_key_may_do_what_it_is_for(desk: Office) -> None:
    assert (await desk.answers("GET", "/segments", key=VIEWER)).status_code == 200
    refused = await desk.answers("POST", "/segments", SEGMENT, key=VIEWER)
    assert (refused.status_code, refused.json()["code"]) == (403, "missing_permission")
    assert "journey:segment:add" in refused.json()["message"]
    made = (await desk.answers("POST", "/segments", SEGMENT)).json()
    assert (await desk.answers("POST", "/actionmaps", a_map(made["id"]), key=VIEWER)).status_code == 201


async def test_of_people_supervisors_may_and_agents_may_not(desk: Office) -> None:
    assert (await desk.signed_in("sue", "POST", "/segments", SEGMENT)).status_code == 201
    refused = await desk.signed_in("amy", "GET", "/segments")
    assert (refused.status_code, refused.json()["code"]) == (403, "missing_permission")


async def test_a_page_of_another_site_may_not_use_a_sign_in(desk: Office) -> None:
    refused = await desk.signed_in("sue", "GET", "/segments", origin="https://evil.example")
    assert (refused.status_code, refused.json()["code"]) == (403, "wrong_origin")


async def test_who_changed_what_is_on_record(desk: Office) -> None:
    made = (await desk.answers("POST", "/segments", SEGMENT)).json()
    await desk.signed_in("sue", "PATCH", f"/segments/{made['id']}", {"version": 1, "isActive": False})
    created, changed = (await desk.definitions.read(STREAM))[-2:]
    assert b'"by":"key all"' in created.body
    assert b'"by":"sue"' in changed.body


# --- one definition ---------------------------------------------------------------------------------


async def test_a_definition_is_answered_with_its_defaults_and_its_address(desk: Office) -> None:
    response = await desk.answers("POST", "/segments", SEGMENT)
    made = response.json()
    assert response.status_code == 201
    assert response.headers["location"] == made["selfUri"] == f"{BASE}/segments/{made['id']}"
    assert (made["version"], made["isActive"], made["scope"], made["color"]) == (
        1,
        True,
        "Session",
        "#2f6fb3",
    )
    assert made["journey"]["patterns"][0]["criteria"][0] == {
        "key": "page.url",
        "values": ["/cart"],
        "operator": "containsAny",
        "shouldIgnoreCase": True,
        "entityType": "visit",
    }
    assert (await desk.answers("GET", f"/segments/{made['id']}")).json() == made


async def test_what_was_read_can_be_sent_back(desk: Office) -> None:
    made = (await desk.answers("POST", "/segments", SEGMENT)).json()
    same = await desk.answers("PATCH", f"/segments/{made['id']}", made)
    assert (same.status_code, same.json()) == (200, made)
    other = await desk.answers("PATCH", f"/segments/{made['id']}", {**made, "displayName": "Payers"})
    assert (other.json()["version"], other.json()["displayName"]) == (2, "Payers")


async def test_an_older_version_is_answered_with_the_newest(desk: Office) -> None:
    made = (await desk.answers("POST", "/segments", SEGMENT)).json()
    await desk.answers("PATCH", f"/segments/{made['id']}", {"version": 1, "displayName": "Payers"})
    refused = await desk.answers("PATCH", f"/segments/{made['id']}", {"version": 1, "isActive": False})
    answer = refused.json()
    assert (refused.status_code, answer["code"], answer["field"]) == (409, "version_conflict", "version")
    assert (answer["current"]["version"], answer["current"]["displayName"]) == (2, "Payers")


async def test_what_is_used_stays(desk: Office) -> None:
    made = (await desk.answers("POST", "/segments", SEGMENT)).json()
    used_by = (await desk.answers("POST", "/actionmaps", a_map(made["id"]))).json()
    refused = await desk.answers("DELETE", f"/segments/{made['id']}")
    assert (refused.status_code, refused.json()["code"]) == (409, "in_use")
    assert (await desk.answers("DELETE", f"/actionmaps/{used_by['id']}")).status_code == 204
    assert (await desk.answers("DELETE", f"/segments/{made['id']}")).status_code == 204
    assert (await desk.answers("GET", f"/segments/{made['id']}")).status_code == 404


async def test_predictors_are_no_outcomes(desk: Office) -> None:
    goal = {"displayName": "Bought", "journey": SEGMENT["journey"]}
    outcome = (await desk.answers("POST", "/outcomes", goal)).json()
    predictor = await desk.answers("POST", "/outcomes/predictors", {"outcome": {"id": outcome["id"]}})
    assert predictor.status_code == 201
    assert (await desk.answers("GET", "/outcomes/predictors")).json()["total"] == 1
    one = f"/outcomes/predictors/{predictor.json()['id']}"
    assert (await desk.answers("GET", one)).json()["outcome"] == {"id": outcome["id"]}
    assert (await desk.answers("PATCH", one, {"version": 1})).status_code == 405


async def test_templates_stay_on_record_unless_that_is_not_wanted(desk: Office) -> None:
    template = {"name": "Hello", "mediaType": "webchat", "state": "Active"}
    made = (await desk.answers("POST", "/actiontemplates", template)).json()
    assert (await desk.answers("DELETE", f"/actiontemplates/{made['id']}")).status_code == 204
    assert (await desk.answers("GET", "/actiontemplates")).json()["total"] == 0
    deleted = await desk.answers("GET", "/actiontemplates?filterField=state&filterValue=Deleted")
    assert [one["id"] for one in deleted.json()["entities"]] == [made["id"]]
    await desk.answers("DELETE", f"/actiontemplates/{made['id']}?hardDelete=true")
    assert (await desk.answers("GET", f"/actiontemplates/{made['id']}")).status_code == 404


async def test_settings_have_defaults_and_versions(desk: Office) -> None:
    before = (await desk.answers("GET", "/settings")).json()
    assert (before["sessionTimeoutMinutes"], before["privacy"]["consentMode"]) == (30, "required")
    asked = {"version": before["version"], "sessionTimeoutMinutes": 20}
    after = await desk.answers("PATCH", "/settings", asked)
    assert after.json() == {**before, "version": before["version"] + 1, "sessionTimeoutMinutes": 20}
    assert (await desk.answers("PATCH", "/settings", asked)).status_code == 409


@pytest.mark.parametrize(
    ("body", "code", "field"),
    [
        ({"displayName": "x"}, "no_condition", "journey.patterns"),
        ({"displayName": "x", "colour": "red"}, "unknown_field", "colour"),
        ([], "bad_request", None),
        ("x", "bad_request", None),
    ],
)
async def test_what_is_wrong_is_said_of_its_field(
    desk: Office, body: object, code: str, field: str | None
) -> None:
    refused = await desk.answers("POST", "/segments", body)
    answer = refused.json()
    assert (refused.status_code, answer["code"], answer.get("field")) == (400, code, field)
    assert answer["message"]


async def test_a_body_that_nests_too_deep_is_no_json(desk: Office) -> None:
    headers, deep = {"authorization": f"Bearer {KEY}"}, b'{"displayName":' + b"[" * 20_000
    for path in ("/api/v2/journey/segments", "/api/v2/analytics/journeys/aggregates/query"):
        refused = await desk.client.post(f"{URL}{path}", content=deep, headers=headers)
        assert refused.status_code == 400, path


async def test_a_body_that_is_too_large_is_not_taken(desk: Office) -> None:
    refused = await desk.answers("POST", "/segments", {"displayName": "x" * 300_000})
    assert (refused.status_code, refused.json()["code"]) == (413, "body_too_large")


# --- lists ------------------------------------------------------------------------------------------


@pytest.fixture
async def named(desk: Office) -> Office:
    """Five segments, in this order."""
    for number, name in enumerate(("delta", "Alpha", "charlie", "Bravo", "echo")):
        fields = {"displayName": name, "description": f"the {name}", "isActive": number % 2 == 0}
        await desk.answers("POST", "/segments", {**SEGMENT, **fields})
    return desk


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("", ["delta", "Alpha", "charlie", "Bravo", "echo"]),
        ("sortBy=displayName", ["Alpha", "Bravo", "charlie", "delta", "echo"]),
        ("sortBy=-displayName", ["echo", "delta", "charlie", "Bravo", "Alpha"]),
        ("sortBy=isActive,-displayName", ["Bravo", "Alpha", "echo", "delta", "charlie"]),
        ("sortBy=displayName&pageSize=2", ["Alpha", "Bravo"]),
        ("sortBy=displayName&pageSize=2&pageNumber=3", ["echo"]),
        ("pageNumber=9", []),
        ("queryFields=displayName,description&queryValue=THE%20C", ["charlie"]),
        ("queryFields=displayName&queryValue=the", []),
        ("filterField=isActive&filterValue=false", ["Alpha", "Bravo"]),
        ("filterField=displayName&filterValue=alpha", []),
        ("filterField=journey.patterns&filterValue=x", []),
    ],
)
async def test_a_list_is_searched_sorted_and_cut_into_pages(
    named: Office, query: str, names: list[str]
) -> None:
    answer = (await named.answers("GET", f"/segments?{query}")).json()
    assert [one["displayName"] for one in answer["entities"]] == names


async def test_a_page_says_how_many_there_are(named: Office) -> None:
    answer = (await named.answers("GET", "/segments?pageSize=2&pageNumber=2")).json()
    del answer["entities"]
    assert answer == {"pageNumber": 2, "pageSize": 2, "pageCount": 3, "total": 5}


async def test_maps_can_be_asked_for_by_their_ids_a_hundred_at_once(desk: Office) -> None:
    segment = (await desk.answers("POST", "/segments", SEGMENT)).json()
    maps = [(await desk.answers("POST", "/actionmaps", a_map(segment["id"]))).json() for _ in range(3)]
    wanted = [maps[0]["id"], maps[2]["id"]]
    some = await desk.answers("GET", f"/actionmaps?actionMapIds={','.join(wanted)}")
    assert [one["id"] for one in some.json()["entities"]] == wanted
    many = ",".join([NOBODY] * 101)
    refused = await desk.answers("GET", f"/actionmaps?actionMapIds={many}")
    assert (refused.status_code, refused.json()["code"]) == (400, "too_many_ids")


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("pageSize=201", "pageSize"),
        ("pageSize=0", "pageSize"),
        ("pageNumber=x", "pageNumber"),
        ("sortBy=colour", "sortBy"),
        ("filterField=_id&filterValue=1", "filterField"),
        ("queryFields=nothing&queryValue=x", "queryFields"),
        ("queryValue=x", "queryFields"),
    ],
)
async def test_what_cannot_be_asked_of_a_list_is_said(named: Office, query: str, field: str) -> None:
    refused = await named.answers("GET", f"/segments?{query}")
    assert (refused.status_code, refused.json()["field"]) == (400, field)
