"""Orchestration: the checks about what scripts see of interactions, and what outlasts a session's rest.

Sessions run on a virtual clock here; what they ask modules for is looked at, or answered by a script.
"""

import pytest

from frontdesk.scxml.enums import CALL_STATES, CC_CAUSES, CC_EVENTS
from frontdesk.scxml.events import Event
from frontdesk.scxml.session import Session
from tests.scxml.answering import event
from tests.scxml.owning import chat, logged, owning, requested, take
from tests.scxml.staging import ors
from tests.scxml.test_composed import Desk, run


def test_20_interactions_are_read_by_id_by_position_and_one_after_the_other() -> None:
    session = owning(
        """<transition event="look"><script>
          var all = _genesys.ixn.interactions, ids = [];
          for (var id in all) ids.push(id);
          __Log(uneval([ids, ids.map(function (id, at) { return all[id] === all[at] }), typeof all['one']]));
        </script></transition>"""
    )
    assert logged(take(session, Event("look"))) == ['[["one", "two"], [true, true], "object"]']
    assert session.interactions == ("one", "two")
    take(session, event("interaction.deleted", {"one": None}))
    assert logged(take(session, Event("look"))) == ['[["two"], [true], "undefined"]']


def test_21_a_missing_interaction_is_an_error_where_it_is_used_and_the_session_survives() -> None:
    session = owning(
        """<transition event="go"><log expr="typeof _genesys.ixn.interactions['none']"/>
        <log expr="_genesys.ixn.interactions['none'].udata"/><log expr="'not reached'"/></transition>"""
    )
    assert logged(take(session, Event("go"))) == ["undefined", "error.illegalvalue.typeerror"]
    assert logged(take(session, Event("go"))) == ["undefined", "error.illegalvalue.typeerror"]


@pytest.mark.parametrize(
    ("attribute", "error"),
    [
        ('interactionid="no.such"', "error.illegalvalue.referenceerror"),
        ('interactionid="\'one\'" hints="1 +"', "error.illegalvalue.syntaxerror"),
        ('interactionid="\'one\'" requestid="no.such"', "error.illegalloc.referenceerror"),
    ],
)
def test_47_an_action_that_cannot_be_evaluated_asks_nobody(attribute: str, error: str) -> None:
    session = owning(
        f"""<transition event="go"><ixn:terminate {attribute}/>
        <log expr="'not reached'"/><ixn:detach interactionid="'one'"/></transition>"""
    )
    outputs = take(session, Event("go"))
    assert logged(outputs) == [error]
    assert requested(outputs) == []


def test_53_what_was_set_is_not_seen_before_its_event() -> None:
    session = owning(
        """<transition event="go"><script>_genesys.ixn.setuData({x: '2'})</script>
        <log expr="_genesys.ixn.interactions.one.udata.x"/></transition>
        <transition event="interaction.udata.changed"><log expr="_genesys.ixn.getuData('x')"/></transition>"""
    )
    outputs = take(session, Event("go"))
    assert requested(outputs) == [("interaction.setudata", {"interactionid": "one", "changes": {"x": "2"}})]
    assert logged(outputs) == ["1"]
    changed = event("interaction.udata.changed", {"one": chat("one", x="2")}, interactionid="one")
    assert logged(take(session, changed)) == ["2"]


def test_54_one_key_is_deleted_or_all() -> None:
    session = owning(
        """<transition event="go"><script>_genesys.ixn.deleteuData('k'); _genesys.ixn.deleteuData()</script>
        </transition>"""
    )
    assert requested(take(session, Event("go"))) == [
        ("interaction.deleteudata", {"interactionid": "one", "keys": ["k"]}),
        ("interaction.deleteudata", {"interactionid": "one"}),
    ]


def test_68_every_enumeration_has_its_names_and_numbers() -> None:
    assert CC_EVENTS == {
        "CallControlEvent_Bridged": 0,
        "CallControlEvent_ConnectionCleared": 1,
        "CallControlEvent_Delivered": 2,
        "CallControlEvent_Established": 3,
        "CallControlEvent_Failed": 4,
        "CallControlEvent_Held": 5,
        "CallControlEvent_Offered": 6,
        "CallControlEvent_Originated": 7,
        "CallControlEvent_Queued": 8,
        "CallControlEvent_Retrieved": 9,
        "CallControlEvent_ServiceInitiated": 10,
        "CallControlEvent_Transfered": 11,
        "CallControlEvent_Conferenced": 12,
        "CallControlEvent_Diverted": 13,
    }
    assert CC_CAUSES == {
        "CCEventCause_unknown": 0,
        "CCEventCause_busy": 1,
        "CCEventCause_conference": 2,
        "CCEventCause_distributed": 3,
        "CCEventCause_distributionDelay": 4,
        "CCEventCause_enteringDistribution": 5,
        "CCEventCause_normal": 6,
        "CCEventCause_redirected": 7,
        "CCEventCause_singleStepConference": 8,
        "CCEventCause_singleStepTransfer": 9,
        "CCEventCause_transfer": 10,
    }
    names = (
        "Ok Transferred Conferenced GeneralError SystemError RemoteRelease Busy NoAnswer SitDetected "
        "AnsweringMachineDetected AllTrunksBusy SitInvalidnum SitVacant SitIntercept SitUnknown SitNocircuit "
        "SitReorder FaxDetected QueueFull Cleared Overflowed Abandoned Redirected Forwarded Consult Pickedup "
        "Dropped Droppednoanswer Unknown Covered ConverseOn Bridged SilenceDetected Deafened Held"
    )
    told = zip(names.split(), [*range(33), 49, 50], strict=True)
    assert {f"CallState{name}": number for name, number in told} == CALL_STATES
    session = owning('<transition event="look"><log expr="uneval(_genesys.ixn.callState)"/></transition>')
    (seen,) = logged(take(session, Event("look")))
    assert seen == f"({{{', '.join(f'{name}:{number}' for name, number in CALL_STATES.items())}}})"


def test_93_data_lasts_through_a_rest_as_it_is_and_nothing_is_entered_again() -> None:
    chart = ors(
        """<datamodel><data id="d"/></datamodel><script>var shared = {n: 1};</script>
        <state id="a"><onentry><log expr="'entered'"/><script>
          shared.self = shared;
          _data.d = {one: shared, other: shared, none: undefined, nan: NaN, zero: -0, when: new Date(5),
                     inf: -Infinity, holes: [1, , 3], nothing: null};
        </script></onentry>
        <transition event="look"><script><![CDATA[
          var d = _data.d;
          __Log([d.one === d.other, d.one.self === shared, 'none' in d && d.none === undefined,
                 d.nan !== d.nan, 1 / d.zero, d.when.getTime(), d.inf, 1 in d.holes, d.nothing].join());
        ]]></script></transition></state>"""
    )
    session = Session(chart, "s")
    assert logged(session.start(0, 1)) == ["entered"]
    stored, lost = session.snapshot()
    restored = Session.restore(chart, stored)
    assert list(lost) == []
    assert logged(take(restored, Event("look"))) == ["true,true,true,true,-Infinity,5,-Infinity,false,"]
    assert restored.snapshot() == Session.restore(chart, restored.snapshot()[0]).snapshot()


def test_96_the_same_inputs_give_the_same_outputs_byte_for_byte() -> None:
    def told(*, is_resting: bool) -> list[bytes]:
        running = run(Desk(free_at=3), is_resting=is_resting)
        return [repr(one).encode() for one in running.stage.told]

    first = told(is_resting=False)
    assert told(is_resting=False) == first
    assert told(is_resting=True) == first

    chart = ors(
        """<state id="a"><transition event="go"><log expr="[Math.random(), Date.now(), new Date()]"/>
        <script>_genesys.queue.setIdealAgent(Math.random())</script></transition></state>"""
    )
    stories = []
    for _ in range(2):
        session = Session(chart, "s")
        session.start(1_000, 7)
        stories.append([take(session, Event("go"), now_ms) for now_ms in (2_000, 3_000)])
    assert stories[0] == stories[1]
