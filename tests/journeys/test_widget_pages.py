"""The pages for site developers: one gets what one chooses, and the playground shows what the bus does."""

import json
import re

import pytest
from playwright.async_api import Browser, Page, expect

from tests.journeys import axe
from tests.journeys.conftest import House
from tests.journeys.people import window
from tests.journeys.test_looks import SURROUNDINGS, nothing_sticks_out

pytestmark = pytest.mark.anyio
HOSTILE = '"><img src=x onerror=alert(1)>'


def piece(page: Page, title: str) -> str:
    return f'pre[aria-label="{title}"]'


async def test_one_tag_is_enough_for_looks(browser: Browser, house: House) -> None:
    async with window(browser, f"{house.url}/widget/") as page:
        await expect(page.get_by_text("Name the service")).to_be_visible()
        await page.get_by_label("Service").fill("support")
        await page.get_by_label("Language").select_option("ar")
        await page.get_by_label("Theme").select_option("dark")
        await page.get_by_label("Use the colour of your brand").check()
        await page.get_by_label("Colour", exact=True).fill("#ffd400")
        tag = await page.locator(piece(page, "The tag")).inner_text()
        assert re.sub(r"\s+", " ", tag) == (
            f'<script async crossorigin src="{house.url}/widget/frontdesk.js" data-service="support" '
            'data-lang="ar" data-theme="dark" data-color="#ffd400"></script>'
        )
        assert f"script-src {house.url};" in await page.locator("pre").last.inner_text()


async def test_more_than_looks_becomes_a_script_of_the_site(browser: Browser, house: House) -> None:
    async with window(browser, f"{house.url}/widget/?service=demo") as page:
        for wish in ("Insert emoji", "Send files", "My page has a button", "Offer help"):
            await page.get_by_label(wish).check()
        await page.get_by_label("Seconds until then").fill("45")
        script = await page.locator(piece(page, "Your settings")).inner_text()
        settings = json.loads(script.partition("configure(")[2].rpartition(")\n})")[0])
        assert settings == {
            "main": {"lang": "en", "theme": "system"},
            "webchat": {
                "dataURL": f"{house.url}/genesys/2/chat/demo",
                "chatButton": {"enabled": False},
                "emojis": True,
                "uploadsEnabled": True,
                "autoInvite": {"enabled": True, "timeToInviteSeconds": 45},
            },
        }
        assert "data-service" not in await page.locator(piece(page, "The tags")).inner_text()
        assert "WebChat.open" in await page.locator(piece(page, "Your button")).inner_text()
        shared = page.url
    async with window(browser, shared) as page:
        assert await page.locator(piece(page, "Your settings")).inner_text() == script


async def test_the_tag_may_demand_the_script_that_is_served(browser: Browser, house: House) -> None:
    async with window(browser, f"{house.url}/widget/?service=demo&pinned=on") as page:
        tag = page.locator(piece(page, "The tag"))
        await expect(tag).to_contain_text('integrity="sha384-')
        integrity = await page.evaluate("fetch('/widget/build.json').then((it) => it.json())")
        await expect(tag).to_contain_text(integrity["integrity"])


async def test_the_hash_of_every_script_is_true(browser: Browser, house: House) -> None:
    async with window(browser, f"{house.url}/widget/") as page:
        checked = await page.evaluate(
            """async () => {
                const { integrities } = await (await fetch('/widget/build.json')).json()
                const files = Object.entries(integrities)
                await Promise.all(files.map(([name, integrity]) => fetch(`/widget/${name}`, { integrity })))
                return files.map(([name]) => name)
            }"""
        )
        assert {"frontdesk.js", "widgets.min.js", "cxbus.min.js"} <= set(checked)
        wrong = (
            "fetch('/widget/frontdesk.js', {integrity: 'sha384-' + 'A'.repeat(64)}).catch(() => 'refused')"
        )
        assert await page.evaluate(wrong) == "refused"


async def test_what_is_copied_is_what_is_shown(browser: Browser, house: House) -> None:
    async with window(browser, f"{house.url}/widget/?service=demo", permissions=["clipboard-read"]) as page:
        await page.context.grant_permissions(["clipboard-read", "clipboard-write"])
        await page.get_by_role("button", name="Copy: The tag").click()
        await expect(page.get_by_text("The tag: copied.")).to_be_visible()
        copied = await page.evaluate("navigator.clipboard.readText()")
        assert copied == await page.locator(piece(page, "The tag")).text_content()


async def test_hostile_words_in_the_address_stay_words(browser: Browser, house: House) -> None:
    async with window(browser, f"{house.url}/widget/") as page:
        await page.goto(f"{house.url}/widget/?service={HOSTILE}&lang={HOSTILE}&branded=on&color={HOSTILE}")
        tag = page.locator(piece(page, "The tag"))
        await expect(tag).to_contain_text('data-service="&quot;&gt;&lt;img src=x onerror=alert(1)&gt;"')
        assert await page.locator("img").count() == 0
        await page.goto(f"{house.url}/widget/playground/?branded=on&color={HOSTILE}&lang={HOSTILE}")
        await expect(page.get_by_role("status")).to_contain_text("is here")
        assert await page.evaluate("_genesys.widgets.main") == {"lang": "en", "theme": "system"}


async def test_the_playground_shows_commands_answers_and_events(browser: Browser, house: House) -> None:
    async with window(browser, f"{house.url}/widget/playground/?service=demo&theme=light&lang=fr") as page:
        events, answers = page.get_by_role("list", name="Events"), page.get_by_role("list", name="Answers")
        await expect(events.locator("li", has_text="App.ready")).to_have_count(1)
        await page.get_by_label("Command", exact=True).select_option("App.getTheme")
        await page.get_by_role("button", name="Send").click()
        await expect(answers).to_contain_text("App.getTheme resolved")
        await expect(answers.locator("pre").first).to_have_text('[\n  "cx-theme-light"\n]')
        await page.get_by_label("Command", exact=True).select_option("App.setTheme")
        await page.get_by_label("Options, as JSON").fill('{"theme": "pink"}')
        await page.get_by_role("button", name="Send").click()
        await expect(answers.locator("li").first).to_contain_text("App.setTheme rejected")
        await page.get_by_label("Options, as JSON").fill('{"theme": "dark"}')
        await page.get_by_role("button", name="Send").click()
        await expect(events.locator("li", has_text="App.theme")).to_have_count(2)  # The first at the start.
        await page.get_by_label("Only those whose name holds").fill("app.i18n")
        await expect(events.locator("li:visible")).to_have_count(1)
        await page.get_by_label("Options, as JSON").fill("{")
        await page.get_by_role("button", name="Send").click()
        await expect(page.get_by_text("This is not JSON")).to_be_visible()
        await expect(page.get_by_label("Options, as JSON")).to_be_focused()
        await page.get_by_role("button", name="Clear").click()
        await expect(events.locator("li")).to_have_count(0)


@pytest.mark.parametrize("surroundings", SURROUNDINGS)
async def test_both_pages_are_accessible(
    surroundings: str, browser: Browser, house: House, axe_source: str
) -> None:
    for path, shows in (
        ("/widget/?service=demo", "The tag"),
        ("/widget/playground/?service=demo", "is here"),
    ):
        async with window(browser, f"{house.url}{path}", **SURROUNDINGS[surroundings]) as page:
            await expect(page.get_by_text(shows).first).to_be_visible()
            await nothing_sticks_out(page)
            assert await axe.faults(page, axe_source) == [], path
