"""What operators watch about mail."""

from collections.abc import Iterator, Mapping

from prometheus_client import Metric
from prometheus_client.metrics_core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.registry import Collector

from frontdesk.desk.mail.outbox import Outbox

OUT = ("sent", "delayed", "failed")
IN = ("begun", "joined", "repeated", "passed_over", "refused")


class MailFigures(Collector):
    """How many mails went out and came in, by what became of them."""

    def __init__(self, outbox: Outbox, came_in: Mapping[str, int]) -> None:
        self._outbox = outbox
        self._came_in = came_in

    def collect(self) -> Iterator[Metric]:
        """The families as they are now."""
        yield _counted("mails_out", "Trials to send a mail, by outcome.", OUT, self._outbox.counts)
        yield _counted("mails_in", "Mails that came in, by what became of them.", IN, self._came_in)
        under_way = self._outbox.under_way
        yield GaugeMetricFamily("frontdesk_mails_under_way", "Mails that are being sent.", under_way)


def _counted(name: str, text: str, outcomes: tuple[str, ...], counts: Mapping[str, int]) -> Metric:
    family = CounterMetricFamily(f"frontdesk_{name}", text, labels=("outcome",))
    for outcome in outcomes:
        family.add_metric((outcome,), counts.get(outcome, 0))
    return family
