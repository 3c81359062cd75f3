"""`_genesys.ixn`: the interactions that a session owns, as its scripts see them."""

from collections.abc import Sequence
from typing import Any

import pytest

from frontdesk.scxml.events import Event
from frontdesk.scxml.outputs import Logged, Output, Requested
from frontdesk.scxml.packed import pack, unpack
from frontdesk.scxml.session import Session
from tests.scxml.staging import machine, ors

CHART = """<script>var kept = {{}}, all = _genesys.ixn.interactions; {script}</script>
    <state id="a">
    <transition event="see"><log expr="eval(_event.data)"/></transition>
    <transition event="run"><script>eval(_event.data)</script><log expr="'done'"/></transition>
    <transition event="error"><log expr="_event.name + ': ' + _event.data.description"/></transition>
    </state>"""


def chat(interaction_id: str, *, controlled: bool = True, **udata: object) -> dict[str, Any]:
    """A chat as an event's mirror has it."""
    return {
        "g_uid": interaction_id,
        "category": "chat",
        "udata": udata,
        "parties": {"p1": {"id": "p1", "device": "amy", "chatp": {"state": "processing"}}},
        "chat": {"media": "TMediaChat", "state": "queued"},
        "controlled": controlled,
    }


class Watched:
    """A session whose scripts are asked what they see."""

    def __init__(self, script: str = "") -> None:
        self.session = Session(ors(CHART.format(script=script)), "s")
        self.session.start(0, 1)

    def happens(self, name: str, **ixn: object) -> Sequence[Output]:
        """An event that changes what is seen."""
        return self._step(Event(name, mirror=pack({"ixn": ixn})))

    def sees(self, expr: str) -> str:
        """The value of an expression."""
        (told,) = self._step(Event("see", data=pack(expr)))
        assert isinstance(told, Logged)
        return told.text

    def runs(self, script: str) -> tuple[str, list[Any]]:
        """How a script went, and what it asked for."""
        outputs = self._step(Event("run", data=pack(script)))
        (text,) = (output.text for output in outputs if isinstance(output, Logged))
        return text, [
            (output.action, unpack(output.attributes)) for output in outputs if isinstance(output, Requested)
        ]

    def rests(self) -> None:
        """It is put away, and taken up again."""
        stored, lost = self.session.snapshot()
        assert not lost
        self.session = Session.restore(self.session.machine, stored)
        assert self.session.snapshot()[0] == stored

    def _step(self, event: Event) -> Sequence[Output]:
        self.session.receive(event)
        return self.session.step(0, 1)


@pytest.fixture
def watched() -> Watched:
    found = Watched()
    found.happens("interaction.added", one=chat("one", x="1"))
    found.happens("interaction.added", two=chat("two", x="2"))
    return found


def test_before_the_first_event_there_is_none() -> None:
    watched = Watched()
    assert watched.sees("[all.length, typeof all[0], typeof all['one'], typeof _genesys.ixn.firstixnid]") == (
        '[0, "undefined", "undefined", "undefined"]'
    )
    assert watched.session.interactions == ()


def test_they_are_read_by_id_and_by_position_and_gone_over_by_id(watched: Watched) -> None:
    assert watched.sees("all[0] === all['one'] && all[1] === all.two && all[0].g_uid === 'one'") == "true"
    assert watched.sees("(function () { var ids = []; for (var id in all) ids.push(id); return ids })()") == (
        '["one", "two"]'
    )
    assert watched.sees("['two' in all, 'three' in all, 1 in all, 2 in all]") == "[true, false, true, false]"
    assert watched.sees("typeof all[2] + typeof all['three']") == "undefinedundefined"
    assert watched.sees("JSON.parse(JSON.stringify(all)).two.udata.x") == "2"
    assert watched.session.interactions == ("one", "two")


def test_what_is_no_longer_owned_is_undefined_and_the_next_is_the_first(watched: Watched) -> None:
    watched.happens("interaction.deleted", one=None)
    assert watched.sees("[typeof all['one'], all[0].g_uid, all.length, _genesys.ixn.firstixnid]") == (
        '["undefined", "two", 1, "one"]'
    )
    assert watched.sees("_genesys.ixn.interactions === all") == "true"


def test_an_interaction_has_its_medium_and_its_parties(watched: Watched) -> None:
    assert watched.sees("all[0][all[0].category].media == _genesys.ixn.mediaType.TMediaChat") == "true"
    assert (
        watched.sees("(function () { for (var id in all[0].parties) return all[0].parties[id].device })()")
        == "amy"
    )
    assert watched.sees("'voice' in all[0]") == "false"
    assert watched.sees("'controlled' in all[0]") == "false"


def test_a_value_changes_with_its_event_and_not_before(watched: Watched) -> None:
    said, asked = watched.runs("_genesys.ixn.setuData({x: '9'}); kept.x = all.one.udata.x")
    assert (said, asked) == ("done", [("setudata", {"interactionid": "one", "changes": {"x": "9"}})])
    assert watched.sees("kept.x + all.one.udata.x") == "11"
    watched.happens("interaction.udata.changed", one=chat("one", x="9"))
    assert watched.sees("all.one.udata.x + _genesys.ixn.getuData('x')") == "99"


def test_what_was_kept_stays_as_it_was(watched: Watched) -> None:
    watched.runs("kept.one = all.one")
    watched.happens("interaction.udata.changed", one=chat("one", x="9"))
    assert watched.sees("kept.one.udata.x + all.one.udata.x") == "19"


@pytest.mark.parametrize(
    "script",
    [
        "all.one.udata.x = 'y'",
        "all[0].udata.fresh = 'y'; if (!all[0].udata.fresh) throw new TypeError('not added')",
        "all.one = null",
        "all.three = {}",
        "delete all.one",
        "Object.defineProperty(all, 'one', {value: 1})",
        "Object.setPrototypeOf(all, null)",
        "_genesys.ixn = {}",
        "_genesys = {}",
        "_genesys.ixn.setuData = null",
        "_genesys.ixn.callState.CallStateOk = 5",
        "_genesys.ixn.mediaType.TMediaChat = 'x'",
        "delete _genesys.queue.rType.RouteTypeDefault",
    ],
)
def test_nothing_of_it_can_be_changed(watched: Watched, script: str) -> None:
    before = watched.sees("uneval(_genesys)")
    assert watched.runs(script)[0].startswith("error.script.typeerror")
    assert watched.sees("uneval(_genesys)") == before


def test_a_missing_interaction_is_an_error_where_it_is_used(watched: Watched) -> None:
    assert watched.runs("all['nowhere'].udata")[0].startswith("error.script.typeerror")
    assert watched.sees("all[0].g_uid") == "one"


@pytest.mark.parametrize(
    ("call", "action", "attributes"),
    [
        (
            "setuData({n: 1, t: true, deep: {list: {k: 'v'}}, none: undefined})",
            "setudata",
            {"interactionid": "one", "changes": {"n": 1, "t": "true", "deep": {"list": {"k": "v"}}}},
        ),
        ("setuData({a: ''}, 'two')", "setudata", {"interactionid": "two", "changes": {"a": ""}}),
        ("deleteuData('x')", "deleteudata", {"interactionid": "one", "keys": ["x"]}),
        ("deleteuData(['x', 'y'], 'two')", "deleteudata", {"interactionid": "two", "keys": ["x", "y"]}),
        ("deleteuData()", "deleteudata", {"interactionid": "one"}),
    ],
)
def test_user_data_is_changed_by_asking(
    watched: Watched, call: str, action: str, attributes: dict[str, Any]
) -> None:
    assert watched.runs(f"_genesys.ixn.{call}") == ("done", [(action, attributes)])


@pytest.mark.parametrize(
    ("call", "said"),
    [
        ("setuData({a: 1}, 'nowhere')", "the interaction nowhere is not owned here"),
        ("deleteuData('a', 'nowhere')", "the interaction nowhere is not owned here"),
        ("getuData('a', 'nowhere')", "the interaction nowhere is not owned here"),
        ("setuData({a: 1}, 'away')", "the interaction away is not controlled now"),
        ("deleteuData('a', 'away')", "the interaction away is not controlled now"),
        ("setuData({a: NaN})", "user data cannot hold the value of a"),
        ("setuData({a: [1]})", "user data cannot hold the value of a"),
        ("setuData({a: function () {}})", "user data cannot hold the value of a"),
        ("setuData('text')", "user data is set by an object"),
        ("setuData({a: 'x'.repeat(70000)})", "user data may have 65536 characters"),
    ],
)
def test_what_cannot_be_asked_for_throws(watched: Watched, call: str, said: str) -> None:
    watched.happens("interaction.notcontrolled", away=chat("away", controlled=False))
    text, asked = watched.runs(f"_genesys.ixn.{call}")
    assert text.startswith("error.script.")
    assert text.endswith(said)
    assert asked == []


def test_a_call_may_be_acted_on_before_it_is_controlled_and_without_any_nothing_can() -> None:
    watched = Watched()
    assert "is not owned here" in watched.runs("_genesys.ixn.setuData({a: 1})")[0]
    watched.happens("interaction.added", call={"g_uid": "call", "category": "voice", "udata": {}})
    assert watched.runs("_genesys.ixn.setuData({a: 1})")[0] == "done"


def test_user_data_is_read_by_key(watched: Watched) -> None:
    assert watched.sees("_genesys.ixn.getuData('x', 'two')") == "2"
    assert watched.sees("typeof _genesys.ixn.getuData('y') + typeof _genesys.ixn.getuData('toString')") == (
        "undefinedundefined"
    )


def test_names_of_media_are_found_in_any_case(watched: Watched) -> None:
    media = "_genesys.ixn.mediaType"
    names = ["TMediaVoice", "tmediachat", "TMediaWebForm", "TMediaCoBrowsing"]
    found = ["TMediaVoice", "TMediaChat", "TMediaWebForm", "TMediaCoBrowsing"]
    assert watched.sees(f"JSON.stringify({names}.map(name => {media}[name]))") == pack(found)
    assert watched.sees(f"typeof {media}.TMediaPigeon") == "undefined"
    names = ["TMediaVoice", "TMediaWebForm", "tmediacallback", "TMediaSMS", "pigeon"]
    assert watched.sees(f"{names}.map(_genesys.ixn.getMediaIntValue)") == "[0, 10, 12, 17, -1]"


def test_all_of_it_lasts_through_a_rest(watched: Watched) -> None:
    watched.runs(
        """kept.all = all; kept.one = all.one; kept.udata = all.two.udata; kept.set = _genesys.ixn.setuData;
        kept.enum = _genesys.ixn.callState"""
    )
    watched.happens("interaction.udata.changed", one=chat("one", x="9"))
    before = watched.sees("uneval(_genesys.ixn)")
    watched.rests()
    assert watched.sees("[kept.all === all, all === _genesys.ixn.interactions]") == "[true, true]"
    assert watched.sees("[kept.one === all.one, kept.one.udata.x, all.one.udata.x]") == '[false, "1", "9"]'
    assert (
        watched.sees("[kept.udata === all.two.udata, kept.set === _genesys.ixn.setuData]") == "[true, true]"
    )
    assert watched.sees("kept.enum === _genesys.ixn.callState && kept.enum.CallStateBusy") == "6"
    assert watched.sees("uneval(_genesys.ixn)") == before
    assert watched.runs("kept.one.udata.x = 'y'")[0].startswith("error.script.typeerror")
    assert watched.session.interactions == ("one", "two")
    assert watched.runs("_genesys.ixn.setuData({a: 1})")[0] == "done"


def test_a_rest_before_anything_was_looked_at_loses_nothing() -> None:
    watched = Watched()
    watched.happens("interaction.added", one=chat("one", x="1"), two=chat("two", controlled=False))
    watched.happens("interaction.deleted", one=None)
    watched.rests()
    assert watched.sees("[all[0].g_uid, all.length, _genesys.ixn.firstixnid]") == '["two", 1, "one"]'
    assert "is not controlled" in watched.runs("_genesys.ixn.setuData({a: 1})")[0]


def test_names_of_the_language_are_no_interactions(watched: Watched) -> None:
    watched.happens("interaction.added", __proto__=chat("__proto__", x="3"))
    assert watched.sees("all['__proto__'].udata.x + typeof all.constructor") == "3function"
    watched.rests()
    assert watched.sees("all['__proto__'].udata.x") == "3"


def test_a_document_that_never_looks_owns_interactions_all_the_same() -> None:
    chart = machine('<state id="a"><transition event="interaction.added" target="b"/></state><state id="b"/>')
    session = Session(chart, "s")
    session.start(0, 1)
    session.receive(Event("interaction.added", mirror=pack({"ixn": {"one": chat("one")}})))
    session.step(0, 1, world="{}")
    assert (session.active, session.interactions) == (("b",), ("one",))
    assert Session.restore(chart, session.snapshot()[0], world="{}").interactions == ("one",)


def test_the_other_dialect_finds_it_where_it_speaks_of_it() -> None:
    chart = '<state id="a"><onentry><log expr="{}"/></onentry></state>'
    assert Session(machine(chart.format("typeof _genesys.ixn")), "s").start(0, 1) == [Logged("", "object")]
    assert Session(machine(chart.format("typeof this['_gen' + 'esys']")), "s").start(0, 1) == [
        Logged("", "undefined")
    ]
