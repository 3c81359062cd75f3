"""webchat-service checks 9, 45, 52, 54, 63, 81, 83 once more: our own server, an agent on the other side.

Time is real here, and so are tabs, reloads, slow networks and servers that die.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from playwright.async_api import Page, Route

from frontdesk.main import Server
from tests.browser.conftest import Visit
from tests.browser.site import Site
from tests.conformance.agents import Agent, signed_in
from tests.journeys.conftest import House
from tests.journeys.conftest import house as house
from tests.journeys.people import AGENT
from tests.journeys.people import PASSWORD as HOUSE_PASSWORD
from tests.patience import PATIENCE_S

pytestmark = pytest.mark.anyio

PASSWORD = "correct horse battery staple"
# Everything heard on the bus, from the first event on.
EARS = """
window.heard = []
for (const name of ['started', 'restored', 'messageReceived', 'agentConnected', 'ended', 'disconnected',
    'reconnected', 'restoreTimeout', 'restoreFailed', 'error', 'pollingStopped'])
  CXBus.subscribe(`WebChatService.${name}`, ({data}) => heard.push([name, data]))
for (const name of ['opened', 'started', 'completed', 'cancelled', 'closed'])
  CXBus.subscribe(`WebChat.${name}`, ({data}) => heard.push([`WebChat.${name}`, data]))
window.names = () => heard.map(([name]) => name)
window.words = () => heard.filter(([name]) => name === 'messageReceived')
    .flatMap(([, {messages}]) => messages.filter(({text}) => text).map(({text}) => text))
window.ready = (async () => {
    await frontdesk.load('headless')
    await frontdesk.load('webchatservice')
    await new Promise((resolve) => CXBus.subscribe('WebChatService.ready', resolve))
})()
"""


def chatting_page(site: Site, server_url: str, **config: Any) -> str:
    """The address of a page with the headless plugins."""
    data_url = f"{server_url}/genesys/2/chat/demo"
    polled = {"transport": {"type": "v2"}, "pollRateMin": 250, "pollRateMax": 500}
    webchat = {"dataURL": data_url, **polled, **config}
    settings = site.script(f"window._genesys = {{widgets: {{webchat: {webchat}}}}}", "settings")
    return site.page(settings, site.widget("cxbus.min.js"), site.script(EARS, "ears"))


async def starts(page: Page) -> None:
    await page.evaluate("ready")
    ended = await page.evaluate(
        "ending(CXBus.command('WebChatService.startChat', {nickname: 'Ada', userData: {GCTI_x: 1}}))"
    )
    assert ended[0] == "resolved", ended


async def says(page: Page, text: str) -> Any:
    command = "(message) => ending(CXBus.command('WebChatService.sendMessage', {message}))"
    state, response = await page.evaluate(command, text)
    assert state == "resolved"
    return response


async def leaves(page: Page) -> None:
    """The chat ends: the next test's agent is to get that test's chat."""
    await page.evaluate("ending(CXBus.command('WebChatService.endChat'))")


async def sees(page: Page, *words: str) -> None:
    """Exactly these words have come, once each, in this order."""
    async with asyncio.timeout(PATIENCE_S):
        await page.evaluate("(count) => until(() => words().length >= count)", len(words))
    assert await page.evaluate("words()") == list(words)


async def hears(page: Page, name: str) -> None:
    async with asyncio.timeout(PATIENCE_S):
        await page.evaluate("(name) => until(() => names().includes(name))", name)


@asynccontextmanager
async def agent_of(server: Server, login: str) -> AsyncIterator[Agent]:
    await server.add_account(login=login, password=PASSWORD, role="agent")
    async with signed_in(server.url, login, PASSWORD) as agent:
        await agent.does("ready")
        try:
            yield agent
        finally:  # The chats of the next test are for its own agent.
            await agent.does("not_ready", reason="")


async def taken(agent: Agent) -> str:
    """The agent takes the chat that comes next."""
    chat_id: str = (await agent.hears(lambda message: message["is"] == "invited"))["interaction_id"]
    await agent.takes(chat_id)
    return chat_id


async def test_9_and_81_a_whole_chat_with_a_reload_in_each_phase(
    server: Server, site: Site, visit: Visit
) -> None:
    async with agent_of(server, "nia") as agent, visit(chatting_page(site, server.url)) as page:
        assert await page.evaluate("ready.then(() => CXBus.command('WebChatService.verifySession'))") == {
            "sessionActive": False
        }
        await starts(page)
        await page.reload()  # Waiting.
        await hears(page, "WebChat.opened")
        assert await page.evaluate("names().slice(0, 2)") == ["restored", "messageReceived"]
        interaction = await page.evaluate("CXBus.data('WebChat.metadata').id")

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
        assert after["id"] == interaction
        await says(page, "Thanks.")
        await agent.hears_event(chat_id, "Said", text="Thanks.")
        await page.evaluate("CXBus.command('WebChatService.endChat')")
        await agent.hears_event(chat_id, "Ended")
        await hears(page, "WebChat.completed")

        await page.reload()  # Ended.
        await page.evaluate("ready")
        await page.evaluate("delivered")
        assert await page.evaluate("names()") == []


async def test_63_two_tabs_see_the_same_chat_and_its_end(server: Server, site: Site, visit: Visit) -> None:
    address = chatting_page(site, server.url)
    async with agent_of(server, "tom") as agent, visit(address) as page:
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


async def test_54_a_slow_and_flaky_network_loses_nothing(server: Server, site: Site, visit: Visit) -> None:
    async with agent_of(server, "flo") as agent, visit(chatting_page(site, server.url)) as page:
        await starts(page)
        chat_id = await taken(agent)
        count = 0

        async def worsen(route: Route) -> None:
            nonlocal count
            count += 1
            if count % 3 == 0:
                await route.abort("connectionreset")
            elif count % 3 == 1:
                answer = await route.fetch()  # The server has done it; nobody hears of it.
                await asyncio.sleep(0.05)
                await (route.abort("timedout") if count % 2 else route.fulfill(response=answer))
            else:
                await route.continue_()

        await page.route("**/refresh", worsen)
        wanted = [f"line {number}" for number in range(12)]
        for text in wanted:
            await agent.does("say", interaction_id=chat_id, text=text)
            await asyncio.sleep(0.1)
        await sees(page, *wanted)
        await page.unroute("**/refresh")
        await page.evaluate(
            "until(() => names().lastIndexOf('reconnected') > names().lastIndexOf('disconnected'))"
        )
        story = await page.evaluate("names().filter((name) => name.endsWith('connected') && name[0] !== 'a')")
        assert story == ["disconnected", "reconnected"] * (len(story) // 2)
        assert story
        assert "error" not in await page.evaluate("names()")
        await leaves(page)


async def test_54_a_browser_that_is_online_again_asks_at_once(
    server: Server, site: Site, visit: Visit
) -> None:
    lazy = {"pollRateMin": 250, "pollRateMax": 20_000, "pollRateMult": 10}
    async with agent_of(server, "onn"), visit(chatting_page(site, server.url, **lazy)) as page:
        await page.evaluate("ready")
        async with page.expect_request("**/refresh"):
            await starts(page)
        async with page.expect_request("**/refresh"):  # From here on it would wait for 20 s.
            pass
        await page.context.set_offline(True)
        state, _ = await page.evaluate("ending(CXBus.command('WebChatService.updateUserData', {a: 1}))")
        assert state == "rejected"
        await hears(page, "disconnected")
        assert await says(page, "lost?") == {"statusCode": 1}
        await page.context.set_offline(False)
        async with page.expect_request("**/refresh", timeout=12_000):
            pass
        await hears(page, "reconnected")
        await leaves(page)


async def test_52_the_server_is_killed_and_comes_back_on_the_same_address(
    house: House, built: object, visit: Visit, site: Site
) -> None:
    site.widget_url = house.url
    async with visit(chatting_page(site, house.url)) as page:
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
        assert (await says(page, "after"))["statusCode"] == 0
        await sees(page, "before", "after")
        assert await page.evaluate("names().filter((name) => name === 'disconnected').length") == 1
