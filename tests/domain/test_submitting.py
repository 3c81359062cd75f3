"""Submits: how an application has somebody found for a chat."""

from msgspec.structs import replace

from frontdesk.domain import commands
from frontdesk.domain.asks import Aim
from frontdesk.domain.card import card_of
from frontdesk.domain.commands import Accept, ChangeData, Decline, End, Tick
from frontdesk.domain.deadlines import next_due
from frontdesk.domain.events import Invited, InviteEnded, Joined, Kind, Owned, Queued, Released
from frontdesk.domain.evolving import evolve
from frontdesk.domain.submit import Reserved, Submit, Tuning
from frontdesk.domain.submit_commands import GiveUp, Seek, SeekNoMore, SeekOtherwise, Select, Tune
from frontdesk.domain.submit_facts import (
    ReservationEnded,
    RoutingTuned,
    SeekingStopped,
    Selected,
    SubmitChanged,
    SubmitEnded,
    Submitted,
)
from frontdesk.domain.targets import Sort, Target
from tests.domain.story import AMY, BEGIN_MS, MIRA, QUEUED, Story, given
from tests.domain.told import OWNED

GERMANS = Aim(Target("", Sort.GROUP, skills="german > 5"), who="german > 5")
SALES = Aim(Target("sales", Sort.QUEUE))
SEEK = Seek(request_id="s1.1", session_id="s1", aims=(GERMANS,), timeout_ms=60_000)
HOLDS = replace(SEEK, delivers=False)
CHOOSES = Select(request_id="s1.1", aim=GERMANS, agent_id="amy")
NO_MORE = SeekNoMore(session_id="s1", request_id="s1.8")
TIME = Tick(client_seen_ms=BEGIN_MS + 10_000_000)


def sought(seek: Seek = SEEK) -> Story:
    return given(MIRA, OWNED).when(seek)


def submits(story: Story) -> list[str]:
    return [submit.request_id for submit in story.state.submits]


def test_what_is_submitted_is_a_fact_of_the_chat() -> None:
    story = sought().then(
        Submitted(request_id="s1.1", session_id="s1", aims=(GERMANS,), until_ms=BEGIN_MS + 60_000)
    )
    [submit] = story.state.submits
    assert submit == Submit(
        request_id="s1.1",
        session_id="s1",
        aims=(GERMANS,),
        since_ms=BEGIN_MS,
        until_ms=BEGIN_MS + 60_000,
    )
    assert card_of(story.state).submits == (submit,)


def test_asked_again_it_is_submitted_once() -> None:
    story = sought().when(SEEK).then()
    story.when(NO_MORE).when(SEEK).then()
    assert submits(story) == []


def test_nobody_is_sought_for_what_is_with_somebody_else() -> None:
    given(MIRA).refuses(SEEK, "notfound")
    given(MIRA, OWNED, AMY).refuses(SEEK, "notcontrolled")
    given(MIRA, OWNED, QUEUED).refuses(SEEK, "notcontrolled")
    given(MIRA, OWNED, Invited("amy", BEGIN_MS)).refuses(SEEK, "notcontrolled")


def test_a_chat_may_have_so_many_submits_and_no_more() -> None:
    story = given(MIRA, OWNED)
    for number in range(50):
        story.when(replace(SEEK, request_id=f"s1.{number}"))
    story.refuses(replace(SEEK, request_id="s1.51"), "too_many_submits")


# --- somebody is chosen ----------------------------------------------------------------------------


def test_it_rings_for_who_was_chosen_and_nobody_is_sought_once_that_one_has_come() -> None:
    story = sought().when(CHOOSES)
    story.then(Selected(request_id="s1.1", aim=GERMANS, agent_id="amy"), Invited("amy", BEGIN_MS + 30_000))
    story.when(Accept("amy", "Amy"))
    assert isinstance(story.followed[0], Joined)
    assert (story.state.submits, story.state.selected) == ((), None)


def test_who_declines_leaves_it_where_it_was() -> None:
    story = sought().after_s(5).when(CHOOSES, Decline("amy")).then(InviteEnded("amy", "declined"))
    [submit] = story.state.submits
    assert (submit.since_ms, story.state.selected) == (BEGIN_MS, None)


def test_it_is_chosen_for_once() -> None:
    sought().when(CHOOSES).refuses(replace(CHOOSES, agent_id="bob"), "already_ringing")
    sought(HOLDS).when(CHOOSES).refuses(CHOOSES, "not_submitted")
    two = sought(HOLDS).when(replace(HOLDS, request_id="s1.2"), CHOOSES)
    two.refuses(replace(CHOOSES, request_id="s1.2"), "not_submitted")
    sought().refuses(replace(CHOOSES, request_id="s1.9"), "not_submitted")


def test_nobody_is_chosen_who_is_there_already() -> None:
    bot = Joined(party_id=2, kind=Kind.BOT, participant_id="amy", nickname="Amy")
    given(MIRA, OWNED, bot).when(SEEK).refuses(CHOOSES, "already_here")


def test_where_the_document_redirects_who_was_chosen_is_held_for_ten_seconds() -> None:
    story = sought(HOLDS).when(CHOOSES)
    until_ms = BEGIN_MS + 10_000
    story.then(Selected(request_id="s1.1", aim=GERMANS, agent_id="amy", held_until_ms=until_ms))
    assert story.state.reserved == Reserved("amy", until_ms)
    assert card_of(story.state).reserved == Reserved("amy", until_ms)
    assert next_due(story.state, story.rules) == until_ms
    story.after_s(9.999).when(TIME).then()
    story.after_s(0.001).when(TIME).then(ReservationEnded("amy"))
    assert story.state.reserved is None


def test_a_redirect_ends_the_reservation() -> None:
    story = sought(HOLDS).when(CHOOSES)
    story = given(*_past(story), Invited("amy", BEGIN_MS + 30_000))
    assert story.state.reserved is None


def _past(story: Story) -> tuple[object, ...]:
    submitted = Submitted(request_id="s1.1", session_id="s1", aims=(GERMANS,), delivers=False)
    assert story.followed
    return (MIRA, OWNED, submitted, *story.followed)


def test_a_queue_that_was_chosen_has_it_at_once_with_the_age_that_it_has() -> None:
    story = given(MIRA, OWNED).when(replace(SEEK, aims=(GERMANS, SALES))).after_s(7)
    story.when(Select(request_id="s1.1", aim=SALES))
    story.then(Selected(request_id="s1.1", aim=SALES), Queued(queue="sales", since_ms=BEGIN_MS))
    assert (story.state.queued_ms, submits(story)) == (BEGIN_MS, [])
    only = given(MIRA, OWNED).when(replace(HOLDS, aims=(SALES,))).when(Select(request_id="s1.1", aim=SALES))
    only.then(Selected(request_id="s1.1", aim=SALES))
    assert (only.state.queued_ms, only.state.reserved, submits(only)) == (0, None, [])


# --- time ------------------------------------------------------------------------------------------


def test_time_runs_out_and_the_targets_stay_for_those_that_come_after() -> None:
    story = sought().after_s(59.999).when(TIME).then()
    story.after_s(0.001).when(TIME).then(SubmitEnded("s1.1", "timeout"))
    assert [submit.is_kept for submit in story.state.submits] == [True]
    assert card_of(story.state).submits == (), "nobody is sought between two submits"
    story.when(replace(SEEK, request_id="s1.2", aims=(SALES,)))
    [stands] = card_of(story.state).submits
    assert (stands.request_id, stands.aims, stands.since_ms) == ("s1.2", (SALES, GERMANS), BEGIN_MS)
    story.refuses(CHOOSES, "not_submitted")
    story.when(replace(CHOOSES, request_id="s1.2"))
    assert story.state.selected is not None
    assert story.state.selected.aim == GERMANS


def test_or_they_go_where_that_was_said() -> None:
    story = sought(replace(SEEK, clears=True)).after_s(60).when(TIME).then(SubmitEnded("s1.1", "timeout"))
    assert submits(story) == []


def test_time_does_not_run_out_while_it_rings() -> None:
    story = sought().after_s(40).when(CHOOSES).after_s(25).when(TIME).then()
    story.when(Decline("amy")).when(TIME).then(SubmitEnded("s1.1", "timeout"))


def test_what_decides_at_once_gives_up_when_told_that_nobody_is_free() -> None:
    story = sought(replace(SEEK, timeout_ms=0)).when(TIME).then()
    story.when(GiveUp("s1.1")).then(SubmitEnded("s1.1", "timeout"))
    sought().when(GiveUp("s1.1"), GiveUp("s1.7")).then()
    sought(replace(SEEK, timeout_ms=0)).when(CHOOSES, GiveUp("s1.1")).then()


def test_or_by_itself_when_nobody_decides() -> None:
    story = sought(replace(SEEK, timeout_ms=0))
    story.after_s(5).when(TIME).then(SubmitEnded("s1.1", "timeout"))


def test_without_a_time_it_waits_for_ever() -> None:
    story = sought(replace(SEEK, timeout_ms=None))
    assert story.after_s(900_000).when(commands.Tick(client_seen_ms=story.now_ms))
    assert submits(story) == ["s1.1"]


# --- otherwise -------------------------------------------------------------------------------------


def test_it_can_be_changed_while_it_waits() -> None:
    story = sought().after_s(10)
    story.when(SeekOtherwise(request_id="s1.1", aims=(SALES,), priority=7, timeout_ms=5000))
    story.then(SubmitChanged(request_id="s1.1", aims=(SALES,), priority=7, until_ms=BEGIN_MS + 15_000))
    [submit] = story.state.submits
    assert (submit.aims, submit.priority, submit.until_ms) == ((SALES,), 7, BEGIN_MS + 15_000)
    assert submit.since_ms == BEGIN_MS
    story.refuses(SeekOtherwise(request_id="s1.2", priority=1), "not_submitted")


def test_it_can_be_cancelled_by_request_by_queue_and_as_a_whole() -> None:
    vip = replace(SEEK, request_id="s1.2", queue="vip")

    def left(*cancels: SeekNoMore) -> list[str]:
        return submits(sought().when(vip, *cancels))

    assert left(replace(NO_MORE, named="s1.1")) == ["s1.2"]
    assert left(replace(NO_MORE, queue="vip")) == ["s1.1"]
    assert left(NO_MORE) == []
    assert left(replace(NO_MORE, session_id="s2")) == ["s1.1", "s1.2"], "another session's"
    sought().when(replace(NO_MORE, queue="vip")).then(SeekingStopped(request_id="s1.8", session_id="s1"))
    sought().when(NO_MORE, NO_MORE).then()


def test_what_was_kept_is_cancelled_with_it() -> None:
    story = sought().after_s(60).when(TIME, NO_MORE)
    story.then(SubmitEnded("s1.1", "cancelled"), SeekingStopped(request_id="s1.8", session_id="s1"))
    assert submits(story) == []


def test_who_is_rung_for_a_cancelled_request_is_not_rung_any_more() -> None:
    story = sought().when(CHOOSES, replace(NO_MORE, named="s1.1"))
    stopped = SeekingStopped(request_id="s1.8", session_id="s1", named="s1.1", cancelled=1)
    story.then(SubmitEnded("s1.1", "cancelled"), InviteEnded("amy", "cancelled"), stopped)
    other = sought().when(replace(SEEK, request_id="s1.2"), CHOOSES, replace(NO_MORE, named="s1.2"))
    assert InviteEnded("amy", "cancelled") not in other.followed


def test_with_the_chat_ends_all_that_was_submitted() -> None:
    assert submits(sought().when(End(reason="done"))) == []
    assert sought(HOLDS).when(CHOOSES, End(reason="done")).state.reserved is None


def test_who_gives_the_chat_up_seeks_nobody_for_it_any_more() -> None:
    for fact in (Released("s1", "detaching"), Owned(session_id="s2")):
        story = sought(HOLDS).when(CHOOSES)
        another = Submitted(request_id="s1.5", session_id="s1", aims=())
        state = evolve(evolve(story.state, another, 1), fact, 2)
        assert (state.submits, state.reserved) == ((), None)


def test_how_people_are_chosen_is_remembered() -> None:
    tuning = Tuning(asks_unready=True, excluded=("bob",), ideal="amy", uses_age=True, objective_s=30)
    story = given(MIRA, OWNED).when(Tune("s1", tuning))
    story.then(RoutingTuned(asks_unready=True, excluded=("bob",), ideal="amy", uses_age=True, objective_s=30))
    assert card_of(story.state).tuning == tuning
    story.when(Tune("s1", tuning)).then()
    given(MIRA, OWNED, AMY).refuses(Tune("s1", tuning), "notcontrolled")


def test_nothing_else_touches_it() -> None:
    story = sought().when(ChangeData(party_id=1, changes={"a": "b"}))
    assert submits(story) == ["s1.1"]
