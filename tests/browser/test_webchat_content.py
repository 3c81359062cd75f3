"""Messages that are more than words, and what must never become more.

Source: webchat-ui, section 5.3; section 10, checks 18 to 21.
"""

from typing import Any

import pytest
from playwright.async_api import expect

from frontdesk.main import Server
from tests.browser.conftest import Visit
from tests.browser.site import Site
from tests.browser.webchat import window_on
from tests.patience import PATIENCE_MS

pytestmark = pytest.mark.anyio
MARKUP = '<img src=x onerror="alert(1)"><script>alert(2)</script>'
HOSTILE = (
    MARKUP,
    "[x](javascript:alert(3)) <svg onload=alert(4)>",
    '"><iframe srcdoc="<script>alert(5)</script>">',
    "W" * 300,
    "\u202egnp.exe\u2066 " + "z\u0335" * 60,
)


@pytest.fixture
def careless(site: Site) -> Site:
    """A site whose policy would let a handler run that we left in."""
    site.policy = site.policy.replace("script-src 'self'", "script-src 'self' 'unsafe-inline'")
    return site


@pytest.mark.parametrize("markdown", [False, True])
async def test_hostile_words_stay_words_wherever_they_come_from(
    markdown: bool, site: Site, visit: Visit, server: Server
) -> None:
    async with window_on(site, visit, server, markdown=markdown) as window:
        await window.starts(HOSTILE[0], HOSTILE[2])
        for at, text in enumerate(HOSTILE):
            party: dict[str, Any] = {"from": {"id": f"a{at}", "type": "Agent", "name": text}}
            await window.is_told(text, 900 + at, **party)
            file = {"file-id": "1", "file-name": text, "file-size": "5"}
            await window.is_told("", 950 + at, type="FileUploaded", fileDetails=file, **party)
            await window.hears("agentTypingStarted", **party)
            await window.command("WebChat.injectMessage", text=text, name=text)
        await expect(window.lines(".cx-participant")).to_have_count(3 * len(HOSTILE), timeout=PATIENCE_MS)
        await expect(window.lines(":is(img, script, svg, iframe, [href^=javascript])")).to_have_count(0)
        assert await window.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        root = await window.root.bounding_box()
        for bubble in await window.lines(".cx-bubble").all():
            box = await bubble.bounding_box()
            assert box is not None
            assert root is not None
            assert box["x"] >= root["x"]
            assert box["x"] + box["width"] <= root["x"] + root["width"]


async def test_markdown_is_read_where_the_page_wants_it(site: Site, visit: Visit, server: Server) -> None:
    async with window_on(site, visit, server) as window:
        await window.page.evaluate("CXBus.command('WebChat.open', {markdown: true})")
        await window.page.get_by_label("First name").fill("Mia")
        await window.page.get_by_label("Last name").fill("Li")
        await window.page.locator(".cx-submit").click()
        await window.sees_status("Chat Started")
        links = '- [here](https://a.example/){{target="_self"}}\n- [not](javascript:alert(1))'
        await window.is_told(f"Look: **bold**, `code`\n{links}")
        await expect(window.lines("strong")).to_have_text("bold")
        await expect(window.lines("code")).to_have_text("code")
        link = window.lines("a")
        await expect(link).to_have_count(1)
        await expect(link).to_have_attribute("target", "_self")
        await expect(link).to_have_attribute("rel", "noopener noreferrer")


async def test_markup_is_shown_when_the_page_vouches_for_it_but_nothing_in_it_runs(
    careless: Site, visit: Visit, server: Server
) -> None:
    async with window_on(careless, visit, server) as window:
        await window.starts()
        await window.is_told(f'<b>bold</b> {MARKUP} <a href="javascript:alert(6)">x</a>', html=True)
        await window.is_told("After it", 901)
        await expect(window.lines("b")).to_have_text("bold")
        await expect(window.lines(".cx-message-text")).to_have_count(2)  # In their order.
        await expect(window.lines(".cx-message-text").last).to_have_text("After it")
        await expect(window.lines(":is(script, [onerror], [href])")).to_have_count(0)


async def test_words_of_a_pack_may_hold_markup_in_an_alert(
    careless: Site, visit: Visit, server: Server
) -> None:
    words = {"en": {"webchat": {"Errors": {"Disconnected": f"<b>Gone</b> {MARKUP}"}}}}
    async with window_on(careless, visit, server, main={"i18n": words}) as window:
        await window.starts()
        await window.hears("disconnected")
        await expect(window.alert.locator("b")).to_have_text("Gone")
        await expect(window.alert.locator("script, [onerror]")).to_have_count(0)


async def test_what_a_bot_offers_is_chosen_with_a_click(site: Site, visit: Visit, server: Server) -> None:
    replies: dict[str, Any] = {
        "contentType": "quick-replies",
        "content": [
            {"id": "1", "type": "quick-reply", "text": "Ferns"},
            {"text": "Moss", "type": "quick-reply"},
        ],
    }
    card: dict[str, Any] = {
        "contentType": "card",
        "content": {
            "title": "A fern",
            "desc": MARKUP,
            "components": [{"type": "button", "text": "Buy"}, {"url": "javascript:alert(7)", "text": "No"}],
        },
    }
    async with window_on(site, visit, server) as window:
        await window.starts()
        await window.notes("WebChatService.sendMessage")
        await window.is_told("What is it to be?", type="Structured", **replies)
        await window.lines(".cx-choice").filter(has_text="Moss").click()
        await window.sees("Moss")
        assert await window.page.evaluate("asked[0][1]") == {"message": "Moss", "parentMessageID": "900"}
        await expect(window.lines(".cx-choice")).to_have_count(0)
        await window.is_told("Look", 901, type="Structured", **card)
        await expect(window.lines(".cx-card strong").first).to_have_text("A fern")
        await expect(window.lines(".cx-card").first).to_contain_text(MARKUP)
        await expect(window.lines(".cx-card :is(a, img)")).to_have_count(0)
        await window.lines(".cx-choice").filter(has_text="Buy").click()
        await window.sees("Buy")


async def test_a_page_hears_of_every_line_with_its_node(site: Site, visit: Visit, server: Server) -> None:
    more = """window.added = []
        window.frontdesk.push((it) => it.subscribe('WebChat.messageAdded', ({data}) => added.push(data)))"""
    async with window_on(site, visit, server, more=more) as window:
        await window.starts()
        await window.says("Hello")
        await window.sees("Hello")
        await window.page.evaluate("until(() => added.length === 2)")
        assert await window.page.evaluate(
            """added.map(({data, message, html, id, transcript, prevMessageHTML}) => [
                data === message, html.find('*').length >= 0, html[0].isConnected, html[0].id === id,
                transcript.contains(html[0]), data.type, data.text, !prevMessageHTML?.attr('id')])"""
        ) == [
            [True, True, True, True, True, "Client", "Chat Started", True],
            [True, True, True, True, True, "Client", "Hello", False],
        ]
