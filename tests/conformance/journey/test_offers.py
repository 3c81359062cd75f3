"""Offers from end to end: a visit earns one, people can keep it or not, and the chat says what came of it."""

import json
import uuid
from collections.abc import AsyncIterator
from typing import Any

import anyio
import pytest
from msgspec.structs import replace

from frontdesk.domain.journey.facts import Emitter, Moved, State
from frontdesk.settings import Settings
from frontdesk.settings_journeys import WebhookSettings
from tests.conformance.journey.tracked import Ticking, Tracked, Visitor, tracked, tracking_in
from tests.desk.orchestration.web_service import WebService, answer, web_service
from tests.patience import PATIENCE_S

pytestmark = pytest.mark.anyio

CHAT = {"mediaType": "webchat", "props": {"webchatTitleText": "Hello"}}


@pytest.fixture(scope="module")
async def crm() -> AsyncIterator[WebService]:
    """A service that webhooks call."""
    async with web_service(answer(204)) as service:
        yield service


@pytest.fixture(scope="module")
async def site(
    tmp_path_factory: pytest.TempPathFactory, time: Ticking, crm: WebService
) -> AsyncIterator[Tracked]:
    settings: Settings = tracking_in(tmp_path_factory.mktemp("offers"))
    hooks = WebhookSettings(allow=(f"localhost:{crm.port}",), private=("127.0.0.1",), secrets={"CRM": "hush"})
    settings = replace(settings, journeys=replace(settings.journeys, webhooks=hooks))
    async with tracked(settings, time) as own:
        yield own


async def earned(site: Tracked, path: str, **more: Any) -> tuple[Visitor, str]:
    """A visitor who has earned the offer of a map on a page of its own, and the map."""
    map_id = await site.map([await site.segment(path)], **{"action": CHAT, **more})
    visitor = site.visitor()
    assert (await visitor.does(path=path))["pingNow"]
    return visitor, map_id


async def why_not(site: Tracked, map_id: str) -> dict[str, int]:
    """The reasons for which a map was not offered, with how often."""
    found = await site.manage("GET", f"/actionmaps/{map_id}/blocked")
    return {one["reason"]: one["count"] for one in found["reasons"]}


async def test_50_51_an_offer_is_made_when_people_can_keep_it_and_no_more_than_that(site: Tracked) -> None:
    visitor, map_id = await earned(site, "/paced")
    assert (await visitor.pings("/paced"))["actions"] == []
    assert await why_not(site, map_id) == {"NoAvailableAgents": 1}
    async with site.house.agent("ann", 1) as ann:
        # One place of which a tenth is kept free: 0.9 is room for four offers of which 0.2 become chats.
        others = [site.visitor() for _ in range(4)]
        offered = 0
        for one in (visitor, *others):
            await one.does(path="/paced")
            answered = await one.pings("/paced")
            offered += len(answered["actions"])
            await until_counted(site, offered)
        assert offered == 4
        await ann.does("not_ready")
    assert (await why_not(site, map_id))["ServiceLevelThrottling"] == 1


async def until_counted(site: Tracked, outstanding: int) -> None:
    """Until the node has heard that so many offers are out."""
    tally = site.journeys._tally
    with anyio.fail_after(PATIENCE_S):
        while sum(out.state is not State.ACCEPTED for out in tally.counts.out.values()) < outstanding:
            await anyio.sleep(0.01)


async def test_60_61_the_chat_tells_what_came_of_the_offer(site: Tracked) -> None:
    visitor, _ = await earned(site, "/help", action={**CHAT, "isPacingEnabled": False})
    [action] = (await visitor.pings("/help"))["actions"]
    for state in ("offered", "accepted"):
        assert (await visitor.reports(action, state)).status_code == 204
    context = {
        "customer": {"id": visitor.id, "idType": "cookie"},
        "customerSession": {"id": action["sessionId"], "type": "web"},
        "triggeringAction": {"id": action["id"]},
    }
    fields = {"nickname": "Mira", "userData[journeyContext]": json.dumps(context)}
    async with site.house.agent("bea") as bea:
        chat = await site.house.visitors.start("long", **fields)
        await bea.takes(chat.chat_id)
        await bea.does("end", interaction_id=chat.chat_id)
        await site.until_kept(visitor, lambda fact: isinstance(fact, Moved) and fact.state is State.COMPLETED)
    told = [fact for fact in await site.history(visitor) if isinstance(fact, Moved)]
    assert [(fact.state, fact.emitter) for fact in told] == [
        (State.OFFERED, Emitter.BROWSER),
        (State.ACCEPTED, Emitter.BROWSER),
        (State.STARTED, Emitter.CHAT),
        (State.ENGAGED, Emitter.CHAT),
        (State.COMPLETED, Emitter.CHAT),
    ]


async def test_62_an_offer_that_nobody_answers_ends_by_itself(site: Tracked, time: Ticking) -> None:
    visitor, _ = await earned(site, "/quiet", action={**CHAT, "isPacingEnabled": False})
    [action] = (await visitor.pings("/quiet"))["actions"]
    assert (await visitor.reports(action, "offered")).status_code == 204
    time.pass_by(31)
    await visitor.pings("/quiet")
    time.pass_by(60)
    fact = await site.until_kept(
        visitor, lambda one: isinstance(one, Moved) and one.emitter is Emitter.REAPER
    )
    assert isinstance(fact, Moved)
    assert fact.state is State.TIMEDOUT
    late = await visitor.reports(action, "accepted")
    assert (late.status_code, late.json()["state"]) == (409, "timedout")


async def test_a_webhook_is_called_when_its_map_qualifies(site: Tracked, crm: WebService) -> None:
    fields = {"url": f"http://localhost:{crm.port}/hook", "secretId": "crm"}
    action = {"mediaType": "webhook", "webhookFields": fields}
    map_id = await site.map([await site.segment("/told")], action=action)
    visitor = site.visitor()
    await visitor.does(path="/told")
    with anyio.fail_after(PATIENCE_S):
        while not crm.seen:
            await anyio.sleep(0.02)
    (seen,) = crm.seen
    told = json.loads(seen.body)
    assert (told["customerId"], told["actionMapId"]) == (visitor.id, map_id)
    assert uuid.UUID(told["id"])
    assert seen.headers["frontdesk-signature"].startswith("t=")
    assert (await visitor.pings("/told"))["actions"] == []
