"""Several browsers of one contact: one counter for all of them, as if they were one, and each may leave."""

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from frontdesk.domain.journey.contact_progress import NOTHING, ContactProgress, Share
from frontdesk.domain.journey.criteria import (
    Context,
    ContextPattern,
    Criterion,
    Journey,
    JourneyPattern,
    Operator,
    Ordering,
)
from frontdesk.domain.journey.facts import Advanced, Fact, SegmentAssigned, SegmentRemoved, SegmentShared
from frontdesk.domain.journey.segments import Scope, Segment
from tests.domain.journey.browsers import Browsers
from tests.domain.journey.counted_together import Counted
from tests.domain.journey.looking import a_segment


def on(path: str, times: int = 1) -> JourneyPattern:
    return JourneyPattern((Criterion("page.pathname", (path,), Operator.EQUAL),), times)


def lasting(*patterns: JourneyPattern, ordering: Ordering = Ordering.ORDERED, **rest: object) -> Segment:
    return a_segment(scope=Scope.CUSTOMER, journey=Journey(patterns, ordering), **rest)


def kinds(facts: list[Fact]) -> list[type]:
    return [type(fact) for fact in facts]


def linked(*segments: Segment, names: tuple[str, ...] = ("phone", "laptop")) -> Browsers:
    """Browsers that are one person's from the beginning."""
    browsers = Browsers(*segments)
    for name in names:
        browsers.link(name, "ann")
    return browsers


def test_two_browsers_of_one_person_count_as_one() -> None:
    browsers = linked(lasting(on("/a", 3)))
    browsers.does("phone", "/a")
    browsers.does("laptop", "/a")
    assert browsers.fits("phone") == set()
    _, facts = browsers.does("phone", "/a")
    assert kinds(facts) == [SegmentAssigned]
    assert browsers.fits("phone") == {"s1"}


def test_the_other_browser_is_told_with_the_same_assignment_which_is_counted_once() -> None:
    browsers = linked(lasting(on("/a", 2)))
    browsers.does("phone", "/a")
    _, [assigned] = browsers.does("laptop", "/a")
    assert isinstance(assigned, SegmentAssigned)
    _, [shared] = browsers.does("phone", "/elsewhere")
    assert shared == SegmentShared("s1", assigned.assignment_id, browsers.now_ms - 1)
    assert browsers.does("phone", "/a")[1] == []
    assert browsers.does("laptop", "/a")[1] == []


def test_browsers_of_two_people_count_apart() -> None:
    browsers = Browsers(lasting(on("/a", 2)))
    browsers.link("phone", "ann")
    browsers.link("laptop", "bob")
    browsers.does("phone", "/a")
    browsers.does("laptop", "/a")
    assert browsers.fits("phone") == browsers.fits("laptop") == set()


def test_an_order_holds_over_browsers_as_the_events_come() -> None:
    browsers = linked(lasting(on("/a"), on("/b")))
    browsers.does("laptop", "/b")  # It is not its turn.
    browsers.does("phone", "/a")
    assert browsers.fits("phone") == set()
    browsers.does("laptop", "/b")
    assert browsers.fits("laptop") == {"s1"}


def test_nothing_changes_by_what_counts_for_nothing() -> None:
    browsers = linked(lasting(on("/a"), on("/b")))
    browsers.does("phone", "/a")
    before = browsers.progress["ann"]
    browsers.does("laptop", "/a")
    browsers.does("phone", "/elsewhere")
    assert browsers.progress["ann"] is before, "so that nothing is written"


def test_what_was_counted_alone_comes_along_and_stands_in_one_place_only() -> None:
    browsers = Browsers(lasting(on("/a", 3)))
    browsers.link("phone", "ann")
    browsers.does("phone", "/a")
    browsers.does("laptop", "/a")
    browsers.link("laptop", "ann")
    _, facts = browsers.does("laptop", "/elsewhere")
    assert kinds(facts) == [Advanced]
    assert browsers.customers["laptop"].steps == ()
    assert browsers.progress["ann"].counters[0].shares == (Share("phone", 0), Share("laptop", 0))
    browsers.does("phone", "/a")
    assert browsers.fits("phone") == {"s1"}


def test_what_is_complete_by_being_joined_fits_with_the_next_event_whatever_it_is() -> None:
    browsers = Browsers(lasting(on("/a", 2)))
    browsers.link("phone", "ann")
    browsers.does("phone", "/a")
    browsers.does("laptop", "/a")
    browsers.link("laptop", "ann")
    browsers.does("laptop", "/elsewhere")
    assert browsers.fits("laptop") == {"s1"}


def test_an_event_that_is_sent_again_is_counted_once() -> None:
    browsers = linked(lasting(on("/a", 3)))
    for _ in range(3):  # The contact's stream was written, and that of the browser not.
        before = browsers.customers["phone"]
        browsers.does("phone", "/a", event_id="e1")
        browsers.customers["phone"] = before
    assert browsers.progress["ann"].counters[0].shares == (Share("phone", 0),)
    browsers.does("laptop", "/a", event_id="e1")  # Of another browser it is another event.
    assert browsers.progress["ann"].counters[0].shares == (Share("phone", 0), Share("laptop", 0))


def test_an_event_that_is_decided_on_again_is_counted_once() -> None:
    browsers = linked(lasting(on("/a", 3)))
    for _ in range(3):  # Another node was first to write to the browser's stream.
        before = browsers.customers["phone"]
        browsers.does("phone", "/a")
        browsers.customers["phone"] = before
    assert browsers.progress["ann"].counters[0].shares == (Share("phone", 0),)


def test_what_was_earned_is_told_again_to_a_browser_that_could_not_be_written() -> None:
    browsers = linked(lasting(on("/a")))
    before = browsers.customers["phone"]
    _, first = browsers.does("phone", "/a", event_id="e1")
    browsers.customers["phone"] = before
    _, again = browsers.does("phone", "/a", event_id="e1")
    assert first == again
    assert kinds(again) == [SegmentAssigned]


def test_who_leaves_takes_along_what_it_has_counted_and_nothing_else() -> None:
    browsers = linked(lasting(on("/a", 3)))
    for name in ("phone", "laptop", "phone"):
        browsers.does(name, "/elsewhere")
    browsers.does("phone", "/a")
    browsers.does("laptop", "/a")
    browsers.leaves("laptop")
    assert browsers.progress["ann"].counters[0].shares == (Share("phone", 0),)
    assert browsers.customers["laptop"].steps[0].counts == (1,)
    for _ in range(2):
        browsers.does("phone", "/a")
        browsers.does("laptop", "/a")
    assert browsers.fits("phone") == browsers.fits("laptop") == {"s1"}, "each with three of its own"


def test_who_leaves_and_was_never_counted_keeps_what_it_had() -> None:
    browsers = Browsers(lasting(on("/a", 2)))
    browsers.does("laptop", "/a")
    browsers.link("laptop", "ann")
    browsers.leaves("laptop")
    browsers.does("laptop", "/a")
    assert browsers.fits("laptop") == {"s1"}


def test_what_was_earned_stays_with_the_person_and_with_who_earned_it() -> None:
    browsers = linked(lasting(on("/a")), names=("phone", "laptop", "tablet"))
    browsers.does("phone", "/a")
    for name in ("laptop", "tablet"):
        browsers.does(name, "/elsewhere")
    browsers.leaves("phone")
    before = browsers.customers["tablet"]
    browsers.leaves("tablet")
    assert [browsers.fits(name) for name in ("phone", "laptop", "tablet")] == [{"s1"}, {"s1"}, set()]
    assert SegmentRemoved(before.assignments[0].id)
    assert b"phone" not in msgspec.json.encode(browsers.progress["ann"]), "nothing says who has left"


def test_it_expires_for_all_at_once_and_begins_anew_for_all() -> None:
    browsers = linked(lasting(on("/a", 2), assignment_expiration_days=2))
    browsers.does("phone", "/a")
    browsers.does("laptop", "/a")
    browsers.does("phone", "/elsewhere")
    browsers.waits(1.9)
    browsers.does("phone", "/a")
    assert browsers.fits("phone") == browsers.fits("laptop") == {"s1"}
    browsers.waits(0.2)
    browsers.does("phone", "/a")
    assert browsers.fits("phone") == browsers.fits("laptop") == set()
    browsers.does("laptop", "/a")
    assert browsers.fits("laptop") == {"s1"}


def test_an_edit_begins_the_counter_anew_and_keeps_what_fits() -> None:
    browsers = linked(lasting(on("/a", 2)))
    browsers.does("phone", "/a")
    browsers.redefine(browsers.segments["s1"])
    browsers.does("laptop", "/a")
    assert browsers.fits("laptop") == set()
    browsers.does("phone", "/a")
    browsers.redefine(browsers.segments["s1"])
    assert browsers.fits("phone") == {"s1"}


def test_two_who_turn_out_to_be_one_have_what_both_had() -> None:
    browsers = Browsers(lasting(on("/a", 2)), replace(lasting(on("/b")), id="s2"))
    browsers.link("phone", "ann")
    browsers.link("laptop", "bob")
    browsers.does("phone", "/a")
    browsers.does("laptop", "/b")
    browsers.are_one("ann", "bob")
    browsers.does("laptop", "/a")
    browsers.does("phone", "/elsewhere")
    assert browsers.fits("phone") == browsers.fits("laptop") == {"s1", "s2"}


def test_where_it_fits_one_of_them_what_others_had_counted_is_done_with() -> None:
    browsers = Browsers(lasting(on("/a", 2), assignment_expiration_days=1))
    for name, contact_id in (("phone", "ann"), ("laptop", "bob")):
        browsers.link(name, contact_id)
        browsers.does(name, "/a")
    browsers.does("laptop", "/a")
    browsers.are_one("ann", "bob")
    browsers.waits(1)
    browsers.does("phone", "/a")
    assert browsers.fits("phone") == set()


def test_what_another_version_wrote_beside_it_does_no_harm() -> None:
    text = b'{"type":"ContactProgress","customers":["a"],"more":1}'
    assert msgspec.json.decode(text, type=ContactProgress) == ContactProgress(("a",))
    assert msgspec.json.decode(msgspec.json.encode(NOTHING), type=ContactProgress) == NOTHING


# --- the property -----------------------------------------------------------------------------------

STEPS = st.builds(on, st.sampled_from(("/a", "/b")), st.sampled_from((1, 2, 3, 4)))
LATE = Context((ContextPattern((Criterion("session.pageviewCount", ("4",), Operator.GREATER_THAN),)),))


def _segment(number: int) -> st.SearchStrategy[Segment]:
    return st.builds(
        Segment,
        id=st.just(f"s{number}"),
        version=st.just(1),
        display_name=st.just("Segment"),
        scope=st.just(Scope.CUSTOMER),
        context=st.sampled_from((None, None, None, LATE)),
        journey=st.builds(
            Journey, st.lists(STEPS, min_size=1, max_size=2).map(tuple), st.sampled_from(Ordering)
        ),
        assignment_expiration_days=st.sampled_from((None, 1)),
    )


WHO = st.sampled_from(("phone", "laptop", "tablet"))
CONTACTS = st.sampled_from(("ann", "ann", "bob"))
HAPPENS = st.tuples(st.just("does"), WHO, st.sampled_from(("/a", "/a", "/b", "/b", "/c")))
CHANGES = st.one_of(
    st.tuples(st.just("link"), WHO, CONTACTS),
    st.tuples(st.just("link"), WHO, CONTACTS),
    st.tuples(st.just("leaves"), WHO),
    st.tuples(st.just("are one"), st.sampled_from((("ann", "bob"), ("bob", "ann")))),
    st.tuples(st.just("waits"), st.just(1)),
    st.tuples(st.just("redefine"), st.integers(0, 1)),
)
STORIES = st.tuples(
    st.lists(HAPPENS, min_size=4, max_size=8),  # What each has counted alone.
    st.lists(st.one_of(HAPPENS, HAPPENS, CHANGES), min_size=25, max_size=40),
).map(lambda parts: [*parts[0], *parts[1]])


@settings(max_examples=300)
@given(st.tuples(_segment(0), _segment(1)), STORIES)
def test_event_by_event_is_what_the_list_of_all_that_counted_says(
    segments: tuple[Segment, ...], story: list[tuple]
) -> None:
    browsers, counted = Browsers(*segments), Counted()
    for what, *how in story:
        match what:
            case "does":
                name, path = how
                seen, facts = browsers.does(name, path)
                contact_id = browsers.customers[name].contact_id
                expected = counted.happens(name, contact_id, seen)
                assigned = {fact.segment_id for fact in facts if isinstance(fact, SegmentAssigned)}
                assert assigned == expected
                assert browsers.fits(name) == counted.fits(name, contact_id, seen.now_ms)
            case "link":
                if not browsers.customer(how[0]).contact_id:
                    browsers.link(*how)
            case "leaves":
                if contact_id := browsers.customer(how[0]).contact_id:
                    browsers.leaves(how[0])
                    counted.leaves(how[0], contact_id)
            case "are one":
                browsers.are_one(*how[0])
                counted.are_one(*how[0], browsers.now_ms)
            case "waits":
                browsers.waits(how[0])
            case "redefine":
                browsers.redefine(list(browsers.segments.values())[how[0]])


def test_the_property_sees_what_it_should() -> None:
    """A counter that forgot who leaves is found out."""
    browsers, counted = linked(lasting(on("/a", 2))), Counted()
    seen, _ = browsers.does("phone", "/a")
    counted.happens("phone", "ann", seen)
    counted.leaves("phone", "ann")
    seen, facts = browsers.does("laptop", "/a")
    assert kinds(facts) == [SegmentAssigned]
    assert counted.happens("laptop", "ann", seen) == set()
