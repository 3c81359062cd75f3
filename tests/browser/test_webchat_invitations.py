"""Invitations to chat, and to chat again.

Source: webchat-ui, section 5.11; section 10, checks 32 to 35, 45 and 46.
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
INVITES: dict[str, Any] = {"autoInvite": {"enabled": True, "timeToInviteSeconds": 1}}
ANSWERED = "document.cookie.includes('autoInvite.disabled')"


def toast(window: Window) -> Locator:
    return window.page.locator(".cx-toast")


async def is_invited(window: Window) -> None:
    await expect(toast(window)).to_contain_text("Can we help?", timeout=PATIENCE_MS)


async def time_stands(window: Window) -> None:
    """The page comes again, with a clock that only we move on, once our script is there."""
    await window.page.clock.install(time=0)
    await window.page.clock.pause_at(1000)
    await window.page.reload()


async def passes(window: Window, seconds: int) -> None:
    """Seconds pass one by one, and what they bring has the time to come."""
    for _ in range(seconds):
        await window.page.clock.run_for(1000)
        await window.page.evaluate("fetch(location.href)")


async def test_who_is_idle_is_invited_and_a_yes_opens_the_chat(
    site: Site, visit: Visit, server: Server
) -> None:
    async with window_on(site, visit, server, **INVITES) as window:
        await is_invited(window)
        await expect(window.launcher).to_have_count(0)
        assert not await window.page.evaluate(ANSWERED)
        await window.page.get_by_role("button", name="Yes, chat").click()
        await expect(window.root).to_be_visible()
        await expect(toast(window)).to_have_count(0)
        assert await window.page.evaluate(ANSWERED)
        assert (await window.page.evaluate("CXBus.data('WebChat.metadata')"))["proactive"] is True


async def test_who_declines_is_left_alone_from_then_on(site: Site, visit: Visit, server: Server) -> None:
    async with window_on(site, visit, server, **INVITES) as window:
        await is_invited(window)
        await window.page.get_by_role("button", name="Not now").click()
        await expect(toast(window)).to_have_count(0)
        await expect(window.launcher).to_be_visible()
        await time_stands(window)
        await passes(window, 20)
        await expect(window.launcher).to_be_visible()
        await expect(toast(window)).to_have_count(0)


async def test_an_invitation_goes_by_itself_but_not_while_it_has_the_focus(
    site: Site, visit: Visit, server: Server
) -> None:
    async with window_on(site, visit, server, **INVITES) as window:
        await time_stands(window)
        await passes(window, 10)
        await is_invited(window)
        await window.page.get_by_role("button", name="Yes, chat").focus()
        await window.page.clock.run_for(60_000)
        await expect(toast(window)).to_have_count(1)
        await window.page.get_by_role("button", name="Yes, chat").blur()
        await window.page.clock.run_for(40_000)
        await expect(toast(window)).to_have_count(0)
        assert not await window.page.evaluate(ANSWERED)
        await window.page.clock.run_for(1000)
        await expect(window.launcher).to_be_visible()


async def test_opening_the_chat_takes_the_invitation_away(site: Site, visit: Visit, server: Server) -> None:
    async with window_on(site, visit, server) as window:
        assert (await window.command("WebChat.invite"))[0] == "resolved"
        await is_invited(window)
        await window.command("WebChat.open")
        await expect(toast(window)).to_have_count(0)
        refused = ["rejected", "Chat is already open. Ignoring invite command."]
        assert await window.command("WebChat.invite") == refused
        assert await window.command("WebChat.reInvite") == refused
        await window.command("App.closeAll")
        await expect(window.root).to_have_count(0)


async def test_a_lost_session_is_offered_again_and_no_window_opens(
    site: Site, visit: Visit, server: Server
) -> None:
    async with window_on(site, visit, server) as window:
        await window.command("WebChat.minimize")  # The bus is there now.
        await window.hears("restoreTimeout")
        await expect(toast(window)).to_contain_text("Conversation closed")
        await expect(window.root).to_have_count(0)
        await window.page.get_by_role("button", name="Start again").click()
        await expect(window.page.get_by_label("First name")).to_be_visible()


async def test_a_page_may_want_no_second_offer(site: Site, visit: Visit, server: Server) -> None:
    async with window_on(site, visit, server, inviteOnRestoreTimeout=False) as window:
        assert (await window.command("WebChat.reInvite"))[0] == "rejected"
        await window.hears("restoreTimeout")
        await window.page.evaluate("delivered()")
        await expect(toast(window)).to_have_count(0)
        await expect(window.launcher).to_be_visible()


async def test_a_code_says_why_in_the_words_of_the_pack(site: Site, visit: Visit, server: Server) -> None:
    words = {"en": {"webchat": {"Errors": {"777": "We have moved."}}}}
    async with window_on(site, visit, server, main={"i18n": words}) as window:
        assert (await window.command("WebChat.reInvite", statusCode="777"))[0] == "resolved"
        await expect(toast(window)).to_contain_text("We have moved.")


async def test_a_page_may_change_what_the_launcher_opens(site: Site, visit: Visit, server: Server) -> None:
    hook = """window.frontdesk.push((it) => it.before('WebChat.open', (options) =>
        ({...options, form: {firstname: 'Zoe'}})))"""
    async with window_on(site, visit, server, more=hook) as window:
        await window.opens()
        await expect(window.page.get_by_label("First name")).to_have_value("Zoe")
