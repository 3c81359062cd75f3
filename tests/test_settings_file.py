"""How settings are found, and how every mistake is named."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from frontdesk.errors import Refused
from frontdesk.settings import Settings
from frontdesk.settings_file import load_settings
from frontdesk.settings_table import fill


def loaded(folder: Path, toml: str, **environ: str) -> Settings:
    file = folder / "frontdesk.toml"
    file.write_text(toml, "utf-8")
    return load_settings(file, environ)


def refusal(folder: Path, toml: str, **environ: str) -> str:
    with pytest.raises(Refused) as refused:
        loaded(folder, toml, **environ)
    assert refused.value.code == "bad_settings"
    return refused.value.text


def test_nothing_said_is_the_defaults() -> None:
    assert load_settings(None, {}) == Settings()


def test_a_file_says_what_differs(tmp_path: Path) -> None:
    settings = loaded(
        tmp_path,
        """
        [server]
        port = 9000
        trusted_proxies = ["10.0.0.0/8"]
        [services.shop]
        bot = "greeter"
        [services.shop.rules]
        idle_alert_s = 60
        [services.shop.rules.files]
        upload_max_files = 1
        """,
    )
    assert (settings.server.port, settings.server.trusted_proxies) == (9000, ("10.0.0.0/8",))
    assert settings.services["shop"].rules.idle_alert_s == 60
    assert settings.services["shop"].rules.files.upload_max_files == 1
    assert settings.limits == Settings().limits


def test_the_environment_wins_over_the_file(tmp_path: Path) -> None:
    settings = loaded(
        tmp_path,
        "[server]\nport = 9000\n[services.Shop]\nqueue = 'a'",
        FRONTDESK_SERVER__PORT="9001",
        FRONTDESK_SERVER__TRUSTED_PROXIES="10.0.0.0/8, ::1",
        FRONTDESK_DATABASE__MIGRATE_ON_START="false",
        FRONTDESK_SERVICES__SHOP__QUEUE="b",
        FRONTDESK_SERVICES__SHOP__RULES__IDLE_ALERT_S="61",
        HOME="/somewhere",
    )
    assert settings.server.port == 9001
    assert settings.server.trusted_proxies == ("10.0.0.0/8", "::1")
    assert settings.database.migrate_on_start is False
    assert settings.services["Shop"].queue == "b"
    assert settings.services["Shop"].rules.idle_alert_s == 61


def test_a_number_of_letters_is_no_number_of_a_text_setting(tmp_path: Path) -> None:
    assert loaded(tmp_path, "", FRONTDESK_SERVER__API_KEY="12345").server.api_key == "12345"


def test_a_secret_may_stand_in_a_file_of_its_own(tmp_path: Path) -> None:
    key = tmp_path / "key"
    key.write_text("s3cret\n")
    assert loaded(tmp_path, "", FRONTDESK_SERVER__API_KEY_FILE=str(key)).server.api_key == "s3cret"


def test_a_secret_said_twice_or_not_readable_is_refused(tmp_path: Path) -> None:
    text = refusal(tmp_path, "", FRONTDESK_SERVER__API_KEY="a", FRONTDESK_SERVER__API_KEY_FILE="/nowhere")
    assert "only one of them" in text
    assert "cannot be read" in refusal(tmp_path, "", FRONTDESK_DATABASE__URL_FILE="/nowhere/at/all")


def test_what_is_no_secret_has_no_file_form(tmp_path: Path) -> None:
    assert "FRONTDESK_SERVER__PORT_FILE" in refusal(tmp_path, "", FRONTDESK_SERVER__PORT_FILE="/x")


@pytest.mark.parametrize(
    ("toml", "named"),
    [
        ("[server]\nprot = 1", "server.prot: there is no such setting; did you mean server.port?"),
        ("[sever]\nport = 1", "sever: there is no such setting; did you mean server?"),
        ("port = 1", "port: there is no such setting here; it belongs in [server]"),
        ("[log]\ncolour = 1", "log.colour: there is no such setting; here are: as_json, level"),
        ("[services.a.rules]\nidle_alert = 1", "did you mean services.a.rules.idle_alert_s?"),
        ("server = 1", "server: is a section: write [server] and its keys below it"),
    ],
)
def test_an_unknown_key_is_refused_by_its_name(tmp_path: Path, toml: str, named: str) -> None:
    assert named in refusal(tmp_path, toml)


@pytest.mark.parametrize(
    ("toml", "named"),
    [
        (
            "[server]\nport = 70000",
            "server.port: 70000 does not fit; it must be a whole number from 0 to 65535",
        ),
        ("[server]\nport = '80'", "server.port: '80' does not fit"),
        ("[log]\nas_json = 'yes'", "log.as_json: 'yes' does not fit; it must be true or false"),
        (
            "[services.a]\nallowed_origins = '*'",
            "services.a.allowed_origins: '*' does not fit; it must be a list",
        ),
    ],
)
def test_a_wrong_value_is_told_with_what_is_right(tmp_path: Path, toml: str, named: str) -> None:
    assert named in refusal(tmp_path, toml)


def test_a_wrong_variable_is_told_by_its_own_name(tmp_path: Path) -> None:
    assert "FRONTDESK_SERVER__PORT: 'many'" in refusal(tmp_path, "", FRONTDESK_SERVER__PORT="many")
    assert "did you mean server.port?" in refusal(tmp_path, "", FRONTDESK_SERVER__PROT="1")
    assert "did you mean FRONTDESK_SERVER__PORT?" in refusal(tmp_path, "", FRONTDESK_SERVER_PORT="1")


def test_every_mistake_is_told_at_once(tmp_path: Path) -> None:
    text = refusal(tmp_path, "[server]\nport = -1\nhots = 'x'\n[log]\nlevel = 3")
    assert all(name in text for name in ("server.port", "server.hots", "log.level"))


QUEUES_THAT_CANNOT_BE = {
    '[queues.a]\ntargets = ["german >"]': "queues.a: the skill expression 'german >' is not right at its end",
    '[queues.a]\ntargets = ["after 5 s: anybody"]': "queues.a: the first target has to count at once",
    '[queues.a]\ndemands = ["language"]': "queues.a: 'language' is no demand",
    '[queues.a]\noverflow_s = 1\noverflow_queue = "b"': "queues.a.overflow_queue: there is no [queues.b]",
    '[queues.a]\noverflow_s = 1\noverflow_queue = "a"': "chats would go round: a → a",
}


@pytest.mark.parametrize("toml", QUEUES_THAT_CANNOT_BE)
def test_a_queue_that_cannot_be_is_told_with_what_is_right(tmp_path: Path, toml: str) -> None:
    assert QUEUES_THAT_CANNOT_BE[toml] in refusal(tmp_path, toml)


def test_a_secret_of_the_wrong_type_is_not_shown(tmp_path: Path) -> None:
    assert "4711" not in refusal(tmp_path, "[server]\napi_key = 4711")


def test_a_file_that_is_not_there_or_not_toml_is_told(tmp_path: Path) -> None:
    with pytest.raises(Refused, match="there is no file"):
        load_settings(tmp_path / "none.toml", {})
    assert "is not valid TOML" in refusal(tmp_path, "[server")


KEYS = st.sampled_from(
    ("server", "port", "services", "rules", "files", "url", "trusted_proxies", "as_json", "x")
)
VALUES = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5) | st.dates()
TABLES = st.recursive(
    VALUES, lambda inner: st.lists(inner, max_size=2) | st.dictionaries(KEYS, inner, max_size=3)
)


@given(st.dictionaries(KEYS, TABLES, max_size=4))
def test_whatever_is_said_it_is_settings_or_told_why_not(table: dict[str, object]) -> None:
    mistakes: list[str] = []
    settings = fill(Settings, table, "", mistakes)
    assert isinstance(settings, Settings) != bool(mistakes)
