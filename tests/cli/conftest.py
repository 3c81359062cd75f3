"""A terminal for the tests of commands."""

import logging
from collections.abc import Iterator
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
def terminal(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Iterator[Terminal]:
    """A terminal in a folder with settings for a service `shop` and an SQLite database."""
    root = logging.getLogger()
    handlers, level = root.handlers, root.level
    made = Terminal(tmp_path, monkeypatch, capsys)
    made.configure(SETTINGS)
    yield made
    root.handlers, root.level = handlers, level  # `serve` has turned the logs to a stream that is gone.
