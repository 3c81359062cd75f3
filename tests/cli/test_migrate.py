"""The tables are brought up to date by a command of their own."""

from pathlib import Path

from tests.cli.terminal import Terminal


def test_a_new_database_is_made_once(terminal: Terminal) -> None:
    made = terminal.run("migrate")
    assert made.code == 0
    assert "Migrated chats:" in made.output
    assert "Migrated journeys:" in made.output
    assert terminal.run("migrate").output == "The database is up to date.\n"


def test_a_version_without_journeys_gets_them(terminal: Terminal, tmp_path: Path) -> None:
    terminal.run("migrate")
    beside = next(tmp_path.rglob("*-journeys.db"))
    for file in beside.parent.glob(f"{beside.name}*"):
        file.unlink()
    again = terminal.run("migrate").output
    assert "journeys" in again
    assert "chats" not in again
    assert beside.exists()


def test_where_nobody_is_followed_there_is_one_database(terminal: Terminal, tmp_path: Path) -> None:
    terminal.configure('[services.shop]\n[database]\nurl = "sqlite:///one.db"\n[journeys]\nis_on = false')
    made = terminal.run("migrate")
    assert "chats" in made.output
    assert "journeys" not in made.output
    assert "journeys" not in terminal.run("doctor").output
    assert not list(tmp_path.rglob("*-journeys.db"))


def test_a_server_that_may_not_migrate_says_which_command_does(terminal: Terminal) -> None:
    terminal.configure(
        '[services.shop]\n[server]\nport = 0\n[database]\nurl = "sqlite:///new.db"\nmigrate_on_start = false'
    )
    refused = terminal.run("serve")
    assert refused.code == 1
    assert "frontdesk migrate" in refused.errors
    assert terminal.run("doctor").code == 0


def test_a_database_that_cannot_be_reached_is_told(terminal: Terminal) -> None:
    terminal.configure('[database]\nurl = "postgresql://127.0.0.1:1/none"')
    assert terminal.run("migrate").code == 1
