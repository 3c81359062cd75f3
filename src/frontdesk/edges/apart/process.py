"""The process of journeys as its node sees it: started, watched, started again, ended."""

import asyncio
import contextlib
import socket
import sys
from collections.abc import Callable

import structlog

from frontdesk.desk.processes import RESTART_AFTER_S, ended
from frontdesk.edges.apart.line import Line
from frontdesk.edges.apart.messages import Begin, End, Measure
from frontdesk.errors import DeskError, Unavailable

MODULE = "frontdesk.journey_process"
ENDS_WITHIN_S = 5.0
STOPS_WITHIN_S = 10.0  # With what is under way.
RESTART_AT_MOST_S = 10.0
STEADY_S = 30.0  # Whoever lived so long is started again at once.
LOOK_EVERY_S = 5.0
HANGS_AFTER_S = 30.0

_log = structlog.get_logger("journeys")


class JourneyProcess:
    """One process, and the next one when it ends.

    Shape:   `line` leads to the one that is ready; None while there is none. `begin` is what it is told
             first, `connect` makes our end of its line, `lost` is called when a line leads nowhere any more.
    """

    def __init__(
        self, begin: Callable[[], Begin], connect: Callable[[], Line], lost: Callable[[], None]
    ) -> None:
        self._begin_with = begin
        self._connect = connect
        self._lost = lost
        self._starting = asyncio.Lock()
        self._process: asyncio.subprocess.Process | None = None
        self._keeping: asyncio.Task[None] | None = None
        self._is_closed = False
        self.line: Line | None = None
        self.lives = 0

    @property
    def is_kept(self) -> bool:
        """Whether it was started, and is started again whenever it ends."""
        return self._keeping is not None

    @property
    def pid(self) -> int | None:
        return self._process.pid if self._process is not None else None

    async def start(self) -> None:
        """Return when it is ready, the first time it is wanted; from then on it is kept.

        Errors:  `DeskError`: why it could not begin, which is tried again all the same.
        """
        async with self._starting:
            if self._is_closed:
                raise Unavailable("journeys are stopped")
            if self._keeping is not None:
                return
            line: Line | None = None
            try:
                line = await self._begin()
            finally:
                self._keeping = asyncio.create_task(self._keep(line), name="journey process")

    async def aclose(self) -> None:
        """Have it answer what is under way, and end it."""
        async with self._starting:
            self._is_closed = True
        if self._keeping is not None:
            self._keeping.cancel()
            await asyncio.gather(self._keeping, return_exceptions=True)
        if self.line is not None:
            with contextlib.suppress(DeskError, TimeoutError):
                async with asyncio.timeout(STOPS_WITHIN_S):
                    await self.line.ask(End(), None)
            await self._end(self.line)

    async def _begin(self) -> Line:
        """Shape: it takes as long as it takes: a new version may have much to change in its database."""
        line = await self._spawn()
        try:
            await line.ask(self._begin_with(), None)
        except BaseException:
            await self._end(line)
            raise
        self.line = line
        self.lives += 1
        return line

    async def _spawn(self) -> Line:
        ours, theirs = socket.socketpair()
        try:
            with theirs:
                self._process = await asyncio.create_subprocess_exec(
                    sys.executable, "-P", "-m", MODULE, stdin=theirs.fileno()
                )
            ours.setblocking(False)
            _, line = await asyncio.get_running_loop().create_unix_connection(self._connect, sock=ours)
        except BaseException as error:
            ours.close()
            if isinstance(error, OSError):
                raise Unavailable(f"no process can be started: {error}") from error
            raise
        return line

    async def _end(self, line: Line) -> int:
        """The exit code of the process at the other end."""
        self.line = None
        line.abort()
        await line.lost
        self._lost()
        assert self._process is not None
        return await ended(self._process, ENDS_WITHIN_S)

    async def _keep(self, line: Line | None) -> None:
        """Start it again whenever it ends, later each time that it does so soon."""
        now_s = asyncio.get_running_loop().time
        after_s, began_s = RESTART_AFTER_S, now_s()
        while True:
            if line is not None:
                await self._watch(line)
                _log.warning("journey_process_lost", code=await self._end(line))
            if now_s() - began_s > STEADY_S:
                after_s = RESTART_AFTER_S
            await asyncio.sleep(after_s)
            after_s, began_s = min(2 * after_s, RESTART_AT_MOST_S), now_s()
            try:
                line = await self._begin()
            except DeskError as error:
                line = None
                _log.warning("journey_process_not_begun", reason=str(error))

    async def _watch(self, line: Line) -> None:
        """Return when it has ended; one that says nothing for long enough is killed."""
        while not line.lost.done():
            await asyncio.wait((line.lost,), timeout=LOOK_EVERY_S)
            try:
                async with asyncio.timeout(HANGS_AFTER_S):
                    await line.ask(Measure(), bytes)
            except TimeoutError:
                _log.warning("journey_process_hangs", seconds=HANGS_AFTER_S)
                assert self._process is not None
                with contextlib.suppress(ProcessLookupError):
                    self._process.kill()
                return
            except Unavailable:
                return
