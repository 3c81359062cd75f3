"""Orchestration: the checks about documents and what their scripts find.

Sessions run on a virtual clock here; what they ask modules for is looked at, or answered by a script.
"""

import time

import pytest

from frontdesk.scxml.events import Event
from frontdesk.scxml.faults import DocumentRefused
from frontdesk.scxml.memory import Status
from frontdesk.scxml.outputs import Failed, Requested
from frontdesk.scxml.packed import pack
from frontdesk.scxml.reading import files_of, load
from frontdesk.scxml.rehearsal import Rehearsal
from frontdesk.scxml.session import Session
from tests.scxml.owning import TELL_ERRORS, logged, owning, take
from tests.scxml.staging import machine, ors, staged
from tests.scxml.test_composed import Desk, run, story

XMLNS = 'xmlns="http://www.w3.org/2005/07/scxml" xmlns:xi="http://www.w3.org/2001/XInclude"'


@pytest.mark.parametrize(
    "uri", ["www.genesyslab.com/modules/queue", "http://www.genesyslab.com/modules/queue"]
)
def test_02_a_namespace_may_be_written_with_and_without_http(uri: str) -> None:
    document = f"""<scxml {XMLNS} xmlns:queue="{uri}"><datamodel><data id="r"/></datamodel>
        <state id="a"><onentry><queue:submit requestid="_data.r" queue="'v' + 1"/></onentry></state>
        </scxml>"""
    outputs = Session(load(document.encode(), "a.scxml", is_strict=True), "s").start(0, 1)
    assert outputs == [Requested("s.1", "queue", "submit", '{"queue":"v1"}')]


def test_03_the_name_of_a_sent_event_is_an_expression_in_one_dialect_only() -> None:
    inside = """<state id="a"><onentry><send event="'x'"/></onentry>
        <transition event="*"><log expr="_event.name"/></transition></state>"""
    assert staged(ors(inside))[1] == ["x"]
    assert staged(machine(inside))[1] == ["'x'"]


@pytest.mark.parametrize(
    ("written", "ms"), [("'200ms'", 200), ("'1s'", 1000), ("'.5s'", 500), ("late", 3000)]
)
def test_04_a_delay_is_kept_to_the_millisecond(written: str, ms: int) -> None:
    chart = ors(
        f"""<script>var late = '3s';</script><state id="a">
        <onentry><send event="'x'" delay="{written}"/></onentry><transition event="x" target="b"/></state>
        <state id="b"/>"""
    )
    stage = Rehearsal()
    session = stage.start(chart, "s")
    stage.pass_time(ms - 1)
    before = session.active
    stage.pass_time(1)
    assert (before, session.active) == (("a",), ("b",))


def test_05_a_data_item_is_no_variable_in_one_dialect_and_the_same_in_the_other() -> None:
    inside = """<datamodel><data id="a" expr="1"/></datamodel><script>var a = 2;</script>
        <state id="s"><onentry><log expr="{}"/></onentry></state>"""
    assert staged(ors(inside.format("[_data.a, a]")))[1] == ["[1, 2]"]
    assert staged(machine(inside.format("[a, typeof _data]")))[1] == ['[2, "undefined"]']


def test_06_what_is_raised_carries_parameters() -> None:
    chart = ors(
        """<state id="a"><onentry><raise event="e"><param name="p" expr="1"/></raise></onentry>
        <transition event="e" cond="_event.data.p === 1"><log expr="'one'"/></transition></state>"""
    )
    assert staged(chart)[1] == ["one"]


def test_07_cancelling_tells_whether_there_was_something() -> None:
    chart = ors(
        """<state id="a"><onentry>
          <send event="'soon'" delay="'1s'" sendid="'early'"/>
          <send event="'never'" delay="'5s'" sendid="'late'"/>
        </onentry>
        <transition event="soon"><cancel sendid="'late'"/><cancel sendid="'early'"/></transition>
        <transition event="*"><log expr="_event.name"/></transition></state>"""
    )
    assert staged(chart)[1] == ["cancel.successful", "error.notallowed"]


def part(name: str, inside: str) -> bytes:
    return f'<scxml {XMLNS} initial="no"><final id="no"/>{inside}</scxml>'.encode().replace(
        b"NAME", name.encode()
    )


def test_08_a_part_may_be_included_twice_under_two_names() -> None:
    files = files_of(
        {
            "part.xml": part(
                "Part",
                """<state id="NAME" initial="$$_MY_PREFIX_$$.in"><state id="in">
                  <onentry><log expr="_my_prefix + ' of ' + own()"/></onentry>
                  <transition target="$$_MY_PREFIX_$$.out"/></state><final id="out"/></state>""",
            ),
            "own.js": b"function own() { return __GetCurrentStates().join() }",
        }
    )
    chart = ors(
        """<script><xi:include href="own.js" parse="text"/></script>
        <state id="first"><xi:include href="part.xml" xpointer="Part" resolveid="One"/>
          <transition event="done.state.One.Part" target="second"/></state>
        <state id="second"><xi:include href="part.xml" xpointer="Part" resolveid="Two"/>
          <transition event="done.state.One.Part" target="first"/>
          <transition event="done.state.Two.Part" target="end"/></state>
        <final id="end"/>""",
        files=files,
    )
    session, said = staged(chart)
    assert said == ["One of first,One.Part,One.in", "Two of second,Two.Part,Two.in"]
    assert session.status is Status.FINISHED


def test_09_a_file_is_found_in_any_case_and_a_circle_is_refused() -> None:
    files = files_of({"Parts/Step.XML": part("Step", '<state id="NAME"/>')})
    chart = ors('<xi:include href="parts\\step.xml" xpointer="Step" resolveid="P"/>', files=files)
    assert "P.Step" in [state.id for state in chart.states]
    again = f'<state {XMLNS} id="A"><xi:include href="a.xml"/></state>'.encode()
    with pytest.raises(DocumentRefused, match="the files include each other"):
        ors('<xi:include href="a.xml"/>', files=files_of({"a.xml": again}))


@pytest.mark.parametrize("is_resting", [False, True], ids=["awake", "resting"])
def test_10_a_composed_application_runs_to_its_end(is_resting: bool) -> None:
    running = run(Desk(free_at=2), is_resting=is_resting)
    assert running.stage.sessions["s"].status is Status.FINISHED
    assert story(running) == [
        "interaction.setudata",
        "queue.submit",
        "queue.submit",
        "interaction.redirect",
    ]


def test_11_an_expression_that_does_not_compile_fails_only_where_it_is_evaluated() -> None:
    chart = ors(
        f"""<state id="a"><transition event="never" cond="1 +" target="a"/>
        <transition event="go"><log expr="'before'"/><log expr="1 +"/><log expr="'after'"/></transition>
        {TELL_ERRORS}</state>"""
    )
    assert staged(chart, ["other"])[1] == []
    assert staged(chart, ["go"])[1] == ["before", "error.illegalvalue.syntaxerror"]


def test_12_what_every_script_finds_is_there_and_does_not_throw() -> None:
    chart = ors(
        """<script>var circle = {}; circle.self = circle;</script>
        <state id="a"><transition event="go"><script>
          __Log(_event.toSource() + uneval(_event) + uneval(circle), 'label', 1);
          __Raise('raised', {url: __GetDocumentURL(), states: __GetCurrentStates()});
        </script></transition>
        <transition event="raised"><log expr="[_event.data.url, _event.data.states, _name, typeof args_]"/>
        </transition></state>""",
        'name="app"',
    )
    source, told = staged(chart, [Event("go", data=pack({"k": ["v"]}))])[1]
    assert source.count('data:{k:["v"]}') == 2
    assert told == '["chart.scxml", ["a"], "app", "object"]'


@pytest.mark.parametrize(
    "script",
    [
        "_event.data.x = 2",
        "_event.data.list.push(1)",
        "_genesys.ixn.interactions[0].udata.x = '2'",
        "_genesys.ixn.interactions['two'].udata.fresh = '2'; throw new TypeError('nothing was added')",
        "delete _genesys.ixn.interactions.one",
    ],
)
def test_13_what_is_the_platforms_cannot_be_written(script: str) -> None:
    session = owning(f"""<transition event="go"><script>{script}</script></transition>
        <transition event="look"><log expr="uneval(_genesys.ixn.interactions)"/></transition>""")
    before = logged(take(session, Event("look")))
    assert logged(take(session, Event("go", data=pack({"x": 1, "list": []})))) == ["error.script.typeerror"]
    assert logged(take(session, Event("look"))) == before


def test_14_one_event_is_one_object() -> None:
    chart = ors(
        """<script>var kept = [];</script><parallel id="p">
        <transition event="look">
          <log expr="[kept[0] === kept[1], kept.indexOf(kept[1]), kept[0].data.n]"/></transition>
        <state id="a"><transition event="go"><script>kept.push(_event)</script></transition></state>
        <state id="b"><transition event="go"><script>kept.push(_event)</script></transition></state>
        </parallel>"""
    )
    assert staged(chart, [Event("go", data=pack({"n": 7})), "other", "look"])[1] == ["[true, 0, 7]"]


def test_15_a_document_type_is_refused_and_a_script_without_end_is_stopped() -> None:
    bomb = b'<!DOCTYPE x [<!ENTITY a "aaa"><!ENTITY b "&a;&a;"><!ENTITY c "&b;&b;">]>'
    with pytest.raises(DocumentRefused, match="a document type is not allowed"):
        load(bomb + f'<scxml {XMLNS}><state id="a"/></scxml>'.encode(), "a.scxml")
    chart = ors(
        f"""<state id="a"><onentry><script>for (;;) {{}}</script></onentry>{TELL_ERRORS}
        <transition event="ping"><log expr="'alive'"/></transition></state>"""
    )
    assert staged(chart, ["ping"])[1] == ["error.script.internalerror", "alive"]


def test_16_a_regular_expression_that_explodes_is_stopped() -> None:
    chart = ors(
        f"""<state id="a"><onentry><script>/(a+)+$/.test('a'.repeat(60) + 'b')</script></onentry>{TELL_ERRORS}
        <transition event="ping"><log expr="'alive'"/></transition></state>"""
    )
    before = time.process_time()
    session, said = staged(chart, ["ping"])
    assert said == ["error.script.internalerror", "alive"]
    assert session.status is Status.RUNNING
    assert time.process_time() - before < 2  # It may have 50 ms; without a limit it would take years.


def test_17_a_loop_of_transitions_ends_its_session_and_delays_no_other() -> None:
    looping = ors(
        """<state id="a"><transition event="go" target="b"/></state>
        <state id="b"><transition target="c"/></state><state id="c"><transition target="b"/></state>"""
    )
    calm = ors('<state id="a"><transition event="ping"><log expr="\'alive\'"/></transition></state>')
    took_ms = []
    for number in range(5):
        bad, good = Session(looping, f"bad-{number}"), Session(calm, f"good-{number}")
        bad.start(0, 1)
        good.start(0, 1)
        began = time.process_time()
        last = take(bad, Event("go"))[-1]
        assert logged(take(good, Event("ping"))) == ["alive"]
        took_ms.append((time.process_time() - began) * 1000)
        assert isinstance(last, Failed)
        assert "microsteps" in last.reason
        assert (bad.status, good.status) == (Status.FAILED, Status.RUNNING)
    assert min(took_ms) < 100
