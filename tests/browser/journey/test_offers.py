"""Offers that the tracker draws itself, or a page: how they go, and who is told.

Source: journey, sections 2.6, 2.7, 9.3 and 10; section 14, checks 57, 58, 62 to 67 and 77 to 79.
"""

from typing import Any

import pytest
from playwright.async_api import Locator, expect

from tests.browser.journey.conftest import Tracked, Visits, snippet
from tests.browser.journey.peer import DEPLOYMENT, Peer

pytestmark = pytest.mark.anyio
CHAT = {"titleText": "Questions?", "prompt": "Ask us.", "acceptText": "Chat now", "declineText": "Not now"}
CONTENT: dict[str, Any] = {
    "displayMode": "Toast",
    "layoutMode": "TextOnly",
    "title": "Ten per cent off",
    "body": "Until Sunday.",
    "callToAction": {"text": "Show me", "url": "/sale"},
}


def toast(it: Tracked, name: str = "Ten per cent off") -> Locator:
    return it.page.get_by_role("dialog", name=name)


INVITATION = {"titleText": "Cannot choose?", "prompt": "Ask us. " * 20, "acceptText": "Chat"}
LONG = CONTENT | {"body": "And what else is to be said of it. " * 20}


@pytest.mark.parametrize(
    ("content", "size"),
    [
        (CONTENT | {"displayMode": "Overlay"}, {"width": 1280, "height": 720}),
        (LONG, {"width": 360, "height": 640}),
    ],
)
@pytest.mark.parametrize("is_first", [True, False])
async def test_contents_step_aside_for_an_invitation_and_come_back(
    is_first: bool, content: dict[str, Any], size: dict[str, int], tracked: Visits, peer: Peer
) -> None:
    async with tracked(viewport=size) as it:
        await it.hears("webchat.accepted")
        invitation, drawn = toast(it, "Cannot choose?"), toast(it)
        offers = [{"contentOfferProperties": {"contentOffer": content}}, {"webchatProperties": INVITATION}]
        kinds = [("contentOffer", offers[0], drawn), ("webchat", offers[1], invitation)]
        ids = {}
        for kind, properties, seen in kinds if is_first else reversed(kinds):
            ids[kind] = peer.offer(kind, **properties)
            await it.does("record", "x")
            if kind == "webchat" or is_first:
                await expect(seen).to_be_visible()
        await expect(it.page.locator("frontdesk-offer .aside")).to_have_count(1)
        await expect(drawn).to_be_hidden()
        assert peer.states(ids["contentOffer"]) == (["offered"] if is_first else [])
        await invitation.get_by_role("button", name="Close").click()
        await expect(drawn).to_be_visible()
        await it.until(lambda: peer.states(ids["contentOffer"]) == ["offered"])


async def test_what_stands_apart_is_seen_together(tracked: Visits, peer: Peer) -> None:
    async with tracked(viewport={"width": 1280, "height": 720}) as it:
        await it.hears("webchat.accepted")
        await is_offered(it)
        peer.offer("webchat", webchatProperties=INVITATION)
        await it.does("record", "x")
        await expect(toast(it, "Cannot choose?")).to_be_visible()
        await expect(toast(it)).to_be_visible()


async def is_offered(it: Tracked, **more: Any) -> str:
    """A content offer that is seen; its id."""
    action_id = it.peer.offer("contentOffer", contentOfferProperties={"contentOffer": CONTENT} | more)
    await it.does("record", "x")
    await it.until(lambda: "offered" in it.peer.states(action_id))
    await expect(toast(it)).to_be_visible()
    return action_id


async def frozen(it: Tracked) -> None:
    """Time passes only when it is told to."""
    await it.page.clock.pause_at(await it.page.evaluate("Date.now() / 1000 + 1"))


async def test_57_what_is_shown_is_offered_and_subscribers_hear_who_and_what(
    tracked: Visits, peer: Peer
) -> None:
    async with tracked() as it:
        await it.hears("*.*")
        action_id = await is_offered(it)
        qualified, offered = await it.told()
        cookies = await it.cookies()
        (move,) = peer.moves
    assert (qualified["actionState"], offered["actionState"]) == ("qualified", "offered")
    known = {
        "actionId": action_id,
        "actionMediaType": "contentOffer",
        "actionMapVersion": 4,
        "customerId": cookies["_jny_c"],
        "customerIdType": "cookie",
        "sessionId": peer.session_id,
        "attempt": 1,
    }
    assert known.items() <= offered.items()
    assert not {"errorCode", "errorMessage"} & set(offered)  # 79
    assert (move["actionId"], move["sessionId"], move["stage"]) == (action_id, peer.session_id, "invitation")


@pytest.mark.parametrize(
    ("answer", "state"), [("Show me", "accepted"), ("Close", "rejected"), ("Escape", "rejected")]
)
async def test_58_an_answer_is_told_with_the_time_it_took(
    answer: str, state: str, tracked: Visits, peer: Peer
) -> None:
    async with tracked() as it:
        await it.hears(f"*.{state}")
        action_id = await is_offered(it)
        it.site.page(path="/sale")
        if answer == "Escape":
            await toast(it).press("Escape")
        else:
            await toast(it).get_by_text(answer).or_(toast(it).get_by_label(answer)).click()
        await it.until(lambda: peer.states(action_id) == ["offered", state])
        if answer == "Show me":
            await it.page.wait_for_url("**/sale")
            return
        await expect(toast(it)).to_have_count(0)
        (told,) = await it.told()
    assert told["timeToDisposition"] > 0
    assert peer.moves[-1]["stage"] == "invitation"


async def test_62_it_goes_when_its_time_is_up_but_not_while_somebody_is_at_it(
    tracked: Visits, peer: Peer
) -> None:
    async with tracked() as it:
        await it.page.clock.install()
        action_id = await is_offered(it, timeoutSeconds=30)
        await frozen(it)
        await it.page.clock.run_for(10_000)
        await toast(it).hover()
        await it.page.clock.run_for(100_000)
        await it.page.mouse.move(900, 5)
        await toast(it).get_by_role("link").press("Shift")
        await it.page.clock.run_for(100_000)
        await toast(it).get_by_role("link").blur()
        assert peer.states(action_id) == ["offered"]
        await it.page.clock.run_for(10_000)
        assert peer.states(action_id) == ["offered"]
        await it.page.clock.run_for(15_000)
        await expect(toast(it)).to_have_count(0)
        await it.until(lambda: peer.states(action_id) == ["offered", "timedout"])


async def test_62_it_lasts_thirty_seconds_by_itself_and_zero_is_for_ever(tracked: Visits, peer: Peer) -> None:
    async with tracked() as it:
        await it.page.clock.install()
        first = await is_offered(it)
        await frozen(it)
        await it.page.clock.run_for(28_000)
        await expect(toast(it)).to_be_visible()
        await it.page.clock.run_for(3000)
        await it.until(lambda: peer.states(first) == ["offered", "timedout"])
        await it.page.clock.resume()
        second = await is_offered(it, timeoutSeconds=0)
        await frozen(it)
        await it.page.clock.run_for(600_000)
        assert peer.states(second) == ["offered"]


async def test_63_who_leaves_the_page_ignores_it(tracked: Visits, peer: Peer) -> None:
    async with tracked() as it:
        action_id = await is_offered(it)
        await it.leaves()
        await it.until(lambda: peer.states(action_id) == ["offered", "ignored"])


async def test_64_it_stays_where_its_conditions_hold(tracked: Visits, peer: Peer) -> None:
    conditions = [
        {"operator": "containsAny", "values": ["/Plants", "/pots"]},
        {"operator": "notContainsAny", "values": ["checkout"]},
    ]
    async with tracked(["init", DEPLOYMENT], ["load", "autotrackUrlChange"], path="/plants") as it:
        action_id = it.peer.offer(
            "contentOffer", pageUrlConditions=conditions, contentOfferProperties={"contentOffer": CONTENT}
        )
        await it.page.clock.install()
        await it.does("record", "x")
        await it.until(lambda: peer.states(action_id) == ["offered"])
        await it.page.evaluate("history.pushState({}, '', '/pots/2')")
        await it.page.clock.run_for(3000)
        await expect(toast(it)).to_be_visible()
        await it.page.evaluate("history.pushState({}, '', '/pots/checkout')")
        await it.page.clock.run_for(2000)
        await expect(toast(it)).to_have_count(0)
        await it.until(lambda: peer.states(action_id) == ["offered", "ignored"])


async def test_65_what_is_more_important_takes_its_place_and_nothing_else_does(
    tracked: Visits, peer: Peer
) -> None:
    async with tracked() as it:
        first = await is_offered(it)
        other = {"contentOfferProperties": {"contentOffer": CONTENT | {"title": "Other"}}}
        as_good = peer.offer("contentOffer", **other)
        await it.does("record", "y")
        await it.until(lambda: peer.states(as_good) == ["errored"])
        assert peer.moves[-1]["errorCode"] == "refused"
        better = peer.offer("contentOffer", priority=3, **other)
        await it.does("record", "z")
        await it.until(lambda: peer.states(better) == ["offered"])
        assert peer.states(first) == ["offered", "ignored"]
        await expect(toast(it)).to_have_count(0)
        await expect(toast(it, "Other")).to_have_count(1)


async def test_67_what_failed_may_be_shown_again(tracked: Visits, peer: Peer) -> None:
    async with tracked() as it:
        await it.hears("*.errored")
        action_id = peer.offer("contentOffer", contentOfferProperties={})
        await it.does("record", "x")
        await it.until(lambda: peer.states(action_id) == ["errored"])
        await is_offered_again(it, action_id)
        (told,) = await it.told()
        assert (told["errorCode"], told["errorMessage"]) == ("empty", "there is nothing to show")  # 79
        assert peer.states(action_id) == ["errored", "offered"]


async def is_offered_again(it: Tracked, action_id: str) -> None:
    again = {"id": action_id, "attempt": 2, "contentOfferProperties": {"contentOffer": CONTENT}}
    it.peer.offer("contentOffer", **again)
    await it.does("record", "y")
    await it.until(lambda: it.peer.states(action_id)[-1] == "offered")


async def test_77_once_is_once_and_off_is_off(tracked: Visits, peer: Peer) -> None:
    async with tracked() as it:
        await it.page.evaluate(
            """() => {
                window.told = []
                const hear = (it) => told.push(['on', it.actionId])
                journey('once', 'contentOffer:offered', (it) => told.push(['once', it.actionId]))
                journey('on', 'contentOffer.offered', hear)
                journey('once', '*.rejected', () => journey('off', 'contentOffer.offered', hear))
            }"""
        )
        ids = []
        for number in range(3):
            ids.append(await is_offered(it))
            if number:
                await toast(it).get_by_label("Close").click()
            else:
                await it.does("action", ids[0], "ignored")
                await expect(toast(it)).to_have_count(0)
        assert await it.told() == [["once", ids[0]], ["on", ids[0]], ["on", ids[1]]]


async def test_78_a_subscriber_that_throws_is_alone_with_it(tracked: Visits, peer: Peer) -> None:
    async with tracked() as it:
        await it.page.evaluate("journey('on', '*.*', () => { throw new Error('the page') })")
        await it.hears("*.offered")
        await is_offered(it)
        assert len(await it.told()) == 1


async def test_a_page_tells_how_a_chat_of_another_kind_goes_on(tracked: Visits, peer: Peer) -> None:
    """The server takes it from sites with `trustClientChatStates`."""
    async with tracked() as it:
        await it.hears("webchat.accepted")
        action_id = peer.offer("webchat", webchatProperties=INVITATION)
        await it.does("record", "x")
        await toast(it, "Cannot choose?").get_by_role("button", name="Chat").click()
        on = ["started", "engaged", "completed"]
        for state in on:
            await it.does("action", action_id, state)
        await it.until(lambda: peer.states(action_id) == ["offered", "accepted", *on])


async def test_a_page_may_have_an_invitation_of_its_own(tracked: Visits, peer: Peer) -> None:
    own = "<div id=invitation hidden><button class=yes>Yes</button><button class=no>No</button></div>"
    async with tracked(body=own, script=snippet("own")) as it:
        first = peer.offer(webchatProperties=CHAT)
        await it.does("record", "x")
        await it.page.get_by_role("button", name="Yes").click()
        await it.until(lambda: peer.states(first) == ["offered", "accepted"])
        second = peer.offer(webchatProperties=CHAT)
        await it.does("record", "y")
        await it.until(lambda: peer.states(second) == ["offered"])
        await it.leaves()
        await it.until(lambda: peer.states(second) == ["offered", "ignored"])


async def test_a_page_without_a_chat_is_offered_none_unless_it_says_it_has_one(
    tracked: Visits, peer: Peer
) -> None:
    async with tracked() as it:
        first = peer.offer(webchatProperties=CHAT)
        await it.does("record", "x")
        await it.until(lambda: peer.states(first) == ["errored"])
        assert peer.moves[-1]["errorCode"] == "noChat"
        await it.hears("webchat.accepted")
        second = peer.offer(webchatProperties=CHAT)
        await it.does("record", "y")
        await toast(it, "Questions?").get_by_role("button", name="Chat now").click()
        await it.until(lambda: peer.states(second) == ["offered", "accepted"])
        assert [told["actionId"] for told in await it.told()] == [second]


async def test_a_modal_offer_takes_the_focus_and_gives_it_back(tracked: Visits, peer: Peer) -> None:
    async with tracked(body="<button>Before</button>") as it:
        await it.page.get_by_role("button", name="Before").focus()
        peer.offer(
            "contentOffer", contentOfferProperties={"contentOffer": CONTENT | {"displayMode": "Modal"}}
        )
        await it.does("record", "x")
        await expect(toast(it)).to_be_visible()
        await it.page.keyboard.press("Tab")
        await it.page.keyboard.press("Escape")
        await expect(toast(it)).to_have_count(0)
        await expect(it.page.get_by_role("button", name="Before")).to_be_focused()
        await it.until(lambda: peer.states()[-1:] == ["rejected"])


async def test_a_link_leads_only_where_links_lead(tracked: Visits, peer: Peer) -> None:
    bad = CONTENT | {"callToAction": {"text": "Show me", "url": "javascript:alert(1)"}}
    async with tracked() as it:
        peer.offer("contentOffer", contentOfferProperties={"contentOffer": bad})
        await it.does("record", "x")
        await expect(toast(it)).to_be_visible()
        await expect(toast(it).get_by_role("link")).to_have_count(0)


async def test_an_offer_waits_behind_a_dialog_and_has_the_colour_of_the_widget(
    tracked: Visits, peer: Peer
) -> None:
    brand = "window._genesys = {widgets: {main: {color: '#2a6647'}}};"
    async with tracked(body="<dialog><button>Basket</button></dialog>", script=brand) as it:
        await it.hears("*.qualified")
        await it.page.evaluate("document.querySelector('dialog').showModal()")
        peer.offer("contentOffer", contentOfferProperties={"contentOffer": CONTENT})
        await it.does("record", "x")
        while not await it.told():
            await it.page.evaluate("new Promise(requestAnimationFrame)")
        await expect(toast(it)).to_have_count(0)
        assert peer.states() == []
        await it.page.evaluate("document.querySelector('dialog').close()")
        await expect(toast(it).get_by_role("link")).to_have_css("background-color", "rgb(42, 102, 71)")
        await it.until(lambda: peer.states() == ["offered"])
