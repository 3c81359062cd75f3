"""What is due, and when."""

from frontdesk.domain import commands, events
from frontdesk.domain.commands import Tick
from frontdesk.domain.deadlines import Presence, idle_close_ms, next_due
from frontdesk.domain.rules import Rules
from tests.domain.story import AMY, BEGIN_MS, MIRA, QUEUED, given

QUIET = Rules(idle_alert_s=0, client_silence_s=0)
SEEN = Tick(client_seen_ms=BEGIN_MS)


def test_a_chat_whose_timers_are_off_waits_for_nothing() -> None:
    assert next_due(given(MIRA).state, QUIET) is None


def test_the_first_thing_due_is_the_one_that_counts() -> None:
    story = given(MIRA, QUEUED, rules=Rules(client_silence_s=120, idle_alert_s=255))
    assert next_due(story.state, story.rules) == BEGIN_MS + 120_000
    story.when(commands.Invite("amy", 30))
    assert next_due(story.state, story.rules) == BEGIN_MS + 30_000


def test_a_client_that_was_heard_of_is_not_gone_yet() -> None:
    story = given(MIRA, rules=Rules(client_silence_s=120, idle_alert_s=0))
    heard = Presence(client_seen_ms=BEGIN_MS + 100_000)
    assert next_due(story.state, story.rules, heard) == BEGIN_MS + 220_000
    story.after_s(219).when(Tick(client_seen_ms=BEGIN_MS + 100_000)).then()
    story.after_s(1).when(Tick(client_seen_ms=BEGIN_MS + 100_000)).then(
        events.Left(party_id=1, reason="client_silent"), events.Ended(reason="client_silent", party_id=1)
    )


def test_who_stops_saying_that_they_type_has_stopped() -> None:
    story = given(MIRA, AMY, rules=Rules(idle_alert_s=0, client_silence_s=0, typing_s=10))
    story.when(commands.SetTyping(2, True))
    still = Tick(client_seen_ms=BEGIN_MS, typing_seen_ms={2: BEGIN_MS + 5000})
    story.after_s(10).when(still).then()
    story.after_s(5).when(still).then(events.TypingStopped(2))


def test_an_ended_chat_is_kept_for_a_while_and_then_put_away_once() -> None:
    story = given(MIRA, rules=Rules(retention_s=600)).when(commands.End(reason="done"))
    story.after_s(599).when(SEEN).then()
    story.after_s(1).when(SEEN).then(events.Archived())
    story.after_s(1000).when(SEEN).then()


def test_a_retention_of_nothing_keeps_for_ever_like_every_timer_that_is_off() -> None:
    story = given(MIRA, rules=Rules(retention_s=0)).when(commands.End(reason="done"))
    assert next_due(story.state, story.rules) is None
    story.after_s(10**6).when(SEEN).then()


def test_the_countdown_to_the_close_runs_after_the_last_alert_only() -> None:
    story = given(MIRA, AMY, rules=Rules(idle_alert_s=100, second_idle_alert_s=50, idle_close_s=45))
    assert idle_close_ms(story.state, story.rules) is None
    story.after_s(100).when(Tick(client_seen_ms=story.now_ms))
    assert idle_close_ms(story.state, story.rules) is None
    story.after_s(50).when(Tick(client_seen_ms=story.now_ms))
    assert idle_close_ms(story.state, story.rules) == BEGIN_MS + 195_000
