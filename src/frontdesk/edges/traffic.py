"""How much is asked of this node now: the limits on requests that every way in shares."""

from collections.abc import Callable

from frontdesk.domain.sources import source_of
from frontdesk.edges.limits import Window
from frontdesk.edges.metrics import Metrics
from frontdesk.settings import LimitSettings


class Traffic:
    """Requests under way, and those of each address and each chat.

    Shape:   whoever works on a request counts it in `in_flight` for as long as that takes.
    """

    def __init__(self, limits: LimitSettings, clock_ms: Callable[[], int], metrics: Metrics) -> None:
        self.in_flight = 0
        self._in_flight_max = limits.requests_in_flight_max
        self._metrics = metrics
        self._by_address = Window(
            "requests_per_second_per_address", limits.requests_per_second_per_address, 1000, clock_ms
        )
        self._by_chat = Window(
            "requests_per_second_per_chat", limits.requests_per_second_per_chat, 1000, clock_ms
        )

    def is_too_much(self, address: str) -> bool:
        """Whether one more request of an address is more than can be done now; else it is counted."""
        if self.in_flight > self._in_flight_max:
            self._metrics.refused("requests_in_flight_max")
            return True
        return self._is_over(self._by_address, source_of(address))

    def is_too_much_of(self, interaction_id: str) -> bool:
        """The same for one more request in a chat."""
        return self._is_over(self._by_chat, interaction_id)

    def _is_over(self, window: Window, key: str) -> bool:
        if window.admits(key):
            return False
        self._metrics.refused(window.name)
        return True
