"""A conversation that stays open: its agent leaves it, finds it again, and goes on."""

import pytest
from playwright.async_api import expect

from tests.conformance.v3 import site_of
from tests.journeys.conftest import House
from tests.journeys.people import Agent, sees, sees_status
from tests.patience import PATIENCE_MS

pytestmark = pytest.mark.anyio


async def test_an_agent_finds_a_conversation_that_rests_and_takes_it_up(house: House, agent: Agent) -> None:
    async with site_of(house.url) as site:
        visit = await site.visit("long", nickname="Mia", subject="My order")
        await visit.says("When does it come?")
        await agent.accepts("Mia")
        await agent.says("I will ask.")
        await visit.sees("I will ask.")
        leave = agent.page.get_by_role("dialog", name="Leave this chat?")
        await agent.page.get_by_role("button", name="Leave").click()
        await expect(leave).to_contain_text("It rests then")
        await leave.get_by_role("button", name="Leave").click()
        resting = agent.page.get_by_role("region", name="Resting")
        await expect(resting).to_contain_text("My order", timeout=PATIENCE_MS)
        await expect(agent.page.locator(".head-state")).to_have_text("Rests", timeout=PATIENCE_MS)
        await expect(agent.page.get_by_role("heading", name="Finished")).to_be_hidden()
        (await visit.leave()).ok()
        await resting.get_by_role("button", name="Take up the conversation with Mia").click()
        await sees(agent.page, "When does it come?")
        await sees_status(agent.page, "Mia left")
        await agent.says("It comes tomorrow.")
        again = await visit.resume("long")
        await sees_status(agent.page, "Mia came back")
        assert (await again.read(count=20)).ok().texts[-1] == "It comes tomorrow."
        await expect(resting).to_be_hidden()
