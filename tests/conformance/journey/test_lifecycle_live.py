"""The life of an offer over HTTP, as browsers and who manages journeys see it: checks 57 to 81."""

import uuid
from collections.abc import AsyncIterator
from itertools import count
from typing import Any

import pytest

from tests.conformance.journey.tracked import Ticking, Tracked, Visitor, tracked, tracking_in

pytestmark = pytest.mark.anyio
MINUTE = 60
_pages = count(1)


@pytest.fixture(scope="module")
async def site(tmp_path_factory: pytest.TempPathFactory, time: Ticking) -> AsyncIterator[Tracked]:
    async with tracked(tracking_in(tmp_path_factory.mktemp("lives")), time) as own:
        yield own


class Invited:
    """A visitor on a page of their own, with the action that a map on that page has earned there."""

    def __init__(self, visitor: Visitor, page: str, map_id: str) -> None:
        self.visitor = visitor
        self.page = page
        self.map_id = map_id
        self.action: dict[str, Any] = {}

    @property
    def site(self) -> Tracked:
        return self.visitor.site

    async def comes(self) -> list[dict[str, Any]]:
        """View the page; what it is given to show."""
        await self.visitor.does(path=self.page)
        return await self.is_given()

    async def is_given(self, page: str = "") -> list[dict[str, Any]]:
        return list((await self.visitor.pings(page or self.page))["actions"])

    async def says(self, *states: str, **fields: Any) -> int:
        """Report states, one after the other; how the last report was answered."""
        for state in states:
            status = (await self.visitor.reports(self.action, state, **fields)).status_code
        return status

    async def told(self, state: str = "") -> list[dict[str, Any]]:
        """What is told of the action to who manages journeys, of one state or of all."""
        events = await self.site.manage("GET", f"/sessions/{self.action['sessionId']}/events?pageSize=200")
        of_actions = [one for one in events["entities"] if one["eventType"] == "WebActionEvent"]
        return [one for one in of_actions if state in ("", one["action"]["state"])]

    async def states(self) -> list[str]:
        return [one["action"]["state"] for one in await self.told()]


async def invited(site: Tracked, **of_map: Any) -> Invited:
    """Somebody who is given an action."""
    page = f"/page-{next(_pages):03}"  # None is the beginning of another.
    map_id = await site.map([await site.segment(page)], **of_map)
    story = Invited(site.visitor(), page, map_id)
    [story.action] = await story.comes()
    return story


async def test_57_what_is_shown_is_recorded_with_who_what_and_why(site: Tracked) -> None:
    story = await invited(site)
    assert await story.says("offered") == 204
    [offered] = await story.told("offered")
    assert (offered["action"]["id"], offered["action"]["mediaType"]) == (story.action["id"], "webchat")
    assert (offered["actionMap"]["id"], offered["actionMap"]["version"]) == (story.map_id, 1)
    assert (offered["customerId"], offered["customerIdType"]) == (story.visitor.id, "cookie")
    assert offered["session"] == {"id": story.action["sessionId"], "type": "web"}


async def test_58_59_a_no_is_told_with_its_stage_and_how_long_it_took(site: Tracked, time: Ticking) -> None:
    story = await invited(site)
    await story.says("offered")
    time.pass_by(3)
    await story.says("rejected")
    [rejected] = await story.told("rejected")
    assert rejected["stage"] == "invitation"
    assert 3000 <= rejected["timeToDisposition"] < 60_000
    at_form = await invited(site)
    await at_form.says("offered", "accepted", "rejected")
    [rejected] = await at_form.told("rejected")
    assert rejected["stage"] == "form"
    assert "timeToDisposition" not in rejected, "the disposition was that it was accepted"


async def test_67_79_what_failed_is_handed_out_twice_more_and_counts_as_one_offer(
    site: Tracked, time: Ticking
) -> None:
    story = await invited(site)
    for attempt in (2, 3):
        assert await story.says("offered") == 204
        assert await story.says("errored", errorCode="17", errorMessage="no room") == 204
        assert await story.is_given() == []
        time.pass_by(MINUTE)
        [again] = await story.is_given()
        assert (again["id"], again["attempt"]) == (story.action["id"], attempt)
    assert await story.says("offered", "errored") == 204
    time.pass_by(5 * MINUTE)
    assert await story.is_given() == []
    assert [one.get("errorMessage") for one in await story.told("errored")][:2] == ["no room"] * 2
    assert not [one for one in await story.told("offered") if "errorMessage" in one]
    report = await site.manage("GET", f"/reports/actionmaps/{story.map_id}")
    [row] = report["actionMaps"]
    assert (row["qualified"], row["offered"], row["offeredPercent"]) == (1, 1, 100)
    assert not [name for name in row if "errored" in name.lower()]


ENDS = {"rejected": (), "ignored": (), "timedout": (), "abandoned": ("accepted", "started")}


@pytest.mark.parametrize("end", ENDS)
async def test_68_69_70_what_is_over_comes_back_in_the_next_visit_only(
    site: Tracked, time: Ticking, end: str
) -> None:
    """On no page, not after an edit of the map; an end in a chat is that of a chat which is not ours."""
    at = f"/deployments/{site.deployment_id}"
    known = await site.manage("GET", at)
    await site.manage("PATCH", at, {"version": known["version"], "trustClientChatStates": True})
    story = await invited(site)
    assert await story.says("offered", *ENDS[end], end) == 204
    for page in (story.page, f"{story.page}/more", "/elsewhere"):
        await story.visitor.does(path=page)
        assert await story.is_given(page) == []
    known = await site.manage("GET", f"/actionmaps/{story.map_id}")
    await site.manage("PATCH", f"/actionmaps/{story.map_id}", {"version": known["version"], "weight": 3})
    assert await story.comes() == []
    assert await story.states() == ["qualified", "offered", *ENDS[end], end]
    time.pass_by(40 * MINUTE)
    [again] = await story.comes()
    assert again["actionMapId"] == story.map_id
    assert again["id"] != story.action["id"]
    assert again["actionMapVersion"] == 2
    known = await site.manage("GET", at)
    await site.manage("PATCH", at, {"version": known["version"], "trustClientChatStates": False})


async def test_72_the_same_said_twice_is_taken_twice_and_told_once(site: Tracked) -> None:
    story = await invited(site)
    assert [await story.says("offered") for _ in range(3)] == [204] * 3
    assert await story.states() == ["qualified", "offered"]


async def test_73_75_what_does_not_follow_is_refused_with_how_it_stands_and_leaves_nothing(
    site: Tracked,
) -> None:
    story = await invited(site)
    for early in ("accepted", "rejected", "ignored", "timedout", "abandoned"):
        answer = await story.visitor.reports(story.action, early)
        assert (answer.status_code, answer.json()["state"]) == (409, "qualified"), early
    await story.says("offered", "timedout")
    for late in ("accepted", "rejected", "ignored", "errored", "abandoned", "offered"):
        answer = await story.visitor.reports(story.action, late)
        assert (answer.status_code, answer.json()["state"]) == (409, "timedout"), late
    assert await story.states() == ["qualified", "offered", "timedout"]


async def test_74_what_browsers_may_not_say_leaves_nothing(site: Tracked) -> None:
    story = await invited(site)
    await story.says("offered", "accepted")
    before = await story.states()
    for state in ("qualified", "started", "engaged", "completed", "frequencyCapReached", "lapsed"):
        assert await story.says(state) == 403, state
    assert await story.states() == before


async def test_76_an_action_is_known_in_its_own_visit_and_deployment_alone(site: Tracked) -> None:
    story, other = await invited(site), await invited(site)
    foreign = {"sessionId": other.action["sessionId"], "id": story.action["id"]}
    assert (await story.visitor.reports(foreign, "offered")).status_code == 404
    assert (await other.visitor.reports(foreign, "offered")).status_code == 404
    nobodys = {"sessionId": str(uuid.uuid4()), "id": story.action["id"]}
    assert (await story.visitor.reports(nobodys, "offered")).status_code == 404
    made = {"name": "elsewhere", "allowedOrigins": ["*"]}
    elsewhere = Tracked(site.house, (await site.manage("POST", "/deployments", made))["id"], site.clock_ms)
    assert (await elsewhere.visitor().reports(story.action, "offered")).status_code == 404
    assert await story.states() == ["qualified"]


async def test_81_an_accepted_offer_lapses_with_its_visit_unseen_and_may_be_made_again(
    site: Tracked, time: Ticking
) -> None:
    story = await invited(site)
    await story.says("offered", "accepted")
    before = await story.states()
    time.pass_by(40 * MINUTE)
    [again] = await story.comes()
    assert (again["actionMapId"], again["id"] != story.action["id"]) == (story.map_id, True)
    assert await story.states() == before
