"""Waiting for something to happen in an interaction, or for time to pass."""

import asyncio
import contextlib
from collections.abc import Iterator

from frontdesk.desk.orchestration.under_way import Sleep
from frontdesk.store.log import Recorded


class News:
    """Wakes those who wait. It is told of every record of every interaction, when the chats know of it."""

    def __init__(self, sleep: Sleep = asyncio.sleep) -> None:
        self._sleep = sleep
        self._waiting: dict[str, set[asyncio.Event]] = {}

    def heard(self, interaction_id: str, _record: Recorded) -> None:
        """A record was committed, at whichever node."""
        for waiting in self._waiting.get(interaction_id, ()):
            waiting.set()

    @contextlib.contextmanager
    def of(self, interaction_id: str) -> Iterator[asyncio.Event]:
        """An event that is set at whatever happens in an interaction, from here on."""
        happened = asyncio.Event()
        waiting = self._waiting.setdefault(interaction_id, set())
        waiting.add(happened)
        try:
            yield happened
        finally:
            waiting.discard(happened)
            if not waiting:
                self._waiting.pop(interaction_id, None)

    async def next(self, happened: asyncio.Event, wait_s: float | None = None) -> None:
        """Return when something happened, or after `wait_s`."""
        waits: list[asyncio.Future[object]] = [asyncio.ensure_future(happened.wait())]
        if wait_s is not None:
            waits.append(asyncio.ensure_future(self._sleep(wait_s)))
        try:
            await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for wait in waits:
                wait.cancel()
            await asyncio.gather(*waits, return_exceptions=True)
        happened.clear()
