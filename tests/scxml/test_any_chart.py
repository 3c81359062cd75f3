"""What holds for every chart and every story of events."""

from collections.abc import Sequence

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from frontdesk.scxml.events import Event
from frontdesk.scxml.memory import Status
from frontdesk.scxml.model import Kind, Machine
from frontdesk.scxml.outputs import Failed, Output
from frontdesk.scxml.session import Session
from tests.scxml.charts import EVENTS, charts
from tests.scxml.staging import machine

STEP_MS = 400
any_story = settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow])
stories = st.lists(st.sampled_from(EVENTS), max_size=12)


def is_legal(chart: Machine, active: Sequence[str]) -> bool:
    """Source: SCXML 1.0, section 3.11, "Legal State Configurations"."""
    numbers = {chart.named(state_id) for state_id in active} | {0}
    if not any(chart.states[number].is_atomic for number in numbers):
        return False
    for number in numbers:
        state = chart.states[number]
        if state.kind is Kind.HISTORY or (number and state.parent not in numbers):
            return False
        inside = [child for child in state.children if child in numbers]
        if state.kind is Kind.PARALLEL and len(inside) != len(state.children):
            return False
        if state.is_compound and len(inside) != 1:
            return False
    return True


def steps(session: Session, now_ms: int) -> list[Output]:
    """All that happens at this time."""
    outputs: list[Output] = []
    for _ in range(50):
        outputs += session.step(now_ms, now_ms)
        if not session.waiting:
            break
    return outputs


@any_story
@given(inside=charts(), story=stories)
def test_a_running_session_is_always_in_a_legal_configuration(inside: str, story: list[str]) -> None:
    chart = machine(inside)
    session = Session(chart, "s")
    outputs = list(session.start(0, 1))
    for number, name in enumerate(story, start=1):
        assert session.status is not Status.RUNNING or is_legal(chart, session.active)
        session.receive(Event(name))
        outputs += steps(session, number * STEP_MS)
    if session.status is Status.RUNNING:
        assert is_legal(chart, session.active)
    else:
        assert session.active == ()
    failed = [output.reason for output in outputs if isinstance(output, Failed)]
    assert bool(failed) == (session.status is Status.FAILED)


@any_story
@given(inside=charts(), story=stories, rests=st.sets(st.integers(0, 12)))
def test_a_rest_at_any_time_changes_nothing(inside: str, story: list[str], rests: set[int]) -> None:
    chart = machine(inside)
    one, other = Session(chart, "s"), Session(chart, "s")
    assert one.start(0, 1) == other.start(0, 1)
    for number, name in enumerate(story, start=1):
        if number in rests:
            stored, lost = other.snapshot()
            assert not lost
            other = Session.restore(chart, stored)
        one.receive(Event(name))
        other.receive(Event(name))
        assert steps(one, number * STEP_MS) == steps(other, number * STEP_MS)
        assert one.active == other.active
    assert one.snapshot() == other.snapshot()
