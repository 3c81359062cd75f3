"""How events and pings travel: late, together, in the end by the browser; and who of several tabs asks.

Source: journey, section 2.9.
"""

from collections.abc import Awaitable
from typing import Any

import pytest

from tests.browser.journey.conftest import Tracked, Visits
from tests.browser.journey.peer import DEPLOYMENT, Peer

pytestmark = pytest.mark.anyio


async def test_what_waits_when_the_page_goes_is_sent_by_the_browser(tracked: Visits, peer: Peer) -> None:
    async with tracked() as it:
        await it.does("record", "first")
        await it.page.evaluate(
            """addEventListener('pagehide', () => {
                for (const name of ['late', 'later']) journey('record', name)
            }, true)"""
        )
        await it.leaves()
        await it.until(lambda: len(peer.events) == 3)
    assert peer.names() == ["first", "late", "later"]
    path, headers = next((path, told) for path, told in reversed(peer.asked) if path.endswith("batch"))
    assert headers["content-type"].startswith("text/plain")
    assert not any(told.get("cookie") for _, told in peer.asked), path


async def test_a_server_that_fails_is_asked_again_after_1_2_4_seconds(tracked: Visits, peer: Peer) -> None:
    def tries() -> int:
        return sum(path.endswith("batch") for path, _ in peer.asked)

    async with tracked() as it:
        await it.does("get", "ids")
        await it.page.clock.install()
        await it.page.clock.pause_at(await it.page.evaluate("Date.now() / 1000 + 1"))
        peer.status = 503
        sending = it.page.evaluate("journey('record', 'x')")
        for count, seconds in enumerate((1, 2, 4), start=1):
            await answered(it, sending)
            await it.page.clock.run_for(seconds * 1000 - 1)
            await settled(it)
            assert tries() == count
            peer.status = 0 if seconds == 4 else 503
            sending = it.page.clock.run_for(1)
        await sending
        await it.until(lambda: peer.events)
    assert peer.names() == ["x"]


async def answered(it: Tracked, sending: Awaitable[Any], call: str = "batch") -> None:
    """What is sent has come back, and the page knows."""
    async with it.page.expect_event("requestfinished", lambda request: call in request.url):
        await sending
    await settled(it)


async def settled(it: Tracked) -> None:
    """What is under way has arrived in the page."""
    for _ in range(3):
        await it.page.evaluate("fetch(location.href).then((it) => it.text())")


async def test_a_busy_server_says_when(tracked: Visits, peer: Peer) -> None:
    async with tracked() as it:
        await it.does("get", "ids")
        await it.page.clock.install()
        await it.page.clock.pause_at(await it.page.evaluate("Date.now() / 1000 + 1"))
        peer.status = 429
        await answered(it, it.page.evaluate("journey('record', 'x')"))
        peer.status = 0
        await it.page.clock.run_for(6000)
        await settled(it)
        assert peer.names() == []
        await it.page.clock.run_for(1000)
        await it.until(lambda: peer.names() == ["x"])


async def test_what_is_wrong_is_not_sent_again(tracked: Visits, peer: Peer) -> None:
    peer.status = 400
    async with tracked() as it:
        assert (await it.does("record", "x"))[0] == "failed"
        peer.status = 0
        assert (await it.does("record", "y"))[0] == "done"
    assert peer.names() == ["y"]


async def test_offline_is_only_later(tracked: Visits, peer: Peer) -> None:
    async with tracked() as it:
        await it.does("record", "w")
        await it.page.context.set_offline(True)
        await it.page.evaluate("for (const name of ['x', 'y', 'z']) journey('record', name)")
        await it.page.context.set_offline(False)
        await it.until(lambda: len(peer.events) == 4)
    assert peer.names() == ["w", "x", "y", "z"]


async def test_pings_go_on_until_they_are_turned_off_and_on_with_the_next_event(
    tracked: Visits, peer: Peer
) -> None:
    async with tracked() as it:
        await it.page.clock.install()
        await it.does("record", "x")
        await answered(it, it.page.clock.run_for(10_000), "/ping")
        assert len(peer.pings) == 1
        peer.poll_ms = -1
        await answered(it, it.page.clock.run_for(10_000), "/ping")
        assert len(peer.pings) == 2
        await it.page.clock.run_for(60_000)
        await settled(it)
        assert len(peer.pings) == 2
        await it.does("record", "y")
        await it.page.clock.run_for(10_000)
        await it.until(lambda: len(peer.pings) == 3)
    assert peer.pings[0]["sessionId"] == peer.session_id
    assert int(peer.pings[0]["sinceLastBeaconMilliseconds"]) >= 10_000
    assert peer.pings[0]["mediaOpen"] == "false"


@pytest.mark.parametrize("channel", ["", "delete window.BroadcastChannel"], ids=["channel", "storage"])
async def test_of_two_tabs_the_one_that_came_last_asks(channel: str, tracked: Visits, peer: Peer) -> None:
    peer.poll_ms, peer.is_eager = 200, True
    async with tracked(["init", DEPLOYMENT], ["record", "x"], helpers=channel) as it:
        await it.until(lambda: peer.events)
        other = await it.page.context.new_page()
        await other.goto(f"{it.site.url}/")
        await it.until(lambda: len({ping["tab"] for ping in peer.pings}) >= 1 and len(peer.events) == 2)
        await other.evaluate("new Promise((resolve) => setTimeout(resolve, 300))")
        peer.pings.clear()
        await it.until(lambda: len(peer.pings) >= 4)
        assert {ping["tab"] for ping in peer.pings} == {await other.evaluate("`${performance.timeOrigin}`")}
        await other.close()
        peer.pings.clear()
        await it.until(lambda: peer.pings)  # The other one takes over.
