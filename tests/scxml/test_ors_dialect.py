"""The ORS dialect: the draft of 2009 with extensions, as older applications are written in it."""

import pytest

from frontdesk.scxml.events import Event
from frontdesk.scxml.faults import DocumentRefused
from frontdesk.scxml.memory import Status
from frontdesk.scxml.model import Dialect
from frontdesk.scxml.outputs import Finished, Logged, Requested, TimerSet
from frontdesk.scxml.reading import files_of, load
from frontdesk.scxml.session import Session
from tests.scxml.staging import machine, ors, staged

XMLNS = 'xmlns="http://www.w3.org/2005/07/scxml"'
XI = 'xmlns:xi="http://www.w3.org/2001/XInclude"'


@pytest.mark.parametrize(
    ("attributes", "dialect"),
    [
        ('datamodel="ecmascript"', Dialect.W3C),
        ("", Dialect.W3C),
        ('profile="ecmascript"', Dialect.ORS),
        ('_persist="false"', Dialect.ORS),
        ('xmlns:queue="www.genesyslab.com/modules/queue"', Dialect.ORS),
        ('xmlns:queue="http://www.genesyslab.com/modules/queue"', Dialect.ORS),
        ('xmlns:queue="www.genesyslab.com/modules/queue" datamodel="ecmascript"', Dialect.W3C),
    ],
)
def test_a_document_shows_its_dialect(attributes: str, dialect: Dialect) -> None:
    document = f"<scxml {XMLNS} {attributes}><state id='a'/></scxml>".encode()
    assert load(document, "a.scxml").dialect is dialect
    assert load(document, "a.scxml", dialect=Dialect.ORS).dialect is Dialect.ORS


def test_what_a_send_says_are_expressions() -> None:
    _, logged = staged(
        ors(
            """<datamodel><data id="wait" expr="'2s'"/></datamodel>
            <state id="a">
              <onentry>
                <send event="'late'" delay="_data.wait"/>
                <send event="'soon'" delay="'200ms'"/>
                <send event="'in' + 'side'" target="'_internal'"/>
              </onentry>
              <transition event="*"><log expr="[_event.name, _event.type, Date.now()].join()"/></transition>
            </state>"""
        )
    )
    assert logged == ["inside,internal,0", "soon,external,200", "late,external,2000"]


def test_a_message_may_go_to_a_module() -> None:
    """Its event names the action, its target the namespace; the answer has the id that it was given."""
    queue = "'www.genesyslab.com/modules/queue'"
    session = Session(
        ors(
            f"""<datamodel><data id="id"/></datamodel>
            <state id="a"><onentry>
            <send event="'submit'" type="'fm'" target="{queue}" idlocation="_data.id">
              <param name="queue" expr="'vip'"/><param name="hints" expr="{{a: undefined}}"/></send>
            <log expr="_data.id"/>
            <send event="'queue.cancel'" type="'fm'" target="{queue}" delay="'1s'" namelist="_data.id"/>
            </onentry></state>"""
        ),
        "s",
    )
    submit, told, timer = session.start(0, 1)
    assert submit == Requested("s.1", "queue", "submit", '{"queue":"vip","hints":{}}')
    assert told == Logged("", "s.1")
    assert isinstance(timer, TimerSet)
    assert session.step(999, 1) == []
    assert session.step(1000, 1) == [Requested("s.2", "queue", "cancel", '{"_data.id":"s.1"}')]


@pytest.mark.parametrize(
    ("attributes", "error"),
    [
        ("target=\"'urn:none'\"", "error.send.targetunavailable.a urn:none"),
        ("target=\"'www.genesyslab.com/modules/queue'\"", "error.send.noeventspecified undefined"),
        ("", "error.send.targetunavailable.a "),
    ],
)
def test_a_message_to_no_module_is_an_error(attributes: str, error: str) -> None:
    _, logged = staged(
        ors(
            f"""<state id="a"><onentry><send event="'x'" type="'fm'" {attributes}/></onentry>
            <transition event="error"><log expr="_event.name + ' ' + _event.data.target"/></transition>
            </state>"""
        )
    )
    assert logged == [error]


def test_cancelling_tells_how_it_went() -> None:
    _, logged = staged(
        ors(
            """<datamodel><data id="id"/></datamodel>
            <state id="a">
              <onentry>
                <send event="'never'" delay="'1s'" idlocation="_data.id"/>
                <cancel sendid="_data.id"/>
              </onentry>
              <onentry><cancel sendid="'nothing'"/></onentry>
              <transition event="*"><log expr="_event.name"/></transition>
            </state>"""
        )
    )
    assert logged == ["cancel.successful", "error.notallowed"]


def test_what_is_raised_may_carry_data() -> None:
    _, logged = staged(
        ors(
            """<state id="a">
              <onentry>
                <raise event="one"><param name="n" expr="1 + 1"/></raise>
                <event name="two"/>
                <script>__Raise('three', {n: 3})</script>
              </onentry>
              <transition event="one three"><log expr="_event.data.n"/></transition>
              <transition event="two"><log expr="typeof _event.data"/></transition>
            </state>"""
        )
    )
    assert logged == ["2", "undefined", "3"]


def test_a_data_item_is_no_variable() -> None:
    _, logged = staged(
        ors(
            """<datamodel><data id="x" expr="1"/></datamodel>
            <script>var x = 'mine';</script>
            <state id="a"><onentry>
              <assign location="_data.x" expr="_data.x + 1;"/>
              <log expr="[_data.x, x]"/>
            </onentry>
            <onentry><assign location="App_X['requestid']" expr="7"/></onentry>
            <transition event="error"><log expr="_event.name"/></transition></state>"""
        )
    )
    assert logged == ['[2, "mine"]', "error.illegalassign"]


def test_an_assignment_may_make_a_property_and_a_variable() -> None:
    _, logged = staged(
        ors(
            """<script>var App_X = {};</script>
            <state id="a"><onentry>
              <assign location="App_X['requestid']" expr="7"/>
              <assign location="fresh" expr="8"/>
              <log expr="App_X.requestid + fresh"/>
            </onentry></state>"""
        )
    )
    assert logged == ["15"]


def test_errors_say_what_failed_and_where() -> None:
    _, logged = staged(
        ors(
            """<state id="a">
              <transition cond="nothing.at.all" target="a"/>
              <transition event="go" target="b"/>
              <transition event="error"><log expr="_event.name"/><raise event="go"/></transition>
            </state>
            <state id="b">
              <onentry><log expr="1 +"/></onentry>
              <onentry><script>null.x</script></onentry>
              <onentry><dialog:sing xmlns:dialog="www.genesyslab.com/modules/dialog"/></onentry>
              <onentry><send event="'e'" type="'pigeon'"/></onentry>
              <onentry><foreach array="5" item="i"/></onentry>
              <transition event="error">
                <log expr="[_event.name, _event.data.element, typeof _event.data.linenumber]"/>
              </transition>
            </state>"""
        ),
        ["go"],
    )
    assert logged[-5:] == [
        '["error.illegalvalue.syntaxerror", "log", "number"]',
        '["error.script.typeerror", "script", "number"]',
        '["error.unsupported.sing", "sing", "number"]',
        '["error.send.ioprocessorerror", "send", "number"]',
        '["error.illegalvalue.typeerror", "foreach", "number"]',
    ]
    assert logged[0] == "error.illegalcond.referenceerror"


def test_an_error_names_the_innermost_element() -> None:
    _, logged = staged(
        ors(
            """<state id="a"><onentry>
              <if cond="true"><foreach array="[1]" item="i">
                <assign location="i.j.k" expr="1"/></foreach></if>
            </onentry>
            <transition event="error"><log expr="_event.data.element + _event.data.linenumber"/></transition>
            </state>"""
        )
    )
    assert logged == ["assign3"]


def test_what_is_asked_on_the_way_out_comes_before_the_end() -> None:
    chart = ors(
        """<script>function told() { __Log('last'); return 1 }</script>
        <final id="a"><donedata><param name="p" expr="told()"/></donedata></final>"""
    )
    told, finished = Session(chart, "s").start(0, 1)
    assert told == Logged("", "last", "4")
    assert finished == Finished('{"p":1}')


def test_what_is_in_every_script() -> None:
    _, logged = staged(
        ors(
            """<script>var loop = {n: 1}; loop.self = loop;</script>
            <state id="a"><state id="b"><onentry>
              <script>__Log('hello', 'greeting', 2)</script>
              <log expr="__GetCurrentStates().join()"/>
              <log expr="__GetDocumentURL()"/>
              <log expr="[1, 'x'].toSource() + uneval(loop)"/>
              <log expr="In('a')" level="3"/>
            </onentry></state></state>"""
        )
    )
    assert logged == ["hello", "a,b", "chart.scxml", '[1, "x"]({n:1, self:{…}})', "true"]


def test_a_copy_can_be_made_by_way_of_the_source() -> None:
    """As generated documents do with what belongs to an event."""
    _, logged = staged(
        ors(
            """<state id="a"><transition event="go">
            <script>var copy = eval(_event.data.toSource()); copy.list.push(eval(uneval(new Date(5))));
            copy.f = eval(uneval(function (n) { return n + 1 }));</script>
            <log expr="[copy.list.length, copy.list[1].getTime(), copy.f(1), copy.not]"/></transition>
            </state>"""
        ),
        [Event("go", data='{"list": ["x"], "s": "a\\u2028b"}')],
    )
    assert logged == ["[2, 5, 2, undefined]"]


def test_parts_are_included_with_a_prefix() -> None:
    files = files_of(
        {
            "parts/ask.xml": f"""<scxml {XMLNS} {XI}><state id="alone"><final id="no"/></state>
              <state id="Ask" initial="$$_MY_PREFIX_$$.first">
                <state id="first"><onentry><log expr="_my_prefix"/></onentry>
                  <transition target="$$_MY_PREFIX_$$.Again"/></state>
                <xi:include href="Again.xml" xpointer="Again" resolveid="$$_MY_PREFIX_$$"/>
                <transition event="done.state.$$_MY_PREFIX_$$.Again" target="end"/>
              </state></scxml>""".encode(),
            "parts/again.xml": f"""<scxml {XMLNS}><state id="Again">
              <onentry><log expr="'again in $$_MY_PREFIX_$$'"/></onentry><final id="over"/></state>
              </scxml>""".encode(),
            "lib.js": b"var greeting = 'hi';",
        }
    )
    chart = ors(
        """<script><xi:include href="lib.js" parse="text"/></script>
        <xi:include href="Parts\\Ask.xml" xpointer="Ask" resolveid="One"/>
        <final id="end"><onentry><log expr="greeting"/></onentry></final>""",
        'initial="One.Ask"',
        files,
    )
    session, logged = staged(chart)
    assert logged == ["One", "again in One", "hi"]
    assert session.status is Status.FINISHED
    assert {state.id for state in chart.states} >= {"One.Ask", "One.first", "One.Again", "One.over", "end"}


THREE = '<xi:include href="b.js" parse="text"/>' * 3


@pytest.mark.parametrize(
    ("files", "said"),
    [
        ({}, "there is no file a.xml"),
        ({"a.xml": f"<scxml {XMLNS}/>".encode()}, "has no element with the id 'A'"),
        (
            {
                "a.xml": f'<state {XMLNS} {XI} id="A"><xi:include href="b.xml"/></state>'.encode(),
                "b.xml": f'<state {XMLNS} {XI} id="B"><xi:include href="a.xml"/></state>'.encode(),
            },
            "the files include each other: a.xml → b.xml → a.xml",
        ),
        (
            {"a.xml": f'<state {XMLNS} {XI} id="A">{"<state/>" * 9_999}</state>'.encode()},
            "more than 10000 elements",
        ),
        (
            {
                "a.xml": f'<state {XMLNS} {XI} id="A">{THREE}</state>'.encode(),
                "b.js": b"x" * 1024 * 1024,
            },
            "all that is included is larger than 2097152 bytes",
        ),
    ],
)
def test_an_include_that_cannot_be_is_refused(files: dict[str, bytes], said: str) -> None:
    with pytest.raises(DocumentRefused, match=said):
        ors('<xi:include href="a.xml" xpointer="A"/>', files=files_of(files))


def test_what_a_document_says_of_its_sessions_is_kept() -> None:
    chart = ors(
        """<state id="a"><transition event="go" target="b"/></state>
        <state id="b" _persist="no"><state id="c" _persist="must"/></state>"""
    )
    assert [state.persistence.value for state in chart.states] == ["may", "may", "no", "must"]
    session = Session(chart, "s")
    session.start(0, 1)
    before = session.may_rest
    session.receive(Event("go"))
    session.step(0, 1)
    assert (before, session.may_rest) == (True, False)
    assert not Session(ors('<state id="a"/>', '_persist="false"'), "s").may_rest
    with pytest.raises(DocumentRefused, match="_persist='perhaps' is not known"):
        ors('<state id="a" _persist="perhaps"/>')


def test_who_was_started_with_parameters_finds_them() -> None:
    chart = ors(
        """<datamodel><data id="a" expr="1"/><data id="b" expr="2"/></datamodel>
        <state id="s"><onentry><log expr="[_data.a, _data.b, args_.a, args_.c]"/></onentry></state>"""
    )
    session = Session(chart, "s")
    assert session.start(0, 1, '{"a": 7, "c": 8}') == [Logged("", "[7, 2, 7, 8]")]
    assert Session(chart, "s").start(0, 1) == [Logged("", "[1, 2, undefined, undefined]")]


@pytest.mark.parametrize(
    "where", ["<onentry>{}</onentry>", "{}", "<onentry><if cond='true'>{}</if></onentry>"]
)
def test_elements_that_nobody_knows_are_refused_or_passed_over(where: str) -> None:
    known = where.format('<ws:call xmlns:ws="http://www.genesyslab.com/modules/ws"/>')
    unknown = where.format('<x:play xmlns:x="urn:x"/>')

    def read(inside: str, *, mode: str = "", is_strict: bool) -> None:
        load(
            f'<scxml {XMLNS} {mode}><state id="a">{inside}</state></scxml>'.encode(), "a", is_strict=is_strict
        )

    read(known, is_strict=True)
    read(unknown, is_strict=False)
    read(unknown, mode='exmode="lax"', is_strict=True)
    with pytest.raises(DocumentRefused, match="nothing here knows <play> of urn:x"):
        read(unknown, is_strict=True)
    with pytest.raises(DocumentRefused, match="nothing here knows <play> of urn:x"):
        read(unknown, mode='exmode="strict"', is_strict=False)


def test_what_is_passed_over_does_not_hinder_the_rest() -> None:
    _, logged = staged(
        ors("""<state id="a"><onentry><x:play xmlns:x="urn:x"/><log expr="'heard'"/></onentry></state>""")
    )
    assert logged == ["heard"]


def test_the_other_dialect_knows_none_of_it() -> None:
    with pytest.raises(DocumentRefused, match="<event> cannot stand here"):
        machine('<state id="a"><onentry><event name="x"/></onentry></state>')
    _, logged = staged(
        machine("""<state id="a"><onentry><log expr="typeof __Raise + typeof _data"/></onentry></state>""")
    )
    assert logged == ["undefinedundefined"]
