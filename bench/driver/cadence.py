"""Polls at the pace of real clients: after each answer a pause, and never two at once.

Source:  chat API v2, §20; chat API v3, §13.
"""

import asyncio
import gc
import itertools
import math
import time
from collections.abc import Callable, Iterator, Sequence

from bench.driver.http import HttpConnection
from bench.driver.load import STRAGGLERS_WAIT_S, Measured, Wrong

GRAIN_S = 0.25  # Version 2 looks at its clock so often.
SHORTEST_S, GROWTH, LONGEST_S = 0.5, 1.2, 3.0

Pauses = Callable[[], Iterator[float]]
"""The pauses between the polls of one visitor, from its start on."""


def v2_pauses() -> Iterator[float]:
    """Longer after each poll, until they are three seconds; each up to the next look at the clock."""
    pause_s = SHORTEST_S
    while (pause_s := pause_s * GROWTH) < LONGEST_S:
        yield math.ceil(pause_s / GRAIN_S) * GRAIN_S
    yield from v3_pauses()


def v3_pauses() -> Iterator[float]:
    """Three seconds each."""
    return itertools.repeat(LONGEST_S)


class Poller:
    """One visitor who polls with one request; `is_well` says whether an answer is as it should be."""

    def __init__(
        self,
        connection: HttpConnection,
        request: bytes,
        pauses: Iterator[float],
        is_well: Callable[[int, bytes], bool],
    ) -> None:
        self.latencies_s: list[float] = []
        self.fault = ""
        self.is_waiting = False
        self._connection = connection
        self._request = request
        self._pauses = pauses
        self._is_well = is_well
        self._asked_s = self._stop_s = 0.0
        self._loop = asyncio.get_running_loop()

    def begin(self, after_s: float, stop_s: float) -> None:
        """Poll from then on, until `stop_s`."""
        self._stop_s = stop_s
        self._loop.call_later(after_s, self._ask)

    def _ask(self) -> None:
        self._asked_s = time.perf_counter()
        if self._asked_s < self._stop_s:
            self.is_waiting = True
            self._connection.ask(self._request, self._answered)

    def _answered(self, status: int, body: bytes) -> None:
        self.is_waiting = False
        self.latencies_s.append(time.perf_counter() - self._asked_s)
        if not self._is_well(status, body):
            self.fault = f"a poll was answered {status} {body[:200]!r}"
            return
        self._loop.call_later(next(self._pauses), self._ask)


async def _poll(pollers: Sequence[Poller], for_s: float) -> None:
    begun = time.perf_counter()
    for number, poller in enumerate(pollers):
        poller.begin(LONGEST_S * number / len(pollers), begun + for_s)
    await asyncio.sleep(for_s)
    until_s = time.perf_counter() + STRAGGLERS_WAIT_S
    while any(poller.is_waiting for poller in pollers) and time.perf_counter() < until_s:
        await asyncio.sleep(GRAIN_S)


async def keep_polling(pollers: Sequence[Poller], for_s: float) -> Measured:
    """All poll for a while, their first polls spread over the longest pause. Errors: `Wrong`."""
    gc.collect()
    gc.disable()  # A collection here would show as a latency there.
    try:
        await _poll(pollers, for_s)
    finally:
        gc.enable()
    faults = [poller.fault for poller in pollers if poller.fault]
    lost = sum(poller.is_waiting for poller in pollers)
    if faults or lost:
        raise Wrong(faults[0] if faults else f"{lost} polls were never answered")
    latencies_s = tuple(s for poller in pollers for s in poller.latencies_s)
    return Measured(len(latencies_s), for_s, latencies_s)
