"""Those who listen without the visitor's knowledge: nothing the visitor sees or waits for changes by them."""

import pytest

from frontdesk.domain import commands, events
from frontdesk.domain.commands import Tick
from frontdesk.domain.events import Kind, Visibility
from frontdesk.domain.interaction import Phase
from frontdesk.domain.rules import FileRules, Rules
from tests.domain.story import AMY, LISTENER, MIRA, QUEUED, given

LISTEN = commands.Join(
    kind=Kind.SUPERVISOR, participant_id="sam", nickname="Sam", visibility=Visibility.AGENTS
)


def test_a_chat_that_somebody_only_listens_to_still_waits() -> None:
    story = given(MIRA, QUEUED).when(LISTEN)
    assert story.state.phase is Phase.WAITING
    assert story.state.queued_ms
    story.when(commands.Invite("amy", 30)).then(events.Invited("amy", story.now_ms + 30_000))


def test_when_the_last_agent_leaves_a_listener_keeps_nothing_going() -> None:
    story = given(MIRA, AMY, LISTENER).when(commands.Leave(party_id=2))
    assert story.state.phase is Phase.ENDED


def test_the_last_agent_s_leaving_can_bring_a_chat_back_to_the_queue_under_a_listener_s_eyes() -> None:
    story = given(MIRA, QUEUED, AMY, LISTENER, rules=Rules(ends_with_last_agent=False))
    story.when(commands.Leave(party_id=2))
    assert story.state.phase is Phase.WAITING
    assert story.state.queued_ms


def test_when_a_listener_leaves_the_chat_goes_on() -> None:
    given(MIRA, AMY, LISTENER).when(commands.Leave(party_id=3)).then(events.Left(party_id=3))


def test_what_a_listener_says_is_for_our_side() -> None:
    story = given(MIRA, AMY, LISTENER).when(commands.Say(party_id=3, text="offer a voucher"))
    story.then(events.Said(party_id=3, text="offer a voucher", visibility=Visibility.AGENTS))


def test_a_listener_s_typing_is_nobody_s_business() -> None:
    given(MIRA, AMY, LISTENER).when(commands.SetTyping(3, True)).then()


def test_a_visitor_cannot_whisper() -> None:
    whisper = commands.Say(party_id=1, text="psst", visibility=Visibility.AGENTS)
    given(MIRA, AMY).when(whisper).then(events.Said(party_id=1, text="psst"))


def test_an_agent_can_whisper_and_that_does_not_keep_the_chat_alive() -> None:
    story = given(MIRA, AMY, rules=Rules(idle_alert_s=60, client_silence_s=0))
    story.after_s(59).when(commands.Say(party_id=2, text="hm", visibility=Visibility.AGENTS))
    story.after_s(1).when(Tick(client_seen_ms=0))
    assert [type(event) for event in story.followed] == [events.IdleWarned]


@pytest.mark.parametrize(
    "command",
    [
        commands.Leave(party_id=3),
        commands.Say(party_id=3, text="hm"),
        commands.PushUrl(party_id=3, url="https://shop.example/"),
        commands.GiveNotice(party_id=3, attributes={"purpose": "cancel-idle-timer"}),
        commands.AddFile(party_id=3, file_id="f", name="a.png", size_bytes=1, media_type="image/png"),
    ],
    ids=lambda command: type(command).__name__,
)
def test_nothing_that_a_listener_does_starts_the_idle_timers_anew(command: commands.Command) -> None:
    story = given(MIRA, AMY, LISTENER)
    before = story.state.active_ms
    story.after_s(10).when(command)
    assert story.followed
    assert story.state.active_ms == before


def test_files_that_need_an_agent_do_not_go_to_a_listener() -> None:
    story = given(MIRA, QUEUED, rules=Rules(files=FileRules(upload_needs_agent=True))).when(LISTEN)
    upload = commands.AddFile(party_id=1, file_id="f", name="a.png", size_bytes=1, media_type="image/png")
    story.refuses(upload, "agent_needed")
