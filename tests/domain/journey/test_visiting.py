"""Which visit an event belongs to, and when a visit is over."""

from collections.abc import Sequence
from functools import reduce
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from frontdesk.domain.journey.customer import Customer, Visit
from frontdesk.domain.journey.evolving import evolve
from frontdesk.domain.journey.facts import (
    Emitter,
    Fact,
    Happened,
    Held,
    Moved,
    Qualified,
    Released,
    State,
    VisitBegan,
    VisitEnded,
)
from frontdesk.domain.journey.unfolding import Unfolding
from frontdesk.domain.journey.visiting import (
    ELSEWHERE_MAX_MS,
    GRACE_MS,
    Place,
    away_ms,
    begins,
    due_ms,
    duration_s,
    end_if_over,
    ends_ms,
    idle_ms,
    is_open,
    place,
    talks_elsewhere,
)
from frontdesk.domain.journey.web_events import Origin, WebEvent

MINUTE = 60_000
TIMEOUT = 30 * MINUTE
TEN = 1_800_000_000_000  # Ten o'clock of some day.


class Story:
    """A customer to whom things happen. Visits are called v1, v2 and so on."""

    def __init__(self, timeout_ms: int = TIMEOUT) -> None:
        self.customer = Customer(id="c")
        self.timeout_ms = timeout_ms
        self.facts: list[Fact] = []
        self.times_ms: list[int] = []
        self._visits = 0

    def event(self, at_ms: int, now_ms: int | None = None) -> Place:
        """An event of `at_ms` of which we hear at `now_ms`."""
        story = Unfolding(self.customer, at_ms if now_ms is None else now_ms)
        is_expected = begins(self.customer.visit, self.timeout_ms, at_ms)
        name = f"v{self._visits + 1}"
        where = place(story, at_ms, name, "d", Origin(), self.timeout_ms)
        assert is_expected == (where.visit_id == name)
        self._visits += is_expected
        happened = WebEvent(
            id=f"e{len(self.facts)}",
            name="seen",
            visit_id=where.visit_id,
            created_ms=at_ms,
            is_late=where.is_late,
        )
        story.add((Happened(happened),))
        self._keep(story)
        return where

    def says(self, *facts: Fact, at_ms: int) -> None:
        story = Unfolding(self.customer, at_ms)
        story.add(facts)
        self._keep(story)

    def timer(self, at_ms: int) -> None:
        story = Unfolding(self.customer, at_ms)
        end_if_over(story, self.timeout_ms, at_ms)
        self._keep(story)

    def _keep(self, story: Unfolding) -> None:
        self.customer = story.customer
        self.facts += story.facts
        self.times_ms += [story.now_ms] * len(story.facts)

    @property
    def visit(self) -> Visit:
        return self.customer.visit

    def of(self, kind: type[Fact]) -> Sequence[Fact]:
        return [fact for fact in self.facts if isinstance(fact, kind)]


def test_a_visit_begins_with_the_first_event_and_ends_when_nothing_happens_for_its_time() -> None:
    story = Story()
    assert story.event(TEN).visit_id == "v1"
    assert story.event(TEN + TIMEOUT - 1).visit_id == "v1"
    assert story.event(TEN + 2 * TIMEOUT - 1).visit_id == "v2"  # A gap of exactly the time ends it.
    assert story.of(VisitEnded) == [VisitEnded("v1", TEN + 2 * TIMEOUT - 1)]


def test_the_timer_writes_the_end_down_a_little_later_and_says_when_it_was() -> None:
    story = Story()
    story.event(TEN)
    assert due_ms(story.customer, TIMEOUT) == TEN + TIMEOUT + GRACE_MS
    assert not is_open(story.visit, TIMEOUT, TEN + TIMEOUT)
    story.timer(TEN + TIMEOUT + GRACE_MS)
    assert story.of(VisitEnded) == [VisitEnded("v1", TEN + TIMEOUT)]
    assert due_ms(story.customer, TIMEOUT) is None


def test_an_event_on_its_way_when_the_time_was_up_still_finds_its_visit() -> None:
    story = Story()
    story.event(TEN)
    assert story.event(TEN + TIMEOUT - 1000, now_ms=TEN + TIMEOUT + 1000) == Place("v1")
    assert ends_ms(story.visit, TIMEOUT) == TEN + 2 * TIMEOUT - 1000


def test_a_late_event_joins_the_visit_that_covered_its_time() -> None:
    story = Story()
    story.event(TEN)
    story.event(TEN + 5 * MINUTE)
    assert story.event(TEN + 2 * MINUTE, now_ms=TEN + 6 * MINUTE) == Place("v1", is_late=True)
    story.timer(TEN + 40 * MINUTE)
    late = story.event(TEN + 10 * MINUTE, now_ms=TEN + 45 * MINUTE)
    assert late == Place("v1", is_late=True, is_over=True)
    assert (story.visit.ended_ms, story.visit.events) == (TEN + 35 * MINUTE, 4)


def test_a_late_event_that_no_visit_covered_joins_the_current_one_or_begins_it() -> None:
    story = Story()
    story.event(TEN)
    assert story.event(TEN - 50 * MINUTE, now_ms=TEN) == Place("v1", is_late=True)
    assert story.visit.began_ms == TEN
    story.timer(TEN + TIMEOUT)
    assert story.event(TEN - 10 * MINUTE, now_ms=TEN + 31 * MINUTE) == Place("v2", is_late=True)
    assert story.visit.began_ms == TEN + TIMEOUT  # It cannot begin before the one before it was over.


def test_a_chat_holds_the_visit_open_and_its_time_runs_from_the_chats_end() -> None:
    story = Story()
    story.event(TEN)
    story.says(Held("chat"), at_ms=TEN + MINUTE)
    assert ends_ms(story.visit, TIMEOUT) is None
    assert due_ms(story.customer, TIMEOUT) is None
    story.says(Released("chat"), at_ms=TEN + 51 * MINUTE)
    assert story.event(TEN + 56 * MINUTE).visit_id == "v1"
    assert story.event(TEN + 86 * MINUTE).visit_id == "v2"


def reported(story: Story, state: State, at_ms: int, **more: str) -> None:
    """Its browser says how it went on with the one offer of the visit."""
    story.says(Moved("a", state, Emitter.BROWSER, **more), at_ms=at_ms)


def in_a_chat_of_others() -> Story:
    """At ten somebody came. A minute later they are in a chat that is not ours, and then with a person."""
    story = Story()
    story.event(TEN)
    story.says(Qualified("a", "m", 1, "v1", "webchat"), at_ms=TEN)
    for minute, state in enumerate((State.ACCEPTED, State.STARTED, State.ENGAGED)):
        reported(story, state, TEN + minute * MINUTE)
    return story


def test_a_chat_of_others_holds_the_visit_open_and_its_time_runs_from_its_end() -> None:
    story = in_a_chat_of_others()
    assert is_open(story.visit, TIMEOUT, TEN + 52 * MINUTE)
    reported(story, State.COMPLETED, TEN + 52 * MINUTE)
    assert due_ms(story.customer, TIMEOUT) == TEN + 82 * MINUTE + GRACE_MS
    assert story.event(TEN + 57 * MINUTE).visit_id == "v1"
    assert story.event(TEN + 87 * MINUTE).visit_id == "v2"


def test_a_chat_of_others_of_whose_end_nobody_tells_holds_the_visit_no_longer_than_two_hours() -> None:
    story = in_a_chat_of_others()
    (action,) = story.customer.actions
    last_ms = TEN + 2 * MINUTE
    over_ms = last_ms + ELSEWHERE_MAX_MS + TIMEOUT
    assert talks_elsewhere(action, last_ms + ELSEWHERE_MAX_MS - 1)
    assert not talks_elsewhere(action, last_ms + ELSEWHERE_MAX_MS)
    assert due_ms(story.customer, TIMEOUT) == over_ms + GRACE_MS
    story.timer(over_ms - 1)
    assert story.visit.is_open
    story.timer(over_ms)
    assert story.of(VisitEnded) == [VisitEnded("v1", over_ms)]
    assert story.event(over_ms).visit_id == "v2"
    assert story.visit.elsewhere_ms == 0


def test_a_chat_of_ours_is_held_by_what_its_server_says_alone() -> None:
    story = Story()
    story.event(TEN)
    story.says(Qualified("a", "m", 1, "v1", "webchat"), at_ms=TEN)
    reported(story, State.STARTED, TEN, interaction_id="chat")
    assert ends_ms(story.visit, TIMEOUT) == TEN + TIMEOUT


def test_an_answer_to_an_offer_is_activity_and_what_the_chat_server_says_is_not() -> None:
    story = Story()
    story.event(TEN)
    story.says(Qualified("a", "m", 1, "v1", "webchat"), at_ms=TEN)
    story.says(Moved("a", State.OFFERED, Emitter.BROWSER), at_ms=TEN + 10 * MINUTE)
    assert ends_ms(story.visit, TIMEOUT) == TEN + 40 * MINUTE
    story.says(Moved("a", State.IGNORED, Emitter.REAPER), at_ms=TEN + 20 * MINUTE)
    assert ends_ms(story.visit, TIMEOUT) == TEN + 40 * MINUTE


def test_what_waits_when_a_visit_ends_lapses_before_it_does() -> None:
    story = Story()
    story.event(TEN)
    story.says(Qualified("a", "m", 1, "v1", "webchat"), at_ms=TEN)
    story.event(TEN + TIMEOUT)
    kinds = [type(fact) for fact in story.facts[3:]]
    assert kinds == [Moved, VisitEnded, VisitBegan, Happened]
    assert isinstance(story.facts[3], Moved)
    assert story.facts[3].state is State.LAPSED


def test_what_waits_for_the_next_visit_belongs_to_it_when_it_begins() -> None:
    story = Story()
    story.event(TEN)
    story.says(Qualified("a", "m", 1, "v1", "webchat", is_for_later=True), at_ms=TEN)
    story.event(TEN + TIMEOUT)
    action = story.customer.action("a")
    assert action is not None
    assert (action.visit_id, action.state) == ("v2", State.QUALIFIED)


def test_when_somebody_is_idle_and_away_and_for_how_long_they_were_here() -> None:
    story = Story()
    story.event(TEN)
    story.event(TEN + 95_500)
    visit = story.visit
    assert (idle_ms(visit), away_ms(visit)) == (TEN + 95_500 + 5 * MINUTE, TEN + 95_500 + 10 * MINUTE)
    assert duration_s(visit) == 95


@pytest.mark.parametrize("minutes", [1, 20, 1440])
def test_the_time_is_a_setting(minutes: int) -> None:
    story = Story(minutes * MINUTE)
    story.event(TEN)
    assert story.event(TEN + minutes * MINUTE - 1).visit_id == "v1"
    assert story.event(TEN + 2 * minutes * MINUTE - 1).visit_id == "v2"


# --- whatever happens -------------------------------------------------------------------------------

deeds = st.lists(
    st.one_of(
        st.tuples(st.just("event"), st.integers(0, 45 * MINUTE), st.integers(-60 * MINUTE, 5 * MINUTE)),
        st.tuples(st.sampled_from(("timer", "held", "released")), st.integers(0, 45 * MINUTE), st.just(0)),
    ),
    max_size=25,
)


@given(deeds, st.sampled_from((MINUTE, 20 * MINUTE, TIMEOUT)))
def test_whatever_happens_visits_follow_each_other_and_each_event_is_in_one(
    deeds: list[tuple[str, int, int]], timeout_ms: int
) -> None:
    story, now_ms, held = Story(timeout_ms), TEN, False
    for deed, wait_ms, offset_ms in deeds:
        now_ms += wait_ms
        before = story.visit
        match deed:
            case "event":
                where = story.event(now_ms + offset_ms, now_ms)
                assert where.visit_id == story.visit.id
                if before.is_open and before.holds:
                    assert where.visit_id == before.id  # A chat holds it, whatever its time.
                if where.visit_id == before.id and not where.is_over:
                    assert is_open(before, timeout_ms, now_ms + offset_ms) or offset_ms < 0
            case "timer":
                story.timer(now_ms)
            case "held" if story.visit.is_open and not held:
                story.says(Held("chat"), at_ms=now_ms)
                held = True
            case "released" if held:
                story.says(Released("chat"), at_ms=now_ms)
                held = False
    _check(story)


def _check(story: Story) -> None:
    began: list[VisitBegan] = [fact for fact in story.facts if isinstance(fact, VisitBegan)]
    ended = {fact.visit_id: fact for fact in story.facts if isinstance(fact, VisitEnded)}
    for visit, following in pairwise(began):
        assert visit.began_ms <= ended[visit.visit_id].ended_ms <= following.began_ms
    events = [fact.event for fact in story.facts if isinstance(fact, Happened)]
    assert {event.visit_id for event in events} <= {visit.visit_id for visit in began}
    assert story.customer.events == len(events)
    assert story.customer.visits == len(began)
    told = zip(story.facts, story.times_ms, strict=True)
    assert story.customer == reduce(lambda customer, said: evolve(customer, *said), told, Customer(id="c"))
