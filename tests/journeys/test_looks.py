"""Phones, dark rooms, large type, little movement, screen readers: each page in each of them."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from playwright.async_api import Browser, Page, expect

from tests.journeys import axe
from tests.journeys.conftest import House
from tests.journeys.people import Agent, Visitor, lines, sees, sees_status, window
from tests.patience import PATIENCE_MS

pytestmark = pytest.mark.anyio
PHONE: dict[str, Any] = {
    "viewport": {"width": 360, "height": 740},
    "has_touch": True,
    "is_mobile": True,
    "user_agent": "Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 Chrome/130.0 Mobile Safari/537.36",
}
DARK: dict[str, Any] = {"color_scheme": "dark"}
LIGHT: dict[str, Any] = {"color_scheme": "light"}
TABS_MAX = 20  # More than the window has stops.
# 200 % zoom of a window of 1280 × 800 leaves this many CSS pixels.
ZOOMED: dict[str, Any] = {"viewport": {"width": 640, "height": 400}, "device_scale_factor": 2}
SURROUNDINGS = {"light": LIGHT, "dark": DARK, "phone": PHONE | DARK, "zoomed": ZOOMED}


@asynccontextmanager
async def chatting(
    browser: Browser, house: House, options: dict[str, Any]
) -> AsyncIterator[tuple[Visitor, Agent]]:
    """Both pages in the same surroundings, with all sorts of lines between them."""
    async with (
        window(browser, f"{house.url}/shop/", **options) as shop,
        window(browser, f"{house.url}/agent/", **options) as desk,
    ):
        visitor, agent = Visitor(shop), Agent(desk)
        await agent.signs_in()
        await agent.gets_ready()
        await visitor.starts("Mia", "Is the fern easy? https://shop.example/fern")
        await agent.accepts("Mia")
        await agent.says("Very.")
        await agent.notes("Nice person")
        await desk.locator("input[type=file]").set_input_files(
            {"name": "care.txt", "mimeType": "text/plain", "buffer": b"steam"}
        )
        await sees(shop, "Very.")
        await expect(lines(shop).filter(has_text="care.txt").first).to_be_visible(timeout=PATIENCE_MS)
        yield visitor, agent


async def nothing_sticks_out(page: Page) -> None:
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth"), "it scrolls sideways"


@pytest.mark.parametrize("surroundings", SURROUNDINGS)
async def test_a_chat_is_accessible(
    surroundings: str, browser: Browser, house: House, axe_source: str
) -> None:
    async with chatting(browser, house, SURROUNDINGS[surroundings]) as (visitor, agent):
        for page in (visitor.page, agent.page):
            await nothing_sticks_out(page)
            assert await axe.faults(page, axe_source) == []
        await visitor.page.get_by_role("button", name="Close chat").click()
        await expect(visitor.alert).to_be_visible()
        assert await axe.faults(visitor.page, axe_source) == []
        await visitor.alert.get_by_role("button", name="End now").click()
        await sees_status(visitor.page, "Chat Ended")
        await nothing_sticks_out(visitor.page)
        assert await axe.faults(visitor.page, axe_source) == []


# All calls and all shapes are made alike, and over hundreds of them axe takes minutes.
FEWER = """() => {
    for (const kind of ['.call', '.shape'])
        [...document.querySelectorAll(kind)].slice(25).forEach((one) => one.remove())
}"""


@pytest.mark.parametrize("surroundings", SURROUNDINGS)
async def test_the_pages_before_a_chat_are_accessible(
    surroundings: str, browser: Browser, house: House, axe_source: str
) -> None:
    for path, shows in (
        ("/", "Agent page"),
        ("/agent/", "Login"),
        ("/shop/", "The six"),
        ("/api/", "Answers"),
    ):
        async with window(browser, f"{house.url}{path}", **SURROUNDINGS[surroundings]) as page:
            await expect(page.get_by_text(shows).first).to_be_visible()
            await nothing_sticks_out(page)
            if path == "/api/":
                await page.evaluate(FEWER)
            assert await axe.faults(page, axe_source) == [], path


async def test_a_ringing_chat_is_accessible(visitor: Visitor, agent: Agent, axe_source: str) -> None:
    await visitor.starts("Mia")
    await expect(agent.page.locator(".invite")).to_have_count(1, timeout=PATIENCE_MS)
    await expect(agent.page.get_by_role("alert")).to_have_text("Mia asks for a chat. Alt+A accepts.")
    assert await axe.faults(agent.page, axe_source) == []


async def test_a_phone_shows_the_list_or_the_chat(browser: Browser, house: House) -> None:
    async with chatting(browser, house, PHONE) as (visitor, agent):
        page = agent.page
        await expect(page.get_by_role("navigation", name="Chats")).to_be_hidden()
        await page.get_by_role("button", name="About the visitor").click()
        await expect(page.get_by_role("complementary", name="About the visitor")).to_be_visible()
        await page.get_by_role("button", name="About the visitor").click()
        await page.get_by_role("button", name="Back to the list of chats").click()
        await expect(page.get_by_role("navigation", name="Chats")).to_be_visible()
        await expect(page.get_by_role("main")).to_be_hidden()
        await visitor.says("Still there?")
        await expect(page.get_by_label("1 unread")).to_be_visible(timeout=PATIENCE_MS)
        await page.get_by_role("button", name="Mia").click()
        await sees(page, "Still there?")


async def test_on_a_phone_the_chat_fills_the_screen_and_shuts_out_the_shop(
    browser: Browser, house: House
) -> None:
    async with window(browser, f"{house.url}/shop/", **PHONE) as page:
        await Visitor(page).starts("Mia")
        visitor = Visitor(page)
        assert await visitor.window.bounding_box() == {"x": 0, "y": 0, "width": 360, "height": 740}
        await expect(visitor.window).to_have_attribute("aria-modal", "true")
        focused: set[str] = set()
        for _ in range(TABS_MAX):
            await page.keyboard.press("Tab")
            focused.add(await page.evaluate("document.activeElement.localName"))
        assert focused == {"frontdesk-chat"}
        await visitor.minimise.click()
        await expect(visitor.window).not_to_have_attribute("aria-modal", "true")
        await page.get_by_role("link", name="See the six").click()


async def test_who_wants_no_movement_gets_none(browser: Browser, house: House) -> None:
    async with window(browser, f"{house.url}/shop/", reduced_motion="reduce") as page:
        visitor = Visitor(page)
        await visitor.launcher.click()
        await expect(visitor.window).to_be_visible()
        moving = await page.evaluate(
            """() => [document, document.querySelector('frontdesk-chat').shadowRoot]
                .flatMap((root) => root.getAnimations()).length"""
        )
        assert moving == 0


async def test_new_words_are_read_out_and_old_ones_are_not(visitor: Visitor, agent: Agent) -> None:
    await visitor.starts("Mia", "Is the fern easy?")
    await agent.accepts("Mia")
    log = agent.page.get_by_role("log", name="Conversation")
    await expect(log).to_have_attribute("aria-live", "polite")
    await agent.page.reload()
    added_aloud = await agent.page.evaluate(
        """() => new Promise((done) => {
            const seen = []
            new MutationObserver((changes) => {
                for (const change of changes) for (const node of change.addedNodes) {
                    const isLine = node.classList?.contains('line')
                    if (isLine && change.target.ariaLive === 'polite') seen.push(node.textContent)
                }
            }).observe(document.body, {childList: true, subtree: true})
            setTimeout(() => done(seen), 1500)
        })"""
    )
    assert added_aloud == []
    await sees(agent.page, "Is the fern easy?")
    await expect(log).to_have_attribute("aria-live", "polite")


async def test_the_visitors_reader_hears_new_words_and_not_the_old_ones(
    visitor: Visitor, agent: Agent
) -> None:
    await visitor.starts("Mia", "Is the fern easy?")
    await agent.accepts("Mia")
    aloud = visitor.page.locator(".cx-screen-reader-transcript")
    await expect(aloud).to_have_attribute("aria-live", "polite")
    await agent.says("Very.")
    await expect(aloud).to_contain_text("Amy wrote: Very.", timeout=PATIENCE_MS)
    await visitor.page.reload()
    await sees(visitor.page, "Very.")
    await expect(aloud).to_have_text("")
    await agent.says("Steam helps.")
    await expect(aloud).to_contain_text("Amy wrote: Steam helps.", timeout=PATIENCE_MS)
    await expect(aloud).not_to_contain_text("Very.")
