"""When to ask the server again: often after something was said, less and less while nothing happens.

Source:  webchat-service, section 6.2; chat-api-v2, section 20."""

import math
from collections.abc import Awaitable, Callable

from msgspec import Struct

from frontdesk.client.clock import Alarm, Clock
from frontdesk.client.promise import spawn

TICK_MS = 250  # The clients that servers are used to look at their watch this often.


class Cadence(Struct, frozen=True):
    """How often to poll.

    Units:   milliseconds; `factor` makes the pause longer after each poll.
    """

    fastest_ms: float = 500
    slowest_ms: float = 3000
    factor: float = 1.2
    asleep_ms: float = 30_000


class Poller:
    """Calls `poll` again and again, never twice at once, while it is started.

    Shape:   `poll` gives the seconds for which the server wants to be left alone, or `None`.
    """

    def __init__(self, clock: Clock, cadence: Cadence, poll: Callable[[], Awaitable[float | None]]) -> None:
        self._clock = clock
        self._cadence = cadence
        self._poll = poll
        self._pause_ms = cadence.fastest_ms
        self._last_ms: float = -math.inf
        self._alarm: Alarm | None = None
        self._not_before_ms: float = -math.inf
        self.is_started = False
        self.is_busy = False
        self.is_asleep = False

    def start(self) -> None:
        """Poll from now on."""
        self.is_started = True
        self.hurry()

    def stop(self) -> None:
        """Poll no more; an answer under way still comes."""
        self.is_started = False
        self._disarm()

    def hurry(self) -> None:
        """Something happened: poll as often as at the start."""
        self._pause_ms = self._cadence.fastest_ms
        self._arm()

    def sleep(self) -> None:
        """Nobody looks: poll seldom."""
        self.is_asleep = True
        self._arm()

    def wake(self) -> None:
        """Somebody looks again."""
        self.is_asleep = False
        self.hurry()

    async def poll_once(self) -> bool:
        """Poll now; false, and nothing done, when a poll is under way."""
        if self.is_busy:
            return False
        self.is_busy = True
        self._disarm()
        leave_alone_s: float | None = None
        try:
            leave_alone_s = await self._poll()
        finally:
            self.is_busy = False
            self._last_ms = self._clock.now_ms()
            self._pause_ms = min(self._pause_ms * self._cadence.factor, self._cadence.slowest_ms)
            if leave_alone_s is not None:
                self._not_before_ms = self._last_ms + min(leave_alone_s * 1000, self._cadence.asleep_ms)
            self._arm()
        return True

    def _arm(self) -> None:
        self._disarm()
        if not self.is_started or self.is_busy:
            return
        pause_ms = self._cadence.asleep_ms if self.is_asleep else self._pause_ms
        due_ms = max(self._last_ms + pause_ms, self._not_before_ms)
        wait_ms = max(due_ms - self._clock.now_ms(), 1)
        ticks = math.ceil(wait_ms / TICK_MS)
        self._alarm = self._clock.call_later(ticks * TICK_MS, lambda: spawn(self.poll_once()))

    def _disarm(self) -> None:
        if self._alarm is not None:
            self._alarm.cancel()
            self._alarm = None
