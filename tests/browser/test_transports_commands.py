"""webchat-service checks 2, 21, 40, 44, 49, 69, 70 over version 3 and CometD: what each does and refuses.

The texts are those that programs compare; the names of cookies those that sites read.
"""

from typing import Any
from urllib.parse import unquote

import pytest
from playwright.async_api import Page

from frontdesk.main import Server
from tests.browser.conftest import Visit
from tests.browser.site import Site
from tests.browser.test_transports_live import starts
from tests.browser.test_webchat_service_live import agent_of, hears, leaves, says, sees, taken
from tests.browser.transports import TRANSPORTS, page_with, speaking

pytestmark = pytest.mark.anyio

LACKS = "This transport doesn't support "
STATE = "_genesys.widgets.webchat.state."
# A call of each command that some transport refuses, and how.
REFUSED = {
    "v2-cometd": {
        "startPoll": f"{LACKS}polling",
        "stopPoll": f"{LACKS}polling",
        "resetPollExceptions": f"{LACKS}resetPollExceptions command.",
        "fetchHistory": "Fetching history messages applies only to Asynchronous chat",
    },
    "v3": {
        "resetPollExceptions": f"{LACKS}resetPollExceptions command.",
        "sendCustomNotice": f"{LACKS}sendCustomNotice command.",
        "downloadFile": f"{LACKS}file download.",
        "getFileLimits": f"{LACKS}getFileLimits command.",
        "fetchHistory": "Fetching history messages applies only to Asynchronous chat",
    },
}
KEPT = {
    "v2-cometd": {"session", "keys", "ping", "index", "filters"},
    "v3": {f"pureengage-v3-rest.{name}" for name in ("session", "keys", "index")} | {"filters"},
}
SESSION = {
    "v2-cometd": ["alias", "secureKey", "sessionID", "userId"],
    "v3": ["participantId", "sessionId", "token", "transportId"],
}
SERVICE = """
window.service = (command, options) => ending(CXBus.command(`WebChatService.${command}`, options))
window.capabilities = []
CXBus.subscribe('WebChatService.capabilitiesChanged', ({data}) => capabilities.push(data))
"""

PNG = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
# An image, or a program when there is none.
UPLOAD = """(png) => {
    const bytes = Uint8Array.from(atob(png || 'TVo='), (it) => it.charCodeAt(0))
    return service('sendFile', {files: new File([bytes], png ? 'dot.png' : 'bad.exe')})
}"""


async def commands(page: Page, name: str, options: Any = None) -> Any:
    """How a command ended: its state, and what it was settled with."""
    return await page.evaluate("([name, options]) => service(name, options ?? {})", [name, options])


async def kept(page: Page) -> dict[str, str]:
    every = {unquote(one["name"]): unquote(one["value"]) for one in await page.context.cookies()}
    ui = ("open", "minimized", "lastMessageCountRead", "asyncUnreadMessageCount")
    return {
        name.removeprefix(STATE): value
        for name, value in every.items()
        if name.startswith(STATE) and name.removeprefix(STATE) not in ui
    }


@pytest.mark.parametrize("transport", TRANSPORTS)
async def test_each_refuses_what_it_lacks_and_keeps_its_state_under_its_names(
    server: Server, site: Site, visit: Visit, transport: str
) -> None:
    address = page_with(site, speaking(transport, server.url))
    async with agent_of(server, f"cmd-{transport}"), visit(address) as page:
        await page.evaluate("ready")
        await page.evaluate(SERVICE)
        state, empty = await commands(page, "getSessionData")
        assert (state, sorted(empty)) == ("resolved", SESSION[transport])
        assert not any(empty.values())
        await starts(page)
        for name, text in REFUSED[transport].items():
            assert await commands(page, name) == ["rejected", text], name
        _, session = await commands(page, "getSessionData")
        assert sorted(session) == SESSION[transport]
        assert all(session.values())
        (started,) = await page.evaluate(
            "heard.filter(([name]) => name === 'started').map(([, data]) => data)"
        )
        assert started == ({"data": session} if transport == "v3" else session)
        cookies = await kept(page)
        assert set(cookies) == KEPT[transport]
        if transport == "v3":
            assert cookies["pureengage-v3-rest.keys"] == session["token"]
            assert cookies["pureengage-v3-rest.session"] == session["sessionId"]
        assert await commands(page, "verifySession") == ["resolved", {"sessionActive": True}]
        await leaves(page)
        assert await kept(page) == {}


@pytest.mark.parametrize("transport", TRANSPORTS)
async def test_words_data_and_files_reach_the_agent(
    server: Server, site: Site, visit: Visit, transport: str
) -> None:
    async with (
        agent_of(server, f"say-{transport}") as agent,
        visit(page_with(site, speaking(transport, server.url))) as page,
    ):
        await page.evaluate("ready")
        await page.evaluate(SERVICE)
        data = {"userData": {"basket": {"items": 3}}, "form": {"firstname": "Ada", "lastname": "L"}}
        await commands(page, "startChat", {**data, "firstname": "Ada", "lastname": "L"})
        chat_id = await taken(agent)
        assert (await commands(page, "sendTyping", {"message": "wri"}))[0] == "resolved"
        await agent.hears_event(chat_id, "TypingStarted")
        await says(page, "written & sent = 100 % 😀")
        await agent.hears_event(chat_id, "Said", text="written & sent = 100 % 😀")
        await sees(page, "written & sent = 100 % 😀")
        assert (await commands(page, "updateUserData", {"colour": "blue"}))[0] == "resolved"
        state, response = await page.evaluate(UPLOAD, PNG)
        assert state == "resolved", response
        await agent.hears_event(chat_id, "FileUploaded")
        state, response = await page.evaluate(UPLOAD, "")
        assert state == "rejected"
        body = response.get("responseJSON") or response
        assert "INVALID_FILE_TYPE" in str(body) if transport == "v3" else body["errors"], response
        await says(page, "still here")
        await leaves(page)


@pytest.mark.parametrize("transport", TRANSPORTS)
async def test_a_start_that_is_refused_says_why(
    server: Server, site: Site, visit: Visit, transport: str
) -> None:
    async with visit(page_with(site, speaking(transport, server.url, "no-such-service"))) as page:
        await page.evaluate("ready")
        await page.evaluate(SERVICE)
        state, response = await commands(page, "startChat", {"nickname": "Ada", "form": {"nickname": "Ada"}})
        assert state == "rejected"
        await hears(page, "error")
        assert "started" not in await page.evaluate("names()")
        if transport == "v3":
            assert response["responseJSON"]["status"]["code"] == "INVALID_ENDPOINT"
            (error,) = await page.evaluate(
                "heard.filter(([name]) => name === 'error').map(([, data]) => data)"
            )
            assert error["errors"][0]["code"] == "pureengage-v3-rest-INVALID_ENDPOINT"
        assert await kept(page) == {}


async def test_a_transport_that_nobody_knows_is_refused(server: Server, site: Site, visit: Visit) -> None:
    webchat = {"transport": {"type": "pigeons", "dataURL": server.url}}
    async with visit(page_with(site, webchat)) as page:
        await page.evaluate("ready")
        await page.evaluate(SERVICE)
        text = "Invalid transport configuration"
        assert await commands(page, "startChat", {"nickname": "Ada"}) == ["rejected", text]
        assert await commands(page, "configure", webchat) == ["rejected", text]
        assert await commands(page, "configure", {}) == ["rejected", "Invalid configuration"]


async def test_a_page_that_is_configured_anew_speaks_otherwise(
    server: Server, site: Site, visit: Visit
) -> None:
    async with visit(page_with(site, speaking("v2", server.url))) as page:
        await page.evaluate("ready")
        await page.evaluate(SERVICE)
        assert await commands(page, "configure", speaking("v3", server.url)) == ["resolved"]
        assert (await page.evaluate("capabilities"))[-1] == {
            "async": False,
            "asyncClose": False,
            "pagination": False,
            "fileUpload": True,
        }
        await starts(page)
        assert sorted((await commands(page, "getSessionData"))[1]) == SESSION["v3"]
        await leaves(page)
