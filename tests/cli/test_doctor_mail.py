"""The doctor goes to the mail servers."""

import pytest

from frontdesk.cli.checks import Finding, findings
from frontdesk.settings import DatabaseSettings, FileStoreSettings, ServerSettings, ServiceSettings, Settings
from frontdesk.settings_mail import MailSettings
from tests.mail_server import LOGIN, PASSWORD, mail_server
from tests.post_office import post_office

pytestmark = pytest.mark.anyio


async def found(**said: object) -> list[Finding]:
    """What the doctor finds about mail."""
    settings = Settings(
        server=ServerSettings(port=0),
        database=DatabaseSettings(url="memory:"),
        files=FileStoreSettings(folder="."),
        services={"mail": ServiceSettings()},
        mail=MailSettings(**said),  # type: ignore[arg-type]
    )
    return [finding async for finding in findings(settings, 1) if finding.subject == "mail"]


async def test_without_an_address_there_is_nothing_to_say() -> None:
    assert await found() == []


async def test_servers_that_answer_are_good() -> None:
    async with post_office() as office, mail_server() as mailbox:
        said = {
            "address": "help@desk.example",
            "service": "mail",
            "smtp_host": "127.0.0.1",
            "smtp_port": office.port,
            "smtp_security": "none",
            "imap_host": "127.0.0.1",
            "imap_port": mailbox.port,
            "imap_security": "none",
            "imap_login": LOGIN,
            "imap_password": PASSWORD,
        }
        assert [finding.level for finding in await found(**said)] == ["good", "good"]
        said["imap_password"] = "wrong"
        assert [finding.level for finding in await found(**said)] == ["good", "bad"]
    smtp, imap = await found(**said)
    assert (smtp.level, imap.level) == ("bad", "bad")
    assert "mail.smtp_host" in smtp.advice
    assert "imap_login" in imap.advice


async def test_half_a_way_is_worth_a_warning() -> None:
    told = await found(address="help@desk.example", service="mail")
    assert [(finding.level, finding.advice) for finding in told] == [
        ("warn", "set mail.smtp_host"),
        ("warn", "set mail.imap_host, or mail.inbound_key"),
    ]
