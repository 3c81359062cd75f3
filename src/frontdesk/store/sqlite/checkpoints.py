"""Folding the write-ahead log into the file beside the writer, so that nobody's write waits for it.

SQLite does it within a commit when nobody else does: every few thousand messages, all that wait for that
commit wait for thousands of pages and two syncs of the disk more.
"""

import contextlib
import queue
import sqlite3
import threading
from pathlib import Path

from frontdesk.store.sqlite.connection import connect

FOLD_AFTER_ROWS = 2500  # Of the chats' own size, some 4,000 pages: 16 MiB.


class Checkpoints:
    """Who folds the log of one file.

    Shape:   a thread of its own folds what was written until it begins; the writer folds the little that was
             written meanwhile, and with that the log begins anew. `wrote` belongs to the writer's thread.
    """

    def __init__(self, path: Path, after_rows: int = FOLD_AFTER_ROWS) -> None:
        self._path = path
        self._after_rows = after_rows
        self._bell: queue.SimpleQueue[bool] = queue.SimpleQueue()
        self._thread: threading.Thread | None = None
        self._folded_at = 0
        self._is_folding = False
        self._is_nearly_folded = False

    def wrote(self, connection: sqlite3.Connection) -> None:
        """Take note of a commit of the writer's."""
        if self._is_nearly_folded:
            self._is_nearly_folded = False
            self._folded_at = connection.total_changes
            _fold(connection)
        elif not self._is_folding and connection.total_changes - self._folded_at >= self._after_rows:
            self._is_folding = True
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="frontdesk-checkpoints", daemon=True)
                self._thread.start()
            self._bell.put(True)

    def reopened(self) -> None:
        """The writer has a new connection, which counts its rows anew."""
        self._folded_at = 0

    def close(self) -> None:
        """End the thread."""
        if self._thread is not None:
            self._bell.put(False)
            self._thread.join()

    def _run(self) -> None:
        while self._bell.get():
            with contextlib.suppress(sqlite3.Error), contextlib.closing(connect(self._path)) as connection:
                _fold(connection)
            self._is_folding = False
            self._is_nearly_folded = True


def _fold(connection: sqlite3.Connection) -> None:
    """Fold what nobody holds on to. What cannot be folded now is so later, and lost in no case."""
    with contextlib.suppress(sqlite3.Error):
        connection.execute("PRAGMA wal_checkpoint(PASSIVE)")
