"""The one thread that writes: what waits becomes one transaction, and what comes meanwhile the next one.

When nothing is being written, a job is written after the next turn of the loop, which only looks for what has
come already; nobody waits longer for company. The thread is handed each group whole: one that looked for work
while the loop is still making some would find little of it, and each group costs a disk sync.

Where syncs take long, this thread leaves them to another (`syncs.py`) and writes the next group meanwhile.
What readers find in the file may not be on disk then: they wait for it with `on_disk`.
"""

import asyncio
import contextlib
import queue
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from pathlib import Path

from msgspec import Struct

from frontdesk.errors import Unavailable
from frontdesk.store.log import Recorded
from frontdesk.store.sqlite.checkpoints import FOLD_AFTER_ROWS
from frontdesk.store.sqlite.connection import ServerLock
from frontdesk.store.sqlite.group import Job
from frontdesk.store.sqlite.syncs import Syncs, Written
from frontdesk.store.sqlite.transactions import Transactions

SLOW_S = 0.004  # A transaction with its sync that takes longer: the disk is slow.
QUICK_S = 0.002  # A sync that takes less: it is slow no more.
WAITING_MAX = 100_000  # Jobs; more than this and the disk has stopped answering.


class Pace(Struct, frozen=True):
    """How writes are put together.

    Shape:   at most `jobs_at_once_max` share a transaction. After one that several have shared there is a
             rest of `rest_s`, so that what comes meanwhile shares the next, unless enough wait already.
             The log is folded into the file each time that about `fold_after_rows` were written.
    """

    jobs_at_once_max: int = 1000
    rest_s: float = 0
    fold_after_rows: int = FOLD_AFTER_ROWS


AT_ONCE = Pace()


class Group(Struct, frozen=True):
    """Jobs that share a transaction, none for the end; `is_synced` when the writer waits for the disk."""

    jobs: Sequence[Job]
    is_synced: bool


class Writer:
    """Group commit. Everything but `_run` and what it calls belongs to the event loop's thread.

    Shape:   `on_commit` hears, in the loop, the events of each transaction after its callers were told;
             `sync_delay_s` makes each sync slower, to see what a slow disk does.
    """

    def __init__(
        self,
        path: Path,
        lock: ServerLock,
        on_commit: Callable[[Sequence[Recorded]], None],
        sync_delay_s: float,
        pace: Pace = AT_ONCE,
    ) -> None:
        self._on_commit = on_commit
        self._sync_delay_s = sync_delay_s
        self._pace = pace
        self._loop = asyncio.get_running_loop()
        self._jobs: deque[Job] = deque()
        self._groups: queue.SimpleQueue[Group] = queue.SimpleQueue()
        self._is_called = False
        self._is_writing = False
        self._is_slow = False
        self._begun = 0  # Groups the thread was handed, and those whose callers were told.
        self._settled = 0
        self._beside = 0  # Of those in between: whose sync the writer does not wait for.
        self._readers: list[asyncio.Future[None]] = []
        self._rest: asyncio.TimerHandle | None = None
        self._is_closing = False
        self._syncs = Syncs(path, sync_delay_s, lambda *synced: self._tell(self._settle_beside, *synced))
        self._transactions = Transactions(path, lock, self._syncs.reopen, pace.fold_after_rows)
        self._thread = threading.Thread(target=self._run, name="frontdesk-writer", daemon=True)
        self._thread.start()

    @property
    def commits(self) -> int:
        return self._transactions.written

    def put(self, job: Job) -> None:
        """Have `job` written; its future tells the outcome. Errors: `Unavailable`."""
        if self._is_closing:
            raise Unavailable("the store is closed")
        if len(self._jobs) >= WAITING_MAX:
            raise Unavailable("too many writes are waiting for the disk")
        self._jobs.append(job)
        self._call()

    async def on_disk(self) -> None:
        """Return when all is on disk that a reader may have found until now. Errors: `Unavailable`."""
        begun = self._begun
        while self._beside and self._settled < begun:
            told = self._loop.create_future()
            self._readers.append(told)
            await told
        if self._syncs.have_failed:
            raise Unavailable("the disk did not take what was written")

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
        is_free = not self._is_writing and (self._is_slow or self._settled == self._begun)
        if is_free and not self._is_called:
            self._is_called = True
            self._loop.call_soon(self._loop.call_soon, self._take)

    def _take(self) -> None:
        self._is_called = False
        self._is_writing = True
        waiting = self._jobs
        jobs = [waiting.popleft() for _ in range(min(len(waiting), self._pace.jobs_at_once_max))]
        is_beside = self._is_slow or self._settled < self._begun  # Nobody overtakes who waits for a sync.
        self._groups.put(Group(jobs, is_synced=not is_beside))
        if jobs:  # Else it is the end, and nobody is told of it.
            self._begun += 1
            self._beside += is_beside

    # --- in the thread -------------------------------------------------------------------------

    def _run(self) -> None:
        while (group := self._groups.get()).jobs:
            began_s = time.monotonic()
            written = self._write(group)
            if group.is_synced:
                if self._sync_delay_s:
                    time.sleep(self._sync_delay_s)
                self._tell(self._settle_alone, written, time.monotonic() - began_s)
            else:
                self._syncs.put(written)
                self._tell(self._rest_or_go_on, len(group.jobs))
            self._transactions.rest()
        self._syncs.close()
        self._transactions.close()

    def _write(self, group: Group) -> Written:
        if self._syncs.have_failed:
            try:
                self._transactions.fold()
            except Unavailable as error:
                return Written(group.jobs, [error for _ in group.jobs], ())
            self._syncs.have_failed = False
        return Written(group.jobs, *self._transactions.write(group.jobs, is_synced=group.is_synced))

    def _tell(self, call: Callable[..., None], *values: object) -> None:
        with contextlib.suppress(RuntimeError):  # The loop was closed before the store: nobody waits.
            self._loop.call_soon_threadsafe(call, *values)

    # --- in the loop ---------------------------------------------------------------------------

    def _settle_alone(self, written: Written, took_s: float) -> None:
        """The writer has waited for the disk itself."""
        self._is_slow = took_s > SLOW_S
        try:
            self._settle((written,))
        finally:
            self._rest_or_go_on(len(written.jobs))

    def _settle_beside(self, groups: Sequence[Written], took_s: float) -> None:
        """A sync has brought these to disk while the writer went on."""
        self._is_slow = took_s > QUICK_S
        self._beside -= len(groups)
        try:
            self._settle(groups)
        finally:
            readers, self._readers = self._readers, []
            for told in readers:
                if not told.done():
                    told.set_result(None)
            if self._jobs or self._is_closing:
                self._call()

    def _settle(self, groups: Sequence[Written]) -> None:
        self._settled += len(groups)
        for written in groups:
            for job, outcome in zip(written.jobs, written.outcomes, strict=True):
                if job.done.done():
                    continue  # Its caller was cancelled; what was written stays written.
                if isinstance(outcome, BaseException):
                    job.done.set_exception(outcome)
                else:
                    job.done.set_result(outcome)
        recorded = [record for written in groups for record in written.recorded]
        if recorded:
            self._on_commit(recorded)

    def _rest_or_go_on(self, count: int) -> None:
        """The thread has nothing to write; `count` jobs shared the last transaction."""
        is_resting = count > 1 and len(self._jobs) < self._pace.jobs_at_once_max and not self._is_closing
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
        self._is_writing = False
        if self._jobs or self._is_closing:
            self._call()
