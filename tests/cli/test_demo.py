"""The demo, with a visitor and an agent in terminals of their own; everything is there after a restart."""

import re
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from frontdesk.demo import greeter
from tests.cli.programs import Program


@pytest.fixture
def running() -> Iterator[ExitStack]:
    with ExitStack() as programs:
        yield programs


class Street:
    """The programs of one story; whatever still runs at its end is interrupted."""

    def __init__(self, folder: Path, running: ExitStack) -> None:
        self._folder = folder
        self._running = running

    def start(self, *arguments: str, **environ: str) -> Program:
        program = Program(*arguments, folder=self._folder, **environ)
        self._running.callback(program.interrupt)
        return program

    def demo(self, port: int = 0) -> tuple[Program, str]:
        """The demo, and its address."""
        program = self.start("demo", "--port", str(port), "--data", "shop")
        found = re.search(r"http://127\.0\.0\.1:\d+", program.says("frontdesk agent"))
        assert found is not None
        return program, found[0]


@pytest.fixture
def street(tmp_path: Path, running: ExitStack) -> Street:
    return Street(tmp_path, running)


def test_a_visitor_is_greeted_answered_and_put_through_and_finds_the_chat_again(street: Street) -> None:
    demo, url = street.demo()
    visitor = street.start("chat", f"{url}/demo", "--name", "Kim")
    visitor.says("Hello Kim")
    visitor.types("What does it cost?")
    visitor.says("Everything here costs 10.")
    visitor.types("A person, please")
    visitor.says(greeter.NOBODY)

    amy = street.start("agent", url, "--login", "amy", FRONTDESK_AGENT_PASSWORD="amy-demo")
    visitor.says(greeter.NOW_READY)
    amy.says("/accept or /decline")
    amy.says("asked for a person")
    amy.types("/accept")
    amy.says("What does it cost?")
    amy.types("Amy here")
    visitor.says("Amy here")
    amy.types("/whisper she is in a hurry")
    amy.says("(whispers)")

    assert visitor.interrupt() == 130
    assert "--restore" in visitor.heard
    assert "hurry" not in visitor.heard

    assert demo.interrupt() == 0
    demo, _ = street.demo(int(url.rpartition(":")[2]))
    visitor = street.start("chat", f"{url}/demo", "--restore")
    visitor.says("/quit leaves it open")
    visitor.types("I am back")
    amy.says("I am back")
    amy.types("/end")
    visitor.says("The chat has ended.")
    assert visitor.ends() == 0
    amy.types("/quit")
    assert amy.ends() == 0

    database = "sqlite:///shop/frontdesk.db"
    export = street.start("export", "--format", "text", FRONTDESK_DATABASE__URL=database)
    assert export.ends() == 0
    assert "I am back" in export.heard
    assert "1 interaction exported." in export.heard


def test_a_chat_that_ends_while_the_server_is_away_says_so(street: Street) -> None:
    demo, url = street.demo()
    visitor = street.start("chat", f"{url}/demo", "--name", "Kim")
    visitor.says("Hello Kim")
    assert demo.interrupt() == 0
    visitor.types("/end")
    visitor.says("The server was not told")
    assert visitor.ends() == 0
    assert "Traceback" not in visitor.heard


def test_what_cannot_be_done_is_told_in_a_line(street: Street, tmp_path: Path) -> None:
    _, url = street.demo()
    second = street.start("demo", "--port", url.rpartition(":")[2], "--data", "other")
    wrong = street.start("agent", url, "--login", "amy", FRONTDESK_AGENT_PASSWORD="wrong")
    nobody = street.start("chat", "http://127.0.0.1:1/demo")
    nowhere = street.start("agent", "http://127.0.0.1:1", FRONTDESK_AGENT_PASSWORD="any")
    (tmp_path / "file").write_text("in the way")
    no_folder = street.start("demo", "--port", "0", "--data", "file/data")
    told = {
        second: "choose another port",
        wrong: "the login or the password is wrong",
        nobody: "no chat at http://127.0.0.1:1",
        nowhere: "http://127.0.0.1:1 cannot be reached",
        no_folder: "choose another folder",
    }
    for program, text in told.items():
        assert program.ends() == 1
        assert text in program.heard
        assert "Traceback" not in program.heard
