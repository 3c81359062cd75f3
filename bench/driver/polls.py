"""Polls: each visitor asks for news again as soon as it has the answer."""

import asyncio
import time
from collections.abc import Sequence

from bench.driver.load import Measured, Wrong
from bench.driver.v2 import Visitor


class Polls:
    """A closed loop over the visitors, each polling beyond what it knows."""

    def __init__(self, visitors: Sequence[Visitor], for_s: float) -> None:
        self._requests = [(v.connection, v.refresh(v.identity.next_position)) for v in visitors]
        self._stop_at = time.perf_counter() + for_s
        self._latencies: list[float] = []
        self._polling = len(visitors)
        self._wrong = ""
        self._over = asyncio.Event()

    async def run(self) -> Measured:
        """Poll until the time is over. Errors: `Wrong`."""
        begun = time.perf_counter()
        for number in range(len(self._requests)):
            self._ask(number)
        await self._over.wait()
        if self._wrong:
            raise Wrong(self._wrong)
        return Measured(len(self._latencies), time.perf_counter() - begun, tuple(self._latencies))

    def _ask(self, number: int) -> None:
        connection, request = self._requests[number]
        at_s = time.perf_counter()
        connection.ask(request, lambda status, body: self._answered(number, at_s, status, body))

    def _answered(self, number: int, at_s: float, status: int, body: bytes) -> None:
        now_s = time.perf_counter()
        self._latencies.append(now_s - at_s)
        if status != 200 or b'"statusCode":2' in body or b'"statusCode":1' in body:
            self._wrong = f"a poll was answered {status} {body[:200]!r}"
            self._over.set()
        elif now_s < self._stop_at:
            self._ask(number)
        else:
            self._polling -= 1
            if not self._polling:
                self._over.set()


async def poll(visitors: Sequence[Visitor], for_s: float) -> Measured:
    """Poll for a while; each visitor's position must be past its last event for polls with nothing new."""
    return await Polls(visitors, for_s).run()
