"""Functions that scripts declare: nobody can tell that these are read when they are first named."""

from collections.abc import Sequence
from xml.sax.saxutils import escape

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from frontdesk.scxml.ecmascript.declarations import CHARS_MAX, parted
from frontdesk.scxml.ecmascript.library import TEXT_CHARS_MAX, words_of
from frontdesk.scxml.events import Event
from frontdesk.scxml.outputs import Logged
from frontdesk.scxml.session import Session
from tests.scxml.staging import machine

PARTS = """
/** Twice. See this, and that. */
function twice(n) { return 2 * n } // twice
function fourfold(n) { return twice(twice(n)) }
async function later() { return 1 }
function* each() { yield 1 }
function Point(x) { this.x = x }
function keep() { return function () { return fourfold(1) } }
function far() { return globalThis['twi' + 'ce'](1) }
"""
MORE = "function twice(n) { return 'two ' + n }"
UNUSED = "".join(
    f"function unused{n}(list) {{ for (var a in list) if (a == {n}) return a }}\n" for n in range(200)
)
SEE = "[fourfold(3), typeof twice, typeof kept, typeof Point]"
WHOLE = "\n;'';"  # A text on its own might be a directive: a script that has one is run as it is.


def shown(
    scripts: Sequence[str], steps: Sequence[str], see: str, *, rests: bool, data: str = ""
) -> list[str]:
    """What a session logs and loses that takes these steps, and may rest before it looks at `see`."""
    content = "".join(f"<script>{escape(script)}</script>" for script in scripts)
    todo = "".join(f"<script>{escape(step)}</script>" for step in steps)
    chart = machine(
        f"""{data}{content}<state id="a"><onentry>{todo}</onentry>
        <transition event="see"><log expr="{escape(see, {'"': "&quot;"})}"/></transition>
        <transition event="error"><log expr="_event.data.description"/></transition></state>"""
    )
    session = Session(chart, "s")
    outputs = list(session.start(1, 1))
    lost: Sequence[str] = ()
    if rests:
        stored, lost = session.snapshot()
        session = Session.restore(chart, stored)
    session.receive(Event("see"))
    outputs += session.step(2, 2)
    return [output.text for output in outputs if isinstance(output, Logged)] + sorted(lost)


@pytest.mark.parametrize("rests", [False, True])
@pytest.mark.parametrize(
    ("steps", "see"),
    [
        ([], SEE),
        ([], "fourfold.toString() + twice.name + each.toString()"),
        (["kept = fourfold"], "kept === fourfold && kept(2)"),
        (["kept = keep()"], SEE),
        (["var kept = new Point(3)"], "kept instanceof Point && kept.x + Object.keys(kept).join()"),
        (["Point.prototype.y = 5"], "new Point(1).y"),
        (["twice = 5"], "typeof twice"),
        (["twice = function () { return 9 }"], "typeof fourfold"),
        (["var twice"], SEE),
        (["var twice = 1"], "twice"),
        (["let twice = 1"], SEE),
        (["function twice(n) { return n }"], "typeof twice"),
        (["delete globalThis.twice"], "typeof twice"),
        ([], "far()"),
        ([], "this['twi' + 'ce'](4)"),
        ([], "globalThis['twi' + 'ce'](4)"),
        ([], "eval('twi' + 'ce')(4)"),
        ([], "new Function('return twi' + 'ce(4)')()"),
        ([], "fourfold.constructor('return twi' + 'ce(4)')()"),
        ([], r"tw\u0069ce(4)"),
        ([], "Object.keys(globalThis).filter(k => k.length < 6).join()"),
        (["for (var k in this) if (k == 'twice') kept = k"], "kept"),
        (["kept = {twice: 1, deep: {'fourfold': 2}}"], "kept.twice + kept.deep.fourfold"),
        ([], "typeof missing + missing2()"),
    ],
)
def test_nobody_can_tell(steps: list[str], see: str, rests: bool) -> None:
    run = shown([PARTS + WHOLE], steps, see, rests=rests)
    assert parted(PARTS) is not None
    assert parted(PARTS + WHOLE) is None
    assert shown([PARTS], steps, see, rests=rests) == run
    assert run


@pytest.mark.parametrize("rests", [False, True])
@pytest.mark.parametrize(
    "scripts",
    [
        [PARTS, MORE],
        [MORE, PARTS],
        ["var kept = function () { return twice(1) }", PARTS],
        [PARTS, "var kept = twice(1)"],
        [PARTS, "var kept = twice(1)", MORE],
        ["var twice = 1", PARTS],
        ["let twice = 1", PARTS],
        [PARTS, "let twice = 1"],
        ["kept = eval('typeof twi' + 'ce')", PARTS],
        [PARTS, "function parseInt() { return 'mine' } function In() {}", "kept = parseInt('5')"],
        [PARTS, "function broken() { return", "kept = 1"],
        [PARTS, "function broken() { break }", "kept = 1"],
        [PARTS, "'use strict'; function kept() { return this }"],
        ["function f() { return g() } var kept = f", "function g() { return 'g' }"],
        [PARTS + "missing(); let kept = 1"],
    ],
)
def test_nobody_can_tell_in_which_order_scripts_stand(scripts: list[str], rests: bool) -> None:
    run = [script + WHOLE for script in scripts]
    for see in (SEE, "typeof kept == 'function' ? kept() : kept", "typeof parseInt('1')", "typeof broken"):
        assert shown(scripts, [], see, rests=rests) == shown(run, [], see, rests=rests)


def test_a_data_item_of_the_same_name_becomes_the_function() -> None:
    data = '<datamodel><data id="twice" expr="3"/><data id="kept" expr="typeof fourfold"/></datamodel>'
    for scripts in ([PARTS], [PARTS + WHOLE]):
        assert shown(scripts, [], "typeof twice + kept", rests=False, data=data) == ["functionundefined"]


def test_what_nobody_names_takes_up_no_memory() -> None:
    def size(scripts: str, see: str = "1") -> int:
        session = Session(
            machine(f'{scripts}<state id="a"><onentry><log expr="{see}"/></onentry></state>'), "s"
        )
        session.start(0, 1)
        return session.script_bytes()

    library = f"<script>{escape(UNUSED)}</script>"
    few, all_of_them = size(library, "unused7({})"), size(library, "this.unused7({})")
    assert few - size("") < (all_of_them - size("")) / 20
    mixed = size(f"<script>{escape(UNUSED)} var table = [1, 2]; let unused = unused7({{}})</script>")
    assert mixed - size("") < (all_of_them - size("")) / 20


def test_a_script_is_parted_into_its_functions_and_the_rest() -> None:
    parts = parted(PARTS)
    assert parts is not None
    assert not parts.rest
    assert list(parts.functions) == ["twice", "fourfold", "later", "each", "Point", "keep", "far"]
    parts = parted(
        "var a = b\nfunction f() {}\n(d)\n// c\nlet { e, g: [h] } = {}; class I {} if (1) { var j }"
    )
    assert parts is not None
    assert parts.functions == {"f": "function f() {}"}
    assert parts.rest.split("\n;") == [
        "var a = b",
        "(d)",
        "let { e, g: [h] } = {};",
        "class I {}",
        "if (1) { var j }",
    ]
    assert parts.variables == {"a", "j"}
    assert parts.lexical == {"e", "g", "h", "I"}


@pytest.mark.parametrize(
    "script",
    [
        "",
        "// nothing",
        "1",
        "var f = function () {}",
        "function () {}",
        "class A {}",
        "function f() { return",
        "function f() {} return",
        "function f() {} }; while (1); {",
        "if (1) function f() {}",
        "'use strict'; function f() {}",
        "function f() {} 'use strict'",
        "function f() {} let f",
        "#!/usr/bin/env\nfunction f() {}",
        "function f() {}\n<!-- a comment",
        f"function f() {{}}{' ' * CHARS_MAX}",
    ],
)
def test_what_cannot_be_parted_is_run_as_it_is(script: str) -> None:
    assert parted(script) is None


names = st.sampled_from("abcd")
FUNCTIONS = (
    "function {0}(n) {{ return typeof {1} == 'function' && n > 0 ? {1}(n - 1) + '{0}' : typeof {1} }}",
    "function {0}() {{ {1} = 3; return typeof {2} }}",
    "function {0}() {{ var {1} = 4; return {1} + {2} }}",
    "function {0}() {{ return this.{1} }}",
    "function* {0}() {{ yield {1} }}",
    "async function {0}() {{}}",
)
STATEMENTS = (
    "var {0} = 1",
    "var {0}",
    "let {0} = 1",
    "const {0} = {1}",
    "class {0} {{}}",
    "var {{ {0}, x: [{1}] }} = {{ x: [2] }}",
    "var kept = {0}",
    "{0} = {1}",
    "{0}",
    "({0})",
    "[{0}]",
    "-{0}",
    "/{0}/g",
    "`${{typeof {0}}}`",
    "{0}.{1} = 1",
    "{0}.prototype = {{ {1}: {2} }}",
    "{0} = function () {{ return {1}(1) }}",
    "delete globalThis.{0}",
    "if (typeof {0} == 'function') {{ var {1} = {0}(2) }} else var {2}",
    "{{ function {0}() {{ return 'inner' }} }}",
    "for (var {0} in {{ x: 1 }}) ;",
    "for (var {0} of [1]) {{ let {1} = 1 }}",
    "try {{ {0}(1) }} catch (error) {{ var {1} = 'caught' }}",
    "switch ({0}) {{ default: var {1} = 3 }}",
    "throw {0}",
    "new {0}()",
    "return {0}",
)
LOOKS = ", ".join(f"() => typeof {name}, () => {name}, () => {name}(3)" for name in (*"abcd", "kept"))
LOOK = (
    f"[{LOOKS}].map(look => {{ try {{ return String(look()) }} catch (error) {{ return String(error) }} }})"
    ".join('|')"
)
pieces = st.tuples(st.sampled_from((*FUNCTIONS, *FUNCTIONS, *STATEMENTS)), names, names, names).map(
    lambda drawn: drawn[0].format(*drawn[1:])
)
written = st.lists(pieces, min_size=1, max_size=5).map("\n".join)


@settings(max_examples=60, deadline=None)
@given(st.lists(written, min_size=1, max_size=3), st.lists(pieces, max_size=2), st.booleans())
def test_nobody_can_tell_of_any_scripts(scripts: list[str], steps: list[str], rests: bool) -> None:
    run = [script + WHOLE for script in scripts]
    assert shown(scripts, steps, LOOK, rests=rests) == shown(run, steps, LOOK, rests=rests)


def test_comments_name_nothing() -> None:
    assert words_of("a + b // this is c\n/* eval */ - d") == frozenset("abd")
    assert words_of("'//' + this.x") is None
    assert words_of("broken ( // this") is None
    assert words_of(f"a{' ' * TEXT_CHARS_MAX}") is None
