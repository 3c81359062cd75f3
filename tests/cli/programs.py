"""Programs that run beside a test, and what they say."""

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

from tests.patience import PATIENCE_S


class Program:
    """`frontdesk` with some arguments, in a process of its own."""

    def __init__(self, *arguments: str, folder: Path, **environ: str) -> None:
        self._heard = ""
        self._news = threading.Condition()
        self._process = subprocess.Popen(
            [sys.executable, "-c", "from frontdesk.cli import main; main()", *arguments],
            cwd=folder,
            env={**os.environ, "XDG_STATE_HOME": str(folder / "state"), "COLUMNS": "200", **environ},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            encoding="utf-8",
        )
        self._listening = threading.Thread(target=self._listen, daemon=True)
        self._listening.start()

    def _listen(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            with self._news:
                self._heard += line
                self._news.notify_all()
        with self._news:
            self._news.notify_all()

    @property
    def heard(self) -> str:
        """Everything that it has said."""
        return self._heard

    def says(self, text: str) -> str:
        """Wait until it says `text`; everything it has said."""
        until = time.monotonic() + PATIENCE_S
        with self._news:
            while text not in self._heard:
                is_waiting = self._listening.is_alive() and time.monotonic() < until
                assert is_waiting, f"{text!r} was not said, but:\n{self._heard}"
                self._news.wait(0.5)
        return self._heard

    def types(self, line: str) -> None:
        """Type a line at its terminal."""
        assert self._process.stdin is not None
        self._process.stdin.write(f"{line}\n")
        self._process.stdin.flush()

    def interrupt(self) -> int:
        """Press Ctrl-C, and wait for its end; the exit code."""
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGINT)
        return self.ends()

    def ends(self) -> int:
        """Wait for its end; the exit code."""
        try:
            code = self._process.wait(PATIENCE_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            raise
        self._listening.join(PATIENCE_S)
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                pipe.close()
        return code
