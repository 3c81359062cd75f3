"""Connections to one SQLite file, and the lock that makes one process its writer."""

import fcntl
import os
import sqlite3
import time
from pathlib import Path

from frontdesk.errors import Unavailable

BUSY_MS = 5000  # Longer than any write of ours, so that `users add` beside a busy server waits and succeeds.
BUSY_AGAIN_S = 0.005
STATEMENTS_KEPT = 128  # Prepared.
CHECKPOINT_PAGES = 16_000  # 64 MiB of log before whoever writes folds it, which `Checkpoints` does earlier.


def connect(path: Path, cache_kib: int = 2048) -> sqlite3.Connection:
    """A connection on which each statement is a transaction until `BEGIN`; usable from any thread.

    Errors:  `sqlite3.OperationalError` when the file cannot be opened.
    """
    connection = sqlite3.connect(
        path, isolation_level=None, check_same_thread=False, cached_statements=STATEMENTS_KEPT
    )
    connection.execute(f"PRAGMA busy_timeout={BUSY_MS}")
    _write_ahead(connection)
    connection.execute("PRAGMA synchronous=FULL")  # What is acknowledged is on disk.
    connection.execute("PRAGMA secure_delete=ON")  # What is erased is overwritten; not every SQLite does so.
    connection.execute(f"PRAGMA cache_size=-{cache_kib}")
    connection.execute(f"PRAGMA wal_autocheckpoint={CHECKPOINT_PAGES}")
    return connection


def _write_ahead(connection: sqlite3.Connection) -> None:
    """Switch to a write-ahead log. SQLite does not wait by itself when two do so to a new file at once."""
    until_s = time.monotonic() + BUSY_MS / 1000
    while True:
        try:
            connection.execute("PRAGMA journal_mode=WAL")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or time.monotonic() > until_s:
                raise
            time.sleep(BUSY_AGAIN_S)
        else:
            return


class InUse(Unavailable):
    """Another process writes to the file."""


class ServerLock:
    """Held by the one process that writes events to a file; the system lets go of it when that one dies."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock_path = path.with_name(path.name + ".lock")
        self._descriptor: int | None = None

    @property
    def is_held(self) -> bool:
        return self._descriptor is not None

    def acquire(self) -> None:
        """Take the lock unless it is held already. Errors: `Unavailable` while another server has it."""
        if self._descriptor is not None:
            return
        descriptor = os.open(self._lock_path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(descriptor)
            raise InUse(
                f"another Frontdesk server is using {self._path}; "
                "one process writes to an SQLite database, several need PostgreSQL"
            ) from None
        self._descriptor = descriptor

    def release(self) -> None:
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None
