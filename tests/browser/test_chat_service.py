"""webchat-service checks 85 to 92 in Chromium: the Chat Service API, our own server, and an agent."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
from playwright.async_api import Page

from frontdesk.main import Server
from tests.browser.conftest import Visit
from tests.browser.site import Site
from tests.browser.test_webchat_service_live import agent_of, taken
from tests.conformance.agents import Agent
from tests.patience import PATIENCE_S

pytestmark = pytest.mark.anyio

EARS = """
window.told = []
window.listen = (session) => {
    window.session = session
    for (const name of Object.keys(session).filter((name) => name.startsWith('on')))
        session[name]((event) => told.push([name, event]))
}
window.begin = (how, options) => ending(chat[how](options)).then(([state, it]) => {
    if (state === 'rejected') return [state, it]
    listen(it)
    return [state]
})
window.messages = () => told.filter(([name]) => name === 'onMessageReceived').map(([, event]) => event)
window.texts = () => messages().map(({content}) => content.text)
"""


@pytest.fixture
def address(site: Site) -> str:
    chat = site.widget("chat.js", 'data-export="chat"')
    return site.page(chat, site.script(EARS, "ears"))


@pytest.fixture
async def page(address: str, visit: Visit) -> AsyncIterator[Page]:
    async with visit(address) as page:
        yield page


async def starts(page: Page, server: Server, **options: Any) -> list[Any]:
    options = {"serverUrl": f"{server.url}/genesys/2/chat/demo", "username": "Mira", **options}
    answer: list[Any] = await page.evaluate("(options) => begin('startSession', options)", options)
    return answer


async def ends(page: Page, call: str) -> list[Any]:
    """How a promise of the session ended."""
    answer: list[Any] = await page.evaluate(f"ending(session.{call})")
    return answer


async def hears(page: Page, name: str) -> Any:
    """The event of the first such callback."""
    async with asyncio.timeout(PATIENCE_S):
        await page.evaluate("(name) => until(() => told.some(([one]) => one === name))", name)
    return await page.evaluate("(name) => told.find(([one]) => one === name)[1]", name)


async def sees(page: Page, *texts: str) -> None:
    async with asyncio.timeout(PATIENCE_S):
        await page.evaluate("(count) => until(() => texts().length >= count)", len(texts))
    assert await page.evaluate("texts()") == list(texts)


async def said(agent: Agent, chat_id: str, text: str) -> None:
    await agent.does("say", interaction_id=chat_id, text=text)


async def test_85_to_92_a_page_chats_is_left_and_goes_on(server: Server, page: Page) -> None:
    assert await page.evaluate("begin('restoreSession')") == ["rejected", {}]
    async with agent_of(server, "zoe") as agent:
        assert await starts(page, server, userData={"FirstName": "Mira"}) == ["resolved"]
        chat_id = await taken(agent)
        came = await hears(page, "onAgentConnected")
        assert came["party"]["name"] == "zoe"
        assert await ends(page, "sendMessage('Where is my order?')") == ["resolved"]
        await agent.hears_event(chat_id, "Said", text="Where is my order?")
        await said(agent, chat_id, "Let me look.")
        await sees(page, "Where is my order?", "Let me look.")
        kinds = await page.evaluate(
            """messages().map(({party: {type}, content}) =>
                [type == 'Agent', type.agent, type.client, content.type.text])"""
        )
        assert kinds == [[False, False, True, True], [True, True, False, True]]

        await page.reload()
        await said(agent, chat_id, "Found it.")
        assert await page.evaluate("begin('restoreSession', {})") == ["resolved"]
        await sees(page, "Found it.")
        _, transcript = await ends(page, "getTranscript({fromIndex: 0})")
        assert [one["text"] for one in transcript if one["type"] == "Message"] == [
            "Where is my order?",
            "Let me look.",
            "Found it.",
        ]
        _, rest = await ends(page, f"getTranscript({{fromIndex: {transcript[-1]['index'] - 1}}})")
        assert [one["text"] for one in rest] == ["Found it."]
        await sees(page, "Found it.")  # Still no callback for it.

        assert await ends(page, "sendTyping()") == ["resolved"]
        assert await ends(page, "sendTyping({isTyping: false})") == ["resolved"]
        assert await ends(page, "leave()") == ["resolved"]
        await hears(page, "onSessionEnded")
        await agent.hears_event(chat_id, "Ended")
        assert await page.evaluate("told.filter(([name]) => name === 'onSessionEnded').length") == 1
        state, event = await ends(page, "sendMessage('late')")
        assert (state, event["error"]["code"]) == ("rejected", 50)
        assert await page.evaluate("begin('restoreSession')") == ["rejected", {}]


async def test_85_a_session_that_is_gone_is_an_error_and_forgotten(server: Server, page: Page) -> None:
    await page.evaluate(
        """(serverUrl) => {
            const credentials = {secureKey: '0'.repeat(32)}
            const state = {version: 1, sessionId: '0004Ga0000000001', credentials, position: 1, serverUrl}
            window.written = []
            window.stateStorage = {read: async () => state, write: (state) => written.push(state)}
        }""",
        f"{server.url}/genesys/2/chat/demo",
    )
    state, event = await page.evaluate("begin('restoreSession', {stateStorage})")
    assert (state, event["error"]["code"]) == ("rejected", 50)
    assert await page.evaluate("written") == [None]


async def test_86_it_must_be_said_where_the_server_is(page: Page) -> None:
    for options in ("undefined", "{}"):
        state, event = await page.evaluate(f"begin('startSession', {options})")
        assert (state, event["error"]["code"]) == ("rejected", 2)


async def test_86_a_start_that_is_refused_says_why_and_can_be_repeated(server: Server, page: Page) -> None:
    state, event = await starts(page, server, serverUrl=f"{server.url}/genesys/2/chat/nowhere")
    assert (state, event["error"]["code"]) == ("rejected", 101)
    await page.context.set_offline(True)
    state, event = await starts(page, server)
    assert (state, event["error"]["code"]) == ("rejected", 150)
    await page.context.set_offline(False)
    assert await starts(page, server) == ["resolved"]
    state, event = await starts(page, server)
    assert (state, event["error"]["code"]) == ("rejected", 200)
    assert await ends(page, "leave()") == ["resolved"]
    assert await starts(page, server) == ["resolved"]
    await ends(page, "leave()")


async def test_87_a_site_keeps_the_state_itself(server: Server, page: Page, address: str) -> None:
    storage = """
        window.written = []
        window.stateStorage = {
            read: () => JSON.parse(sessionStorage.state ?? 'null'),
            write: (state) => { written.push(state); sessionStorage.state = JSON.stringify(state) },
        }
    """
    await page.evaluate(f"() => {{ {storage} }}")
    server_url = f"{server.url}/genesys/2/chat/demo"
    assert await page.evaluate(f"begin('startChat', {{serverUrl: '{server_url}', stateStorage}})") == [
        "resolved"
    ]
    first = await page.evaluate("written[0]")
    assert set(first) == {"version", "sessionId", "credentials", "position", "serverUrl"}
    assert (first["position"], first["serverUrl"]) == (1, server_url)
    await ends(page, "sendMessage('one')")
    await sees(page, "one")
    assert (await page.evaluate("written.at(-1)"))["position"] > 1
    assert [one["name"] for one in await page.context.cookies()] == []
    await page.reload()
    await page.evaluate(f"() => {{ {storage} }}")
    assert await page.evaluate("begin('restoreSession', {stateStorage})") == ["resolved"]
    assert await page.evaluate("texts()") == []  # It was told of all before.
    await ends(page, "leave()")
    assert await page.evaluate("written.at(-1)") is None


async def test_87_a_storage_that_fails_harms_no_chat(server: Server, page: Page) -> None:
    await page.evaluate(
        "() => { window.stateStorage = {read() { throw Error('no') }, write: () => Promise.reject('no')} }"
    )
    assert await page.evaluate("begin('restoreSession', {stateStorage})") == ["rejected", {}]
    start = "(serverUrl) => begin('startSession', {serverUrl, stateStorage})"
    assert await page.evaluate(start, f"{server.url}/genesys/2/chat/demo") == ["resolved"]
    assert await ends(page, "leave()") == ["resolved"]


async def test_88_and_89_user_data_is_set_read_and_deleted(server: Server, page: Page) -> None:
    await starts(page, server)
    assert await ends(page, "setUserData({FirstName: 'Mira'})") == ["resolved"]
    assert await ends(page, "getUserData('FirstName')") == ["resolved", {"userData": {"FirstName": "Mira"}}]
    _, event = await ends(page, "deleteUserData('FirstName')")
    assert event["timestamp"] > 1_700_000_000_000
    assert await ends(page, "getUserData('FirstName')") == ["resolved", {"userData": {}}]
    assert await ends(page, "getUserData('GCTI_LanguageCode')") == ["resolved", {"userData": {}}]
    for call in ("getUserData('')", "setUserData({})", "deleteUserData()"):
        state, event = await ends(page, call)
        assert (state, event["error"]["code"]) == ("rejected", 2)
    await ends(page, "leave()")


async def test_the_module_exports_the_same_chat(server: Server, site: Site, visit: Visit) -> None:
    address = f"{server.url}/widget/chat.mjs"
    module = site.script(f"import('{address}').then((module) => Object.assign(window, module))")
    async with visit(site.page(module, site.script(EARS, "ears"))) as page:
        await page.evaluate("until(() => window.chat)")
        assert await starts(page, server) == ["resolved"]
        await page.evaluate("() => { window.first = session; window.chat = createChat() }")
        assert await starts(page, server) == ["resolved"]  # Beside the first.
        await ends(page, "leave()")
        await page.evaluate("ending(first.leave())")
