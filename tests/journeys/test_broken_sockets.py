"""The shop behind proxies that break its socket: the chat goes on by polls, and neither side can tell."""

from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Browser, Page

from tests.faults.broken_sockets import Sockets, proxy_to
from tests.journeys.conftest import House
from tests.journeys.people import Agent, Visitor, lines, sees, window
from tests.patience import PATIENCE_MS

pytestmark = pytest.mark.anyio

ROUNDS = 6


@pytest.fixture(scope="module")
async def house(
    anyio_backend: str, built: None, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[House]:
    """A server that all of them share."""
    house = House(tmp_path_factory.mktemp("house"))
    await house.start()
    yield house
    await house.stop()


@pytest.fixture(scope="module")
async def agent(browser: Browser, house: House) -> AsyncIterator[Agent]:
    """Amy, who takes one chat after the other."""
    async with window(browser, f"{house.url}/agent/") as page:
        agent = Agent(page)
        await agent.signs_in()
        await agent.gets_ready()
        yield agent


async def said_in(page: Page) -> list[str]:
    """Every word of both sides, as the transcript shows them."""
    return await lines(page).locator(".bubble, .cx-message-text").all_inner_texts()


@pytest.mark.parametrize(
    ("sockets", "after_bytes"),
    [(Sockets.REFUSED, 0), (Sockets.SWALLOWED, 0), (Sockets.CUT, 1), (Sockets.CUT, 1500)],
)
async def test_a_chat_goes_on_where_sockets_are_broken(
    browser: Browser, house: House, agent: Agent, sockets: Sockets, after_bytes: int
) -> None:
    async with proxy_to(house.url) as proxy:
        proxy.sockets, proxy.after_bytes = sockets, after_bytes
        name = f"Mia, {sockets} {after_bytes}"
        async with window(browser, f"{proxy.url}/shop/") as page:
            visitor = Visitor(page)
            async with page.expect_websocket(timeout=PATIENCE_MS):
                await visitor.starts(name)
            await agent.accepts(name)
            for number in range(ROUNDS):
                await visitor.says(f"Question {number}")
                await agent.says(f"Answer {number}")
                if number % 2:  # Sometimes one waits for the other, sometimes not.
                    await sees(page, f"Answer {number}")
                    await sees(agent.page, f"Question {number}")
            for side, mine, others in ((page, "Question", "Answer"), (agent.page, "Answer", "Question")):
                await sees(side, f"{others} {ROUNDS - 1}")
                for word in (mine, others):
                    told = [text for text in await said_in(side) if text.startswith(word)]
                    assert told == [f"{word} {number}" for number in range(ROUNDS)]
            await visitor.ends()
        assert proxy.upgrades
