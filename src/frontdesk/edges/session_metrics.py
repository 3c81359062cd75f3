"""What operators watch of orchestration: sessions, their steps, the process that runs their scripts."""

from collections.abc import Iterator

from prometheus_client import Metric
from prometheus_client.metrics_core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.registry import Collector

from frontdesk.desk.orchestration.engine import Engine
from frontdesk.desk.orchestration.runner import Runner


class SessionMetrics(Collector):
    """Read off the runner's books when somebody asks."""

    def __init__(self, runner: Runner, engine: Engine) -> None:
        self._runner = runner
        self._engine = engine

    def collect(self) -> Iterator[Metric]:
        """The families as they are now."""
        counts = self._runner.counts
        begun = CounterMetricFamily(
            "frontdesk_sessions_begun", "Orchestration sessions that began here.", labels=("application",)
        )
        for application, number in counts.begun.items():
            begun.add_metric((application,), number)
        ended = CounterMetricFamily(
            "frontdesk_sessions_ended",
            "Orchestration sessions that ended here: finished, terminated or failed.",
            labels=("application", "how"),
        )
        for (application, how), number in counts.ended.items():
            ended.add_metric((application, how), number)
        yield begun
        yield ended
        yield GaugeMetricFamily(
            "frontdesk_sessions_in_memory", "Orchestration sessions in memory.", self._runner.lives.open_count
        )
        yield CounterMetricFamily(
            "frontdesk_session_steps", "Macrosteps taken by orchestration sessions.", counts.steps
        )
        yield CounterMetricFamily(
            "frontdesk_session_events", "Events taken by orchestration sessions.", counts.events
        )
        yield CounterMetricFamily(
            "frontdesk_session_step_seconds", "CPU time of those macrosteps.", counts.step_ms / 1000
        )
        yield CounterMetricFamily(
            "frontdesk_script_worker_restarts",
            "How often the process that runs scripts had to be started again.",
            self._engine.restarts,
        )
