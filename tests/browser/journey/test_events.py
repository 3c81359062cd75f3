"""What pages tell: names and attributes, page views, forms, modules.

Source: journey, sections 2.2 to 2.5, 3 and 12.3; section 14, checks 3, 6 to 10, 93.
"""

from typing import Any

import pytest

from tests.browser.journey.conftest import Tracked, Visits
from tests.browser.journey.peer import DEPLOYMENT, IMPLIED, Peer

pytestmark = pytest.mark.anyio
INIT = ["init", DEPLOYMENT]


def attributes(event: dict[str, Any]) -> dict[str, Any]:
    return {name: it["value"] for name, it in event["attributes"].items()}


async def passes(it: Tracked, seconds: float) -> None:
    await it.page.clock.run_for(int(seconds * 1000))


async def test_03_names_are_made_what_the_server_takes(tracked: Visits, peer: Peer) -> None:
    async with tracked() as it:
        await it.does("record", "timeout-30")
        await it.does("record", {"eventName": "a b:c.d", "customAttributes": {"x": 1}})
    assert peer.names() == ["timeout_30", "a_b_c_d"]
    assert attributes(peer.events[1]) == {"x": "1"}


async def test_06_attributes_have_types_and_what_has_none_is_left_out(tracked: Visits, peer: Peer) -> None:
    given = {"n": 1.5, "ok": True, "o": {"dataType": "integer", "value": "12"}, "bad": [1], "none": None}
    mappings = [{"fieldName": "mail", "traitName": "email"}, {"fieldName": "absent"}]
    async with tracked(["init", DEPLOYMENT, {"globalTraitsMapper": mappings}]) as it:
        await it.does("setCustomer", "c-1")
        await it.does("record", "x", given)
        await it.does("record", "y", {"mail": "mia@x.test"}, {"externalId": "c-2"})
    assert peer.events[0]["attributes"] == {
        "n": {"dataType": "number", "value": "1.5"},
        "ok": {"dataType": "boolean", "value": "true"},
        "o": {"dataType": "integer", "value": "12"},
    }
    assert peer.events[1]["traits"] == {"email": {"dataType": "string", "value": "mia@x.test"}}
    assert [event["externalId"] for event in peer.events] == ["c-1", "c-2"]


async def test_an_event_says_where_who_and_on_what(tracked: Visits, peer: Peer) -> None:
    async with tracked(INIT, head='<meta name="keywords" content="plants">') as it:
        await it.does("pageview", {"location": "/virtual?sid=1", "title": "A page"})
        await it.does("record", "x")
        cookies = await it.cookies()
    seen, event = peer.events
    assert seen["page"] == {
        "url": f"{it.site.url}/virtual",
        "title": "A page",
        "lang": "en",
        "keywords": "plants",
    }
    assert event["referrerUrl"] == f"{it.site.url}/virtual"
    assert event["browser"]["viewWidth"] == 1280
    assert "sessionId" not in seen
    assert event["sessionId"] == peer.session_id
    assert cookies["_jny_c"] == event["customerCookieId"] == seen["customerCookieId"]
    assert cookies["_jny_s"].startswith(peer.session_id)
    assert (cookies["_jny_v"], cookies["_jny_n"]) == ("1", "2.1.2.1")


async def test_07_the_same_address_again_is_no_page_view(tracked: Visits, peer: Peer) -> None:
    async with tracked(INIT, ["load", "autotrackUrlChange"], ["pageview"]) as it:
        await it.until(lambda: peer.events)
        for address in ("'/'", "'/#part'", "'/?token=secret'", "'/two'"):
            await it.page.evaluate(f"history.replaceState({{}}, '', {address})")
        await it.until(lambda: len(peer.events) > 1)
    assert [event["page"]["url"] for event in peer.events] == [f"{it.site.url}/", f"{it.site.url}/two"]


async def test_08_idleness_is_told_once_until_the_next_page(tracked: Visits, peer: Peer) -> None:
    rules = {"idleEvents": [{"idleAfter": 30, "eventName": "idle_30"}]}
    async with tracked(INIT) as it:
        await it.page.clock.install()
        await it.does("pageview")
        await it.does("load", "autotrackIdle", rules)
        await passes(it, 29)
        await it.page.mouse.move(5, 5)
        await passes(it, 29)
        assert peer.names() == ["page_viewed"]
        await passes(it, 2)
        await it.until(lambda: peer.names() == ["page_viewed", "idle_30"])
        await passes(it, 100)
        await it.does("pageview", {"location": "/next"})
        await passes(it, 31)
        await it.until(lambda: peer.names() == ["page_viewed", "idle_30"] * 2)


async def test_09_depth_is_told_once(tracked: Visits, peer: Peer) -> None:
    rules = [{"percentage": 50, "eventName": "half"}, {"percentage": 100, "eventName": "all"}]
    tall = '<svg width="10" height="4000"></svg>'
    async with tracked(INIT, body=tall) as it:
        await it.does("load", "autotrackScrollDepth", {"scrollDepthEvents": rules})
        for share in (0.6, 0, 0.7):
            await it.page.evaluate(
                """(share) => new Promise((resolve) => {
                    addEventListener('scroll', () => requestAnimationFrame(() => resolve()), {once: true})
                    scrollTo(0, share * document.documentElement.scrollHeight - innerHeight)
                })""",
                share,
            )
        await it.does("record", "after")
    assert peer.names() == ["half", "after"]


FORM = """<form id="contact" name="ask" action="/thanks"><input name="firstName">
    <input type="password" name="word"><input type="hidden" name="secret_plan" value="h">
    <input name="number" autocomplete="billing cc-number"><input name="code" autocomplete="one-time-code">
    <input name="iban_of_mine"><textarea name="words" data-journey-mask></textarea>
    <fieldset data-journey-ignore><input name="quiet"></fieldset><button>Go</button></form>"""


async def fills(it: Tracked, **values: str) -> None:
    for name, value in values.items():
        await it.page.locator(f"[name={name}]").fill(value)


async def test_10_a_form_that_is_left_is_told_once_and_one_that_is_sent_only_as_that(
    tracked: Visits, peer: Peer
) -> None:
    async with tracked(INIT, ["forms:track"], body=FORM) as it:
        await it.is_ready("forms:track", "#none")
        await fills(it, firstName="Mia")
        await it.leaves()
        await it.until(lambda: peer.events)
    assert peer.names() == ["form_abandoned"]
    assert attributes(peer.events[0]) == {
        "formName": "ask",
        "formId": "contact",
        "filledFields": "firstName",
        "lastField": "firstName",
    }
    peer.events.clear()
    async with tracked(INIT, ["forms:track"], body=FORM) as it:
        await it.is_ready("forms:track", "#none")
        await fills(it, firstName="Mia", word="w")
        it.site.page(path="/thanks")
        await it.page.get_by_role("button").click()
        await it.page.wait_for_url("**/thanks?*")
        await it.until(lambda: peer.events)
    assert peer.names() == ["form_submitted"]
    assert attributes(peer.events[0])["filledFields"] == "firstName,word"


async def test_93_what_is_secret_is_never_captured(tracked: Visits, peer: Peer) -> None:
    options = {
        "formName": "contact",
        "captureFormDataOnSubmit": True,
        "traitsMapper": [{"fieldName": "firstName", "traitName": "givenName"}],
    }
    async with tracked(INIT, body=FORM) as it:
        await it.is_ready("forms:track", "form", options)
        await fills(
            it,
            firstName="M" * 300,
            word="w",
            number="4111111111111111",
            code="1",
            iban_of_mine="DE1",
            words="s",
            quiet="q",
        )
        it.site.page(path="/thanks")
        await it.page.get_by_role("button").click()
        await it.until(lambda: peer.events)
    (event,) = peer.events
    assert event["eventName"] == "contact_submitted"
    assert set(event["attributes"]) == {
        "formName",
        "formId",
        "filledFields",
        "lastField",
        "firstName",
        "words",
    }
    assert attributes(event)["firstName"] == "M" * 256
    assert attributes(event)["words"] == "filled"
    assert "quiet" not in attributes(event)["filledFields"]
    assert event["traits"]["givenName"]["value"] == "M" * 256


async def test_a_deployment_needs_no_code_on_the_page(tracked: Visits, peer: Peer) -> None:
    peer.config = IMPLIED | {
        "pageviewConfig": "Once",
        "clickEvents": [{"selector": "button", "eventName": "pressed"}],
        "inViewportEvents": [{"selector": ".late", "eventName": "seen"}],
        "formsTrackEvents": [{"selector": "form", "formName": "ask", "captureDataOnFormAbandon": True}],
    }
    async with tracked(INIT, body="<button><b>Go</b></button><form><input name='q'></form>") as it:
        await it.does("load", "autotrackClick", {})
        await it.is_ready("forms:track", "#none")
        await it.page.locator("b").click()
        await it.page.evaluate("document.body.insertAdjacentHTML('beforeend', '<p class=late>late</p>')")
        await it.until(lambda: "seen" in peer.names())
        await fills(it, q="roses")
        await it.leaves()
        await it.until(lambda: len(peer.events) == 4)
    assert peer.names() == ["page_viewed", "pressed", "seen", "ask_abandoned"]
    assert attributes(peer.events[3])["q"] == "roses"


async def test_a_search_is_an_event_of_its_own(tracked: Visits, peer: Peer) -> None:
    peer.config = IMPLIED | {"searchQueryParameters": ["q"]}
    async with tracked(INIT, query="?q=red+roses&email=mia@x.test") as it:
        await it.does("pageview")
        await it.until(lambda: len(peer.events) == 2)
    assert peer.names() == ["page_viewed", "search_performed"]
    assert [event["searchQuery"] for event in peer.events] == ["red roses", "red roses"]
    assert peer.events[0]["page"]["url"] == f"{it.site.url}/?q=red+roses"
