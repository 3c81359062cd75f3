"""Writes groups of jobs on the one connection that writes, a transaction for each."""

import contextlib
import sqlite3
from collections.abc import Callable, Sequence
from pathlib import Path

from frontdesk.errors import Conflict, DeskError, Unavailable
from frontdesk.store.log import Recorded
from frontdesk.store.sqlite.checkpoints import Checkpoints
from frontdesk.store.sqlite.connection import ServerLock, connect
from frontdesk.store.sqlite.group import Heads, Job, Transaction

CACHE_KIB = 4096


class Transactions:
    """What belongs to the writer's thread.

    Shape:   `on_open` is called when the file was opened; the log is folded after so many rows.
    """

    def __init__(
        self, path: Path, lock: ServerLock, on_open: Callable[[], None], fold_after_rows: int
    ) -> None:
        self._path = path
        self._lock = lock
        self._on_open = on_open
        self._connection: sqlite3.Connection | None = None
        self._heads: Heads | None = None
        self._checkpoints = Checkpoints(path, fold_after_rows)
        self._are_synced = True
        self.written = 0

    def write(self, jobs: Sequence[Job], *, is_synced: bool) -> tuple[list[object], list[Recorded]]:
        """The outcome of each job, errors as values, and the events that were committed.

        Shape:   unless `is_synced`, they are in the file, where readers find them, and not on disk yet.
        """
        try:
            return self._transact(jobs, is_synced)
        except (sqlite3.OperationalError, OSError) as error:
            self._let_go()
            return [Unavailable(f"the database cannot be written: {error}") for _ in jobs], []
        except DeskError as error:
            return [error for _ in jobs], []
        except Exception as fault:  # noqa: BLE001 - a job that cannot be written must not stop the writer
            self._let_go()
            if len(jobs) > 1:
                return self._write_each(jobs, is_synced)
            if isinstance(fault, sqlite3.IntegrityError):
                return [Conflict(f"somebody else wrote to the database: {fault}")], []
            return [fault], []

    def _write_each(self, jobs: Sequence[Job], is_synced: bool) -> tuple[list[object], list[Recorded]]:
        """The same with a transaction for each job: one that cannot be written fails alone."""
        outcomes: list[object] = []
        recorded: list[Recorded] = []
        for job in jobs:
            outcome, events = self.write([job], is_synced=is_synced)
            outcomes += outcome
            recorded += events
        return outcomes, recorded

    def _transact(self, jobs: Sequence[Job], is_synced: bool) -> tuple[list[object], list[Recorded]]:
        connection = self._opened()
        if is_synced != self._are_synced:
            connection.execute(f"PRAGMA synchronous={'FULL' if is_synced else 'NORMAL'}")
            self._are_synced = is_synced
        if self._heads is None:
            self._heads = Heads(connection)
        transaction = Transaction(connection, self._heads)
        outcomes = [transaction.carry_out(job) for job in jobs]
        transaction.commit()
        self.written += 1
        return outcomes, transaction.recorded

    def _opened(self) -> sqlite3.Connection:
        if self._connection is None:
            self._lock.acquire()
            self._connection = connect(self._path, CACHE_KIB)
            self._are_synced = True
            self._checkpoints.reopened()
            self._on_open()
        return self._connection

    def fold(self) -> None:
        """Fold what was written into the file and sync that. Errors: `Unavailable`."""
        try:
            (is_busy, *_) = self._opened().execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        except (sqlite3.OperationalError, OSError) as error:
            self._let_go()
            raise Unavailable(f"the database cannot be written: {error}") from error
        if is_busy:
            raise Unavailable("the database is still being read")

    def rest(self) -> None:
        """Do what can be done while nobody waits for it: look whether the log is to be folded."""
        if self._connection is not None:
            self._checkpoints.wrote(self._connection)

    def close(self) -> None:
        """Let go of the file."""
        self._checkpoints.close()
        self._let_go()
        self._lock.release()

    def _let_go(self) -> None:
        """Close the connection, which undoes what was not committed, and believe nothing remembered."""
        connection, self._connection, self._heads = self._connection, None, None
        if connection is not None:
            with contextlib.suppress(sqlite3.Error):
                connection.close()
