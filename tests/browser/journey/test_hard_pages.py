"""Pages that make it hard: what they broke is theirs alone, and nothing of ours breaks them.

The window of a test fails it over any error that reaches the page.
"""

import pytest

from tests.browser.journey.conftest import POLICY, Visits
from tests.browser.journey.peer import DEPLOYMENT, Peer
from tests.browser.site import Site

pytestmark = pytest.mark.anyio
NO_COOKIES = """
const no = () => { throw new DOMException('no', 'SecurityError') }
Object.defineProperty(Document.prototype, 'cookie', { get: no, set: no })
Object.defineProperty(window, 'localStorage', { get: no })
window.BroadcastChannel = no
"""
CHANGED = """
for (const type of [Array, Object, String])
    type.prototype.extra = function () { throw new Error('the page') }
"""
BROKEN = {
    "fetch": "window.fetch = () => { throw new Error('the page') }",
    "XMLHttpRequest": "window.XMLHttpRequest = undefined",
    "JSON": "JSON.stringify = () => { throw new Error('the page') }",
    "arrays": "Array.prototype.filter = Array.prototype.map = () => { throw new Error('the page') }",
    "answers": "window.fetch = async () => ({ok: true, status: 200, json: async () => null})",
}
OFFER = {"displayMode": "Modal", "layoutMode": "TextOnly", "title": "Ten per cent off"}


@pytest.mark.parametrize("storage", ["cookie", "local"])
async def test_where_nothing_may_be_kept_a_visit_is_this_page(
    storage: str, tracked: Visits, peer: Peer
) -> None:
    async with tracked(["init", DEPLOYMENT, {"storage": storage}], helpers=NO_COOKIES) as it:
        assert (await it.does("record", "x"))[0] == "done"
        assert (await it.does("record", "y"))[0] == "done"
    one, other = (event["customerCookieId"] for event in peer.events)
    assert one == other


async def test_a_sandbox_is_a_page_like_others(tracked: Visits, peer: Peer, shop: Site) -> None:
    peer.config = {"consent": "implied"}
    shop.policy = POLICY.replace("'self'", shop.url) + "; frame-src *"
    tag = f'<script async src="{peer.url}/tracker/journey.js" data-deployment="{DEPLOYMENT}"></script>'
    shop.page(tag, path="/inside")
    frame = '<iframe sandbox="allow-scripts" src="/inside"></iframe>'
    async with tracked(["get", "ids"], body=frame) as it:  # The page around it never begins.
        await it.until(lambda: peer.names() == ["page_viewed"])
    assert peer.events[0]["page"]["url"] == f"{shop.url}/inside"


async def test_what_a_page_adds_to_arrays_and_texts_changes_nothing(tracked: Visits, peer: Peer) -> None:
    async with tracked(helpers=CHANGED) as it:
        peer.offer("contentOffer", contentOfferProperties={"contentOffer": OFFER})
        await it.does("record", "x", {"n": 1})
        await it.until(lambda: peer.states() == ["offered"])
    assert peer.events[0]["attributes"] == {"n": {"dataType": "integer", "value": "1"}}


@pytest.mark.parametrize("what", BROKEN)
async def test_what_a_page_broke_stays_its_own(what: str, tracked: Visits) -> None:
    async with tracked(["init", DEPLOYMENT], ["pageview"], script=f"{BROKEN[what]};") as it:
        await it.page.evaluate("journey('record', 'x', {n: 1})")
        await it.page.evaluate("journey('consent', 'grant')")
        await it.page.evaluate("new Promise((resolve) => requestIdleCallback(resolve, {timeout: 1000}))")
        await it.leaves()
