"""Hostile text in every field, from both sides: it is shown as it is, and nothing of it runs."""

import pytest
from playwright.async_api import Page, expect

from tests.bare import http_client
from tests.journeys.conftest import House
from tests.journeys.people import Agent, Visitor, lines, sees
from tests.patience import PATIENCE_MS

pytestmark = pytest.mark.anyio
MARKUP = "<img src=x onerror=alert(1)><script>alert(2)</script>"
BREAKOUT = "\"'><svg/onload=alert(3)>{{7*7}}${7*7}"
SCRIPT_URL = "javascript:alert(4) data:text/html,<script>alert(5)</script>"
TURNED = "\u202egnirts desrever\u2066 \u200f!"
HOSTILE = (MARKUP, BREAKOUT, SCRIPT_URL)


async def holds_no_strange_nodes(page: Page) -> None:
    """No element came from text, and no link leads to a script."""
    strange = await page.evaluate(
        """() => {
            const shadows = [...document.querySelectorAll('*')].map((node) => node.shadowRoot).filter(Boolean)
            const roots = [document, ...shadows]
            const find = (wanted) => roots.flatMap((root) => [...root.querySelectorAll(wanted)])
            const links = find('a[href]').map((link) => link.href)
            const made = find('img[src="x"], svg[onload], script:not([src]), iframe')
            const scripts = links.filter((href) => !/^https?:/.test(href))
            return made.map((node) => node.outerHTML).concat(scripts)
        }"""
    )
    assert strange == []


async def test_a_hostile_visitor(visitor: Visitor, agent: Agent) -> None:
    await visitor.page.evaluate("document.title = '<img src=x onerror=alert(6)>'; location.hash = '<script>'")
    await visitor.starts(MARKUP, BREAKOUT)
    await agent.page.get_by_role("button", name="Accept").click(timeout=PATIENCE_MS)
    await sees(agent.page, BREAKOUT)
    for text in HOSTILE:
        await visitor.says(text)
        await sees(agent.page, text) if text != BREAKOUT else await sees(agent.page, MARKUP)
    await visitor.box.press_sequentially("<b onmouseover=alert(7)>half")
    await expect(agent.page.locator(".typing")).to_contain_text(
        "<b onmouseover=alert(7)>half", timeout=PATIENCE_MS
    )
    await visitor.files.set_input_files(
        {
            "name": "<img src=x onerror=alert(8)>.txt",
            "mimeType": "text/html",
            "buffer": b"<script>alert(9)</script>",
        }
    )
    await expect(lines(agent.page).filter(has_text="<img src=x onerror=alert(8)>.txt").first).to_be_visible(
        timeout=PATIENCE_MS
    )
    about = agent.page.get_by_role("complementary", name="About the visitor")
    await expect(about).to_contain_text("<img src=x onerror=alert(6)>")
    await expect(agent.page.get_by_role("heading", name=MARKUP).first).to_be_visible()
    for page in (visitor.page, agent.page):
        await holds_no_strange_nodes(page)


async def test_a_hostile_agent(visitor: Visitor, agent: Agent) -> None:
    await visitor.starts("Mia")
    await agent.accepts("Mia")
    for text in HOSTILE:
        await agent.says(text)
        await sees(visitor.page, text)
        await agent.notes(f"note {text}")
        await sees(agent.page, f"note {text}")
    for page in (visitor.page, agent.page):
        await holds_no_strange_nodes(page)


async def test_hostile_particulars_sent_past_the_form(house: House, agent: Agent) -> None:
    fields = {
        "firstName": MARKUP, "lastName": BREAKOUT, "subject": MARKUP, "text": SCRIPT_URL,
        f"userData[{MARKUP}]": BREAKOUT, "userData[__proto__]": "polluted", "userData[constructor]": MARKUP,
        "userData[_genesys_url]": "javascript:alert(10)", "userData[_genesys_pageTitle]": MARKUP,
        "userData[_genesys_referrer]": "data:text/html,<script>alert(11)</script>",
    }  # fmt: skip
    async with http_client() as http:
        answer = await http.post(f"{house.url}/genesys/2/chat/demo/", data=fields)
    assert answer.json()["statusCode"] == 0
    await expect(agent.page.locator(".invite-subject")).to_have_text(MARKUP, timeout=PATIENCE_MS)
    await agent.page.get_by_role("button", name="Accept").click()
    await sees(agent.page, SCRIPT_URL)
    about = agent.page.get_by_role("complementary", name="About the visitor")
    for text in (MARKUP, BREAKOUT, "javascript:alert(10)", "polluted"):
        await expect(about).to_contain_text(text)
    assert await agent.page.evaluate(
        "({}).polluted === undefined && Object.prototype.toString.call({}) === '[object Object]'"
    )
    await holds_no_strange_nodes(agent.page)


async def test_text_that_turns_its_direction_turns_nothing_else(visitor: Visitor, agent: Agent) -> None:
    await visitor.starts(TURNED, "Hello")
    await agent.page.get_by_role("button", name="Accept").click(timeout=PATIENCE_MS)
    await visitor.says(f"{TURNED} hello")
    await sees(agent.page, "Hello")
    await sees(agent.page, f"{TURNED} hello")
    around = await agent.page.evaluate(
        """(turning) => {
            const isTurning = (it) => it.nodeType === Node.TEXT_NODE && it.data.includes(turning)
            const holds = (node) => [...node.childNodes].some(isTurning)
            const around = (node) => node.matches('bdi') ? 'apart'
                : node.matches('[dir=auto]') ? 'a line' : node.outerHTML
            return [...document.querySelectorAll('*')].filter(holds).map(around)
        }""",
        "\u202e",
    )
    assert {"apart", "a line"} == set(around), around
    labels = await agent.page.evaluate(
        "() => [...document.querySelectorAll('[aria-label]')].map((it) => it.ariaLabel).join()"
    )
    assert "\u202e" not in labels + await agent.page.title()


async def test_a_very_long_word_widens_no_page(visitor: Visitor, agent: Agent) -> None:
    word = "a" * 2000
    await visitor.starts("Mia", word)
    await agent.accepts("Mia")
    await sees(agent.page, word)
    await agent.says(word)
    for page in (visitor.page, agent.page):
        assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    transcript = visitor.page.get_by_role("log")
    assert await transcript.evaluate("(node) => node.scrollWidth <= node.clientWidth")
