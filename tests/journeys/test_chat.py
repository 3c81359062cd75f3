"""A chat from its first word to its end."""

import pytest
from playwright.async_api import expect

from tests.journeys.people import Agent, Visitor, sees, sees_status

pytestmark = pytest.mark.anyio


async def test_a_visitor_and_an_agent_talk_and_part(visitor: Visitor, agent: Agent) -> None:
    await visitor.starts("Mia", "Is the fern easy?")
    await agent.accepts("Mia")
    await sees(agent.page, "Is the fern easy?")
    await sees_status(visitor.page, "Amy joined")
    await agent.says("Very. Steam and company.")
    await sees(visitor.page, "Very. Steam and company.")
    await visitor.says("Lovely\nI take two")
    await sees(agent.page, "Lovely\nI take two")
    await agent.does("End", "End chat")
    await sees_status(visitor.page, "The chat has ended")
    await sees_status(agent.page, "The chat has ended")
    await expect(visitor.page.get_by_role("button", name="Start a new chat")).to_be_visible()
