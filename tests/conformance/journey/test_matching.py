"""What the matching language means, and what is kept of addresses: checks 19 to 31, 92 and 94."""

import pytest

from frontdesk.domain.journey import urls
from frontdesk.domain.journey.action_maps import ActionKind, ActionMap, Activation, ActivationType, MediaType
from frontdesk.domain.journey.checks.criteria import check_url_conditions
from frontdesk.domain.journey.checks.wrong import Wrong
from frontdesk.domain.journey.comparing import comparison
from frontdesk.domain.journey.compiling import Compiled
from frontdesk.domain.journey.criteria import Operator, UrlCondition
from frontdesk.domain.journey.deriving import campaign_of
from frontdesk.domain.journey.facts import Qualified
from frontdesk.domain.journey.matching import assigned, shown_to_agents
from frontdesk.domain.journey.qualifying import qualify
from frontdesk.domain.journey.redaction import redacted
from frontdesk.domain.journey.segments import Scope
from frontdesk.domain.journey.tracking import Tracking
from frontdesk.domain.journey.urls import UrlRules
from frontdesk.domain.journey.web_events import Geolocation, Origin
from tests.domain.journey.looking import VIEW, Visitor, a_segment, an_outcome, defined, matched
from tests.domain.journey.site import context, criterion, journey, on, pattern

A, B = pattern(on("/a")), pattern(on("/b"))


def holds(operator: str, values: tuple[str, ...], value: str | None) -> bool:
    return comparison(Operator(operator), values, folds=True).holds(value)


def test_19_three_such_pages_are_one_assignment() -> None:
    visitor = Visitor(a_segment(journey=journey(pattern(on("/pricing"), count=3))))
    found = [
        matched(visitor.views(path)) for path in ("/pricing", "/help", "/pricing/a", "/pricing", "/pricing")
    ]
    assert found == [[], [], [], ["s1"], []]


def test_20_patterns_are_met_in_their_order() -> None:
    visitor = Visitor(a_segment(journey=journey(A, B)))
    assert matched(visitor.views("/b", "/a")) == []
    assert matched(visitor.views("/b")) == ["s1"]


def test_21_in_any_order_they_are_met_as_they_come() -> None:
    visitor = Visitor(a_segment(journey=journey(A, B, in_any_order=True)))
    assert matched(visitor.views("/b", "/a")) == ["s1"]


def test_22_one_event_meets_all_criteria_of_a_pattern() -> None:
    sale = criterion("page.title", "containsAny", "sale")
    visitor = Visitor(a_segment(journey=journey(pattern(on("/a"), sale))))
    assert matched(visitor.does(VIEW, "/a", title="New")) == []
    assert matched(visitor.does(VIEW, "/b", title="Sale")) == []
    assert matched(visitor.does(VIEW, "/a", title="Sale")) == ["s1"]


@pytest.mark.parametrize(
    ("country", "path", "fits"), [("DE", "/b", []), ("FR", "/a", []), ("DE", "/a", ["s1"])]
)
def test_23_context_and_journey_hold_both(country: str, path: str, fits: list[str]) -> None:
    german = context(criterion("geolocation.country", "equal", "DE"))
    visitor = Visitor(
        a_segment(context=german, journey=journey(A)), origin=Origin(geolocation=Geolocation(country))
    )
    assert matched(visitor.views(path)) == fits


def test_24_what_is_absent_is_not_equal_to_anything() -> None:
    assert not holds("notEqual", ("a", "b"), "b")
    assert holds("notEqual", ("a", "b"), None)


def test_25_one_word_of_two_is_not_all() -> None:
    url = "https://x.test/shoes"
    assert not holds("containsAll", ("shoe", "red"), url)
    assert holds("notContainsAll", ("shoe", "red"), url)


@pytest.mark.parametrize(("value", "is_greater"), [("9", False), ("11", True), ("abc", False)])
def test_26_numbers_are_compared_as_numbers(value: str, is_greater: bool) -> None:
    assert holds("greaterThan", ("10",), value) is is_greater


def test_27_a_segment_of_the_visit_ends_with_it() -> None:
    visitor = Visitor(a_segment(journey=journey(A)))
    visitor.views("/a")
    assert visitor.fits() == {"s1"}
    visitor.comes()
    assert visitor.fits() == set()


def test_27_a_segment_of_the_customer_lasts_as_long_as_it_says() -> None:
    visitor = Visitor(a_segment(scope=Scope.CUSTOMER, journey=journey(A), assignment_expiration_days=2))
    visitor.views("/a")
    visitor.waits(days=1)
    visitor.comes()
    assert visitor.fits() == {"s1"}
    visitor.waits(days=1)
    assert visitor.fits() == set()


def test_28_a_hidden_segment_is_not_shown_and_works_all_the_same() -> None:
    hidden = a_segment(journey=journey(A), should_display_to_agent=False)
    on_it = ActionMap(
        id="m1",
        version=1,
        display_name="Map",
        action=ActionKind(MediaType.WEBCHAT),
        activation=Activation(ActivationType.IMMEDIATE),
        trigger_with_segments=("s1",),
    )
    visitor = Visitor(hidden, on_it)
    visitor.views("/a")
    customer, compiled = visitor.customer, visitor.compiled
    assert shown_to_agents(assigned(customer, visitor.now_ms), compiled.definitions) == []
    earned = qualify(customer, compiled, visitor.now_ms, lambda: "a1")
    assert [fact.map_id for fact in earned if isinstance(fact, Qualified)] == ["m1"]


def test_29_a_whole_address_stands_alone_and_has_a_scheme() -> None:
    whole = UrlCondition(("https://x.test/a",), Operator.EQUAL)
    check_url_conditions((whole,), "pageUrlConditions")
    with pytest.raises(Wrong) as refused:
        check_url_conditions((whole, UrlCondition(("/b",), Operator.CONTAINS_ANY)), "pageUrlConditions")
    assert refused.value.code == "too_many_conditions"
    with pytest.raises(Wrong):
        check_url_conditions((UrlCondition(("x.test/a",), Operator.EQUAL),), "pageUrlConditions")


@pytest.mark.parametrize(("path", "failing"), [("/checkout", None), ("/checkout/thanks", 1), ("/shoes", 0)])
def test_30_a_map_acts_on_pages_that_meet_all_conditions(path: str, failing: int | None) -> None:
    pages = (
        UrlCondition(("/cart", "/checkout"), Operator.CONTAINS_ANY),
        UrlCondition(("thank",), Operator.NOT_CONTAINS_ANY),
    )
    action_map = ActionMap(
        id="m1",
        version=1,
        display_name="Map",
        action=ActionKind(MediaType.WEBCHAT),
        activation=Activation(ActivationType.IMMEDIATE),
        page_url_conditions=pages,
    )
    assert Compiled(defined(action_map)).page_matches("m1", f"https://x.test{path}") == failing


def test_31_an_outcome_is_achieved_once_in_each_visit() -> None:
    visitor = Visitor(an_outcome(journey=journey(A)))
    assert [matched(visitor.views("/a")) for _ in range(2)] == [["o1"], []]
    visitor.comes()
    assert matched(visitor.views("/a")) == ["o1"]


def test_92_addresses_are_read_and_then_cleaned() -> None:
    url = "https://x.test/r?token=abc&q=shoes&utm_source=n#frag"
    rules = UrlRules.of(Tracking(search_query_parameters=("q",)))
    assert urls.cleaned(url, rules) == "https://x.test/r?q=shoes&utm_source=n"
    assert urls.searched(url, rules) == "shoes"
    assert campaign_of(url).source == "n"


def test_94_conditions_see_what_was_redacted() -> None:
    title = redacted("Orders of amy@x.test")
    assert title == "Orders of [email]"
    visitor = Visitor(
        a_segment("s1", journey=journey(pattern(criterion("page.title", "containsAny", "amy")))),
        a_segment("s2", journey=journey(pattern(criterion("page.title", "endsWith", "[email]")))),
    )
    assert matched(visitor.does(VIEW, "/orders", title=title)) == ["s2"]
