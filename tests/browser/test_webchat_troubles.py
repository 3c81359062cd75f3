"""What goes wrong in a chat, and what the window makes of it.

Source: webchat-ui, sections 5.9 and 5.10; section 10, checks 29 to 31.
"""

from typing import Any

import pytest
from playwright.async_api import expect

from frontdesk.main import Server
from tests.browser.conftest import Visit
from tests.browser.site import Site
from tests.browser.webchat import Window, window_on
from tests.patience import PATIENCE_MS

pytestmark = pytest.mark.anyio
IDLE: dict[str, Any] = {"next-idle-timer-type": "CLOSE", "next-idle-timer-secs": "30"}


async def test_a_lost_connection_locks_the_window_until_it_is_back(
    site: Site, visit: Visit, server: Server
) -> None:
    async with window_on(site, visit, server) as window:
        await window.starts()
        await window.page.clock.install()
        for _ in range(2):
            await window.hears("disconnected")
        await expect(window.alert).to_have_count(1)
        await window.alert.get_by_role("button", name="OK").press("Enter")
        await expect(window.page.locator(".cx-transcript")).to_be_focused()
        await expect(window.page.locator("#cx_input")).to_be_disabled()
        await window.hears("reconnected")
        await expect(window.alert).to_be_visible()
        await expect(window.page.locator("#cx_input")).to_be_enabled()
        await window.page.clock.run_for(2000)
        await expect(window.alert).to_have_count(0)


async def test_a_line_says_that_there_is_no_connection_for_as_long_as_there_is_none(
    site: Site, visit: Visit, server: Server
) -> None:
    async with window_on(site, visit, server) as window:
        await window.starts()
        line = window.page.locator(".cx-trouble")
        await expect(line).to_have_role("status")
        for begin, end, text in (
            ("disconnected", "reconnected", "Connecting again"),
            ("chatServerWentOffline", "chatServerBackOnline", "cannot be reached for the moment"),
            ("restoredOffline", "chatServerBackOnline", "still here"),
        ):
            await expect(line).to_be_empty()
            await window.hears(begin)
            await window.alert.get_by_role("button", name="OK").click()
            await expect(window.alert).to_have_count(0)
            await expect(line).to_contain_text(text)
            await window.hears(end)
            await expect(line).to_be_empty()
        await window.hears("chatServerWentOffline")
        await window.command("WebChat.close")
        await window.opens()
        await expect(line).to_contain_text("cannot be reached")


async def test_a_slow_server_is_told_and_the_visitor_can_make_it_try_at_once(
    site: Site, visit: Visit, server: Server
) -> None:
    async with window_on(site, visit, server) as window:
        await window.starts()
        await window.notes("WebChatService.resetPollExceptions")
        await window.hears("chatServerWentOffline")
        await expect(window.alert).to_be_visible()
        await window.hears("chatServerBackOnline")
        await expect(window.alert).to_have_count(0)
        await window.hears("restoredOffline")
        await window.page.get_by_role("button", name="OK").click()
        await expect(window.alert).to_have_count(0)
        await window.page.evaluate("until(() => asked.length === 1)")


async def answers_with_errors(window: Window) -> None:
    await window.page.clock.install()
    await window.hears("error", status=503)
    await window.page.evaluate("delivered()")


async def test_who_waits_for_a_broken_server_may_start_over(site: Site, visit: Visit, server: Server) -> None:
    async with window_on(site, visit, server) as window:
        await window.starts()
        await answers_with_errors(window)
        await window.page.clock.run_for(59_000)
        await expect(window.alert).to_have_count(0)
        await window.page.clock.run_for(1000)
        await window.page.get_by_role("button", name="Yes").click()
        await expect(window.page.get_by_label("First name")).to_be_visible(timeout=PATIENCE_MS)


async def test_a_server_that_stays_broken_ends_the_chat(site: Site, visit: Visit, server: Server) -> None:
    async with window_on(site, visit, server, endChatOnErrorThreshold=100_000) as window:
        await window.starts()
        await answers_with_errors(window)
        await window.page.clock.run_for(100_000)
        await expect(window.alert).to_contain_text("ended because of a problem")
        await window.sees_status("Chat Ended")


async def test_a_message_shows_that_the_server_is_well_again(
    site: Site, visit: Visit, server: Server
) -> None:
    async with window_on(site, visit, server, endChatOnErrorThreshold=61_000) as window:
        await window.starts()
        await answers_with_errors(window)
        await window.is_told("Here I am")
        await window.sees("Here I am")
        await window.page.clock.run_for(62_000)
        await expect(window.alert).to_have_count(0)


async def test_a_session_the_server_does_not_know_can_be_started_again(
    site: Site, visit: Visit, server: Server
) -> None:
    async with window_on(site, visit, server) as window:
        await window.starts()
        await window.hears("sessionLost")
        await expect(window.alert).to_be_visible()
        await window.page.get_by_role("button", name="Yes").click()
        await expect(window.page.get_by_label("First name")).to_be_visible(timeout=PATIENCE_MS)


async def test_silence_is_warned_of_and_any_key_breaks_it(site: Site, visit: Visit, server: Server) -> None:
    async with window_on(site, visit, server) as window:
        await window.starts()
        await window.notes("WebChatService.wake")
        await window.page.locator(".cx-button-minimize").click()
        await window.page.clock.install()
        await window.is_told("Still there?", type="IdleAlert", userData=IDLE)
        idle = window.page.locator(".cx-idle")
        await expect(idle).to_contain_text("Still there?")
        await expect(window.page.locator(".cx-countdown")).to_have_text("30")
        await expect(window.page.locator(".cx-screen-reader-transcript")).to_contain_text("Still there? 30")
        await window.page.clock.run_for(12_000)
        await expect(window.page.locator(".cx-countdown")).to_have_text("18")
        await window.box.press("a")
        await expect(idle).to_have_count(0)
        await window.page.evaluate("until(() => asked.length === 1)")
        assert await window.page.evaluate("asked[0][1]") == {"resetIdleState": True}


async def test_each_warning_has_words_of_the_pack(site: Site, visit: Visit, server: Server) -> None:
    words = {"IdleMessage1": "Hello?", "IdleMessage2": "Anybody?", "IdleMessageClose": "Goodbye."}
    async with window_on(site, visit, server, main={"i18n": {"en": {"webchat": words}}}) as window:
        await window.starts()
        for kind, text in (("IdleAlert", "Hello?"), ("IdleAlert", "Anybody?"), ("IdleClose", "Goodbye.")):
            await window.is_told("of the server", type=kind)
            await expect(window.page.locator(".cx-idle")).to_contain_text(text)
        await expect(window.page.locator(".cx-countdown")).to_have_count(0)


async def test_a_survey_is_offered_and_opens_in_a_tab_of_its_own(
    site: Site, visit: Visit, server: Server
) -> None:
    offer = f'{{"Survey_URL": "{server.url}/widget/", "Cancel_URL": "{server.url}/no-survey"}}'
    notice: dict[str, Any] = {"type": "CustomNotice", "from": {"type": "External", "name": "_GCTI_GSS"}}
    async with window_on(site, visit, server) as window:
        await window.starts()
        await window.is_told(offer, **notice)
        await expect(window.alert).to_contain_text("Would you answer a short survey?")
        async with window.page.expect_popup() as popup:
            await window.page.locator(".cx-survey-accept").click()
        assert (await popup.value).url == f"{server.url}/widget/"
        await (await popup.value).close()
        await window.is_told(offer, **notice)
        async with window.page.expect_request("**/no-survey") as request:
            await window.page.locator(".cx-survey-reject").click()
        assert (await request.value).method == "POST"
        for hostile in ("no offer", '{"Survey_URL": "javascript:alert(1)"}'):
            await window.is_told(hostile, **notice)
        await window.page.evaluate("delivered()")
        await expect(window.alert).to_have_count(0)
