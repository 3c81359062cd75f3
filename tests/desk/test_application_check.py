"""What is found in an application without running it, and what is not made of what is fine."""

from collections.abc import Mapping

import pytest

from frontdesk.desk.orchestration.application_files import document_of
from frontdesk.desk.orchestration.checking.application_check import look_over
from frontdesk.desk.orchestration.checking.script_names import names_of

W3C = '<scxml xmlns="http://www.w3.org/2005/07/scxml" datamodel="ecmascript" version="1.0">\n'
ORS = '<scxml xmlns="http://www.w3.org/2005/07/scxml" profile="ecmascript" version="1.0">\n'


def found(inside: str, head: str = W3C, more: Mapping[str, bytes] | None = None) -> list[str]:
    """What is found in a document, whose first line is the root element."""
    files = {
        "application.toml": b'name = "looked-at"',
        "application.scxml": f"{head}{inside}</scxml>".encode(),
        **(more or {}),
    }
    return [f"{finding.kind}: {finding.fault}" for finding in look_over(document_of(files))]


def test_what_is_fine_is_left_alone() -> None:
    chart = """<datamodel><data id="a" expr="[1]"/></datamodel>
      <script>var own = 0; function sum(list) { return list.reduce((x, y) => x + y, own) }</script>
      <state id="s">
        <onentry><foreach array="a" item="one" index="at"><log expr="one + at"/></foreach>
          <raise event="go.on"/><script>later = 1</script></onentry>
        <transition event="go" cond="sum(a) &gt; 0 &amp;&amp; In('s')" target="p"/>
        <transition event="other" cond="typeof maybe == 'undefined' || maybe" target="p"/>
        <transition event="*" cond="_event.data.x == later;"/>
      </state>
      <parallel id="p"><state id="x"/><state id="y"/>
        <transition event="done.state.p" target="end"/></parallel>
      <final id="end"/>"""
    assert found(chart) == []


def test_what_cannot_be_read_is_told_with_its_place() -> None:
    assert found('<state id="a"><transition event="e" target="b"/></state>') == [
        "refused: application.scxml:2: there is no state 'b' (name a state's id, or add the state)"
    ]
    assert found("<state>") == ["refused: application.scxml:2: this is not XML: mismatched tag"]


def test_states_that_nothing_leads_to() -> None:
    chart = """<state id="a"><transition event="e" target="b1"/></state>
      <state id="b"><state id="b1"/><state id="b2"/></state>
      <state id="c"><state id="c1"><transition event="e" target="a"/></state></state>"""
    assert [line.partition(" (")[0] for line in found(chart)] == [
        "unreachable: application.scxml:3: no transition leads to the state 'b2'",
        "unreachable: application.scxml:4: no transition leads to the state 'c'",
    ]


def test_data_items_that_two_regions_have_in_common() -> None:
    def region(name: str, data: str) -> str:
        item = f'<datamodel><data id="{data}"/></datamodel>'
        return f'<state id="{name}">\n{item}<state id="{name}1">{item}</state></state>'

    chart = (
        f"""<parallel id="p">{region("x", "count")}{region("y", "count")}{region("z", "own")}</parallel>"""
    )
    both, inside = found(chart)
    assert both == (
        "shared: application.scxml:4: 'count' is one data item, here and in the state 'x', which is active"
        " beside this (give one of them another id, or declare it above both)"
    )
    assert inside == both
    apart = """<state id="a"><datamodel><data id="n"/></datamodel><transition event="e" target="b"/></state>
      <state id="b"><datamodel><data id="n"/></datamodel></state>"""
    assert found(apart) == []


def test_transitions_that_cannot_be_taken() -> None:
    chart = """<state id="a">
      <transition event="e" target="b"/>
      <transition event="e.f" target="a"/>
      <transition event="done.state.b" target="b"/></state>
      <state id="b"/>"""
    assert [line.partition(" (")[0] for line in found(chart)] == [
        (
            "unreachable: application.scxml:4: this transition is never taken: "
            "one before it in the same state always is"
        ),
        "unreachable: application.scxml:5: done.state.b never comes",
    ]


def test_events_that_nobody_answers() -> None:
    chart = """<state id="a"><onentry>
      <raise event="x.y"/>
      <send event="z" delay="1s"/>
      <send event="far" target="#_parent"/>
      <if cond="true"><raise event="x"/></if>
      </onentry><transition event="x.y" target="a"/></state>"""
    assert found(chart) == [
        (
            "unanswered: application.scxml:4: nothing answers the event 'z' "
            '(add <transition event="z">, or remove it)'
        ),
        (
            "unanswered: application.scxml:6: nothing answers the event 'x' "
            '(add <transition event="x">, or remove it)'
        ),
    ]
    assert (
        "nothing answers the event 'tick'"
        in found("""<state id="a"><onentry><send event="'tick'" delay="'1s'"/></onentry></state>""", ORS)[0]
    )


def test_names_that_nothing_defines() -> None:
    chart = """<datamodel><data id="known" expr="1"/></datamodel>
      <script>
        var far = known + near;
      </script>
      <state id="a"><transition cond="clcik(known)" target="a"/>
        <onentry><assign location="gone" expr="1"/></onentry></state>"""
    assert found(chart) == [
        (
            "undefined: application.scxml:4: there is no variable 'near' (<script>) "
            '(add <data id="near"/>, or declare it in a <script>)'
        ),
        (
            "undefined: application.scxml:6: there is no function 'clcik' (cond of <transition>) "
            "(declare it in a <script>)"
        ),
        (
            "undefined: application.scxml:7: there is no variable 'gone' (location of <assign>) "
            '(add <data id="gone"/>, or declare it in a <script>)'
        ),
    ]


def test_data_items_of_the_older_dialect() -> None:
    chart = """<datamodel><data id="a" expr="1"/></datamodel>
      <state id="s"><onentry><assign location="made" expr="_data.a + a"/>
        <script>_data['b'] = made; __Log(_data.b, _data.c)</script></onentry></state>"""
    assert found(chart, ORS) == [
        (
            "undefined: application.scxml:3: there is no variable 'a' (expr of <assign>) "
            "(in this dialect it is _data.a)"
        ),
        'undefined: application.scxml:4: nothing gives _data.c a value (<script>) (add <data id="c"/>)',
    ]


def test_scripts_that_do_not_compile() -> None:
    chart = """<state id="a"><transition event="e" cond="1 +" target="a"/>
      <onentry><script>if (</script><log expr="'fine'"/></onentry></state>"""
    first, second = found(chart)
    assert first.startswith("script: application.scxml:2: cond of <transition>: SyntaxError")
    assert second.startswith("script: application.scxml:3: <script>: SyntaxError")


def test_elements_of_modules_hold_scripts_too() -> None:
    head = ORS.replace("<scxml ", '<scxml xmlns:queue="http://www.genesyslab.com/modules/queue" ')
    chart = """<state id="a"><onentry><queue:submit requestid="_data.asked" queue="sale" route="true"
        clearontimeout="whether" unknown="passed over">
        <queue:targets type="agent" statserver="server"><queue:target name="name" type="x"/></queue:targets>
      </queue:submit><log expr="_data.asked"/></onentry></state>"""
    assert [line.split("'")[1] for line in found(chart, head)] == ["sale", "whether", "server", "name"]


def test_what_stands_in_other_files_is_told_with_their_names() -> None:
    more = {
        "words.js": b"var word = 1;\nword += other;\n",
        "part.xml": b"""<state id="p" xmlns="http://www.w3.org/2005/07/scxml">
          <onentry><raise event="unheard"/></onentry><state id="q"/><state id="r"/></state>""",
    }
    chart = (
        """<script src="words.js"/><xi:include xmlns:xi="http://www.w3.org/2001/XInclude" href="part.xml"/>"""
    )
    assert [line.partition(" (")[0] for line in found(chart, more=more)] == [
        "unreachable: part.xml:2: no transition leads to the state 'r'",
        "unanswered: part.xml:2: nothing answers the event 'unheard'",
        "undefined: words.js:2: there is no variable 'other'",
    ]


@pytest.mark.parametrize(
    ("script", "used", "made"),
    [
        ("a.b + c(d, {e: f, g})", "a c d f g", ""),
        (
            "var {a, b: [c = d]} = e; function f(g, ...h) { var i = j; return a + g + h + i }",
            "d e j",
            "a c f",
        ),
        ("for (var i in o) { let k = i } for (x of y) x; k", "o x y x k", "i x"),
        ("try { throw 1 } catch (e) { e } e", "e", ""),
        ("(function me(n) { return n ? me(n - 1) : arguments.length })(m)", "m", ""),
        ("class A extends B { c() { return A } } `${t}`; l: for (;;) break l", "B t", "A"),
        ("switch (s) { case 1: let t = 1; t } new T(), u++, v = w", "s T u v w", "v"),
        ("[p, {q}] = r; y => y + z", "p r z", "p q"),
    ],
)
def test_whose_names_are_whose(script: str, used: str, made: str) -> None:
    names = names_of(script)
    assert [one.name for one in names.used] == used.split()
    assert names.made == set(made.split())
