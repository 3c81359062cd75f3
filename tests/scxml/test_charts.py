"""What a chart may do that no published document shows."""

from frontdesk.scxml.events import Event
from frontdesk.scxml.memory import Status
from frontdesk.scxml.outputs import Finished, Logged, TimerCancelled, TimerSet
from frontdesk.scxml.packed import pack
from frontdesk.scxml.reading import files_of, load
from frontdesk.scxml.rehearsal import Rehearsal
from frontdesk.scxml.session import Session
from tests.scxml.staging import machine, staged


def test_the_document_itself_may_have_transitions() -> None:
    chart = machine(
        """<transition event="reset" target="a"/>
        <state id="a"><transition event="go" target="b"/></state><state id="b"/>"""
    )
    assert staged(chart, ["go"])[0].active == ("b",)
    assert staged(chart, ["go", "reset"])[0].active == ("a",)


def test_values_that_are_handed_over_replace_those_of_the_document() -> None:
    chart = machine(
        """<datamodel><data id="x" expr="1"/><data id="y" expr="x + 1"/></datamodel>
        <state id="a"><onentry><log expr="[x, y, typeof z]"/></onentry></state>"""
    )
    outputs = Session(chart, "s").start(0, 1, pack({"x": 5, "z": 7}))
    assert outputs == [Logged("", '[5, 6, "undefined"]')]


def test_a_delay_is_told_and_comes_at_its_time_and_not_before() -> None:
    chart = machine(
        """<state id="a"><onentry><send id="one" event="late" delay="1.5s"/></onentry>
        <transition event="late" target="b"/>
        <transition event="stop"><cancel sendid="one"/></transition></state>
        <state id="b"/>"""
    )
    session = Session(chart, "s")
    assert session.start(1_000, 1) == [TimerSet("one", "late", 2_500)]
    assert session.next_due_ms == 2_500
    session.step(2_499, 1)
    assert session.active == ("a",)
    session.step(2_500, 1)
    assert session.active == ("b",)

    other = Session(chart, "s")
    other.start(1_000, 1)
    other.receive(Event("stop"))
    assert other.step(1_001, 1) == [TimerCancelled("one", "late")]
    assert other.next_due_ms is None


def test_what_is_overdue_comes_in_the_order_it_was_due() -> None:
    chart = machine(
        """<state id="a"><onentry><send event="third" delay="2s"/>
        <send event="first" delay="1s"/><send event="second" delay="1s"/></onentry>
        <transition event="*"><log expr="_event.name"/></transition></state>"""
    )
    session = Session(chart, "s")
    session.start(0, 1)
    told = [output for _ in range(3) for output in session.step(60_000, 1)]
    assert told == [Logged("", "first"), Logged("", "second"), Logged("", "third")]


def test_a_session_that_is_cancelled_leaves_its_states_from_the_inside() -> None:
    chart = machine(
        """<state id="a"><onexit><log expr="'a'"/></onexit>
        <state id="b"><onexit><log expr="'b'"/></onexit></state></state>"""
    )
    session = Session(chart, "s")
    session.start(0, 1)
    told = session.cancel(5, 1)
    assert told == [Logged("", "b"), Logged("", "a"), Finished("", is_cancelled=True)]
    assert session.status is Status.FINISHED
    assert session.cancel(6, 1) == ()


def test_the_end_hands_over_its_data() -> None:
    chart = machine(
        """<datamodel><data id="n" expr="2"/></datamodel>
        <final id="end"><donedata><param name="twice" expr="n * 2"/></donedata></final>"""
    )
    assert Session(chart, "s").start(0, 1)[-1] == Finished('{"twice":4}')


def test_names_of_events_match_by_whole_words() -> None:
    chart = machine(
        """<state id="a"><transition event="error.foo. bar.*"><log expr="'hit ' + _event.name"/></transition>
        <transition event="*"><log expr="'missed ' + _event.name"/></transition></state>"""
    )
    logged = staged(chart, ["error.foo", "error.foo.x", "error.food", "bar", "bars"])[1]
    assert logged == ["hit error.foo", "hit error.foo.x", "missed error.food", "hit bar", "missed bars"]


def test_a_document_that_invokes_itself_comes_to_an_end() -> None:
    source = b'<scxml version="1.0"><state id="a"><invoke src="self.scxml"/></state></scxml>'
    files = files_of({"self.scxml": source})
    stage = Rehearsal(files)
    stage.start(load(source, "self.scxml", files), "s")
    assert len(stage.sessions) == 9
