"""Mails that are fetched from a real mail server."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import anyio
import pytest

from frontdesk.edges.mail_imap import WAIT_S, try_out
from frontdesk.errors import Unavailable
from frontdesk.settings_mail import MailSettings
from tests.conformance.house import House
from tests.edges.mails import mail_house, question
from tests.mail_server import LOGIN, PASSWORD, Mailbox, mail_server
from tests.patience import PATIENCE_S
from tests.post_office import PostOffice

pytestmark = pytest.mark.anyio

NOBODY = PostOffice()  # Nothing goes out here.


@pytest.fixture
async def mailbox() -> AsyncIterator[Mailbox]:
    async with mail_server() as opened:
        yield opened


def said(mailbox: Mailbox, **changes: Any) -> dict[str, Any]:
    return {
        "imap_host": "127.0.0.1",
        "imap_port": mailbox.port,
        "imap_security": "none",
        "imap_login": LOGIN,
        "imap_password": PASSWORD,
        "imap_every_s": 1,
        **changes,
    }


async def until(mailbox: Mailbox, *flags: str) -> None:
    """Wait for the mails of the folder to have these flags."""
    with anyio.fail_after(PATIENCE_S):
        while await mailbox.flags() != list(flags):
            await anyio.sleep(0.05)


async def opened(house: House) -> float:
    return await house.measured("frontdesk_interactions_open")


async def test_what_is_unread_is_taken_in_and_marked_as_read(tmp_path: Path, mailbox: Mailbox) -> None:
    await mailbox.put(question("Where is my order?"), question("And mine?"))
    async with (
        mail_house(tmp_path, NOBODY, **said(mailbox)) as house,
        house.agent("amy") as amy,
    ):
        await until(mailbox, r"\Seen", r"\Seen")
        rings = await amy.hears(lambda m: m["is"] == "invited")
        await amy.does("accept", interaction_id=rings["interaction_id"])
        heard = await amy.hears_event(rings["interaction_id"], "MailReceived")
        assert heard["event"]["text"] in ("Where is my order?", "And mine?")
        assert await opened(house) == 2
        await mailbox.put(question("Hello?"))
        await until(mailbox, r"\Seen", r"\Seen", r"\Seen")
        assert await opened(house) == 3


async def test_what_was_fetched_and_not_marked_is_taken_in_once(tmp_path: Path, mailbox: Mailbox) -> None:
    mail = question()
    await mailbox.put(mail, mail)
    async with mail_house(tmp_path, NOBODY, **said(mailbox)) as house:
        await until(mailbox, r"\Seen", r"\Seen")
        assert await opened(house) == 1


async def test_a_mail_that_is_too_large_is_flagged_for_people(tmp_path: Path, mailbox: Mailbox) -> None:
    await mailbox.put(question("x" * 3000), question("small"))
    async with mail_house(tmp_path, NOBODY, **said(mailbox, message_bytes_max=2000)) as house:
        await until(mailbox, r"\Flagged \Seen", r"\Seen")
        assert await opened(house) == 1


async def test_hostile_mails_hold_up_no_others(tmp_path: Path, mailbox: Mailbox) -> None:
    deep = b"From: a@b.example\r\n" + b"Content-Type: message/rfc822\r\n\r\n" * 100
    await mailbox.put(deep, b"\x00\xff", question("Hello"))
    async with mail_house(tmp_path, NOBODY, **said(mailbox)) as house, house.agent("amy") as amy:
        await until(mailbox, *[r"\Seen"] * 3)
        await amy.hears(lambda m: m["is"] == "invited" and m["nickname"] == "Mira Olsen")


async def test_a_mail_server_that_is_away_is_asked_again(tmp_path: Path) -> None:
    async with mail_server() as gone:
        settings = said(gone)
    async with mail_house(tmp_path, NOBODY, **settings) as house, mail_server(gone.port) as back:
        await back.put(question())
        await until(back, r"\Seen")
        assert await opened(house) == 1


async def test_a_mail_server_that_does_not_answer_holds_up_no_stop(tmp_path: Path) -> None:
    came, left = asyncio.Event(), asyncio.Event()

    async def say_nothing(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        came.set()
        assert await reader.read() == b""
        writer.close()
        await writer.wait_closed()
        left.set()

    silent = await asyncio.start_server(say_nothing, "127.0.0.1", 0)
    mailbox = Mailbox(silent.sockets[0].getsockname()[1])
    async with asyncio.timeout(WAIT_S - 5):
        async with mail_house(tmp_path, NOBODY, **said(mailbox)):
            await came.wait()
        await left.wait()
    silent.close()
    await silent.wait_closed()


async def test_trying_out_says_what_is_wrong(mailbox: Mailbox) -> None:
    right = MailSettings(address="help@desk.example", **said(mailbox))
    await try_out(right)
    for changes in ({"imap_password": "wrong"}, {"imap_folder": "Nowhere"}, {"imap_security": "tls"}):
        with pytest.raises(Unavailable, match=r"\w"):
            await try_out(MailSettings(address="help@desk.example", **said(mailbox, **changes)))
