"""The forms of journeys and their reports: faults stand where one looks, and slow answers mislead nobody."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Browser, Route, expect

from tests.journeys import axe
from tests.journeys.followed import LONG, Followed, followed
from tests.journeys.test_journey_pages import signed_page

pytestmark = pytest.mark.anyio
SEGMENTS = 12


@pytest.fixture(scope="module")
async def desk(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Followed]:
    """The site, with more segments than one looks through, all of which fit who looks at the cart."""
    async with followed(tmp_path_factory.mktemp("followed")) as desk:
        for number in range(SEGMENTS):
            await desk.site.segment("/cart", displayName=f"Number {number:02} {LONG}"[:250])
        await desk.arrives()
        yield desk


async def test_what_is_folded_away_says_at_its_heading_what_is_wrong_with_it(
    browser: Browser, desk: Followed, axe_source: str
) -> None:
    async with signed_page(browser, desk, "#/segments/new") as page:
        await page.get_by_label("Name (needed)", exact=True).first.fill("Everybody")
        await page.get_by_role("button", name="Create").click()
        told = page.get_by_role("group", name="What they do").get_by_text("Without a condition every visit")
        await expect(told).to_be_in_viewport()
        await expect(page.get_by_label("What they do")).to_be_focused()
        await expect(page.get_by_label("Name (needed)", exact=True).first).to_have_value("Everybody")
        assert await axe.faults(page, axe_source) == []


async def test_faults_speak_the_words_of_the_form(browser: Browser, desk: Followed) -> None:
    async with signed_page(browser, desk, "#/segments/new") as page:
        await page.get_by_label("Name (needed)", exact=True).first.fill("Long visits")
        await page.get_by_label("Who they are").check()
        who = page.get_by_role("group", name="Who they are")
        await who.get_by_label("What (needed)").fill("session.pageviewCount")
        await who.get_by_label("Comparison").select_option(label="is greater than")
        await who.get_by_label("Values").fill("many")
        await page.get_by_role("button", name="Create").click()
        await expect(who.get_by_text("Line 1: “is greater than” takes a number")).to_be_visible()
        await page.evaluate("location.hash = '#/settings'")
        await page.get_by_role("button", name="Leave").click()
        apart = page.get_by_label("At least between two").first
        await apart.fill("25:00")
        await page.get_by_role("button", name="Save").click()
        await expect(page.get_by_text("Hours and minutes, such as 00:30")).to_be_visible()
        await expect(apart).to_be_focused()
        await page.evaluate("location.hash = '#/actiontargets/new'")
        await page.get_by_role("button", name="Leave").click()
        await page.get_by_label("Name (needed)", exact=True).fill("Moon")
        await page.get_by_label("Queue").fill("moon")
        await page.get_by_role("button", name="Create").click()
        await expect(page.get_by_text("There is no queue 'moon': the settings have")).to_be_visible()
        await page.get_by_label("Queue").fill("")
        await page.get_by_label("Name (needed)", exact=True).fill("")


async def test_one_of_many_segments_is_found_by_its_name_and_the_chosen_come_first(
    browser: Browser, desk: Followed
) -> None:
    async with signed_page(browser, desk, "#/actionmaps/new") as page:
        segments = page.get_by_role("group", name="When somebody comes into any of these segments")
        search = segments.get_by_role("searchbox")
        await search.fill("number 07")
        await expect(segments.get_by_role("checkbox")).to_have_count(1)
        await segments.get_by_role("checkbox").check()
        await search.fill("there is none")
        await search.press("Enter")
        await expect(segments.get_by_text("None is called that.")).to_be_visible()
        await expect(page.get_by_text("This was not saved")).to_be_hidden()
        await page.get_by_label("Name (needed)", exact=True).fill("For the seventh")
        await page.get_by_role("button", name="Create").click()
        await expect(page.get_by_role("heading", name="For the seventh")).to_be_visible()
        first = segments.get_by_role("checkbox").first
        await expect(first).to_be_checked()
        await expect(segments.locator("label").first).to_contain_text("Number 07")


async def test_who_changed_a_thing_is_told_beside_it(browser: Browser, desk: Followed) -> None:
    async with signed_page(browser, desk, f"#/segments/{desk.segment_id}") as page:
        history = page.get_by_role("group").filter(has_text="Who changed it")
        await page.get_by_label("Description").fill("They hesitate")
        await page.get_by_role("button", name="Save").click()
        await expect(page.get_by_text("Version 2")).to_be_visible()
        await page.get_by_text("Who changed it").click()
        await expect(history.get_by_role("listitem")).to_have_count(2)
        await expect(history.get_by_role("listitem").first).to_contain_text("sue changed it: Description")
        await page.evaluate("location.hash = '#/settings'")
        await page.get_by_text("Who changed it").click()
        await expect(history).to_contain_text("changed it: Privacy")


async def test_who_fits_many_segments_takes_no_more_room_than_others(
    browser: Browser, desk: Followed
) -> None:
    async with signed_page(browser, desk, "#/visitors") as page:
        row = page.locator(".visits tbody tr").first
        await expect(row).to_contain_text(f"and {SEGMENTS + 1 - 5} more")
        box = await row.bounding_box()
        assert box is not None
        assert box["height"] < 220


async def test_a_slow_answer_looks_old_and_never_takes_the_place_of_a_newer_one(
    browser: Browser, desk: Followed
) -> None:
    go_on = asyncio.Event()
    asked = []

    async def slowly(route: Route) -> None:
        asked.append(route.request.url)
        if len(asked) == 1:
            await go_on.wait()
        await route.continue_()

    async with signed_page(browser, desk, "#/report") as page:
        shown = page.get_by_text("each state counts when it came about")
        await expect(shown).to_be_visible()
        await page.route("**/reports/actionmaps?*", slowly)
        await page.get_by_label("Counted by").select_option("cohort")
        await expect(page.get_by_text("Counting…")).to_be_visible()
        await expect(page.locator(".is-old")).to_be_visible()
        await page.get_by_label("Counted by").select_option("event")
        await expect(shown).to_be_visible()
        async with page.expect_response(lambda answer: "basis=cohort" in answer.url):
            go_on.set()
        await page.evaluate("() => new Promise((done) => setTimeout(done))")
        await expect(shown).to_be_visible()
        await expect(page.locator(".is-old")).to_have_count(0)


async def test_numbers_that_could_not_be_counted_anew_say_that_they_are_of_before(
    browser: Browser, desk: Followed
) -> None:
    async with signed_page(browser, desk, f"#/report/{desk.map_id}") as page:
        await expect(page.get_by_text("each state counts when it came about")).to_be_visible()
        await page.route("**/reports/**", lambda route: route.abort())
        await page.get_by_label("Time", exact=True).select_option(label="The last 30 days")
        await expect(page.get_by_text("The numbers are still those of before.")).to_be_visible()
