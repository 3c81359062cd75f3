"""Brand, themes, languages: one can read it before the core is there and after; pages have the last word."""

import pytest
from playwright.async_api import Locator, expect

from tests.browser.conftest import Visit
from tests.browser.site import Site

pytestmark = pytest.mark.anyio
READY = "new Promise((resolve) => CXBus.subscribe('App.ready', ({event}) => resolve(event)))"
# A style sheet of the page without an exception from the policy of its site.
STYLE = """(text) => {
    const sheet = new CSSStyleSheet()
    sheet.replaceSync(text)
    document.adoptedStyleSheets.push(sheet)
}"""
BLACK, WHITE = "0 0 0", "255 255 255"


async def colours(button: Locator) -> tuple[str, str]:
    """Words and ground, as red, green and blue up to 255, however the browser writes them."""
    read = """(node) => ['color', 'backgroundColor'].map((name) => {
        const context = new OffscreenCanvas(1, 1).getContext('2d')
        context.fillStyle = getComputedStyle(node)[name]
        context.fillRect(0, 0, 1, 1)
        return [...context.getImageData(0, 0, 1, 1).data].slice(0, 3).join(' ')
    })"""
    words, ground = await button.evaluate(read)
    return words, ground


@pytest.mark.parametrize(
    ("colour", "words", "ground"),
    [
        ("#ffd400", BLACK, "255 212 0"),
        ("navy", WHITE, "0 0 128"),
        ("hsl(0 0% 100%)", BLACK, "255 255 255"),
        ("rgb(0, 90, 60)", WHITE, "0 90 60"),
    ],
)
async def test_words_on_a_brand_can_be_read(
    site: Site, visit: Visit, colour: str, words: str, ground: str
) -> None:
    tag = site.widget("frontdesk.js", f'data-service="demo" data-color="{colour}"')
    async with visit(site.page(tag)) as page:
        button = page.get_by_role("button", name="Chat")
        await button.wait_for()
        assert await colours(button) == (words, ground)
        assert await page.evaluate(READY) == "App.ready"
        assert await colours(button) == (words, ground)


async def test_a_colour_that_is_none_leaves_ours(site: Site, visit: Visit) -> None:
    tag = site.widget("frontdesk.js", 'data-service="demo" data-color="red;} * {display: none"')
    async with visit(site.page(tag)) as page:
        await page.get_by_role("button", name="Chat").wait_for()
        assert await page.evaluate(READY) == "App.ready"
        assert await colours(page.get_by_role("button", name="Chat")) == (WHITE, "27 95 193")


async def test_a_page_sets_custom_properties_for_each_theme(site: Site, visit: Visit) -> None:
    settings = site.script(
        """window._genesys = {widgets: {
            main: {theme: 'acme', themes: {acme: 'cx-theme-acme'}},
            webchat: {chatButton: {enabled: true, openDelay: 0}}}}"""
    )
    async with visit(site.page(settings, site.widget())) as page:
        button = page.get_by_role("button", name="Chat")
        await button.wait_for()
        await page.evaluate(
            STYLE,
            "frontdesk-chat { --cx-primary: #000 } frontdesk-chat.cx-theme-acme { --cx-primary: #7a0033 }",
        )
        assert await colours(button) == (WHITE, "0 0 0")
        assert await page.evaluate(READY) == "App.ready"
        assert await colours(button) == (WHITE, "122 0 51")
        await page.evaluate("CXBus.command('App.setTheme', {theme: 'light'}).then(() => true)")
        assert await colours(button) == (WHITE, "0 0 0")
        await expect(page.locator("frontdesk-chat")).to_have_class("cx-theme-light")


@pytest.mark.parametrize("theme", ["light", "dark"])
async def test_a_link_in_a_toast_can_be_read_on_any_brand(site: Site, visit: Visit, theme: str) -> None:
    tag = site.widget("frontdesk.js", f'data-service="demo" data-color="#808080" data-theme="{theme}"')
    async with visit(site.page(tag)) as page:
        assert await page.evaluate(READY) == "App.ready"
        toast = "{type: 'custom', title: 'News', body: '<a href=\"/news\">Read it</a>'}"
        await page.evaluate(f"CXBus.command('Toaster.open', {toast}).then(() => true)")
        words, _ = await colours(page.get_by_role("link", name="Read it"))
        red = int(words.partition(" ")[0])
        assert red < 0x72 if theme == "light" else red > 0x90


@pytest.mark.parametrize(("scheme", "theme"), [("dark", "cx-theme-dark"), ("light", "cx-theme-light")])
async def test_the_system_decides_when_it_is_asked(site: Site, visit: Visit, scheme: str, theme: str) -> None:
    tag = site.widget("frontdesk.js", 'data-service="demo" data-theme="system"')
    async with visit(site.page(tag), color_scheme=scheme) as page:
        assert await page.evaluate("CXBus.command('App.getTheme')") == theme


@pytest.mark.parametrize(
    ("lang", "word", "direction"),
    [
        ("ar", "دردشة", "rtl"),
        ("ja", "チャット", "ltr"),
        ("pt-BR", "Chat", "ltr"),
        ("zh-Hans-CN", "聊天", "ltr"),
    ],
)
async def test_a_language_is_fetched_when_it_is_the_language(
    site: Site, visit: Visit, lang: str, word: str, direction: str
) -> None:
    tag = site.widget("frontdesk.js", f'data-service="demo" data-lang="{lang}"')
    async with visit(site.page(tag)) as page:
        button = page.get_by_role("button", name=word)
        await button.wait_for()
        assert await page.evaluate(READY) == "App.ready"
        assert await button.evaluate("(node) => getComputedStyle(node).direction") == direction
        files: list[str] = await page.evaluate(
            "performance.getEntriesByType('resource').map(({name}) => name)"
        )
        loaded = {file.rpartition("/")[2].partition(".")[0] for file in files}
        code = lang[:2]
        assert code in loaded
        assert not ({"ar", "ja", "pt", "zh", "de"} - {code}) & loaded
