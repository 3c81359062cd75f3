"""Work that goes on for as long as a node does."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable

import structlog

RESTART_AFTER_S = 1.0

Work = tuple[str, Callable[[], Awaitable[None]]]

_log = structlog.get_logger("working")


@contextlib.asynccontextmanager
async def working(works: Iterable[Work]) -> AsyncIterator[None]:
    """Every work, by its name, for as long as the block lasts."""
    tasks = [asyncio.create_task(_for_ever(name, work), name=name) for name, work in works]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _for_ever(name: str, work: Callable[[], Awaitable[None]]) -> None:
    """Begin again after a fault of ours: one chat that trips it must not silence all others."""
    while True:
        try:
            await work()
        except Exception:  # noqa: BLE001
            _log.exception("begun_again", part=name)
            await asyncio.sleep(RESTART_AFTER_S)
