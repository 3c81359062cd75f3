"""webchat-service checks 6, 13, 26 to 31, 35, 36, 63 to 66, 69, 70 and 82: what only a page has.

A page tells of itself, keeps cookies, has inputs and files; all else is in the scenarios.
"""

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
from playwright.async_api import Browser, FilePayload

from tests.browser.stage import BrowserPlayer, on_stage
from tests.client.desk import Desk

pytestmark = pytest.mark.anyio

AMY = {"Amy": {"nickname": "Amy", "participantId": 2, "type": "Agent"}}
STATE = "_genesys.widgets.webchat.state."
BAD_INPUT = (
    "Invalid value provided for the 'input' property. "
    "An HTML element reference to a textarea or text input is required."
)
ENDING = """
window.ending = (promise) => new Promise((resolve) => promise
    .done((value) => resolve(['resolved', value ?? null]))
    .fail((value) => resolve(['rejected', value ?? null])))
window.service = (command, options) => ending(CXBus.command(`WebChatService.${command}`, options))
"""


@pytest.fixture
async def player(browser: Browser, built: Path) -> AsyncIterator[BrowserPlayer]:
    async with on_stage(browser, built, desk=Desk(AMY)) as player:
        await player.page.evaluate(ENDING)
        yield player


async def starts(player: BrowserPlayer, **options: Any) -> None:
    """A chat begins, and its first events have come."""
    await player.call("startChat", {"nickname": "Ada", **options})
    await player.settle()
    assert (await player.ended())[0] == "resolved"
    await player.wait(250)
    player.heard.clear()


async def cookies(player: BrowserPlayer) -> dict[str, str]:
    """What the page keeps, without the names that others gave."""
    every = await player.page.context.cookies()
    return {unquote(one["name"]): unquote(one["value"]) for one in every}


def names(player: BrowserPlayer) -> list[str]:
    return [name for name, _ in player.heard]


async def test_6_what_is_known_of_the_page_goes_along(player: BrowserPlayer) -> None:
    await player.page.evaluate("document.title = 'Looms'")
    await starts(player, userData={"_genesys_url": "https://else.example", "mine": {"a": [1, True]}})
    fields = player.server.requests[0].fields
    assert fields["userData[_genesys_url]"] == player.page.url
    assert fields["userData[_genesys_pageTitle]"] == "Looms"
    assert fields["userData[_genesys_browser]"] == "Chrome"
    assert fields["userData[_genesys_source]"] == "web"
    assert fields["userData[GCTI_LanguageCode]"] == "en"
    assert fields["userData[mine][a][]"] == "true"
    headers = player.server.requests[0].headers
    assert headers["content-type"] == "application/x-www-form-urlencoded"


async def test_6_headers_of_the_page_go_along_when_it_says_so(browser: Browser, built: Path) -> None:
    config = {"apikey": 77, "enableCustomHeader": True}
    async with on_stage(browser, built, config) as player:
        await player.call("App.updateAJAXHeader", {"header": {"Authorization": "Bearer x", "Other": "no"}})
        await player.settle()
        await starts(player)
        headers = player.server.requests[0].headers
        assert (headers["apikey"], headers["authorization"]) == ("77", "Bearer x")
        assert "other" not in headers


async def test_13_the_cookies_of_a_session_come_and_go_with_it(player: BrowserPlayer) -> None:
    await starts(player)
    kept = await cookies(player)
    assert kept[f"{STATE}session"] == "CHAT1"
    assert json.loads(kept[f"{STATE}keys"]) == {"secureKey": "KEY1", "alias": "1", "userId": "USER1"}
    assert int(kept[f"{STATE}ping"]) == await player.page.evaluate("stage.now()")
    assert kept[f"{STATE}index"] == "2"
    assert json.loads(kept[f"{STATE}filters"]) == {"custom": []}
    await player.call("endChat", {})
    await player.settle()
    left = [name for name in await cookies(player) if name.startswith("_genesys.widgets.webchat")]
    assert left == []


async def test_13_a_page_without_cookies_chats_all_the_same(player: BrowserPlayer) -> None:
    await player.page.evaluate("Object.defineProperty(document, 'cookie', {get: () => '', set() {}})")
    await starts(player)
    await player.call("endChat", {})
    await player.settle()
    assert names(player)[-2:] == ["ended", "WebChat.cancelled"]


async def test_26_filters_are_kept_as_text_and_work_on_the_next_page(player: BrowserPlayer) -> None:
    await starts(player)
    added = await player.page.evaluate(
        """async () => {
            const [, filters] = await service('addPrefilter', {filters: [/^Secret/gi, /x{2}/]})
            return [Array.isArray(filters), ...filters.map(String)]
        }"""
    )
    assert added == [True, "/^Secret/i", "/x{2}/"]
    kept = json.loads((await cookies(player))[f"{STATE}filters"])
    assert kept == {"custom": [{"source": "^Secret", "flags": "i"}, {"source": "x{2}", "flags": ""}]}
    player.server.desk.happens({"type": "Message", "from": "Amy", "text": "secret"})
    player.server.desk.happens({"type": "Message", "from": "Amy", "text": "seen"})
    await player.reload(1000)
    texts = [one["text"] for one in (await player.ask("getTranscript"))["messages"]]
    assert texts == ["", "seen"]


async def test_28_to_31_preprocessors_are_functions_of_the_page(player: BrowserPlayer) -> None:
    assert await player.page.evaluate("service('registerPreProcessor', {})") == [
        "rejected",
        "No preprocessor function provided. Type provided was 'undefined'.",
    ]
    assert await player.page.evaluate("service('registerPreProcessor', {preprocessor: null})") == [
        "rejected",
        "No preprocessor function provided. Type provided was 'object'.",
    ]
    same = await player.page.evaluate(
        """async () => {
            const shout = (message) => { message.text += '!'; message.html = true }
            const [, first] = await service('registerPreProcessor', {preprocessor: shout})
            const red = {background: 'red'}
            const put = (message) => ({...message, bubble: red, from: {...message.from, nickname: 'A'}})
            await service('registerPreProcessor', {preprocessor: put})
            await service('registerPreProcessor', {preprocessor: () => undefined})
            return first === shout
        }"""
    )
    assert same is True
    await starts(player)
    player.server.desk.happens({"type": "Message", "from": "Amy", "text": "Hello", "custom": "<b>"})
    await player.wait(750)
    (_, data), *_ = [one for one in player.heard if one[0] == "messageReceived"]
    (message,) = data["messages"]
    assert (message["text"], message["html"], message["bubble"]) == ("Hello!", True, {"background": "red"})
    assert message["from"] == {"id": 2, "type": "Agent", "name": "A"}
    assert "custom" not in message
    assert data["originalMessages"][0]["text"] == "Hello"


@pytest.mark.parametrize(
    "node", ["textarea", "input", "input type=search", "jquery"], ids=lambda node: node.replace(" ", "-")
)
async def test_35_what_stands_in_an_input_of_the_page_goes_along(player: BrowserPlayer, node: str) -> None:
    markup = "input" if node == "jquery" else node
    await player.page.evaluate(
        """async ([markup, isList]) => {
            document.body.innerHTML = `<${markup} id=box>`
            const box = document.getElementById('box')
            await service('registerTypingPreviewInput', {input: isList ? {0: box, length: 1} : box})
            box.value = 'My loom'
        }""",
        [markup, node == "jquery"],
    )
    await starts(player)
    player.server.requests.clear()
    await player.call("sendTyping", {})
    await player.wait(750)
    asked = {request.operation: request.fields["message"] for request in player.server.requests}
    assert asked == {"startTyping": "My loom", "refresh": "My loom"}


@pytest.mark.parametrize("given", ["'<textarea>'", "document.body", "undefined", "box", "null", "{}"])
async def test_36_nothing_else_is_an_input(player: BrowserPlayer, given: str) -> None:
    answer = await player.page.evaluate(
        f"""() => {{
            const box = Object.assign(document.createElement('input'), {{type: 'checkbox'}})
            return service("registerTypingPreviewInput", {{input: {given}}})
        }}"""
    )
    assert answer == ["rejected", BAD_INPUT]


async def test_63_a_reload_finds_the_chat_in_every_phase(player: BrowserPlayer) -> None:
    await player.reload(0)
    assert names(player) == []  # There was none.
    await starts(player)
    await player.reload(59_000)
    assert names(player)[:2] == ["restored", "clientConnected"]
    player.heard.clear()
    player.server.desk.happens({"type": "ParticipantJoined", "from": "Amy"})
    await player.reload(59_000)  # Nobody polled meanwhile, but the last page did.
    assert names(player)[:3] == ["restored", "clientConnected", "agentConnected"]
    player.heard.clear()
    await player.call("endChat", {})
    await player.settle()
    player.heard.clear()
    await player.reload(0)
    assert names(player) == []


async def test_63_a_second_tab_goes_on_with_the_same_chat(player: BrowserPlayer) -> None:
    await starts(player)
    page = await player.page.context.new_page()
    other = BrowserPlayer(page, player.server, {})
    await other.load()
    assert names(other)[:2] == ["restored", "clientConnected"]
    await other.call("sendMessage", {"message": "from the other"})
    await other.settle()
    await player.wait(1000)
    assert [data["messages"][0]["text"] for name, data in player.heard if name == "messageReceived"] == [
        "from the other"
    ]


async def test_63_what_one_tab_ends_and_begins_the_other_does_not_forget(player: BrowserPlayer) -> None:
    await starts(player)
    other = BrowserPlayer(await player.page.context.new_page(), player.server, {})
    await other.load()
    await other.call("endChat", {})
    await other.settle()
    await other.call("startChat", {"nickname": "Ada"})
    await other.settle()
    assert (await cookies(player))[f"{STATE}session"] == "CHAT2"
    await player.wait(1000)
    assert "ended" in names(player)
    assert (await cookies(player))[f"{STATE}session"] == "CHAT2"


async def test_64_and_84_who_was_away_too_long_is_told_without_a_request(player: BrowserPlayer) -> None:
    await starts(player)
    player.server.requests.clear()
    await player.reload(60_000)
    assert names(player) == ["restoreTimeout", "WebChat.closed"]
    assert player.heard[1][1]["errors"] == ["restoreFailed"]
    assert player.server.requests == []
    assert [name for name in await cookies(player) if name.startswith(STATE)] == []


async def test_66_cookies_that_make_no_sense_are_no_session(player: BrowserPlayer) -> None:
    await player.page.evaluate(
        """() => {
            document.cookie = '_genesys.widgets.webchat.state.session=CHAT9; path=/'
            document.cookie = '_genesys.widgets.webchat.state.keys=%7Bbad; path=/'
            document.cookie = '_genesys.widgets.webchat.metaData=%5B1%5D; path=/'
        }"""
    )
    await player.reload(0)
    assert names(player) == []
    await starts(player)


async def test_69_a_file_comes_from_an_input_of_the_page_and_tells_how_far_it_is(
    player: BrowserPlayer,
) -> None:
    await starts(player)
    await player.page.evaluate("document.body.innerHTML = '<input type=file id=file multiple>'")
    await player.page.set_input_files(
        "#file",
        [FilePayload(name=name, mimeType="text/plain", buffer=b"hello") for name in ("ä b.txt", "2.txt")],
    )
    answer = await player.page.evaluate(
        """async () => {
            const told = []
            const sending = CXBus.command('WebChatService.sendFile', {files: document.getElementById('file')})
            sending.progress((of) => told.push(of))
            const [state] = await ending(sending)
            return [state, told.every(({sentBytes, allBytes}) => sentBytes <= allBytes), told.length > 0]
        }"""
    )
    assert answer == ["resolved", True, True]
    assert player.server.desk.files == {"F1": ("ä b.txt", b"hello")}


async def test_69_an_upload_can_be_given_up_and_the_chat_goes_on(player: BrowserPlayer) -> None:
    await starts(player)
    player.server.hold("file")
    await player.page.evaluate(
        """() => {
            window.giveUp = new AbortController()
            const files = new File(['x'], 'a.txt')
            window.sending = service('sendFile', {files, signal: giveUp.signal})
        }"""
    )
    await player.settle()
    state, reason = await player.page.evaluate("() => { giveUp.abort(); return sending }")
    player.server.release("file")
    assert (state, reason["statusText"]) == ("rejected", "abort")
    await player.wait(1000)
    assert not {"error", "disconnected"} & set(names(player))


async def test_69_without_a_file_nothing_is_sent(player: BrowserPlayer) -> None:
    await starts(player)
    assert await player.page.evaluate("service('sendFile', {files: document.body})") == [
        "rejected",
        "No file provided",
    ]


async def test_70_a_file_is_handed_to_the_visitor_under_its_name(player: BrowserPlayer) -> None:
    await starts(player)
    await player.call("sendFile", {"files": {"$file": "bill.txt", "text": "12,50"}})
    await player.settle()
    await player.wait(500)
    async with player.page.expect_download() as given:
        await player.call("downloadFile", {"fileId": "F1"})
    download = await given.value
    assert download.suggested_filename == "bill.txt"
    assert Path(await download.path()).read_text() == "12,50"
    assert await player.ended() == ("resolved", None)


async def test_82_the_words_of_the_form_are_in_no_cookie(player: BrowserPlayer) -> None:
    await player.call("WebChat.open", {"form": {"email": "ada@example.org"}})
    await player.settle()
    await player.call("WebChat.submit", {"form": {"nickname": "Ada", "wish": "privacy"}})
    await player.settle()
    submitted = next(data for name, data in player.heard if name == "WebChat.submitted")
    assert submitted["form"] == {"email": "ada@example.org", "nickname": "Ada", "wish": "privacy"}
    kept = json.dumps(await cookies(player))
    assert "metaData" in kept
    assert "ada@example.org" not in kept
    assert "privacy" not in kept


async def test_a_window_that_comes_later_meets_the_chat_as_after_a_reload(
    player: BrowserPlayer, built: Path
) -> None:
    await starts(player)
    player.server.desk.happens({"type": "ParticipantJoined", "from": "Amy"})
    player.server.desk.happens({"type": "Message", "from": "Amy", "text": "Hello."})
    await player.reload(0)
    late = await player.page.context.new_page()
    await late.goto(player.page.url)
    opened = await late.evaluate(
        """async (dataURL) => {
            window._genesys = {widgets: {webchat: {dataURL}}}
            await frontdesk.load('webchatservice')
            await new Promise((resolve) => CXBus.subscribe('WebChatService.messageReceived', resolve))
            const opened = new Promise((resolve) => CXBus.subscribe('WebChat.opened', resolve))
            await frontdesk.load('headless')
            await opened
            for (let round = 0; round < 10; round++) await CXBus.command('LOAD')
            return CXBus.data('WebChat.metadata')
        }""",
        player.server.url,
    )
    assert opened["numAgents"] == 1
    assert opened["agentMessages"] == 1
    assert opened["agentReached"]
