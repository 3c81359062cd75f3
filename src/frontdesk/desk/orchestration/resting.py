"""Which sessions are to rest: those that were quiet for long, and more when there is too much in memory."""

import asyncio
from collections.abc import Iterable, Iterator, Sequence

from msgspec import Struct

from frontdesk.desk.orchestration.live import Live

FILLED_AGAIN = 0.9  # Of the memory: so far it is emptied, as more sessions may come while it is.
AT_ONCE = 128
QUIET_MS = 1_000  # Whatever happens more often than that costs less in memory than coming and going.


class Bounds(Struct, frozen=True, kw_only=True):
    """How much of sessions a node has in memory.

    Shape:   `bytes_max` is for what script contexts take up, as they were last weighed.
    """

    passive_after_ms: int = 60_000
    open_max: int = 5_000
    bytes_max: int = 512 * 1024 * 1024


class Load:
    """What all script contexts of a node take up. `is_too_much` is set when it grows beyond its bound."""

    def __init__(self, bytes_max: int) -> None:
        self._bytes_max = bytes_max
        self._bytes = 0
        self.is_too_much = asyncio.Event()

    def weigh(self, live: Live, weight: int) -> None:
        """Take note of what one takes up now; 0 when it is gone."""
        self._bytes += weight - live.context_bytes
        live.context_bytes = weight
        if weight and self._bytes > self._bytes_max:
            self.is_too_much.set()


def to_rest(lives: Iterable[Live], bounds: Bounds, now_ms: int) -> Iterator[Sequence[Live]]:
    """Those that are to rest now, some at once: how many of them do counts for the next ones.

    Shape:   `lives` are in the order of their last use.
    """
    known = list(lives)
    too_many = sum(live.steps >= 0 for live in known) - bounds.open_max
    held = sum(live.context_bytes for live in known)
    too_much = held - bounds.bytes_max * FILLED_AGAIN if held > bounds.bytes_max else 0.0
    group: list[tuple[Live, int]] = []
    for live in known:
        if live.task is not None or live.is_wanted or not live.can_rest:
            continue
        quiet_ms = now_ms - live.used_ms
        is_due = quiet_ms >= bounds.passive_after_ms or too_many > 0
        if is_due or (too_much > 0 and quiet_ms >= QUIET_MS):
            group.append((live, live.context_bytes))
            too_many -= live.steps >= 0
            too_much -= live.context_bytes
        if len(group) == AT_ONCE:
            yield [live for live, _ in group]
            stayed = [weight for live, weight in group if live.steps >= 0]
            too_many += len(stayed)
            too_much += sum(stayed)
            group.clear()
    if group:
        yield [live for live, _ in group]
