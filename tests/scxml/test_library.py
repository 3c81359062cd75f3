"""Scripts that only declare functions: nobody can tell that these are read when they are first named."""

from collections.abc import Sequence
from xml.sax.saxutils import escape

import pytest

from frontdesk.scxml.ecmascript.library import CHARS_MAX, TEXT_CHARS_MAX, functions_of, words_of
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
NOTHING_ELSE = "\n;"  # A statement: a script that has one is run when it comes, like any other.


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
    return [output.text for output in outputs if isinstance(output, Logged)] + list(lost)


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
    run = shown([PARTS + NOTHING_ELSE], steps, see, rests=rests)
    assert functions_of(PARTS) is not None
    assert functions_of(PARTS + NOTHING_ELSE) is None
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
    ],
)
def test_nobody_can_tell_in_which_order_scripts_stand(scripts: list[str], rests: bool) -> None:
    run = [script + NOTHING_ELSE for script in scripts]
    for see in (SEE, "typeof kept == 'function' ? kept() : kept", "typeof parseInt('1')", "typeof broken"):
        assert shown(scripts, [], see, rests=rests) == shown(run, [], see, rests=rests)


def test_a_data_item_of_the_same_name_becomes_the_function() -> None:
    data = '<datamodel><data id="twice" expr="3"/><data id="kept" expr="typeof fourfold"/></datamodel>'
    for scripts in ([PARTS], [PARTS + NOTHING_ELSE]):
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


def test_only_a_script_that_declares_functions_and_does_nothing_else_can_wait() -> None:
    assert list(functions_of(PARTS) or ()) == ["twice", "fourfold", "later", "each", "Point", "keep", "far"]
    for script in (
        "",
        "// nothing",
        "1",
        "var f = function () {}",
        "function f() {} f()",
        "function () {}",
        "function f() {} var x",
        "class A {}",
        "function f() { return",
        "if (1) function f() {}",
    ):
        assert functions_of(script) is None, script
    assert functions_of(f"function f() {{}}{' ' * CHARS_MAX}") is None


def test_comments_name_nothing() -> None:
    assert words_of("a + b // this is c\n/* eval */ - d") == frozenset("abd")
    assert words_of("'//' + this.x") is None
    assert words_of("broken ( // this") is None
    assert words_of(f"a{' ' * TEXT_CHARS_MAX}") is None
