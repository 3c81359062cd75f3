"""Settings of what sessions of applications may do and know."""

from pathlib import Path

import pytest

from frontdesk.errors import Refused
from frontdesk.module_parts import secrets_of
from frontdesk.settings_file import load_settings

FILE = """
[orchestration]
zones = ["Europe/Berlin"]
[orchestration.fetch]
allow = ["crm.example.com"]
[orchestration.fetch.secrets.Crm]
hosts = ["crm.example.com"]
[orchestration.lists.vips.Mira]
level = "gold"
[orchestration.options]
greeting = "Hello"
[orchestration.dialog.announcements.1001]
default = "Welcome."
DE = "Willkommen."
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "frontdesk.toml"
    path.write_text(FILE, "utf-8")
    return path


def test_a_secret_may_come_from_the_environment_or_from_a_file_of_its_own(file: Path, tmp_path: Path) -> None:
    variable = "FRONTDESK_ORCHESTRATION__FETCH__SECRETS__CRM__VALUE"
    (tmp_path / "secret").write_text("from a file\n", "utf-8")
    for environ, value in (
        ({variable: "from a variable"}, "from a variable"),
        ({f"{variable}_FILE": str(tmp_path / "secret")}, "from a file"),
    ):
        fetch = load_settings(file, environ).orchestration.fetch
        secret = secrets_of(fetch)["crm"]
        assert (secret.value, secret.hosts) == (value, ("crm.example.com",))


def test_a_secret_that_does_not_fit_is_not_shown(tmp_path: Path) -> None:
    path = tmp_path / "frontdesk.toml"
    path.write_text("[orchestration.fetch.secrets.crm]\nvalue = 12345\n", "utf-8")
    with pytest.raises(Refused) as caught:
        load_settings(path, {})
    assert "orchestration.fetch.secrets.crm.value" in caught.value.text
    assert "12345" not in caught.value.text


def test_lists_options_and_announcements_have_names_of_the_operators(file: Path) -> None:
    orchestration = load_settings(file, {}).orchestration
    assert orchestration.lists == {"vips": {"Mira": {"level": "gold"}}}
    assert orchestration.options == {"greeting": "Hello"}
    assert orchestration.dialog.prompts() == {"1001": {"": "Welcome.", "de": "Willkommen."}}


@pytest.mark.parametrize(
    "mistake",
    [
        'zones = ["Europe/Nowhere"]',
        'fetch.allow = ["http://crm.example.com/"]',
        'fetch.private = ["localhost"]',
        "categories.empty = {}",
        'calendars.closed.days = ["someday"]',
        'calendars.closed.country = "XX"',
    ],
)
def test_what_cannot_be_meant_is_told(tmp_path: Path, mistake: str) -> None:
    path = tmp_path / "frontdesk.toml"
    path.write_text(f"[orchestration]\n{mistake}\n", "utf-8")
    with pytest.raises(Refused) as caught:
        load_settings(path, {})
    assert "orchestration" in caught.value.text


def test_a_secret_of_webhooks_comes_from_a_file_of_its_own_too(tmp_path: Path) -> None:
    path = tmp_path / "frontdesk.toml"
    path.write_text('[journeys.webhooks]\nallow = ["crm.example.com"]\n', "utf-8")
    (tmp_path / "secret").write_text("hush\n", "utf-8")
    environ = {"FRONTDESK_JOURNEYS__WEBHOOKS__SECRETS__CRM_FILE": str(tmp_path / "secret")}
    webhooks = load_settings(path, environ).journeys.webhooks
    assert webhooks.secrets == {"crm": "hush"}
    assert [host.name for host in webhooks.allowed().hosts] == ["crm.example.com"]
