"""A transcript that is longer than a page should keep: what was let go comes back when somebody reads it."""

import asyncio

import pytest
from playwright.async_api import expect

from frontdesk.client import AgentClient, Invitation
from frontdesk.main import Server
from tests.browser.conftest import Visit
from tests.browser.site import Site
from tests.browser.webchat import window_on
from tests.journeys.people import PASSWORD
from tests.patience import PATIENCE_MS

pytestmark = pytest.mark.anyio

MANY = 1700
AT_ONCE = 100


async def test_a_long_chat_is_let_go_and_brought_back(site: Site, visit: Visit, server: Server) -> None:
    await server.add_account(login="bot", password=PASSWORD, name="Amy")
    async with (
        window_on(site, visit, server, extras={"download": True}) as window,
        AgentClient(server.url, "bot", PASSWORD) as amy,
    ):
        await amy.ready()
        await window.starts()
        chat = await amy.accept(
            await anext(it.interaction_id async for it in amy.messages() if isinstance(it, Invitation))
        )
        for first in range(0, MANY, AT_ONCE):
            await asyncio.gather(*(chat.say(f"Line {at} of a story") for at in range(first, first + AT_ONCE)))
        await expect(window.lines().last).to_contain_text(" of a story", timeout=PATIENCE_MS)
        transcript = window.page.locator(".cx-transcript")
        said = window.lines(".cx-message-text")
        await expect(said.filter(has_text=f"Line {MANY - 1} of")).to_have_count(1, timeout=PATIENCE_MS)
        kept = await window.page.evaluate("CXBus.command('WebChatService.getTranscript')")
        texts = [message.get("text") for message in kept["messages"] if message["type"] == "Message"]
        assert sorted(texts) == sorted(f"Line {at} of a story" for at in range(MANY))
        assert len(kept["originalMessages"]) == len(kept["messages"])

        await expect(said.filter(has_text="Line 5 of")).to_have_count(0)
        oldest = window.lines(".cx-system").filter(has_text="Chat Started")
        for _ in range(20):
            await transcript.evaluate("(it) => { it.scrollTop = 0 }")
            if await oldest.count():
                break
            await asyncio.sleep(0.2)
        await expect(oldest).to_have_count(1)
        await expect(said.filter(has_text="Line 5 of")).to_have_count(1)
        await expect(said.filter(has_text=f"Line {MANY - 1} of")).to_have_count(1)
