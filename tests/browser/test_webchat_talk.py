"""The chat window in a chat, with an agent at the other end. Source: webchat-ui, sections 5.3 to 5.12, 10."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from playwright.async_api import Browser, FilePayload, expect

from frontdesk.main import Server
from tests.browser.conftest import Visit
from tests.browser.site import Site
from tests.browser.webchat import Window, window_on
from tests.journeys.people import PASSWORD, Agent
from tests.journeys.people import window as agent_window
from tests.patience import PATIENCE_MS

pytestmark = pytest.mark.anyio
HOSTILE = (
    "<img src=x onerror=alert(1)><script>alert(2)</script>",
    '"><svg onload=alert(3)> javascript:alert(4)',
    "[click](javascript:alert(5)) **bold** `code`",
    "W" * 400,
    "\u202eevil\u202c \u2066x\u2069 👩‍👩‍👧‍👦🏳️‍🌈 " + "z\u0335" * 40,
)


@pytest.fixture(scope="module")
async def amy(server: Server, anyio_backend: str) -> str:
    await server.add_account(login="amy", password=PASSWORD, name="Amy")
    return "amy"


@pytest.fixture
async def agent(browser: Browser, server: Server, amy: str) -> AsyncIterator[Agent]:
    """Amy, signed in and ready."""
    async with agent_window(browser, f"{server.url}/agent/") as page:
        agent = Agent(page)
        await agent.signs_in(amy)
        await agent.gets_ready()
        yield agent


def leaf(content: bytes) -> FilePayload:
    return {"name": "leaf.txt", "mimeType": "text/plain", "buffer": content}


async def begin(window: Window, agent: Agent) -> None:
    await window.starts()
    await agent.accepts("Mia")
    await window.sees_status("Amy Connected")


async def test_both_sides_talk_and_the_visitor_ends_it(
    site: Site, visit: Visit, server: Server, agent: Agent
) -> None:
    async with window_on(site, visit, server) as window:
        await begin(window, agent)
        page = window.page
        await agent.says("Hello <b>x</b> http://a.example/b?c=1, or mail@a.example")
        bubble = await window.sees("Hello <b>x</b>")
        links = bubble.get_by_role("link")
        await expect(links.first).to_have_attribute("href", "http://a.example/b?c=1")
        await expect(links.first).to_have_attribute("rel", "noopener noreferrer")
        await expect(links.last).to_have_attribute("href", "mailto:mail@a.example")

        await window.box.press_sequentially("One")
        await window.box.press("Shift+Enter")
        await window.box.press_sequentially("Two")
        await window.box.press("Enter")
        await window.sees("One\nTwo")
        await expect(window.box).to_have_value("")
        await window.box.press_sequentially("  ")
        await window.box.press("Enter")
        await expect(window.lines(".cx-you")).to_have_count(1)

        added = await page.evaluate("heard.filter(([name]) => name === 'messageAdded').map(([, it]) => it)")
        assert [it["data"]["type"] for it in added] == ["Client", "Agent", "Agent", "Client"]
        assert added[2]["id"] == f"cx-chat-index-{added[2]['index']}"

        await page.get_by_role("button", name="Close chat").click()
        await page.locator(".cx-end-cancel").click()
        await expect(window.alert).to_have_count(0)
        await page.get_by_role("button", name="Close chat").click()
        await expect(window.alert).to_contain_text("End this conversation?")
        await page.locator(".cx-end-confirm").click()
        await window.sees_status("Chat Ended")
        await expect(window.box).to_be_disabled()
        await expect(page.get_by_role("button", name="Close chat")).to_be_focused()
        await page.get_by_role("button", name="Close chat").click()
        await expect(window.root).to_have_count(0)
        await page.evaluate("delivered()")
        names = [it for it in await page.evaluate("names()") if it != "chatButtonDisplayed"]
        assert names == ["ready", "opened", "submitted", "started", "completed", "closed"]


async def test_hostile_words_stay_words(site: Site, visit: Visit, server: Server, agent: Agent) -> None:
    async with window_on(site, visit, server, markdown=True) as window:
        await begin(window, agent)
        for text in HOSTILE:
            await agent.says(text)
            await window.says(text)
        await expect(window.lines(".cx-you")).to_have_count(len(HOSTILE), timeout=PATIENCE_MS)
        await expect(window.lines(".cx-them")).to_have_count(len(HOSTILE), timeout=PATIENCE_MS)
        inside = window.page.locator(".cx-transcript")
        await expect(inside.locator("img, script, svg, a[href^=javascript]")).to_have_count(0)
        await expect(inside.locator("strong").first).to_have_text("bold")
        assert await inside.evaluate("it => it.scrollWidth <= it.clientWidth")


async def test_unread_lines_are_counted_while_it_is_minimised_and_after_a_reload(
    site: Site, visit: Visit, server: Server, agent: Agent
) -> None:
    async with window_on(site, visit, server) as window:
        await begin(window, agent)
        page = window.page
        await page.get_by_role("button", name="Minimise").click()
        await agent.says("One")
        await agent.says("Two")
        badge = page.locator(".cx-webchat-counter")
        await expect(badge).to_have_text("2", timeout=PATIENCE_MS)
        await expect(badge).to_have_attribute("aria-label", "Chat with us 2 unread")
        await page.reload()
        await expect(badge).to_have_text("2", timeout=PATIENCE_MS)
        await expect(window.page.locator(".cx-webchat.cx-minimized")).to_be_visible()
        await page.get_by_role("button", name="Restore").click()
        await expect(badge).to_have_count(0)
        await window.sees("One")
        await window.sees("Two")
        await expect(window.box).to_be_focused()
        restoring = await page.evaluate(
            "heard.filter(([name]) => name === 'messageAdded').map(([, it]) => it.data.restoring)"
        )
        assert restoring == [True] * 4
        assert await window.command("WebChat.minimize", minimized=False) == ["resolved", None]
        assert await page.evaluate("names().filter((it) => /minim/.test(it))") == ["unminimized"]


async def test_closing_by_command_leaves_the_session_and_opening_shows_it_again(
    site: Site, visit: Visit, server: Server, agent: Agent
) -> None:
    async with window_on(site, visit, server) as window:
        await begin(window, agent)
        await agent.says("Still here")
        await window.sees("Still here")
        assert (await window.command("WebChat.close"))[0] == "resolved"
        await expect(window.root).to_have_count(0)
        await window.opens()
        await window.sees("Still here")
        assert (await window.command("WebChatService.verifySession"))[1] == {"sessionActive": True}


async def test_the_agents_writing_is_shown_until_the_words_come(
    site: Site, visit: Visit, server: Server, agent: Agent
) -> None:
    async with window_on(site, visit, server) as window:
        await begin(window, agent)
        typing = window.page.locator(".cx-agent-typing")
        await agent.box.press_sequentially("Frid")
        await expect(typing).to_have_count(1, timeout=PATIENCE_MS)
        await expect(typing).to_contain_text("Amy is writing")
        await agent.box.press_sequentially("ay")
        await agent.box.press("Enter")
        await window.sees("Friday")
        await expect(typing).to_have_count(0)


async def test_emoji_and_the_counter_help_who_writes(
    site: Site, visit: Visit, server: Server, agent: Agent
) -> None:
    options: dict[str, Any] = {"emojis": True, "charCountEnabled": True, "maxMessageLength": 20}
    async with window_on(site, visit, server, **options, emojiList="🌿:Fern;🌵:Cactus") as window:
        await begin(window, agent)
        page = window.page
        counter = page.locator(".cx-char-count")
        await window.box.fill("A fern  here")
        await window.box.press("ArrowLeft")
        await page.get_by_role("button", name="Insert an emoji").click()
        await expect(page.get_by_role("option")).to_have_count(2)
        await page.keyboard.press("ArrowLeft")
        await expect(page.get_by_role("option", name="Cactus")).to_have_attribute("aria-selected", "true")
        await page.keyboard.press("ArrowRight")
        await page.keyboard.press("Enter")
        await page.keyboard.press("Escape")
        await expect(window.box).to_have_value("A fern  her🌿e")
        await expect(window.box).to_be_focused()
        await expect(counter).to_have_text("7")
        await expect(counter).to_have_class("cx-char-count cx-warning")


async def test_files_go_both_ways_and_too_large_ones_do_not_leave(
    site: Site, visit: Visit, server: Server, agent: Agent
) -> None:
    async with window_on(site, visit, server, uploadsEnabled=True) as window:
        await begin(window, agent)
        page = window.page
        await page.locator("#cx_browse_file").set_input_files(leaf(b"green"))
        await expect(window.lines(".cx-you .cx-filename")).to_have_text("leaf.txt", timeout=PATIENCE_MS)
        async with page.expect_download() as download:
            await page.get_by_role("button", name="Download file: leaf.txt").click()
        assert (await download.value).suggested_filename == "leaf.txt"
        await page.locator("#cx_browse_file").set_input_files(
            leaf(b"x" * 2_200_000)
        )  # The server takes 2 MiB.
        await expect(window.alert).to_contain_text("too large")


async def test_what_a_page_injects_is_shown_and_changes_no_number(
    site: Site, visit: Visit, server: Server, agent: Agent
) -> None:
    async with window_on(site, visit, server) as window:
        await begin(window, agent)
        before = await window.page.evaluate("CXBus.data('WebChat.metadata').systemMessages")
        ending = await window.command("WebChat.injectMessage", type="html", text="<em>Look</em>", custom=True)
        assert ending == ["resolved", "jQuery"]
        await expect(window.lines(".cx-injected em")).to_have_text("Look")
        await window.command("WebChat.injectMessage", type="text", text="<em>No</em>", name="Shop")
        await window.sees("<em>No</em>")
        assert await window.page.evaluate("CXBus.data('WebChat.metadata').systemMessages") == before


async def test_the_language_of_an_open_window_changes(site: Site, visit: Visit, server: Server) -> None:
    async with window_on(site, visit, server) as window:
        await window.opens()
        await window.command("App.setLanguage", lang="de")
        await expect(window.page.get_by_label("Vorname")).to_be_visible()
        await expect(window.page.locator(".cx-title")).to_have_text("Chatten Sie mit uns")
        await window.command("App.setLanguage", lang="ar")
        await expect(window.page.locator(".cx-window-manager")).to_have_attribute("dir", "rtl")
        box = await window.root.bounding_box()
        assert box is not None
        assert box["x"] < 100
