"""What operators are told of a session: why it waits, the way it came, and the chart that it is in."""

from collections.abc import Sequence
from typing import Any

import pytest

from frontdesk.desk.orchestration.chart import awaited, chart_of
from frontdesk.desk.orchestration.contexts import Contexts, Delayed, Learn, Look, Open, Shown, Take
from frontdesk.desk.orchestration.paths import TEXT_CHARS_MAX, path_of
from frontdesk.desk.orchestration.waits import EVENTS_MAX, TIMERS_MAX, asked_of, remaining, why
from frontdesk.domain.orchestration.facts import Began, Cancelled, End, Ended, Fact, Received, Stepped
from frontdesk.domain.orchestration.session import Session, evolve
from frontdesk.scxml.events import Event
from frontdesk.scxml.limits import Limits
from frontdesk.scxml.outputs import Invoke, Logged, Requested, Sent
from frontdesk.scxml.packed import pack
from frontdesk.scxml.reading import load
from tests.desk.orchestration.stage import ors

MINUTE = 60_000


def told(*facts: Fact, at_ms: int = 0) -> Session:
    session = Session(id="s1")
    for fact in facts:
        session = evolve(session, fact, at_ms)
    return session


def asks(module: str, action: str, until_ms: int = 0, **attributes: Any) -> Stepped:
    request = Requested("s1.1", module, action, pack(attributes))
    return Stepped(0, 1, kind="start", outputs=(request,), untils=(until_ms,), active=("a",))


def sentences(session: Session, awaits: Sequence[str] = ("go",), now_ms: int = 0) -> list[str]:
    return list(why(session, awaits, now_ms))


def test_a_submit_says_which_queue_since_when_and_until_when() -> None:
    session = told(Began("app"), asks("queue", "submit", queue="support", timeout=300))
    assert sentences(session, now_ms=2 * MINUTE) == [
        "waits for queue.submit.done of support since 2 min; times out in 3 min",
        "would go on with go",
    ]


@pytest.mark.parametrize(
    ("attributes", "about"),
    [
        ({"to": {"type": "A", "agent": "amy"}}, "amy"),
        ({"to": "amy"}, "amy"),
        ({"srcexpr": "https://crm.example/find?key=secret"}, "crm.example"),
        ({"srcexpr": "http://["}, ""),
        ({"queue": "none", "interactionid": "i1"}, "i1"),
        ({"to": ["a@b.example", "c@b.example"]}, "a@b.example, c@b.example"),
        ({"to": {"type": "iq"}}, ""),
        ({}, ""),
    ],
)
def test_what_a_request_is_about(attributes: dict[str, Any], about: str) -> None:
    (asked,) = asked_of(told(Began("app"), asks("x", "y", 5000, **attributes)))
    assert (asked.name, asked.about, asked.until_ms) == ("x.y", about, 5000)


def test_a_time_that_is_up_is_up_now() -> None:
    session = told(Began("app"), asks("chat", "gettranscript", 5000))
    assert sentences(session, now_ms=6000)[0] == (
        "waits for chat.gettranscript.done since 6 s; times out now"
    )


@pytest.mark.parametrize(
    ("facts", "now_ms", "sentence"),
    [
        ((Began("app"),), 0, "is about to begin"),
        ((Began("app", ideal_ms=7_200_000),), 0, "begins in 2 h"),
        ((Began("app"), Ended(End.FINISHED)), 5 * MINUTE, "has finished 5 min ago"),
        ((Began("app"), Ended(End.FAILED, "too slow")), 0, "has failed 0 s ago: too slow"),
    ],
)
def test_before_and_after_it_runs(facts: tuple[Fact, ...], now_ms: int, sentence: str) -> None:
    assert sentences(told(*facts), now_ms=now_ms) == [sentence]


def test_all_that_it_waits_for() -> None:
    began = Stepped(0, 1, kind="start", outputs=(Invoke("part", "b.scxml", "", ""),), due_ms=9 * MINUTE)
    events = Received((Event("one"), Event("two")), "k")
    assert sentences(told(Began("app"), began, events, Cancelled("cancel.session")), ()) == [
        "is about to end, as it was told by cancel.session",
        "is about to take one and 1 more",
        "waits for done.invoke.part of the session s1-1",
        "has a timer that goes off in 9 min",
        "has no transition for any event here: it stays until it is ended",
    ]


def test_timers_that_are_known_are_named_with_the_time_that_is_left() -> None:
    session = told(Began("app"), Stepped(0, 1, kind="start", due_ms=9 * MINUTE))
    timers = [Delayed("remind", "", "", 9 * MINUTE), Delayed("late", "send.4", "#_parent", 125 * MINUTE)]
    assert list(why(session, ("go",), 2_500, timers)) == [
        "has a timer: remind is sent in 8 min 58 s",
        "has a timer: late (send.4) is sent to #_parent in 2 h 4 min",
        "would go on with go",
    ]


def test_very_many_timers_are_not_all_named() -> None:
    session = told(Began("app"), Stepped(0, 1, kind="start", due_ms=1))
    timers = [Delayed(f"e{number}", "", "", 1) for number in range(TIMERS_MAX + 2)]
    said = list(why(session, (), 5, timers))
    assert said[TIMERS_MAX - 1 : TIMERS_MAX + 1] == [
        f"has a timer: e{TIMERS_MAX - 1} is sent now",
        "has 2 more timers",
    ]


@pytest.mark.parametrize(
    ("ms", "said"),
    [
        (1, "1 s"),
        (59_000, "59 s"),
        (59_001, "1 min 0 s"),
        (3_600_000, "1 h 0 min"),
        (90_000_000, "1 d 1 h"),
    ],
)
def test_what_is_left_is_two_units(ms: int, said: str) -> None:
    assert remaining(ms) == said


def test_a_session_that_is_looked_at_shows_its_timers_in_the_order_they_go_off() -> None:
    document = ors("""<state id="a"><onentry>
        <send event="'late'" delay="'60s'" id="'bell'"/><send event="'soon'" delay="'5s'"/>
        <send event="'never'" delay="'1s'" id="'gone'"/><cancel sendid="'gone'"/>
      </onentry></state>""")
    contexts = Contexts(Limits(), lambda: 0.0)
    contexts.ask(Learn("d", "main.scxml", {"main.scxml": document}))
    contexts.ask(Open("s1", "d"))
    contexts.ask(Take("s1", "start", 1_000, 1))
    shown = contexts.ask(Look("s1"))
    assert isinstance(shown, Shown)
    assert shown.timers == (Delayed("soon", "", "", 6_000), Delayed("late", "bell", "", 61_000))


def test_very_many_events_are_not_all_named() -> None:
    names = [f"e{number}" for number in range(EVENTS_MAX + 3)]
    started = Stepped(0, 1, kind="start")
    assert sentences(told(Began("app"), started), names)[0].endswith("e11 and 3 more")


def test_a_path_tells_what_was_taken_left_entered_and_asked() -> None:
    long = "x" * (TEXT_CHARS_MAX + 1)
    history: list[tuple[Fact, int]] = [
        (Began("app"), 1),
        (Stepped(2, 1, kind="start", active=("a",), outputs=(Logged("note", "hello"),)), 2),
        (Received((Event("go", data='{"n":1}'), Event("more")), "k"), 3),
        (Stepped(4, 1, consumed=1, active=("b",), outputs=(Requested("s1.1", "queue", "submit", "{}"),)), 4),
        (Stepped(5, 1, active=("b",), outputs=(Sent(Event("hi"), "scxml", "#_s2"), Logged("", long))), 5),
        (Ended(End.TERMINATED, "cancel.session"), 6),
    ]
    start, go, timer, end = path_of(history)
    assert (start.entered, start.outputs) == (("a",), ("logs note: hello",))
    assert [(event.name, event.data) for event in go.events] == [("go", '{"n":1}')]
    assert (go.left, go.entered, go.outputs) == (("a",), ("b",), ("asks queue.submit {}",))
    assert [event.name for event in timer.events] == ["(a timer)"]
    assert timer.outputs[0] == "sends hi to #_s2"
    assert timer.outputs[1].endswith(f"… ({len(long)} characters)")
    assert (end.events[0].name, end.left) == ("(terminated: cancel.session)", ("b",))


MACHINE = load(
    ors("""<parallel id="both">
        <transition event="stop" target="end"/>
        <state id="one" initial="first">
          <state id="first"><transition event="go err.*" cond="a
             == b" target="second"/></state>
          <state id="second"><transition target="first"/></state>
        </state>
        <state id="two"><transition event="look"/></state>
      </parallel>
      <final id="end"/>"""),
    "main.scxml",
)


def test_a_chart_has_every_state_with_what_leads_on() -> None:
    chart = chart_of(MACHINE)
    by_id = {state.id: state for state in chart.states}
    assert list(by_id) == ["both", "one", "first", "second", "two", "end"]
    assert [by_id[name].kind for name in ("both", "one", "end")] == ["parallel", "state", "final"]
    assert by_id["first"].parent == by_id["one"].number
    assert by_id["one"].initial == (by_id["first"].number,)
    (leads,) = by_id["first"].transitions
    assert (leads.events, leads.cond, leads.targets) == (("go", "err"), "a == b", (by_id["second"].number,))
    assert chart.initial == (by_id["both"].number,)


def test_what_is_awaited_is_what_active_states_and_those_around_them_answer_to() -> None:
    assert awaited(MACHINE, ("both", "one", "first", "two")) == ("look", "go", "err", "stop")
    assert awaited(MACHINE, ("end",)) == ()
