"""How often one address and one browser may ask the journey collector."""

from collections.abc import Callable
from itertools import islice
from math import ceil

KEYS_MAX = 200_000
SWEPT_EVERY_MS = 5_000


class Buckets:
    """At most `burst` at once and `per_minute` in the long run, for each key.

    Of each key only the time is kept until which it has used up what it may, as long as that matters. Of
    `KEYS_MAX` keys the older half is forgotten sooner, so that whoever makes keys up fills no memory.
    """

    def __init__(self, name: str, per_minute: int, burst: int, clock_ms: Callable[[], int]) -> None:
        self.name = name
        self._clock_ms = clock_ms
        self._each_ms = 60_000 / per_minute
        self._ahead_ms = self._each_ms * (burst - 1)
        self._swept_ms = 0
        self._used_until_ms: dict[str, float] = {}

    def wait_s(self, key: str) -> int:
        """0 when one more is admitted, which counts it; else after how many seconds it would be."""
        now_ms = self._clock_ms()
        if now_ms - self._swept_ms >= SWEPT_EVERY_MS or len(self._used_until_ms) >= KEYS_MAX:
            self._sweep(now_ms)
        used_ms = self._used_until_ms.get(key, 0.0)
        ahead_ms = used_ms - now_ms
        if ahead_ms > self._ahead_ms:
            return max(1, ceil((ahead_ms - self._ahead_ms) / 1000))
        self._used_until_ms[key] = max(used_ms, now_ms) + self._each_ms
        return 0

    def _sweep(self, now_ms: int) -> None:
        self._swept_ms = now_ms
        kept = {key: until_ms for key, until_ms in self._used_until_ms.items() if until_ms > now_ms}
        if len(kept) >= KEYS_MAX:
            kept = dict(islice(kept.items(), KEYS_MAX // 2, None))
        self._used_until_ms = kept
