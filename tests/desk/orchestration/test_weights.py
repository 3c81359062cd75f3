"""What script contexts weigh: looked at when they have done something since."""

from frontdesk.desk.orchestration.contexts import Close, Contexts, Learn, Open, Take, Taken
from frontdesk.scxml.events import Event
from frontdesk.scxml.limits import Limits
from tests.desk.orchestration.stage import w3c

MIB = 1024 * 1024
GROWS = w3c(
    """<datamodel><data id="held" expr="[]"/></datamodel>
    <state id="on">
      <transition event="grow"><script>held.push('a'.repeat(2 ** 21))</script></transition>
    </state>"""
)


class Cpu:
    """CPU time that tests spend: `each_ms` whenever somebody looks."""

    def __init__(self) -> None:
        self.now_ms = self.each_ms = 0.0

    def __call__(self) -> float:
        self.now_ms += self.each_ms
        return self.now_ms


def test_what_a_session_holds_is_weighed_after_some_cpu_time_and_the_later_the_more_it_is() -> None:
    cpu = Cpu()
    contexts = Contexts(Limits(), cpu)

    def take(kind: str, *events: Event) -> int:
        taken = contexts.ask(Take("s", kind, 1, 1, events))
        assert isinstance(taken, Taken)
        return taken.context_bytes

    contexts.ask(Learn("chart", "chart", {"chart": GROWS}))
    contexts.ask(Open("s", "chart"))
    begun = take("start")
    assert MIB / 8 < begun < MIB
    assert take("step", Event("grow")) == begun
    cpu.each_ms = 2.0
    grown = take("step", Event("grow"))
    assert grown > begun + 4 * MIB
    cpu.each_ms = 0.1
    assert take("step", Event("grow")) == grown
    cpu.each_ms = 40.0
    assert take("step", Event("grow")) > grown
    contexts.ask(Close("s"))
    contexts.ask(Open("s", "chart"))
    cpu.each_ms = 0.0
    assert take("start") < grown
