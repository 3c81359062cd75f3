"""webchat-service checks 71 to 73: chats that live on for days, over version 3 and over CometD.

The site keeps the session itself; its pages know nothing else of it, as a week later in another browser.
"""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Page

from frontdesk.domain.rules import Rules
from frontdesk.main import Server, running
from frontdesk.settings import DatabaseSettings, FileStoreSettings, ServerSettings, ServiceSettings, Settings
from tests.browser.conftest import Visit
from tests.browser.site import Site, serving
from tests.browser.test_transports_live import starts
from tests.browser.test_webchat_service_live import agent_of, hears, leaves, says, sees, taken
from tests.browser.transports import TRANSPORTS, page_with, speaking

pytestmark = [pytest.mark.anyio, pytest.mark.parametrize("transport", TRANSPORTS)]

SHAPES = {
    "v2-cometd": ["alias", "secureKey", "sessionID", "userId"],
    "v3": ["messageIndex", "token"],
}
KEEPING = """
const webchat = _genesys.widgets.webchat
window.stored = []
window.lost = []
Object.assign(webchat.transport?.async ?? webchat.async, {
    getSessionData: (data, cookie, options) => {
        stored.push([data, typeof cookie.get, options])
        localStorage.setItem('chat', JSON.stringify(data))
    },
    setSessionData: (isOpen) => {
        window.wasOpen = isOpen
        return localStorage.getItem('chat')
    },
    deleteSessionData: (data) => {
        lost.push(data)
        localStorage.removeItem('chat')
    },
})
"""


@pytest.fixture(scope="module")
async def server(
    anyio_backend: str, built: Path, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Server]:
    """A server whose chats stay open."""
    folder = tmp_path_factory.mktemp("server")
    settings = Settings(
        server=ServerSettings(port=0, stop_grace_s=1),
        database=DatabaseSettings(url=f"sqlite:///{folder / 'frontdesk.db'}"),
        files=FileStoreSettings(folder=str(folder / "files")),
        services={"long": ServiceSettings(rules=Rules(asynchronous=True))},
    )
    async with running(settings) as server:
        yield server


@pytest.fixture
def site(server: Server) -> Any:
    with serving(server.url) as site:
        yield site


def address_of(site: Site, server: Server, transport: str) -> str:
    options = {"async": {"enabled": True}}
    return page_with(site, speaking(transport, server.url, "long", **options), KEEPING)


async def comes_back(page: Page) -> None:
    """Only what the site keeps is still there."""
    await page.context.clear_cookies()
    await page.reload()


async def test_73_a_chat_is_gone_on_with_from_what_the_site_has_kept(
    server: Server, site: Site, visit: Visit, transport: str
) -> None:
    async with (
        agent_of(server, f"ann-{transport}") as agent,
        visit(address_of(site, server, transport)) as page,
    ):
        # The site is asked once the protocol's own part is there.
        await page.evaluate("until(() => 'wasOpen' in window)")
        assert await page.evaluate("wasOpen") is False
        await starts(page)
        first, has_cookies, options = (await page.evaluate("stored"))[0]
        assert sorted(first) == SHAPES[transport]
        assert has_cookies == "function"
        assert set(options) == {"domain", "path"}
        assert [one for one in await page.context.cookies() if "webchat.state.session" in one["name"]] == []

        chat_id = await taken(agent)
        await agent.does("say", interaction_id=chat_id, text="one")
        await sees(page, "one")
        await comes_back(page)
        await hears(page, "WebChat.opened")
        assert await page.evaluate("heard[0]") == ["restored", {"async": True}]
        await sees(page, "one")
        await says(page, "two")
        await agent.hears_event(chat_id, "Said", text="two")
        await sees(page, "one", "two")
        assert await page.evaluate("lost") == []
        await leaves(page)


async def test_72_history_comes_page_by_page_and_has_an_end(
    server: Server, site: Site, visit: Visit, transport: str
) -> None:
    async with (
        agent_of(server, f"his-{transport}") as agent,
        visit(address_of(site, server, transport)) as page,
    ):
        await starts(page)
        chat_id = await taken(agent)
        lines = [f"line {number}" for number in range(50)]
        for text in lines:
            await agent.does("say", interaction_id=chat_id, text=text)
        await sees(page, *lines)
        await comes_back(page)
        await hears(page, "messageReceived")
        seen = await page.evaluate("words()")
        assert seen == lines[-len(seen) :]
        assert 16 <= len(seen) <= 20
        ended: list[Any] = ["resolved"]
        for _ in range(10):
            ended = await page.evaluate("ending(CXBus.command('WebChatService.fetchHistory'))")
            if ended[0] == "rejected":
                break
        assert ended == ["rejected", "No more messages to fetch"]
        assert sorted(await page.evaluate("words()")) == sorted(lines)
        await leaves(page)


async def test_73_a_chat_that_is_over_is_told_to_the_site_and_the_next_one_is_new(
    server: Server, site: Site, visit: Visit, transport: str
) -> None:
    async with (
        agent_of(server, f"end-{transport}") as agent,
        visit(address_of(site, server, transport)) as page,
    ):
        await starts(page)
        chat_id = await taken(agent)
        before = await page.evaluate("localStorage.getItem('chat')")
        await page.goto("about:blank")
        await agent.does("end", interaction_id=chat_id)
        await agent.hears_event(chat_id, "Ended")
        await page.goto(address_of(site, server, transport))
        await hears(page, "restoreTimeout")
        (lost,) = await page.evaluate("lost")
        assert sorted(lost) == ["response", "sessionData"]
        assert await page.evaluate("localStorage.getItem('chat')") is None
        await starts(page)
        assert await page.evaluate("localStorage.getItem('chat')") not in (None, before)
        await leaves(page)


async def test_73_a_network_that_is_away_costs_no_chat(
    server: Server, site: Site, visit: Visit, transport: str
) -> None:
    """It is there again on the next page."""
    address = address_of(site, server, transport)
    async with agent_of(server, f"net-{transport}") as agent, visit(address) as page:
        await starts(page)
        chat_id = await taken(agent)
        await agent.does("say", interaction_id=chat_id, text="still here")
        await sees(page, "still here")
        for path in ("**/genesys/cometd/**", "**/nexus/**"):
            await page.context.route(path, lambda route: route.abort())
        await comes_back(page)
        await hears(page, "restoreFailed")
        assert await page.evaluate("lost") == []
        for path in ("**/genesys/cometd/**", "**/nexus/**"):
            await page.context.unroute(path)
        await comes_back(page)
        await sees(page, "still here")
        await leaves(page)
