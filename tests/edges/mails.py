"""A server with mail, and those who write to it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from email.message import EmailMessage
from itertools import count
from pathlib import Path
from typing import Any

import httpx2

from frontdesk.main import Clock, wall_clock_ms
from frontdesk.settings_mail import MailSettings
from tests.conformance.house import House, serving, settings_in
from tests.post_office import PostOffice

KEY = "brings mails"
_numbers = count(1)


@asynccontextmanager
async def mail_house(
    folder: Path, office: PostOffice, clock: Clock = wall_clock_ms, **changes: Any
) -> AsyncIterator[House]:
    """A server whose mails go to the post office, and that takes in what is brought with the key."""
    said: dict[str, Any] = {
        "address": "help@desk.example",
        "name": "The shop",
        "service": "s",
        "smtp_host": "127.0.0.1",
        "smtp_port": office.port,
        "smtp_security": "none",
        "inbound_key": KEY,
    }
    async with serving(settings_in(folder, mail=MailSettings(**{**said, **changes})), clock) as house:
        yield house


def question(text: str = "Where is my order?", **fields: str) -> EmailMessage:
    """A mail of Mira's."""
    written = EmailMessage()
    said = {
        "From": "Mira Olsen <mira@shop.example>",
        "To": "help@desk.example",
        "Subject": "Late order",
        "Message-ID": f"<q{next(_numbers)}@shop.example>",
    }
    for name, value in {**said, **{name.replace("_", "-"): value for name, value in fields.items()}}.items():
        written[name] = value
    written.set_content(text)
    return written


def answer_to(mail: EmailMessage, text: str = "Thank you!", **fields: str) -> EmailMessage:
    """What Mira's mail program makes of an answer to a mail of ours."""
    references = f"{mail.get('References', '')} {mail['Message-ID']}".strip()
    said = {"Subject": str(mail["Subject"]), "In_Reply_To": str(mail["Message-ID"]), "References": references}
    return question(text, **{**said, **fields})


async def bring(house: House, mail: EmailMessage | bytes, key: str = KEY) -> httpx2.Response:
    """Bring a mail as another program does."""
    content = mail if isinstance(mail, bytes) else mail.as_bytes()
    return await house.visitors.http.post(
        f"{house.url}/api/mail/inbound",
        content=content,
        headers={"authorization": f"Bearer {key}", "content-type": "message/rfc822"},
    )


async def brought(house: House, mail: EmailMessage | bytes) -> tuple[str, str]:
    """Bring a mail that is taken in: what became of it, and where it is."""
    response = await bring(house, mail)
    assert response.status_code == 200, response.text
    said = response.json()
    return said["what"], said["interaction_id"]
