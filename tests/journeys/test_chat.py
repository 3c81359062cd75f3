"""A chat from its first word to its end, and what people do in between."""

import re
from pathlib import Path

import pytest
from playwright.async_api import Browser, FilePayload, expect

from tests.journeys.conftest import House
from tests.journeys.people import COLLEAGUE, Agent, Visitor, lines, said, sees, sees_status, window
from tests.patience import PATIENCE_MS

pytestmark = pytest.mark.anyio
CONTENT = b"steam and company\n"
NOTES: FilePayload = {"name": "care notes.txt", "mimeType": "text/plain", "buffer": CONTENT}


async def test_a_visitor_and_an_agent_talk_and_part(visitor: Visitor, agent: Agent) -> None:
    await visitor.starts("Mia", "Is the fern easy?")
    await agent.accepts("Mia")
    await sees(agent.page, "Is the fern easy?")
    await sees_status(visitor.page, "Amy Connected")
    await agent.says("Very. Steam and company.")
    await sees(visitor.page, "Very. Steam and company.")
    await visitor.says("Lovely\nI take two")
    await sees(agent.page, "Lovely\nI take two")
    await agent.does("End", "End chat")
    await sees_status(visitor.page, "Chat Ended")
    await sees_status(agent.page, "The chat has ended")
    await expect(visitor.page.get_by_role("button", name="Start again")).to_be_visible()


async def test_the_visitor_may_end_it_and_come_again(visitor: Visitor, agent: Agent) -> None:
    await visitor.starts("Mia")
    await agent.accepts("Mia")
    await visitor.ends()
    await sees_status(agent.page, "The chat has ended: the visitor left")
    await visitor.page.get_by_role("button", name="Start again").click()
    await visitor.page.get_by_role("button", name="Start chatting").click()
    await agent.accepts("Mia")
    await expect(lines(agent.page).filter(has_text="Mia started a chat")).to_have_count(1)


async def test_without_a_name_one_is_a_guest(visitor: Visitor, agent: Agent) -> None:
    await visitor.starts("", "Hello?")
    await agent.accepts("Guest")


async def test_the_agent_sees_what_is_known_of_the_visitor(visitor: Visitor, agent: Agent) -> None:
    await visitor.page.get_by_role("button", name="Add Desk cactus to the basket").click()
    await visitor.starts("Mia")
    await agent.accepts("Mia")
    about = agent.page.get_by_role("complementary", name="About the visitor")
    await expect(about).to_contain_text("1 × Desk cactus")
    await expect(about.get_by_role("link", name="/shop/")).to_be_visible()
    await visitor.page.get_by_role("button", name="Add Painted calathea to the basket").click()
    await expect(about).to_contain_text("1 × Desk cactus, 1 × Painted calathea")


async def test_each_side_sees_the_other_type(visitor: Visitor, agent: Agent) -> None:
    await visitor.starts("Mia")
    await agent.accepts("Mia")
    await visitor.box.press_sequentially("I was wondering whe")
    await expect(agent.page.locator(".typing")).to_contain_text("I was wondering whe", timeout=PATIENCE_MS)
    await agent.box.press_sequentially("One moment")
    typing = visitor.page.locator(".cx-agent-typing")
    await expect(typing).to_have_text("Amy is writing", timeout=PATIENCE_MS)
    await expect(visitor.page.get_by_text("One moment")).to_have_count(0)
    await agent.box.press("Enter")
    await expect(typing).to_have_count(0, timeout=PATIENCE_MS)


async def test_a_note_stays_with_the_team(visitor: Visitor, agent: Agent) -> None:
    await visitor.starts("Mia")
    await agent.accepts("Mia")
    await agent.notes("Bought six last week")
    await sees(agent.page, "Bought six last week")
    await expect(lines(agent.page).filter(has_text="Note for the team")).to_have_count(1)
    await agent.says("How are the six?")
    await sees(visitor.page, "How are the six?")
    await expect(visitor.page.get_by_text("Bought six last week")).to_have_count(0)


async def test_files_go_both_ways_and_can_be_deleted(visitor: Visitor, agent: Agent) -> None:
    await visitor.starts("Mia")
    await agent.accepts("Mia")
    await agent.page.locator("input[type=file]").set_input_files(NOTES)
    card = lines(visitor.page).filter(has_text="care notes.txt").first
    async with visitor.page.expect_download() as download:
        await card.get_by_role("button", name="Download").click()
    fetched = await download.value
    assert fetched.suggested_filename == "care notes.txt"
    assert Path(await fetched.path()).read_bytes() == CONTENT

    await visitor.files.set_input_files({**NOTES, "name": "mine.txt"})
    theirs = lines(agent.page).filter(has_text="mine.txt").first
    async with agent.page.expect_download() as download:
        await theirs.get_by_role("button", name="Download").click()
    assert Path(await (await download.value).path()).read_bytes() == CONTENT
    mine = lines(visitor.page).filter(has_text="mine.txt").get_by_role("button", name="Download")
    file_id = await mine.get_attribute("fileid")
    await visitor.page.evaluate(
        "(fileId) => frontdesk.command('WebChatService.deleteFile', {fileId})", file_id
    )
    for download in (mine, theirs.get_by_role("button", name="Download")):
        await expect(download).to_have_count(0, timeout=PATIENCE_MS)
    await sees_status(agent.page, "Mia deleted the file “mine.txt”")


async def test_a_refused_file_says_why_and_can_be_discarded(visitor: Visitor, agent: Agent) -> None:
    await visitor.starts("Mia")
    await agent.accepts("Mia")
    tool: FilePayload = {**NOTES, "name": "tool.exe"}
    await agent.page.locator("input[type=file]").set_input_files(tool)
    line = lines(agent.page).filter(has_text="tool.exe")
    await expect(line).to_contain_text("Files of this type cannot be sent", ignore_case=True)
    await line.get_by_role("button", name="Discard").click()
    await expect(line).to_have_count(0)

    await visitor.files.set_input_files(tool)
    await expect(visitor.alert).to_contain_text("Files of this kind cannot be sent")
    await visitor.alert.get_by_role("button", name="OK").click()
    await expect(visitor.alert).to_have_count(0)
    await expect(lines(visitor.page).filter(has_text="tool.exe")).to_have_count(0)
    await visitor.says("Then without the tool")
    await sees(agent.page, "Then without the tool")


async def test_an_agent_sends_a_page(visitor: Visitor, agent: Agent) -> None:
    await visitor.starts("Mia")
    await agent.accepts("Mia")
    await agent.page.get_by_role("button", name="Send a page").click()
    address = agent.page.get_by_label("Address")
    await address.fill("javascript:alert(1)")
    await address.press("Enter")
    await expect(agent.page.get_by_role("alert").filter(has_text="whole web address")).to_be_visible()
    await address.fill("https://shop.example/ferns?size=big")
    await address.press("Enter")
    await expect(
        visitor.page.get_by_role("link", name="https://shop.example/ferns?size=big")
    ).to_have_attribute("rel", "noopener noreferrer")


async def test_a_chat_is_handed_over_with_a_summary(
    browser: Browser, house: House, visitor: Visitor, agent: Agent
) -> None:
    await visitor.starts("Mia", "My calathea sulks")
    await agent.accepts("Mia")
    async with window(browser, f"{house.url}/agent/") as page:
        ben = Agent(page)
        await ben.signs_in(COLLEAGUE[0])
        await ben.gets_ready()
        await agent.page.get_by_role("button", name="Hand over", exact=True).click()
        dialog = agent.page.get_by_role("dialog")
        await dialog.get_by_label("Summary for your colleague").fill("Calathea, too little light")
        await dialog.get_by_role("button", name="Hand over").click()
        await expect(page.locator(".invite")).to_contain_text(
            "Calathea, too little light", timeout=PATIENCE_MS
        )
        await ben.accepts("Mia")
        await sees(page, "My calathea sulks")
        await ben.says("Ben here")
        await sees(visitor.page, "Ben here")
        await expect(visitor.page.get_by_text("Calathea, too little light")).to_have_count(0)
        await expect(agent.page.get_by_text("This chat is no longer yours.")).to_be_visible()


async def test_leaving_alone_says_what_it_means(visitor: Visitor, agent: Agent) -> None:
    await visitor.starts("Mia")
    await agent.accepts("Mia")
    await agent.page.get_by_role("main").get_by_role("button", name="Leave", exact=True).click()
    dialog = agent.page.get_by_role("dialog")
    await expect(dialog).to_contain_text("Nobody else is here")
    await dialog.get_by_role("button", name="Leave").click()
    await sees_status(visitor.page, "Chat Ended")


async def test_what_one_declines_the_next_one_gets(
    browser: Browser, house: House, visitor: Visitor, agent: Agent
) -> None:
    async with window(browser, f"{house.url}/agent/") as page:
        ben = Agent(page)
        await ben.signs_in(COLLEAGUE[0])
        await ben.gets_ready()
        await visitor.starts("Mia")
        await agent.page.get_by_role("button", name="Decline the chat with Mia").click(timeout=PATIENCE_MS)
        await expect(agent.page.locator(".invite")).to_have_count(0)
        await ben.accepts("Mia")


async def test_a_finished_chat_is_put_away_and_a_slip_undone(visitor: Visitor, agent: Agent) -> None:
    await visitor.starts("Mia")
    await agent.accepts("Mia")
    await visitor.ends()
    await agent.page.get_by_role("button", name="Put away the chat with Mia").click()
    await expect(agent.page.locator(".chat-item")).to_have_count(0)
    await agent.page.get_by_role("button", name="Undo").click()
    await expect(agent.page.locator(".chat-item")).to_have_count(1)


async def test_what_was_not_looked_at_is_counted(visitor: Visitor, agent: Agent) -> None:
    await visitor.starts("Mia")
    await agent.accepts("Mia")
    await agent.page.evaluate("location.hash = ''")
    await visitor.says("Hello?")
    await visitor.says("Anybody?")
    unread = agent.page.get_by_label("2 unread")
    await expect(unread).to_be_visible(timeout=PATIENCE_MS)
    assert "(2)" in await agent.page.title()
    await agent.page.get_by_role("button", name="Mia").click()
    await expect(unread).to_have_count(0)
    await expect(said(agent.page, "Anybody?")).to_be_visible()


async def test_a_quiet_visitor_is_warned_and_says_a_word(browser: Browser, tmp_path: Path) -> None:
    house = House(tmp_path, idle_alert_s=2)
    await house.start()
    try:
        async with window(browser, f"{house.url}/shop/") as page:
            visitor = Visitor(page)
            await visitor.starts("Mia")
            warning = visitor.window.get_by_role("status").filter(has_text="The chat will be closed soon")
            await expect(warning).to_be_visible(timeout=PATIENCE_MS)
            await expect(warning.locator(".cx-countdown")).to_have_text(re.compile(r"^[12]?\d$"))
            async with page.expect_request("**/customNotice"):
                await page.keyboard.press("Shift")
            await expect(warning).to_have_count(0)
            await expect(visitor.box).to_be_focused()
            await visitor.says("Still here")
            await sees(page, "Still here")
    finally:
        await house.stop()


async def test_half_a_thought_stays_in_sight_until_it_is_sent_or_taken_back(
    visitor: Visitor, agent: Agent
) -> None:
    await visitor.starts("Mia")
    await agent.accepts("Mia")
    preview = agent.page.locator(".typing.has-preview")
    await visitor.box.press_sequentially("I was wondering")
    await expect(preview.locator(".typing-dots")).to_be_visible(timeout=PATIENCE_MS)
    await expect(preview.locator(".typing-dots")).to_be_hidden(timeout=PATIENCE_MS)
    await expect(preview).to_have_text("I was wondering")
    await agent.page.reload()
    await expect(preview).to_have_text("I was wondering", timeout=PATIENCE_MS)
    await visitor.box.fill("")
    await expect(preview).to_have_count(0, timeout=PATIENCE_MS)


async def test_an_agent_sees_what_was_read_and_nobody_says_it_twice(visitor: Visitor, agent: Agent) -> None:
    receipts: list[str] = []
    await visitor.polls()
    visitor.page.on(
        "request", lambda it: receipts.append(it.url) if it.url.endswith("/readReceipt") else None
    )
    await visitor.starts("Mia")
    await agent.accepts("Mia")
    await sees_status(visitor.page, "Amy Connected")
    await visitor.minimise.click()
    await agent.says("Are you there?")
    await expect(visitor.unread).to_have_text("1", timeout=PATIENCE_MS)
    await expect(agent.page.get_by_text("Seen", exact=True)).to_have_count(0)
    await visitor.unread.click()
    await expect(agent.page.get_by_text("Seen", exact=True)).to_have_count(1, timeout=PATIENCE_MS)
    await visitor.says("Here")
    await sees(agent.page, "Here")
    assert len(receipts) == 1
