"""examples/visitor_session.py does what its how-to says, run as anybody would run it."""

import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.conformance.scripted_chat import ScriptedChat, scripted_chat
from tests.patience import PATIENCE_S

EXAMPLE = Path(__file__).parents[2] / "examples" / "visitor_session.py"


@pytest.fixture
def server() -> Iterator[ScriptedChat]:
    with scripted_chat() as running:
        yield running


@contextmanager
def example(server: ScriptedChat, state: Path, *arguments: str) -> Iterator["subprocess.Popen[str]"]:
    """The running program; its output ends at the latest after `PATIENCE_S`."""
    command = [sys.executable, str(EXAMPLE), "--url", server.url, "--state", str(state), *arguments]
    with subprocess.Popen(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as program:
        limit = threading.Timer(PATIENCE_S, program.kill)
        limit.start()
        try:
            yield program
        finally:
            limit.cancel()
            program.kill()


def line_of(program: "subprocess.Popen[str]") -> str:
    assert program.stdout is not None
    return program.stdout.readline().rstrip("\n")


def test_it_says_its_lines_shows_the_answer_and_goes_on_in_a_second_run(
    server: ScriptedChat, tmp_path: Path
) -> None:
    state = tmp_path / "state.json"
    with example(server, state, "Where is my order?") as first:
        assert line_of(first) == "Mira: Where is my order?"
        amy = server.joins("Agent", "Amy")
        server.says(amy, "Let me look.")
        assert line_of(first) == "* Amy is here"
        assert line_of(first) == "Amy: Let me look."
        first.send_signal(signal.SIGINT)
        assert first.wait(PATIENCE_S) == 0
    assert state.stat().st_mode & 0o777 == 0o600

    server.says(amy, "Found it.")
    with example(server, state) as second:
        assert line_of(second) == "Amy: Found it."
        server.ends()
        assert line_of(second) == "* the chat is over"
        assert second.wait(PATIENCE_S) == 0
    assert not state.exists()
    assert len(server.asked("start")) == 1


def test_it_leaves_when_it_is_told_to(server: ScriptedChat, tmp_path: Path) -> None:
    with example(server, tmp_path / "state.json", "--name", "Ben", "Bye", "--leave") as program:
        assert program.wait(PATIENCE_S) == 0
        assert line_of(program) == "* the chat is over"
    assert [fields["message"] for fields in server.asked("send")] == ["Bye"]
    assert server.asked("start")[0]["nickname"] == "Ben"
    assert len(server.asked("disconnect")) == 1
