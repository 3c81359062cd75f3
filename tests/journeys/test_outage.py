"""Lost connections of every sort: nothing is lost, nothing comes twice, and the page says what happens."""

import asyncio

import pytest
from playwright.async_api import Route, WebSocketRoute, expect

from tests.journeys.conftest import House
from tests.journeys.people import Agent, Visitor, lines, said, sees, sees_status
from tests.patience import PATIENCE_MS

pytestmark = pytest.mark.anyio
LOST = "Connection lost. Trying again"


async def talking(visitor: Visitor, agent: Agent) -> None:
    await visitor.starts("Mia", "Is the fern easy?")
    await agent.accepts("Mia")
    await agent.says("Very.")
    await sees(visitor.page, "Very.")
    await sees(agent.page, "Very.")


async def fails_to_say(visitor: Visitor, text: str) -> None:
    """The words leave, and do not get there."""
    await visitor.page.route("**/send", lambda route: route.abort(), times=1)
    await visitor.says(text)
    await expect(visitor.try_again).to_have_count(1, timeout=PATIENCE_MS)


async def test_the_server_is_killed_and_comes_back(house: House, visitor: Visitor, agent: Agent) -> None:
    await visitor.polls()
    await talking(visitor, agent)
    await fails_to_say(visitor, "Into the dark")
    await visitor.is_back()
    await visitor.box.fill("Half a thought")
    await house.kill()
    await visitor.is_cut_off()
    await expect(agent.page.get_by_text(LOST)).to_be_visible()
    await expect(visitor.box).to_be_disabled()
    await agent.says("From the dark")
    await expect(said(visitor.page, "Into the dark")).to_be_visible()
    await expect(said(agent.page, "From the dark")).to_be_visible()
    await house.start()
    await visitor.is_back()
    await expect(agent.page.get_by_text(LOST)).to_be_hidden(timeout=PATIENCE_MS)
    await expect(visitor.box).to_have_value("Half a thought")
    await visitor.try_again.click()
    for page in (visitor.page, agent.page):
        for text in ("Is the fern easy?", "Very.", "Into the dark", "From the dark"):
            await expect(said(page, text)).to_have_count(1, timeout=PATIENCE_MS)
    await expect(visitor.try_again).to_have_count(0)
    await expect(agent.page.get_by_text("Sending…")).to_have_count(0)


async def test_both_pages_reload_while_the_server_is_gone_with_words_unsent(
    house: House, visitor: Visitor, agent: Agent
) -> None:
    await visitor.polls()
    await talking(visitor, agent)
    await fails_to_say(visitor, "Into the dark")
    await house.kill()
    await expect(agent.page.get_by_text(LOST)).to_be_visible()
    await agent.says("From the dark")
    await expect(said(agent.page, "From the dark")).to_be_visible()
    await house.start()
    await asyncio.gather(visitor.page.reload(), agent.page.reload())
    await visitor.try_again.click()
    for page in (visitor.page, agent.page):
        for text in ("Into the dark", "From the dark"):
            await expect(said(page, text)).to_have_count(1, timeout=PATIENCE_MS)


async def test_an_agent_goes_offline_and_comes_back(visitor: Visitor, agent: Agent) -> None:
    await talking(visitor, agent)
    await agent.page.context.set_offline(True)
    await expect(agent.page.get_by_text(LOST)).to_be_visible()
    await agent.says("Said offline")
    await visitor.says("Said meanwhile")
    await agent.page.context.set_offline(False)
    for page in (visitor.page, agent.page):
        for text in ("Said offline", "Said meanwhile"):
            await expect(said(page, text)).to_have_count(1, timeout=PATIENCE_MS)


async def test_a_visitor_goes_offline_and_comes_back(visitor: Visitor, agent: Agent) -> None:
    await talking(visitor, agent)
    await visitor.box.fill("Said offline")
    await visitor.page.context.set_offline(True)
    await visitor.is_cut_off()
    await agent.says("Said meanwhile")
    await visitor.page.context.set_offline(False)
    await visitor.is_back()
    await expect(visitor.box).to_have_value("Said offline")
    await visitor.box.press("Enter")
    for page in (visitor.page, agent.page):
        for text in ("Said offline", "Said meanwhile"):
            await expect(said(page, text)).to_have_count(1, timeout=PATIENCE_MS)


async def test_a_visitors_message_whose_answer_is_lost_is_not_doubled(visitor: Visitor, agent: Agent) -> None:
    await visitor.polls()
    await talking(visitor, agent)

    async def deliver_and_drop(route: Route) -> None:
        await route.fetch()
        await route.abort()

    await visitor.page.route("**/send", deliver_and_drop, times=1)
    await visitor.says("Heard but not answered")
    await sees(agent.page, "Heard but not answered")
    await expect(visitor.page.locator(".cx-sending, .cx-failed")).to_have_count(0, timeout=PATIENCE_MS)
    await visitor.is_back()
    await visitor.says("And the next")
    for page in (visitor.page, agent.page):
        await expect(said(page, "And the next")).to_have_count(1, timeout=PATIENCE_MS)
        await expect(said(page, "Heard but not answered")).to_have_count(1)
    order = await lines(agent.page).locator(".bubble").all_inner_texts()
    assert order[-2:] == ["Heard but not answered", "And the next"]


async def test_a_visitors_message_that_never_arrived_is_sent_again(visitor: Visitor, agent: Agent) -> None:
    await visitor.polls()
    await talking(visitor, agent)
    await fails_to_say(visitor, "Second try")
    await visitor.is_back()
    await visitor.try_again.click()
    for page in (visitor.page, agent.page):
        await expect(said(page, "Second try")).to_have_count(1, timeout=PATIENCE_MS)
    await expect(visitor.try_again).to_have_count(0)


async def test_a_server_that_asks_to_try_later_is_tried_later(visitor: Visitor, agent: Agent) -> None:
    await visitor.polls()
    await talking(visitor, agent)
    busy = '{"statusCode": 1, "chatEnded": false, "messages": []}'
    await visitor.page.route(
        "**/send", lambda route: route.fulfill(body=busy, content_type="application/json"), times=2
    )
    await visitor.says("Patience")
    await visitor.try_again.click()
    await visitor.try_again.click()
    await expect(said(agent.page, "Patience")).to_have_count(1, timeout=PATIENCE_MS)


async def test_an_agents_message_whose_answer_is_lost_is_not_doubled(
    house: House, visitor: Visitor, agent: Agent
) -> None:
    cuts = [1]

    async def cut_after_say(socket: WebSocketRoute) -> None:
        server = socket.connect_to_server()

        def forward(message: str | bytes) -> None:
            server.send(message)
            if '"say"' in str(message) and cuts:
                cuts.pop()
                server.on_message(lambda _: None)
                asyncio.get_running_loop().call_later(0.3, lambda: asyncio.ensure_future(socket.close()))

        socket.on_message(forward)

    await agent.page.route_web_socket("**/api/workspace/socket", cut_after_say)
    await agent.page.reload()
    await visitor.starts("Mia")
    await agent.accepts("Mia")
    await agent.says("Once only")
    for page in (visitor.page, agent.page):
        await expect(said(page, "Once only")).to_have_count(1, timeout=PATIENCE_MS)
    await agent.says("And the next")
    for page in (visitor.page, agent.page):
        await expect(said(page, "And the next")).to_have_count(1, timeout=PATIENCE_MS)
        await expect(said(page, "Once only")).to_have_count(1)
    assert not cuts


async def test_a_chat_that_is_over_when_the_visitor_returns_says_so(
    house: House, visitor: Visitor, agent: Agent
) -> None:
    await visitor.polls()
    await talking(visitor, agent)
    await fails_to_say(visitor, "Too late")
    await visitor.is_back()
    await visitor.page.context.set_offline(True)
    await visitor.is_cut_off()
    await agent.does("End", "End chat")
    await visitor.page.context.set_offline(False)
    await sees_status(visitor.page, "Chat Ended")
    failed = lines(visitor.page).filter(has_text="Too late")
    await expect(failed).to_contain_text("Your message was not delivered.")
    await expect(visitor.try_again).to_have_count(0)
