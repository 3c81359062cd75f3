"""A reload in every phase, of either page: everything is there again, once."""

import pytest
from playwright.async_api import Browser, expect

from tests.journeys.conftest import House
from tests.journeys.people import Agent, Visitor, lines, said, sees, sees_status, window
from tests.patience import PATIENCE_MS

pytestmark = pytest.mark.anyio


async def test_the_visitor_reloads_before_during_and_after(visitor: Visitor, agent: Agent) -> None:
    page = visitor.page
    await page.reload()
    await visitor.starts("Mia", "Is the fern easy?")
    await page.reload()
    await sees(page, "Is the fern easy?")
    await agent.accepts("Mia")
    await agent.says("Very.")
    await sees(page, "Very.")
    await visitor.box.fill("Half a thou")
    await page.reload()
    await sees(page, "Very.")
    await expect(visitor.box).to_have_value("Half a thou")
    await visitor.says("A whole thought")
    await sees(agent.page, "A whole thought")
    await agent.does("End", "End chat")
    await sees_status(page, "Chat Ended")
    await page.reload()
    await expect(visitor.launcher).to_be_visible()


async def test_a_closed_chat_box_counts_what_came_meanwhile(visitor: Visitor, agent: Agent) -> None:
    await visitor.starts("Mia")
    await agent.accepts("Mia")
    await sees_status(visitor.page, "Amy Connected")
    await visitor.minimise.click()
    await agent.says("Are you there?")
    await expect(visitor.unread).to_have_text("1", timeout=PATIENCE_MS)
    assert "(1)" in await visitor.page.title()
    await visitor.page.reload()
    await expect(visitor.unread).to_have_text("1", timeout=PATIENCE_MS)
    await visitor.unread.click()
    await expect(visitor.unread).to_have_count(0)
    await expect(said(visitor.page, "Are you there?")).to_be_visible()


async def test_the_agent_reloads_before_during_and_after(visitor: Visitor, agent: Agent) -> None:
    page = agent.page
    await page.reload()
    await expect(agent.ready).to_have_attribute("aria-checked", "true")
    await visitor.starts("Mia", "Is the fern easy?")
    await expect(page.locator(".invite")).to_have_count(1, timeout=PATIENCE_MS)
    await page.reload()
    await agent.accepts("Mia")
    await agent.says("Very.")
    await sees(visitor.page, "Very.")
    await agent.box.fill("Half a thou")
    await page.reload()
    for text in ("Is the fern easy?", "Very."):
        await sees(page, text)
    await expect(agent.box).to_have_value("Half a thou")
    await agent.says("A whole thought")
    await sees(visitor.page, "A whole thought")
    await expect(page.get_by_label("unread")).to_have_count(0)
    await visitor.ends()
    await sees_status(page, "The chat has ended")
    await page.reload()
    await expect(page.get_by_text("No chats yet.")).to_be_visible()


async def test_several_tabs_of_either_side_show_the_same(
    browser: Browser, house: House, visitor: Visitor, agent: Agent
) -> None:
    await visitor.starts("Mia")
    await agent.accepts("Mia")
    second_tab = await visitor.page.context.new_page()
    await second_tab.goto(f"{house.url}/shop/")
    async with window(browser, f"{house.url}/agent/") as page:
        other = Agent(page)
        await other.signs_in()
        await page.get_by_role("button", name="Mia").click()
        await agent.says("From the first")
        await other.says("From the second")
        await visitor.says("Two of you?")
        for each in (visitor.page, second_tab, agent.page, page):
            for text in ("From the first", "From the second", "Two of you?"):
                await sees(each, text)
    await visitor.ends()
    await sees_status(second_tab, "Chat Ended")


async def test_signing_out_ends_it_in_every_tab(agent: Agent, house: House) -> None:
    other = await agent.page.context.new_page()
    await other.goto(f"{house.url}/agent/")
    await expect(other.get_by_role("switch")).to_be_enabled()
    await agent.page.get_by_role("button", name="Sign out").click()
    await expect(agent.page.get_by_label("Login")).to_be_focused()
    await expect(other.get_by_text("Your sign-in is over.")).to_be_visible(timeout=PATIENCE_MS)
    await expect(lines(other)).to_have_count(0)
