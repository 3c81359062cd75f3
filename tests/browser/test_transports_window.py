"""The window of an asynchronous chat: it opens by itself, and the chat goes on while it is closed."""

import pytest
from playwright.async_api import expect

from frontdesk.main import Server
from tests.browser.conftest import Visit
from tests.browser.site import Site
from tests.browser.test_transports_async import KEEPING
from tests.browser.test_transports_async import server as server
from tests.browser.test_transports_async import site as site
from tests.browser.test_webchat_service_live import agent_of, taken
from tests.browser.transports import TRANSPORTS, speaking
from tests.browser.webchat import window_on
from tests.patience import PATIENCE_MS

pytestmark = [pytest.mark.anyio, pytest.mark.parametrize("transport", TRANSPORTS)]


async def test_the_window_comes_back_and_the_chat_goes_on_without_it(
    server: Server, site: Site, visit: Visit, transport: str
) -> None:
    webchat = speaking(transport, server.url, "long", **{"async": {"enabled": True}})
    keeping = KEEPING.replace("const webchat =", "var webchat =")
    async with (
        agent_of(server, f"win-{transport}") as agent,
        window_on(site, visit, server, more=keeping, **webchat) as window,
    ):
        await window.starts()
        chat_id = await taken(agent)
        await window.says("I shall be back")
        await agent.hears_event(chat_id, "Said", text="I shall be back")
        await window.sees("I shall be back")

        # Another day: nothing is left but what the site has kept.
        await window.page.context.clear_cookies()
        await window.page.reload()
        await expect(window.root).to_be_visible(timeout=PATIENCE_MS)
        await window.sees("I shall be back")

        # The window closes, the chat does not.
        await window.page.locator(".cx-button-close").click()
        await window.alert.get_by_role("button", name="Just close the window").click()
        await expect(window.root).to_be_hidden(timeout=PATIENCE_MS)
        await agent.does("say", interaction_id=chat_id, text="And here I am")
        await expect(window.root).to_be_visible(timeout=PATIENCE_MS)
        await window.sees("And here I am")
