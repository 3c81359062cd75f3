"""Shoppers in a process of their own: commands come as JSON lines, what was measured goes out as such.

    python -m bench.shopping URL CONNECTIONS FIRST_NUMBER

There are far more page views than chats, and on one loop with them the chats would seem to wait for the
server when they wait for the load. It is nicer than the chats' load for the same reason.
"""

import asyncio
import contextlib
import itertools
import os
import sys
import time
from collections.abc import AsyncIterator

import msgspec
import uvloop

from bench.driver.load import Measured, Wrong
from bench.driver.page_views import Crowd, shop
from bench.processes import cpu_s, python

NICE = 5
LINE_BYTES_MAX = 2**26


class Begin(msgspec.Struct, tag=True):
    """View pages at this pace from now on; 0 for as fast as it goes."""

    per_s: float


class End(msgspec.Struct, tag=True):
    """Stop, and say what was measured."""


class Gone(msgspec.Struct, tag=True):
    """Something went wrong: there is no result."""

    fault: str


class Result(msgspec.Struct, tag=True):
    """What was measured."""

    measured: Measured


class Shoppers:
    """A crowd of shoppers, as whoever measures has it."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process

    def begin(self, per_s: float = 0) -> None:
        """View pages from now on."""
        self._say(Begin(per_s))

    async def end(self) -> Measured:
        """View no more; what that was. Errors: `Wrong`."""
        self._say(End())
        assert self._process.stdout is not None
        line = await self._process.stdout.readline()
        if not line:
            raise Wrong("the load of page views has ended")
        said = msgspec.json.decode(line, type=Result | Gone)
        if isinstance(said, Gone):
            raise Wrong(said.fault)
        return said.measured

    def cpu_s(self) -> float:
        """CPU time used so far."""
        return cpu_s(self._process.pid)

    async def run(self, for_s: float, per_s: float = 0) -> Measured:
        """What viewing pages for a while gives. Errors: `Wrong`."""
        self.begin(per_s)
        await asyncio.sleep(for_s)
        return await self.end()

    def _say(self, command: Begin | End) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(msgspec.json.encode(command) + b"\n")


@contextlib.asynccontextmanager
async def shoppers(url: str, connections: int, first_number: int) -> AsyncIterator[Shoppers]:
    """A crowd before the server at `url`; no other has shoppers of these numbers."""
    process = await asyncio.create_subprocess_exec(
        *python("bench.shopping", url, str(connections), str(first_number)),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        limit=LINE_BYTES_MAX,
    )
    try:
        yield Shoppers(process)
    finally:
        assert process.stdin is not None
        process.stdin.close()
        await process.wait()


async def serve(url: str, connections: int, first_number: int) -> None:
    """Do what standard input says, until it ends."""
    commands = asyncio.StreamReader()
    loop = asyncio.get_running_loop()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(commands), sys.stdin)
    async with shop(url, connections, itertools.count(first_number)) as crowd:
        began_s = 0.0
        while line := await commands.readline():
            match msgspec.json.decode(line, type=Begin | End):
                case Begin(per_s=per_s):
                    began_s = time.perf_counter()
                    crowd.begin(per_s)
                case End():
                    sys.stdout.buffer.write(msgspec.json.encode(await _result(crowd, began_s)) + b"\n")
                    sys.stdout.buffer.flush()


async def _result(crowd: Crowd, began_s: float) -> Result | Gone:
    try:
        await crowd.end()
    except Wrong as fault:
        return Gone(str(fault))
    return Result(crowd.measured(time.perf_counter() - began_s))


if __name__ == "__main__":
    os.nice(NICE)
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(serve(sys.argv[1], int(sys.argv[2]), int(sys.argv[3])))
