"""What a page may switch on besides: `webchat.extras`, files with progress, chats that last.

Source: webchat-ui, sections 5.3, 5.6, 5.13 and 11.
"""

import asyncio
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Locator, Route, expect

from frontdesk.main import Server
from tests.browser.conftest import Visit
from tests.browser.site import Site
from tests.browser.webchat import Window, window_on
from tests.patience import PATIENCE_MS

pytestmark = pytest.mark.anyio
DAY_MS = 86_400_000
LEAF: Any = {"name": "leaf.txt", "mimeType": "text/plain", "buffer": b"green"}
# The sound itself is the browser's: we see that tones start.
TONES = """window.tones = 0
    const { start } = OscillatorNode.prototype
    OscillatorNode.prototype.start = function (...when) { tones++; return start.apply(this, when) }"""


async def test_words_on_their_way_are_seen_and_sent_again_when_they_failed(
    site: Site, visit: Visit, server: Server
) -> None:
    async with window_on(site, visit, server, extras={"echo": True}) as window:
        await window.starts()
        await window.page.route("**/send", lambda route: route.abort())
        await window.says("Hello?")
        await expect(window.lines(".cx-failed")).to_contain_text("Hello?", timeout=PATIENCE_MS)
        await window.page.unroute("**/send")
        await window.page.get_by_role("button", name="Try again").click()
        await window.sees("Hello?")
        await expect(window.lines(".cx-sending, .cx-failed")).to_have_count(0, timeout=PATIENCE_MS)
        await expect(window.lines(".cx-you")).to_have_count(1)


async def test_words_that_could_not_be_sent_come_back_into_the_box(
    site: Site, visit: Visit, server: Server
) -> None:
    async with window_on(site, visit, server) as window:
        await window.starts()
        await window.page.route("**/send", lambda route: route.abort())
        await window.says("Hello?")
        await expect(window.page.locator("#cx_input")).to_have_value("Hello?", timeout=PATIENCE_MS)
        await expect(window.lines(".cx-you")).to_have_count(0)


async def test_who_looks_elsewhere_is_called(site: Site, visit: Visit, server: Server) -> None:
    extras = {"titleBadge": True, "sound": True}
    async with window_on(site, visit, server, extras=extras, more=TONES) as window:
        await window.starts()
        title = await window.page.title()
        await window.is_told("Seen")
        await window.sees("Seen")
        assert await window.page.evaluate("[document.title, tones]") == [title, 0]
        await window.page.locator(".cx-button-minimize").click()
        await window.is_told("Missed", 901)
        await expect(window.page).to_have_title(f"(1) {title}")
        assert await window.page.evaluate("tones") == 2
        await window.page.locator(".cx-button-maximize").click()
        await expect(window.page).to_have_title(title)


async def test_a_conversation_can_be_kept_and_another_one_begun(
    site: Site, visit: Visit, server: Server, tmp_path: Path
) -> None:
    async with window_on(site, visit, server, extras={"download": True, "restart": True}) as window:
        await window.starts()
        await window.says("Do you have ferns?")
        await window.sees("Do you have ferns?")
        await window.page.locator(".cx-button-close").click()
        await window.page.locator(".cx-end-confirm").click()
        async with window.page.expect_download() as download:
            await window.page.get_by_role("button", name="Save").click()
        await (await download.value).save_as(tmp_path / "conversation.txt")
        kept = (tmp_path / "conversation.txt").read_text().splitlines()
        assert [line.split("] ")[1] for line in kept] == [
            "Chat Started",
            "You wrote: Do you have ferns?",
            "Chat Ended",
        ]
        await window.page.get_by_role("button", name="Start again").click()
        await expect(window.page.get_by_label("First name")).to_have_value("")


async def sends_a_file(window: Window) -> None:
    await window.starts()
    await window.page.locator("#cx_browse_file").set_input_files(LEAF)


async def test_an_upload_shows_how_far_it_is_and_can_be_stopped(
    site: Site, visit: Visit, server: Server
) -> None:
    asked, let_go = asyncio.Event(), asyncio.Event()

    async def held(route: Route) -> None:
        if "multipart" not in (route.request.headers.get("content-type") or ""):
            return await route.continue_()
        asked.set()
        await let_go.wait()
        return await route.abort()

    async with window_on(site, visit, server, uploadsEnabled=True) as window:
        await window.page.route("**/chat/demo/**", held)
        await sends_a_file(window)
        await asyncio.wait_for(asked.wait(), 30)
        await expect(window.page.locator(".cx-uploading")).to_contain_text("leaf.txt")
        await expect(window.page.get_by_role("progressbar")).to_be_visible()
        await window.page.locator(".cx-uploading").get_by_role("button", name="Cancel").click()
        await expect(window.page.locator(".cx-uploading")).to_have_count(0)
        await expect(window.alert).to_have_count(0)
        let_go.set()


async def test_a_file_that_was_cut_off_can_be_sent_again(site: Site, visit: Visit, server: Server) -> None:
    async def cut_off(route: Route) -> None:
        if "multipart" in (route.request.headers.get("content-type") or ""):
            await route.abort()
        else:
            await route.continue_()

    async with window_on(site, visit, server, uploadsEnabled=True) as window:
        await window.page.route("**/chat/demo/**", cut_off)
        await sends_a_file(window)
        await expect(window.alert).to_contain_text("leaf.txt", timeout=PATIENCE_MS)
        await window.page.unroute("**/chat/demo/**")
        await window.page.get_by_role("button", name="Try again").click()
        await expect(window.lines(".cx-you .cx-filename")).to_have_text("leaf.txt", timeout=PATIENCE_MS)


async def test_a_chat_of_days_shows_them_and_fetches_what_was_before(
    site: Site, visit: Visit, server: Server
) -> None:
    async with window_on(site, visit, server) as window:
        await window.starts()
        await window.notes("WebChatService.fetchHistory")
        await window.hears("capabilitiesChanged", **{"async": True, "pagination": True})
        for day in range(30):
            await window.is_told(f"Day {day}", 900 + day, 1_700_000_000_000 + day * DAY_MS)
        await expect(window.lines(".cx-date").first).to_have_text("Today")  # The chat's start.
        await expect(window.lines(".cx-date").nth(1)).to_have_text("Tue, Nov 14")
        await window.page.locator(".cx-transcript").evaluate("(it) => it.scrollTo(0, 0)")
        await window.page.evaluate("until(() => asked.length > 0)")
        older = {"index": 1, "type": "Message", "text": "Long ago", "timestamp": 1_600_000_000_000}
        await window.hears(
            "messageReceived", messages=[older | {"from": {"type": "Agent"}}], oldMessages=True
        )
        await expect(window.lines(".cx-message").first).to_contain_text("Long ago")


async def test_a_day_that_comes_again_is_drawn_once_each_time(
    site: Site, visit: Visit, server: Server
) -> None:
    """The clocks of the server and the visitor need not agree."""
    async with window_on(site, visit, server) as window:
        await window.starts()
        await window.hears("capabilitiesChanged", **{"async": True})
        for at, ms in enumerate((1_700_000_000_000, 1_700_000_000_000 + DAY_MS, 1_700_000_000_000)):
            await window.is_told(f"Day {at}", 900 + at, ms)
        for key in "abc":
            await window.box.press(key)
        await expect(window.lines(".cx-date")).to_have_text(
            ["Today", "Tue, Nov 14", "Wed, Nov 15", "Tue, Nov 14"]
        )


async def test_a_chat_that_lasts_is_ended_or_just_left_and_comes_back_with_a_message(
    site: Site, visit: Visit, server: Server
) -> None:
    options: dict[str, Any] = {"async": {"enabled": False, "newMessageRestoreState": "minimized"}}
    async with window_on(site, visit, server, **options) as window:
        await window.starts()
        await window.hears("capabilitiesChanged", **{"async": True})
        await window.page.locator(".cx-button-close").click()
        await expect(window.page.locator(".cx-end-confirm")).to_have_text("End conversation")
        await window.page.locator(".cx-close-confirm").click()
        await expect(window.root).to_have_count(0)
        await expect(window.launcher).to_be_visible()
        await window.is_told("One more thing")
        await expect(window.page.locator(".cx-webchat.cx-minimized")).to_be_visible()
        await window.page.locator(".cx-button-maximize").click()
        await window.sees("One more thing")


async def test_a_visitor_may_take_a_file_back_after_a_question(
    site: Site, visit: Visit, server: Server
) -> None:
    async with window_on(site, visit, server, uploadsEnabled=True) as window:
        await sends_a_file(window)
        page = window.page
        delete = page.get_by_role("button", name="Delete: leaf.txt")
        await expect(delete).to_be_visible(timeout=PATIENCE_MS)
        await delete.focus()
        await page.keyboard.press("Enter")
        await expect(window.alert).to_have_accessible_description("Delete leaf.txt for both sides?")
        await page.keyboard.press("Escape")
        await expect(delete).to_be_focused()
        await page.keyboard.press("Enter")
        await page.keyboard.press("Enter")
        await expect(window.lines(".cx-filesize")).to_have_text("File deleted", timeout=PATIENCE_MS)
        await expect(page.locator(".cx-file-transfer-block button")).to_have_count(0)
        await expect(window.lines(".cx-you")).to_be_focused()
        await expect(page.locator(".cx-screen-reader-transcript")).to_contain_text("File deleted")


async def test_files_of_others_and_of_chats_that_are_over_cannot_be_taken_back(
    site: Site, visit: Visit, server: Server
) -> None:
    details = {"file-id": "F1", "file-name": "theirs.txt", "file-size": "5"}
    async with window_on(site, visit, server, uploadsEnabled=True) as window:
        await sends_a_file(window)
        await window.is_told("", type="FileUploaded", fileDetails=details)
        delete = window.page.locator(".cx-delete-btn")
        await expect(window.lines(".cx-them .cx-download-btn")).to_be_visible()
        await expect(delete).to_have_count(1, timeout=PATIENCE_MS)
        await window.page.route("**/delete", lambda route: route.fulfill(status=500, body="{}"))
        await delete.click()
        await window.alert.get_by_role("button", name="Delete").click()
        await expect(window.alert).to_contain_text("Something went wrong")
        await window.alert.get_by_role("button", name="OK").click()
        await expect(delete).to_have_count(1)
        await window.command("WebChat.endChat")
        await window.sees_status("Chat Ended")
        await expect(delete).to_have_count(0)
        await expect(window.page.locator(".cx-download-btn")).to_have_count(2)


def made_by(window: Window) -> Locator:
    return window.page.locator(".cx-footer .cx-powered-by")


async def test_who_made_the_window_stands_below_it_unless_the_page_says_otherwise(
    site: Site, visit: Visit, server: Server
) -> None:
    async with window_on(site, visit, server) as window:
        await window.opens()
        made = made_by(window)
        await expect(made).to_have_text("Powered by Frontdesk")
        await window.command("WebChat.showOverlay", html="<p>Look</p>", hideFooter=True)
        await expect(made).to_be_hidden()
        await window.command("WebChat.hideOverlay")
        await window.page.locator(".cx-button-minimize").click()
        await expect(made).to_be_hidden()
        await window.page.evaluate("_genesys.widgets.webchat.poweredBy = 'The fern shop'")
        await window.page.locator(".cx-button-maximize").click()
        await expect(made).to_have_text("The fern shop")
    empty: dict[str, Any] = {"main": {"i18n": {"en": {"webchat": {"PoweredBy": ""}}}}}
    without: dict[str, Any] = {"poweredBy": False}
    for options in (empty, without):
        async with window_on(site, visit, server, **options) as window:
            await window.opens()
            await expect(made_by(window)).to_be_hidden()


async def test_a_page_that_can_be_shared_offers_it_once_there_is_somebody_to_share_with(
    site: Site, visit: Visit, server: Server
) -> None:
    async with window_on(site, visit, server) as window:
        await window.starts()
        page = window.page
        share = page.locator(".cx-menu .cx-cobrowse")
        await expect(share).to_have_count(0)
        await page.evaluate(
            """() => {
                const plugin = CXBus.registerPlugin('CoBrowse')
                for (const [name, event] of [['start', 'started'], ['stop', 'stopped']])
                    plugin.registerCommand(name, ({deferred}) => {
                        plugin.publish(event)
                        deferred.resolve()
                    })
                plugin.ready()
            }"""
        )
        await window.box.press("a")
        await expect(share).to_have_accessible_name("Starts a shared view of this page")
        await expect(share).to_be_disabled()
        await window.hears("agentConnected", numAgentsConnected=1)
        await share.click()
        await expect(share).to_have_accessible_name("Stop sharing")
        assert (await page.evaluate("CXBus.data('WebChat.metadata')"))["coBrowseInitiated"] is True
        await share.click()
        await expect(share).to_have_attribute("title", "Share my screen")
