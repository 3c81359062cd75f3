"""Chats in which nobody writes: warned, then closed; and what starts the clock anew."""

import pytest

from frontdesk.domain import commands, events
from frontdesk.domain.commands import Command, Tick
from frontdesk.domain.deadlines import idle_due
from frontdesk.domain.events import Kind
from frontdesk.domain.rules import Rules
from tests.domain.story import AMY, BEGIN_MS, MIRA, QUEUED, Story, given

IDLE = Rules(idle_alert_s=100, idle_close_s=45, client_silence_s=0, idle_alert_text="?", idle_close_text="!")
TWICE = Rules(
    idle_alert_s=100, second_idle_alert_s=50, idle_close_s=45, client_silence_s=0, idle_alert_text="?"
)
TICK = Tick(client_seen_ms=0)


def chat(rules: Rules = IDLE) -> Story:
    return given(MIRA, QUEUED, AMY, rules=rules)


def test_first_a_warning_then_the_close_and_then_nothing() -> None:
    story = chat().after_s(99.999).when(TICK).then()
    story.after_s(0.001).when(TICK).then(events.IdleWarned(3, "?", True, 45))
    story.when(TICK).then()
    story.after_s(44.999).when(TICK).then()
    story.after_s(0.001).when(TICK).then(
        events.IdleClosed(3, "!"),
        events.Left(party_id=2),
        events.Left(party_id=1),
        events.Ended(reason="idle"),
    )
    story.after_s(10_000).when(TICK)
    assert not any(isinstance(event, events.IdleClosed | events.Ended) for event in story.followed)


def test_the_system_speaks_as_one_party_however_often() -> None:
    story = chat().after_s(100).when(TICK).when(commands.Say(party_id=1, text="here"))
    story.after_s(100).when(TICK).then(events.IdleWarned(3, "?", True, 45))
    assert [party.kind for party in story.state.parties] == [Kind.CLIENT, Kind.AGENT, Kind.SYSTEM]


def test_there_may_be_two_warnings() -> None:
    story = chat(TWICE).after_s(100).when(TICK).then(events.IdleWarned(3, "?", False, 50))
    story.after_s(50).when(TICK).then(events.IdleWarned(3, "?", True, 45))
    story.after_s(45).when(TICK)
    assert isinstance(story.followed[0], events.IdleClosed)


def test_a_warning_may_be_all() -> None:
    story = chat(Rules(idle_alert_s=100, idle_close_s=0, client_silence_s=0)).after_s(100).when(TICK)
    assert story.followed == (events.IdleWarned(3, Rules().idle_alert_text, False, 0),)
    assert idle_due(story.state, Rules(idle_close_s=0)) is None


def test_a_late_timer_warns_before_it_closes() -> None:
    story = chat().after_s(100_000).when(TICK)
    assert [type(event) for event in story.followed] == [events.IdleWarned]


WAKES: list[Command] = [
    commands.Say(party_id=1, text="here"),
    commands.Say(party_id=2, text="here"),
    commands.PushUrl(party_id=2, url="https://shop.example/"),
    commands.AddFile(party_id=1, file_id="f", name="a.png", size_bytes=1, media_type="image/png"),
    commands.GiveNotice(party_id=1, attributes={"purpose": "cancel-idle-timer"}),
    commands.Join(kind=Kind.AGENT, participant_id="bob", nickname="Bob"),
]
SLEEPS: list[Command] = [
    commands.SetTyping(1, True),
    commands.GiveNotice(party_id=1, text="page=2"),
    commands.GiveNotice(party_id=1, attributes={"purpose": ["cancel-idle-timer"]}),
    commands.ChangeNickname(1, "Mo"),
    commands.ChangeData(party_id=1, changes={"a": "1"}),
    commands.GiveReceipt(1, 3),
    commands.Queue(queue="default"),
]


@pytest.mark.parametrize("command", WAKES, ids=lambda c: f"{type(c).__name__} {getattr(c, 'party_id', '')}")
def test_what_starts_the_clock_anew(command: Command) -> None:
    story = chat().after_s(100).when(TICK).after_s(10).when(command)
    assert story.followed
    assert story.state.alerts == 0
    assert idle_due(story.state, IDLE) == story.now_ms + 100_000


@pytest.mark.parametrize("command", SLEEPS, ids=lambda c: type(c).__name__)
def test_what_does_not(command: Command) -> None:
    story = chat().after_s(50).when(command)
    assert story.followed
    assert idle_due(story.state, IDLE) == BEGIN_MS + 100_000


def test_the_clock_may_stand_still_while_nobody_has_come() -> None:
    rules = Rules(idle_alert_s=100, idle_while_waiting=False, client_silence_s=0)
    assert idle_due(given(MIRA, QUEUED, rules=rules).state, rules) is None
    assert idle_due(given(MIRA, QUEUED, AMY, rules=rules).state, rules) == BEGIN_MS + 100_000
