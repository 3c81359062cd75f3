"""The doctor names what is wrong and what to do."""

import socket
from pathlib import Path

import pytest

from tests.cli.terminal import Terminal


def test_good_settings_are_good(terminal: Terminal) -> None:
    assert terminal.run("migrate").code == 0
    ran = terminal.run("doctor")
    assert (ran.code, ran.errors) == (0, "")
    assert "✗" not in ran.output
    assert ran.output.count("its tables are up to date") == 2


def test_the_database_of_journeys_is_looked_at_as_well(terminal: Terminal, tmp_path: Path) -> None:
    terminal.run("migrate")
    beside = next(tmp_path.rglob("*-journeys.db"))
    beside.write_text("Dear Amy, " * 1000)
    ran = terminal.run("doctor")
    assert ran.code == 1
    assert f"{beside.name} cannot be opened" in ran.output.replace("\n", " ")


def test_a_database_that_is_not_there_yet_is_no_fault(terminal: Terminal) -> None:
    ran = terminal.run("doctor")
    assert ran.code == 0
    assert "at the first start" in ran.output
    assert ran.output.count("are free at") == 1


@pytest.mark.parametrize(
    ("toml", "told"),
    [
        ("[server]\nprot = 1", "did you mean server.port?"),
        ("", "add [services.NAME]"),
        ('[services.a]\n[log]\nlevel = "loud"', "log.level is 'loud'"),
        ('[services.a]\n[server]\nprefix = "chat"', "begins with no slash"),
        ('[services.a]\n[server]\ntrusted_proxies = ["proxy"]', "is no address or network"),
        ('[services.a]\n[server]\npublic_url = "chat.example"', "is no web address"),
        ('[services.a]\n[database]\nurl = "mysql://x"', "postgresql://"),
        ('[services.a]\n[database]\nurl = "postgresql://127.0.0.1:1/none"', "see that it runs"),
    ],
)
def test_each_fault_is_told_and_the_exit_code_is_1(terminal: Terminal, toml: str, told: str) -> None:
    terminal.configure(toml)
    ran = terminal.run("doctor")
    assert told in ran.output + ran.errors
    assert ran.code == 1


def test_several_servers_cannot_share_a_file_or_a_folder(terminal: Terminal) -> None:
    ran = terminal.run("doctor", "--nodes", "2")
    assert ran.code == 1
    assert "use postgresql://" in ran.output
    assert "set files.s3_bucket" in ran.output


def test_a_port_that_somebody_has_is_told(terminal: Terminal) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        terminal.configure(f"[services.a]\n[server]\nport = {taken.getsockname()[1]}")
        ran = terminal.run("doctor")
    assert ran.code == 1
    assert "stop what has it" in ran.output


def test_a_bot_without_an_account_is_told(terminal: Terminal) -> None:
    toml = '[services.shop]\nbot = "robo"\n[database]\nurl = "sqlite:///frontdesk.db"\n[server]\nport = 0'
    terminal.configure(toml)
    terminal.run("migrate")
    ran = terminal.run("doctor")
    assert ran.code == 1
    assert "frontdesk users add robo --role bot" in ran.output
    terminal.run("users", "add", "robo", "--role", "bot")
    assert terminal.run("doctor").code == 0


def test_an_application_that_is_not_there_is_told(terminal: Terminal, tmp_path: Path) -> None:
    toml = """
        [database]
        url = "sqlite:///frontdesk.db"
        [server]
        port = 0
        [services.shop]
        application = "greets"
        """
    terminal.configure(toml)
    terminal.run("migrate")
    ran = terminal.run("doctor")
    assert ran.code == 1
    assert "services.shop.application is 'greets', which is not there" in ran.output
    folder = tmp_path / "applications" / "of-the-shop"
    folder.mkdir(parents=True)
    (folder / "application.toml").write_text('name = "greets"')
    chart = '<scxml xmlns="http://www.w3.org/2005/07/scxml" version="1.0"><state/></scxml>'
    (folder / "application.scxml").write_text(chart)
    terminal.configure(f'{toml}\n[orchestration]\nfolder = "{folder.parent}"')
    assert "is not there" not in terminal.run("doctor").output
    (folder / "application.scxml").write_text(f"<!DOCTYPE scxml>{chart}")
    ran = terminal.run("doctor")
    assert f"{folder} is not taken in: application.scxml:1: a document type is not allowed" in ran.output


def test_nothing_is_changed_by_looking(terminal: Terminal, tmp_path: Path) -> None:
    terminal.run("doctor")
    assert not (tmp_path / "frontdesk.db").exists()
    assert not (tmp_path / "files").exists()


def test_postgresql_is_looked_at_as_well(terminal: Terminal, postgres_database: str) -> None:
    terminal.configure(f'[services.shop]\n[server]\nport = 0\n[database]\nurl = "{postgres_database}"')
    assert "migrations are pending" in terminal.run("doctor").output
    assert terminal.run("migrate").code == 0
    ran = terminal.run("doctor")
    assert ran.code == 0
    assert "its tables are up to date" in ran.output
    assert "right for one server only" in ran.output
    assert "a folder serves one server" in terminal.run("doctor", "--nodes", "2").output


def test_scripts_of_applications_are_tried_where_there_are_any(terminal: Terminal) -> None:
    assert "scripts of applications" not in terminal.run("doctor").output
    terminal.configure('[services.help]\napplication = "greeting"\n')
    assert "scripts of applications run" in terminal.run("doctor").output
