"""The script comes to a page: the snippets of the guide, what was called before, what a policy allows.

Source: journey, sections 2.1 and 2.2; section 14, checks 1 and 2.
"""

import re

import pytest
from playwright.async_api import Browser

from tests.browser.journey.conftest import GUIDE, Tracked, Visits, snippet
from tests.browser.journey.peer import DEPLOYMENT, Peer
from tests.browser.site import Site
from tests.journeys.people import window

pytestmark = pytest.mark.anyio


async def test_01_calls_made_before_run_in_their_order_once(tracked: Visits, peer: Peer) -> None:
    calls = [["record", "first"], ["init", DEPLOYMENT], ["record", "second"], ["record", "third"]]
    async with tracked(*calls) as it:
        await it.until(lambda: len(peer.events) >= 3)
        await it.does("record", "last")
    assert peer.names() == ["first", "second", "third", "last"]
    assert (
        len([path for path, _ in peer.asked if path.endswith("/batch")]) == 2
    )  # Together what comes together.


async def test_02_a_second_script_does_nothing(tracked: Visits, peer: Peer) -> None:
    again = f'<script defer src="{peer.url}/tracker/journey.js"></script>'
    async with tracked(["init", DEPLOYMENT], head=again) as it:
        await it.does("pageview")
    assert peer.names() == ["page_viewed"]


@pytest.mark.parametrize("name", ["tag", "traditional", "spa"])
async def test_the_snippets_of_the_guide_count_each_page_once_under_a_strict_policy(
    name: str, browser: Browser, shop: Site, peer: Peer
) -> None:
    peer.config = {"consent": "implied"}  # Page views by themselves, as deployments begin.
    text = (
        snippet(name).replace("https://chat.example.com", peer.url).replace("<script>", "<script nonce=abc>")
    )
    async with window(browser, shop.page(text)) as page:
        it = Tracked(page, peer, shop)
        await it.until(lambda: peer.events)
        assert (await it.does("get", "ids"))[1]["deploymentId"] == DEPLOYMENT
        await page.evaluate("history.pushState({}, '', '/next')")
        await it.until(lambda: len(peer.events) > 1)
    assert peer.names() == ["page_viewed", "page_viewed"]
    assert [event["page"]["url"] for event in peer.events] == [f"{shop.url}/", f"{shop.url}/next"]
    assert peer.events[1]["referrerUrl"] == f"{shop.url}/"


@pytest.mark.parametrize("name", ["traditional", "spa"])
async def test_what_waits_for_a_script_that_never_comes_is_bounded_and_the_first_are_kept(
    name: str, browser: Browser, shop: Site, peer: Peer
) -> None:
    text = snippet(name).replace("https://chat.example.com", f"{peer.url}/nowhere")
    async with window(browser, shop.page(text.replace("<script>", "<script nonce=abc>"))) as page:
        await page.evaluate("for (let n = 0; n < 600; n += 1) journey('record', `e${n}`)")
        assert await page.evaluate("journey.q.length") == 500
        waiting = await page.evaluate("journey.q.map((call) => [...call].join(' '))")
    assert waiting[0].startswith("init ")
    assert waiting[2:] == [f"record e{number}" for number in range(498)]


async def test_nothing_that_a_page_calls_throws(tracked: Visits) -> None:
    async with tracked() as it:
        assert (await it.does("nonsense"))[0] == "failed"
        assert (await it.does("action", "none", "offered"))[0] == "failed"
        assert (await it.does("load", "nothing"))[0] == "failed"
        assert (
            await it.does("load", "autotrackClick", {"clickEvents": [{"selector": "<", "eventName": "x"}]})
        )[0] == "failed"
        assert (await it.does("init", DEPLOYMENT)) == ["failed", "Error: init again"]
        await it.page.evaluate("journey('record', 'x', {}, () => { throw new Error('the page') })")
        assert (await it.does("record", "y"))[0] == "done"


async def test_it_holds_nothing_up(tracked: Visits) -> None:
    watch = """
        window.long = []
        new PerformanceObserver((list) => long.push(...list.getEntries().map((it) => it.duration)))
            .observe({type: 'longtask', buffered: true})
    """
    async with tracked(["init", DEPLOYMENT], ["pageview"], helpers=watch) as it:
        await it.does("record", "x")
        assert await it.page.evaluate("long.filter((ms) => ms > 200)") == []


async def test_what_ends_is_over_and_its_cookies_stay(tracked: Visits, peer: Peer) -> None:
    async with tracked() as it:
        await it.does("record", "x")
        await it.does("destroy")
        await it.page.evaluate("journey('record', 'y')")
        await it.page.evaluate("fetch(location.href)")
        assert peer.names() == ["x"]
        assert "_jny_c" in await it.cookies()


async def test_every_command_of_the_guide_is_one(tracked: Visits) -> None:
    table = GUIDE.read_text(encoding="utf-8").partition("<!-- commands -->")[2].partition("<!-- end of")[0]
    rows = [line.split("|")[1] for line in table.splitlines() if line.startswith("| `")]
    commands = re.findall(r"`([\w:]+)`", " ".join(rows))
    assert len(commands) == 13
    async with tracked() as it:
        for command in commands:
            takes = ["webchat.offered"] if command in ("on", "once", "off") else []
            done = await it.page.evaluate(
                """([command, ...takes]) => new Promise((resolve) => journey(command, ...takes,
                    ...takes.map(() => () => {}), () => resolve(''), (reason) => resolve(`${reason}`)))""",
                [command, *takes],
            )
            assert "no command" not in done
