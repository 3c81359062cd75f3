"""The widget where it is made hard: style sheets that reset everything, old scripts, a slow line."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser, Page, expect

from tests.browser.site import Site, serving
from tests.journeys.conftest import House
from tests.journeys.people import Agent, sees, window
from tests.patience import PATIENCE_MS

pytestmark = pytest.mark.anyio
JQUERY = "1.12.4"
FETCH_S = 120
# What resets and frameworks do to every element, and worse.
RESET = """
    html { font-size: 62.5%; line-height: 3; letter-spacing: 4px; direction: rtl; cursor: wait }
    *, *::before, *::after { margin: 0 !important; padding: 0 !important; border: 0 !important;
        font: 9px/1 monospace !important; color: red !important; background: yellow !important;
        box-sizing: content-box !important; float: left !important; text-transform: uppercase !important;
        min-height: 0 !important; max-width: 90px !important; list-style: square !important }
    button, input, textarea, select, dialog, table { display: none !important }
    div, span, p, h2, ul { position: static !important; transform: rotate(1deg); visibility: hidden }
    :focus, :focus-visible { outline: 0 !important }
"""
# As libraries of that time did to all scripts of a page.
OLD_WAYS = """
    Array.prototype.remove = function () { return 'mine' }
    Object.defineProperty(Object.prototype, 'extend', {value: () => 'mine', configurable: true})
    window.$ = jQuery.noConflict()
    $(function () { $('body').attr('data-version', $.fn.jquery) })
"""
CONFIGURE = """
    frontdesk.push((it) => {{
        window.added = []
        it.subscribe('WebChat.messageAdded', ({{data}}) => added.push(data.message.text))
        it.configure({{main: {{theme: 'light', lang: 'en', transitions: false}}, webchat: {{
            dataURL: '{url}/genesys/2/chat/demo', chatButton: {{enabled: true, openDelay: 0}}}}}})
    }})
"""
# Where everything of the window is, and how it looks.
MEASURE = """() => {
    const root = document.querySelector('frontdesk-chat').shadowRoot
    const look = (node) => {
        const {x, y, width, height} = node.getBoundingClientRect()
        const {font, color, backgroundColor, padding, letterSpacing, direction, textTransform, cursor} =
            getComputedStyle(node)
        const place = [x, y, width, height].map(Math.round)
        return [node.className, ...place, font, color, backgroundColor, padding, letterSpacing, direction,
            textTransform, cursor].join(' ')
    }
    return [...root.querySelectorAll('.cx-webchat, .cx-webchat *:not(.cx-time, option)')].map(look)
}"""


@pytest.fixture
def site(house: House) -> Iterator[Site]:
    with serving(house.url) as site:
        yield site


@asynccontextmanager
async def chat_on(browser: Browser, site: Site, *tags: str, **options: Any) -> AsyncIterator[Page]:
    """A visitor in the form of a site's chat."""
    configure = CONFIGURE.format(url=site.widget_url)
    own = site.script(f"window.frontdesk = window.frontdesk || [];{configure}", "configuration")
    async with window(
        browser, site.page(*tags, own, site.widget("frontdesk.js", "async")), **options
    ) as page:
        await page.get_by_role("button", name="Chat").click()
        await expect(page.get_by_label("First name")).to_be_focused(timeout=PATIENCE_MS)
        yield page


async def starts(page: Page) -> None:
    await page.get_by_label("First name").fill("Mia")
    await page.get_by_label("Last name").fill("Li")
    await page.get_by_role("button", name="Start chatting").click()
    await expect(page.get_by_text("Chat Started")).to_be_visible(timeout=PATIENCE_MS)


async def says(page: Page, text: str) -> None:
    await page.get_by_role("textbox", name="Message", exact=True).fill(text)
    await page.keyboard.press("Enter")
    await sees(page, text)


async def test_a_site_that_resets_everything_changes_nothing(browser: Browser, site: Site) -> None:
    views: list[list[list[str]]] = []
    site.policy += "; style-src 'self'"
    for style in ("", RESET):
        site.put("/style.css", style)
        async with chat_on(browser, site, '<link rel="stylesheet" href="/style.css">') as page:
            seen = [await page.evaluate(MEASURE)]
            await starts(page)
            await says(page, "Is anything left of it?")
            seen.append(await page.evaluate(MEASURE))
            views.append(seen)
    assert views[0] == views[1]


@pytest.fixture(scope="session")
async def old_jquery(npm_path: Path, request: pytest.FixtureRequest, anyio_backend: str) -> str:
    """jQuery as sites of ten years ago have it, fetched once by npm into pytest's cache."""
    cache = request.config.cache.mkdir("jquery")
    file = cache / "node_modules" / "jquery" / "dist" / "jquery.min.js"
    if not file.is_file():
        command = (str(npm_path), "install", "--prefix", str(cache), "--no-save", "--ignore-scripts")
        process = await asyncio.create_subprocess_exec(*command, "--silent", f"jquery@{JQUERY}")
        async with asyncio.timeout(FETCH_S):
            if await process.wait() != 0:
                pytest.skip(f"jQuery could not be fetched: npm install jquery@{JQUERY}")
    return file.read_text(encoding="utf-8")


async def test_a_site_with_an_old_jquery_keeps_it_and_chats(
    browser: Browser, site: Site, agent: Agent, old_jquery: str
) -> None:
    # It tries inline handlers to learn what the browser can do.
    site.policy = site.policy.replace("script-src", "script-src 'unsafe-inline'")
    tags = (site.script(old_jquery, "jquery"), site.script(OLD_WAYS, "old"))
    async with chat_on(browser, site, *tags) as page:
        await starts(page)
        await agent.accepts("Mia")
        await agent.says("Hello from now")
        await sees(page, "Hello from now")
        await says(page, "Hello from then")
        await sees(agent.page, "Hello from then")
        assert (
            await page.evaluate("[$.fn.jquery, jQuery.fn.jquery, document.body.dataset.version]")
            == [JQUERY] * 3
        )
        await page.wait_for_function("added.filter((text) => text.startsWith('Hello')).length >= 2")
        added = await page.evaluate("added")
        assert [text for text in added if text.startswith("Hello")] == ["Hello from now", "Hello from then"]
        assert await page.evaluate("[[].remove(), ({}).extend()]") == ["mine", "mine"]


async def test_a_slow_line_is_slow_and_nothing_else(browser: Browser, site: Site, agent: Agent) -> None:
    """As on a train: every answer takes its time, and there is little room on the line."""
    async with window(browser, "about:blank") as page:
        line = await page.context.new_cdp_session(page)
        await line.send("Network.enable")
        slow = {"offline": False, "latency": 600, "downloadThroughput": 30_000, "uploadThroughput": 10_000}
        await line.send("Network.emulateNetworkConditions", slow)
        await page.goto(f"{site.widget_url}/shop/")
        await page.get_by_role("button", name="Chat with us").click()
        await page.get_by_label("Your name (optional)").fill("Mia")
        await page.get_by_role("button", name="Start chatting").click()
        await agent.accepts("Mia")
        words = [f"Word {number}" for number in range(5)]
        for word in words:
            await page.get_by_role("textbox", name="Message", exact=True).fill(word)
            await page.keyboard.press("Enter")
        await agent.says("Take your time")
        for side in (page, agent.page):
            for word in (*words, "Take your time"):
                await sees(side, word)
        said = await agent.page.locator(".line .bubble").all_inner_texts()
        assert [text for text in said if text in words] == words
        await page.reload()
        for word in (*words, "Take your time"):
            await sees(page, word)
