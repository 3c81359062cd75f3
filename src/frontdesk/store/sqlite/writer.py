"""The one thread that writes: what waits becomes one transaction, and what comes meanwhile the next one.

When nothing is being written, a job is written after the next turn of the loop, which only looks for what has
come already; nobody waits longer for company. The thread is handed each group whole: one that looked for work
while the loop is still making some would find little of it, and each group costs a disk sync.
"""

import asyncio
import contextlib
import queue
import sqlite3
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from pathlib import Path

from msgspec import Struct

from frontdesk.errors import Conflict, DeskError, Unavailable
from frontdesk.store.log import Recorded
from frontdesk.store.sqlite.checkpoints import Checkpoints
from frontdesk.store.sqlite.connection import ServerLock, connect
from frontdesk.store.sqlite.group import Heads, Job, Transaction

CACHE_KIB = 16_384
WAITING_MAX = 100_000  # Jobs; more than this and the disk has stopped answering.


class Pace(Struct, frozen=True):
    """How writes are put together.

    Shape:   at most `jobs_at_once_max` share a transaction. After one that several have shared there is a
             rest of `rest_s`, so that what comes meanwhile shares the next, unless enough wait already.
    """

    jobs_at_once_max: int = 1000
    rest_s: float = 0


AT_ONCE = Pace()


class Writer:
    """Group commit. Everything but `_run` and what it calls belongs to the event loop's thread.

    Shape:   `on_commit` hears, in the loop, the events of each transaction after its callers were told;
             `sync_delay_s` makes each commit slower, to see what a slow disk does.
    """

    def __init__(
        self,
        path: Path,
        lock: ServerLock,
        on_commit: Callable[[Sequence[Recorded]], None],
        sync_delay_s: float,
        pace: Pace = AT_ONCE,
    ) -> None:
        self._path = path
        self._lock = lock
        self._on_commit = on_commit
        self._sync_delay_s = sync_delay_s
        self._pace = pace
        self._loop = asyncio.get_running_loop()
        self._jobs: deque[Job] = deque()
        self._groups: queue.SimpleQueue[Sequence[Job]] = queue.SimpleQueue()
        self._is_busy = False
        self._is_called = False
        self._rest: asyncio.TimerHandle | None = None
        self._is_closing = False
        self._connection: sqlite3.Connection | None = None
        self._heads: Heads | None = None
        self._checkpoints = Checkpoints(path)
        self.commits = 0
        self._thread = threading.Thread(target=self._run, name="frontdesk-writer", daemon=True)
        self._thread.start()

    def put(self, job: Job) -> None:
        """Have `job` written; its future tells the outcome. Errors: `Unavailable`."""
        if self._is_closing:
            raise Unavailable("the store is closed")
        if len(self._jobs) >= WAITING_MAX:
            raise Unavailable("too many writes are waiting for the disk")
        self._jobs.append(job)
        self._call()

    async def aclose(self) -> None:
        """Write what waits, then end the thread."""
        self._is_closing = True
        if self._rest is not None:
            self._end_rest()
        else:
            self._call()
        await self._loop.run_in_executor(None, self._thread.join)

    def _call(self) -> None:
        """Have the next group taken soon: what this turn of the loop and the next bring goes along."""
        if not self._is_busy and not self._is_called:
            self._is_called = True
            self._loop.call_soon(self._loop.call_soon, self._take)

    def _take(self) -> None:
        self._is_called = False
        self._is_busy = True
        waiting = self._jobs
        group = [waiting.popleft() for _ in range(min(len(waiting), self._pace.jobs_at_once_max))]
        self._groups.put(group)  # An empty one is the last.

    # --- in the thread -------------------------------------------------------------------------

    def _run(self) -> None:
        while jobs := self._groups.get():
            outcomes, recorded = self._write(jobs)
            with contextlib.suppress(RuntimeError):  # The loop was closed before the store: nobody waits.
                self._loop.call_soon_threadsafe(self._settle, jobs, outcomes, recorded)
            if self._connection is not None:
                self._checkpoints.wrote(self._connection)
        self._checkpoints.close()
        self._let_go()
        self._lock.release()

    def _write(self, jobs: Sequence[Job]) -> tuple[list[object], list[Recorded]]:
        """The outcome of each job, errors as values, and the events that were committed."""
        try:
            return self._transact(jobs)
        except (sqlite3.OperationalError, OSError) as error:
            self._let_go()
            return [Unavailable(f"the database cannot be written: {error}") for _ in jobs], []
        except DeskError as error:
            return [error for _ in jobs], []
        except Exception as fault:  # noqa: BLE001 - a job that cannot be written must not stop the writer
            self._let_go()
            if len(jobs) > 1:
                return self._write_each(jobs)
            if isinstance(fault, sqlite3.IntegrityError):
                return [Conflict(f"somebody else wrote to the database: {fault}")], []
            return [fault], []

    def _write_each(self, jobs: Sequence[Job]) -> tuple[list[object], list[Recorded]]:
        """The same with a transaction for each job: one that cannot be written fails alone."""
        outcomes: list[object] = []
        recorded: list[Recorded] = []
        for job in jobs:
            outcome, events = self._write([job])
            outcomes += outcome
            recorded += events
        return outcomes, recorded

    def _transact(self, jobs: Sequence[Job]) -> tuple[list[object], list[Recorded]]:
        if self._connection is None:
            self._lock.acquire()
            self._connection = connect(self._path, CACHE_KIB)
            self._checkpoints.reopened()
        if self._heads is None:
            self._heads = Heads(self._connection)
        transaction = Transaction(self._connection, self._heads)
        outcomes = [transaction.carry_out(job) for job in jobs]
        transaction.commit()
        self.commits += 1
        if self._sync_delay_s:
            time.sleep(self._sync_delay_s)
        return outcomes, transaction.recorded

    def _let_go(self) -> None:
        """Close the connection, which undoes what was not committed, and believe nothing remembered."""
        connection, self._connection, self._heads = self._connection, None, None
        if connection is not None:
            with contextlib.suppress(sqlite3.Error):
                connection.close()

    # --- in the loop ---------------------------------------------------------------------------

    def _settle(self, jobs: Sequence[Job], outcomes: Sequence[object], recorded: Sequence[Recorded]) -> None:
        for job, outcome in zip(jobs, outcomes, strict=True):
            if job.done.done():
                continue  # Its caller was cancelled; what was written stays written.
            if isinstance(outcome, BaseException):
                job.done.set_exception(outcome)
            else:
                job.done.set_result(outcome)
        try:
            if recorded:
                self._on_commit(recorded)
        finally:
            self._rest_or_go_on(jobs)

    def _rest_or_go_on(self, jobs: Sequence[Job]) -> None:
        is_resting = len(jobs) > 1 and len(self._jobs) < self._pace.jobs_at_once_max and not self._is_closing
        if self._pace.rest_s and is_resting:
            self._rest = self._loop.call_later(self._pace.rest_s, self._end_rest)
        else:
            self._go_on()

    def _end_rest(self) -> None:
        if self._rest is not None:
            self._rest.cancel()
            self._rest = None
        self._go_on()

    def _go_on(self) -> None:
        self._is_busy = False
        if self._jobs or self._is_closing:
            self._call()
