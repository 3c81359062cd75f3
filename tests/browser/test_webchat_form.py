"""The chat window before a chat: launcher, form, and the ways back.

Source: webchat-ui, sections 5.1, 5.2, 10.
"""

import pytest
from playwright.async_api import expect

from frontdesk.main import Server
from tests.browser.conftest import Visit
from tests.browser.site import Site
from tests.browser.webchat import window_on

pytestmark = pytest.mark.anyio


async def test_the_default_form_has_four_fields_and_the_focus(
    site: Site, visit: Visit, server: Server
) -> None:
    async with window_on(site, visit, server) as window:
        await window.opens()
        for name in ("firstname", "lastname", "email", "subject"):
            await expect(window.page.locator(f"#cx_webchat_form_{name}")).to_be_visible()
        await expect(window.page.locator("#cx_webchat_form_firstname")).to_be_focused()
        await expect(window.launcher).to_have_count(0)


async def test_a_second_open_is_refused(site: Site, visit: Visit, server: Server) -> None:
    async with window_on(site, visit, server) as window:
        assert await window.command("WebChat.open") == ["resolved", None]
        assert await window.command("WebChat.open") == ["rejected", "already opened"]
        assert await window.command("WebChat.injectMessage", text="x") == [
            "rejected",
            "No chat session to inject into.",
        ]


async def test_a_window_that_was_never_used_is_cancelled_then_closed(
    site: Site, visit: Visit, server: Server
) -> None:
    async with window_on(site, visit, server) as window:
        await window.opens()
        await window.page.get_by_role("button", name="Close chat").click()
        await expect(window.root).to_have_count(0)
        await expect(window.launcher).to_be_visible()
        await window.page.evaluate("delivered()")
        names = await window.page.evaluate("names()")
        assert [name for name in names if name != "chatButtonDisplayed"] == [
            "ready",
            "opened",
            "cancelled",
            "closed",
        ]
        assert await window.command("WebChat.close") == ["rejected", "already closed"]


async def test_a_form_with_words_in_it_is_not_closed_without_a_question(
    site: Site, visit: Visit, server: Server
) -> None:
    async with window_on(site, visit, server) as window:
        await window.opens()
        await window.page.get_by_label("First name").fill("Mia")
        await window.page.get_by_role("button", name="Close chat").click()
        await expect(window.alert).to_contain_text("Close without starting a chat?")
        await expect(window.page.locator(".cx-close-confirm")).to_be_focused()
        await window.page.locator(".cx-close-cancel").click()
        await expect(window.page.get_by_label("First name")).to_have_value("Mia")
        for answer, how in ((".cx-close-cancel", "rejected"), (".cx-close-confirm", "resolved")):
            await window.page.evaluate("() => { window.closing = ending(CXBus.command('WebChat.close')) }")
            await window.page.locator(answer).click()
            assert (await window.page.evaluate("closing"))[0] == how
        await expect(window.root).to_have_count(0)


async def test_what_the_server_misses_is_marked_and_gets_the_focus(
    site: Site, visit: Visit, server: Server
) -> None:
    async with window_on(site, visit, server) as window:
        await window.opens()
        await window.page.get_by_label("First name").fill("Mia")
        await window.page.get_by_label("First name").press("Enter")
        await expect(window.alert).to_contain_text("Please enter your last name.")
        await window.page.get_by_role("button", name="OK").click()
        last = window.page.get_by_label("Last name")
        await expect(last).to_be_focused()
        await expect(last).to_have_attribute("aria-invalid", "true")
        assert await window.page.evaluate("names().includes('rejected')")


FORM = """
    const inputs = [
        {id: 'topic', name: 'topic', type: 'select', label: '@i18n:webchat.ChatFormSubject', options: [
            {text: 'Ferns', group: true}, {text: 'Water', value: 'w'},
            {text: 'Light', value: 'l', selected: true}]},
        {id: 'first', name: 'firstname', label: 'Name', value: () => 'Mia'},
        {id: 'last', name: 'lastname', label: 'Surname', value: 'Li',
            wrapper: '<tr class="own"><td>{label}{input}</td></tr>'},
        {id: 'story', name: 'story', type: 'textarea', placeholder: '@i18n:webchat.ChatInputPlaceholder'},
        {id: 'terms', name: 'terms', type: 'checkbox', label: 'I agree',
            validate: (...about) => { window.about = about; return about[2].prop('checked') }},
        {name: 'source', type: 'hidden', value: 'shop'},
        {custom: '<tr><td><em id="note">Please be kind</em></td></tr>'},
    ]
    _genesys.widgets.webchat.form = {inputs}
"""


async def test_a_form_of_the_site_is_built_as_it_says(site: Site, visit: Visit, server: Server) -> None:
    async with window_on(site, visit, server, more=FORM) as window:
        page = window.page
        await window.opens()
        await expect(page.get_by_label("Topic")).to_have_value("l")
        await expect(page.locator("optgroup")).to_have_attribute("label", "Ferns")
        await expect(page.locator("tr.own #last")).to_have_value("Li")
        await expect(page.locator("#note")).to_have_text("Please be kind")
        await expect(page.get_by_placeholder("Write a message")).to_be_visible()

        await page.locator(".cx-submit").click()
        terms = page.get_by_label("I agree")
        await expect(terms).to_have_class("cx-input cx-form-control cx-error")
        await expect(terms).to_be_focused()
        assert await page.evaluate("about.length") == 7
        assert "submitted" not in await page.evaluate("names()")

        await terms.check()
        await page.locator(".cx-submit").click()
        await window.sees_status("Chat Started")
        data = await page.evaluate("CXBus.data('WebChatService.userData')")
        assert {key: data[key] for key in ("topic", "terms", "source")} == {
            "topic": "l",
            "terms": True,
            "source": "shop",
        }
        form = await page.evaluate("CXBus.data('WebChat.metadata').form")
        assert form["firstname"] == "Mia"
        assert "shop" not in await page.evaluate("document.cookie")


async def test_a_page_may_fill_the_form_in_and_send_it_off(site: Site, visit: Visit, server: Server) -> None:
    async with window_on(site, visit, server) as window:
        form = {"firstname": "Mia", "lastname": "Li", "autoSubmit": True}
        assert await window.command("WebChat.open", form=form) == ["resolved", None]
        await window.sees_status("Chat Started")
        names = await window.page.evaluate("names()")
        assert [name for name in names if name != "chatButtonDisplayed"][:4] == [
            "ready",
            "opened",
            "submitted",
            "started",
        ]
        metadata = await window.page.evaluate("CXBus.data('WebChat.metadata')")
        assert (metadata["prefilled"], metadata["autoSubmitted"]) == (True, True)


async def test_a_launcher_of_the_site_keeps_its_looks_and_opens_with_a_key(
    site: Site, visit: Visit, server: Server
) -> None:
    template = '<div class="mine"><span class="i18n" data-message="ChatButton"></span></div>'
    button = {"enabled": True, "openDelay": 0, "effectDuration": 0, "template": template}
    async with window_on(site, visit, server, chatButton=button) as window:
        mine = window.page.locator(".mine")
        await expect(mine).to_have_text("Chat")
        await expect(mine).to_have_role("button")
        await mine.press("Enter")
        await expect(window.root).to_be_visible()
        await expect(mine).to_have_count(0)


async def test_the_launcher_is_shown_and_hidden_once(site: Site, visit: Visit, server: Server) -> None:
    async with window_on(site, visit, server) as window:
        await expect(window.launcher).to_be_visible()
        already = "Chat button is not enabled in the configuration, or already visible. Ignoring command."
        assert await window.command("WebChat.showChatButton") == ["rejected", already]
        assert await window.command("WebChat.hideChatButton") == ["resolved", None]
        await expect(window.launcher).to_have_count(0)
        assert await window.command("WebChat.hideChatButton") == [
            "rejected",
            "Chat button is already hidden. Ignoring command.",
        ]


async def test_overlays_need_a_window(site: Site, visit: Visit, server: Server) -> None:
    async with window_on(site, visit, server) as window:
        closed = ["rejected", "WebChat is not currently open. Ignoring command."]
        assert await window.command("WebChat.showOverlay", html="<p>Hi</p>") == closed
        await window.opens()
        await window.command("WebChat.showOverlay", html="<p id=hi>Hi</p>")
        await expect(window.page.locator(".cx-dynamic #hi")).to_be_visible()
        await window.command("WebChat.showOverlay", html="<p id=ho>Ho</p>", static=True)
        await expect(window.page.locator(".cx-static #ho")).to_be_visible()
        await window.command("WebChat.hideOverlay", static=True)
        await window.command("WebChat.hideOverlay")
        await expect(window.page.locator("#hi, #ho")).to_have_count(0)


async def test_configuring_more_beside_an_open_window_brings_no_launcher(
    site: Site, visit: Visit, server: Server
) -> None:
    configure = "frontdesk.configure({webchat: {userData: {plan: 'gold'}}})"
    # The loader shows its button as soon as the page is there, and no sooner than after this.
    loaders = "new Promise((resolve) => setTimeout(resolve, 0)).then(() => delivered())"
    async with window_on(site, visit, server) as window:
        await window.opens()
        await window.page.evaluate(configure)
        await window.page.evaluate(loaders)
        await expect(window.launcher).to_have_count(0)
        await window.command("WebChat.close")
        await expect(window.launcher).to_have_count(1)
        await window.command("WebChat.hideChatButton")
        await expect(window.launcher).to_have_count(0)
        await window.page.evaluate(configure)
        await expect(window.launcher).to_be_visible()
