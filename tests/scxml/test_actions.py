"""Extension elements: a document does them, and a module is asked."""

import json
from collections.abc import Iterator
from xml.sax.saxutils import quoteattr

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from frontdesk.scxml.acting import started_by
from frontdesk.scxml.actions import BY_MODULE, NAMESPACE, shape_of
from frontdesk.scxml.events import Event
from frontdesk.scxml.outputs import Logged, Output, Requested
from frontdesk.scxml.packed import unpack
from frontdesk.scxml.session import Session
from tests.scxml.staging import machine, ors

SPACES = " ".join(f'xmlns:{name}="http://{NAMESPACE}{name}"' for name in BY_MODULE)
SPACES = SPACES.replace("xmlns:interaction=", "xmlns:ixn=")


def outputs_of(content: str) -> list[Output]:
    """What a document does that begins with this content."""
    chart = ors(
        f"""<datamodel><data id="id" expr="'i-1'"/><data id="r"/></datamodel>
        <state id="a"><onentry>{content}</onentry>
        <transition event="error"><log expr="_event.name + ' ' + _event.data.element"/></transition>
        </state>""",
        SPACES,
    )
    return list(Session(chart, "s").start(0, 1))


def asked(content: str) -> Requested:
    """The one request of it."""
    (request,) = (output for output in outputs_of(content) if isinstance(output, Requested))
    return request


def logged(content: str) -> list[str]:
    return [output.text for output in outputs_of(content) if isinstance(output, Logged)]


def test_an_element_asks_its_module() -> None:
    request = asked(
        """<ixn:redirect interactionid="_data.id" to="{type: 'A', agent: 'amy'}" detach="true"/>"""
    )
    assert (request.id, request.module, request.action) == ("s.1", "interaction", "redirect")
    assert unpack(request.attributes) == {
        "interactionid": "i-1",
        "to": {"type": "A", "agent": "amy"},
        "detach": True,
    }


@pytest.mark.parametrize(
    ("element", "module"),
    [
        ("ixn:terminate", "interaction"),
        ("ixn:createcall", "voice"),
        ("voice:hold", "voice"),
        ("ixn:createmessage", "msgbased"),
        ("ixn:getcontent", "msgbased"),
        ("chat:sendchatmessage", "chat"),
        ("msgbased:gettranscript", "chat"),
        ("queue:submit", "queue"),
        ("dialog:play", "dialog"),
        ("session:fetch", "session"),
        ("statistic:subscribe", "statistic"),
        ("classification:classify", "classification"),
        ("ws:anything", "ws"),
        ("resource:anything", "resource"),
    ],
)
def test_elements_of_one_namespace_may_belong_to_several_modules(element: str, module: str) -> None:
    assert asked(f"<{element}/>").module == module


def test_what_is_a_literal_is_not_evaluated_and_what_is_true_may_be_computed() -> None:
    request = asked(
        """<ixn:sendchatmessage type="notice" visibility="agents" from="'bot'" message="1 + 1"/>"""
    )
    assert unpack(request.attributes) == {
        "type": "notice",
        "visibility": "agents",
        "from": "bot",
        "message": 2,
    }
    for written, value in [
        ("false", False),
        ("1 == 1", True),
        ("'false'", False),
        ("'yes'", True),
        ("0", False),
    ]:
        assert unpack(asked(f"""<queue:submit route="{written}"/>""").attributes) == {"route": value}


def test_what_has_no_value_is_left_out() -> None:
    assert (
        asked("""<queue:submit queue="undefined" priority="null" timeout="0"/>""").attributes
        == '{"timeout":0}'
    )


def test_what_json_cannot_say_is_left_out_or_fails() -> None:
    request = asked(
        """<ixn:terminate hints="{when: new Date(0), not: undefined, f: function () {}, n: NaN}"/>"""
    )
    assert unpack(request.attributes) == {"hints": {"when": "1970-01-01T00:00:00.000Z", "n": None}}
    circle = "(function () { var o = {}; o.o = o; return o })()"
    assert logged(f"""<ixn:terminate hints="{circle}"/>""") == ["error.illegalvalue.typeerror terminate"]


def test_what_is_half_a_letter_in_scripts_is_none_elsewhere() -> None:
    """Half of a surrogate pair: no module could read it, and no log."""
    half, text = r"'\ud800'", r"'\\ud800 \ud83d\ude00'"
    request = asked(f'<ixn:sendchatmessage message="{half} + {text}"/>')
    assert unpack(request.attributes) == {"message": "\ufffd\\ud800 \U0001f600"}
    (request,) = (
        output
        for output in outputs_of(f"<script>_genesys.queue.setIdealAgent({half})</script>")
        if isinstance(output, Requested)
    )
    assert unpack(request.attributes) == {"arguments": ["\ufffd"]}
    assert logged(f"<script>__Log('a' + {half})</script><log expr=\"'b' + {half}\"/>") == [
        "a\ufffd",
        "b\ufffd",
    ]


plain_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.floats(-(2.0**53), 2.0**53) | st.text(),
    lambda inside: st.lists(inside) | st.dictionaries(st.text(), inside),
    max_leaves=8,
)


@settings(max_examples=40)
@given(value=plain_values)
def test_whatever_json_can_say_arrives_as_it_is(value: object) -> None:
    parsed = quoteattr(f"[JSON.parse({json.dumps(json.dumps(value))})]")
    assert unpack(asked(f"<ixn:terminate hints={parsed}/>").attributes) == {"hints": [value]}


def test_targets_and_treatments_of_a_submit() -> None:
    request = asked(
        """<queue:submit queue="'vip'">
          <queue:targets type="agent" statserver="'stat'">
            <queue:target name="'amy'"/><queue:target type="skill" skillexpr="'French > ' + 4" weight="50"/>
          </queue:targets>
          <queue:targets><queue:targetid expr="'{Busy&lt;1}sales@.GA'"/></queue:targets>
          <dialog:runtreatments>
            <dialog:playsound type="'music'" duration="20"/>
            <dialog:play><dialog:prompts type="text">
              <dialog:prompt interrupt="true" text="'Soon.'"/></dialog:prompts></dialog:play>
          </dialog:runtreatments>
        </queue:submit>"""
    )
    assert unpack(request.attributes) == {
        "queue": "vip",
        "targets": [
            {
                "type": "agent",
                "statserver": "stat",
                "items": [
                    {"kind": "target", "name": "amy"},
                    {"kind": "target", "type": "skill", "skillexpr": "French > 4", "weight": 50},
                ],
            },
            {"items": [{"kind": "targetid", "expr": "{Busy<1}sales@.GA"}]},
        ],
        "treatments": [
            {"kind": "playsound", "type": "music", "duration": 20},
            {
                "kind": "play",
                "prompts": {
                    "type": "text",
                    "items": [{"kind": "prompt", "interrupt": True, "text": "Soon."}],
                },
            },
        ],
    }


def test_parameters_and_content() -> None:
    request = asked(
        """<session:fetch srcexpr="'/a'"><param name="n" expr="[1]"/><param name="id" expr="_data.id"/>
        <content>{"a": 1}</content></session:fetch>"""
    )
    assert unpack(request.attributes) == {
        "srcexpr": "/a",
        "params": {"n": [1], "id": "i-1"},
        "content": {"a": 1},
    }
    assert unpack(asked("<session:response><content expr=\"'text'\"/></session:response>").attributes) == {
        "content": "text"
    }


def test_the_id_of_a_request_is_there_before_it_is_answered_and_is_never_the_same() -> None:
    twice = '<queue:submit requestid="_data.r"/><log expr="_data.r"/>'
    outputs = outputs_of(twice * 2)
    ids = [output.id for output in outputs if isinstance(output, Requested)]
    assert ids == [output.text for output in outputs if isinstance(output, Logged)] == ["s.1", "s.2"]


def test_an_update_names_an_earlier_request() -> None:
    outputs = outputs_of('<queue:submit requestid="_data.r"/><queue:cancel requestid="_data.r"/>')
    submit, cancel = (output for output in outputs if isinstance(output, Requested))
    assert unpack(cancel.attributes) == {"requestid": submit.id}
    assert cancel.id != submit.id


def test_a_session_that_is_to_start_has_its_id_at_once() -> None:
    request, told = outputs_of('<session:start src="\'a.scxml\'" sessionid="_data.r"/><log expr="_data.r"/>')
    assert isinstance(request, Requested)
    assert isinstance(told, Logged)
    assert unpack(request.attributes) == {"src": "a.scxml", "sessionid": told.text}
    assert told.text == started_by(request.id)


@pytest.mark.parametrize(
    ("content", "error"),
    [
        ('<ixn:detach interactionid="no.such"/>', "error.illegalvalue.referenceerror detach"),
        ('<ixn:detach interactionid="1 +"/>', "error.illegalvalue.syntaxerror detach"),
        ('<ixn:detach requestid="no.such"/>', "error.illegalloc.referenceerror detach"),
        ('<queue:submit route="no.such"/>', "error.illegalvalue.referenceerror submit"),
        (
            '<queue:submit><queue:targets><queue:target name="no.such"/></queue:targets></queue:submit>',
            "error.illegalvalue.referenceerror submit",
        ),
        ("<queue:unheard/>", "error.unsupported.unheard unheard"),
        ("<elasticconnector:search/>", "error.unsupported.search search"),
        ("<ixn:terminate hints=\"'x'.repeat(300000)\"/>", "error.illegalvalue terminate"),
    ],
)
def test_what_fails_asks_nobody_and_the_rest_of_its_block_is_skipped(content: str, error: str) -> None:
    outputs = outputs_of(content + "<log expr=\"'not reached'\"/><ixn:attach/>")
    assert [output.text for output in outputs if isinstance(output, Logged)] == [error]
    assert not [output for output in outputs if isinstance(output, Requested)]


def test_the_other_dialect_has_the_elements_too() -> None:
    chart = machine(
        """<state id="a"><onentry><queue:submit queue="'vip'"/></onentry>
        <onentry><queue:submit queue="no.such"/></onentry>
        <transition event="error.execution"><log expr="_event.name"/></transition></state>""",
        SPACES,
    )
    request, told = Session(chart, "s").start(0, 1)
    assert isinstance(request, Requested)
    assert isinstance(told, Logged)


def _every_element() -> Iterator[tuple[str, str]]:
    for namespace, actions in BY_MODULE.items():
        yield from ((namespace, element) for element in actions.by_element)


@pytest.mark.parametrize(("namespace", "element"), list(_every_element()))
def test_every_attribute_of_every_element_arrives_under_its_name(namespace: str, element: str) -> None:
    found = shape_of(namespace, element)
    assert found is not None
    module, shape = found
    written = " ".join(
        f"""{name}="{"true" if kind == "B" else "1"}" """ for name, kind in shape.attributes.items()
    )
    prefix = "ixn" if namespace == "interaction" else namespace
    request = asked(f"<{prefix}:{element} {written}/>")
    assert request.module == module
    assert set(unpack(request.attributes)) == set(shape.attributes)


def test_what_scripts_ask_for_goes_out_in_order() -> None:
    outputs = outputs_of(
        """<script>_genesys.queue.checkAgentState(false); _genesys.queue.setIdealAgent('amy', 2)</script>
        <queue:submit/>
        <script>_genesys.queue.priorityTuning(true, false, true);
          _genesys.queue.excludeAgents('a, b')</script>"""
    )
    assert [
        (output.action, unpack(output.attributes)) for output in outputs if isinstance(output, Requested)
    ] == [
        ("checkagentstate", {"check": False}),
        ("setidealagent", {"arguments": ["amy", 2]}),
        ("submit", {}),
        ("prioritytuning", {"useage": True, "usepredict": False, "useobjective": True}),
        ("excludeagents", {"agents": ["a", "b"]}),
    ]


def test_events_from_a_module_are_events_like_others() -> None:
    session = Session(
        ors('<state id="a"><transition event="queue.submit.done" target="b"/></state><state id="b"/>'), "s"
    )
    session.start(0, 1)
    session.receive(Event("queue.submit.done"))
    session.step(0, 1)
    assert session.active == ("b",)
