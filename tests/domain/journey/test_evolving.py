"""How facts change a customer."""

from typing import get_args

from msgspec.structs import replace

from frontdesk.domain.journey.customer import AnyFact, Assignment, Customer
from frontdesk.domain.journey.evolving import _CHANGES, evolve
from frontdesk.domain.journey.facts import (
    Block,
    Blocked,
    Emitter,
    Fact,
    HandedOut,
    Happened,
    Moved,
    Qualified,
    Reason,
    Scored,
    SegmentAssigned,
    SegmentRemoved,
    State,
    VisitBegan,
)
from frontdesk.domain.journey.seen_events import SEEN_MAX, noted, of_action, version_of
from frontdesk.domain.journey.web_events import Page, WebEvent

BEGAN = VisitBegan("v1", "d1", began_ms=1000)
QUALIFIED = Qualified("a1", "m1", 1, "v1", "webchat")


def customer(*facts: Fact) -> Customer:
    found = Customer("c1")
    for number, fact in enumerate(facts):
        found = evolve(found, fact, 1000 + number * 1000)
    return found


def test_every_fact_changes_a_customer_in_its_own_way() -> None:
    assert set(_CHANGES) == set(get_args(AnyFact))


def test_each_fact_is_one_version() -> None:
    assert customer(BEGAN, QUALIFIED).version == 2


def test_a_visit_is_where_its_newest_event_was() -> None:
    first = Happened(WebEvent("e1", "page_viewed", "v1", 1000, Page(url="https://shop.example/")))
    late = Happened(WebEvent("e2", "clicked", "v1", 900, Page(url="https://shop.example/old"), is_late=True))
    visit = customer(BEGAN, first, late).visit
    assert (visit.page.url, visit.events, visit.pageviews) == ("https://shop.example/", 2, 1)


def test_a_segment_of_a_visit_needs_no_name_and_one_of_the_customer_is_taken_away_by_it() -> None:
    of_visit = SegmentAssigned("s1", "x1", "v1")
    of_customer = SegmentAssigned("s2", "x2", "v1", of_customer=True, expires_ms=9000)
    found = customer(BEGAN, of_visit, of_customer)
    assert found.visit.assignments == (Assignment("", "s1", 2000),)
    assert found.assignments == (Assignment("x2", "s2", 3000, 9000),)
    after = evolve(found, SegmentRemoved("x2"), 9000)
    assert (after.visit.assignments, after.assignments) == (found.visit.assignments, ())


def test_an_offer_is_counted_when_it_is_first_shown() -> None:
    shown = Moved("a1", State.OFFERED, Emitter.BROWSER)
    failed = Moved("a1", State.ERRORED, Emitter.BROWSER)
    found = customer(BEGAN, QUALIFIED, shown, failed, shown)
    action = found.action("a1")
    assert action is not None
    assert (action.offered_ms, action.shown_ms, found.offers_ms) == (3000, 5000, (3000,))


def test_that_an_action_was_over_once_stays_known_of_it() -> None:
    engaged = Moved("a1", State.ENGAGED, Emitter.CHAT)
    completed = Moved("a1", State.COMPLETED, Emitter.CHAT)
    action = customer(BEGAN, QUALIFIED, engaged, completed).action("a1")
    assert action is not None
    assert action.was_terminal


def test_only_actions_that_wait_go_on_to_the_next_visit() -> None:
    other = Qualified("a2", "m2", 1, "v1", "webchat")
    offered = Moved("a2", State.OFFERED, Emitter.BROWSER)
    found = customer(BEGAN, QUALIFIED, other, offered, VisitBegan("v2", "d1", 9000))
    assert [action.id for action in found.actions] == ["a1"]


def test_the_highest_score_of_a_visit_stays_known() -> None:
    scores = customer(
        BEGAN, Scored("o1", 1, 0.2), Scored("o1", 1, 0.72, 0.9), Scored("o1", 1, 0.5)
    ).visit.scores
    assert [(s.probability, s.max_probability, s.max_quantile) for s in scores] == [(0.5, 0.72, 0.9)]


def test_why_an_action_was_last_not_offered_is_known() -> None:
    action = customer(BEGAN, QUALIFIED, Blocked((Block("a1", Reason.PAGE_URL),))).action("a1")
    assert action is not None
    assert action.reason == "PageUrlConditionsNotMatching"


def test_an_event_is_found_again_by_its_own_id() -> None:
    seen = noted(noted(b"", "one", 3), "two", 5)
    assert (version_of(seen, "one"), version_of(seen, "two"), version_of(seen, "three")) == (3, 5, None)


def test_only_so_many_events_are_remembered_and_the_oldest_goes_first() -> None:
    seen = b""
    for number in range(SEEN_MAX + 1):
        seen = noted(seen, f"event {number}", number)
    assert (version_of(seen, "event 0"), version_of(seen, "event 1")) == (None, 1)


def test_a_move_ends_the_lease_so_that_who_has_one_was_handed_out_since() -> None:
    found = customer(BEGAN, QUALIFIED, HandedOut("a1", 23_000))
    assert found.actions[0].leased_until_ms == 23_000
    failed = evolve(found, Moved("a1", State.ERRORED, Emitter.BROWSER), 5000)
    assert failed.actions[0].leased_until_ms == 0


def test_the_id_of_an_event_of_an_action_is_known_again_and_is_no_id_of_a_click() -> None:
    seen = customer(BEGAN, QUALIFIED, Moved("a1", State.OFFERED, Emitter.BROWSER, event_id="e1")).seen
    assert version_of(seen, of_action("e1")) == 3
    assert version_of(seen, "e1") is None
    assert of_action("") == ""


def test_an_action_for_a_later_visit_knows_after_which() -> None:
    assert customer(BEGAN, replace(QUALIFIED, is_for_later=True)).actions[0].after_visit == "v1"
