"""How often one address and one browser may ask the journey collector."""

from collections.abc import Callable
from math import ceil

KEYS_MAX = 100_000


class Buckets:
    """At most `burst` at once and `per_minute` in the long run, for each key.

    Of each key only the time is kept until which it has used up what it may, as long as that matters: these
    times are in two generations, of which the older is thrown away whole. With more than `KEYS_MAX` keys
    that happens sooner, so that whoever makes keys up fills no memory.
    """

    def __init__(self, name: str, per_minute: int, burst: int, clock_ms: Callable[[], int]) -> None:
        self.name = name
        self._clock_ms = clock_ms
        self._each_ms = 60_000 / per_minute
        self._ahead_ms = self._each_ms * (burst - 1)
        self._generation_ms = self._each_ms * burst
        self._began_ms = 0.0
        self._used_until_ms: dict[str, float] = {}
        self._before: dict[str, float] = {}

    def wait_s(self, key: str) -> int:
        """0 when one more is admitted, which counts it; else after how many seconds it would be."""
        now_ms = self._clock_ms()
        if now_ms - self._began_ms >= self._generation_ms or len(self._used_until_ms) >= KEYS_MAX:
            self._before, self._used_until_ms, self._began_ms = self._used_until_ms, {}, now_ms
        used_ms = self._used_until_ms.get(key)
        if used_ms is None:
            used_ms = self._before.get(key, 0.0)
        ahead_ms = used_ms - now_ms
        if ahead_ms > self._ahead_ms:
            return max(1, ceil((ahead_ms - self._ahead_ms) / 1000))
        self._used_until_ms[key] = max(used_ms, now_ms) + self._each_ms
        return 0
