"""The `frontdesk` command as a test calls it."""

import contextlib
import logging
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog
from msgspec import Struct

from frontdesk.cli.app import main


@contextlib.contextmanager
def own_logs() -> Iterator[None]:
    """What a command sets of this process's logs is undone after it: its terminal is gone then."""
    root = logging.getLogger()
    handlers, level, ours = list(root.handlers), root.level, structlog.get_config()
    try:
        yield
    finally:
        root.handlers[:] = handlers
        root.setLevel(level)
        structlog.configure(**ours)


class Ran(Struct, frozen=True):
    """What a command left behind."""

    code: int
    output: str
    errors: str


class Terminal:
    """Runs commands in a folder of their own, with settings in `frontdesk.toml` there."""

    def __init__(
        self, folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        self.folder = folder
        self._monkeypatch = monkeypatch
        self._capsys = capsys
        monkeypatch.chdir(folder)
        monkeypatch.setenv("COLUMNS", "200")
        monkeypatch.setenv("XDG_STATE_HOME", str(folder / "state"))

    def configure(self, toml: str) -> None:
        (self.folder / "frontdesk.toml").write_text(toml, "utf-8")

    def run(self, *arguments: str, typed: str = "") -> Ran:
        """Run `frontdesk` with these arguments, and with `typed` on its standard input."""
        given = self.folder / "typed"
        given.write_text(typed, "utf-8")
        with given.open(encoding="utf-8") as stdin:
            self._monkeypatch.setattr(sys, "stdin", stdin)
            self._monkeypatch.setattr(sys, "argv", ["frontdesk", *arguments])
            with own_logs(), pytest.raises(SystemExit) as left:
                main()
        captured = self._capsys.readouterr()
        code = left.value.code
        assert isinstance(code, int)
        assert "Traceback" not in captured.err, captured.err
        return Ran(code, captured.out, captured.err)
