"""Conformance of the bus in a browser, checks 12, 13, 31 to 33 and 42: scripts that come later, or twice."""

import pytest
from playwright.async_api import Page

from tests.browser.conftest import Visit
from tests.browser.site import Site

pytestmark = pytest.mark.anyio

FOO = """
const foo = CXBus.registerPlugin('Foo')
foo.registerCommand('bar', ({data, deferred}) => deferred.resolve(`bar ${data.n}`))
foo.ready()
"""


async def test_12_a_plugin_that_cannot_be_loaded_says_so(page: Page) -> None:
    found = await page.evaluate("async () => ending(CXBus.command('Nobody.knows'))")
    assert found == [
        "rejected",
        "Could not load plugin file in given location. Check your plugins path option.",
    ]


async def test_13_and_31_a_lazy_load_runs_the_call_and_the_hooks_once(site: Site, page: Page) -> None:
    site.put("/p/foo.min.js", FOO)
    found = await page.evaluate(
        """async () => {
            const seen = []
            CXBus.configure({pluginsPath: '/p'})
            _genesys.widgets.bus.before('Foo.bar', (options) => { seen.push('hook'); return options })
            const ends = await Promise.all([
                ending(CXBus.command('Foo.bar', {n: 1})), ending(CXBus.command('Foo.bar', {n: 2}))])
            return [ends, seen]
        }"""
    )
    assert found == [[["resolved", "bar 1"], ["resolved", "bar 2"]], ["hook", "hook"]]
    assert site.asked.count("/p/foo.min.js") == 1


async def test_13_what_could_not_be_had_is_tried_again(site: Site, page: Page) -> None:
    call = "async () => ending((CXBus.configure({pluginsPath: '/p/'}), CXBus.command('Foo.bar', {n: 3})))"
    assert (await page.evaluate(call))[0] == "rejected"
    site.put("/p/foo.min.js", FOO)
    assert await page.evaluate(call) == ["resolved", "bar 3"]


async def test_31_the_name_of_a_file_follows_the_format_in_lower_case(site: Site, page: Page) -> None:
    site.put("/p/my-foo.js", FOO)
    found = await page.evaluate(
        """async () => {
            CXBus.configure(
                {pluginsPath: '/p', pluginFilenameFormat: 'My-plugin.js', debug: 'wrong', other: 1})
            const first = (await ending(CXBus.loadPlugin('Foo')))[0]
            return [first, await ending(CXBus.loadPlugin('foo'))]
        }"""
    )
    assert found == ["resolved", ["rejected"]]


async def test_32_a_forbidden_plugin_is_rejected_without_a_request(site: Site, page: Page) -> None:
    found = await page.evaluate(
        """async () => {
            CXBus.configure({pluginsPath: '/p', pluginMap: {Foo: false, webchat: false}})
            return [await ending(CXBus.command('Foo.bar')), (await ending(CXBus.command('WebChat.open')))[0],
                await ending(CXBus.loadPlugin('Foo'))]
        }"""
    )
    assert found == [
        ["rejected", "Could not load plugin file in given location. Check your plugins path option."],
        "rejected",
        ["rejected"],
    ]
    assert [path for path in site.asked if path.endswith(".js")] == []


async def test_33_a_file_is_loaded_once(site: Site, page: Page) -> None:
    site.put("/file.js", "window.loaded = (window.loaded ?? 0) + 1")
    found = await page.evaluate(
        """async () => {
            const ends = []
            for (const url of ['/file.js', '/file.js', '/missing.js'])
                ends.push(await ending(CXBus.loadFile(url)))
            return [ends.map(([how, what]) => [how, what?.type ?? what]), window.loaded]
        }"""
    )
    assert found == [
        [["resolved", "load"], ["rejected", None], ["rejected", "Could not load file: /missing.js"]],
        1,
    ]


async def test_33_a_module_is_what_its_file_registers(site: Site, page: Page) -> None:
    site.put("/p/part.mod.js", "CXBus.registerModule('part', {n: 4})")
    found = await page.evaluate(
        """async () => {
            CXBus.configure({pluginsPath: '/p'})
            const first = await CXBus.loadModule('part')
            return [first, await CXBus.loadModule('part'), CXBus.registerModule('part', 5)]
        }"""
    )
    assert found == [{"n": 4}, {"n": 4}, False]


@pytest.mark.parametrize("second", ["widgets.min.js", "frontdesk.js", "cxbus.min.js"])
async def test_42_a_bundle_loaded_twice_leaves_one_bus_and_one_launcher(
    site: Site, visit: Visit, second: str
) -> None:
    settings = "window._genesys = {widgets: {webchat: {chatButton: {enabled: true, openDelay: 0}}}}"
    between = site.script("window.first = CXBus", "between")
    address = site.page(site.script(settings), site.widget(), between, site.widget(second))
    async with visit(address) as page:
        await page.get_by_role("button", name="Chat").wait_for()
        assert await page.evaluate("() => window.first === CXBus")
        assert await page.get_by_role("button", name="Chat").count() == 1
        assert await page.locator("frontdesk-chat").count() == 1
