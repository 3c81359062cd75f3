"""Syncs the write-ahead log beside the writer, where the disk is slow.

By itself SQLite syncs the log at the end of each transaction, and nobody writes until that is done. Where it
takes long, transactions end without it and this thread does it instead: more is written meanwhile, and shares
the next sync.
"""

import os
import queue
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from msgspec import Struct

from frontdesk.errors import Unavailable
from frontdesk.store.log import Recorded
from frontdesk.store.sqlite.group import Job

_sync: Callable[[int], None] = getattr(os, "fdatasync", os.fsync)  # Not all systems have the cheaper one.


class Written(Struct):
    """Jobs after their transaction: the outcome of each, errors as values, and the events in it."""

    jobs: Sequence[Job]
    outcomes: Sequence[object]
    recorded: Sequence[Recorded]

    def doubt(self) -> None:
        """Nobody knows whether it is on disk."""
        error = Unavailable("the disk did not take what was written")
        self.outcomes = [was if isinstance(was, BaseException) else error for was in self.outcomes]
        self.recorded = ()


class Syncs:
    """The thread, from when it is first needed.

    Shape:   `tell` is called in it with what a sync has brought to disk, and the seconds that took; `delay_s`
             makes each one slower. Once one has failed all do, until whoever has folded the log into the
             file sets `have_failed` back: the system may have forgotten a part of the log, and what is
             written after that part would be lost with it.
    """

    def __init__(self, path: Path, delay_s: float, tell: Callable[[Sequence[Written], float], None]) -> None:
        self._path = path.with_name(f"{path.name}-wal")
        self._log: int | None = None
        self._delay_s = delay_s
        self._tell = tell
        self._written: queue.SimpleQueue[Written | None] = queue.SimpleQueue()
        self._thread: threading.Thread | None = None
        self.have_failed = False
        self._is_new = False

    def put(self, written: Written) -> None:
        """Have what was written synced."""
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name="frontdesk-syncs", daemon=True)
            self._thread.start()
        self._written.put(written)

    def reopen(self) -> None:
        """The log may be another file from now on."""
        self._is_new = True

    def close(self) -> None:
        """Sync what was put, then end the thread."""
        if self._thread is not None:
            self._written.put(None)
            self._thread.join()

    def _run(self) -> None:
        is_open = True
        while is_open:
            groups, is_open = self._next()
            began_s = time.monotonic()
            self._sync()
            if self.have_failed:
                for written in groups:
                    written.doubt()
            self._tell(groups, time.monotonic() - began_s)
        self._close_log()

    def _next(self) -> tuple[Sequence[Written], bool]:
        """All that was written by now, once there is something, and whether more may follow."""
        groups: list[Written] = []
        while not groups or not self._written.empty():
            written = self._written.get()
            if written is None:
                return groups, False
            groups.append(written)
        return groups, True

    def _sync(self) -> None:
        try:
            _sync(self._opened())
        except OSError:
            self.have_failed = True
        if self._delay_s:
            time.sleep(self._delay_s)

    def _opened(self) -> int:
        """The log, kept open: each call into the system is a wait for the interpreter when it comes back."""
        if self._log is None or self._is_new:
            self._is_new = False
            self._close_log()
            self._log = os.open(self._path, os.O_RDONLY)
        return self._log

    def _close_log(self) -> None:
        if self._log is not None:
            os.close(self._log)
            self._log = None
