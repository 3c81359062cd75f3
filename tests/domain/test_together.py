"""Colleagues in one chat: called in, advising unseen, taking over; supervisors who look on or step in."""

import pytest

from frontdesk.domain import commands, events
from frontdesk.domain.card import card_of
from frontdesk.domain.commands import Accept, Call, CallOff, PassOn, Show, TakeOver
from frontdesk.domain.events import Kind, Purpose, Visibility
from frontdesk.domain.interaction import Phase
from frontdesk.domain.rules import Rules
from tests.domain.story import AMY, GREETER, LISTENER, MIRA, QUEUED, Story, given

BOB = events.Joined(party_id=3, kind=Kind.AGENT, participant_id="bob", nickname="Bob")
SAM_SILENT = events.Joined(
    party_id=3,
    kind=Kind.SUPERVISOR,
    participant_id="sam",
    nickname="Sam",
    visibility=Visibility.SUPERVISORS,
)
LISTEN = commands.Join(
    kind=Kind.SUPERVISOR, participant_id="sam", nickname="Sam", visibility=Visibility.SUPERVISORS
)


def call(purpose: Purpose, party_id: int = 2) -> Call:
    return Call(party_id=party_id, agent_id="bob", purpose=purpose, answer_s=30, note="a refund")


def appeared(visibility: Visibility, kind: Kind = Kind.AGENT) -> events.Appeared:
    name = {Kind.AGENT: "Bob", Kind.SUPERVISOR: "Sam"}[kind]
    return events.Appeared(
        party_id=3, kind=kind, participant_id=name.lower(), nickname=name, visibility=visibility
    )


def consulting() -> Story:
    return given(MIRA, QUEUED, AMY).when(call(Purpose.CONSULT), Accept("bob", "Bob"))


# --- calling ---------------------------------------------------------------------------------------


def test_a_colleague_is_rung_with_what_for_and_a_note() -> None:
    story = given(MIRA, QUEUED, AMY).when(call(Purpose.CONSULT))
    story.then(
        events.Invited(
            agent_id="bob",
            until_ms=story.now_ms + 30_000,
            by_party=2,
            purpose=Purpose.CONSULT,
            note="a refund",
        )
    )
    assert card_of(story.state).ringing == story.state.ringing


def test_who_is_called_to_answer_too_is_seen_by_the_visitor() -> None:
    story = given(MIRA, QUEUED, AMY).when(call(Purpose.CONFERENCE), Accept("bob", "Bob"))
    assert [p.participant_id for p in story.state.parties if p.answers] == ["amy", "bob"]


def test_who_is_called_to_advise_is_not() -> None:
    story = consulting()
    assert [p.participant_id for p in story.state.parties if p.answers] == ["amy"]
    story.when(commands.Say(party_id=3, text="give ten percent"))
    story.then(events.Said(party_id=3, text="give ten percent", visibility=Visibility.AGENTS))
    assert card_of(story.state).participants == ("amy", "bob"), "advising is work, and takes a slot"


def test_who_transfers_stays_until_the_other_is_there() -> None:
    story = given(MIRA, QUEUED, AMY).when(call(Purpose.TRANSFER))
    assert story.state.party_of("amy") is not None
    story.when(Accept("bob", "Bob"))
    assert [type(event) for event in story.followed] == [events.Joined, events.Left]
    assert [p.participant_id for p in story.state.parties if p.answers] == ["bob"]
    assert story.state.phase is Phase.ACTIVE


def test_a_transfer_that_nobody_takes_changes_nothing_for_the_visitor() -> None:
    story = given(MIRA, QUEUED, AMY).when(call(Purpose.TRANSFER), commands.Decline("bob"))
    assert story.state.party_of("amy") is not None
    assert story.state.phase is Phase.ACTIVE
    story.when(call(Purpose.TRANSFER)).after_s(30).when(commands.Tick(client_seen_ms=story.now_ms))
    story.then(events.InviteEnded("bob", "expired"))


def test_who_transfers_may_leave_before_and_the_colleague_still_comes() -> None:
    story = given(MIRA, QUEUED, AMY, rules=Rules(ends_with_last_agent=False))
    story.when(call(Purpose.TRANSFER), commands.Leave(party_id=2))
    assert story.state.phase is Phase.WAITING
    story.when(Accept("bob", "Bob"))
    assert [type(event) for event in story.followed] == [events.Joined]
    assert story.state.phase is Phase.ACTIVE
    assert not story.state.queued_ms


def test_a_call_can_be_called_off() -> None:
    story = given(MIRA, QUEUED, AMY).when(call(Purpose.CONSULT), CallOff(2))
    story.then(events.InviteEnded("bob", "cancelled"))
    story.when(CallOff(2)).then()
    story.refuses(Accept("bob", "Bob"), "invite_gone")


def test_what_routing_rings_no_colleague_calls_off() -> None:
    ringing = given(MIRA, GREETER, QUEUED).when(commands.Invite("amy", 30))
    ringing.refuses(CallOff(2), "not_your_call")


@pytest.mark.parametrize(
    ("story", "party_id", "code"),
    [
        (given(MIRA, QUEUED, AMY, BOB), 2, "already_here"),
        (given(MIRA, QUEUED, AMY).when(call(Purpose.CONSULT)), 2, "already_ringing"),
        (given(MIRA, QUEUED, AMY), 1, "not_answering"),
        (given(MIRA, QUEUED, AMY), 9, "not_a_party"),
        (given(MIRA, QUEUED, AMY, SAM_SILENT), 3, "unseen"),
    ],
)
def test_who_cannot_call_whom(story: Story, party_id: int, code: str) -> None:
    story.refuses(call(Purpose.CONSULT, party_id), code)


def test_a_bot_may_call_a_person() -> None:
    story = given(MIRA, GREETER).when(call(Purpose.CONFERENCE), Accept("bob", "Bob"))
    assert story.state.party_of("bob") is not None


# --- after a consultation --------------------------------------------------------------------------


def test_an_adviser_is_brought_in() -> None:
    consulting().when(Show(party_id=2, visibility=Visibility.ALL, other=3)).then(appeared(Visibility.ALL))


def test_an_adviser_does_not_come_in_uncalled() -> None:
    consulting().refuses(Show(party_id=3, visibility=Visibility.ALL), "not_yours")


def test_it_is_passed_on_to_the_adviser() -> None:
    story = consulting().when(PassOn(2, 3))
    story.then(appeared(Visibility.ALL), events.Left(party_id=2, reason="transferred"))
    assert story.state.phase is Phase.ACTIVE
    story.when(PassOn(2, 3)).then()


@pytest.mark.parametrize(("other", "code"), [(2, "not_yours"), (1, "not_yours"), (9, "not_a_party")])
def test_to_whom_it_cannot_be_passed_on(other: int, code: str) -> None:
    consulting().refuses(PassOn(2, other), code)


def test_a_file_that_an_adviser_showed_stays_unseen_when_the_adviser_comes_in() -> None:
    file = commands.AddFile(party_id=3, file_id="f1", name="margin.png", size_bytes=1, media_type="image/png")
    story = consulting().when(file, Show(party_id=2, visibility=Visibility.ALL, other=3))
    with pytest.raises(Exception, match="no such file"):
        story.when(commands.FetchFile(1, "f1"))
    story.when(commands.DeleteFile(3, "f1"))
    assert story.followed == (events.FileDeleted(3, "f1", "margin.png", Visibility.AGENTS),)


# --- supervisors -----------------------------------------------------------------------------------


def test_who_listens_silently_is_no_work_and_no_news() -> None:
    story = given(MIRA, QUEUED, AMY).when(LISTEN)
    card = card_of(story.state)
    assert (card.participants, card.listeners) == (("amy",), ("sam",))
    story.when(commands.GiveReceipt(3, 2)).then()
    story.when(commands.SetTyping(3, True)).then()
    story.when(commands.Leave(party_id=3)).then(events.Left(party_id=3, visibility=Visibility.SUPERVISORS))


@pytest.mark.parametrize(
    "command",
    [
        commands.Say(party_id=3, text="hm"),
        commands.PushUrl(party_id=3, url="https://shop.example/"),
        commands.GiveNotice(party_id=3, text="hm"),
        commands.ChangeNickname(3, "Samuel"),
        commands.ChangeData(party_id=3, changes={"a": "1"}),
        commands.AddFile(party_id=3, file_id="f", name="a.png", size_bytes=1, media_type="image/png"),
        commands.DeleteFile(3, "f"),
    ],
    ids=lambda command: type(command).__name__,
)
def test_who_listens_silently_does_not_speak_by_accident(command: commands.Command) -> None:
    given(MIRA, QUEUED, AMY, SAM_SILENT).refuses(command, "unseen")


def test_a_supervisor_whispers() -> None:
    story = given(MIRA, QUEUED, AMY, SAM_SILENT).when(Show(party_id=3, visibility=Visibility.AGENTS))
    story.then(appeared(Visibility.AGENTS, Kind.SUPERVISOR))
    story.when(commands.Say(party_id=3, text="be kind"))
    story.then(events.Said(party_id=3, text="be kind", visibility=Visibility.AGENTS))


def test_nobody_else_shows_the_visitor_a_supervisor_who_whispers() -> None:
    story = given(MIRA, AMY, LISTENER)
    story.refuses(Show(party_id=2, visibility=Visibility.ALL, other=3), "not_yours")
    story.refuses(PassOn(2, 3), "not_yours")


def test_a_supervisor_comes_forward_and_nobody_becomes_unseen_again() -> None:
    story = given(MIRA, QUEUED, AMY, SAM_SILENT).when(Show(party_id=3, visibility=Visibility.ALL))
    story.then(appeared(Visibility.ALL, Kind.SUPERVISOR))
    story.when(Show(party_id=3, visibility=Visibility.SUPERVISORS)).then()


def test_a_supervisor_who_comes_forward_takes_a_waiting_chat_out_of_the_queue() -> None:
    story = given(MIRA, QUEUED).when(LISTEN)
    assert story.state.queued_ms
    story.when(Show(party_id=2, visibility=Visibility.ALL))
    assert not story.state.queued_ms
    assert story.state.phase is Phase.ACTIVE


def test_what_a_session_gave_up_is_taken_once_a_supervisor_comes_forward() -> None:
    given_up = (MIRA, events.Owned(session_id="s1"), events.Released("s1", "detaching"))
    assert given(*given_up).when(LISTEN).state.ownership.freed_by == "s1"
    shown = given(*given_up).when(LISTEN, Show(party_id=2, visibility=Visibility.ALL))
    assert (shown.state.ownership.freed_by, shown.state.ownership.freed_ms) == ("", 0)


def test_a_supervisor_takes_over() -> None:
    story = given(MIRA, QUEUED, AMY, SAM_SILENT).when(call(Purpose.CONSULT), TakeOver(3))
    story.then(
        events.InviteEnded("bob", "cancelled"),
        appeared(Visibility.ALL, Kind.SUPERVISOR),
        events.Left(party_id=2, reason="taken_over"),
    )
    assert [p.participant_id for p in story.state.parties if p.answers] == ["sam"]
    assert story.state.phase is Phase.ACTIVE


def test_nobody_else_takes_over() -> None:
    given(MIRA, QUEUED, AMY, BOB).refuses(TakeOver(3), "not_yours")


def test_at_the_end_nobody_learns_who_listened() -> None:
    story = given(MIRA, QUEUED, AMY, SAM_SILENT).when(commands.End(reason="done", party_id=2))
    assert events.Left(party_id=3, visibility=Visibility.SUPERVISORS) in story.followed
