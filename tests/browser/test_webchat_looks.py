"""The chat window in all surroundings: readers, keys, phones, dark rooms, large type, long talks.

Source: webchat-ui, sections 6 to 8 and 10.
"""

from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Locator, expect

from frontdesk.main import Server
from tests.browser.conftest import Visit
from tests.browser.site import Site
from tests.browser.webchat import Window, window_on
from tests.journeys import axe
from tests.patience import PATIENCE_MS

pytestmark = pytest.mark.anyio
PHONE_AGENT = "Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 Chrome/130.0 Mobile Safari/537.36"
PHONE: dict[str, Any] = {
    "viewport": {"width": 360, "height": 740},
    "has_touch": True,
    "is_mobile": True,
    "user_agent": PHONE_AGENT,
}
NARROW: dict[str, Any] = {"viewport": {"width": 320, "height": 480}}
ZOOMED: dict[str, Any] = {"viewport": {"width": 640, "height": 400}, "device_scale_factor": 2}
HUGE: dict[str, Any] = {"viewport": {"width": 3840, "height": 2160}}
SURROUNDINGS: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "light": ({}, {}),
    "dark": ({}, {"theme": "dark"}),
    "brand": ({}, {"color": "#ffd400"}),
    "right-to-left": ({}, {"lang": "ar"}),
    "phone": (PHONE, {"theme": "dark"}),
    "narrow": (NARROW, {}),
    "zoomed": (ZOOMED, {}),
    "huge": (HUGE, {}),
}
# The page of the site has no landmarks; that is its own affair.
NOT_OURS = ("landmark-one-main", "region:", "page-has-heading", "html-has-lang")
# Words of the other side, put in where the service tells them: the server is not asked to say so many.
TELL = """(count) => {
    CXBus.configure({unlocked: true})
    const messages = Array.from({length: count}, (_, at) => ({
        index: 1000 + at, type: 'Message', text: `Line ${at} of a long story`,
        timestamp: 1760000000000 + at * 60000,
        from: {id: at % 7 < 4 ? 'a' : 'b', type: at % 7 < 4 ? 'Agent' : 'Client', name: 'Amy'}}))
    CXBus.getPluginInterface('WebChatService').publish('messageReceived', {messages, originalMessages: []})
}"""


@pytest.fixture(scope="session")
async def axe_source(npm_path: Path, request: pytest.FixtureRequest, anyio_backend: str) -> str:
    return await axe.source(npm_path, request.config.cache.mkdir("axe-core"))


async def is_fine(window: Window, axe_source: str) -> None:
    page = window.page
    found = [fault for fault in await axe.faults(page, axe_source) if not fault.startswith(NOT_OURS)]
    assert found == []
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth"), "it scrolls sideways"
    if await window.root.count():
        box = await window.root.bounding_box()
        size = page.viewport_size
        assert box is not None
        assert size is not None
        assert box["x"] >= 0
        assert box["y"] >= 0
        assert box["x"] + box["width"] <= size["width"]
        assert box["y"] + box["height"] <= size["height"] + 1


@pytest.mark.parametrize("surroundings", SURROUNDINGS)
async def test_every_view_is_accessible_and_fits(
    surroundings: str, site: Site, visit: Visit, server: Server, axe_source: str
) -> None:
    browser, main = SURROUNDINGS[surroundings]
    options: dict[str, Any] = {"emojis": True, "charCountEnabled": True, "uploadsEnabled": True}
    options["extras"] = {"download": True, "restart": True}
    async with window_on(site, visit, server, browser=browser, main=main, **options) as window:
        await expect(window.launcher).to_be_visible()
        await is_fine(window, axe_source)
        await window.opens()
        await is_fine(window, axe_source)
        await window.page.locator("#cx_webchat_form_firstname").fill("Mia")
        await window.page.locator(".cx-button-close").click()
        await is_fine(window, axe_source)
        await window.page.locator(".cx-close-cancel").click()
        await window.page.locator("#cx_webchat_form_lastname").fill("Li")
        await window.page.locator(".cx-submit").click()
        await expect(window.box.or_(window.page.locator("#cx_input"))).to_be_enabled()
        await window.page.evaluate(TELL, 12)
        await expect(window.lines(".cx-them")).not_to_have_count(0)
        await is_fine(window, axe_source)
        await window.page.locator(".cx-emoji").click()
        await is_fine(window, axe_source)
        await window.page.locator(".cx-emoji").click()
        await window.page.locator(".cx-button-close").click()
        await is_fine(window, axe_source)
        await window.page.locator(".cx-end-confirm").click()
        await expect(window.page.locator(".cx-afterwards")).to_be_visible()
        await is_fine(window, axe_source)


@pytest.mark.parametrize("surroundings", ["light", "right-to-left", "phone", "narrow"])
async def test_every_question_and_notice_is_accessible_and_fits(
    surroundings: str, site: Site, visit: Visit, server: Server, axe_source: str
) -> None:
    browser, main = SURROUNDINGS[surroundings]
    file: dict[str, Any] = {"file-id": "F1", "file-name": "a long name of a file " * 3, "file-size": "5"}
    visitor: dict[str, Any] = {"from": {"id": "c", "type": "Client", "name": "Mia"}}
    survey: dict[str, Any] = {"type": "CustomNotice", "from": {"type": "External", "name": "_GCTI_GSS"}}
    async with window_on(site, visit, server, browser=browser, main=main, uploadsEnabled=True) as window:
        page = window.page
        await window.opens()
        await page.locator("#cx_webchat_form_firstname").fill("Mia")
        await page.locator("#cx_webchat_form_lastname").fill("Li")
        await page.locator(".cx-submit").click()
        await expect(page.locator("#cx_input")).to_be_enabled(timeout=PATIENCE_MS)
        await window.is_told("", type="FileUploaded", fileDetails=file, **visitor)
        await page.locator(".cx-delete-btn").click()
        await is_fine(window, axe_source)
        await window.alert.get_by_role("button").first.click()
        await window.is_told('{"Survey_URL": "https://survey.example/"}', **survey)
        await expect(page.locator(".cx-survey-accept")).to_be_visible()
        await is_fine(window, axe_source)
        await page.locator(".cx-survey-reject").click()
        await window.hears("capabilitiesChanged", **{"async": True})
        await page.locator(".cx-button-close").click()
        await expect(page.locator(".cx-close-confirm")).to_be_visible()
        await is_fine(window, axe_source)
        cut = "(it) => it.scrollWidth > it.clientWidth || it.clientHeight > 60"
        for button in await window.alert.get_by_role("button").all():
            assert not await button.evaluate(cut), "its words have room"
        await page.locator(".cx-end-cancel").click()
        await window.hears("disconnected")
        await window.alert.get_by_role("button").click()
        await expect(page.locator(".cx-trouble")).not_to_be_empty()
        await is_fine(window, axe_source)


async def test_a_site_may_give_readers_other_words_than_the_eye(
    site: Site, visit: Visit, server: Server
) -> None:
    keys = "ChatFormSubmit ChatInputSend ChatEndCancel ChatEndConfirm FileTransferRetry InviteAccept"
    words = {f"Aria{key}": f"Said: {key}" for key in (*keys.split(), "InviteReject")}
    options: dict[str, Any] = {"extras": {"echo": True}}
    async with window_on(site, visit, server, main={"i18n": {"en": {"webchat": words}}}, **options) as window:
        page = window.page

        def named(key: str) -> Locator:
            return page.get_by_role("button", name=f"Said: {key}", exact=True)

        await window.command("WebChat.invite")
        await expect(named("InviteAccept")).to_have_text("Yes, chat")
        await expect(named("InviteReject")).to_be_visible()
        await named("InviteAccept").click()
        await page.get_by_label("First name").fill("Mia")
        await page.get_by_label("Last name").fill("Li")
        await named("ChatFormSubmit").click()
        await window.sees_status("Chat Started")
        await expect(named("ChatInputSend")).to_be_visible()
        await page.route("**/send", lambda route: route.abort())
        await window.says("Hello?")
        await expect(named("FileTransferRetry")).to_have_text("Try again", timeout=PATIENCE_MS)
        await page.locator(".cx-button-close").click()
        await expect(named("ChatEndCancel")).to_be_visible()
        await expect(named("ChatEndConfirm")).to_have_text("End now")


async def test_on_a_phone_the_window_is_the_screen_and_keeps_the_focus(
    site: Site, visit: Visit, server: Server
) -> None:
    async with window_on(site, visit, server, browser=PHONE) as window:
        await window.opens()
        assert await window.root.bounding_box() == {"x": 0, "y": 0, "width": 360, "height": 740}
        await expect(window.root).to_have_attribute("aria-modal", "true")
        for _ in range(9):
            await window.page.keyboard.press("Tab")
            assert await window.page.evaluate(
                "document.activeElement.shadowRoot?.activeElement?.closest('.cx-webchat') !== null"
            )
        await window.page.locator(".cx-button-minimize").click()
        await expect(window.root).not_to_have_attribute("aria-modal", "true")


async def test_an_alert_keeps_the_focus_and_gives_it_back(site: Site, visit: Visit, server: Server) -> None:
    async with window_on(site, visit, server) as window:
        await window.starts()
        close = window.page.get_by_role("button", name="Close chat")
        await close.focus()
        await close.press("Enter")
        await expect(window.page.locator(".cx-end-confirm")).to_be_focused()
        await window.page.keyboard.press("Tab")
        await expect(window.page.locator(".cx-end-cancel")).to_be_focused()
        await window.page.keyboard.press("Shift+Tab")
        await expect(window.page.locator(".cx-end-confirm")).to_be_focused()
        await window.page.keyboard.press("Escape")
        await expect(window.alert).to_have_count(0)
        await expect(close).to_be_focused()


async def test_new_lines_are_read_out_and_old_ones_are_not(site: Site, visit: Visit, server: Server) -> None:
    async with window_on(site, visit, server) as window:
        await window.starts()
        await window.page.evaluate(TELL, 1)
        aloud = window.page.locator(".cx-screen-reader-transcript")
        await expect(aloud).to_contain_text("Amy wrote: Line 0 of a long story")
        await window.page.reload()
        await window.sees_status("Chat Started")
        await expect(aloud).to_be_empty()


async def test_a_thousand_lines_are_in_the_page_and_ten_thousand_are_not(
    site: Site, visit: Visit, server: Server
) -> None:
    async with window_on(site, visit, server) as window:
        await window.starts()
        page = window.page
        await page.evaluate(TELL, 1000)
        await expect(window.lines(".cx-participant").last).to_be_visible()
        await expect(window.lines(".cx-message-text").first).to_have_text("Line 0 of a long story")
        await page.evaluate(TELL, 10_000)
        await expect(window.lines(".cx-participant").last).to_contain_text("Line 9999")
        assert await window.lines().count() <= 1000


async def test_a_style_sheet_of_the_site_comes_in_and_wins(site: Site, visit: Visit, server: Server) -> None:
    site.policy += "; style-src 'self'"
    site.put("/own.css", ".cx-titlebar { background: rgb(1, 2, 3) } .cx-btn { color: rgb(4, 5, 6) }")
    sheet = """
        const sheet = document.createElement('link')
        document.head.append(Object.assign(sheet, {id: 'own', rel: 'stylesheet', href: '/own.css'}))
    """
    async with window_on(site, visit, server, main={"customStylesheetID": "#own"}, more=sheet) as window:
        await window.opens()
        await expect(window.page.locator(".cx-titlebar")).to_have_css("background-color", "rgb(1, 2, 3)")
        await expect(window.page.locator(".cx-submit")).to_have_css("color", "rgb(4, 5, 6)")


@pytest.mark.parametrize("theme", ["light", "dark"])
async def test_the_words_of_the_launcher_are_those_of_its_ground(
    theme: str, site: Site, visit: Visit, server: Server
) -> None:
    async with window_on(site, visit, server, main={"theme": theme}) as window:
        await window.page.evaluate("CXBus.command('App.getTheme')")
        await window.page.evaluate("until(() => CXBus.data('App.ready'))")
        await expect(window.launcher).to_have_css("color", "rgb(255, 255, 255)")
        await window.opens()
        await expect(window.root).to_have_css("color-scheme", theme)


async def test_readers_hear_that_the_window_comes_and_goes(site: Site, visit: Visit, server: Server) -> None:
    async with window_on(site, visit, server) as window:
        await window.opens()
        status = window.page.locator(".cx-window-manager > .cx-widget-status")
        await expect(status).to_have_role("status")
        await expect(status).to_have_text("WebChat is opened")
        await window.page.locator(".cx-button-minimize").click()
        await expect(status).to_have_text("WebChat is minimized")
        await window.command("WebChat.close")
        await expect(status).to_have_text("WebChat is closed")


async def test_it_can_be_hidden_without_ending_anything(site: Site, visit: Visit, server: Server) -> None:
    async with window_on(site, visit, server) as window:
        refused = ["rejected", "WebChat is not open or is already hidden."]
        assert await window.command("WebChat.hide") == refused
        await window.starts()
        assert await window.command("WebChat.hide") == ["resolved", None]
        await expect(window.root).to_be_hidden()
        assert await window.command("WebChat.hide") == refused
        await window.command("WebChat.show")
        await expect(window.root).to_be_visible()
        await window.sees_status("Chat Started")
