"""Processes of ours, as the server sees them that has started them."""

import asyncio
import contextlib

RESTART_AFTER_S = 0.2


async def ended(process: asyncio.subprocess.Process, within_s: float) -> int:
    """The exit code of a process that is about to end; it is killed when that takes longer."""
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(within_s):
            return await process.wait()
    with contextlib.suppress(ProcessLookupError):
        process.kill()
    return await process.wait()
