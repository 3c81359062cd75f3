"""Offered chats from end to end: a site with widget and tracker, the real server, an agent.

Source: journey, sections 4.4 and 9.5; section 14, checks 58 to 61, 66 and 80.
"""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser, Locator, Page, expect

from frontdesk.domain.journey.facts import Fact, Moved
from tests.browser.site import Site, serving
from tests.browser.webchat import VIEWPORT, Window, configuration
from tests.conformance.journey.tracked import BROWSER, Tracked, Visitor, tracked, tracking_in
from tests.journeys.people import window

pytestmark = pytest.mark.anyio
PROPS = {
    "webchatTitleText": "Questions?",
    "webchatPrompt": "Ask us about delivery.",
    "webchatAcceptText": "Chat now",
    "webchatDeclineText": "Later",
}
SUBSCRIBER = """
    ;window.journey = function () { (journey.q ??= []).push(arguments) }
    journey('on', '*.*', (it) => told.push(it.actionState))
"""
HELPERS = """
window.told = []
window.ending = (promise) => new Promise((resolve) => promise
    .done((...values) => resolve(['resolved', ...values]))
    .fail((...values) => resolve(['rejected', ...values])))
window.until = (test) => new Promise((resolve) => {
    const look = () => test() ? resolve(true) : requestAnimationFrame(look)
    look()
})
"""
# The widget's files, its style and the collector are all on the server's origin.
POLICY = (
    "default-src 'none'; script-src 'self' {widget}; connect-src 'self' {widget} {socket}; "
    "img-src 'self' data:; base-uri 'none'; form-action 'self'"
)


class Offered:
    """A visitor who may be offered a chat."""

    def __init__(self, page: Page, tracked: Tracked, chat: Window) -> None:
        self.page = page
        self.tracked = tracked
        self.chat = chat
        self.toast: Locator = page.get_by_role("dialog", name="Questions?")
        self.visitor: Visitor | None = None

    async def is_offered(self) -> None:
        await expect(self.toast).to_be_visible()
        ids = await self.page.evaluate("new Promise((resolve) => journey('get', 'ids', resolve))")
        self.visitor = self.tracked.visitor(ids["customerId"])

    async def until(self, *states: str) -> list[Moved]:
        """The action has gone through these states, as the server has them."""
        assert self.visitor is not None
        count = len(states)
        seen: list[Moved] = []

        def is_there(fact: Fact) -> bool:
            if isinstance(fact, Moved) and fact not in seen:
                seen.append(fact)
            return len(seen) >= count

        await self.tracked.until_kept(self.visitor, is_there)
        assert [str(fact.state) for fact in seen] == list(states)
        return seen

    async def submits(self) -> None:
        await self.page.get_by_label("First name").fill("Mia")
        await self.page.get_by_label("Last name").fill("Li")
        await self.page.locator(".cx-submit").click()

    async def starts(self) -> None:
        await self.submits()
        await self.chat.sees_status("Chat Started")


@pytest.fixture(scope="module")
async def place(
    anyio_backend: str, built: Path, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Tracked]:
    """A server with a map that offers a chat to everybody at once."""
    async with tracked(tracking_in(tmp_path_factory.mktemp("house")), allowedOrigins=["*"]) as place:
        props = {"mediaType": "webchat", "isPacingEnabled": False, "props": PROPS}
        await place.map([await place.segment("/")], action=props)
        yield place


Offers = Callable[..., Any]


@pytest.fixture
def offered(browser: Browser, place: Tracked) -> Offers:
    @asynccontextmanager
    async def visit(more: str = "", **webchat: Any) -> AsyncIterator[Offered]:
        with serving(place.house.url) as site:
            address = _page(site, place, more, webchat)
            async with window(browser, address, helpers=HELPERS, user_agent=BROWSER) as page:
                yield Offered(page, place, Window(page))

    return visit


def _page(site: Site, place: Tracked, more: str, webchat: dict[str, Any]) -> str:
    site.policy = POLICY
    service = {"dataURL": f"{place.house.url}/genesys/2/chat/long", "confirmFormCloseEnabled": False}
    more = SUBSCRIBER + more
    script = site.script(configuration(place.house.server, service | webchat, {}, more), "configuration")
    tag = (
        f'<script async src="{place.house.url}/tracker/journey.js" '
        f'data-deployment="{place.deployment_id}"></script>'
    )
    return site.page(VIEWPORT, script, site.widget(), tag)


async def test_60_61_an_offer_is_taken_and_a_person_answers(offered: Offers, place: Tracked) -> None:
    async with offered() as it, place.house.agent("amy") as amy:
        await it.is_offered()
        await expect(it.chat.launcher).to_have_count(0)
        await it.toast.get_by_role("button", name="Chat now").click()
        await expect(it.toast).to_have_count(0)
        await it.starts()
        metadata = await it.page.evaluate("CXBus.data('WebChat.metadata')")
        assert metadata["proactive"] is True
        moved = await it.until("offered", "accepted", "started")
        assert metadata["proactiveData"]["id"] == moved[0].action_id
        session = await it.page.evaluate("CXBus.command('WebChatService.getSessionData')")
        await amy.takes(session["sessionID"])
        moved = await it.until("offered", "accepted", "started", "engaged")
        assert moved[-1].interaction_id == session["sessionID"]
        await it.page.evaluate("until(() => told.at(-1) === 'engaged')")
        data = await amy.user_data(session["sessionID"])
        assert data["journeyContext"] == "{}", "the ids in it are the visitor's own"


async def test_58_an_answer_is_no_as_it_is_said(offered: Offers) -> None:
    async with offered() as it:
        await it.is_offered()
        await it.toast.get_by_role("button", name="Close").click()
        moved = await it.until("offered", "rejected")
        assert str(moved[-1].stage) == "invitation"
        assert (moved[-1].disposition_ms or 0) > 0
        await expect(it.chat.launcher).to_be_visible()
        await expect(it.toast).to_have_count(0)


async def test_59_a_form_that_is_cancelled_is_a_no(offered: Offers) -> None:
    async with offered() as it:
        await it.is_offered()
        await it.toast.get_by_role("button", name="Chat now").click()
        await expect(it.chat.root).to_be_visible()
        await it.chat.command("WebChat.close")
        moved = await it.until("offered", "accepted", "rejected")
        assert str(moved[-1].stage) == "form"


async def test_60_who_leaves_before_anybody_answers_has_abandoned(offered: Offers) -> None:
    async with offered() as it:
        await it.is_offered()
        await it.toast.get_by_role("button", name="Chat now").click()
        await it.starts()
        await it.chat.command("WebChat.endChat")
        await it.until("offered", "accepted", "started", "abandoned")
        await it.page.evaluate("until(() => told.at(-1) === 'abandoned')")


async def test_66_who_opens_the_chat_alone_has_ignored_the_offer_and_gets_no_other(offered: Offers) -> None:
    async with offered() as it:
        await it.is_offered()
        await it.chat.command("WebChat.open")
        await expect(it.toast).to_have_count(0)
        await it.until("offered", "ignored")


async def test_66_who_has_a_chat_open_is_shown_no_invitation(offered: Offers) -> None:
    """Opened after the ping: what it brought is an error, and is not seen."""
    slow = """
        const quick = window.fetch
        window.fetch = async (url, options) => {
            const answer = await quick(url, options)
            if (`${url}`.includes('/ping?')) await frontdesk.command('WebChat.open').catch(() => {})
            return answer
        }
        journey('on', 'webchat.errored', (it) => { window.why = it.errorCode })
    """
    async with offered(slow) as it:
        await it.page.evaluate("until(() => window.why)")
        assert await it.page.evaluate("why") == "mediaBusy"
        await expect(it.toast).to_have_count(0)
        await expect(it.chat.root).to_be_visible()


async def test_80_a_chat_that_cannot_begin_is_an_error(offered: Offers, place: Tracked) -> None:
    async with offered(dataURL=f"{place.house.url}/genesys/2/chat/closed") as it:
        await it.is_offered()
        await it.toast.get_by_role("button", name="Chat now").click()
        await it.submits()
        moved = await it.until("offered", "accepted", "errored")
        assert str(moved[-1].stage) == "form"
