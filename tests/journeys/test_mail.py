"""An agent answers mails at the page: what comes in, what goes out, and what cannot."""

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
        await sends(agent, "It is on its way.")
        await office.has(1)
        await sees_status(agent.page, "Sent")
        await nothing_sticks_out(agent.page)
        assert await axe.faults(agent.page, axe_source) == []
