"""Signing in: what goes wrong is said, with what to do about it."""

import asyncio

import pytest
from playwright.async_api import Browser, expect

from tests.journeys.conftest import House
from tests.journeys.people import Agent, window

pytestmark = pytest.mark.anyio


async def test_mistakes_are_named(browser: Browser, house: House) -> None:
    async with window(browser, f"{house.url}/agent/") as page:
        agent = Agent(page)
        await page.get_by_role("button", name="Sign in").click()
        await expect(page.get_by_role("alert")).to_have_text("Enter your login.")
        await expect(page.get_by_label("Login")).to_be_focused()
        await agent.signs_in("amy", "wrong")
        await expect(page.get_by_role("alert")).to_contain_text("do not match")
        await agent.signs_in()
        await expect(page.get_by_role("switch")).to_be_visible()


async def test_too_many_tries_have_to_wait(browser: Browser, house: House) -> None:
    async with window(browser, f"{house.url}/agent/") as page:
        wrong = {"login": "nobody", "password": "wrong"}
        origin = {"origin": house.url}
        async with asyncio.TaskGroup() as tries:  # All at once: on a slow machine a minute is soon over.
            for _ in range(20):
                address = f"{house.url}/api/workspace/sign-in"
                tries.create_task(page.request.post(address, data=wrong, headers=origin))
        await Agent(page).signs_in("nobody", "wrong")
        refused = page.get_by_role("alert").filter(has_text="Too many tries")
        await expect(refused).to_contain_text("Wait 60 seconds")


async def test_a_server_that_does_not_answer_is_named(browser: Browser, house: House) -> None:
    async with window(browser, f"{house.url}/agent/") as page:
        await expect(page.get_by_label("Login")).to_be_visible()
        await house.kill()
        await Agent(page).signs_in()
        await expect(page.get_by_role("alert")).to_contain_text("does not answer")
        await house.start()
        await Agent(page).signs_in()
        await expect(page.get_by_role("switch")).to_be_visible()


async def test_somebody_who_is_not_ready_is_told_what_to_do(browser: Browser, house: House) -> None:
    async with window(browser, f"{house.url}/agent/") as page:
        await Agent(page).signs_in()
        await expect(page.get_by_text("You are not ready, so no chat will ring.")).to_be_visible()
