"""The one task of a node that appends: what waits becomes one transaction, in one round trip.

When nothing is being written, an append is written at once; nobody waits for company.
"""

import asyncio
import contextlib
from collections import deque
from collections.abc import Callable, Sequence

import asyncpg

from frontdesk.errors import Conflict, Unavailable
from frontdesk.store.doorbell import Doorbell
from frontdesk.store.log import Recorded
from frontdesk.store.postgres.connection import AWAY, away, connect
from frontdesk.store.postgres.group import APPEND, Append, arrays, recorded_by

JOBS_AT_ONCE_MAX = 500
BYTES_AT_ONCE_MAX = 8_388_608
WAITING_MAX = 100_000  # Appends; more than this and the database has stopped answering.
BACK_OFF_S = (0.05, 2.0)  # After a failed attempt to connect: first and longest.


class Writer:
    """Group commit over one connection, which is made anew when it is lost.

    Shape:   `on_commit` hears the events of each transaction after its callers were told.
    """

    def __init__(self, dsn: str, on_commit: Callable[[Sequence[Recorded]], None]) -> None:
        self._dsn = dsn
        self._on_commit = on_commit
        self._jobs: deque[Append] = deque()
        self._bell = Doorbell()
        self._is_closing = False
        self._connection: asyncpg.Connection | None = None
        self._back_off_s = 0.0
        self._connect_at_s = 0.0
        self.commits = 0
        self._loop = asyncio.get_running_loop()
        self._task = self._loop.create_task(self._run())

    def put(self, job: Append) -> None:
        """Have `job` written; its future tells the outcome. Errors: `Unavailable`."""
        if self._is_closing:
            raise Unavailable("the store is closed")
        if len(self._jobs) >= WAITING_MAX:
            raise Unavailable("too many writes are waiting for the database")
        self._jobs.append(job)
        self._bell.ring()

    async def aclose(self) -> None:
        """Write what waits, then end the task."""
        self._is_closing = True
        self._bell.ring()
        await self._task

    async def _run(self) -> None:
        while True:
            jobs = self._take()
            if jobs:
                await self._write(jobs)
            elif self._is_closing:
                break
            else:
                await self._bell.wait()
        if self._connection is not None:
            with contextlib.suppress(*AWAY):
                await self._connection.close(timeout=1)

    def _take(self) -> list[Append]:
        """What waits, with each stream once; a second append to a stream waits for the first."""
        taken: dict[str, Append] = {}
        later: list[Append] = []
        jobs, room = self._jobs, BYTES_AT_ONCE_MAX
        while jobs and len(taken) < JOBS_AT_ONCE_MAX and room > 0:
            job = jobs.popleft()
            if job.stream in taken:
                later.append(job)
                continue
            taken[job.stream] = job
            room -= sum(map(len, job.bodies))
        jobs.extendleft(reversed(later))
        return list(taken.values())

    async def _write(self, jobs: Sequence[Append]) -> None:
        try:
            connection = await self._connected()
            head, losers = await connection.fetchrow(APPEND, *arrays(jobs))
        except AWAY as error:
            if not isinstance(error, asyncpg.PostgresError):
                self._let_go()  # It did not answer. One that told of a full disk is still there.
            for job in jobs:
                _fail(job, away(error))
        except Exception as fault:  # noqa: BLE001 - an append that cannot be written must not stop the writer
            if len(jobs) == 1:
                _fail(jobs[0], fault)
                return
            for job in jobs:
                await self._write([job])
        else:
            self.commits += 1
            self._settle(jobs, head, frozenset(losers))

    async def _connected(self) -> asyncpg.Connection:
        if self._connection is not None and not self._connection.is_closed():
            return self._connection
        if self._loop.time() < self._connect_at_s:
            raise ConnectionError("it was not there a moment ago")
        try:
            self._connection = await connect(self._dsn)
        except AWAY:
            shortest, longest = BACK_OFF_S
            self._back_off_s = min(longest, max(shortest, 2 * self._back_off_s))
            self._connect_at_s = self._loop.time() + self._back_off_s
            raise
        self._back_off_s = 0.0
        return self._connection

    def _let_go(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.terminate()

    def _settle(self, jobs: Sequence[Append], head: int, losers: frozenset[int]) -> None:
        recorded: list[Recorded] = []
        for number, job in enumerate(jobs, start=1):
            if number in losers:
                _fail(job, Conflict(f"{job.stream} is not at {job.after_version}, or a fence is out of date"))
                continue
            events = recorded_by(job, head + len(recorded))
            recorded += events
            if not job.done.done():  # Otherwise its caller was cancelled; what was written stays written.
                job.done.set_result(events[-1] if events else None)
        if recorded:
            self._on_commit(recorded)


def _fail(job: Append, error: Exception) -> None:
    if not job.done.done():
        job.done.set_exception(error)
