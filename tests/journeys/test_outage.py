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


async def test_the_server_is_killed_and_comes_back(house: House, visitor: Visitor, agent: Agent) -> None:
    await talking(visitor, agent)
    await house.kill()
    for page in (visitor.page, agent.page):
        await expect(page.get_by_text(LOST)).to_be_visible()
    await visitor.says("Into the dark")
    await agent.says("From the dark")
    await expect(said(visitor.page, "Into the dark")).to_be_visible()
    await expect(said(agent.page, "From the dark")).to_be_visible()
    await house.start()
    for page in (visitor.page, agent.page):
        await expect(page.get_by_text(LOST)).to_be_hidden(timeout=PATIENCE_MS)
    for page in (visitor.page, agent.page):
        for text in ("Is the fern easy?", "Very.", "Into the dark", "From the dark"):
            await expect(said(page, text)).to_have_count(1, timeout=PATIENCE_MS)
        await expect(page.get_by_text("Sending…")).to_have_count(0)


async def test_both_pages_reload_while_the_server_is_gone_with_words_unsent(
    house: House, visitor: Visitor, agent: Agent
) -> None:
    await talking(visitor, agent)
    await house.kill()
    await expect(agent.page.get_by_text(LOST)).to_be_visible()
    await visitor.says("Into the dark")
    await agent.says("From the dark")
    await expect(said(agent.page, "From the dark")).to_be_visible()
    await house.start()
    await asyncio.gather(visitor.page.reload(), agent.page.reload())
    for page in (visitor.page, agent.page):
        for text in ("Into the dark", "From the dark"):
            await expect(said(page, text)).to_have_count(1, timeout=PATIENCE_MS)


@pytest.mark.parametrize("who", ["visitor", "agent"])
async def test_one_side_goes_offline_and_comes_back(who: str, visitor: Visitor, agent: Agent) -> None:
    await talking(visitor, agent)
    away, other = (visitor, agent) if who == "visitor" else (agent, visitor)
    await away.page.context.set_offline(True)
    await expect(away.page.get_by_text(LOST)).to_be_visible()
    await away.says("Said offline")
    await other.says("Said meanwhile")
    await away.page.context.set_offline(False)
    for page in (visitor.page, agent.page):
        for text in ("Said offline", "Said meanwhile"):
            await expect(said(page, text)).to_have_count(1, timeout=PATIENCE_MS)


async def test_a_visitors_message_whose_answer_is_lost_is_not_doubled(visitor: Visitor, agent: Agent) -> None:
    await talking(visitor, agent)

    async def deliver_and_drop(route: Route) -> None:
        await route.fetch()
        await route.abort()

    await visitor.page.route("**/send", deliver_and_drop, times=1)
    await visitor.says("Heard but not answered")
    await visitor.says("And the next")
    for page in (visitor.page, agent.page):
        await expect(said(page, "And the next")).to_have_count(1, timeout=PATIENCE_MS)
        await expect(said(page, "Heard but not answered")).to_have_count(1)
    order = await lines(agent.page).locator(".bubble").all_inner_texts()
    assert order[-2:] == ["Heard but not answered", "And the next"]


async def test_a_visitors_message_that_never_arrived_is_sent_again(visitor: Visitor, agent: Agent) -> None:
    await talking(visitor, agent)
    await visitor.page.route("**/send", lambda route: route.abort(), times=1)
    await visitor.says("Second try")
    await expect(said(agent.page, "Second try")).to_have_count(1, timeout=PATIENCE_MS)


async def test_a_server_that_asks_to_try_later_is_tried_later(visitor: Visitor, agent: Agent) -> None:
    await talking(visitor, agent)
    busy = '{"statusCode": 1, "chatEnded": false, "messages": []}'
    await visitor.page.route(
        "**/send", lambda route: route.fulfill(body=busy, content_type="application/json"), times=2
    )
    await visitor.says("Patience")
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
    await talking(visitor, agent)
    await visitor.page.context.set_offline(True)
    await expect(visitor.page.get_by_text(LOST)).to_be_visible()
    await visitor.says("Too late")
    await agent.does("End", "End chat")
    await visitor.page.context.set_offline(False)
    await sees_status(visitor.page, "The chat has ended")
    failed = lines(visitor.page).filter(has_text="Too late")
    await expect(failed).to_contain_text("The chat ended before this was sent.")
