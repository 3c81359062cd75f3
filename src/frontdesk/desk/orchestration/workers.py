"""The script worker as the server sees it: started, asked, watched, and started again."""

import asyncio
import collections
import contextlib
import os
import signal
import sys
import zlib
from collections.abc import Callable

import msgspec
import structlog

from frontdesk.desk.orchestration.contexts import Answer, Asking
from frontdesk.desk.orchestration.engine import BLAME_MAX, BROKEN, KILLED, EngineLost
from frontdesk.desk.orchestration.worker import OUT_OF_TIME, READY
from frontdesk.desk.pipes import LENGTH, framed
from frontdesk.desk.processes import RESTART_AFTER_S, ended
from frontdesk.scxml.limits import Limits

HANGS_AFTER_S = (
    15.0  # The process limits its CPU time itself; this is for one that waits, or has lost that limit.
)
STARTS_WITHIN_S = 60.0
ENDED = "the script worker ended"
BY_THEMSELVES_MAX = 2  # Where nobody has said how many: the server itself takes a core as well.
ENDS_WITHIN_S = 1.0  # After it has closed its side of the pipe.
NEEDED = ("LD_LIBRARY_PATH",)  # Of the environment: where Python itself may be found by it.

_log = structlog.get_logger("orchestration")
_encode = msgspec.msgpack.Encoder().encode
_decoder: msgspec.msgpack.Decoder[Answer] = msgspec.msgpack.Decoder(Answer)


class Worker:
    """One process, and the next one when it ends.

    Shape:   askings are answered in their order. Before it was started the first time it starts itself.
    """

    def __init__(self, limits: Limits, *, hangs_after_s: float = HANGS_AFTER_S) -> None:
        self._limits = limits
        self._hangs_after_s = hangs_after_s
        self._process: asyncio.subprocess.Process | None = None
        self._asked: collections.deque[asyncio.Future[Answer]] = collections.deque()
        self._reading: asyncio.Task[None] | None = None
        self._starting = asyncio.Lock()
        self._alarm: asyncio.TimerHandle | None = None
        self._is_closed = False
        self._is_starting = False
        self._has_hung = False
        self._lives = 0
        self.on_lost: list[Callable[[], None]] = []

    @property
    def pid(self) -> int | None:
        """The process that is at work, if any."""
        return self._process.pid if self._process is not None else None

    @property
    def restarts(self) -> int:
        return max(0, self._lives - 1)

    def life(self, session_id: str) -> int:
        return self._lives

    async def ask(self, asking: Asking) -> Answer:
        """The answer. Errors: `EngineLost`."""
        while (process := self._process) is None:
            await self._start()
        future: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        message = framed(_encode(asking))
        assert process.stdin is not None
        self._asked.append(future)
        if len(self._asked) == 1:
            self._watch()
        try:
            process.stdin.write(message)
            await process.stdin.drain()
        except (ConnectionError, RuntimeError):
            pass  # It has ended; whoever reads its answers tells everybody who waits.
        return await asyncio.shield(future)

    async def aclose(self) -> None:
        """End the process. What was asked is not answered any more."""
        self._is_closed = True
        if self._process is not None:
            self._kill()
        if self._reading is not None:
            await asyncio.wait([self._reading])

    async def _start(self) -> None:
        async with self._starting:
            if self._process is not None:
                return
            if self._is_closed:
                raise EngineLost("the script worker is stopped")
            if self._lives:
                await asyncio.sleep(RESTART_AFTER_S)
            process = await asyncio.create_subprocess_exec(
                sys.executable,
                "-I",
                "-m",
                "frontdesk.desk.orchestration.worker",
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                env={name: os.environ[name] for name in NEEDED if name in os.environ},
                cwd="/",
            )
            assert process.stdin is not None
            process.stdin.write(framed(_encode(self._limits)))
            self._lives += 1
            self._is_starting = True
            self._process = process
            self._reading = asyncio.create_task(self._read(process), name="script worker")

    async def _read(self, process: asyncio.subprocess.Process) -> None:
        assert process.stdout is not None
        try:
            await process.stdout.readexactly(len(READY))
            self._is_starting = False
            self._watch()
            while True:
                head = await process.stdout.readexactly(LENGTH.size)
                (length,) = LENGTH.unpack(head)
                answer = _decoder.decode(await process.stdout.readexactly(length))
                future = self._asked.popleft()
                self._watch()
                if not future.done():
                    future.set_result(answer)
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            await self._lost(process)

    async def _lost(self, process: asyncio.subprocess.Process) -> None:
        """Tell everybody who waits; only the first can have been what it was at."""
        code = await ended(process, ENDS_WITHIN_S)
        text, blame = self._why(code)
        self._process, self._has_hung = None, False
        self._watch()
        if not self._is_closed:
            _log.warning("worker_lost", code=code, waiting=len(self._asked))
        waiting, self._asked = self._asked, collections.deque()
        for number, future in enumerate(waiting):
            if not future.done():
                future.set_exception(EngineLost(ENDED) if number else EngineLost(text, blame))
                future.exception()  # Who asked may be gone.
        for tell in self.on_lost:
            tell()

    def _why(self, code: int) -> tuple[str, int]:
        """What is said of the end of the process, and how far it is the fault of what it was at."""
        if self._is_starting:
            return ENDED, 0
        if code == -OUT_OF_TIME:
            ms = self._limits.hard_cpu_ms
            return f"it held the script engine up for {ms} ms and could not be interrupted", BLAME_MAX
        return ENDED, KILLED if code == -signal.SIGKILL and not self._has_hung else BROKEN

    def _watch(self) -> None:
        """Wait so long for the answer that is next, and no longer."""
        if self._alarm is not None:
            self._alarm.cancel()
            self._alarm = None
        if self._asked:
            after_s = STARTS_WITHIN_S if self._is_starting else self._hangs_after_s
            self._alarm = asyncio.get_running_loop().call_later(after_s, self._hangs)

    def _hangs(self) -> None:
        _log.warning("worker_hangs", seconds=self._hangs_after_s)
        self._has_hung = True
        self._kill()

    def _kill(self) -> None:
        if self._process is not None:
            with contextlib.suppress(ProcessLookupError):
                self._process.kill()


class Workers:
    """Several of them: each session is always in the same one, so what breaks one of them breaks no other.

    Shape:   `count` of them; with 0 as many as there are cores, at most two.
    """

    def __init__(self, limits: Limits, count: int = 0) -> None:
        self.workers = [Worker(limits) for _ in range(count or min(BY_THEMSELVES_MAX, os.cpu_count() or 1))]

    @property
    def restarts(self) -> int:
        return sum(worker.restarts for worker in self.workers)

    def life(self, session_id: str) -> int:
        at = self._at(session_id)
        return self.workers[at].life(session_id) * len(self.workers) + at

    async def ask(self, asking: Asking) -> Answer:
        """The answer. Errors: `EngineLost`."""
        return await self.workers[self._at(asking.session)].ask(asking)

    async def aclose(self) -> None:
        """End all of them."""
        await asyncio.gather(*(worker.aclose() for worker in self.workers))

    def _at(self, session_id: str) -> int:
        # Other digits than those that say which node runs it, or a node would use few of its workers.
        return (zlib.crc32(session_id.encode()) >> 8) % len(self.workers)
