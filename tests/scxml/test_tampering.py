"""Scripts that change what our own scripts stand on harm their own session, and nobody else."""

import contextlib

import pytest

from frontdesk.scxml.events import Event
from frontdesk.scxml.faults import ScriptFault
from frontdesk.scxml.memory import Status
from frontdesk.scxml.outputs import Failed, Requested
from frontdesk.scxml.packed import unpack
from frontdesk.scxml.session import Session
from tests.scxml.owning import owning, take

ASKING = """<transition event="next">
    <script>__Log('x'); __Raise('e', {a: [1, undefined]}); _genesys.ixn.setuData({k: 'v'})</script>
    <log expr="[1, {}]"/><ixn:terminate interactionid="'one'" hints="{a: [1]}"/>
    <send event="'z'" delay="'1s'"><param name="n" expr="({a: 1})"/></send>
    <log expr="_event.data.q"/><script>throw new Error('x')</script></transition>"""


@pytest.mark.parametrize(
    "script",
    [
        "Array.prototype.push = function () { return 0 }",
        "Array.prototype.push = function () { throw null }",
        "Array.prototype.push = function () { this[this.length] = [1, {}]; return 1 }",
        "Array.prototype.push = function () { this[this.length] = ['ask', 'queue']; return 1 }",
        "Object.defineProperty(Array.prototype, 0, {set: function () {}, get: function () { return 7 }})",
        "Object.prototype.toJSON = function () { return undefined }",
        "Array.prototype.toJSON = function () { return 'x' }",
        "Array.prototype.toJSON = function () { return [[5]] }",
        "JSON.stringify = function () { return '{' }; JSON.parse = function () { return 5 }",
        "Map.prototype.get = function () { return 5 }",
        "Map.prototype.has = function () { return true }; Map.prototype.keys = null",
        "Set.prototype.has = null; Object.hasOwn = null",
        "Object.keys = function () { throw 5 }",
        "Object.defineProperty = null",
        "Object.prototype.value = 5; Object.prototype.set = 7",
        "String.prototype.toWellFormed = function () { return 5 }",
        "Array.prototype[Symbol.iterator] = null",
        "Error.prototype.toString = function () { return {} }; Error.prototype.name = 5",
        "eval = null; Function = null; String = null; Number = null; RegExp = null",
    ],
)
def test_what_scripts_break_is_their_own(script: str) -> None:
    session = owning(f'<transition event="go"><script>{script}</script></transition>{ASKING}')
    take(session, Event("go"))
    outputs = [*take(session, Event("next", data='{"q": [1]}')), *session.step(5_000, 1)]
    for output in outputs:
        if isinstance(output, Requested):
            assert isinstance(unpack(output.attributes), dict)
    if session.status is Status.FAILED:
        assert isinstance(outputs[-1], Failed)
    with contextlib.suppress(ScriptFault):  # Then it cannot be put away.
        Session.restore(session.machine, session.snapshot()[0])
