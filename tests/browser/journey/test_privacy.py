"""What is kept and sent before, with and after a visitor's leave, and what never is.

Source: journey, sections 2.8, 12.1, 12.2 and 12.4; section 14, checks 89, 90, 92.
"""

from typing import Any

import pytest

from tests.browser.journey.conftest import Visits
from tests.browser.journey.peer import DEPLOYMENT, Peer

pytestmark = pytest.mark.anyio
REQUIRED = {"consent": "required"}
GPC = "Object.defineProperty(navigator, 'globalPrivacyControl', {value: true});"
DNT = "Object.defineProperty(navigator, 'doNotTrack', {value: '1'});"


async def test_89_nothing_is_kept_or_sent_before_a_grant_and_then_with_its_own_time(
    tracked: Visits, peer: Peer
) -> None:
    peer.config = REQUIRED
    async with tracked() as it:
        await it.page.evaluate("journey('record', 'early', {}, {}, () => {})")
        ids = (await it.does("get", "ids"))[1]
        await it.page.evaluate("new Promise((resolve) => setTimeout(resolve, 30))")
        granted = await it.page.evaluate("new Date().toISOString()")
        assert ids["customerId"] is None
        assert await it.cookies() == {}
        assert {path.rpartition("/")[2] for path, _ in peer.asked} == {"config"}
        await it.does("consent", "grant")
        await it.until(lambda: len(peer.events) == 2)
        cookies = await it.cookies()
    assert sorted(peer.names()) == ["early", "page_viewed"]
    assert all(event["createdDate"] < granted for event in peer.events)
    assert peer.consents[0] == {
        "customerCookieId": cookies["_jny_c"],
        "decision": "grant",
        "purposes": ["tracking", "offers"],
    }
    assert cookies["_jny_k"].startswith("tracking+offers.")
    places = [path.rpartition("/")[2] for path, _ in peer.asked]
    assert places.index("consent") < places.index("batch")


async def test_no_more_than_fifty_wait(tracked: Visits, peer: Peer) -> None:
    peer.config = REQUIRED | {"pageviewConfig": "Off"}
    async with tracked() as it:
        await it.page.evaluate("for (let i = 0; i < 60; i++) journey('record', 'n' + i)")
        await it.does("consent", "grant")
        await it.until(lambda: len(peer.events) >= 49)
        await it.does("record", "last")
    assert peer.names()[-2:] == ["n59", "last"]
    assert len(peer.events) <= 51


async def test_90_a_withdrawal_takes_everything_back(tracked: Visits, peer: Peer) -> None:
    peer.config = REQUIRED | {"pageviewConfig": "Off"}
    peer.is_eager = True
    async with tracked(["init", DEPLOYMENT, {"consentVersion": "v 2"}]) as it:
        await it.does("consent", "grant")
        await it.does("record", "x")
        await it.until(lambda: peer.pings)
        customer_id = (await it.cookies())["_jny_c"]
        await it.does("consent", "withdraw")
        await it.until(lambda: len(peer.consents) == 2)
        assert await it.cookies() == {}
        assert await it.does("record", "y") == ["failed", "not sent"]
        count = len(peer.pings)
        await it.page.clock.install()
        await it.page.clock.run_for(60_000)
        assert len(peer.pings) == count
    assert peer.consents[1] == {"customerCookieId": customer_id, "decision": "withdraw", "textVersion": "v 2"}
    assert peer.names() == ["x"]


async def test_a_refusal_is_remembered_where_nobody_had_to_be_asked(tracked: Visits, peer: Peer) -> None:
    async with tracked() as it:
        await it.does("record", "x")
        await it.does("consent", "withdraw")
        assert set(await it.cookies()) == {"_jny_k"}
        await it.page.reload()
        assert (await it.does("record", "y"))[0] == "failed"
        await it.does("consent", "grant", ["tracking"])
        assert (await it.does("record", "z"))[0] == "done"
        await it.page.evaluate("fetch(location.href)")
    assert peer.names() == ["x", "z"]
    assert peer.consents[-1]["purposes"] == ["tracking"]
    assert len(peer.pings) <= 1  # None after the offers were refused.


@pytest.mark.parametrize(
    ("signal", "own", "is_sent"),
    [
        (DNT, {}, True),
        (GPC, {}, False),
        (GPC, {"grantOverridesGpc": True}, True),
        (GPC, {"honorSignals": False}, True),
    ],
)
async def test_signals_are_a_no_until_somebody_says_yes(
    signal: str, own: dict[str, Any], is_sent: bool, tracked: Visits, peer: Peer
) -> None:
    peer.config |= own
    async with tracked(helpers=signal) as it:
        await it.page.evaluate("journey('record', 'before')")
        await it.does("get", "ids")
        assert (len(await it.cookies()) > 0) == ("honorSignals" in own)
        await it.does("consent", "grant")
        assert (await it.does("record", "after"))[0] == ("done" if is_sent else "failed")
    assert peer.names() == (["before", "after"] if is_sent else [])


async def test_92_addresses_are_clean_before_they_leave(tracked: Visits, peer: Peer) -> None:
    peer.is_eager = True
    peer.config |= {"excludedQueryParameters": ["Coupon"], "searchQueryParameters": ["q"]}
    query = "?token=abc&q=shoes&E-Mail=mia%40x.test&coupon=9&utm_source=n&a%5B%5D=1#frag"
    async with tracked(["init", DEPLOYMENT], ["pageview"], query=query) as it:
        await it.until(lambda: peer.pings)
    clean = f"{it.site.url}/?q=shoes&utm_source=n&a%5B%5D=1"
    assert peer.events[0]["page"]["url"] == clean
    assert peer.pings[0]["dl"] == clean
    assert peer.events[0]["searchQuery"] == "shoes"
    told = [headers.get("referer", "") for _, headers in peer.asked]
    assert not any("token" in address for address in told)


@pytest.mark.parametrize("storage", ["local", "memory"])
async def test_ids_live_where_the_page_wants_them(storage: str, tracked: Visits, peer: Peer) -> None:
    async with tracked(["init", DEPLOYMENT, {"storage": storage}]) as it:
        await it.does("record", "x")
        await it.does("record", "y")
        assert await it.cookies() == {}
        await it.page.reload()
        await it.does("record", "z")
    who = [event["customerCookieId"] for event in peer.events]
    assert who[0] == who[1]
    assert (who[1] == who[2]) == (storage == "local")
