"""Version 2 over CometD, and version 3: a chat with our own server, an agent on the other side.

Time is real here, and so are tabs, reloads, networks that fail and servers that die.
"""

from typing import Any

import pytest
from playwright.async_api import Page

from frontdesk.main import Server
from tests.browser.conftest import Visit
from tests.browser.site import Site
from tests.browser.test_webchat_service_live import agent_of, hears, leaves, says, sees, taken
from tests.browser.transports import TRANSPORTS, page_with, speaking
from tests.conformance.agents import signed_in
from tests.journeys.conftest import House
from tests.journeys.conftest import house as house
from tests.journeys.people import AGENT
from tests.journeys.people import PASSWORD as HOUSE_PASSWORD

pytestmark = [pytest.mark.anyio, pytest.mark.parametrize("transport", TRANSPORTS)]


async def starts(page: Page) -> Any:
    """A chat begins; what the command resolved with."""
    await page.evaluate("ready")
    visitor = {"nickname": "Ada", "form": {"nickname": "Ada"}}
    start = "(visitor) => ending(CXBus.command('WebChatService.startChat', visitor))"
    state, response = await page.evaluate(start, visitor)
    assert state == "resolved", response
    return response


async def test_a_whole_chat_with_a_reload_in_each_phase(
    server: Server, site: Site, visit: Visit, transport: str
) -> None:
    address = page_with(site, speaking(transport, server.url))
    async with agent_of(server, f"nia-{transport}") as agent, visit(address) as page:
        await starts(page)
        await page.reload()  # Waiting.
        await hears(page, "WebChat.opened")
        assert await page.evaluate("names().slice(0, 2)") == ["restored", "messageReceived"]

        chat_id = await taken(agent)
        await agent.does("say", interaction_id=chat_id, text="Hello.")
        await sees(page, "Hello.")
        await says(page, "Hi!")
        await sees(page, "Hello.", "Hi!")
        before = await page.evaluate("CXBus.data('WebChat.metadata')")

        await page.reload()  # Engaged.
        await sees(page, "Hello.", "Hi!")
        await hears(page, "WebChat.opened")
        after = await page.evaluate("CXBus.data('WebChat.metadata')")
        counters = ("id", "started", "agentReached", "userMessages", "agentMessages", "systemMessages")
        assert {name: after[name] for name in counters} == {name: before[name] for name in counters}
        await says(page, "Thanks.")
        await agent.hears_event(chat_id, "Said", text="Thanks.")
        await leaves(page)
        await agent.hears_event(chat_id, "Ended")
        await hears(page, "WebChat.completed")

        await page.reload()  # Ended.
        await page.evaluate("ready")
        await page.evaluate("delivered")
        assert await page.evaluate("names()") == []


async def test_two_tabs_see_the_same_chat_and_its_end(
    server: Server, site: Site, visit: Visit, transport: str
) -> None:
    address = page_with(site, speaking(transport, server.url))
    async with agent_of(server, f"tom-{transport}") as agent, visit(address) as page:
        await starts(page)
        chat_id = await taken(agent)
        other = await page.context.new_page()
        await other.goto(address)
        await hears(other, "restored")
        await says(page, "one")
        await sees(other, "one")
        await says(other, "two")
        await agent.does("say", interaction_id=chat_id, text="three")
        for tab in (page, other):
            await sees(tab, "one", "two", "three")
        await other.evaluate("CXBus.command('WebChatService.endChat')")
        await hears(page, "ended")
        assert await page.evaluate("names().filter((name) => name === 'ended').length") == 1


async def test_the_server_is_killed_and_comes_back_on_the_same_address(
    house: House, built: object, visit: Visit, site: Site, transport: str
) -> None:
    site.widget_url = house.url
    async with visit(page_with(site, speaking(transport, house.url))) as page:
        async with signed_in(house.url, AGENT[0], HOUSE_PASSWORD) as agent:
            await agent.does("ready")
            await starts(page)
            chat_id = await taken(agent)
            await says(page, "before")
            await agent.hears_event(chat_id, "Said", text="before")
            await sees(page, "before")
        await house.kill()
        await hears(page, "disconnected")
        assert await says(page, "meanwhile") == {"statusCode": 1}
        await house.start()
        await hears(page, "reconnected")
        await says(page, "after")
        await sees(page, "before", "after")
        assert await page.evaluate("names().filter((name) => name === 'disconnected').length") == 1


async def test_a_session_that_is_gone_ends_here_too(
    server: Server, site: Site, visit: Visit, transport: str
) -> None:
    """The agent ends the chat while the page is away: it is told so, and keeps nothing."""
    address = page_with(site, speaking(transport, server.url))
    async with agent_of(server, f"gus-{transport}") as agent, visit(address) as page:
        await starts(page)
        chat_id = await taken(agent)
        await page.goto("about:blank")
        await agent.does("end", interaction_id=chat_id)
        await agent.hears_event(chat_id, "Ended")
        await page.goto(address)
        await hears(page, "restoreTimeout")
        assert await page.context.cookies() == [] or not [
            one for one in await page.context.cookies() if "session" in one["name"]
        ]


async def test_an_agent_ends_the_chat_before_the_visitor_s_eyes(
    server: Server, site: Site, visit: Visit, transport: str
) -> None:
    address = page_with(site, speaking(transport, server.url))
    async with agent_of(server, f"eve-{transport}") as agent, visit(address) as page:
        await starts(page)
        chat_id = await taken(agent)
        await agent.does("say", interaction_id=chat_id, text="Bye.")
        await agent.does("end", interaction_id=chat_id)
        await hears(page, "ended")
        assert (await page.evaluate("words()"))[0] == "Bye."
        state, reason = await page.evaluate(
            "ending(CXBus.command('WebChatService.sendMessage', {message: 'x'}))"
        )
        assert (state, reason) == ("rejected", "There is no active chat session")
