"""The chat window by keys alone, from the launcher to the launcher.

Source: webchat-ui, sections 5.4 to 5.8, 5.10 and 6.
"""

from typing import Any

import pytest
from playwright.async_api import Locator, expect

from frontdesk.main import Server
from tests.browser.conftest import Visit
from tests.browser.site import Site
from tests.browser.webchat import Window, window_on
from tests.patience import PATIENCE_MS

pytestmark = pytest.mark.anyio
STOPS_MAX = 12
LEAF: Any = {"name": "leaf.txt", "mimeType": "text/plain", "buffer": b"green"}


async def reaches(window: Window, wanted: Locator, key: str = "Tab") -> None:
    """Press Tab until `wanted` has the focus, as somebody without a mouse does."""
    for _ in range(STOPS_MAX):
        if await wanted.evaluate("(it) => it === it.getRootNode().activeElement"):
            return
        await window.page.keyboard.press(key)
    await expect(wanted).to_be_focused()


async def test_a_whole_chat_needs_no_mouse(site: Site, visit: Visit, server: Server) -> None:
    options: dict[str, Any] = {"emojis": True, "uploadsEnabled": True, "extras": {"restart": True}}
    async with window_on(site, visit, server, **options) as window:
        page, keys = window.page, window.page.keyboard
        await expect(window.launcher).to_be_visible()
        await reaches(window, window.launcher)
        await keys.press("Enter")
        await expect(page.get_by_label("First name")).to_be_focused(timeout=PATIENCE_MS)
        await keys.type("Mia")
        await keys.press("Tab")
        await keys.type("Li")
        await reaches(window, page.locator(".cx-submit"))
        await keys.press("Space")
        await window.sees_status("Chat Started")
        await expect(window.box).to_be_focused()

        await keys.type("Do you have ferns?")
        await keys.press("Enter")
        await window.sees("Do you have ferns?")
        await reaches(window, page.locator(".cx-emoji"))
        await keys.press("Enter")
        await expect(page.get_by_role("listbox")).to_be_focused()
        await keys.press("ArrowRight")
        await keys.press("Enter")
        await keys.press("Escape")
        await expect(page.get_by_role("listbox")).to_have_count(0)
        await expect(window.box).to_be_focused()
        await expect(window.box).to_have_value("👍")

        await reaches(window, page.locator(".cx-upload"))
        async with page.expect_file_chooser() as chooser:
            await keys.press("Enter")
        await (await chooser.value).set_files(LEAF)
        await expect(window.lines(".cx-filename")).to_have_text("leaf.txt", timeout=PATIENCE_MS)
        await reaches(window, page.locator(".cx-transcript"), "Shift+Tab")
        await reaches(window, page.locator(".cx-download-btn"))
        async with page.expect_download():
            await keys.press("Enter")

        await reaches(window, page.locator(".cx-button-close"), "Shift+Tab")
        await keys.press("Enter")
        await expect(page.locator(".cx-end-confirm")).to_be_focused()
        await keys.press("Enter")
        await window.sees_status("Chat Ended")
        await expect(page.locator(".cx-button-close")).to_be_focused()
        await reaches(window, page.get_by_role("button", name="Start again"))
        await keys.press("Enter")
        await expect(page.get_by_label("First name")).to_be_focused(timeout=PATIENCE_MS)
        await reaches(window, page.locator(".cx-button-close"), "Shift+Tab")
        await keys.press("Space")
        await expect(window.root).to_have_count(0)
        await expect(window.launcher).to_be_focused()


async def test_a_survey_is_refused_with_a_key_and_the_focus_comes_back(
    site: Site, visit: Visit, server: Server
) -> None:
    offer = f'{{"Survey_URL": "{server.url}/widget/", "Cancel_URL": "{server.url}/no-survey"}}'
    notice: dict[str, Any] = {"type": "CustomNotice", "from": {"type": "External", "name": "_GCTI_GSS"}}
    async with window_on(site, visit, server) as window:
        await window.starts()
        await expect(window.box).to_be_focused()
        await window.is_told(offer, **notice)
        await expect(window.page.locator(".cx-survey-accept")).to_be_focused()
        async with window.page.expect_request("**/no-survey"):
            await window.page.keyboard.press("Escape")
        await expect(window.alert).to_have_count(0)
        await expect(window.box).to_be_focused()


async def test_escape_takes_away_what_lies_on_top_and_at_last_the_window(
    site: Site, visit: Visit, server: Server
) -> None:
    page_hears = "window.escapes = 0; addEventListener('keydown', ({key}) => escapes += key === 'Escape')"
    async with window_on(site, visit, server, emojis=True, more=page_hears) as window:
        await window.starts()
        page, keys = window.page, window.page.keyboard
        await page.locator(".cx-emoji").click()
        await window.box.focus()
        await page.locator(".cx-button-close").focus()
        await keys.press("Enter")
        await expect(window.alert).to_be_visible()
        await keys.press("Escape")
        await expect(window.alert).to_have_count(0)
        await expect(page.locator(".cx-button-close")).to_be_focused()
        await expect(page.get_by_role("listbox")).to_be_visible()
        await window.box.focus()
        await keys.press("Escape")
        await expect(page.get_by_role("listbox")).to_have_count(0)
        await expect(window.box).to_be_focused()
        await keys.type("Half a sent")
        await keys.press("Escape")
        await expect(page.locator(".cx-webchat.cx-minimized")).to_be_visible()
        await expect(page.locator(".cx-button-maximize")).to_be_focused()
        await keys.press("Escape")
        await expect(page.locator(".cx-webchat.cx-minimized")).to_be_visible()
        await keys.press("Enter")
        await expect(window.box).to_be_focused()
        await expect(window.box).to_have_value("Half a sent")
        assert await page.evaluate("escapes") == 1, (
            "the page has the key only when the window had no use for it"
        )
