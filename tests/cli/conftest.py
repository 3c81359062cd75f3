"""A terminal for the tests of commands."""

from pathlib import Path

import pytest

from tests.cli.terminal import Terminal

SETTINGS = """
[server]
port = 0
[database]
url = "sqlite:///frontdesk.db"
[files]
folder = "files"
[services.shop]
"""


@pytest.fixture
def terminal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Terminal:
    """A terminal in a folder with settings for a service `shop` and an SQLite database."""
    made = Terminal(tmp_path, monkeypatch, capsys)
    made.configure(SETTINGS)
    return made
