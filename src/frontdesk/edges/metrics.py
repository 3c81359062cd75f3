"""What operators watch, in the Prometheus text form.

A registry of its own for each server, so that several can live in one process.
"""

from bisect import bisect_left
from collections.abc import Callable, Iterator
from itertools import accumulate

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, Metric
from prometheus_client.exposition import generate_latest
from prometheus_client.metrics_core import CounterMetricFamily, HistogramMetricFamily
from prometheus_client.registry import Collector

from frontdesk.desk.floor import Floor
from frontdesk.domain.card import InteractionCard
from frontdesk.domain.interaction import Phase

SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 3.0)  # 3 s: then clients give up.
REASONS = frozenset(("client_left", "client_silent", "idle", "last_agent_left", "agent_ended"))
WAITS = (1, 5, 10, 20, 30, 60, 120, 300, 600, 1800, 3600)


class Requests(Collector):
    """Requests by operation and status, with how long they took.

    Shape:   counted in plain lists, because every request is; put into the text form when somebody asks.
    """

    def __init__(self) -> None:
        self._tallies: dict[tuple[str, int], list[float]] = {}

    def count(self, operation: str, status: int, seconds: float) -> None:
        """Count one request."""
        tally = self._tallies.get((operation, status))
        if tally is None:
            tally = self._tallies[operation, status] = [0.0] * (len(SECONDS) + 2)
        tally[bisect_left(SECONDS, seconds)] += 1
        tally[-1] += seconds

    def collect(self) -> Iterator[Metric]:
        """The families as they are now."""
        requests = CounterMetricFamily(
            "frontdesk_requests", "Chat API requests answered.", labels=("operation", "status")
        )
        durations = HistogramMetricFamily(
            "frontdesk_request_seconds", "Time from a request's head to its answer.", labels=("operation",)
        )
        by_operation: dict[str, list[float]] = {}
        for (operation, status), tally in self._tallies.items():
            requests.add_metric((operation, str(status)), sum(tally[:-1]))
            so_far = by_operation.get(operation, [0.0] * len(tally))
            by_operation[operation] = [a + b for a, b in zip(so_far, tally, strict=True)]
        for operation, tally in by_operation.items():
            counts = accumulate(tally[:-1])
            buckets = [(str(bound), count) for bound, count in zip((*SECONDS, "+Inf"), counts, strict=True)]
            durations.add_metric((operation,), buckets, tally[-1])
        yield requests
        yield durations


class Metrics:
    """Counters of the edges, and gauges that are read off the floor when somebody asks."""

    def __init__(self, floor: Floor) -> None:
        self.registry = CollectorRegistry()
        self._waits: dict[str, int] = {}
        own = self.registry
        self._requests = Requests()
        own.register(self._requests)
        self._refusals = Counter(
            "frontdesk_limit_refusals", "Requests refused at a limit.", ("limit",), registry=own
        )
        self._started = Counter("frontdesk_interactions_started", "Chats begun.", ("service",), registry=own)
        self._ended = Counter(
            "frontdesk_interactions_ended", "Chats ended.", ("service", "reason"), registry=own
        )
        self._wait_seconds = Histogram(
            "frontdesk_queue_wait_seconds",
            "Time in the queue until a person took the chat.",
            ("service",),
            buckets=WAITS,
            registry=own,
        )
        self.sockets = Gauge("frontdesk_workspace_sockets", "Connected agents and bots.", registry=own)
        self.told = Counter("frontdesk_workspace_messages", "Messages sent to agents and bots.", registry=own)
        Gauge("frontdesk_interactions_open", "Chats that are open.", registry=own).set_function(
            lambda: floor.open_count
        )
        Gauge("frontdesk_interactions_waiting", "Chats that wait for a person.", registry=own).set_function(
            lambda: floor.waiting_count
        )
        Gauge("frontdesk_agents_free", "People ready with a free slot.", registry=own).set_function(
            lambda: floor.free_count
        )

    def show(self, name: str, text: str, value: Callable[[], float]) -> None:
        """A gauge that is read off somebody else's books when somebody asks."""
        Gauge(f"frontdesk_{name}", text, registry=self.registry).set_function(value)

    def answered(self, operation: str, status: int, seconds: float) -> None:
        """Count one answered request."""
        self._requests.count(operation, status, seconds)

    def observe(self, interaction_id: str, card: InteractionCard, now_ms: int) -> None:
        """Take note of an interaction's card: what began, what was answered, what ended."""
        waited_since = self._waits.pop(interaction_id, None)
        if card.phase is Phase.ENDED:
            reason = card.end_reason if card.end_reason in REASONS else "other"
            self._ended.labels(card.service, reason).inc()
        elif card.queued_ms:
            self._waits[interaction_id] = card.queued_ms
        elif waited_since is not None and card.phase is Phase.ACTIVE:
            self._wait_seconds.labels(card.service).observe((now_ms - waited_since) / 1000)

    def refused(self, limit: str) -> None:
        """Count one refusal at a limit, by the limit's name."""
        self._refusals.labels(limit).inc()

    def started(self, service: str) -> None:
        self._started.labels(service).inc()

    def text(self) -> bytes:
        return generate_latest(self.registry)
