"""Two agents and a supervisor in one chat, each at their page, and what the visitor sees of it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from playwright.async_api import Browser, expect

from tests.journeys import axe
from tests.journeys.conftest import House
from tests.journeys.people import (
    AGENT,
    COLLEAGUE,
    SUPERVISOR,
    Agent,
    Visitor,
    said,
    sees,
    sees_status,
    window,
)
from tests.journeys.test_looks import SURROUNDINGS, nothing_sticks_out
from tests.patience import PATIENCE_MS

pytestmark = pytest.mark.anyio


@asynccontextmanager
async def at_desk(browser: Browser, house: House, login: str, **options: Any) -> AsyncIterator[Agent]:
    async with window(browser, f"{house.url}/agent/", **options) as page:
        agent = Agent(page)
        await agent.signs_in(login)
        yield agent


async def calls(agent: Agent, colleague: str, purpose: str, note: str = "") -> None:
    await agent.page.get_by_role("main").get_by_role("button", name="Call in").click()
    dialog = agent.page.get_by_role("dialog", name="Call a colleague")
    await dialog.get_by_role("radio", name=colleague).check()
    await dialog.get_by_role("radio", name=purpose).check()
    await dialog.get_by_label("Note for your colleague").fill(note)
    await dialog.get_by_role("button", name="Call", exact=True).click()


async def test_a_colleague_advises_unseen_and_takes_the_chat(
    house: House, visitor: Visitor, agent: Agent, browser: Browser
) -> None:
    await visitor.starts(question="Can I have it cheaper?")
    await agent.accepts()
    async with at_desk(browser, house, COLLEAGUE[0]) as ben:
        await ben.gets_ready()
        await calls(agent, "Ben", "Ask for advice", "May I give ten percent?")
        await sees_status(agent.page, "You call a colleague for advice")
        await expect(ben.page.get_by_text("May I give ten percent?")).to_be_visible(timeout=PATIENCE_MS)
        await ben.accepts()
        note = ben.page.get_by_role("textbox", name="Note for the team")
        await note.fill("You may.")
        await note.press("Enter")
        await sees(agent.page, "You may.")
        await agent.page.get_by_role("button", name="Pass the chat on to Ben").click()
        await agent.page.get_by_role("dialog").get_by_role("button", name="Pass on").click()
        await ben.page.get_by_role("button", name="Reply", exact=True).click()
        await ben.says("It is ten percent off for you.")
        await sees(visitor.page, "It is ten percent off for you.")
        await sees_status(agent.page, "You left")
    await expect(said(visitor.page, "You may.")).to_have_count(0)


async def test_a_call_is_declined_and_can_be_called_off(
    house: House, visitor: Visitor, agent: Agent, browser: Browser
) -> None:
    await visitor.starts()
    await agent.accepts()
    async with at_desk(browser, house, COLLEAGUE[0]) as ben:
        await ben.gets_ready()
        await calls(agent, "Ben", "Add to the chat")
        await ben.page.get_by_role("button", name="Decline the chat with Mia").click(timeout=PATIENCE_MS)
        await sees_status(agent.page, "The colleague cannot come now")
        await calls(agent, "Ben", "Pass the chat on")
        await expect(ben.page.get_by_text("Amy passes this chat on to you")).to_be_visible(
            timeout=PATIENCE_MS
        )
        await agent.page.get_by_role("main").get_by_role("button", name="Call off").click()
        await sees_status(agent.page, "The call was called off")
        await expect(ben.page.get_by_role("button", name="Accept the chat with Mia")).to_have_count(0)


async def test_without_a_colleague_the_dialog_says_what_to_do(visitor: Visitor, agent: Agent) -> None:
    await visitor.starts()
    await agent.accepts()
    await agent.page.get_by_role("main").get_by_role("button", name="Call in").click()
    dialog = agent.page.get_by_role("dialog", name="Call a colleague")
    await expect(dialog).to_contain_text("No colleague is ready now.")
    await expect(dialog.get_by_text("What for")).to_be_hidden()
    await expect(dialog.get_by_role("button", name="Call", exact=True)).to_be_disabled()
    await agent.page.keyboard.press("Escape")
    await expect(dialog).to_have_count(0)


async def test_a_supervisor_looks_on_whispers_and_takes_over(
    house: House, visitor: Visitor, agent: Agent, browser: Browser
) -> None:
    await visitor.starts(question="I am unhappy.")
    await agent.accepts()
    async with at_desk(browser, house, SUPERVISOR[0]) as sue:
        chats = sue.page.get_by_role("region", name="All open chats")
        await chats.get_by_role("button", name="Look on the chat with Mia").click(timeout=PATIENCE_MS)
        await sees(sue.page, "I am unhappy.")
        await expect(sue.page.get_by_text("Nobody in this chat knows.")).to_be_visible()
        await expect(sue.page.locator("#message")).to_be_hidden()
        await sue.page.get_by_role("button", name="Whisper to the agents").click()
        note = sue.page.get_by_role("textbox", name="Note for the team")
        await note.fill("Be kind.")
        await note.press("Enter")
        await sees(agent.page, "Be kind.")
        await sue.page.get_by_role("button", name="Take over").click()
        await sue.page.get_by_role("dialog").get_by_role("button", name="Take over").click()
        await sue.page.get_by_role("button", name="Reply", exact=True).click()
        await sue.says("I am Sue. What happened?")
        await sees(visitor.page, "I am Sue. What happened?")
        await sees_status(agent.page, "a supervisor took over")
    await expect(said(visitor.page, "Be kind.")).to_have_count(0)


@pytest.mark.parametrize("options", SURROUNDINGS.values(), ids=SURROUNDINGS.keys())
async def test_calling_and_looking_on_are_accessible(
    house: House, visitor: Visitor, browser: Browser, axe_source: str, options: dict[str, Any]
) -> None:
    async with (
        at_desk(browser, house, AGENT[0], **options) as amy,
        at_desk(browser, house, COLLEAGUE[0]) as ben,
        at_desk(browser, house, SUPERVISOR[0], **options) as sue,
    ):
        await amy.gets_ready()
        await visitor.starts()
        await amy.accepts()
        await ben.gets_ready()
        await amy.page.get_by_role("main").get_by_role("button", name="Call in").click()
        await expect(amy.page.get_by_role("radio", name="Ben")).to_be_checked(timeout=PATIENCE_MS)
        assert await axe.faults(amy.page, axe_source) == []
        await nothing_sticks_out(amy.page)
        await amy.page.get_by_role("dialog").get_by_role("button", name="Call", exact=True).click()
        await expect(amy.page.get_by_role("main").get_by_text("Call off")).to_be_visible(timeout=PATIENCE_MS)
        assert await axe.faults(amy.page, axe_source) == []
        await nothing_sticks_out(amy.page)
        looks_on = sue.page.get_by_role("button", name="Look on the chat with Mia")
        await looks_on.click()
        await expect(sue.page.get_by_text("Nobody in this chat knows.")).to_be_visible(timeout=PATIENCE_MS)
        assert await axe.faults(sue.page, axe_source) == []


async def test_a_chat_is_put_aside_and_another_merged_into_it(
    house: House, visitor: Visitor, agent: Agent, browser: Browser
) -> None:
    await visitor.starts(question="Where is my order?")
    await agent.accepts()
    panel = agent.page.get_by_role("complementary", name="About the visitor")
    await panel.get_by_role("button", name="Put aside").click()
    await sees_status(agent.page, "You put the chat aside")
    await panel.get_by_role("button", name="Go on").click()
    await sees_status(agent.page, "You went on with the chat")
    await panel.get_by_role("button", name="Merge").click()
    dialog = agent.page.get_by_role("dialog", name="Merge chats")
    await expect(dialog.get_by_text("You have no other chat.")).to_be_visible(timeout=PATIENCE_MS)
    await expect(dialog.get_by_role("button", name="Merge")).to_be_disabled()
    await dialog.get_by_role("button", name="Cancel").click()
