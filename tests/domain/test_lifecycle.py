"""The rules of the interaction lifecycle, told fact by fact."""

from collections.abc import Sequence
from functools import reduce

import pytest
from hypothesis import given as any_story
from hypothesis import strategies as st

from frontdesk.domain import lifecycle_metadata
from frontdesk.domain.lifecycle import ROWS, Lifecycle, Phase, Published, step
from frontdesk.domain.lifecycle_facts import (
    AgentJoined,
    BotJoined,
    Closed,
    CoBrowseStarted,
    ErrorsReported,
    Fact,
    FormSubmitted,
    Initialised,
    MessagesShown,
    Opened,
    Restored,
    RestoreFailed,
    ServiceStarted,
    SessionEnded,
    StartRefused,
    SupervisorJoined,
)
from frontdesk.domain.lifecycle_metadata import Line, Metadata

READY = Initialised(0)
OPENED = Opened(at_ms=1_000, id="one")
SUBMITTED = FormSubmitted(at_ms=2_000, form={"firstname": "Mira"})
STARTED = ServiceStarted(3_000, "unused")
AGENT = AgentJoined(5_000, "2")
ENDED = SessionEnded(9_000)
CLOSED = Closed(10_000)

VISITOR_SAYS = Line("Message", "Client")
AGENT_SAYS = Line("Message", "Agent")


def told(*facts: Fact, after: Lifecycle | None = None) -> tuple[Lifecycle, list[Published]]:
    """The interaction after `facts`, with everything that was published."""
    now = after or Lifecycle()
    published: list[Published] = []
    for fact in facts:
        now, events = step(now, fact)
        published.extend(events)
    return now, published


def names(published: Sequence[Published]) -> list[str]:
    return [event.name for event in published]


def last(*facts: Fact, after: Lifecycle | None = None) -> dict[str, object]:
    """The data of the last event that `facts` publish."""
    return told(*facts, after=after)[1][-1].data


# The documented sequences.


@pytest.mark.parametrize(
    ("story", "expected"),
    [
        ((READY, OPENED, CLOSED), "ready opened cancelled closed"),
        (
            (READY, OPENED, SUBMITTED, STARTED, ENDED, CLOSED),
            "ready opened submitted started cancelled closed",
        ),
        ((READY, OPENED, SUBMITTED, StartRefused(3_000, ["240"])), "ready opened submitted rejected"),
        (
            (READY, OPENED, SUBMITTED, STARTED, AGENT, ENDED, CLOSED),
            "ready opened submitted started completed closed",
        ),
    ],
)
def test_the_four_documented_sequences_hold_exactly(story: Sequence[Fact], expected: str) -> None:
    assert " ".join(names(told(*story)[1])) == expected


def test_ready_is_said_once_and_carries_no_metadata() -> None:
    published = told(READY, READY)[1]
    assert names(published) == ["ready"]
    assert published[0].data == {}


def test_a_second_try_after_a_refusal_starts_normally_and_keeps_the_refusal() -> None:
    now, published = told(
        READY, OPENED, SUBMITTED, StartRefused(3_000, ["102"]), FormSubmitted(at_ms=4_000, form={}), STARTED
    )
    assert names(published)[3:] == ["rejected", "submitted", "started"]
    assert now.block.rejected == 3_000
    assert now.block.errors == ("102",)


def test_giving_up_after_a_refusal_cancels() -> None:
    published = told(READY, OPENED, SUBMITTED, StartRefused(3_000, ["102"]), CLOSED)[1]
    assert names(published)[-3:] == ["rejected", "cancelled", "closed"]
    assert published[-1].data["rejected"] == 3_000


def test_the_window_may_close_and_come_back_while_the_session_goes_on() -> None:
    running, _ = told(READY, OPENED, SUBMITTED, STARTED, AGENT)
    hidden, closed = told(Closed(6_000), after=running)
    assert names(closed) == ["closed"]
    assert closed[0].data["closed"] == 6_000
    assert not hidden.is_open
    assert hidden.block.closed is None
    shown, opened = told(Opened(at_ms=7_000, id="ignored"), after=hidden)
    assert names(opened) == ["opened"]
    assert (opened[0].data["opened"], opened[0].data["id"]) == (1_000, "one")
    assert shown == running


def test_a_session_that_ends_behind_a_closed_window_is_over_without_a_second_closed() -> None:
    now, published = told(READY, OPENED, SUBMITTED, STARTED, Closed(6_000), ENDED)
    assert names(published)[-2:] == ["closed", "cancelled"]
    assert now == Lifecycle(Phase.IDLE)


def test_a_start_refused_behind_a_closed_window_ends_the_interaction() -> None:
    now, published = told(READY, OPENED, SUBMITTED, Closed(2_500), StartRefused(3_000, ["240"]))
    assert names(published)[2:] == ["submitted", "closed", "rejected", "cancelled"]
    assert now == Lifecycle(Phase.IDLE)


def test_a_session_without_a_window_has_an_id_and_was_never_opened() -> None:
    now, published = told(READY, ServiceStarted(3_000, "fresh"))
    assert names(published) == ["ready", "started"]
    assert published[-1].data["id"] == "fresh"
    assert published[-1].data["opened"] is False
    assert last(Opened(at_ms=4_000, id="other"), after=now)["opened"] == 4_000


def test_a_lost_session_closes_the_interaction_that_was_saved() -> None:
    saved = Metadata(id="one", opened=1_000, started=3_000)
    now, published = told(READY, RestoreFailed(90_000, saved, "fresh"))
    assert names(published) == ["ready", "closed"]
    assert published[-1].data["id"] == "one"
    assert published[-1].data["errors"] == ["restoreFailed"]
    assert published[-1].data["closed"] == 90_000
    assert now == Lifecycle(Phase.IDLE)


def test_a_restored_session_opens_its_window_and_is_neither_submitted_nor_started_again() -> None:
    saved = Metadata(id="one", opened=1_000, started=3_000, agent_reached=5_000, num_agents=1)
    now, published = told(
        READY, Restored(60_000, saved, "fresh"), AgentJoined(60_001, "2"), Opened(at_ms=60_002, id="other")
    )
    assert names(published) == ["ready", "opened"]
    block = published[-1].data
    assert (block["id"], block["opened"], block["agentReached"]) == ("one", 1_000, 5_000)
    assert block["numAgents"] == 1
    assert names(told(ENDED, after=now)[1]) == ["completed"]


def test_a_session_answered_before_the_reload_completes_even_if_its_agent_is_not_told_again() -> None:
    saved = Metadata(id="one", opened=1_000, started=3_000, bot_reached=4_000)
    assert names(told(READY, Restored(60_000, saved, "x"), SessionEnded(61_000))[1]) == ["ready", "completed"]


def test_agents_known_before_the_reload_stay_counted_while_they_are_met_again() -> None:
    saved = Metadata(id="one", started=3_000, num_agents=2)
    now, _ = told(READY, Restored(60_000, saved, "x"), AgentJoined(60_001, "2"))
    assert now.block.num_agents == 2


def test_a_transcript_told_again_twice_is_counted_once() -> None:
    whole = MessagesShown(
        60_001, [Line("ParticipantJoined", "Client"), VISITOR_SAYS, AGENT_SAYS], replayed=True
    )
    now, _ = told(READY, Restored(60_000, None, "x"), whole, whole)
    block = now.block
    assert (block.system_messages, block.user_messages, block.agent_messages) == (1, 1, 1)


def test_a_session_restored_without_its_block_counts_from_now() -> None:
    now, _ = told(READY, Restored(60_000, None, "fresh"))
    assert (now.block.id, now.block.started) == ("fresh", 60_000)


def test_a_supervisor_or_an_external_party_alone_does_not_answer() -> None:
    published = told(READY, OPENED, SUBMITTED, STARTED, SupervisorJoined(4_000, "3"), SessionEnded(5_000))[1]
    assert published[-1].name == "cancelled"
    assert published[-1].data["supervisorReached"] == 4_000


def test_a_bot_answers_but_is_no_agent() -> None:
    published = told(READY, OPENED, SUBMITTED, STARTED, BotJoined(4_000), BotJoined(4_500), ENDED)[1]
    block = published[-1].data
    assert published[-1].name == "completed"
    assert (block["botReached"], block["agentReached"], block["numAgents"]) == (4_000, False, 0)


# The metadata block.


def test_a_new_interaction_knows_only_its_id_and_when_it_opened() -> None:
    block = last(READY, OPENED)
    assert {name for name, value in block.items() if value} == {"id", "opened"}


def test_unset_values_are_false_and_counters_zero() -> None:
    block = Metadata().published(now_ms=0)
    counters = {"filesUploaded", "numAgents", "userMessages", "agentMessages", "systemMessages"}
    assert {name for name, value in block.items() if value is not False} == counters
    assert set(block) == {
        "proactive", "prefilled", "autoSubmitted", "coBrowseInitiated", "filesUploaded", "numAgents",
        "userMessages", "agentMessages", "systemMessages", "errors", "form", "opened", "started", "cancelled",
        "rejected", "completed", "closed", "agentReached", "supervisorReached", "elapsed", "waitingForAgent",
        "id", "proactiveData", "botReached",
    }  # fmt: skip


def test_only_the_first_agent_is_the_one_that_was_reached() -> None:
    now, _ = told(READY, OPENED, SUBMITTED, STARTED, AGENT, AgentJoined(8_000, "3"), AgentJoined(8_500, "3"))
    block = now.block.published(9_000)
    assert (block["agentReached"], block["waitingForAgent"], block["numAgents"]) == (5_000, 2_000, 2)


def test_elapsed_runs_from_started_to_the_end_and_no_further() -> None:
    waiting, _ = told(READY, OPENED)
    assert waiting.block.published(2_500)["elapsed"] is False
    running, _ = told(SUBMITTED, STARTED, AGENT, after=waiting)
    assert running.block.published(4_500)["elapsed"] == 1_500
    assert [event.data["elapsed"] for event in told(ENDED, CLOSED, after=running)[1]] == [6_000, 6_000]


def test_a_form_closed_without_a_chat_has_no_elapsed_time() -> None:
    assert last(READY, OPENED, CLOSED)["elapsed"] is False


def test_the_form_is_published_but_never_saved() -> None:
    now, published = told(READY, OPENED, SUBMITTED)
    assert published[-1].data["form"] == {"firstname": "Mira"}
    assert "form" not in now.block.saved(2_000)


def test_a_form_is_not_even_loaded_from_a_state_that_has_one() -> None:
    loaded = lifecycle_metadata.load({"id": "one", "form": {"firstname": "Mira"}})
    assert loaded == Metadata(id="one")


def test_errors_come_before_the_event_that_reports_them_and_in_order() -> None:
    now, published = told(
        READY,
        OPENED,
        SUBMITTED,
        StartRefused(3_000, ["102", "103"]),
        SUBMITTED,
        STARTED,
        ErrorsReported(4_000, ["204"]),
    )
    assert published[3].data["errors"] == ["102", "103"]
    assert now.block.errors == ("102", "103", "204")


def test_errors_before_a_session_are_told_by_the_refusal_alone() -> None:
    now, _ = told(READY, OPENED, ErrorsReported(1_500, ["240"]), SUBMITTED, ErrorsReported(2_500, ["240"]))
    assert now.block.errors == ()


def test_the_end_of_one_interaction_leaves_nothing_to_the_next() -> None:
    now, _ = told(READY, OPENED, SUBMITTED, STARTED, AGENT, CoBrowseStarted(6_000), ENDED, CLOSED)
    assert now == Lifecycle(Phase.IDLE)
    block = last(Opened(at_ms=20_000, id="two"), after=now)
    assert {name for name, value in block.items() if value} == {"id", "opened"}


@pytest.mark.parametrize(
    ("options", "proactive"),
    [
        ({}, False),
        ({"userData": {"a": "b"}}, False),
        ({"proactive": True}, True),
        ({"proactive": "yes"}, False),
        ({"proactiveData": {"campaign": "x"}}, True),
        ({"userData": {"webengagement": True}}, True),
    ],
)
def test_who_was_invited_is_known_from_the_options(options: dict[str, object], proactive: bool) -> None:
    assert lifecycle_metadata.is_proactive(options) is proactive


@pytest.mark.parametrize(
    ("form", "prefilled"),
    [
        ({"firstname": "Mira"}, True),
        ({"autoSubmit": True}, False),
        ({}, False),
        (False, False),
        (None, False),
    ],
)
def test_a_form_is_prefilled_by_a_value_and_not_by_auto_submit(form: object, prefilled: bool) -> None:
    assert lifecycle_metadata.is_prefilled(form) is prefilled


@pytest.mark.parametrize(
    ("kind", "author", "counters"),
    [
        ("Message", "Client", {"userMessages"}),
        ("Message", "Agent", {"agentMessages"}),
        ("Message", "Supervisor", {"agentMessages"}),
        ("Message", "Bot", {"systemMessages"}),
        ("Message", "External", {"systemMessages"}),
        ("FileUploaded", "Client", {"userMessages", "filesUploaded"}),
        ("FileUploaded", "Agent", {"agentMessages", "filesUploaded"}),
        ("ParticipantJoined", "Client", {"systemMessages"}),
        ("ParticipantJoined", "Agent", {"systemMessages"}),
        ("ParticipantJoined", "External", set()),
        ("ParticipantLeft", "Agent", {"systemMessages"}),
        ("ParticipantLeft", "Client", set()),
        ("TypingStarted", "Agent", set()),
        ("Notice", "Agent", set()),
        ("IdleAlert", "External", set()),
    ],
)
def test_what_a_line_counts_as(kind: str, author: str, counters: set[str]) -> None:
    block = lifecycle_metadata.counted(Metadata(), [Line(kind, author)]).published(0)
    assert {name for name, value in block.items() if value} == counters


def test_the_visitor_is_announced_once_and_the_end_is_a_line_too() -> None:
    joined = MessagesShown(3_500, [Line("ParticipantJoined", "Client")])
    now, _ = told(READY, OPENED, SUBMITTED, STARTED, joined, joined)
    assert now.block.system_messages == 1
    assert last(ENDED, after=now)["systemMessages"] == 2


@pytest.mark.parametrize(
    "saved", [None, "", 7, [], {"opened": "yesterday"}, {"errors": "x"}, {"numAgents": None}]
)
def test_a_damaged_block_is_no_block(saved: object) -> None:
    assert lifecycle_metadata.load(saved) is None


# Any story.

LINES = st.builds(
    Line,
    st.sampled_from(
        ["Message", "FileUploaded", "ParticipantJoined", "ParticipantLeft", "PushUrl", "TypingStarted"]
    ),
    st.sampled_from(["Client", "Agent", "Supervisor", "Bot", "External"]),
)
TIMES = st.integers(0, 10**6)
PARTIES = st.sampled_from(["2", "3", "4"])
SAVED = st.one_of(st.none(), st.builds(Metadata, id=st.just("kept"), started=TIMES))
FACTS: st.SearchStrategy[Fact] = st.one_of(
    st.builds(Initialised, TIMES),
    st.builds(Opened, at_ms=TIMES, id=st.sampled_from(["one", "two"])),
    st.builds(FormSubmitted, at_ms=TIMES, form=st.just({"a": "b"})),
    st.builds(ServiceStarted, TIMES, st.just("service")),
    st.builds(StartRefused, TIMES, st.just(["240"])),
    st.builds(AgentJoined, TIMES, PARTIES),
    st.builds(SupervisorJoined, TIMES, PARTIES),
    st.builds(BotJoined, TIMES),
    st.builds(MessagesShown, TIMES, st.lists(LINES, max_size=5)),
    st.builds(CoBrowseStarted, TIMES),
    st.builds(ErrorsReported, TIMES, st.just(["204"])),
    st.builds(SessionEnded, TIMES),
    st.builds(Closed, TIMES),
    st.builds(Restored, TIMES, SAVED, st.just("restored")),
    st.builds(RestoreFailed, TIMES, SAVED, st.just("lost")),
)
STORIES = st.lists(FACTS, max_size=40).map(lambda facts: [READY, *facts])


@any_story(STORIES)
def test_a_session_ends_at_most_once_whatever_happens(story: list[Fact]) -> None:
    now, may_end = Lifecycle(), False
    for fact in story:
        now, published = step(now, fact)
        for name in names(published):
            if name in ("cancelled", "completed"):
                assert may_end, f"{name} without an interaction"
                may_end = False
            if name in ("opened", "started"):
                may_end = True
        may_end = may_end or now.is_running


@any_story(STORIES)
def test_nothing_is_known_of_an_interaction_that_is_over(story: list[Fact]) -> None:
    now = told(*story)[0]
    if now.phase is Phase.IDLE:
        assert now == Lifecycle(Phase.IDLE)


@any_story(STORIES)
def test_every_event_knows_its_interaction_and_its_own_moment(story: list[Fact]) -> None:
    for event in told(*story)[1]:
        if event.name in ("cancelled", "completed", "rejected", "closed"):
            assert event.data[event.name] == event.at_ms
        assert event.name == "ready" or event.data["id"]


@any_story(st.lists(st.one_of(
    st.builds(MessagesShown, TIMES, st.lists(LINES, max_size=4)),
    st.builds(AgentJoined, TIMES, PARTIES),
    st.builds(SupervisorJoined, TIMES, PARTIES),
), max_size=20), st.data())  # fmt: skip
def test_a_reload_in_the_middle_changes_no_counter_and_no_first_time(
    story: list[MessagesShown | AgentJoined | SupervisorJoined], data: st.DataObject
) -> None:
    middle = data.draw(st.integers(0, len(story)))
    before, _ = told(READY, OPENED, SUBMITTED, STARTED, *story[:middle])
    whole, _ = told(*story[middle:], after=before)

    saved = lifecycle_metadata.load(before.block.saved(10**6))
    parties = [fact for fact in story[:middle] if not isinstance(fact, MessagesShown)]
    lines = [line for fact in story[:middle] if isinstance(fact, MessagesShown) for line in fact.lines]
    reloaded, _ = told(
        READY,
        Restored(10**6, saved, "fresh"),
        *parties,
        MessagesShown(10**6, lines, replayed=True),
        Opened(at_ms=10**6, id="fresh"),
        *story[middle:],
    )
    assert reloaded.block.saved(0) == whole.block.saved(0)


@any_story(STORIES)
def test_what_was_saved_is_what_is_loaded(story: list[Fact]) -> None:
    block = told(*story)[0].block
    loaded = lifecycle_metadata.load(block.saved(0))
    assert loaded is not None
    assert loaded.saved(0) == block.saved(0)


@any_story(STORIES)
def test_each_fact_has_one_row_at_most(story: list[Fact]) -> None:
    def follow(now: Lifecycle, fact: Fact) -> Lifecycle:
        rows = [
            row
            for row in ROWS
            if row.trigger is type(fact)
            and now.phase in row.sources
            and (row.hidden is None or row.hidden == now.is_hidden)
        ]
        assert len(rows) <= 1
        return step(now, fact)[0]

    reduce(follow, story, Lifecycle())


def test_the_table_has_all_rows_of_the_document() -> None:
    assert {number for row in ROWS for number in row.numbers} == set(range(1, 19))
