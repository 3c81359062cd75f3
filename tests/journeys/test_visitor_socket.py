"""The shop's chat comes over a socket, and by polls where something on the way breaks it."""

import pytest
from playwright.async_api import Page, expect

from tests.journeys.people import Agent, Visitor, sees
from tests.patience import PATIENCE_MS

pytestmark = pytest.mark.anyio


class Traffic:
    """What a page asks of the chat service."""

    def __init__(self, page: Page) -> None:
        self.polls = 0
        self.sends = 0
        self.sockets = 0
        page.on("request", lambda request: self._count(request.url))
        page.on("websocket", lambda socket: self._count(socket.url))

    def _count(self, url: str) -> None:
        self.polls += url.endswith("/refresh")
        self.sends += url.endswith("/send")
        self.sockets += url.endswith("/socket")


async def talk(visitor: Visitor, agent: Agent) -> None:
    await visitor.starts("Mia", "Is the fern easy?")
    await agent.accepts("Mia")
    for number in range(5):
        await agent.says(f"Answer {number}")
        await sees(visitor.page, f"Answer {number}")
        await visitor.says(f"Question {number}")
        await sees(agent.page, f"Question {number}")


async def test_the_shops_chat_uses_the_socket_and_hardly_polls(visitor: Visitor, agent: Agent) -> None:
    traffic = Traffic(visitor.page)
    await talk(visitor, agent)
    await visitor.page.wait_for_timeout(3000)
    assert (traffic.sockets, traffic.sends) == (1, 0)
    assert traffic.polls <= 2
    await visitor.box.press_sequentially("Half a thou", delay=100)
    await expect(agent.page.get_by_text("Half a thou")).to_be_visible(timeout=PATIENCE_MS)
    await visitor.ends()
