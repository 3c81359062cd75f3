"""The operator's page: a supervisor watches applications and their sessions, in a browser."""

import re
from collections.abc import AsyncIterator
from typing import Any

import pytest
from playwright.async_api import Browser, Page, expect

from tests.conformance.house import PASSWORD
from tests.journeys import axe
from tests.journeys.charted import HOSTILE, Charted, charted
from tests.journeys.people import window
from tests.journeys.test_looks import DARK, PHONE, nothing_sticks_out

pytestmark = pytest.mark.anyio
PAGE = "/operator/orchestration/"
SURROUNDINGS: dict[str, dict[str, Any]] = {"desktop": {}, "phone": PHONE, "dark": DARK}

OPEN_ALL = "() => { for (const one of document.querySelectorAll('details')) one.open = true }"


@pytest.fixture(scope="module")
async def desk(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Charted]:
    async with charted(tmp_path_factory.mktemp("charted")) as running:
        for _ in range(3):
            await running.starts("few")
        yield running


@pytest.fixture(scope="module")
async def waiting(desk: Charted) -> str:
    """A session whose visitor is called what nobody should be."""
    return await desk.chats(HOSTILE, Topic=HOSTILE)


async def sign_in(page: Page, login: str = "sue") -> None:
    await page.get_by_label("Login").fill(login)
    await page.get_by_label("Password").fill(PASSWORD)
    await page.get_by_role("button", name="Sign in").click()


async def look(page: Page, where: str) -> None:
    await page.evaluate("(where) => { location.hash = where }", where)


@pytest.mark.parametrize("surroundings", SURROUNDINGS)
async def test_each_view_is_accessible_and_fits(
    surroundings: str, browser: Browser, desk: Charted, waiting: str, axe_source: str
) -> None:
    async with window(browser, desk.url + PAGE, **SURROUNDINGS[surroundings]) as page:
        await expect(page.get_by_role("button", name="Sign in")).to_be_visible()
        assert await axe.faults(page, axe_source) == []
        await sign_in(page)
        for where, seen in (
            ("#/", "3 open sessions"),
            ("#/application/few", "3 open sessions of this version"),
            ("#/application/large", "No session of this version is open."),
            (f"#/session/{waiting}", "It waits for queue.submit.done of support since"),
            ("#/session/none", "there is no session none"),
        ):
            await look(page, where)
            await expect(page.get_by_text(seen)).to_be_visible()
            await page.evaluate(OPEN_ALL)
            assert await axe.faults(page, axe_source) == [], where
            await nothing_sticks_out(page)


async def test_it_shows_where_sessions_are_as_they_go(browser: Browser, desk: Charted) -> None:
    session_id = await desk.starts("few")
    async with window(browser, f"{desk.url}{PAGE}#/application/few") as page:
        await sign_in(page)
        badge = page.locator(".state", has=page.locator("text=waits")).locator(".badge-text").first
        await expect(badge).to_have_text("4")
        await desk.sends(session_id, "go")
        await expect(badge).to_have_text("3")
        await expect(page.get_by_text("3 open sessions of this version")).to_be_visible()


async def test_the_list_says_what_the_picture_shows(browser: Browser, desk: Charted, waiting: str) -> None:
    async with window(browser, f"{desk.url}{PAGE}#/session/{waiting}") as page:
        await sign_in(page)
        await page.get_by_text("The same as a list").press("Enter")
        here = page.locator(".outline-state.is-active > p .outline-name")
        await expect(here).to_have_text(["serving", "finding", "german", "watching", "quiet"])
        row = "error.queue.submit [_event.data.error == 'timeout'] → anybody"
        await expect(page.locator(".outline").get_by_text(row)).to_be_visible()
        await expect(page.locator(".state.is-active")).to_have_count(5)


async def test_what_strangers_write_is_text(browser: Browser, desk: Charted, waiting: str) -> None:
    async with window(browser, f"{desk.url}{PAGE}#/session/{waiting}") as page:
        await sign_in(page)
        await expect(page.get_by_text(HOSTILE, exact=True)).to_have_count(2)
        await expect(page.get_by_text(f'"{HOSTILE}"')).to_be_visible()
        assert await page.locator("main img").count() == 0


async def test_the_picture_is_moved_by_keys_and_no_state_stands_on_another(
    browser: Browser, desk: Charted
) -> None:
    async with window(browser, f"{desk.url}{PAGE}#/application/large") as page:
        await sign_in(page)
        frame = page.locator(".picture-frame")
        stage = frame.locator("svg > g")
        await expect(stage).to_have_attribute("transform", "translate(0 0) scale(0.62)")
        await frame.press("ArrowLeft")
        await expect(stage).to_have_attribute("transform", "translate(60 0) scale(0.62)")
        await frame.press("0")
        overlaps = await page.evaluate(
            """() => {
                const all = [...document.querySelectorAll('.state > .state-box')]
                const boxes = all.map((box) => box.getBoundingClientRect())
                return boxes.filter((a, at) => boxes.some((b, other) => other > at
                    && a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom)).length
            }"""
        )
        assert (await page.locator(".state").count(), overlaps) == (40, 0)


async def test_timers_are_named_and_count_down(browser: Browser, desk: Charted, waiting: str) -> None:
    async with window(browser, f"{desk.url}{PAGE}#/session/{waiting}") as page:
        await sign_in(page)
        await expect(
            page.get_by_text(re.compile(r"It has a timer: remind is sent in \d min \d+ s"))
        ).to_be_visible()
        left = page.get_by_role("listitem").filter(has_text="remind").locator(".timer-left")
        before = await left.inner_text()
        assert re.fullmatch(r"in \d min \d+ s", before)
        await expect(left).not_to_have_text(before)


async def test_only_supervisors_see_anything(browser: Browser, desk: Charted) -> None:
    async with window(browser, desk.url + PAGE) as page:
        await sign_in(page, "amy")
        await expect(page.get_by_role("heading", name="Only supervisors may look here")).to_be_visible()
        await page.get_by_role("button", name="Sign in as somebody else").click()
        await expect(page.get_by_label("Login")).to_be_visible()


async def test_a_server_that_does_not_answer_is_told_of_and_asked_again(
    browser: Browser, desk: Charted
) -> None:
    async with window(browser, desk.url + PAGE) as page:
        await sign_in(page)
        await expect(page.get_by_text("few", exact=True)).to_be_visible()
        await page.route("**/api/operator/**", lambda route: route.abort())
        notice = page.get_by_text("What is shown is as it was; trying again.")
        await expect(notice).to_be_visible()
        await expect(page.get_by_text("few", exact=True)).to_be_visible()
        await page.unroute("**/api/operator/**")
        await expect(notice).to_be_hidden()
