"""What scripts find, what they do not find, and what of theirs lasts."""

import os
import time
from collections.abc import Iterator
from xml.sax.saxutils import escape

import pytest

from frontdesk.scxml.events import Event
from frontdesk.scxml.outputs import Logged, Output
from frontdesk.scxml.packed import pack, unpack
from frontdesk.scxml.session import Session
from tests.scxml.staging import machine, staged

MIDNIGHT_MS = 1_600_000_000_000


@pytest.fixture
def far_away() -> Iterator[None]:
    """A machine whose clock stands in another zone."""
    before = os.environ.get("TZ")
    os.environ["TZ"] = "America/New_York"
    time.tzset()
    yield
    if before is None:
        del os.environ["TZ"]
    else:
        os.environ["TZ"] = before
    time.tzset()


def texts(outputs: "list[Output] | tuple[Output, ...]") -> list[str]:
    return [output.text for output in outputs if isinstance(output, Logged)]


def quoted(expr: str) -> str:
    return escape(expr, {'"': "&quot;"})


def said(expr: str, *, script: str = "", seed: int = 1) -> str:
    chart = machine(
        f"""<script><![CDATA[{script}]]></script>
        <state id="a"><onentry><log expr="{quoted(expr)}"/></onentry>
        <transition event="error"><log expr="'failed: ' + _event.data.description"/></transition></state>"""
    )
    session = Session(chart, "s")
    (text,) = texts(list(session.start(MIDNIGHT_MS, seed)))
    return text


def test_time_is_what_the_caller_says() -> None:
    assert said("Date.now() + new Date().getTime()") == str(2 * MIDNIGHT_MS)
    assert said("new Date(2020, 1, 29, 13).toISOString()") == "2020-02-29T13:00:00.000Z"
    assert said("typeof Date() + (new Date() instanceof Date)") == "stringtrue"


@pytest.mark.usefixtures("far_away")
def test_local_time_is_the_same_on_every_machine() -> None:
    assert said("new Date(2020, 0, 1).getTimezoneOffset()") == "0"
    assert said("String(new Date(0))") == "Thu Jan 01 1970 00:00:00 GMT+0000 (UTC)"
    assert said("Date.parse('2020-01-01T00:00') - Date.parse('2020-01-01T00:00Z')") == "0"
    assert said("new Date('2020-01-01T05:00+05:00').getHours()") == "0"


@pytest.mark.usefixtures("far_away")
def test_a_date_that_was_put_away_is_read_as_before() -> None:
    chart = machine(
        """<state id="a"><onentry><script>at = new Date(0)</script></onentry>
        <transition event="see"><log expr="at.getHours() + ' ' + at"/></transition></state>"""
    )
    session = Session(chart, "s")
    session.start(MIDNIGHT_MS, 1)
    session = Session.restore(chart, session.snapshot()[0])
    session.receive(Event("see"))
    (text,) = texts(list(session.step(MIDNIGHT_MS, 1)))
    assert text == "0 Thu Jan 01 1970 00:00:00 GMT+0000 (UTC)"


def test_a_script_may_have_a_date_of_its_own() -> None:
    assert said("Date", script="Date = 'mine'") == "mine"
    assert said("Date.now()", script="'use strict'; Date = {now: () => 5}") == "5"
    assert said("Date", script="let Date = 'mine'") == "mine"
    assert said("typeof Date", script="delete globalThis.Date") == "undefined"


def test_chance_is_what_the_caller_says() -> None:
    one = said("[Math.random(), Math.random()]", seed=5)
    assert said("[Math.random(), Math.random()]", seed=5) == one
    assert said("[Math.random(), Math.random()]", seed=6) != one
    assert said("Math.random() >= 0 && Math.random() < 1") == "true"


@pytest.mark.parametrize(
    "name",
    [
        "Atomics",
        "SharedArrayBuffer",
        "WeakRef",
        "performance",
        "Proxy",
        "setTimeout",
        "require",
        "fetch",
        "std",
        "os",
    ],
)
def test_there_is_no_way_out(name: str) -> None:
    assert said(f"typeof {name}") == "undefined"


@pytest.mark.parametrize(
    ("expr", "value"),
    [
        ("[1, , [2, [3]]].concat(4, [5, , 6])", "[1,null,[2,[3]],4,5,null,6]"),
        ("1 in [1, , 2].concat([3])", "false"),
        (
            "[].concat('text').concat({ length: 1, 0: 'x', [Symbol.isConcatSpreadable]: true })",
            '["text","x"]',
        ),
        ("[1, [2, [3, [4]]]].flat()", "[1,2,[3,[4]]]"),
        ("[1, [2, [3, [4]]]].flat(Infinity)", "[1,2,3,4]"),
        ("[1, [2]].flat(0)", "[1,[2]]"),
        ("[1, 2].flatMap((n, at) => [n * 2, [at]])", "[2,[0],4,[1]]"),
        ("(function () { return Array.prototype.slice.call(arguments, 1) })(1, 2, 3)", "[2,3]"),
        ("[3, 1, 2].sort((a, b) => b - a).reverse().join('-')", '"1-2-3"'),
        ("'a,b,c'.split(',', 2)", '["a","b"]'),
        ("'a1b2'.split(/\\d/)", '["a","b",""]'),
        ("'aaa'.replace('a', (found, at) => found + at)", '"a0aa"'),
        ("'a-b'.replace(/(a)-(b)/, '$2-$1')", '"b-a"'),
        ("'null'.includes(null)", "true"),
        ("String.raw`a\\n${1}b`", '"a\\\\n1b"'),
        ("JSON.stringify({ a: 1, b: 2 }, ['a'])", '"{\\"a\\":1}"'),
        ("[[].concat.length, [].slice.name, ''.indexOf.length]", '[1,"slice",1]'),
        (
            "[/b/.exec('abc').index, /b/.exec.name, /x/.exec('a'), 'aXbX'.match(/X/g)]",
            '[1,"exec",null,["X","X"]]',
        ),
        ("[...'a1b22'.matchAll(/\\d+/g)].map(found => found[0])", '["1","22"]'),
        (
            "(function (re) { re.test('aa'); return [re.lastIndex, re.test('aa'), re.test('aa')] })(/a/g)",
            "[1,true,false]",
        ),
        ("(255n).toString(16) + 10n + BigInt('-3').toLocaleString()", '"ff10-3"'),
    ],
)
def test_what_has_a_measure_does_what_it_always_did(expr: str, value: str) -> None:
    assert said(f"JSON.stringify({expr})") == value


@pytest.mark.parametrize(
    ("script", "variable"),
    [
        ("_event = 1", "_event.name"),
        ("_event.name = 'other'", "_event.name"),
        ("_event.data.list[0] = 2", "_event.data.list[0]"),
        ("_sessionid = 'other'", "_sessionid"),
        ("_ioprocessors.scxml.location = 'there'", "_ioprocessors.scxml.location"),
        ("In = null", "typeof In"),
    ],
)
def test_what_is_the_platforms_cannot_be_changed(script: str, variable: str) -> None:
    chart = machine(
        f"""<datamodel><data id="before"/></datamodel><state id="a">
        <transition event="go" target="b"><assign location="before" expr="{variable}"/></transition></state>
        <state id="b"><onentry><script>{script}</script><log expr="'changed'"/></onentry>
        <onentry><log expr="before === {variable}"/></onentry></state>"""
    )
    session = Session(chart, "s")
    session.start(0, 1)
    session.receive(Event("go", data=pack({"list": [1]})))
    assert texts(list(session.step(0, 1))) == ["true"]


def test_half_a_letter_goes_no_further_than_its_session() -> None:
    """Half of a surrogate pair is no text: in what goes from one session to another a mark stands for it."""
    child = """<scxml version="1.0" datamodel="ecmascript"><datamodel><data id="x"/></datamodel><state id="k">
        <onentry><send target="#_parent" event="e"><param name="y" expr="[x, undefined]"/></send></onentry>
        </state></scxml>"""
    chart = machine(
        f"""<datamodel><data id="own" expr="'\\ud800'"/></datamodel><state id="a">
        <invoke><param name="x" expr="own"/><content>{child}</content></invoke>
        <transition event="e"><log expr="[_event.data.y[0], own.length, own.charCodeAt(0)]"/></transition>
        </state>"""
    )
    assert staged(chart)[1] == ['["\ufffd", 1, 55296]']


def test_one_event_is_one_object_and_keeps_its_value() -> None:
    chart = machine(
        """<datamodel><data id="kept" expr="[]"/></datamodel>
        <parallel id="p">
        <transition event="see"><log expr="kept[0].data.n + kept.indexOf(kept[1])"/></transition>
        <state id="a"><transition event="go"><script>kept.push(_event)</script></transition></state>
        <state id="b"><transition event="go"><script>kept.push(_event)</script></transition></state>
        </parallel>"""
    )
    assert staged(chart, [Event("go", data=pack({"n": 7})), "see"])[1] == ["7"]


@pytest.mark.parametrize(
    "value",
    [
        "undefined",
        "-0",
        "NaN",
        "-Infinity",
        "10n",
        "'\\ud800'",
        "'a\\u0000b'",
        "[1, , 3]",
        "new Date(5)",
        "/a+/gi",
        "new Map([['a', {b: 1}]])",
        "new Set([1, 2])",
        "new TypeError('no')",
        "Object.create(null)",
        "{__proto__: null, constructor: 1}",
        "JSON.parse('{\"__proto__\": 1}')",
        "{$graph: [1]}",
    ],
)
def test_a_value_lasts_as_it_is(value: str) -> None:
    same = """function same(a, b) {
        if (Object.is(a, b)) return true
        if (typeof a != 'object' || typeof b != 'object' || a == null || b == null) return false
        if (Object.getPrototypeOf(a) !== Object.getPrototypeOf(b)) return false
        if (String(a.message) != String(b.message)) return false
        if (a instanceof Date || a instanceof RegExp) return a.valueOf().toString() == b.valueOf().toString()
        var isList = a instanceof Map || a instanceof Set, x = isList ? [...a] : a, y = isList ? [...b] : b
        var k = Object.keys(x)
        return k.join() == Object.keys(y).join() && x.length === y.length && k.every(n => same(x[n], y[n]))
    }"""
    chart = machine(
        f"""<script><![CDATA[{same}; var kept;]]></script>
        <state id="a"><transition event="go"><script><![CDATA[kept = ({value})]]></script></transition>
        <transition event="see"><log expr="same(kept, ({quoted(value)}))"/></transition>
        </state>"""
    )
    session = Session(chart, "s")
    session.start(0, 1)
    session.receive(Event("go"))
    session.step(0, 1)
    stored, lost = session.snapshot()
    session = Session.restore(chart, stored)
    session.receive(Event("see"))
    assert (texts(list(session.step(0, 1))), list(lost)) == (["true"], [])


def test_what_scripts_share_and_close_to_a_circle_stays_so() -> None:
    chart = machine(
        """<script><![CDATA[
          var lib = {count: 0, next() { return ++this.count }};
          class Point { constructor(x) { this.x = x } double() { return this.x * 2 } }
          let hidden = 1;
          var system = {}, context = {system};
        ]]></script>
        <state id="a">
          <transition event="go"><script><![CDATA[
            system.context = context; lib.next(); hidden = 5; var later = new Point(4); fresh = system;
          ]]></script></transition>
          <transition event="see"><log expr="[system.context.system === system, fresh === system,
            lib.next(), hidden, later.double(), later instanceof Point]"/></transition>
        </state>"""
    )
    session = Session(chart, "s")
    session.start(0, 1)
    session.receive(Event("go"))
    session.step(0, 1)
    stored, lost = session.snapshot()
    assert list(lost) == []
    session = Session.restore(chart, stored)
    session.receive(Event("see"))
    assert texts(list(session.step(0, 1))) == ["[true, true, 2, 5, 8, true]"]


def test_what_cannot_last_is_named() -> None:
    chart = machine(
        """<datamodel><data id="x" expr="{deep: {run: function () {}, mark: Symbol('s')}}"/></datamodel>
        <state id="a"><onentry><script>y = {get: function () {}}</script></onentry></state>"""
    )
    session = Session(chart, "s")
    session.start(0, 1)
    assert sorted(session.snapshot()[1]) == ["x.deep.mark", "y.get"]


def test_a_deep_value_lasts() -> None:
    chart = machine(
        """<datamodel><data id="x"/></datamodel><state id="a"><onentry>
        <script>for (var n = 0, x = null; n &lt; 5000; n++) x = {x}</script></onentry>
        <transition event="see"><script>for (var n = 0; x; n++) x = x.x</script><log expr="n"/></transition>
        </state>"""
    )
    session = Session(chart, "s")
    session.start(0, 1)
    session = Session.restore(chart, session.snapshot()[0])
    session.receive(Event("see"))
    assert texts(list(session.step(0, 1))) == ["5000"]


def test_functions_below_a_deep_value_last() -> None:
    chart = machine(
        """<script><![CDATA[for (var n = 0, x = {f() { return 5 }}; n < 3000; n++) x = {x}]]></script>
        <state id="a"><transition event="see">
        <script>while (!x.f) x = x.x</script><log expr="x.f()"/></transition></state>"""
    )
    session = Session(chart, "s")
    session.start(0, 1)
    stored, lost = session.snapshot()
    assert list(lost) == []
    session = Session.restore(chart, stored)
    session.receive(Event("see"))
    assert texts(list(session.step(0, 1))) == ["5"]


def test_values_between_sessions_carry_no_code_and_no_lock() -> None:
    chart = machine(
        """<state id="a">
          <transition event="in"><send event="back">
            <param name="d" expr="{again: _event.data, f() {}, u: undefined}"/></send></transition>
          <transition event="back"><script>copy = _event.data.d</script>
            <log expr="[copy.again.n, typeof copy.f, 'u' in copy]"/></transition>
        </state>"""
    )
    assert staged(chart, [Event("in", data=pack({"n": 1}))])[1] == ['[1, "undefined", true]']


def test_data_of_strangers_is_never_a_graph() -> None:
    strange = {"$graph": [["made", ["x"]], []], "list": [{"$graph": 1}]}
    assert unpack(pack(strange)) == {"$$graph": [["made", ["x"]], []], "list": [{"$$graph": 1}]}
    chart = machine(
        '<state id="a"><transition event="go"><log expr="Object.keys(_event.data)"/></transition></state>'
    )
    assert staged(chart, [Event("go", data=pack(strange))])[1] == ['["$$graph", "list"]']


def test_a_text_comes_out_whole() -> None:
    assert said("'a' + String.fromCharCode(0) + 'b' + String.fromCharCode(0xd800)") == "a\ufffdb\ufffd"


def test_a_script_that_fails_at_the_top_stops_no_other() -> None:
    chart = machine(
        """<script>nothing.there</script><script>var x = 1</script>
        <state id="a"><onentry><log expr="x"/></onentry></state>"""
    )
    assert staged(chart)[1] == ["1"]


def test_data_near_the_limit_can_still_be_put_away() -> None:
    chart = machine(
        """<datamodel><data id="x" expr="[]"/></datamodel><state id="a"><onentry>
        <script>for (var n = 0; n &lt; 60; n++) x.push(String(n).repeat(50000))</script></onentry>
        <transition event="see"><log expr="x.length + x[59].slice(0, 4)"/></transition></state>"""
    )
    session = Session(chart, "s")
    session.start(0, 1)
    session = Session.restore(chart, session.snapshot()[0])
    session.receive(Event("see"))
    assert texts(list(session.step(0, 1))) == ["605959"]
