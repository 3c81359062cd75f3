"""State charts: events a second of one core, with a condition and an assignment each, beside others."""

import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from statistics import median

import msgspec

from bench.measure import Tell
from bench.peers.charts import in_node, in_python
from bench.peers.node import is_possible
from bench.rows import Budget, Row
from bench.scale import Scale
from frontdesk.scxml.events import Event
from frontdesk.scxml.reading import load
from frontdesk.scxml.session import Session

ROUNDS = 5
BATCH = 500
RESTS = 200
CHART = b"""<scxml xmlns="http://www.w3.org/2005/07/scxml" version="1.0" datamodel="ecmascript">
<datamodel><data id="x" expr="0"/></datamodel>
<state id="a"><transition event="go" cond="x &lt; 1e9" target="b">
  <assign location="x" expr="x + 1"/></transition></state>
<state id="b"><transition event="go" cond="x &lt; 1e9" target="c">
  <assign location="x" expr="x + 1"/></transition></state>
<state id="c"><transition event="go" cond="x &lt; 1e9" target="a">
  <assign location="x" expr="x + 1"/></transition></state>
</scxml>"""


async def scxml(scale: Scale, tell: Tell) -> Sequence[Row]:
    """A chart of three states; what it costs to begin a session, and to put one away and take it up again."""
    machine = load(CHART, "three-states.scxml")
    session = Session(machine, "s")
    session.start(0, 1)
    rates = []
    for number in range(ROUNDS):
        tell(f"events, round {number + 1} of {ROUNDS}")
        rates.append(_rate(session, scale.measure_s / ROUNDS))
    tell("sessions begin and rest")
    begun_ms = _each_ms(lambda: Session(machine, "s").start(0, 1))
    rested_ms = _each_ms(lambda: Session.restore(machine, session.snapshot()[0]))
    stored, _ = session.snapshot()
    budget = Budget(10_000, 20_000, "value", at_least=True)
    ours = Row(scenario="scxml", what="events, three states", value=median(rates), unit="/s", budget=budget)
    return (
        ours,
        *(
            msgspec.structs.replace(ours, against=peer, baseline=rate, budget=None)
            for peer, rate in (await _peers(scale, tell)).items()
        ),
        Row(scenario="scxml", what="a session begins", value=begun_ms, unit="ms"),
        Row(scenario="scxml", what="put away and taken up", value=rested_ms, unit="ms"),
        Row(
            scenario="scxml",
            what="a session that rests",
            value=len(stored) / 1024,
            unit="KiB",
            budget=Budget(10, 2, "value"),
        ),
    )


async def _peers(scale: Scale, tell: Tell) -> Mapping[str, float]:
    tell("python-statemachine")
    rates = {"python-statemachine": in_python(scale.measure_s / ROUNDS)}
    if is_possible():
        tell("SCION and XState")
        with tempfile.TemporaryDirectory() as place:
            chart = Path(place) / "chart.scxml"
            chart.write_bytes(CHART)
            rates |= await in_node(chart, scale.measure_s / ROUNDS)
    return rates


def _rate(session: Session, seconds: float) -> float:
    """Events a second of CPU time, so that what else runs on the machine does not count."""
    event = Event("go")
    count = 0
    began = time.process_time()
    while time.process_time() - began < seconds:
        for _ in range(BATCH):
            session.receive(event)
            session.step(count, count)
            count += 1
    return count / (time.process_time() - began)


def _each_ms(work: Callable[[], object]) -> float:
    began = time.process_time()
    for _ in range(RESTS):
        work()
    return (time.process_time() - began) / RESTS * 1000
