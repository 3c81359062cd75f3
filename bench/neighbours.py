"""Programs that use the processor and nothing else of ours: no disk, no socket, no memory to speak of.

    python -m bench.neighbours NICE SHARE

What chats feel beside them is what this machine does to whoever shares it, and no doing of Frontdesk.
"""

import asyncio
import contextlib
import os
import sys
import time
from collections.abc import AsyncIterator, Sequence

from msgspec import Struct

from bench.processes import python

PIECE_S = 0.0003  # About as long as a page view takes.
SHARE_MIN = 0.01


class Neighbour(Struct, frozen=True):
    """One of them. Shape: `share` is that of one core, from 0 to 1; `nice` as the shell has it."""

    nice: int
    share: float


@contextlib.asynccontextmanager
async def beside(neighbours: Sequence[Neighbour]) -> AsyncIterator[None]:
    """They are at work for as long as the block lasts."""
    processes = [
        await asyncio.create_subprocess_exec(
            *python("bench.neighbours", str(one.nice), str(max(SHARE_MIN, one.share))),
            stdout=asyncio.subprocess.PIPE,
        )
        for one in neighbours
    ]
    try:
        for process in processes:
            assert process.stdout is not None
            await process.stdout.readline()  # It is at work now.
        yield
    finally:
        for process in processes:
            process.kill()
            await process.wait()


def burn(share: float) -> None:
    """Use that share of a core, in pieces, for ever; what a piece came too late for is made up for."""
    began_s = time.monotonic()
    while True:
        until_s = time.thread_time() + PIECE_S
        while time.thread_time() < until_s:
            pass
        owed_s = time.thread_time() / share - (time.monotonic() - began_s)
        if owed_s > 0:
            time.sleep(owed_s)


if __name__ == "__main__":
    os.nice(int(sys.argv[1]))
    print("at work", flush=True)
    burn(float(sys.argv[2]))
