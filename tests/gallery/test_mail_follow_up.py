"""The application `mail-follow-up`: a mail to the visitor after the chat."""

from collections.abc import AsyncIterator
from pathlib import Path

import anyio
import pytest

from frontdesk.settings_mail import MailSettings
from tests.desk.nodes import Clock
from tests.gallery.people import agent, visitor
from tests.gallery.shop import Shop, shop
from tests.patience import PATIENCE_S
from tests.post_office import PostOffice, post_office

pytestmark = pytest.mark.anyio
ADDRESS = "mira@visitor.example"


@pytest.fixture
async def office() -> AsyncIterator[PostOffice]:
    async with post_office() as opened:
        yield opened


@pytest.fixture
async def mailing(tmp_path: Path, office: PostOffice) -> AsyncIterator[Shop]:
    mail = MailSettings(
        address="help@shop.example",
        name="The shop",
        service="shop",
        smtp_host="127.0.0.1",
        smtp_port=office.port,
        smtp_security="none",
    )
    async with shop("mail-follow-up", tmp_path, Clock(), mail=mail) as made:
        yield made


async def pauses(mailing: Shop) -> None:
    """Wait until the next try is still to come."""
    with anyio.fail_after(PATIENCE_S):
        while (await mailing.session_is_in("pausing")).due_ms <= mailing.clock.now_ms:
            await anyio.sleep(0.02)


async def test_who_was_helped_is_thanked(mailing: Shop, office: PostOffice) -> None:
    async with agent(mailing, "amy") as amy, visitor(mailing, ADDRESS):
        await (await amy.takes()).end()
        mail = await office.has(1)
        await mailing.session_is_in("finished")
    assert (mail["To"], mail["From"]) == (ADDRESS, "The shop <help@shop.example>")
    assert mail["Subject"] == "Your chat with us"
    assert mail.get_content().splitlines()[:2] == ["Dear Mira,", ""]
    assert "thank you for your chat" in mail.get_content()


async def test_who_left_before_anybody_came_is_asked_for_pardon(mailing: Shop, office: PostOffice) -> None:
    async with visitor(mailing, ADDRESS) as mira:
        await mailing.session_is_in("finding")
        await mira.client.leave()
        mail = await office.has(1)
    assert "we are sorry that nobody was there" in mail.get_content()
    await mailing.session_is_in("finished")


async def test_who_gave_no_address_gets_no_mail(mailing: Shop, office: PostOffice) -> None:
    async with visitor(mailing) as mira:
        await mailing.session_is_in("finding")
        await mira.client.leave()
        await mailing.session_is_in("finished")
    assert not office.envelopes


async def test_a_mail_that_is_refused_is_tried_again(mailing: Shop, office: PostOffice) -> None:
    office.refuses[ADDRESS] = "550 come back later"
    async with visitor(mailing, ADDRESS) as mira:
        await mailing.session_is_in("finding")
        await mira.client.leave()
    await mailing.session_is_in("pausing")
    office.refuses.clear()
    await mailing.after_s(300)
    await office.has(1)
    await mailing.session_is_in("finished")


async def test_in_the_end_it_is_given_up(mailing: Shop, office: PostOffice) -> None:
    office.refuses[ADDRESS] = "550 no such user here"
    async with visitor(mailing, ADDRESS) as mira:
        await mailing.session_is_in("finding")
        await mira.client.leave()
    for _ in range(2):
        await pauses(mailing)
        await mailing.after_s(300)
    await mailing.session_is_in("finished")
    assert not office.envelopes
