"""What one more event makes true."""

import pytest

from frontdesk.domain.journey.action_maps import ActionKind, ActionMap, Activation, ActivationType, MediaType
from frontdesk.domain.journey.compiling import DAY_MS
from frontdesk.domain.journey.criteria import (
    Context,
    ContextPattern,
    EventCondition,
    Journey,
    JourneyPattern,
    Operator,
    StreamType,
)
from frontdesk.domain.journey.definitions import Definitions
from frontdesk.domain.journey.facts import (
    Emitter,
    Moved,
    OutcomeAchieved,
    Qualified,
    SegmentAssigned,
    SegmentRemoved,
    State,
)
from frontdesk.domain.journey.keys import KEYS, is_key, reader
from frontdesk.domain.journey.matching import shown_to_agents
from frontdesk.domain.journey.segments import Scope, ValueField, ValueType
from frontdesk.domain.journey.web_events import Device, Geolocation, Origin
from frontdesk.errors import Refused
from tests.domain.journey.looking import VIEW, Visitor, a_segment, an_outcome, matched, progress
from tests.domain.journey.site import context, criterion, journey, on, pattern

A, B = pattern(on("/a")), pattern(on("/b"))
GERMAN = context(criterion("geolocation.country", "equal", "DE"))
IN_GERMANY = Origin(geolocation=Geolocation("DE"))
MANY_VIEWS = context(criterion("session.pageviewCount", "greaterThanOrEqual", "3"))


# --- counting ---------------------------------------------------------------------------------------


def test_a_pattern_is_met_as_often_as_it_says() -> None:
    visitor = Visitor(a_segment(journey=journey(pattern(on("/a"), count=3))))
    assert matched(visitor.views("/a", "/b", "/a")) == []
    assert matched(visitor.views("/a")) == ["s1"]


def test_one_event_is_not_used_for_two_patterns_in_a_row() -> None:
    visitor = Visitor(a_segment(journey=journey(A, A)))
    assert matched(visitor.views("/a")) == []
    assert matched(visitor.views("/a")) == ["s1"]


def test_what_does_not_fit_in_between_does_no_harm() -> None:
    visitor = Visitor(a_segment(journey=journey(pattern(on("/a"), count=2), B)))
    assert matched(visitor.views("/a", "/c", "/b", "/a", "/c", "/b")) == ["s1"]


def test_in_any_order_one_event_may_count_for_several() -> None:
    both = pattern(on("/a/b"))
    visitor = Visitor(a_segment(journey=journey(pattern(on("/a"), count=2), both, in_any_order=True)))
    assert matched(visitor.views("/a/b")) == []
    assert matched(visitor.views("/a")) == ["s1"]


def test_late_events_count_when_they_are_received() -> None:
    visitor = Visitor(a_segment(journey=journey(A, B)))
    visitor.views("/a")
    assert matched(visitor.does(VIEW, "/b", is_late=True)) == ["s1"]


def test_progress_is_a_fact_only_where_there_is_some() -> None:
    visitor = Visitor(
        a_segment("s1", journey=journey(A, B)), a_segment("s2", journey=journey(A)), a_segment("s3")
    )
    assert [len(one.visit) for one in progress(visitor.views("/a"))] == [1]
    assert progress(visitor.views("/c")) == []


def test_a_matcher_that_is_satisfied_leaves_no_progress_behind() -> None:
    visitor = Visitor(a_segment(journey=journey(A, B)))
    visitor.views("/a", "/b")
    assert visitor.customer.visit.steps == ()


# --- which events -----------------------------------------------------------------------------------


def test_a_pattern_may_name_the_event() -> None:
    visitor = Visitor(a_segment(journey=journey(pattern(on("/a"), event="added_to_cart"))))
    assert matched(visitor.views("/a")) == []
    assert matched(visitor.does("added_to_cart", "/a")) == ["s1"]


def test_events_of_other_streams_and_sessions_do_not_count() -> None:
    of_app = JourneyPattern((on("/a"),), 1, stream_type=StreamType.CUSTOM)
    of_phone = JourneyPattern((on("/a"),), 1, session_type="app")
    visitor = Visitor(
        a_segment("s1", journey=Journey((of_app,))), a_segment("s2", journey=Journey((of_phone,)))
    )
    assert matched(visitor.views("/a")) == []
    assert matched(visitor.does("scanned", "/a", stream="Custom")) == ["s1"]
    assert matched(visitor.does("scanned", "/a", stream="Unheard")) == []


def test_an_event_meets_all_criteria_of_a_pattern_or_none() -> None:
    visitor = Visitor(a_segment(journey=journey(pattern(on("/a"), criterion("page.title", "equal", "Sale")))))
    assert matched(visitor.does(VIEW, "/a", title="New")) == []
    assert matched(visitor.does(VIEW, "/b", title="Sale")) == []
    assert matched(visitor.does(VIEW, "/a", title="sale")) == ["s1"]


def test_a_pattern_of_denials_alone_is_met_by_what_is_absent() -> None:
    visitor = Visitor(a_segment(journey=journey(pattern(criterion("attributes.size", "notEqual", "42")))))
    assert matched(visitor.does("added", size="42")) == []
    assert matched(visitor.does("added")) == ["s1"]


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("eventName", "added"),
        ("searchQuery", "red shoes"),
        ("authenticated", "true"),
        ("attributes.size", "42"),
        ("attributes.ok", "true"),
        ("page.url", "https://shop.example/a/b?c=d"),
        ("page.domain", "shop.example"),
        ("page.queryString", "c=d"),
        ("page.breadcrumb", "a > b"),
        ("page.title", "Sale"),
        ("device.isMobile", "false"),
        ("geolocation.country", "DE"),
        ("session.eventCount", "1"),
        ("session.pageviewCount", "0"),
        ("session.durationInSeconds", "0"),
        ("customer.visitCount", "1"),
        ("contact.city", "Berlin"),
    ],
)
def test_criteria_may_ask_for_many_things(key: str, value: str) -> None:
    origin = Origin(device=Device("desktop"), geolocation=Geolocation("DE"))
    visitor = Visitor(
        a_segment("of events", journey=journey(pattern(criterion(key, "equal", value)))),
        a_segment("of visits", context=context(criterion(key, "equal", value))),
        origin=origin,
        contact={"city": ["Hamburg", "Berlin"]},
    )
    facts = visitor.does(
        "added", "/a/b?c=d", title="Sale", search="Red Shoes", is_authenticated=True, size=42, ok=True
    )
    assert matched(facts) == ["of events", "of visits"]


def test_values_that_python_takes_for_the_same_are_told_apart() -> None:
    asked = [
        a_segment(text, journey=journey(pattern(criterion("attributes.n", "equal", text), count=2)))
        for text in ("1", "true")
    ]
    visitor = Visitor(*asked)
    assert matched(visitor.does(VIEW, n=1)) == []
    assert matched(visitor.does(VIEW, n=True)) == []
    assert matched(visitor.does(VIEW, n=1.0)) == ["1"]
    assert matched(visitor.does(VIEW, n=True)) == ["true"]


def test_keys_that_do_not_exist_are_refused() -> None:
    for key in ("page.colour", "attributes.", "contact.", "attributes." + "x" * 65, "", "customer.id"):
        assert not is_key(key)
        with pytest.raises(Refused) as refused:
            reader(key, of_visit=False)
        assert refused.value.code == "unknown_key"
    assert all(map(is_key, (*KEYS, "attributes.size", "contact.city")))


def test_what_cannot_be_understood_is_left_out_and_all_else_goes_on() -> None:
    """A newer version may have saved it."""
    unheard = journey(pattern(criterion("page.colour", "notEqual", "red")))
    visitor = Visitor(a_segment("s1", journey=unheard), a_segment("s2", journey=journey(A)))
    assert matched(visitor.views("/a")) == ["s2"]
    assert list(visitor.compiled.left_out) == ["s1"]


# --- who somebody is --------------------------------------------------------------------------------


def test_a_context_is_looked_at_again_with_each_event() -> None:
    visitor = Visitor(a_segment(context=MANY_VIEWS))
    assert matched(visitor.views("/a", "/a")) == []
    assert matched(visitor.views("/a")) == ["s1"]
    assert matched(visitor.views("/a")) == []


def test_all_patterns_of_a_context_have_to_hold() -> None:
    german, mobile = GERMAN.patterns[0], ContextPattern((criterion("device.isMobile", "equal", "true"),))
    both = a_segment(context=Context((german, mobile)))
    assert matched(Visitor(both, origin=IN_GERMANY).views("/")) == []
    phone = Origin(geolocation=Geolocation("DE"), device=Device("mobile", is_mobile=True))
    assert matched(Visitor(both, origin=phone).views("/")) == ["s1"]


def test_when_everything_was_done_the_context_is_waited_for() -> None:
    visitor = Visitor(a_segment(context=MANY_VIEWS, journey=journey(A)))
    assert matched(visitor.views("/a", "/b")) == []
    assert matched(visitor.views("/b")) == ["s1"]


def test_without_any_condition_nothing_fits() -> None:
    empty = a_segment("s2", context=Context(()), journey=Journey(()))
    assert matched(Visitor(a_segment("s1"), empty).views("/a")) == []


def test_empty_patterns_in_one_part_are_no_condition() -> None:
    visitor = Visitor(
        a_segment("s1", context=Context(()), journey=journey(A)),
        a_segment("s2", context=GERMAN, journey=Journey(())),
        origin=IN_GERMANY,
    )
    assert matched(visitor.views("/a")) == ["s1", "s2"]


# --- scope ------------------------------------------------------------------------------------------

OF_CUSTOMER = a_segment(scope=Scope.CUSTOMER, journey=journey(pattern(on("/a"), count=2)))


def test_what_is_of_the_visit_begins_anew_with_the_next() -> None:
    visitor = Visitor(a_segment(journey=journey(pattern(on("/a"), count=2))))
    visitor.views("/a")
    visitor.comes()
    assert matched(visitor.views("/a")) == []
    assert matched(visitor.views("/a")) == ["s1"]
    visitor.comes()
    assert visitor.fits() == set()
    assert matched(visitor.views("/a", "/a")) == ["s1"]


def test_what_is_of_the_customer_is_counted_over_all_visits_and_stays() -> None:
    visitor = Visitor(OF_CUSTOMER)
    visitor.views("/a")
    visitor.comes()
    assert visitor.views("/a")[-1] == SegmentAssigned("s1", "id1", "v2", 1, of_customer=True)
    visitor.comes()
    assert visitor.fits() == {"s1"}
    assert matched(visitor.views("/a", "/a")) == []


def test_what_is_of_the_customer_may_expire_and_then_has_to_be_earned_again() -> None:
    visitor = Visitor(
        a_segment(
            scope=Scope.CUSTOMER, journey=journey(pattern(on("/a"), count=2)), assignment_expiration_days=2
        )
    )
    facts = visitor.views("/a", "/a")
    assert isinstance(facts[-1], SegmentAssigned)
    assert facts[-1].expires_ms == visitor.now_ms + 2 * DAY_MS
    visitor.waits(days=1)
    assert visitor.fits() == {"s1"}
    visitor.waits(days=1)
    assert visitor.fits() == set()
    facts = visitor.views("/a")
    assert [type(fact) for fact in facts[:1]] == [SegmentRemoved]
    assert matched(facts) == []
    assert visitor.customer.assignments == ()
    assert matched(visitor.views("/a")) == ["s1"]


def test_an_event_of_a_visit_that_is_over_counts_for_the_customer_alone() -> None:
    visitor = Visitor(OF_CUSTOMER, a_segment("s2", journey=journey(A)), an_outcome("o1", journey=journey(A)))
    visitor.comes()
    assert matched(visitor.does(VIEW, "/a", visit_id="v1", is_late=True)) == []
    assert matched(visitor.does(VIEW, "/a", visit_id="v1", is_late=True)) == ["s1"]


# --- changes of definitions -------------------------------------------------------------------------


def test_a_change_begins_the_count_anew_and_keeps_what_fits() -> None:
    twice = a_segment("s2", journey=journey(pattern(on("/a"), count=2)))
    visitor = Visitor(a_segment("s1", journey=journey(A)), twice)
    assert matched(visitor.views("/a")) == ["s1"]
    visitor.redefine(*visitor.things.values())
    assert matched(visitor.views("/a")) == []
    assert visitor.fits() == {"s1"}
    assert matched(visitor.views("/a")) == ["s2"]


def test_a_segment_that_is_switched_on_does_not_look_back() -> None:
    twice = journey(pattern(on("/a"), count=2))
    visitor = Visitor(a_segment(is_active=False, journey=twice))
    visitor.views("/a", "/a")
    visitor.redefine(a_segment(journey=twice))
    assert matched(visitor.views("/a")) == []
    assert matched(visitor.views("/a")) == ["s1"]


def test_while_it_was_switched_off_it_did_not_count() -> None:
    twice = journey(pattern(on("/a"), count=2))
    visitor = Visitor(a_segment(journey=twice))
    visitor.views("/a")
    visitor.redefine(a_segment(journey=twice, is_active=False))
    visitor.views("/a")
    visitor.redefine(a_segment(journey=twice))
    assert matched(visitor.views("/a")) == []
    assert matched(visitor.views("/a")) == ["s1"]


# --- outcomes ---------------------------------------------------------------------------------------


def test_an_outcome_is_achieved_once_in_a_visit() -> None:
    visitor = Visitor(an_outcome(journey=journey(A)))
    assert matched(visitor.views("/a")) == ["o1"]
    assert matched(visitor.views("/a")) == []
    visitor.comes()
    assert matched(visitor.views("/a")) == ["o1"]


def test_an_outcome_may_count_repeats() -> None:
    twice = journey(pattern(on("/a"), count=2))
    visitor = Visitor(an_outcome(journey=twice, count_repeats=True))
    assert [matched(visitor.views("/a")) for _ in range(5)] == [[], ["o1"], [], ["o1"], []]


def test_a_context_that_goes_on_holding_is_no_repeat() -> None:
    visitor = Visitor(an_outcome(context=GERMAN, count_repeats=True), origin=IN_GERMANY)
    assert [matched(visitor.views("/a")) for _ in range(3)] == [["o1"], [], []]


@pytest.mark.parametrize(
    ("data_type", "worth", "value"),
    [
        (ValueType.NUMBER, 12.5, 12.5),
        (ValueType.NUMBER, "12.50", 12.5),
        (ValueType.NUMBER, "twelve", None),
        (ValueType.NUMBER, True, None),
        (ValueType.NUMBER, "", None),
        (ValueType.NUMBER, float("nan"), None),
        (ValueType.NUMBER, float("inf"), None),
        (ValueType.INTEGER, 12, 12),
        (ValueType.INTEGER, "12", 12),
        (ValueType.INTEGER, 12.5, None),
    ],
)
def test_an_outcome_is_worth_what_the_event_says(
    data_type: ValueType, worth: float | str | bool, value: float | None
) -> None:
    bought = journey(pattern(criterion("eventName", "equal", "bought")))
    visitor = Visitor(an_outcome(journey=bought, associated_value_field=ValueField("total", data_type)))
    achieved = visitor.does("bought", total=worth)[-1]
    assert isinstance(achieved, OutcomeAchieved)
    assert achieved.value == value


def test_what_acted_before_an_achievement_is_kept_with_it() -> None:
    visitor = Visitor(an_outcome(journey=journey(A)))
    moves = {
        "talked": ("webchat", (State.OFFERED, State.ACCEPTED, State.STARTED, State.ENGAGED, State.COMPLETED)),
        "waited": ("webchat", (State.OFFERED, State.ACCEPTED, State.STARTED)),
        "read": ("contentOffer", (State.OFFERED, State.ACCEPTED)),
        "unseen": ("webchat", ()),
    }
    for name, (media_type, states) in moves.items():
        visitor._add([Qualified(f"a-{name}", name, 1, "v1", media_type)])
        visitor._add([Moved(f"a-{name}", state, Emitter.BROWSER) for state in states])
    achieved = visitor.views("/a")[-1]
    assert isinstance(achieved, OutcomeAchieved)
    assert (achieved.after_engaged, achieved.after_offered) == (
        ("talked", "read"),
        ("talked", "waited", "read"),
    )


# --- maps that wait for events ----------------------------------------------------------------------


def a_map(*conditions: EventCondition, **rest: object) -> ActionMap:
    return ActionMap(
        id="m1",
        version=1,
        display_name="Map",
        action=ActionKind(MediaType.WEBCHAT),
        activation=Activation(ActivationType.IMMEDIATE),
        trigger_with_event_conditions=conditions,
        **rest,
    )


def when(
    key: str, value: str, event: str | None = None, operator: Operator = Operator.EQUAL
) -> EventCondition:
    return EventCondition(key, (value,), StreamType.WEB, "web", operator, event)


ADDED = when("eventName", "added", "added")
PAID = when("eventName", "paid", "paid")


def test_a_map_waits_for_its_steps_in_their_order() -> None:
    visitor = Visitor(a_map(ADDED, PAID))
    visitor.does("paid")
    visitor.does("added")
    assert visitor.triggered() == set()
    visitor.does("paid")
    assert visitor.triggered() == {"m1"}
    visitor.does("added")
    assert visitor.triggered() == {"m1"}
    visitor.comes()
    assert visitor.triggered() == set()


def test_conditions_on_one_kind_of_event_hold_for_one_event() -> None:
    """The steps are in order of first appearance, whatever comes in between."""
    visitor = Visitor(a_map(ADDED, PAID, when("attributes.size", "42", "added")))
    visitor.does("added", size="41")
    visitor.does("paid", size="42")
    assert visitor.triggered() == set()
    visitor.does("added", size="42")
    visitor.does("paid")
    assert visitor.triggered() == {"m1"}


def test_two_steps_are_met_by_different_events() -> None:
    visitor = Visitor(a_map(when("page.pathname", "/a", VIEW), when("page.pathname", "/a")))
    visitor.views("/a")
    assert visitor.triggered() == set()
    visitor.views("/a")
    assert visitor.triggered() == {"m1"}


def test_what_an_event_is_about_to_change_is_seen_as_well() -> None:
    visitor = Visitor(a_map(ADDED))
    before = visitor.customer
    facts = visitor.does("added")
    assert list(visitor.compiled.triggered(before, facts)) == ["m1"]
    assert list(visitor.compiled.triggered(before)) == []


def test_a_map_looks_at_events_only_in_its_time() -> None:
    visitor = Visitor(a_map(ADDED, start_date="2026-09-22T00:00:00Z", end_date="2026-09-24T00:00:00Z"))
    visitor.does("added")
    assert visitor.triggered() == set()  # It is the 21st.
    visitor.waits(days=1)
    visitor.does("added")
    assert visitor.triggered() == {"m1"}
    visitor.comes()
    visitor.waits(days=2)
    visitor.does("added")
    assert visitor.triggered() == set()


def test_a_map_that_is_changed_waits_anew() -> None:
    visitor = Visitor(a_map(ADDED, PAID))
    visitor.does("added")
    visitor.does("paid")
    visitor.redefine(*visitor.things.values())
    assert visitor.triggered() == set()
    visitor.does("paid")
    assert visitor.triggered() == set()


# --- who sees it ------------------------------------------------------------------------------------


def test_agents_see_only_what_is_for_them() -> None:
    visitor = Visitor(
        a_segment("s1", journey=journey(A), should_display_to_agent=False),
        a_segment("s2", journey=journey(A)),
    )
    visitor.views("/a")
    shown = shown_to_agents(visitor.customer.visit.assignments, visitor.compiled.definitions)
    assert [one.segment_id for one in shown] == ["s2"]
    assert shown_to_agents(visitor.customer.visit.assignments, Definitions()) == []


def test_a_visit_that_is_over_has_no_segments() -> None:
    visitor = Visitor(a_segment(journey=journey(A)))
    visitor.views("/a")
    assert visitor.fits() == {"s1"}
    visitor.comes()
    assert visitor.fits() == set()
