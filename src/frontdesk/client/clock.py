"""The time of day and alarms, as an argument."""

import asyncio
import time
from collections.abc import Callable
from typing import Protocol


class Alarm(Protocol):
    """Something that will be called later."""

    def cancel(self) -> None:
        """Do not call it; harmless when it was called already."""


class Clock(Protocol):
    """Where the SDK gets its time from."""

    def now_ms(self) -> int:
        """Milliseconds since the Unix epoch."""

    def call_later(self, delay_ms: float, what: Callable[[], object]) -> Alarm:
        """Call `what` once, `delay_ms` from now."""


class SystemClock:
    """The computer's clock and the running event loop's alarms."""

    def now_ms(self) -> int:
        """Milliseconds since the Unix epoch."""
        return time.time_ns() // 1_000_000

    def call_later(self, delay_ms: float, what: Callable[[], object]) -> Alarm:
        """Call `what` once, `delay_ms` from now."""
        return asyncio.get_running_loop().call_later(delay_ms / 1000, what)
