"""What operators watch of journeys. The labels are from fixed sets: nothing that visitors do is in them."""

from collections import Counter
from collections.abc import Callable, Iterator

from prometheus_client import Metric
from prometheus_client.metrics_core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.registry import Collector

from frontdesk.domain.journey.facts import CallOutcome, Happened, State


class JourneyMetrics(Collector):
    """Counted in plain numbers, because there are many events; made into the text form when somebody asks.

    Shape:   `held` is how many customers are in memory now.
    """

    def __init__(self, held: Callable[[], int]) -> None:
        self._held = held
        self._taken = 0
        self._qualified = 0
        self._left_out: Counter[str] = Counter()
        self._refused: Counter[str] = Counter()
        self._moved: Counter[State] = Counter()
        self._called: Counter[CallOutcome] = Counter()

    def taken(self, happened: Happened) -> None:
        """One event was answered as taken in."""
        self._taken += 1
        self._qualified += happened.has_qualified

    def left_out(self, reason: str) -> None:
        """One was not kept, for one of the reasons that senders are told."""
        self._left_out[reason] += 1

    def refused(self, code: str, times: int = 1) -> None:
        """One request was refused, or so many."""
        self._refused[code] += times

    def moved(self, state: State) -> None:
        """One action came into a state, its browser says."""
        self._moved[state] += 1

    def called(self, outcome: CallOutcome) -> None:
        """The service of an action map was called."""
        self._called[outcome] += 1

    def collect(self) -> Iterator[Metric]:
        """The families as they are now."""
        yield GaugeMetricFamily(
            "frontdesk_journey_customers_held", "Customers in memory.", value=self._held()
        )
        yield CounterMetricFamily("frontdesk_journey_events", "Events taken in.", value=self._taken)
        yield CounterMetricFamily(
            "frontdesk_journey_events_qualifying", "Events by which actions qualified.", value=self._qualified
        )
        for name, text, label, counts in (
            ("events_left_out", "Events not kept, by the reason.", "reason", self._left_out),
            ("refusals", "Requests refused, by the code of the answer.", "code", self._refused),
            ("actions", "States of actions that browsers reported.", "state", self._moved),
            ("webhook_calls", "Calls of services, by how they went.", "outcome", self._called),
        ):
            family = CounterMetricFamily(f"frontdesk_journey_{name}", text, labels=(label,))
            for value, count in counts.items():
                family.add_metric((str(value),), count)
            yield family
