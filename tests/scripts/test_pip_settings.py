"""What this machine told pip, uv is told too; what somebody told uv comes first."""

import pytest

from scripts.pip_settings import for_uv, parse

MIRROR = "https://mirror.example/simple"


def uv_sees(listing: str, **environment: str) -> dict[str, str]:
    return for_uv(parse(listing), environment)


@pytest.mark.parametrize(
    ("listing", "variable", "value"),
    [
        (f"global.index-url='{MIRROR}'", "UV_DEFAULT_INDEX", MIRROR),
        ("install.index-url='https://user:a%3Db@mirror/simple'", "UV_DEFAULT_INDEX", "https://user:a%3Db@mirror/simple"),
        ("global.extra-index-url='\\nhttps://a/simple\\nhttps://b/simple'", "UV_INDEX", "https://a/simple https://b/simple"),
        ("global.find-links='/wheels /more'", "UV_FIND_LINKS", "/wheels,/more"),
        ("global.trusted-host='a b'", "UV_INSECURE_HOST", "a b"),
        (":env:.cert='/etc/ours.pem'", "SSL_CERT_FILE", "/etc/ours.pem"),
        ("global.proxy='http://proxy:3128'", "ALL_PROXY", "http://proxy:3128"),
        ("global.timeout='60'", "UV_HTTP_TIMEOUT", "60"),
    ],
)  # fmt: skip
def test_a_setting_of_pip_reaches_uv(listing: str, variable: str, value: str) -> None:
    assert uv_sees(listing)[variable] == value


def test_the_environment_beats_the_command_and_the_command_beats_the_rest() -> None:
    lines = [
        ":env:.index-url='https://env'",
        "install.index-url='https://install'",
        "global.index-url='https://g'",
    ]
    assert uv_sees("\n".join(lines))["UV_DEFAULT_INDEX"] == "https://env"
    assert uv_sees("\n".join(lines[1:]))["UV_DEFAULT_INDEX"] == "https://install"


def test_settings_of_other_commands_are_passed_over() -> None:
    assert parse("download.index-url='https://elsewhere'\nglobal.no-index='true'") == {"no-index": "true"}


@pytest.mark.parametrize("variable", ["UV_DEFAULT_INDEX", "UV_INDEX_URL"])
def test_what_is_said_to_uv_itself_stays(variable: str) -> None:
    told = uv_sees(f"global.index-url='{MIRROR}'", **{variable: "https://own"})
    assert told == {variable: "https://own"}


def test_with_several_indexes_uv_looks_at_all_as_pip_does() -> None:
    assert uv_sees("global.extra-index-url='https://a'")["UV_INDEX_STRATEGY"] == "unsafe-best-match"
    assert "UV_INDEX_STRATEGY" not in uv_sees(f"global.index-url='{MIRROR}'")


def test_a_machine_that_says_nothing_changes_nothing() -> None:
    assert uv_sees("", PATH="/bin") == {"PATH": "/bin"}
