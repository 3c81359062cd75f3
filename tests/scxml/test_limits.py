"""Bad documents and bad scripts stop at their limits, and say which."""

import time

import pytest

from frontdesk.errors import Refused
from frontdesk.scxml.events import Event
from frontdesk.scxml.faults import DocumentRefused
from frontdesk.scxml.limits import Limits
from frontdesk.scxml.memory import Status
from frontdesk.scxml.model import Machine
from frontdesk.scxml.outputs import Failed, Logged, Uninvoke
from frontdesk.scxml.reading import load
from frontdesk.scxml.session import Session
from tests.scxml.staging import machine, staged


def failing_of(chart: Machine, limits: Limits) -> tuple[Session, str, list[str]]:
    """The session, why it failed, and what it logged."""
    session = Session(chart, "s", limits=limits, spent_ms=lambda: time.process_time() * 1000)
    outputs = session.start(0, 1)
    (reason,) = (output.reason for output in outputs if isinstance(output, Failed))
    return session, reason, [output.text for output in outputs if isinstance(output, Logged)]


@pytest.mark.parametrize(
    "script",
    [
        "for (;;) {}",
        "try { for (;;) {} } catch (e) { x = 'caught' }",
        "/(a+)+$/.test('a'.repeat(40) + 'b')",
        "(function f() { f() })()",
        "x = []; for (;;) x.push('word'.repeat(1000) + x.length)",
        "'a'.repeat(1 << 29)",
        "new Array(1e9).fill(0)",
        "JSON.parse('['.repeat(1e5))",
        "new Array(2 ** 32 - 1).reverse()",
        "new Array(2 ** 32 - 1).sort()",
        "String(new Array(2 ** 32 - 1))",
        "new Array(2 ** 32 - 1).toLocaleString()",
        "[new Array(2 ** 32 - 1)].join()",
        "[new Array(2 ** 32 - 1)].flat()",
        "[1].flatMap(() => new Array(2 ** 32 - 1))",
        "[].concat(new Array(2 ** 32 - 1))",
        "[].slice.call({ length: 2 ** 53 })",
        "[].splice.call({ length: 2 ** 53 }, 0, 1)",
        "[].shift.call({ length: 2 ** 53 })",
        "[].unshift.call({ length: 2 ** 52 }, 1)",
        "[].copyWithin.call({ length: 2 ** 53 }, 1, 0)",
        "let n = 0; [].reverse.call({ get length() { return n++ ? 2 ** 53 : 1 } })",
        "JSON.stringify({}, new Array(2 ** 32 - 1))",
        "String.raw({ raw: { length: 2 ** 53 } })",
        "'a'.repeat(1e6).indexOf('a'.repeat(5e5) + 'b')",
        "'a'.repeat(1e6).split({ toString: () => 'a'.repeat(5e5) + 'b' })",
        "'a'.repeat(2e6).match('a'.repeat(9e5) + 'b')",
        "'a'.repeat(2e6).replace(new RegExp('a'.repeat(9e5) + 'b', 'g'), '')",
        "eval('/' + 'a'.repeat(9e5) + 'b/').test('a'.repeat(2e6))",
        "(1n << 1000000n).toString()",
        "[1n << 1000000n].toLocaleString()",
    ],
)
def test_a_script_without_measure_is_an_error_and_the_session_goes_on(script: str) -> None:
    chart = machine(
        f"""<datamodel><data id="x"/></datamodel><state id="a">
        <onentry><script><![CDATA[{script}]]></script><log expr="'not reached'"/></onentry>
        <transition event="error.execution"><log expr="'stopped'"/></transition>
        <transition event="ping"><log expr="'alive'"/></transition></state>"""
    )
    assert staged(chart, ["ping"])[1] == ["stopped", "alive"]


@pytest.mark.parametrize(
    ("script", "cpu_ms", "said"),
    [
        ("for (;;) {}", 30, "InternalError: stopped after 30 ms of CPU time"),
        ("x = []; for (;;) x.push('word'.repeat(1000) + x.length)", 10_000, "bytes of memory are used up"),
        ("(function f() { f() })()", 10_000, "RangeError: Maximum call stack size exceeded"),
    ],
)
def test_an_error_says_which_limit_it_was(script: str, cpu_ms: int, said: str) -> None:
    chart = machine(
        f"""<datamodel><data id="x"/></datamodel><state id="a"><onentry><script>{script}</script></onentry>
        <transition event="error"><log expr="_event.data.description"/></transition></state>"""
    )
    (told,) = Session(chart, "s", limits=Limits(evaluation_cpu_ms=cpu_ms)).start(0, 1)
    assert isinstance(told, Logged)
    assert said in told.text


def test_a_long_integer_is_shown_and_put_away_quickly() -> None:
    """Its decimal digits would take seconds, in which nobody else is served."""
    chart = machine(
        """<datamodel><data id="x"/></datamodel><state id="a"><onentry>
        <script><![CDATA[x = -(1n << 1000000n)]]></script><log expr="x"/><log expr="[x]"/>
        <send event="e" delay="1s"><param name="n" expr="x"/></send></onentry>
        <transition event="e"><log expr="x === _event.data.n"/></transition></state>"""
    )
    began = time.process_time()
    session = Session(chart, "s")
    outputs = session.start(0, 1)
    session = Session.restore(chart, session.snapshot()[0])
    (same,) = session.step(1000, 1)
    assert same == Logged("", "true")
    texts = [output.text for output in outputs if isinstance(output, Logged)]
    assert [text[:5] for text in texts] == ["-0x10", "[-0x1"]
    assert time.process_time() - began < 2


def test_memory_that_is_used_up_twice_ends_the_session() -> None:
    chart = machine(
        """<datamodel><data id="x" expr="[]"/></datamodel><state id="a">
        <onentry><script>for (;;) x.push('word'.repeat(100000) + x.length)</script></onentry>
        <transition event="error.execution"><script>for (;;) x.push('word'.repeat(100000) + x.length)</script>
        </transition></state>"""
    )
    assert (
        "of memory, again" in failing_of(chart, Limits(evaluation_cpu_ms=10_000, macrostep_cpu_ms=60_000))[1]
    )


def test_transitions_in_a_circle_end_the_session_and_name_the_states() -> None:
    chart = machine(
        """<state id="outer"><onexit><log expr="'left'"/></onexit>
        <state id="a"><transition target="b"/></state>
        <state id="b"><transition target="a"/></state></state>"""
    )
    session, reason, logged = failing_of(chart, Limits())
    assert reason.startswith("1000 microsteps in one macrostep")
    assert "outer" in reason
    assert logged == ["left"]
    assert session.status is Status.FAILED
    assert session.active == ()


def test_events_that_raise_each_other_end_the_session() -> None:
    chart = machine(
        """<state id="a"><onentry><raise event="x"/></onentry>
        <transition event="x"><raise event="x"/></transition></state>"""
    )
    assert "microsteps" in failing_of(chart, Limits())[1]


def test_many_short_scripts_use_up_the_time_of_a_macrostep() -> None:
    chart = machine(
        """<state id="a"><onentry><foreach array="new Array(5000).fill(1)" item="i">
        <script>for (n = 0; n &lt; 100000; n++) {}</script></foreach></onentry></state>"""
    )
    assert "of CPU time in one macrostep" in failing_of(chart, Limits(macrostep_cpu_ms=100))[1]


def test_one_script_that_nothing_could_stop_in_time_ends_its_session() -> None:
    """Some calls are not interrupted, so that what took too long may be the last thing of its step."""
    chart = machine(
        """<state id="a"><onentry><script>for (n = 0; n &lt; 300000; n++) {}</script></onentry></state>"""
    )
    session, reason, _ = failing_of(chart, Limits(macrostep_cpu_ms=1))
    assert reason == "more than 1 ms of CPU time in one macrostep"
    assert session.status is Status.FAILED


def test_more_events_than_may_wait_are_refused() -> None:
    session = Session(machine('<state id="a"/>'), "s", limits=Limits(events=2, event_bytes=10))
    session.start(0, 1)
    session.receive(Event("a"))
    session.receive(Event("b"))
    with pytest.raises(Refused, match="too many events"):
        session.receive(Event("c"))
    with pytest.raises(Refused, match="too much data"):
        session.receive(Event("c", data='"0123456789"'))


def test_more_delayed_events_than_may_wait_are_an_error() -> None:
    chart = machine(
        """<state id="a">
        <onentry><foreach array="[1, 2, 3]" item="i"><send event="x" delay="1s"/></foreach></onentry>
        <transition event="error.execution" target="b"/></state><state id="b"/>"""
    )
    session = Session(chart, "s", limits=Limits(timers=2))
    session.start(0, 1)
    assert session.active == ("b",)
    assert session.next_due_ms == 1000


def test_who_fails_ends_what_it_invoked() -> None:
    chart = machine(
        """<state id="a">
        <invoke id="child"><content><scxml version="1.0"><state id="c"/></scxml></content></invoke>
        <transition event="go" target="b"/><onexit><script>for (i = 0; ; i++) {}</script></onexit></state>
        <state id="b"><transition target="c"/></state><state id="c"><transition target="b"/></state>"""
    )
    session = Session(chart, "s")
    session.start(0, 1)
    session.receive(Event("go"))
    outputs = session.step(0, 1)
    assert Uninvoke("child") in outputs
    assert isinstance(outputs[-1], Failed)


@pytest.mark.parametrize(
    ("document", "said"),
    [
        (b'<!DOCTYPE x [<!ENTITY a "a"><!ENTITY b "&a;&a;">]><scxml>&b;</scxml>', "chart:1: a document type"),
        (b'<!DOCTYPE x SYSTEM "file:///etc/passwd"><scxml/>', "a document type is not allowed"),
        (b"<scxml>" + b" " * 2 * 1024 * 1024 + b"</scxml>", "larger than 2097152 bytes"),
        (b"<scxml>\n" + b"<state/>" * 10_000 + b"</scxml>", "chart:2: more than 10000 elements"),
        (b"<a>" * 300 + b"</a>" * 300, "nest deeper than 200"),
        (b"<scxml>\n<state>\n</scxml>", "chart:3: this is not XML: mismatched tag"),
        (b"", "no element found"),
        (b"<html/>", "the document is <html>"),
    ],
)
def test_a_document_that_is_none_is_refused(document: bytes, said: str) -> None:
    with pytest.raises(DocumentRefused, match=said):
        load(document, "chart")


def test_a_very_large_document_loads_in_reasonable_time() -> None:
    """As many elements as there may be: reading them must not take time that grows with their square."""
    states = "".join(
        f'<state id="s{n}"><transition event="e" target="s{n + 1}"/></state>' for n in range(4_990)
    )
    chart = machine(states + '<state id="s4990"/>')
    assert len(chart.states) == 4_992


@pytest.mark.parametrize(
    ("inside", "said"),
    [
        (
            '<state id="a"/>\n<state id="a"/>',
            "chart.scxml:2: the id 'a' is there twice .the first stands on line 1",
        ),
        ('<state id="a"><transition target="B"/></state><state id="b"/>', "no state 'B' .did you mean 'b'"),
        (
            '<state id="a"><transition target="c"/></state>',
            "no state 'c' .name a state's id, or add the state",
        ),
        ('<state id="a" initial="b"><state id="c"/></state><state id="b"/>', "leads out of 'a'"),
        ('<state id="a"><initial/><state id="c"/></state>', "<initial> needs one transition"),
        ('<state id="a"><history id="h"/></state>', "a history needs one transition"),
        ('<final id="a"><transition event="e"/></final>', "<transition> cannot stand in <final>"),
        (
            '<state id="a"><transition target="b c"/></state><state id="b"/><state id="c"/>',
            "cannot be active together",
        ),
        ('<state id="a"><onentry><if><log/></if></onentry></state>', "<if> needs the attribute cond"),
        ('<state id="a"><script>x = 1</script></state>', "<script> cannot stand in <state>"),
        ('<state id="a"><bogus/></state>', "<bogus> cannot stand in <state> .move or remove it"),
        ('<state id="a"><onentry><raise/></onentry></state>', "names no event"),
        ("", "the document has no state"),
        ('<script src="gone.js"/><state id="a"/>', "the script 'gone.js' cannot be read"),
    ],
)
def test_a_fault_names_its_line_and_what_to_do(inside: str, said: str) -> None:
    with pytest.raises(DocumentRefused, match=said):
        machine(inside)


def test_every_fault_is_named_at_once() -> None:
    with pytest.raises(DocumentRefused) as caught:
        machine('<state id="a"><transition target="x"/>\n<transition target="y"/></state>')
    assert [(fault.line, fault.text) for fault in caught.value.faults] == [
        (1, "there is no state 'x'"),
        (2, "there is no state 'y'"),
    ]


def test_an_expression_that_does_not_compile_fails_only_when_it_is_needed() -> None:
    assert staged(machine('<state id="a"><transition event="e" cond="1 +" target="a"/></state>'))[
        0
    ].active == ("a",)


def test_strangers_are_refused_where_that_is_asked_for() -> None:
    document = b"""<scxml xmlns="http://www.w3.org/2005/07/scxml"><state id="a">
        <onentry><x:play xmlns:x="urn:x"/></onentry></state></scxml>"""
    with pytest.raises(DocumentRefused, match="chart:2: nothing here knows <play> of urn:x"):
        load(document, "chart", is_strict=True)
    load(document, "chart")
