"""The loader: what a page pays before anybody wants to chat, and in which order a page may say things."""

import pytest
from playwright.async_api import Route

from tests.browser.conftest import Visit
from tests.browser.site import Site
from tests.patience import PATIENCE_MS

pytestmark = pytest.mark.anyio

LAUNCHER = "window._genesys = {widgets: {webchat: {chatButton: {enabled: true, openDelay: 0}}}}"
READY = "new Promise((resolve) => CXBus.subscribe('App.ready', ({event}) => resolve(event)))"
# Files of the widget that the page has asked for, without their hashes.
LOADED = """() => performance.getEntriesByType('resource').map(({name}) => name)
    .filter((name) => name.includes('/widget/')).map((name) => name.replace(/.*\\/(\\w+).*/, '$1'))"""

SIZES = """() => performance.getEntriesByType('resource').filter(({name}) => name.includes('/widget/'))
    .map(({encodedBodySize}) => encodedBodySize)"""


async def test_before_intent_a_page_loads_the_loader_and_nothing_else(site: Site, visit: Visit) -> None:
    async with visit(site.page(site.script(LAUNCHER), site.widget("frontdesk.js"))) as page:
        await page.get_by_role("button", name="Chat").wait_for()
        assert await page.evaluate(LOADED) == ["frontdesk"]
        assert await page.context.cookies() == []
        sizes = await page.evaluate(SIZES)
        assert sizes
        assert all(0 < size <= 3000 for size in sizes)  # As it came over the network.


async def test_pointing_at_the_launcher_loads_the_rest(site: Site, visit: Visit) -> None:
    async with visit(site.page(site.script(LAUNCHER), site.widget("frontdesk.js"))) as page:
        await page.get_by_role("button", name="Chat").hover()
        assert await page.evaluate(READY) == "App.ready"
        assert await page.evaluate(LOADED) == ["frontdesk", "bundle", "en"]


async def test_calls_keep_their_order_while_a_part_is_fetched(site: Site, visit: Visit) -> None:
    async with visit(site.page(site.script(LAUNCHER), site.widget("frontdesk.js"))) as page:
        await page.evaluate("CXBus.command('WebChatService.getSessionData').then(() => true)")
        assert "more" not in await page.evaluate(LOADED)
        order = await page.evaluate(
            """async () => {
                const order = []
                const names = ['getStats', 'getAgents', 'getStats', 'getSessionData']
                await Promise.all(names.map((name) =>
                    CXBus.command(`WebChatService.${name}`).then(() => order.push(name))))
                return order
            }"""
        )
        assert order == ["getStats", "getAgents", "getStats", "getSessionData"]
        assert "more" in await page.evaluate(LOADED)


async def test_a_page_that_only_listens_loads_nothing(site: Site, visit: Visit) -> None:
    listen = site.script(
        """window.heard = []
        CXBus.subscribe('WebChat.opened', () => heard.push('WebChat.opened'))
        CXBus.subscribe('QuickBus.sold', ({data}) => heard.push(data.n))""",
        "listen",
    )
    async with visit(site.page(site.script(LAUNCHER), site.widget("frontdesk.js"), listen)) as page:
        await page.get_by_role("button", name="Chat").wait_for()
        assert await page.evaluate(LOADED) == ["frontdesk"]
        await page.evaluate("_genesys.widgets.bus.publish('sold', {n: 3})")
        await page.evaluate("until(() => heard[0] === 3)")


async def test_no_shift_and_no_long_task_while_it_starts(site: Site, visit: Visit) -> None:
    watch = site.script(
        """window.shifts = []
        new PerformanceObserver((list) => shifts.push(...list.getEntries().map(({value}) => value)))
            .observe({type: 'layout-shift', buffered: true})""",
        "watch",
    )
    async with visit(site.page(watch, site.script(LAUNCHER), site.widget("frontdesk.js"))) as page:
        await page.get_by_role("button", name="Chat").hover()
        await page.evaluate(READY)
        assert await page.evaluate("shifts") == []


async def test_the_script_may_come_before_the_configuration(site: Site, visit: Visit) -> None:
    later = site.script("window._genesys = {}; _genesys.widgets = {}; _genesys.widgets.webchat = {}", "later")
    last = site.script(
        """_genesys.widgets.webchat.chatButton = {enabled: true, openDelay: 0}
        _genesys.widgets.onReady = (bus) => { window.ready = bus.namespace() }""",
        "last",
    )
    async with visit(site.page(site.widget(), later, last)) as page:
        await page.get_by_role("button", name="Chat").wait_for()
        await page.evaluate("until(() => window.ready === 'QuickBus')")


async def test_the_configuration_may_come_after_the_page_was_read(site: Site, visit: Visit) -> None:
    async with visit(site.page(site.widget())) as page:
        await page.evaluate(f"() => {{ {LAUNCHER} }}")
        await page.get_by_role("button", name="Chat").wait_for()
        assert await page.evaluate("_genesys.widgets.bus.namespace()") == "QuickBus"


@pytest.mark.parametrize("how", ["async", "defer"])
async def test_the_script_may_come_at_any_time(site: Site, visit: Visit, how: str) -> None:
    async with visit(site.page(site.widget(attributes=how), site.script(LAUNCHER))) as page:
        await page.get_by_role("button", name="Chat").wait_for()


async def test_a_page_that_has_only_the_older_alias_works(site: Site, visit: Visit) -> None:
    alias = LAUNCHER.replace("widgets:", "cxwidget:")
    async with visit(site.page(site.script(alias), site.widget())) as page:
        await page.get_by_role("button", name="Chat").wait_for()


async def test_a_new_site_needs_one_tag(site: Site, visit: Visit) -> None:
    tag = site.widget("frontdesk.js", 'data-service="demo" data-lang="pl" data-color="rgb(0, 90, 60)" async')
    async with visit(site.page(tag)) as page:
        button = page.get_by_role("button", name="Czat")
        await button.wait_for(timeout=PATIENCE_MS)
        assert await page.evaluate("_genesys.widgets.webchat.dataURL") == (
            f"{site.widget_url}/genesys/2/chat/demo"
        )
        assert await button.evaluate("(node) => getComputedStyle(node).backgroundColor") == "rgb(0, 90, 60)"


async def test_what_is_said_before_the_script_is_heard(site: Site, visit: Visit) -> None:
    before = site.script(
        """window.seen = []
        window.frontdesk = [(desk) => desk.subscribe('App.ready', ({event}) => seen.push(event))]""",
        "before",
    )
    async with visit(site.page(before, site.widget("frontdesk.js"))) as page:
        await page.evaluate("until(() => seen.length === 1)")
        assert await page.evaluate("frontdesk.version") == await page.evaluate("CXBus.runtime.version")


async def test_a_site_may_configure_later_and_call_at_once(site: Site, visit: Visit) -> None:
    async with visit(site.page(site.widget("frontdesk.js"))) as page:
        found = await page.evaluate(
            """async () => {
                frontdesk.configure({webchat: {chatButton: {enabled: true}}, main: {theme: 'light'}})
                frontdesk.configure({webchat: {chatButton: {enabled: true, openDelay: 0}}})
                const seen = []
                frontdesk.push((desk) => seen.push(desk === frontdesk), () => seen.push('second'))
                return [seen, await frontdesk.command('App.getTheme'), frontdesk.bus === CXBus]
            }"""
        )
        assert found == [[True, "second"], "cx-theme-light", True]
        await page.get_by_role("button", name="Chat").wait_for()


async def test_the_lazy_shape_starts_nothing_by_itself(site: Site, visit: Visit) -> None:
    lazy = site.script(
        f"""CXBus.configure({{pluginsPath: '{site.widget_url}/widget/plugins'}})
        CXBus.loadFile('/settings.js').done(() => CXBus.loadPlugin('widgets-core'))""",
        "lazy",
    )
    site.put("/settings.js", "window._genesys = {widgets: {main: {theme: 'light'}}}")
    async with visit(site.page(site.widget("cxbus.min.js"), lazy)) as page:
        assert await page.evaluate(READY) == "App.ready"
        assert await page.evaluate("CXBus.command('App.getTheme')") == "cx-theme-light"
    async with visit(site.page(site.widget("cxbus.min.js"))) as page:
        await page.evaluate("async () => { CXBus.subscribe('App.ready', () => {}); await delivered() }")
        assert await page.evaluate(LOADED) == ["cxbus"]


async def test_the_core_may_be_loaded_as_a_file(site: Site, visit: Visit) -> None:
    load = site.script(f"CXBus.loadFile('{site.widget_url}/widget/widgets-core.min.js')", "load")
    async with visit(site.page(site.widget("cxbus.min.js"), load)) as page:
        assert await page.evaluate(READY) == "App.ready"


async def test_a_tag_may_demand_the_very_script(site: Site, visit: Visit) -> None:
    async with visit(site.page(site.widget())) as page:
        build = await page.evaluate(
            f"async () => (await fetch('{site.widget_url}/widget/build.json')).json()"
        )
    good = site.page(site.script(LAUNCHER), site.widget("frontdesk.js", f'integrity="{build["integrity"]}"'))
    async with visit(good) as page:
        await page.get_by_role("button", name="Chat").wait_for()


async def test_the_launcher_can_be_used_with_the_keyboard(site: Site, visit: Visit) -> None:
    async with visit(site.page(site.script(LAUNCHER), site.widget())) as page:
        await page.get_by_role("button", name="Chat").wait_for()
        await page.keyboard.press("Tab")
        assert await page.evaluate("document.activeElement.shadowRoot.activeElement.innerText") == "Chat"
        assert await page.evaluate(READY) == "App.ready"  # The focus is intent.


async def test_style_of_the_page_does_not_reach_the_launcher(site: Site, visit: Visit) -> None:
    async with visit(site.page(site.script(LAUNCHER), site.widget())) as page:
        button = page.get_by_role("button", name="Chat")
        await button.wait_for()
        before = await button.evaluate("(node) => getComputedStyle(node).font + getComputedStyle(node).color")
        await page.evaluate(
            """() => {
                const sheet = new CSSStyleSheet()
                sheet.replaceSync('* { font: 40px serif !important; color: red !important }')
                document.adoptedStyleSheets.push(sheet)
            }"""
        )
        after = await button.evaluate("(node) => getComputedStyle(node).font + getComputedStyle(node).color")
        assert after == before


async def test_a_configuration_said_with_var_is_found(site: Site, visit: Visit) -> None:
    said = LAUNCHER.replace("window._genesys", "var _genesys")
    async with visit(site.page(site.script(said), site.widget())) as page:
        await page.get_by_role("button", name="Chat").wait_for()
        assert await page.evaluate("_genesys.widgets.bus.namespace()") == "QuickBus"
    async with visit(site.page(site.widget(), site.script(said))) as page:
        await page.get_by_role("button", name="Chat").wait_for()


async def test_a_policy_that_trusts_only_a_nonce_is_enough(site: Site, visit: Visit) -> None:
    site.policy = "default-src 'none'; script-src 'nonce-abc'; connect-src {widget}"
    site.put("/foo.js", "window.foo = true")
    tags = site.script(LAUNCHER) + site.widget("frontdesk.js")
    async with visit(site.page(tags.replace("<script", '<script nonce="abc"'))) as page:
        await page.get_by_role("button", name="Chat").hover()
        assert await page.evaluate(READY) == "App.ready"
        await page.evaluate("CXBus.loadFile('/foo.js')")
        assert await page.evaluate("foo")


async def test_the_bundle_is_asked_for_again_when_it_did_not_come(site: Site, visit: Visit) -> None:
    async with visit(site.page(site.script(LAUNCHER), site.widget("frontdesk.js"))) as page:
        refused: list[str] = []

        async def refuse_once(route: Route) -> None:
            refused.append(route.request.url)
            await (route.continue_() if len(refused) > 1 else route.abort())

        await page.route("**/bundle.*", refuse_once)
        button = page.get_by_role("button", name="Chat")
        await button.hover()
        await page.evaluate("until(() => performance.getEntriesByType('resource').length > 2)")
        await button.focus()
        assert await page.evaluate(READY) == "App.ready"
        assert len(refused) == 2
