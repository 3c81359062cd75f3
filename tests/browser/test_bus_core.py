"""Conformance of the bus in a browser, checks 34 to 41: start-up, languages, themes, toasts, cookies."""

import json
from typing import Any

import pytest
from playwright.async_api import Page

from tests.browser.conftest import Visit
from tests.browser.site import Site

pytestmark = pytest.mark.anyio

READY = "() => new Promise((resolve) => CXBus.subscribe('App.ready', resolve))"


def configured(site: Site, settings: dict[str, Any] | None = None, *more: str) -> str:
    """The address of a page with this configuration, and the scripts `more` before the widget's."""
    said = site.script(f"window._genesys = {{widgets: {json.dumps(settings or {})}}}", "settings")
    return site.page(said, *more, site.widget())


async def test_34_extensions_run_before_app_ready_and_onready_is_called_once(
    site: Site, visit: Visit
) -> None:
    own = site.script(
        """
        window.seen = []
        _genesys.widgets.extensions = {
            Broken() { seen.push('broken'); throw Error('mine') },
            Mine($, bus, common) {
                seen.push(['extension', $.fn.jquery[0], bus === CXBus, common.linkify('<b> http://a.b')])
                const mine = bus.registerPlugin('Mine')
                mine.subscribe('App.ready', ({data}) => seen.push(['ready', data === _genesys.widgets]))
                mine.registerCommand('x', ({deferred}) => deferred.resolve('mine'))
                mine.ready()
                mine.republish('ready')
            },
        }
        _genesys.widgets.onReady = (bus) => seen.push(['onReady', bus.namespace(), CXBus.data('App.ready')])
        """
    )
    async with visit(configured(site, {}, own)) as page:
        await page.evaluate(READY)
        await page.evaluate("delivered")
        linked = '&lt;b&gt; <a href="http://a.b" target="_blank" rel="noopener">http://a.b</a>'
        assert await page.evaluate("seen") == [
            "broken",
            ["extension", "3", True, linked],
            ["onReady", "QuickBus", True],
            ["ready", True],
        ]
        assert await page.evaluate("CXBus.command('Mine.x')") == "mine"
        assert await page.evaluate("[window.jQuery, window.$, sessionStorage['Widgets.ready']]") == [
            None,
            None,
            "true",
        ]


async def test_34_an_extension_may_be_the_address_of_a_script(site: Site, visit: Visit) -> None:
    site.put("/extension.js", "window.readyThen = CXBus.data('App.ready')")
    async with visit(configured(site, {"extensions": {"Later": "/extension.js"}})) as page:
        await page.evaluate("until(() => 'readyThen' in window)")
        assert await page.evaluate("readyThen")


async def test_35_app_ready_is_delivered_to_a_subscriber_added_after_start_up(
    site: Site, visit: Visit
) -> None:
    async with visit(configured(site)) as page:
        await page.evaluate(READY)
        again = await page.evaluate(f"async () => (await ({READY})()).event")
        assert again == "App.ready"
        assert await page.evaluate("CXBus.runtime.ready")


async def test_36_with_a_failing_language_pack_the_widget_is_ready_in_english(
    site: Site, visit: Visit
) -> None:
    async with visit(configured(site, {"main": {"i18n": "/missing.json"}})) as page:
        await page.evaluate(READY)
        assert await page.evaluate("CXBus.data('App.language')") == "en"
        assert await page.evaluate("CXBus.data('App.i18n').webchat.ChatButton") == "Chat"


async def test_36_a_pack_of_the_site_wins_over_our_words_key_by_key(site: Site, visit: Visit) -> None:
    pack = {"xx-YY": {"webchat": {"ChatButton": "Tchat", "Errors": {"102": "Name?"}}}}
    site.put("/pack.json", json.dumps(pack))
    async with visit(configured(site, {"main": {"i18n": "/pack.json", "lang": "xx-YY"}})) as page:
        await page.evaluate(READY)
        assert await page.evaluate("CXBus.data('App.language')") == "xx-YY"
        assert await page.evaluate("CXBus.data('App.i18n').webchat.ChatButton") == "Tchat"
        assert await page.evaluate("CXBus.data('App.i18n').webchat.Errors['102']") == "Name?"


async def test_37_an_unknown_language_is_rejected_and_english_is_spoken(site: Site, visit: Visit) -> None:
    pack = {"xx": {"webchat": {"ChatButton": "X"}}}
    async with visit(configured(site, {"main": {"i18n": pack, "lang": "xx"}})) as page:
        await page.evaluate(READY)
        assert await page.evaluate("CXBus.data('App.language')") == "xx"
        assert await page.evaluate("ending(CXBus.command('App.setLanguage', {lang: 'qq'}))") == [
            "rejected",
            "No matching language code found in language pack",
        ]
        assert await page.evaluate("CXBus.data('App.language')") == "en"
        assert await page.evaluate("ending(CXBus.command('App.setLanguage'))") == [
            "rejected",
            "No language code provided",
        ]
        assert await page.evaluate("ending(CXBus.command('App.setLanguage', {lang: 'xx'}))") == ["resolved"]


async def test_38_a_theme_is_swapped_on_every_widget_and_republished(site: Site, visit: Visit) -> None:
    settings = {"webchat": {"chatButton": {"enabled": True, "openDelay": 0}}}
    async with visit(configured(site, settings)) as page:
        await page.get_by_role("button", name="Chat").wait_for()
        await page.evaluate("document.body.firstElementChild.className = 'cx-widget'")
        await page.evaluate(READY)
        assert await page.evaluate("CXBus.command('App.getTheme')") == "cx-theme-dark"
        assert await page.evaluate("CXBus.command('App.setTheme', {theme: 'light'})") == "light"
        assert await classes(page) == {"cx-theme-light"}
        told = "() => new Promise((resolve) => CXBus.subscribe('App.theme', ({data}) => resolve(data)))"
        assert await page.evaluate(told) == {"theme": "cx-theme-light"}
        assert await page.evaluate("ending(CXBus.command('App.setTheme', {theme: 'no'}))") == [
            "rejected",
            "Invalid theme specified",
        ]


async def classes(page: Page) -> set[str]:
    """The theme classes of every widget, in the page and in ours."""
    found: list[str] = await page.evaluate(
        """() => [document, document.querySelector('frontdesk-chat').shadowRoot].flatMap((root) =>
            [...root.querySelectorAll('.cx-widget')].map(({classList}) =>
                [...classList].filter((name) => name.includes('theme')).join(' ')))"""
    )
    assert len(found) >= 3, "the page's own, the mount and the launcher"
    return set(found)


async def test_39_a_theme_that_the_site_declares_can_be_chosen(site: Site, visit: Visit) -> None:
    main = {"theme": "ours", "themes": {"ours": "cx-theme-ours"}}
    async with visit(configured(site, {"main": main})) as page:
        await page.evaluate(READY)
        assert await page.evaluate("CXBus.command('App.getTheme')") == "cx-theme-ours"
        assert await page.evaluate("CXBus.data('App.theme')") == "cx-theme-ours"


async def test_40_a_toast_needs_content_and_a_reserved_one_refuses_others(site: Site, visit: Visit) -> None:
    async with visit(configured(site)) as page:
        found = await page.evaluate(
            """async () => {
                const [a, b] = ['A', 'B'].map((name) => CXBus.registerPlugin(name))
                const empty = await ending(a.command('Toaster.open', {type: 'generic'}))
                const {events} = await a.command('Toaster.open',
                    {title: 'Hello', body: '<b>you</b>', immutable: true, controls: 'close',
                     buttons: {type: 'binary', primary: 'Yes', secondary: 'No'}})
                const closed = new Promise((resolve) =>
                    a.subscribe(events.close, ({event}) => resolve(event)))
                const others = [await ending(b.command('Toaster.open', {body: 'x'})),
                    await ending(b.command('Toaster.close'))]
                const {shadowRoot} = document.querySelector('frontdesk-chat')
                const text = shadowRoot.querySelector('.cx-toast').innerText
                const own = await ending(a.command('Toaster.close'))
                return {empty, others, own, text, again: await ending(a.command('Toaster.close')),
                    isClosed: events.close === await closed}
            }"""
        )
    assert found.pop("text").split() == ["Hello", "<b>you</b>", "×", "No", "Yes"]
    assert found == {
        "empty": ["rejected", "No content was provided. Toaster has ignored your command."],
        "others": [["rejected", "Toaster view is currently reserved"]] * 2,
        "own": ["resolved"],
        "again": ["rejected", "Toaster view is already closed"],
        "isClosed": True,
    }


async def test_41_cookies_carry_the_deployment_and_honour_the_options(site: Site, visit: Visit) -> None:
    main = {"deploymentID": "shop7", "cookieOptions": {"path": "/account", "sameSite": "Strict"}}
    async with visit(configured(site, {"main": main})) as page:
        await page.evaluate("CXBus.registerPlugin('A').command('App.registerAutoLoad')")
        cookies = await page.context.cookies(f"{site.url}/account")
    assert [(c["name"], c["path"], c["sameSite"], c["expires"]) for c in cookies] == [
        ("shop7._genesys.widgets.app.autoLoadList", "/account", "Strict", -1)
    ]


async def test_41_without_options_cookies_are_lax_and_of_the_whole_site(site: Site, visit: Visit) -> None:
    async with visit(configured(site)) as page:
        await page.evaluate("CXBus.registerPlugin('A').command('App.registerAutoLoad')")
        cookies = await page.context.cookies(site.url)
    assert [(c["name"], c["path"], c["sameSite"]) for c in cookies] == [
        ("_genesys.widgets.app.autoLoadList", "/", "Lax")
    ]
