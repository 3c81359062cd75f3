"""Who changed what, over HTTP: told from what was done, and to nobody who may not know."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from frontdesk.desk.journeys.audit import READ_AT_ONCE, Audit
from tests.desk.journeys.site import SEGMENT
from tests.edges.journey_office import VIEWER, Office, office

pytestmark = pytest.mark.anyio
SUES = {"origin": "http://desk.example"}


@pytest.fixture(scope="module")
async def desk() -> AsyncIterator[Office]:
    """A key made a segment and changed the settings; Sue renamed the segment and removed it."""
    async with office() as made:
        segment = (await made.answers("POST", "/segments", SEGMENT)).json()["id"]
        renamed = {"version": 1, "displayName": "Shoppers", "isActive": False}
        assert (await made.signed_in("sue", "PATCH", f"/segments/{segment}", renamed, **SUES)).is_success
        assert (await made.signed_in("sue", "DELETE", f"/segments/{segment}", **SUES)).is_success
        settings = {"version": 0, "sessionTimeoutMinutes": 20}
        assert (await made.answers("PATCH", "/settings", settings)).is_success
        yield made


async def changes(desk: Office, query: str = "") -> list[dict[str, Any]]:
    answer = await desk.answers("GET", f"/audit?{query}")
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["entities"]
    return found


async def test_it_says_who_did_what_to_what(desk: Office) -> None:
    made, edited, deleted = await changes(desk, "filterField=resource&filterValue=segments&sortBy=number")
    assert [(one["action"], one["by"]) for one in (made, edited, deleted)] == [
        ("add", "key all"),
        ("edit", "sue"),
        ("delete", "sue"),
    ]
    assert [one["displayName"] for one in (made, edited, deleted)] == ["Buyers", "Shoppers", "Shoppers"]
    assert sorted(edited["fields"]) == ["displayName", "isActive"]
    assert (edited["version"], edited["selfUri"][-36:]) == (2, made["resourceId"])
    assert made["date"].endswith("Z")


async def test_settings_are_there_from_the_start_so_they_are_only_edited(desk: Office) -> None:
    (one,) = await changes(desk, "filterField=resource&filterValue=settings")
    assert (one["action"], one["fields"], one["selfUri"]) == (
        "edit",
        ["sessionTimeoutMinutes"],
        "/api/v2/journey/settings",
    )


async def test_what_stays_on_record_as_deleted_was_deleted(desk: Office) -> None:
    made = await desk.answers(
        "POST", "/actiontemplates", {"name": "Old", "state": "Active", "mediaType": "webchat"}
    )
    assert made.status_code == 201, made.text
    await desk.answers("DELETE", f"/actiontemplates/{made.json()['id']}")
    last = (await changes(desk))[0]
    assert (last["action"], last["displayName"]) == ("delete", "Old")


async def test_the_newest_comes_first_in_pages(desk: Office) -> None:
    every = await changes(desk, "pageSize=200")
    numbers = [one["number"] for one in every]
    assert numbers == sorted(numbers, reverse=True)
    assert await changes(desk, "pageSize=2&pageNumber=2") == every[2:4]
    refused = await desk.answers("GET", "/audit?sortBy=secret")
    assert (refused.status_code, refused.json()["field"]) == (400, "sortBy")


async def test_it_needs_the_permission(desk: Office) -> None:
    assert (await desk.answers("GET", "/audit", key=VIEWER)).status_code == 403
    assert (await desk.answers("GET", "/audit", key="")).status_code == 401


async def test_however_many_there_are_each_is_told_once(desk: Office) -> None:
    for number in range(READ_AT_ONCE):
        await desk.answers("POST", "/segments", {**SEGMENT, "displayName": f"Segment {number}"})
    found = await Audit(desk.definitions).changes()
    assert [one.number for one in found] == list(range(1, len(found) + 1))
    assert len(found) > READ_AT_ONCE
