"""The plugins that come with the bus: what their commands give and refuse (bus, sections 10.3 to 13)."""

import json
from typing import Any

import pytest
from playwright.async_api import Page

from tests.browser.conftest import Visit
from tests.browser.site import Site

pytestmark = pytest.mark.anyio

READY = "() => new Promise((resolve) => CXBus.subscribe('App.ready', resolve))"
SEEN = """(query) => [...document.querySelector('frontdesk-chat').shadowRoot.querySelectorAll(query)]
    .filter((node) => node.checkVisibility()).map((node) => node.innerText)"""
PHONE = (
    "Mozilla/5.0 (Linux; Android 14; Pixel 8) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/126.0 Mobile Safari/537.36"
)


def configured(site: Site, settings: dict[str, Any] | None = None) -> str:
    said = site.script(f"window._genesys = {{widgets: {json.dumps(settings or {})}}}", "settings")
    return site.page(said, site.widget())


async def end(page: Page, command: str) -> Any:
    """How a command of plugin `A` ended."""
    return await page.evaluate(
        f"async () => ending((window.a ??= CXBus.registerPlugin('A')).command({command}))"
    )


async def test_an_overlay_belongs_to_its_owner_while_it_is_immutable(site: Site, visit: Visit) -> None:
    async with visit(configured(site)) as page:
        assert await end(page, "'Overlay.open'") == [
            "rejected",
            "No HTML content was provided. Overlay has ignored your command.",
        ]
        how, opened = await end(page, "'Overlay.open', {html: '<p>One</p>', immutable: true, group: 'g'}")
        assert (how, opened["group"]) == ("resolved", "g")
        others = await page.evaluate(
            f"""async () => {{
                const told = []
                a.subscribe({json.dumps(opened["events"]["closeAttempt"])}, () => told.push('attempt'))
                const other = await ending(CXBus.command('Overlay.close'))
                await delivered()
                return [other, told]
            }}"""
        )
        assert others == [["rejected", "Overlay view is currently reserved by 'A'"], ["attempt"]]
        await end(page, "'Overlay.open', {html: '<p>Two</p>', group: 'g'}")
        assert await page.evaluate(SEEN, ".cx-overlay-view") == ["Two"]
        await end(page, "'Overlay.back'")
        assert await page.evaluate(SEEN, ".cx-overlay-view") == ["One"]
        await end(page, "'Overlay.mutable'")
        assert await page.evaluate("ending(CXBus.command('Overlay.close'))") == ["resolved"]
        assert await end(page, "'Overlay.close'") == ["rejected", "Overlay view is already closed"]


async def test_docks_stand_beside_each_other_and_go_with_their_owner(site: Site, visit: Visit) -> None:
    async with visit(configured(site)) as page:
        assert await end(page, "'WindowManager.registerDockView'") == [
            "rejected",
            "No HTML content provided.",
        ]
        for name in ("one", "two"):
            await end(page, f"'WindowManager.registerDockView', {{html: '<b>{name}</b>', id: '{name}'}}")
        assert await end(page, "'WindowManager.registerDockView', {html: '<b>x</b>', id: 'one'}") == [
            "rejected",
            "one is already registered. Ignoring.",
        ]
        edges = await page.evaluate(
            """() => {
                const {shadowRoot} = document.querySelector('frontdesk-chat')
                const width = document.documentElement.clientWidth
                return [...shadowRoot.querySelectorAll('.cx-dock')]
                    .map((node) => Math.round(width - node.getBoundingClientRect().right))
            }"""
        )
        assert edges[0] == 55
        assert edges[1] > 55 + 24 - 1
        assert await page.evaluate(SEEN, ".cx-docked-one[cx-dock-id=one]") == ["one"]
        await end(page, "'WindowManager.deregisterDockView', {id: 'one'}")
        assert await page.evaluate(SEEN, ".cx-dock") == ["two"]
        await page.evaluate("async () => { a.publish('closed'); await delivered() }")
        assert await page.evaluate(SEEN, ".cx-dock") == []


async def test_a_side_button_needs_a_template(site: Site, visit: Visit) -> None:
    async with visit(configured(site)) as page:
        assert await end(page, "'WindowManager.registerSideButton'") == [
            "rejected",
            "No button template found to register",
        ]
        await end(page, "'WindowManager.registerSideButton', {template: '<button>Help</button>'}")
        assert await page.evaluate(SEEN, ".cx-side-button-group > .cx-side-button") == ["Help"]


async def test_close_all_closes_toast_and_overlay(site: Site, visit: Visit) -> None:
    async with visit(configured(site)) as page:
        await end(page, "'Toaster.open', {body: 'toast', immutable: true}")
        await end(page, "'Overlay.open', {html: '<p>over</p>', modal: true}")
        assert await page.evaluate(SEEN, ".cx-toast, .cx-overlay-view") == ["toast", "over"]
        await page.evaluate("async () => { await CXBus.command('App.closeAll'); await delivered() }")
        assert await page.evaluate(SEEN, ".cx-toast, .cx-overlay-view, .cx-overlay-smokescreen") == []


async def test_the_watchman_tells_when_time_has_passed_and_nobody_moved(site: Site, visit: Visit) -> None:
    async with visit(configured(site)) as page:
        await page.clock.install()
        await page.evaluate(READY)
        heard = (
            "async (address) => { window.heard = []; CXBus.subscribe(address, ({data}) => heard.push(data)) }"
        )
        _, alarm = await end(page, "'Watchman.alarm', {time: 60}")
        await page.evaluate(heard, alarm)
        await page.clock.run_for(59_000)
        assert await page.evaluate("heard") == []
        await page.clock.run_for(2_000)
        await page.evaluate("delivered")
        assert len(await page.evaluate("heard")) == 1
        assert (await end(page, "'Watchman.idle'"))[1] >= 60
        _, countdown = await end(page, "'Watchman.countdown', {time: 2}")
        await page.evaluate(heard, countdown)
        await page.clock.run_for(5_000)
        await page.evaluate("delivered")
        assert await page.evaluate("heard") == [{"remaining": 1}, {"remaining": 0}]
        await page.evaluate(heard, "Watchman.idle:5")
        await page.mouse.move(10, 10)
        await page.clock.run_for(6_000)
        await page.evaluate("delivered")
        assert await page.evaluate("heard") == [{"seconds": 5}]


async def test_a_plugin_in_the_list_is_there_on_the_next_page(site: Site, visit: Visit) -> None:
    site.put("/p/mine.min.js", "window.loadedMine = true")
    own = site.script("CXBus.configure({pluginsPath: '/p'})")
    async with visit(site.page(site.widget(), own)) as page:
        await page.evaluate("CXBus.registerPlugin('Mine').command('App.registerAutoLoad')")
        await page.reload()
        await page.evaluate("until(() => window.loadedMine)")
        await page.evaluate("CXBus.registerPlugin('Mine').command('App.deregisterAutoLoad')")
        await page.reload()
        await page.evaluate("delivered")
        assert await page.evaluate("window.loadedMine") is None


async def test_only_two_headers_are_kept(site: Site, visit: Visit) -> None:
    async with visit(configured(site, {"main": {"header": {"apikey": "k", "x-other": "o"}}})) as page:
        await page.evaluate(READY)
        assert await page.evaluate("CXBus.data('App.requestHeader')") == {"apikey": "k"}
        assert await end(page, "'App.updateAJAXHeader', {header: {cookie: 'c'}}") == [
            "rejected",
            "No request header found.",
        ]
        await end(page, "'App.updateAJAXHeader', {header: {Authorization: 'Bearer t'}}")
        assert await page.evaluate("CXBus.data('App.requestHeader')") == {
            "apikey": "k",
            "Authorization": "Bearer t",
        }
        await end(page, "'App.removeAJAXHeader'")
        assert await page.evaluate("CXBus.data('App.requestHeader')") == {}


async def test_an_extension_may_be_added_once_the_widget_is_ready(site: Site, visit: Visit) -> None:
    async with visit(configured(site)) as page:
        await page.evaluate(READY)
        await end(
            page,
            "'App.registerExtension', {name: 'E', extension: ($, bus) => { window.got = bus === CXBus }}",
        )
        assert await page.evaluate("got")
        again = await end(page, "'App.registerExtension', {name: 'E', extension: () => {}}")
        assert again == ["rejected", "An extension named 'E' is there already."]
        assert (await end(page, "'App.registerExtension', {name: 'F'}"))[0] == "rejected"


async def test_words_of_a_plugin_stand_under_those_of_the_site(site: Site, visit: Visit) -> None:
    pack = {"en": {"mine": {"Hello": "Site"}}}
    async with visit(configured(site, {"main": {"i18n": pack}})) as page:
        await page.evaluate(READY)
        strings = "{i18n: {Hello: 'Plugin', Bye: 'Plugin'}, namespace: 'mine', lang: 'en'}"
        await end(page, f"'App.registerI18n', {strings}")
        await end(page, "'App.setLanguage', {lang: 'en'}")
        assert await page.evaluate("CXBus.data('App.i18n').mine") == {"Hello": "Site", "Bye": "Plugin"}


@pytest.mark.parametrize(
    ("main", "options", "is_mobile"),
    [
        ({}, {}, False),
        ({}, {"user_agent": PHONE, "viewport": {"width": 390, "height": 800}}, True),
        ({}, {"user_agent": PHONE, "viewport": {"width": 1000, "height": 800}}, False),
        ({"mobileMode": True}, {}, True),
        ({"mobileMode": False}, {"user_agent": PHONE, "viewport": {"width": 390, "height": 800}}, False),
    ],
)
async def test_a_phone_is_a_phone_by_what_it_says_and_how_large_it_is(
    site: Site, visit: Visit, main: dict[str, Any], options: dict[str, Any], *, is_mobile: bool
) -> None:
    async with visit(configured(site, {"main": main}), **options) as page:
        await page.evaluate(READY)
        assert await page.evaluate("CXBus.data('App.mobileMode')") is is_mobile


async def test_the_system_theme_follows_the_system(site: Site, visit: Visit) -> None:
    async with visit(configured(site, {"main": {"theme": "system"}}), color_scheme="light") as page:
        await page.evaluate(READY)
        assert await page.evaluate("CXBus.data('App.theme')") == "cx-theme-light"
        await page.emulate_media(color_scheme="dark")
        await page.evaluate("until(() => CXBus.data('App.theme') === 'cx-theme-dark')")


async def test_options_of_older_names_and_the_time_of_day(site: Site, visit: Visit) -> None:
    async with visit(configured(site, {"main": {"timeFormat": 12}, "global": {"timeFormat": "24"}})) as page:
        await page.evaluate(READY)
        assert await page.evaluate("CXBus.data('App.timeFormat')") == 24


async def test_a_style_of_the_site_comes_last(site: Site, visit: Visit) -> None:
    site.policy += "; style-src 'unsafe-inline'"
    settings = site.script("window._genesys = {widgets: {main: {customStylesheetID: '#ours'}}}")
    async with visit(site.page("<style id=ours></style>", settings, site.widget())) as page:
        await page.evaluate(READY)
        assert await page.evaluate("document.body.lastElementChild.id") == "ours"
