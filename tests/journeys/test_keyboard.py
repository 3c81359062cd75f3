"""Everything without a mouse: the keys are the only input in this file."""

import pytest
from playwright.async_api import Browser, Page, expect

from tests.journeys.conftest import House
from tests.journeys.people import AGENT, PASSWORD, lines, said, sees, sees_status, window
from tests.patience import PATIENCE_MS

pytestmark = pytest.mark.anyio
STOPS_MAX = 60


async def tab_to(page: Page, name: str) -> None:
    """Press Tab until the focus is on what is called so."""
    for _ in range(STOPS_MAX):
        await page.keyboard.press("Tab")
        focused = await page.evaluate(
            """() => {
                let it = document.activeElement
                while (it.shadowRoot?.activeElement) it = it.shadowRoot.activeElement
                return it.getAttribute('aria-label') || it.labels?.[0]?.textContent || it.textContent || ''
            }"""
        )
        if focused.strip().startswith(name):
            return
    raise AssertionError(f"no Tab leads to {name!r}")


async def sign_in(desk: Page) -> None:
    await expect(desk.get_by_label("Login")).to_be_focused()
    await desk.keyboard.type(AGENT[0])
    await desk.keyboard.press("Tab")
    await desk.keyboard.type(PASSWORD)
    await desk.keyboard.press("Enter")
    await expect(desk.get_by_role("switch")).to_be_enabled()


async def test_a_whole_chat_by_keyboard(browser: Browser, house: House) -> None:
    async with (
        window(browser, f"{house.url}/shop/") as shop,
        window(browser, f"{house.url}/agent/") as desk,
    ):
        await sign_in(desk)
        await desk.keyboard.press("Alt+r")
        await expect(desk.get_by_role("switch")).to_have_attribute("aria-checked", "true")

        await tab_to(shop, "Chat with us")
        await shop.keyboard.press("Enter")
        await expect(shop.get_by_label("Your name (optional)")).to_be_focused()
        await shop.keyboard.type("Mia")
        await shop.keyboard.press("Tab")
        await shop.keyboard.type("Is the fern easy?")
        await shop.keyboard.press("Enter")
        await expect(shop.get_by_role("textbox", name="Message", exact=True)).to_be_focused()

        await expect(desk.locator(".invite")).to_have_count(1, timeout=PATIENCE_MS)
        await desk.keyboard.press("Alt+a")
        await expect(desk.get_by_role("textbox", name="Message to the visitor")).to_be_focused(
            timeout=PATIENCE_MS
        )
        await desk.keyboard.type("Very.")
        await desk.keyboard.press("Shift+Enter")
        await desk.keyboard.type("Steam helps.")
        await desk.keyboard.press("Enter")
        await expect(said(shop, "Very.\nSteam helps.")).to_have_count(1, timeout=PATIENCE_MS)

        await desk.keyboard.press("Alt+n")
        await expect(desk.get_by_role("textbox", name="Note for the team")).to_be_focused()
        await desk.keyboard.type("Nice person")
        await desk.keyboard.press("Enter")
        await sees(desk, "Nice person")
        await desk.keyboard.press("Alt+x")
        await expect(desk.get_by_role("dialog")).to_be_visible()
        await desk.keyboard.press("Escape")
        await expect(desk.get_by_role("textbox", name="Note for the team")).to_be_focused()

        await tab_to(shop, "Minimise")
        await shop.keyboard.press("Enter")
        await expect(shop.get_by_role("button", name="Restore")).to_be_focused()
        await shop.keyboard.press("Enter")
        await expect(shop.get_by_role("textbox", name="Message", exact=True)).to_be_focused()
        await tab_to(shop, "Close chat")
        await shop.keyboard.press("Enter")
        await expect(shop.get_by_role("button", name="End now")).to_be_focused()
        await shop.keyboard.press("Tab")
        await expect(shop.get_by_role("button", name="Keep chatting")).to_be_focused()
        await shop.keyboard.press("Escape")
        await tab_to(shop, "Close chat")
        await shop.keyboard.press("Enter")
        await shop.keyboard.press("Enter")
        await sees_status(shop, "Chat Ended")
        await expect(shop.get_by_role("button", name="Close chat")).to_be_focused()
        await tab_to(shop, "Start again")
        await shop.keyboard.press("Enter")
        await expect(shop.get_by_label("Your name (optional)")).to_have_value("Mia")
        await sees_status(desk, "The chat has ended: the visitor left")


async def test_the_shortcuts_are_listed_where_they_work(browser: Browser, house: House) -> None:
    async with window(browser, f"{house.url}/agent/") as desk:
        await sign_in(desk)
        await desk.keyboard.press("?")
        await expect(desk.get_by_role("dialog", name="Keyboard shortcuts")).to_contain_text("Next chat")
        await desk.keyboard.press("Escape")
        await expect(desk.get_by_role("dialog")).to_have_count(0)


async def test_alt_and_the_arrows_go_through_the_chats(browser: Browser, house: House) -> None:
    async with (
        window(browser, f"{house.url}/shop/") as first,
        window(browser, f"{house.url}/shop/") as second,
        window(browser, f"{house.url}/agent/") as desk,
    ):
        await sign_in(desk)
        await desk.keyboard.press("Alt+r")
        for shop, name in ((first, "Mia"), (second, "Noor")):
            await tab_to(shop, "Chat with us")
            await shop.keyboard.press("Enter")
            await expect(shop.get_by_label("Your name (optional)")).to_be_focused()
            await shop.keyboard.type(name)
            await shop.keyboard.press("Enter")
            await expect(desk.locator(".invite")).to_have_count(1, timeout=PATIENCE_MS)
            await desk.keyboard.press("Alt+a")
            await expect(desk.get_by_role("heading", name=name).first).to_be_visible(timeout=PATIENCE_MS)
        await desk.keyboard.press("Alt+ArrowUp")
        await expect(lines(desk).filter(has_text="Mia started a chat")).to_be_visible()
        await desk.keyboard.press("Alt+ArrowDown")
        await expect(lines(desk).filter(has_text="Noor started a chat")).to_be_visible()
        await desk.keyboard.type("Hello Noor")
        await desk.keyboard.press("Enter")
        await sees(second, "Hello Noor")
        await expect(said(first, "Hello Noor")).to_have_count(0)
