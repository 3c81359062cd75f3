"""How much one address, one chat and the whole node may ask for.

Counting needs no memory beyond what one window sees: when a window is over, its counts are thrown away.
"""

from collections.abc import Callable

from frontdesk.domain.card import InteractionCard
from frontdesk.domain.interaction import Phase
from frontdesk.domain.sources import source_of

OPENS_AGAIN_AT = 0.8  # So that a full house does not open and close with each visitor who leaves.


class Window:
    """At most `count_max` times in each `window_ms`, for each key."""

    def __init__(self, name: str, count_max: int, window_ms: int, clock_ms: Callable[[], int]) -> None:
        self.name = name
        self._count_max = count_max
        self._window_ms = window_ms
        self._clock_ms = clock_ms
        self._number = 0
        self._counts: dict[str, int] = {}

    def admits(self, key: str) -> bool:
        """Count one, unless there are too many already."""
        number = self._clock_ms() // self._window_ms
        if number != self._number:
            self._number = number
            self._counts = {}
        count = self._counts.get(key, 0) + 1
        if count > self._count_max:
            return False
        self._counts[key] = count
        return True


class Gate:
    """Closed when `count_max` is reached, and open again when there is room to speak of."""

    def __init__(self, name: str, count_max: int) -> None:
        self.name = name
        self._count_max = count_max
        self._opens_below = max(1, int(count_max * OPENS_AGAIN_AT))
        self._is_closed = False

    def admits(self, count: int) -> bool:
        """Whether one more may come when there are `count`."""
        if count >= self._count_max:
            self._is_closed = True
        elif count < self._opens_below:
            self._is_closed = False
        return not self._is_closed


class OpenByAddress:
    """The open chats that this node has started for each address."""

    def __init__(self, count_max: int) -> None:
        self.name = "open_chats_per_address"
        self._count_max = count_max
        self._source: dict[str, str] = {}
        self._counts: dict[str, int] = {}

    def admits(self, address: str) -> bool:
        return self._counts.get(source_of(address), 0) < self._count_max

    def add(self, interaction_id: str, address: str) -> None:
        source = source_of(address)
        self._source[interaction_id] = source
        self._counts[source] = self._counts.get(source, 0) + 1

    def observe(self, interaction_id: str, card: InteractionCard) -> None:
        """Take note of an interaction that ended, or rests: it costs nothing any more."""
        if card.phase not in (Phase.ENDED, Phase.ARCHIVED, Phase.DORMANT):
            return
        source = self._source.pop(interaction_id, None)
        if source is not None:
            self._counts[source] -= 1
            if not self._counts[source]:
                del self._counts[source]
