"""An agent answers mails at the page: what comes in, what goes out, and what cannot."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser, expect

from tests.conformance.house import House
from tests.edges.mails import answer_to, brought, mail_house, question
from tests.journeys import axe
from tests.journeys.people import PASSWORD, Agent, lines, sees_status, window
from tests.journeys.test_looks import SURROUNDINGS, nothing_sticks_out
from tests.patience import PATIENCE_MS
from tests.post_office import PostOffice, post_office

pytestmark = pytest.mark.anyio

LETTER = """\
Hello,

my order should have come on Friday. Where is it?
https://shop.example/orders/7

Mira
"""


@pytest.fixture
async def office() -> AsyncIterator[PostOffice]:
    async with post_office() as opened:
        yield opened


@pytest.fixture
async def mailing(tmp_path: Path, office: PostOffice) -> AsyncIterator[House]:
    async with mail_house(tmp_path, office) as house:
        yield house


@asynccontextmanager
async def at_desk(browser: Browser, house: House, **options: Any) -> AsyncIterator[Agent]:
    await house.server.add_account(login="amy", password=PASSWORD, name="Amy")
    async with window(browser, f"{house.url}/agent/", **options) as page:
        agent = Agent(page)
        await agent.signs_in()
        await agent.gets_ready()
        yield agent


async def takes(agent: Agent) -> None:
    await agent.page.get_by_role("button", name="Accept the mail from Mira Olsen").click(timeout=PATIENCE_MS)
    await expect(agent.page.get_by_role("textbox", name="Text of the mail")).to_be_visible()


async def sends(agent: Agent, text: str) -> None:
    await agent.page.get_by_role("textbox", name="Text of the mail").fill(text)
    await agent.page.get_by_role("main").get_by_role("button", name="Send").click()


async def test_a_mail_rings_is_answered_and_comes_back(
    browser: Browser, mailing: House, office: PostOffice
) -> None:
    async with at_desk(browser, mailing) as agent:
        await brought(mailing, question(LETTER))
        await takes(agent)
        page = agent.page
        await expect(lines(page).filter(has_text="my order should have come")).to_contain_text("Late order")
        await expect(page.get_by_label("To", exact=True)).to_have_value("mira@shop.example")
        await expect(page.get_by_label("Subject", exact=True)).to_have_value("Re: Late order")

        box = page.get_by_role("textbox", name="Text of the mail")
        await box.fill("Hello Mira,")
        await box.press("Enter")
        await box.press_sequentially("it is on its way.")
        assert not office.envelopes, "a mail has lines"
        await box.press("Control+Enter")
        mail = await office.has(1)
        assert mail.get_content().split() == ["Hello", "Mira,", "it", "is", "on", "its", "way."]
        await sees_status(page, "Sent")
        await expect(box).to_have_value("")

        await page.get_by_role("button", name="Done", exact=True).click()
        await expect(page.get_by_role("heading", name="Resting")).to_be_visible()
        await brought(mailing, answer_to(mail, "Thank you!"))
        await takes(agent)
        await sees_status(page, "Thank you!")


async def test_it_may_go_to_others_under_another_subject_and_a_note_goes_nowhere(
    browser: Browser, mailing: House, office: PostOffice
) -> None:
    async with at_desk(browser, mailing) as agent:
        await brought(mailing, question(LETTER))
        await takes(agent)
        await agent.notes("She has called, too.")
        await sees_status(agent.page, "She has called, too.")
        await agent.page.get_by_label("To", exact=True).fill("stock@shop.example, mo@shop.example")
        await agent.page.get_by_label("Copy", exact=True).fill("mira@shop.example")
        await agent.page.get_by_label("Subject", exact=True).fill("Order 7")
        await sends(agent, "Where is it?")
        mail = await office.has(1)
    assert (mail["To"], mail["Cc"], mail["Subject"]) == (
        "stock@shop.example, mo@shop.example",
        "mira@shop.example",
        "Order 7",
    )


async def test_what_could_not_be_sent_says_why_and_can_be_written_again(
    browser: Browser, mailing: House, office: PostOffice
) -> None:
    office.refuses["mira@shop.example"] = "550 no such user here"
    async with at_desk(browser, mailing) as agent:
        await brought(mailing, question(LETTER))
        await takes(agent)
        await sends(agent, "It is on its way.")
        failed = lines(agent.page).filter(has_text="550 no such user here")
        await expect(failed).to_be_visible(timeout=PATIENCE_MS)
        await failed.get_by_role("button", name="Write again").click()
        await expect(agent.page.get_by_role("textbox", name="Text of the mail")).to_have_value(
            "It is on its way."
        )
        await agent.page.get_by_label("To", exact=True).fill("not an address")
        await agent.page.get_by_role("main").get_by_role("button", name="Send").click()
        await sees_status(agent.page, "is no mail address")


async def attaches(agent: Agent, name: str, content: bytes) -> None:
    await agent.page.locator("input[type=file]").set_input_files(
        {"name": name, "mimeType": "text/plain", "buffer": content}
    )


async def test_files_go_along_until_they_are_removed_and_survive_a_reload(
    browser: Browser, mailing: House, office: PostOffice
) -> None:
    async with at_desk(browser, mailing) as agent:
        page = agent.page
        await brought(mailing, question(LETTER))
        await takes(agent)
        await expect(page.get_by_role("button", name="Attach a file")).to_be_visible()
        along = page.get_by_role("list", name="Files that go along").get_by_role("listitem")
        await attaches(agent, "care.txt", b"steam")
        await attaches(agent, "wrong.txt", b"fire")
        await expect(along).to_have_count(2, timeout=PATIENCE_MS)
        await page.get_by_role("button", name="Remove wrong.txt").click()
        await expect(along).to_have_count(1)
        await expect(lines(page).filter(has_text="care.txt")).to_contain_text("Not sent yet")
        await page.reload()
        await page.get_by_role("button", name=re.compile("Mira Olsen")).first.click(timeout=PATIENCE_MS)
        await expect(along).to_have_text([re.compile("care.txt")], timeout=PATIENCE_MS)
        await sends(agent, "How to care for it.")
        mail = await office.has(1)
        assert [(f.get_filename(), f.get_payload(decode=True)) for f in mail.iter_attachments()] == [
            ("care.txt", b"steam")
        ]
        await expect(lines(page).filter(has_text="How to care for it.")).to_contain_text("With care.txt")
        await expect(along).to_have_count(0)


async def test_what_cannot_be_attached_holds_the_mail_back_and_a_failed_one_keeps_its_files(
    browser: Browser, mailing: House, office: PostOffice
) -> None:
    office.refuses["mira@shop.example"] = "550 no such user here"
    async with at_desk(browser, mailing) as agent:
        page = agent.page
        await brought(mailing, question(LETTER))
        await takes(agent)
        await attaches(agent, "run.sh", b"echo")
        refused = lines(page).filter(has_text="files of this type cannot be sent")
        await expect(refused).to_be_visible(timeout=PATIENCE_MS)
        send = page.get_by_role("main").get_by_role("button", name="Send")
        await page.get_by_role("textbox", name="Text of the mail").fill("Here.")
        await expect(send).to_be_disabled()
        await expect(page.get_by_text("A file could not be attached.")).to_be_visible()
        await refused.get_by_role("button", name="Discard").click()
        await expect(send).to_be_enabled()
        await attaches(agent, "care.txt", b"steam")
        along = page.get_by_role("list", name="Files that go along").get_by_role("listitem")
        await expect(along).to_have_count(1, timeout=PATIENCE_MS)
        await send.click()
        await expect(lines(page).filter(has_text="550 no such user here")).to_be_visible(timeout=PATIENCE_MS)
        await expect(along).to_have_count(1)


async def test_a_hostile_mail_is_words(browser: Browser, mailing: House) -> None:
    mail = question()
    mail.set_content(
        "<script>document.title = 'taken'</script><img src=x onerror=\"document.title='taken'\"><b>Hi</b>",
        subtype="html",
    )
    async with at_desk(browser, mailing) as agent:
        await brought(mailing, mail)
        await takes(agent)
        await expect(lines(agent.page).filter(has_text="Hi")).to_be_visible()
        assert "taken" not in await agent.page.title()
        assert await agent.page.locator(".bubble img, .bubble script").count() == 0


@pytest.mark.parametrize("surroundings", ["light", "phone"])
async def test_a_mail_is_accessible(
    browser: Browser, mailing: House, office: PostOffice, axe_source: str, surroundings: str
) -> None:
    async with at_desk(browser, mailing, **SURROUNDINGS[surroundings]) as agent:
        await brought(mailing, question(LETTER))
        await takes(agent)
        await attaches(agent, "care.txt", b"steam")
        await attaches(agent, f"{'how to care for ferns ' * 5}.txt", b"steam")
        along = agent.page.get_by_role("list", name="Files that go along").get_by_role("listitem")
        await expect(along).to_have_count(2, timeout=PATIENCE_MS)
        assert await axe.faults(agent.page, axe_source) == []
        await nothing_sticks_out(agent.page)
        await sends(agent, "It is on its way.")
        await office.has(1)
        await sees_status(agent.page, "Sent")
        await nothing_sticks_out(agent.page)
        assert await axe.faults(agent.page, axe_source) == []
