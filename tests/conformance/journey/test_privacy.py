"""Consent, signals and erasure: the server's side of checks 89 to 91 and 96 of journey.md §14."""

import uuid
from collections.abc import AsyncIterator

import pytest

from frontdesk.domain.journey.facts import Consented
from tests.conformance.journey.tracked import SERVER_KEY, Ticking, Tracked, tracked, tracking_in

pytestmark = pytest.mark.anyio
REQUIRED = {"consentMode": "required"}
NO_CONSENT = {"accepted": False, "reason": "no_consent"}
DAY = 86_400


@pytest.fixture(scope="module")
async def site(tmp_path_factory: pytest.TempPathFactory, time: Ticking) -> AsyncIterator[Tracked]:
    async with tracked(tracking_in(tmp_path_factory.mktemp("tracked")), time, REQUIRED) as own:
        yield own


async def test_89_nothing_is_kept_before_a_grant_and_then_events_have_their_times(site: Tracked) -> None:
    visitor = site.visitor()
    refused = await visitor.sends()
    assert (refused.status_code, refused.json()) == (202, NO_CONSENT)
    assert await visitor.pings() == {"actions": [], "pollIntervalMilliseconds": -1}
    assert await site.history(visitor) == []
    assert (await visitor.decides("grant")).json()["purposes"] == ["tracking", "offers"]
    queued = (await visitor.did(300)).json()
    now = (await visitor.did(0)).json()
    assert now["session"]["durationInSeconds"] in (299, 300, 301)
    assert queued["session"]["createdDate"] == queued["createdDate"] < now["createdDate"]


async def test_90_what_was_kept_goes_with_the_consent(site: Tracked) -> None:
    visitor = site.visitor()
    await visitor.decides("grant")
    session = (await visitor.does(traits={"email": "jane@shop.example"}))["session"]
    assert (await visitor.decides("withdraw")).json() == {"purposes": []}
    [proof] = await site.history(visitor)
    assert isinstance(proof, Consented)
    assert (proof.purposes, proof.text_version, proof.deployment_id) == ((), "1", site.deployment_id)
    assert (await visitor.sends()).json() == NO_CONSENT
    assert (await visitor.pings(sessionId=session["id"]))["actions"] == []
    assert await site.contact("jane@shop.example") is None


async def test_90_where_a_site_wants_it_they_stay(site: Tracked) -> None:
    await site.sets(privacy={**REQUIRED, "eraseOnWithdraw": False})
    visitor = site.visitor()
    await visitor.decides("grant")
    await visitor.does()
    await visitor.decides("withdraw")
    assert len(await site.history(visitor)) > 2
    assert (await visitor.sends()).json() == NO_CONSENT
    await site.sets(privacy=REQUIRED)


async def test_91_what_browsers_ask_for_is_heard_where_nobody_has_agreed(site: Tracked) -> None:
    visitor = site.visitor(**{"sec-gpc": "1"})
    answer = await visitor.sends()
    assert (answer.status_code, answer.json()) == (202, {"accepted": False, "reason": "privacy_signal"})
    assert await site.history(visitor) == []
    quiet = site.visitor(dnt="1")
    assert (await quiet.sends()).json()["reason"] == "privacy_signal"
    await quiet.decides("grant")
    assert (await quiet.sends()).status_code == 200
    await visitor.decides("grant")
    assert (await visitor.sends()).json()["reason"] == "privacy_signal"
    await site.sets(privacy={**REQUIRED, "grantOverridesGpc": True})
    assert (await visitor.sends()).status_code == 200
    await site.sets(privacy=REQUIRED)


async def test_96_who_wants_no_offers_is_followed_and_gets_none(site: Tracked) -> None:
    await site.map([await site.segment("/")])
    visitor = site.visitor()
    await visitor.decides("grant", "tracking")
    assert (await visitor.does())["pingNow"]
    assert await visitor.pings() == {"actions": [], "pollIntervalMilliseconds": -1}
    await visitor.decides("grant")
    assert len((await visitor.pings())["actions"]) == 1


async def test_a_decision_lives_for_half_a_year(site: Tracked, time: Ticking) -> None:
    visitor = site.visitor()
    await visitor.decides("grant")
    time.pass_by(180 * DAY)
    assert (await visitor.sends()).json() == NO_CONSENT


async def test_the_browser_that_was_given_the_token_may_have_its_customer_erased(site: Tracked) -> None:
    visitor = site.visitor()
    token = (await visitor.decides("grant")).json()["eraseToken"]
    first = await visitor.does()
    assert first["eraseToken"] == token
    assert "eraseToken" not in await visitor.does()
    assert "eraseToken" not in (await visitor.decides("grant", "tracking")).json()
    place = f"customers/{visitor.id}"
    for wrong in ("", "Bearer x", f"Bearer {uuid.uuid4().hex}", token):
        refused = await site.ask("DELETE", place, headers={**visitor.headers, "authorization": wrong})
        assert (refused.status_code, refused.json()["code"]) == (403, "token_refused")
    for _ in range(2):  # A repeat does no harm.
        headers = {**visitor.headers, "authorization": f"Bearer {token}"}
        assert (await site.ask("DELETE", place, headers=headers)).status_code == 204
    assert await site.history(visitor) == []


async def test_who_says_what_another_said_is_the_same_person(site: Tracked) -> None:
    phone, laptop = site.visitor(), site.visitor()
    for visitor in (phone, laptop):
        await visitor.decides("grant")
    await phone.does(traits={"email": "Ada@shop.example", "givenName": "A."})
    assert (await site.customer(laptop)).contact_id == ""
    await laptop.does(externalId="crm-1", traits={"givenName": "Ada"})
    await laptop.does(traits={"email": "ada@shop.example"})  # A browser says so, which proves nothing.
    assert (await site.customer(laptop)).contact_id != (await site.customer(phone)).contact_id
    server = site.visitor(laptop.id, authorization=f"Bearer {SERVER_KEY}")
    await server.does(externalId="crm-1", traits={"email": "ada@shop.example"})
    one, other = await site.customer(phone), await site.customer(laptop)
    assert one.contact_id == other.contact_id != ""
    contact = await site.contact("ada@shop.example")
    assert contact is not None
    assert contact.traits["givenName"].value == "Ada"
    assert set(contact.customers) == {phone.id, laptop.id}
