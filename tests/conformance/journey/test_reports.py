"""What reports say of offers. Source: journey.md §14, checks 82 to 88."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import count

import pytest
from hypothesis import given
from hypothesis import strategies as st

from frontdesk.domain.journey.customer import Customer
from frontdesk.domain.journey.entries import ActionEntry, AnyEntry, entries
from frontdesk.domain.journey.facts import (
    Block,
    Blocked,
    Emitter,
    Fact,
    Moved,
    OutcomeAchieved,
    Qualified,
    Reason,
    Stage,
    State,
    VisitBegan,
    VisitEnded,
)
from frontdesk.domain.journey.reporting.aggregates import Aggregation, Distinct, Group, Query
from frontdesk.domain.journey.reporting.diagnostics import DiagnosticsCount
from frontdesk.domain.journey.reporting.metrics import Basis
from frontdesk.domain.journey.reporting.performance import PerformanceCount
from frontdesk.domain.journey.unfolding import Unfolding

MAP = "m1"
OFFERED = Moved("a", State.OFFERED, Emitter.BROWSER)
ACCEPTED = Moved("a", State.ACCEPTED, Emitter.BROWSER, Stage.INVITATION)
STARTED = Moved("a", State.STARTED, Emitter.CHAT, Stage.CHAT)
ENGAGED = Moved("a", State.ENGAGED, Emitter.CHAT, Stage.CHAT)
DECLINED = Moved("a", State.REJECTED, Emitter.BROWSER, Stage.INVITATION)
FORM_CANCELLED = Moved("a", State.REJECTED, Emitter.BROWSER, Stage.FORM)
WRONG_PAGE = Blocked((Block("a", Reason.PAGE_URL),))

Entered = tuple[str, int, AnyEntry]


def story(facts: Sequence[Fact], name: str = "c", at_ms: Iterable[int] = ()) -> Iterator[Entered]:
    """The entries of one customer's visit with one action, each fact written a second after the other."""
    customer, times = Customer(name), iter(at_ms)
    for number, fact in enumerate((VisitBegan("v", "d", 0), Qualified("a", MAP, 1, "v", "webchat"), *facts)):
        now_ms = next(times, number * 1000)
        told = Unfolding(customer, now_ms)
        told.add((fact,))
        for entry in entries(told):
            yield name, now_ms, named(entry, name)
        customer = told.customer


def named(entry: AnyEntry, name: str) -> AnyEntry:
    """The entry with an action id of this customer's own: all stories call theirs the same."""
    if isinstance(entry, ActionEntry):
        return ActionEntry(
            **{f: getattr(entry, f) for f in entry.__struct_fields__}
            | {"action_id": f"{name}-{entry.action_id}"}
        )
    return entry


def worked_example() -> list[Entered]:
    """§11.6: ten qualified, eight offered, and what became of them."""
    number = count()
    stories: list[list[Fact]] = [
        [WRONG_PAGE] * 30,
        [WRONG_PAGE],
        [OFFERED, ACCEPTED, FORM_CANCELLED],
        [OFFERED, ACCEPTED, STARTED, Moved("a", State.ABANDONED, Emitter.CHAT, Stage.CHAT)],
        [OFFERED, ACCEPTED, STARTED, ENGAGED],
        [OFFERED, ACCEPTED, STARTED, ENGAGED, Moved("a", State.COMPLETED, Emitter.CHAT, Stage.CHAT)],
        [OFFERED, DECLINED],
        [OFFERED, DECLINED],
        [OFFERED, Moved("a", State.IGNORED, Emitter.BROWSER, Stage.INVITATION)],
        [OFFERED, Moved("a", State.TIMEDOUT, Emitter.BROWSER, Stage.INVITATION)],
    ]
    return [entered for facts in stories for entered in story(facts, f"c{next(number)}")]


def groups(entered: Iterable[Entered], query: Query) -> Sequence[Group]:
    aggregation = Aggregation(query)
    for stream, at_ms, entry in entered:
        aggregation.add(stream, at_ms, entry)
    return aggregation.groups()


def counts(group: Group) -> list[dict[str, int]]:
    return [{cell.metric: cell.count for cell in row.metrics} for row in group.data]


def test_82_the_table_says_what_the_worked_example_says() -> None:
    table = PerformanceCount()
    for stream, _, entry in worked_example():
        table.add(stream, entry)
    row = table.of(MAP)
    assert (row.qualified, row.blocked, row.blocked_sessions) == (10, 31, 2)
    assert (row.offered, row.offered_percent) == (8, 80)
    assert (row.accepted, row.accepted_percent) == (4, 50)
    assert (row.started, row.engaged, row.engaged_percent) == (3, 2, 50)
    assert (row.rejected, row.abandoned) == (3, 1)
    assert [(one.reason, one.count, one.sessions) for one in row.blocked_by] == [
        ("PageUrlConditionsNotMatching", 31, 2)
    ]


def test_82_and_so_do_the_diagnostics() -> None:
    counted = DiagnosticsCount(MAP, frozenset())
    for stream, _, entry in worked_example():
        counted.add(stream, entry)
    row = counted.row()
    assert (row.rejected_invitation_percent, row.form_drop_percent, row.started_percent) == (25, 25, 75)
    assert row.abandoned_percent == pytest.approx(100 / 3)
    assert row.agent_connect_percent == pytest.approx(200 / 3)
    assert (row.ignored_percent, row.timed_out_percent, row.errored_percent) == (12.5, 12.5, 0)
    assert row.lift is None


def test_83_a_share_of_nothing_is_none() -> None:
    row = PerformanceCount().of(MAP)
    assert (row.offered_percent, row.accepted_percent, row.engaged_percent) == (None, None, None)


def test_84_what_has_no_column_is_in_the_aggregates() -> None:
    names = {"nWebActionsErrored": 1, "nWebActionsIgnored": 1, "nWebActionsTimedout": 1}
    failed = story([OFFERED, Moved("a", State.ERRORED, Emitter.BROWSER, Stage.INVITATION)], "failed")
    interval = "1970-01-01T00:00Z/1970-01-02T00:00Z"
    (group,) = groups([*worked_example(), *failed], Query(interval, tuple(names)))
    assert counts(group) == [names]
    columns = set(PerformanceCount().of(MAP).__struct_fields__)
    assert not columns & {"errored", "ignored", "timed_out", "timedout", "completed"}


def test_85_a_day_when_clocks_change_is_a_bucket_of_25_hours_and_all_add_up() -> None:
    metric = "nWebActionsQualified"
    hour = 3_600_000
    first_ms = 1_792_792_800_000  # 2026-10-24T00:00 in Berlin.
    times = [first_ms + n * hour for n in range(24 + 25 + 24)]
    entered = [one for n, ms in enumerate(times) for one in story([], f"c{n}", (ms, ms))]
    interval = "2026-10-24T00:00+02:00/2026-10-27T00:00+01:00"
    (days,) = groups(entered, Query(interval, (metric,), granularity="P1D", time_zone="Europe/Berlin"))
    assert [one[metric] for one in counts(days)] == [24, 25, 24]
    (whole,) = groups(entered, Query(interval, (metric,)))
    assert counts(whole) == [{metric: 73}]
    assert days.data[1].interval == "2026-10-24T22:00:00.000Z/2026-10-25T23:00:00.000Z"


@pytest.mark.parametrize(("basis", "accepted"), [(Basis.EVENT, [0, 1]), (Basis.COHORT, [1, 0])])
def test_86_an_offer_before_midnight_that_is_accepted_after_it(basis: Basis, accepted: list[int]) -> None:
    midnight = 86_400_000
    times = (midnight - 120_000, midnight - 120_000, midnight - 60_000, midnight + 60_000)
    query = Query(
        "1970-01-01T00:00Z/1970-01-03T00:00Z",
        ("nWebActionsOffered", "nWebActionsAccepted"),
        granularity="P1D",
        basis=basis,
    )
    (group,) = groups(story([OFFERED, ACCEPTED], at_ms=times), query)
    assert [one["nWebActionsOffered"] for one in counts(group)] == [1, 0]
    assert [one["nWebActionsAccepted"] for one in counts(group)] == accepted


def test_87_what_happens_as_a_bucket_begins_is_in_that_one() -> None:
    hour = 3_600_000
    metric = "nWebActionsQualified"
    query = Query("1970-01-01T00:00Z/1970-01-01T02:00Z", (metric,), granularity="PT1H")
    (group,) = groups(story([], at_ms=(hour, hour)), query)
    assert [one[metric] for one in counts(group)] == [0, 1]


def test_88_a_goal_reached_before_somebody_answered_is_not_attributed() -> None:
    table = PerformanceCount()
    before = OutcomeAchieved("o1", "v", after_offered=(MAP,))
    later = OutcomeAchieved("o2", "v", after_offered=(MAP,), after_engaged=(MAP,))
    for stream, _, entry in story([OFFERED, ACCEPTED, STARTED, before, ENGAGED, later]):
        table.add(stream, entry)
    assert (table.of(MAP).outcomes, table.of(MAP).outcomes_achieved) == (1, 1)


def test_an_offer_that_failed_and_is_shown_again_is_one_offer() -> None:
    failed = Moved("a", State.ERRORED, Emitter.BROWSER, Stage.INVITATION)
    counted = DiagnosticsCount(MAP, frozenset())
    table = PerformanceCount()
    for stream, _, entry in story([OFFERED, failed, OFFERED, ACCEPTED]):
        counted.add(stream, entry)
        table.add(stream, entry)
    assert (table.of(MAP).offered, table.of(MAP).accepted, counted.failed()) == (1, 1, 0)


def test_customers_may_be_counted_in_the_place_of_times() -> None:
    twice = [*story([OFFERED], "c1"), *story([OFFERED], "c1"), *story([OFFERED], "c2")]
    query = Query("1970-01-01T00:00Z/1970-01-02T00:00Z", ("nWebActionsOffered",), distinct=Distinct.CUSTOMER)
    (group,) = groups(twice, query)
    assert counts(group) == [{"nWebActionsOffered": 2}]


def test_a_lift_is_told_from_a_hundred_sessions_of_the_control_group_on() -> None:
    goal = OutcomeAchieved("sale", "v")
    control = Blocked((Block("a", Reason.CONTROL_GROUP),))
    counted = DiagnosticsCount(MAP, {"sale"})
    for n in range(99):
        for stream, _, entry in story([control, goal] if n < 10 else [control], f"control {n}"):
            counted.add(stream, entry)
    for n in range(100):
        for stream, _, entry in story([OFFERED, goal] if n < 30 else [OFFERED], f"offered {n}"):
            counted.add(stream, entry)
    assert counted.row().lift is None
    for stream, _, entry in story([control], "control 99"):
        counted.add(stream, entry)
    lift = counted.row().lift
    assert lift is not None
    assert lift.points == pytest.approx(20)
    assert 0 < lift.low < 20 < lift.high < 40


ENDS = st.sampled_from(
    [
        [],
        [OFFERED],
        [OFFERED, ACCEPTED],
        [OFFERED, ACCEPTED, FORM_CANCELLED],
        [OFFERED, DECLINED],
        [OFFERED, ACCEPTED, STARTED, ENGAGED],
        [OFFERED, Moved("a", State.IGNORED, Emitter.REAPER, Stage.INVITATION)],
        [OFFERED, Moved("a", State.TIMEDOUT, Emitter.REAPER, Stage.INVITATION)],
        [OFFERED, Moved("a", State.ERRORED, Emitter.BROWSER, Stage.INVITATION)],
        [OFFERED, ACCEPTED, Moved("a", State.ERRORED, Emitter.BROWSER, Stage.FORM)],
        [OFFERED, ACCEPTED, Moved("a", State.LAPSED, Emitter.REAPER), VisitEnded("v", 1)],
        [WRONG_PAGE, WRONG_PAGE],
    ]
)


@given(st.lists(ENDS, max_size=12))
def test_whatever_became_of_offers_the_table_is_a_recount_of_the_facts(stories: list[list[Fact]]) -> None:
    table, counted = PerformanceCount(), DiagnosticsCount(MAP, frozenset())
    facts: Counter[str] = Counter()
    for number, told in enumerate(stories):
        facts.update(fact.state.value for fact in told if isinstance(fact, Moved))
        facts["blocked"] += sum(isinstance(fact, Blocked) for fact in told)
        for stream, _, entry in story(told, f"c{number}"):
            table.add(stream, entry)
            counted.add(stream, entry)
    row = table.of(MAP)
    assert row.qualified == len(stories)
    assert (row.blocked, row.offered, row.accepted) == (facts["blocked"], facts["offered"], facts["accepted"])
    assert (row.started, row.engaged, row.rejected) == (facts["started"], facts["engaged"], facts["rejected"])
    declined = sum(told[1:2] == [DECLINED] for told in stories)
    disposed = facts["accepted"] + declined + facts["ignored"] + facts["timedout"] + counted.failed()
    still_shown = sum(told == [OFFERED] for told in stories)
    assert row.offered == disposed + still_shown
