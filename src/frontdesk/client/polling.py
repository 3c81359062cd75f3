"""When to ask the server again: often after something was said, less and less while nothing happens.

Source:  webchat-service, section 6.2; chat-api-v2, section 20."""

import contextlib
import math
from collections.abc import Awaitable, Callable, Iterator

from msgspec import Struct

from frontdesk.client.clock import Alarm, Clock
from frontdesk.client.promise import spawn
from frontdesk.client.transport import Answer, Outcome

TOO_MANY = 429
TICK_MS = 250  # The clients that servers are used to look at their watch this often.


class Cadence(Struct, frozen=True):
    """How often to poll.

    Units:   milliseconds; `factor` makes the pause longer after each poll, or after each that failed when
             `only_failures` do; until the next good one. Pauses are whole `tick_ms`.
    """

    fastest_ms: float = 500
    slowest_ms: float = 3000
    factor: float = 1.2
    asleep_ms: float = 30_000
    only_failures: bool = False
    tick_ms: float = TICK_MS


class Poller:
    """Calls `poll` again and again, never twice at once, while it is started.

    Shape:   `poll` gives the answer, or `None` when there was nobody to ask.
    """

    def __init__(self, clock: Clock, cadence: Cadence, poll: Callable[[], Awaitable[Answer | None]]) -> None:
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
        self._holders = 0
        self._check: Callable[[], object] | None = None  # While it rests.

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
        if self._check is not None:
            self._check()
        self._arm()

    def rest(self, check: Callable[[], object] | None) -> None:
        """Rest while news come by themselves, and call `check` instead of hurrying; without it, go on."""
        self._check = check
        self._arm()

    def sleep(self) -> None:
        """Nobody looks: poll seldom."""
        self.is_asleep = True
        self._arm()

    def wake(self) -> None:
        """Somebody looks again."""
        self.is_asleep = False
        self.hurry()

    @contextlib.contextmanager
    def paused(self) -> Iterator[None]:
        """Do not begin to poll within this block."""
        self._holders += 1
        self._disarm()
        try:
            yield
        finally:
            self._holders -= 1
            self._arm()

    async def poll_once(self) -> bool:
        """Poll now; false, and nothing done, when a poll is under way."""
        if self.is_busy:
            return False
        self.is_busy = True
        self._disarm()
        answer: Answer | None = None
        try:
            answer = await self._poll()
        finally:
            self.is_busy = False
            self._last_ms = self._clock.now_ms()
            self._pause_ms = self._next_pause_ms(answer)
            leave_alone_s = None if answer is None else answer.retry_after_s
            if leave_alone_s is not None:
                self._not_before_ms = self._last_ms + min(leave_alone_s * 1000, self._cadence.asleep_ms)
            self._arm()
        return True

    def _next_pause_ms(self, answer: Answer | None) -> float:
        cadence = self._cadence
        if cadence.only_failures and answer is not None and answer.outcome is Outcome.DONE:
            return cadence.fastest_ms
        if cadence.only_failures and answer is not None and answer.status == TOO_MANY:
            return self._pause_ms
        return min(self._pause_ms * cadence.factor, cadence.slowest_ms)

    def _arm(self) -> None:
        self._disarm()
        if not self.is_started or self.is_busy or self._holders or self._check is not None:
            return
        pause_ms = self._cadence.asleep_ms if self.is_asleep else self._pause_ms
        due_ms = max(self._last_ms + pause_ms, self._not_before_ms)
        wait_ms = max(due_ms - self._clock.now_ms(), 1)
        tick_ms = self._cadence.tick_ms
        self._alarm = self._clock.call_later(
            math.ceil(wait_ms / tick_ms) * tick_ms, lambda: spawn(self.poll_once())
        )

    def _disarm(self) -> None:
        if self._alarm is not None:
            self._alarm.cancel()
            self._alarm = None
