"""Servers under measurement: started as processes of their own, with what they use of CPU and memory."""

import asyncio
import contextlib
import os
import signal
import sys
import tempfile
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from pathlib import Path

import msgspec

START_WAIT_S = 30.0
STOP_WAIT_S = 15.0
TICKS_PER_S = os.sysconf("SC_CLK_TCK")
PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")


class Announced(msgspec.Struct):
    url: str


class Server:
    """A running server. `roots` are the processes whose trees do its work, the database's included."""

    def __init__(self, process: asyncio.subprocess.Process, url: str, roots: Sequence[int]) -> None:
        self.process = process
        self.url = url
        self._roots = (process.pid, *roots)

    def cpu_s(self) -> float:
        """CPU time used so far by all processes of this server, also by those that have ended."""
        return sum(_cpu_ticks(pid) for root in self._roots for pid in tree(root)) / TICKS_PER_S

    def helpers_cpu_s(self) -> float:
        """CPU time used so far by the processes that the server has started and that live."""
        return sum(_cpu_ticks(pid) for pid in tree(self.process.pid) if pid != self.process.pid) / TICKS_PER_S

    def memory_bytes(self) -> int:
        """Resident memory of the server's own processes, without a database beside it."""
        return sum(_resident_bytes(pid) for pid in tree(self.process.pid))

    def kill(self) -> None:
        """End it at once, as a power cut would."""
        with contextlib.suppress(ProcessLookupError):
            self.process.kill()


def tree(pid: int) -> Iterator[int]:
    """A process and all its descendants that live."""
    yield pid
    with contextlib.suppress(OSError):
        for task in Path(f"/proc/{pid}/task").iterdir():
            for child in (task / "children").read_text().split():
                yield from tree(int(child))


def cpu_s(pid: int) -> float:
    """CPU time used so far by a process that lives."""
    return _cpu_ticks(pid) / TICKS_PER_S


def _cpu_ticks(pid: int) -> int:
    """User and system time of a process and of its children that were waited for."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return 0
    fields = stat[stat.rindex(")") + 2 :].split()
    return sum(int(field) for field in fields[11:15])


def _resident_bytes(pid: int) -> int:
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * PAGE_BYTES


@contextlib.asynccontextmanager
async def started(
    argv: Sequence[str], env: Mapping[str, str] | None = None, roots: Sequence[int] = ()
) -> AsyncIterator[Server]:
    """A server that announces its address; stopped at the end.

    Errors:  `RuntimeError` with what it wrote when it does not come up.
    """
    with tempfile.TemporaryFile() as errors:
        process = await asyncio.create_subprocess_exec(
            *argv,
            stdout=asyncio.subprocess.PIPE,
            stderr=errors,
            # As installed: where this is set, each start would compile all modules anew.
            env={**os.environ, "PYTHONDONTWRITEBYTECODE": "", **(env or {})},
        )
        try:
            assert process.stdout is not None
            try:
                line = await asyncio.wait_for(process.stdout.readline(), START_WAIT_S)
                announced = msgspec.json.decode(line, type=Announced)
            except (TimeoutError, msgspec.DecodeError) as error:
                errors.seek(0)
                raise RuntimeError(f"{argv} did not start: {errors.read().decode()[-2000:]}") from error
            yield Server(process, announced.url, roots)
        finally:
            await _stop(process)


async def _stop(process: asyncio.subprocess.Process) -> None:
    if process.returncode is not None:
        return
    with contextlib.suppress(ProcessLookupError):
        process.send_signal(signal.SIGTERM)
    try:
        await asyncio.wait_for(process.wait(), STOP_WAIT_S)
    except TimeoutError:
        process.kill()
        await process.wait()


def python(module: str, *arguments: str) -> list[str]:
    """The command that runs a module of ours with this interpreter."""
    return [sys.executable, "-m", module, *arguments]
