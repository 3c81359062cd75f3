"""An application tried out by hand: what is typed, and what is told."""

from collections.abc import Iterator

import pytest

from frontdesk.desk.orchestration.application_files import document_of
from frontdesk.desk.orchestration.trial import Line, Trial
from frontdesk.scxml.faults import DocumentRefused

CHART = b"""<scxml xmlns="http://www.w3.org/2005/07/scxml" profile="ecmascript" version="1.0"
    xmlns:queue="http://www.genesyslab.com/modules/queue">
  <datamodel><data id="skill"/><data id="asked"/></datamodel>
  <state id="greeting">
    <onentry><log label="skill" expr="_data.skill"/><send event="'late'" delay="'2s'"/></onentry>
    <transition event="late" target="asking"/>
    <transition event="chat.message"><log expr="_event.data.text"/></transition>
  </state>
  <state id="asking">
    <onentry><queue:submit requestid="_data.asked" queue="_data.skill"/></onentry>
    <transition event="queue.submit.done" cond="_event.data.requestid == _data.asked" target="end"/>
    <transition event="error.queue.submit"><log expr="_event.data.error + ' ' + _event.data.description"/>
    </transition>
  </state>
  <final id="end"/>
</scxml>"""
SETTINGS = b'name = "tried"\n[parameters]\nskill = "german"'


@pytest.fixture
def trial() -> Trial:
    return Trial(document_of({"application.toml": SETTINGS, "application.scxml": CHART}))


def told(lines: Iterator[Line]) -> list[str]:
    return [f"{line.kind}: {line.text}" for line in lines]


def test_a_session_goes_from_its_beginning_to_its_end(trial: Trial) -> None:
    assert told(trial.begin()) == ["log: skill: german", "timer: late in 2 s", "states: in greeting"]
    assert told(trial.take('chat.message {"text": "hello"}')) == ["log: hello"]
    assert told(trial.take("/waiting")) == ["timer: late is sent in 2 s"]
    assert told(trial.take("/pass 2s")) == [
        'request: trial.2  queue.submit {"queue":"german"}',
        "states: in asking",
    ]
    assert told(trial.take("/waiting")) == ['request: trial.2  queue.submit {"queue":"german"}']
    assert not trial.is_over
    assert told(trial.take('/done trial.2 {"resource": "amy"}')) == [
        "end: finished",
        "states: finished in end",
    ]
    assert trial.is_over
    assert told(trial.take("more")) == ["error: the session is over"]
    assert told(trial.take("/waiting")) == ["states: over"]


def test_values_may_be_given_and_a_request_may_fail(trial: Trial) -> None:
    assert told(trial.begin({"skill": "french"}))[0] == "log: skill: french"
    assert told(trial.pass_time(2000))[0] == 'request: trial.2  queue.submit {"queue":"french"}'
    assert told(trial.take("/error trial.2 timeout nobody came")) == ["log: timeout nobody came"]
    assert told(trial.take("/waiting")) == ["states: only for events"]


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("chat.message {text", "what follows the name is not JSON"),
        ("/pass soon", "'soon' is no time"),
        ("/done trial.7", "there is no request 'trial.7' that waits; there are: none"),
        ("/jump", "/jump is not known: /help says what is"),
    ],
)
def test_what_makes_no_sense_is_told(trial: Trial, line: str, said: str) -> None:
    list(trial.begin())
    (answer,) = told(trial.take(line))
    assert answer.startswith(f"error: {said}")


def test_an_answer_that_cannot_be_read_leaves_the_request_waiting(trial: Trial) -> None:
    list(trial.begin())
    list(trial.pass_time(2000))
    assert told(trial.take("/done trial.2 [1]"))[0].startswith("error: a result is an object")
    assert told(trial.take("/done trial.2"))[-1] == "states: finished in end"


def test_help_and_states_are_there_and_nothing_typed_does_nothing(trial: Trial) -> None:
    list(trial.begin())
    assert "/pass" in "".join(told(trial.take("/help")))
    assert told(trial.take("/states")) == ["states: in greeting"]
    assert told(trial.take("/data")) == ['data: skill = "german"']
    assert told(trial.take("  ")) == []


def test_what_cannot_run_is_refused() -> None:
    with pytest.raises(DocumentRefused):
        Trial(document_of({"application.toml": SETTINGS, "application.scxml": b"<scxml/>"}))


CHATTING = b"""<scxml xmlns="http://www.w3.org/2005/07/scxml" profile="ecmascript" version="1.0">
  <state id="a">
    <transition event="interaction.present">
      <log expr="_genesys.ixn.interactions[0].udata.plan + _genesys.session.timeInZone('Asia/Tokyo')"/>
    </transition>
    <transition event="interaction.udata.changed">
      <log expr="_genesys.ixn.interactions[0].udata.plan"/>
    </transition>
    <transition event="chat.message"><log expr="_event.data.message.text"/></transition>
    <transition event="interaction.deleted" target="end"/>
  </state>
  <final id="end"/>
</scxml>"""


def test_a_chat_with_nobody_in_it_is_told_of_as_a_real_one() -> None:
    trial = Trial(document_of({"application.toml": SETTINGS, "application.scxml": CHATTING}))
    list(trial.begin())
    lines = told(trial.take('/chat {"plan": "gold"}'))
    names = [line.split()[1] for line in lines if line.startswith("event:")]
    assert names == ["interaction.added", "interaction.present", "interaction.onrouterequest"]
    assert "log: gold09:00:00" in lines  # It is midnight, 1970, in Greenwich.
    assert told(trial.take('/data {"plan": 7}'))[-1] == "log: 7"
    assert told(trial.take("/say hello there"))[-1] == "log: hello there"
    assert told(trial.take("/chat"))[0].startswith("error:")
    assert told(trial.take("/end"))[-1] == "states: finished in end"


def test_a_session_that_would_never_come_to_rest_is_stopped_and_says_why() -> None:
    chart = b"""<scxml xmlns="http://www.w3.org/2005/07/scxml" datamodel="ecmascript" version="1.0">
      <state id="on"><onentry><send event="again"/></onentry><transition event="again" target="on"/></state>
    </scxml>"""
    trial = Trial(document_of({"application.toml": SETTINGS, "application.scxml": chart}))
    assert told(trial.begin())[-1].startswith("end: failed: by events to itself")
    assert trial.is_over
    assert told(trial.take("go")) == ["error: the session is over"]
