"""What sites hold on to in the chat window, by the numbers of the checks that say so.

Source: webchat-ui, section 10.
"""

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Route, expect

from frontdesk.domain.rules import FileRules, Rules
from frontdesk.main import Server, running
from frontdesk.settings import DatabaseSettings, FileStoreSettings, ServerSettings, ServiceSettings, Settings
from tests.browser.conftest import Visit
from tests.browser.site import Site
from tests.browser.test_webchat_form import FORM
from tests.browser.test_webchat_invitations import is_invited, passes, time_stands, toast
from tests.browser.test_webchat_looks import NOT_OURS, PHONE
from tests.browser.test_webchat_talk import leaf
from tests.browser.webchat import Window, window_on
from tests.journeys import axe
from tests.patience import PATIENCE_MS, PATIENCE_S

pytestmark = pytest.mark.anyio
AMY: dict[str, Any] = {"from": {"id": "a", "type": "Agent", "name": "Amy"}}
BEN: dict[str, Any] = {"from": {"id": "b", "type": "Agent", "name": "Ben"}}
BOT: dict[str, Any] = {"from": {"id": "g", "type": "Bot", "name": "Greeter"}}
VISITOR: dict[str, Any] = {"from": {"id": "c", "type": "Client", "name": "Mia"}}
LAUNCHER: dict[str, Any] = {"enabled": True, "openDelay": 0, "effectDuration": 0}
INSIDE = "document.querySelector('frontdesk-chat').shadowRoot"


@pytest.fixture(scope="module")
async def server(
    anyio_backend: str, built: Path, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Server]:
    """A server with a service that is particular about files."""
    folder = tmp_path_factory.mktemp("server")
    careful = FileRules(upload_file_types=("txt", "png"), upload_max_file_bytes=100, upload_needs_agent=True)
    settings = Settings(
        server=ServerSettings(port=0, stop_grace_s=1),
        database=DatabaseSettings(url=f"sqlite:///{folder / 'frontdesk.db'}"),
        files=FileStoreSettings(folder=str(folder / "files")),
        services={"demo": ServiceSettings(), "careful": ServiceSettings(rules=Rules(files=careful))},
    )
    async with running(settings) as server:
        yield server


@pytest.fixture(scope="session")
async def axe_source(npm_path: Path, request: pytest.FixtureRequest, anyio_backend: str) -> str:
    return await axe.source(npm_path, request.config.cache.mkdir("axe-core"))


async def is_accessible(window: Window, axe_source: str) -> None:
    found = await axe.faults(window.page, axe_source)
    assert [fault for fault in found if not fault.startswith(NOT_OURS)] == []


async def test_01_the_launcher_comes_after_its_delay_and_is_told(
    site: Site, visit: Visit, server: Server
) -> None:
    async with window_on(site, visit, server, chatButton=LAUNCHER | {"openDelay": 5000}) as window:
        await time_stands(window)
        await passes(window, 4)
        await expect(window.launcher).to_have_count(0)
        await passes(window, 3)
        await expect(window.launcher).to_be_visible()
        await window.page.evaluate("CXBus.command('App.getTheme')")  # Listeners make nobody fetch the bus.
        await passes(window, 7)
        await window.page.evaluate("until(() => names().includes('chatButtonDisplayed'))")


async def test_02_a_template_keeps_its_classes_has_its_parts_filled_and_opens_with_the_space_bar(
    site: Site, visit: Visit, server: Server
) -> None:
    parts = '<i class="cx-icon" data-icon="chat"></i><b class="i18n" data-message="ChatButton"></b>'
    template = f'<div class="mine also">{parts}</div>'
    async with window_on(site, visit, server, chatButton=LAUNCHER | {"template": template}) as window:
        mine = window.page.locator(".mine.also")
        await expect(mine.locator(".i18n")).to_have_text("Chat")
        filled = await mine.locator(".cx-icon").evaluate("it => getComputedStyle(it, '::before').clipPath")
        assert filled.startswith("path(")
        await mine.press("Space")
        await expect(window.root).to_be_visible()


async def test_03_open_resolves_once_the_window_is_in_the_document(
    site: Site, visit: Visit, server: Server
) -> None:
    async with window_on(site, visit, server) as window:
        there = f"CXBus.command('WebChat.open').then(() => !!{INSIDE}.querySelector('.cx-webchat .cx-form'))"
        assert await window.page.evaluate(there) is True


async def test_05_a_form_may_be_for_one_window_only(site: Site, visit: Visit, server: Server) -> None:
    inputs = [{"id": "size", "name": "size", "label": "@i18n:webchat.ChatFormSubject"}]
    async with window_on(site, visit, server) as window:
        await window.command("WebChat.open", formJSON={"inputs": inputs})
        await expect(window.page.get_by_label("Topic")).to_have_id("size")
        await expect(window.page.get_by_label("First name")).to_have_count(0)
        await window.command("WebChat.close")
        await window.opens()
        await expect(window.page.get_by_label("First name")).to_be_visible()


async def test_06_what_a_rule_of_the_page_refuses_is_marked_and_not_sent(
    site: Site, visit: Visit, server: Server
) -> None:
    async with window_on(site, visit, server, more=FORM) as window:
        await window.opens()
        await window.page.locator(".cx-submit").click()
        terms = window.page.get_by_label("I agree")
        await expect(terms).to_have_attribute("aria-invalid", "true")
        kinds = "about.map((it) => it?.jquery ? 'jquery' : it === CXBus ? 'bus' : typeof it)"
        seen = await window.page.evaluate(kinds)
        assert seen[1:4] == ["jquery"] * 3
        assert seen[4] == "function"
        assert len(seen) == 7
        assert "submitted" not in await window.page.evaluate("names()")


async def test_07_known_fields_go_by_name_others_as_data_and_the_metadata_has_all(
    site: Site, visit: Visit, server: Server
) -> None:
    async with window_on(site, visit, server, more=FORM) as window:
        await window.opens()
        await window.notes("WebChatService.startChat")
        await window.page.get_by_label("I agree").check()
        await window.page.locator(".cx-submit").click()
        await window.sees_status("Chat Started")
        started = await window.page.evaluate("asked[0][1]")
        others = {"topic": "l", "story": "", "terms": True, "source": "shop"}
        assert {key: started[key] for key in ("firstname", "lastname")} == {
            "firstname": "Mia",
            "lastname": "Li",
        }
        assert {key: started["userData"][key] for key in others} == others
        form = await window.page.evaluate("CXBus.data('WebChat.metadata').form")
        assert form == others | {"firstname": "Mia", "lastname": "Li"}


async def test_09_a_first_name_that_is_missing_is_marked_and_gets_the_focus(
    site: Site, visit: Visit, server: Server
) -> None:
    async with window_on(site, visit, server) as window:
        await window.opens()
        await window.page.get_by_label("Last name").fill("Li")
        await window.page.locator(".cx-submit").click()
        await window.page.get_by_role("button", name="OK").click()
        first = window.page.get_by_label("First name")
        await expect(first).to_be_focused()
        await expect(first).to_have_attribute("aria-invalid", "true")


async def test_10_a_page_may_want_no_question(site: Site, visit: Visit, server: Server) -> None:
    async with window_on(site, visit, server, confirmFormCloseEnabled=False) as window:
        await window.opens()
        await window.page.get_by_label("First name").fill("Mia")
        assert (await window.command("WebChat.close"))[0] == "resolved"
        await expect(window.root).to_have_count(0)


async def test_14_minimize_toggles_and_does_nothing_when_it_is_so_already(
    site: Site, visit: Visit, server: Server
) -> None:
    async with window_on(site, visit, server) as window:
        await window.opens()
        for options, is_minimized in (({}, True), ({"minimized": True}, True), ({}, False)):
            assert await window.command("WebChat.minimize", **options) == ["resolved", None]
            has = expect(window.root)
            await (has.to_contain_class if is_minimized else has.not_to_contain_class)("cx-minimized")
        await window.command("WebChat.minimize", minimized=False)
        await window.page.evaluate("delivered()")
        told = await window.page.evaluate("names().filter((it) => it.endsWith('minimized'))")
        assert told == ["minimized", "unminimized"]


async def test_15_the_visitors_own_lines_are_not_unread(site: Site, visit: Visit, server: Server) -> None:
    async with window_on(site, visit, server) as window:
        await window.starts()
        await window.page.locator(".cx-button-minimize").click()
        await window.is_told("From another tab", 900, **VISITOR)
        await window.is_told("Hello", 901)
        await expect(window.page.locator(".cx-webchat-counter")).to_have_text("1")


async def test_16_on_a_phone_a_chat_may_come_back_minimised(site: Site, visit: Visit, server: Server) -> None:
    async with window_on(site, visit, server, browser=PHONE, minimizeOnMobileRestore=True) as window:
        await window.starts()
        await expect(window.root).not_to_contain_class("cx-minimized")
        await window.page.reload()
        await expect(window.page.locator(".cx-webchat.cx-mobile.cx-minimized")).to_be_visible(
            timeout=PATIENCE_MS
        )


async def test_18_lines_come_to_the_page_in_jquery_and_in_order_however_late_it_is(
    site: Site, visit: Visit, server: Server
) -> None:
    more = """window.order = []
        window.frontdesk.push((it) => {
            for (const name of ['messageAdded', 'minimized', 'unminimized'])
                it.subscribe('WebChat.' + name, ({data}) => order.push(data.message?.text ?? name))
        })"""
    asked, let_go = asyncio.Event(), asyncio.Event()

    async def late(route: Route) -> None:
        asked.set()
        await let_go.wait()
        await route.continue_()

    async with window_on(site, visit, server, more=more) as window:
        page = window.page
        await page.route("**/compatibility.*.js", late)
        await window.starts()
        await asyncio.wait_for(asked.wait(), PATIENCE_S)
        await page.locator(".cx-button-minimize").click()
        await page.locator(".cx-button-maximize").click()
        await window.is_told("Here I am")
        await window.sees("Here I am")
        await page.evaluate("delivered()")
        assert await page.evaluate("order") == []
        let_go.set()
        await page.evaluate("until(() => order.length === 4)")
        assert await page.evaluate("order") == ["Chat Started", "minimized", "unminimized", "Here I am"]
        added = """heard.filter(([name]) => name === 'messageAdded').map(([, {html, id, prevMessageHTML}]) =>
            [html.jquery.split('.')[0], html.length, html.is('.cx-message'), html[0].isConnected,
             html.attr('id') === id, prevMessageHTML?.text()])"""
        assert await page.evaluate(added) == [
            ["3", 1, True, True, True, None],
            ["3", 1, True, True, True, "Chat Started"],
        ]


async def test_18_a_page_that_hears_of_no_line_loads_no_jquery_and_one_without_it_gets_the_node(
    site: Site, visit: Visit, server: Server
) -> None:
    settings = {"dataURL": f"{server.url}/genesys/2/chat/demo", "chatButton": LAUNCHER}
    quiet = site.script(f"window._genesys = {{widgets: {{webchat: {json.dumps(settings)}}}}}", "quiet")
    async with visit(site.page(quiet, site.widget())) as page:
        window = Window(page)
        await window.starts()
        await page.evaluate("ending(CXBus.command('WebChatService.endChat'))")
        loaded = await page.evaluate("performance.getEntriesByType('resource').map(({name}) => name)")
        assert any("/bundle." in name for name in loaded)
        assert not any("/compatibility." in name for name in loaded)
    async with window_on(site, visit, server) as window:
        await window.page.route("**/compatibility.*.js*", lambda route: route.abort())
        await window.starts()
        await window.page.evaluate("until(() => heard.some(([name]) => name === 'messageAdded'))")
        plain = "heard.filter(([name]) => name === 'messageAdded').map(([, {html}]) => html.nodeType)"
        assert await window.page.evaluate(plain) == [1]


async def test_21_a_preprocessor_turns_words_into_markup(site: Site, visit: Visit, server: Server) -> None:
    more = """window.frontdesk.push((it) => it.command('WebChatService.registerPreProcessor',
        {preprocessor: (message) => { message.html = true }}))"""
    async with window_on(site, visit, server, more=more) as window:
        await window.starts()
        await window.says("<i>Hello</i>")
        await expect(window.lines(".cx-you i")).to_have_text("Hello", timeout=PATIENCE_MS)


async def test_22_what_is_too_long_can_neither_be_typed_nor_sent(
    site: Site, visit: Visit, server: Server
) -> None:
    async with window_on(site, visit, server, maxMessageLength=5) as window:
        await window.starts()
        await window.box.press_sequentially("1234567")
        await expect(window.box).to_have_value("12345")
        await window.box.fill("abcdefgh")  # As a script of the page would put it in.
        await window.box.press("Enter")
        await expect(window.lines(".cx-you .cx-message-text")).to_have_text("abcde", timeout=PATIENCE_MS)


async def test_23_characters_are_counted_only_where_the_page_wants_it(
    site: Site, visit: Visit, server: Server
) -> None:
    counted: dict[str, Any] = {"charCountEnabled": True, "maxMessageLength": 12}
    none: dict[str, Any] = {}
    for wanted, options in ((0, none), (1, counted)):
        async with window_on(site, visit, server, **options) as window:
            await window.starts()
            counter = window.page.locator(".cx-char-count")
            await window.box.fill("a")
            await expect(counter).to_have_count(wanted)
            if not wanted:
                continue
            await expect(counter).to_have_text("11")
            await expect(counter).not_to_contain_class("cx-warning")
            await window.box.fill("ab")
            await expect(counter).to_contain_class("cx-warning")


async def test_24_letters_say_that_somebody_writes_and_other_keys_do_not(
    site: Site, visit: Visit, server: Server
) -> None:
    async with window_on(site, visit, server) as window:
        await window.starts()
        await window.notes("WebChatService.sendTyping")
        for key in ("ArrowLeft", "ArrowUp", "Shift", "Control", "Alt", "Home"):
            await window.box.press(key)
        await window.page.evaluate("delivered()")
        assert await window.page.evaluate("asked") == []
        await window.box.press("a")
        await window.page.evaluate("until(() => asked.length === 1)")


async def test_25_a_click_puts_a_named_emoji_in_at_the_caret(
    site: Site, visit: Visit, server: Server
) -> None:
    async with window_on(site, visit, server, emojis=True, emojiList="🌿:Fern;🌵") as window:
        await window.starts()
        await window.box.fill("ab")
        await window.box.press("ArrowLeft")
        await window.page.locator(".cx-emoji").click()
        fern = window.page.get_by_role("option", name="Fern")
        await expect(fern).to_have_attribute("title", "Fern")
        await fern.click()
        await expect(window.box).to_have_value("a🌿b")


async def test_26_files_wait_for_what_the_page_the_transport_and_the_server_say(
    site: Site, visit: Visit, server: Server
) -> None:
    attach, field = ".cx-upload", "#cx_browse_file"
    async with window_on(site, visit, server) as window:
        await window.starts()
        await expect(window.page.locator(attach)).to_have_count(0)
    careful = f"{server.url}/genesys/2/chat/careful"
    async with window_on(site, visit, server, uploadsEnabled=True, dataURL=careful) as window:
        page = window.page
        asked: list[str] = []
        page.on("request", lambda it: asked.append(it.url))
        await window.starts()
        await expect(page.locator(attach)).to_have_count(0)
        await window.hears("agentConnected", numAgentsConnected=1)
        await expect(page.locator(field)).to_have_attribute("accept", ".txt,.png")
        await page.locator(field).set_input_files(leaf(b"x" * 101))
        await expect(window.alert).to_contain_text("too large")
        assert not [it for it in asked if it.endswith("/file")]
        await window.alert.get_by_role("button").click()
        async with page.expect_request("**/careful/*/file"):
            await page.locator(field).set_input_files(leaf(b"x" * 100))
        await window.hears("capabilitiesChanged", fileUpload=False)
        await expect(page.locator(attach)).to_have_count(0)


async def test_28_one_bubble_stands_last_and_goes_with_a_stop_a_timeout_and_the_end(
    site: Site, visit: Visit, server: Server
) -> None:
    async with window_on(site, visit, server) as window:
        await window.starts()
        typing = window.lines(".cx-agent-typing")

        async def writes() -> None:
            for _ in range(2):
                await window.hears("agentTypingStarted", **AMY)
            await expect(typing).to_have_count(1)

        await writes()
        await window.is_told("Wait", **BEN)
        await window.sees("Wait")
        assert await window.page.locator(".cx-transcript").evaluate(
            "it => it.lastElementChild.classList.contains('cx-agent-typing')"
        )
        await window.hears("agentTypingStopped", **AMY)
        await expect(typing).to_have_count(0)
        await writes()
        await window.hears("agentTypingTimeout")
        await expect(typing).to_have_count(0)
        await writes()
        await window.command("WebChat.endChat")
        await window.sees_status("Chat Ended")
        await expect(typing).to_have_count(0)


async def test_33_nobody_is_invited_before_the_time(site: Site, visit: Visit, server: Server) -> None:
    late = {"enabled": True, "timeToInviteSeconds": 30}
    async with window_on(site, visit, server, autoInvite=late) as window:
        await time_stands(window)
        await passes(window, 25)
        await expect(toast(window)).to_have_count(0)
        await passes(window, 15)
        await is_invited(window)


async def test_37_without_a_window_there_is_no_overlay_to_hide(
    site: Site, visit: Visit, server: Server
) -> None:
    closed = ["rejected", "WebChat is not currently open. Ignoring command."]
    async with window_on(site, visit, server) as window:
        for static in (False, True):
            assert await window.command("WebChat.hideOverlay", static=static) == closed
            assert await window.command("WebChat.showOverlay", html="<p>Hi</p>", static=static) == closed


async def test_39_the_language_changes_what_stands_in_an_empty_box(
    site: Site, visit: Visit, server: Server
) -> None:
    async with window_on(site, visit, server) as window:
        await window.starts()
        box = window.page.locator("#cx_input")
        await expect(box).to_have_attribute("placeholder", "Write a message")
        await window.command("App.setLanguage", lang="de")
        await expect(box).not_to_have_attribute("placeholder", "Write a message")
        await window.command("App.setLanguage", lang="en")
        await expect(box).to_have_attribute("placeholder", "Write a message")


async def test_40_an_empty_string_suppresses_its_line(site: Site, visit: Visit, server: Server) -> None:
    words = {"en": {"webchat": {"BotConnected": ""}}}
    async with window_on(site, visit, server, main={"i18n": words}) as window:
        await window.starts()
        await window.is_told("", 900, type="ParticipantJoined", **BOT)
        await window.is_told("", 901, type="ParticipantJoined", **AMY)
        await window.sees_status("Amy Connected")
        await expect(window.lines(".cx-system")).to_have_text(["Chat Started", "Amy Connected"])


async def test_41_every_widget_wears_the_theme_of_the_site(site: Site, visit: Visit, server: Server) -> None:
    themes = {"themes": {"acme": "cx-theme-acme"}}
    async with window_on(site, visit, server, main=themes) as window:
        host = window.page.locator("frontdesk-chat")
        worn = f"""[...{INSIDE}.querySelectorAll('.cx-widget')].map(({{classList}}) =>
            [...classList].filter((it) => it.startsWith('cx-theme-')).join())"""
        await window.command("App.setTheme", theme="acme")
        await expect(host).to_have_class("cx-theme-acme")
        await expect(window.launcher).to_be_visible()
        assert set(await window.page.evaluate(worn)) == {"cx-theme-acme"}
        await window.opens()
        await window.command("Toaster.open", title="News", body="It rains")
        await expect(window.page.locator(".cx-toaster.cx-theme-acme .cx-toast")).to_be_visible()
        await expect(window.page.locator(".cx-webchat.cx-theme-acme")).to_be_visible()
        await window.command("App.setTheme", theme="light")
        assert set(await window.page.evaluate(worn)) == {"cx-theme-light"}


@pytest.mark.parametrize(("given", "seen"), [(24, "17:05"), ("24", "17:05"), (12, "5:05 PM")])
async def test_42_the_time_of_a_message_is_written_as_the_page_says(
    given: Any, seen: str, site: Site, visit: Visit, server: Server
) -> None:
    there = {"timezone_id": "UTC"}
    async with window_on(site, visit, server, browser=there, timeFormat=given) as window:
        await window.starts()
        await window.is_told("Tea?", at_ms=1_700_067_900_000)  # 2023-11-15, 17:05.
        await expect(window.lines(".cx-them .cx-time")).to_have_text(seen)


async def test_44_invitations_alerts_and_warnings_are_accessible(
    site: Site, visit: Visit, server: Server, axe_source: str
) -> None:
    async with window_on(site, visit, server) as window:
        await window.command("WebChat.invite")
        await is_invited(window)
        await is_accessible(window, axe_source)
        await window.page.get_by_role("button", name="Not now").click()
        await window.starts()
        idle = {"next-idle-timer-type": "CLOSE", "next-idle-timer-secs": "30"}
        await window.is_told("Still there?", type="IdleAlert", userData=idle)
        await expect(window.page.locator(".cx-idle")).to_be_visible()
        await is_accessible(window, axe_source)
        await window.box.press("a")
        await expect(window.page.locator(".cx-idle")).to_have_count(0)
        for event in ("disconnected", "sessionLost"):  # A notice, and a question.
            await window.hears(event)
            await expect(window.alert).to_be_visible()
            await is_accessible(window, axe_source)
        await window.page.evaluate("delivered()")


async def test_45_close_all_closes_the_window(site: Site, visit: Visit, server: Server) -> None:
    async with window_on(site, visit, server) as window:
        await window.starts()
        await window.command("App.closeAll")
        await expect(window.root).to_have_count(0)
        await expect(window.launcher).to_be_visible()
        assert (await window.command("WebChatService.verifySession"))[1] == {"sessionActive": True}


async def test_46_a_hook_sees_launcher_clicks_and_restores_and_may_replace_the_options(
    site: Site, visit: Visit, server: Server
) -> None:
    hook = """window.seen = []
        window.frontdesk.push((it) => it.before('WebChat.open', (options) => {
            seen.push(options)
            return options.restoring ? options : {form: {firstname: 'Zoe', lastname: 'Li'}}
        }))"""
    async with window_on(site, visit, server, more=hook) as window:
        await window.opens()
        assert await window.page.evaluate("seen.map(({restoring}) => restoring === true)") == [False]
        await expect(window.page.get_by_label("First name")).to_have_value("Zoe")
        await window.page.locator(".cx-submit").click()
        await window.sees_status("Chat Started")
        await window.page.reload()
        await window.sees_status("Chat Started")
        assert await window.page.evaluate("seen") == [{"restoring": True}]


async def test_47_snippets_of_sites_work_from_the_shadow_root(
    site: Site, visit: Visit, server: Server
) -> None:
    site.policy += "; style-src 'self'"
    site.put("/own.css", ".cx-avatar.agent { background-color: rgb(1, 2, 3) }")
    sheet = """document.head.append(Object.assign(document.createElement('link'),
        {id: 'own', rel: 'stylesheet', href: '/own.css'}))"""
    async with window_on(site, visit, server, main={"customStylesheetID": "own"}, more=sheet) as window:
        page = window.page
        cookie = "document.cookie.includes('_genesys.widgets.webchat.state.session=')"
        assert await page.evaluate(cookie) is False
        await window.starts()
        assert await page.evaluate(cookie) is True
        await window.is_told("Hello")
        await expect(window.lines(".cx-avatar.agent")).to_have_css("background-color", "rgb(1, 2, 3)")
        assert await page.evaluate("document.querySelector('.cx-button-close')") is None
        await page.evaluate(f"{INSIDE}.querySelector('.cx-button-close').click()")
        await expect(page.locator(".cx-end-confirm")).to_be_visible()
        await page.evaluate(f"{INSIDE}.querySelector('.cx-end-confirm').click()")
        await window.sees_status("Chat Ended")


async def test_48_no_cookie_has_a_word_of_the_form(site: Site, visit: Visit, server: Server) -> None:
    words = {
        "firstname": "Miafirst",
        "lastname": "Lilast",
        "email": "mialetters@mail.example",
        "subject": "Fernsubject",
    }
    async with window_on(site, visit, server) as window:
        await window.opens()
        for name, word in words.items():
            await window.page.locator(f"#cx_webchat_form_{name}").fill(word)

        async def are_kept_nowhere() -> None:
            kept = await window.page.context.cookies()
            written = " ".join(f"{cookie.get('name')}={cookie.get('value')}" for cookie in kept)
            assert not [word for word in words.values() if word.split("@")[0] in written]

        await are_kept_nowhere()
        await window.page.locator(".cx-submit").click()
        await window.sees_status("Chat Started")
        await are_kept_nowhere()
        assert await window.page.context.cookies()
        await window.page.reload()
        await window.sees_status("Chat Started")
        await are_kept_nowhere()
        await window.command("WebChat.endChat")
        await window.sees_status("Chat Ended")
        await are_kept_nowhere()
