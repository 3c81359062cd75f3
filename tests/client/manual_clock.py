"""A clock that moves only when a test moves it."""

from collections.abc import Callable
from itertools import count

START_MS = 1_760_000_000_000


class ManualAlarm:
    """A call that is due at some time, unless it is cancelled."""

    def __init__(self, due_ms: float, number: int, what: Callable[[], object]) -> None:
        self.due_ms = due_ms
        self.number = number
        self.what: Callable[[], object] | None = what

    def cancel(self) -> None:
        self.what = None


class ManualClock:
    """Time as an argument."""

    def __init__(self, now_ms: float = START_MS) -> None:
        self._now_ms = now_ms
        self._numbers = count()
        self._alarms: list[ManualAlarm] = []

    def now_ms(self) -> int:
        return int(self._now_ms)

    def call_later(self, delay_ms: float, what: Callable[[], object]) -> ManualAlarm:
        alarm = ManualAlarm(self._now_ms + delay_ms, next(self._numbers), what)
        self._alarms.append(alarm)
        return alarm

    def step(self, until_ms: float) -> bool:
        """Go to the next alarm and let it ring; false, and at `until_ms`, when none is due before."""
        self._alarms = [alarm for alarm in self._alarms if alarm.what is not None]
        due = [alarm for alarm in self._alarms if alarm.due_ms <= until_ms]
        if not due:
            self._now_ms = max(self._now_ms, until_ms)
            return False
        alarm = min(due, key=lambda one: (one.due_ms, one.number))
        self._now_ms = max(self._now_ms, alarm.due_ms)
        what, alarm.what = alarm.what, None
        assert what is not None
        what()
        return True
