"""What every command has in common: help, exit codes, and errors in one line."""

import re

import pytest

from frontdesk import __version__
from tests.cli.terminal import Terminal

COMMANDS = ("agent", "chat", "demo", "doctor", "export", "migrate", "serve", "services", "users")


def test_help_names_every_command(terminal: Terminal) -> None:
    ran = terminal.run("--help")
    assert ran.code == 0
    assert all(f" {command} " in ran.output for command in COMMANDS)


def test_lists_of_commands_say_what_each_is_for(terminal: Terminal) -> None:
    assert "Run the server until" in terminal.run("--help").output
    listed = terminal.run("orchestration", "--help").output
    assert re.findall(r"│ (run|sessions|trace) +[A-Z]", listed) == ["run", "sessions", "trace"]


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help(terminal: Terminal, command: str) -> None:
    ran = terminal.run(command, "--help")
    assert ran.code == 0
    assert f"frontdesk {command}" in ran.output


def test_the_version_is_the_packages(terminal: Terminal) -> None:
    assert terminal.run("--version").output.strip() == __version__


@pytest.mark.parametrize(
    "arguments", [("nonsense",), ("demo", "--prot", "1"), ("demo", "--port", "many"), ("chat",)]
)
def test_what_is_not_understood_is_told_with_exit_code_2(terminal: Terminal, arguments: tuple[str]) -> None:
    ran = terminal.run(*arguments)
    assert ran.code == 2
    assert ran.errors.startswith("frontdesk: ")
    assert "--help" in ran.errors


def test_settings_that_cannot_be_used_are_told_with_exit_code_1(terminal: Terminal) -> None:
    terminal.configure("[server]\nprot = 1")
    ran = terminal.run("serve")
    assert (ran.code, ran.output) == (1, "")
    assert "did you mean server.port?" in ran.errors


def test_a_file_of_settings_that_is_named_must_be_there(terminal: Terminal) -> None:
    assert "there is no file" in terminal.run("serve", "--config", "none.toml").errors


def test_what_other_people_wrote_cannot_steer_the_terminal(terminal: Terminal) -> None:
    terminal.configure('[services."a\\u001b[2Jb"]')
    ran = terminal.run("services", "list")
    assert ran.code == 0
    assert "\x1b" not in ran.output
    assert "[2Jb" in ran.output
