"""Why not? What somebody who edits a map is told about one visitor, one page and that map."""

from collections.abc import Callable, Sequence

import pytest

from frontdesk.domain.journey.action_maps import (
    Activation,
    ActivationType,
    MediaType,
    ProbabilityCondition,
    ScheduleGroups,
)
from frontdesk.domain.journey.action_targets import Schedule, ScheduleGroup
from frontdesk.domain.journey.criteria import EventCondition, Operator, StreamType, UrlCondition
from frontdesk.domain.journey.customer import Customer
from frontdesk.domain.journey.defined import Ref
from frontdesk.domain.journey.explaining import Checked, explain
from frontdesk.domain.journey.explaining_trigger import steps_of
from frontdesk.domain.journey.facts import Held, Scored, State
from frontdesk.domain.journey.gate_checks import CHECKS
from frontdesk.domain.journey.pacing import Room
from frontdesk.domain.journey.segments import Segment
from frontdesk.domain.journey.site_settings import JourneySettings
from tests.domain.journey.acting import PAGE, S1, S2, Site, Story, a_map, shown
from tests.domain.journey.site import context, criterion, journey, pattern

BUYS = "00000000-0000-4000-8000-00000000000a"
LOOKS_TWICE = Segment(
    id=S1,
    display_name="Looks twice",
    journey=journey(pattern(criterion("page.pathname", "startsWith", "/cart"), count=2, event="page_viewed")),
)
IN_ORDER = ["in force", "trigger", "visit", *(check.name for check in CHECKS), "choice"]


def told(story: Story, map_id: str = "m1") -> dict[str, Checked]:
    action_map = story.site.definitions.action_maps[map_id]
    found = explain(story.customer, action_map, PAGE, story.site, story, story.now_ms)
    return {one.check: one for one in found}


def in_the_way(story: Story, map_id: str = "m1") -> Sequence[str]:
    return [name for name, one in told(story, map_id).items() if not one.passed]


def visited(*maps: object, **more: object) -> Story:
    return Story(Site(*(maps or (a_map("m1"),)), **more)).visit()  # type: ignore[arg-type]  # As the test has it.


def test_where_nothing_stands_in_the_way_everything_says_so_in_its_order() -> None:
    story = visited().assign(S1)
    assert list(told(story)) == IN_ORDER
    assert in_the_way(story) == []


def test_what_segments_wait_for_is_told_in_words() -> None:
    segments = {S1: LOOKS_TWICE, S2: Segment(id=S2, display_name="Big basket", is_active=False)}
    story = visited(a_map("m1", trigger_with_segments=(S1, S2)), segments=segments)
    assert in_the_way(story) == ["trigger"]
    assert told(story)["trigger"].text == (
        "Its trigger is not met: segment “Looks twice” waits for an event “page_viewed” where the path of "
        "the page starts with “/cart”, seen 0 of 2 times; segment “Big basket” is switched off."
    )
    story.do("page_viewed", "/cart")
    assert "seen 1 of 2 times" in told(story)["trigger"].text
    assert told(story.do("page_viewed", "/cart"))["trigger"].passed


def test_the_step_that_a_segment_waits_for_is_told_in_whatever_order_they_come() -> None:
    patterns = (
        pattern(criterion("eventName", "equal", "sized"), event="sized"),
        pattern(criterion("eventName", "equal", "priced"), event="priced"),
    )
    for in_any_order, first in ((False, "sized"), (True, "priced")):
        segment = Segment(id=S1, display_name="Both", journey=journey(*patterns, in_any_order=in_any_order))
        story = visited(a_map("m1", trigger_with_segments=(S1,)), segments={S1: segment})
        assert "waits for step 1 of 2: an event “sized”." in told(story)["trigger"].text
        text = told(story.do(first))["trigger"].text
        waits = "step 1 of 2: an event “sized”." if in_any_order else "step 2 of 2: an event “priced”."
        assert text.endswith(waits)


def test_a_segment_whose_visits_are_of_another_kind_says_of_which() -> None:
    of_phones = context(criterion("device.category", "equal", "mobile"))
    segments = {S1: Segment(display_name="On phones", context=of_phones)}
    story = visited(a_map("m1", trigger_with_segments=(S1,)), segments=segments)
    assert told(story)["trigger"].text == (
        "Its trigger is not met: segment “On phones” is for visits where the kind of device is “mobile”."
    )


def test_of_many_segments_the_first_are_told() -> None:
    wanted = (S1, S2, *(f"00000000-0000-4000-8000-0000000000b{number}" for number in range(3)))
    segments = dict.fromkeys(wanted, LOOKS_TWICE)
    story = visited(a_map("m1", trigger_with_segments=wanted), segments=segments)
    text = told(story)["trigger"].text
    assert (text.count("waits for"), text.endswith("; 2 more segments do not fit either.")) == (3, True)


def test_an_assignment_that_was_used_before_is_told() -> None:
    story = visited().assign(S1, of_customer=True).pass_s(7200).visit()
    assert "fits since an earlier visit" in told(story)["trigger"].text


def test_the_step_that_has_not_happened_is_told() -> None:
    def condition(event_name: str, key: str, value: str) -> EventCondition:
        return EventCondition(key, (value,), StreamType.WEB, "web", Operator.CONTAINS_ANY, event_name)

    conditions = (
        condition("page_viewed", "page.pathname", "/cart"),
        condition("add_to_cart", "attributes.price", "9"),
        condition("add_to_cart", "attributes.kind", "shoe"),
        condition("cart_left", "page.url", "/"),
    )
    by_events = a_map("m1", trigger_with_segments=(), trigger_with_event_conditions=conditions)
    assert [len(step) for step in steps_of(by_events)] == [1, 2, 1]
    story = visited(by_events)
    assert "step 1 of 3 has not happened" in told(story)["trigger"].text
    story.do("page_viewed", "/cart")
    assert told(story)["trigger"].text == (
        "Its trigger is not met: step 2 of 3 has not happened: an event “add_to_cart” where the "
        "attribute “price” contains “9” and the attribute “kind” contains “shoe”."
    )
    story.do("add_to_cart", price="99", kind="shoe").do("cart_left")
    assert told(story)["trigger"].passed


def test_after_an_edit_of_the_map_its_steps_begin_anew() -> None:
    condition = EventCondition("page.pathname", ("/cart",), StreamType.WEB, "web")
    other = EventCondition("page.pathname", ("/pay",), StreamType.WEB, "web", event_name="paid")
    story = visited(a_map("m1", trigger_with_segments=(), trigger_with_event_conditions=(condition, other)))
    assert "step 2 of 2" in told(story.do("page_viewed", "/cart"))["trigger"].text
    story.site.edit("m1", weight=3)
    assert "step 1 of 2" in told(story)["trigger"].text


def test_what_an_estimate_lacks_is_told() -> None:
    condition = ProbabilityCondition(BUYS, 0.7, 0.3)
    story = visited(
        a_map("m1", trigger_with_segments=(), trigger_with_outcome_probability_conditions=(condition,))
    )
    assert "there is no estimate of it yet" in told(story)["trigger"].text
    story.happen(Scored(BUYS, 1, 0.5))
    assert "it is 50% and was at most 50%" in told(story)["trigger"].text


@pytest.mark.parametrize(
    ("state", "words"),
    [
        (State.REJECTED, "was declined"),
        (State.TIMEDOUT, "went away unanswered"),
        (State.ACCEPTED, "was accepted"),
    ],
)
def test_what_came_of_it_in_this_visit_is_told(state: State, words: str) -> None:
    story = shown()
    assert "has not been answered yet: it is not offered again" in told(story)["visit"].text
    story.say(state)
    one = told(story)["visit"]
    assert (one.passed, one.values["state"]) == (False, state)
    assert f"It was offered in this visit and {words}:" in one.text


def test_a_page_that_has_it_is_told_and_one_that_failed_to_show_it() -> None:
    story = visited().assign(S1)
    story.ping()
    assert "20 s more" in told(story)["visit"].text
    story.say(State.ERRORED)
    assert "attempt 1 of 3" in told(story)["visit"].text
    assert told(story.pass_s(60))["visit"].passed


def test_what_failed_is_told_with_the_code_that_its_browser_gave() -> None:
    story = shown()
    story.say(State.ERRORED, error_code="mediaBusy")
    assert told(story)["visit"].text == (
        "It could not be shown in attempt 1 of 3, with the error code “mediaBusy”; a minute lies between two."
    )
    assert told(story)["visit"].values["errorCode"] == "mediaBusy"
    story.pass_s(60)
    assert told(story)["visit"].passed
    assert "error code “mediaBusy”" in told(story)["visit"].text
    for code in ("scriptError", ""):
        assert story.ping()
        story.say(State.ERRORED, error_code=code)
        story.pass_s(60)
    assert told(story)["visit"].text.startswith(
        "It could not be shown in attempt 3 of 3, with no error code: it is"
    )
    assert "errorCode" not in told(story)["visit"].values


def test_a_form_that_failed_is_no_offer_that_is_shown_again() -> None:
    story = shown()
    story.say(State.ACCEPTED)
    story.say(State.ERRORED, error_code="503")
    story.pass_s(60)
    assert told(story)["visit"].text == (
        "Its form failed with the error code “503”: it is not offered again before the next visit."
    )


def test_without_a_visit_there_is_nobody_to_offer_anything() -> None:
    story = visited()
    found = explain(
        Customer(), story.site.definitions.action_maps["m1"], PAGE, story.site, story, story.now_ms
    )
    assert {"trigger", "visit"} <= {one.check for one in found if not one.passed}


def elsewhere(story: Story) -> None:
    story.site.edit("m1", page_url_conditions=(UrlCondition(("/checkout",), Operator.CONTAINS_ANY),))


def nobody(story: Story) -> None:
    story.here = Room()


def busy(story: Story) -> None:
    story.here = Room(free=4, waiting=4)


def slow(story: Story) -> None:
    story.here = Room(free=4, allow_fraction=0)


def talking(story: Story) -> None:
    story.happen(Held("i1"))


def switched_off(story: Story) -> None:
    story.site.edit("m1", is_active=False)


def over(story: Story) -> None:
    story.site.edit("m1", end_date="2026-01-01")


@pytest.mark.parametrize(
    ("happens", "check", "text"),
    [
        (elsewhere, "page", "Condition 1 on the page does not hold: the address contains “/checkout”."),
        (nobody, "agents", "Nobody who answers its chats is ready and has a free place."),
        (busy, "pacing", "With it 4.20 chats are to be expected, and people can take 3.60."),
        (slow, "pacing", "The service level is too low: only 0% of offers are made."),
        (talking, "existing offer", "A chat goes on, or another media widget is open."),
        (switched_off, "in force", "The map does nothing now: it is not active."),
        (over, "in force", "The map does nothing now: it acts from ever until 2026-01-01."),
    ],
)
def test_what_stands_in_the_way_is_told(happens: Callable[[Story], None], check: str, text: str) -> None:
    story = visited().assign(S1)
    happens(story)
    assert in_the_way(story)[0] == check
    assert told(story)[check].text == text


def test_a_delay_and_a_later_visit_are_told() -> None:
    delayed = Activation(ActivationType.DELAY, delay_in_seconds=30)
    story = visited(a_map("m1", activation=delayed)).assign(S1).pass_s(10)
    assert told(story)["activation"].text == "Its delay has 20 s to go."
    later = visited(a_map("m1", activation=Activation(ActivationType.ON_NEXT_SESSION)))
    assert told(later)["activation"].text == "It qualified in this visit, and is for a later one."


OPEN = ScheduleGroup(id="g1", name="Office", open_schedules=(Schedule("always"),))
ALARM = ScheduleGroup(id="e1", name="Fire drill", is_emergency=True, is_active=True)


@pytest.mark.parametrize(
    ("groups", "text"),
    [
        ({"g1": OPEN}, "The schedule group “Office” is open, by “always”."),
        ({"g1": ScheduleGroup(id="g1", name="Office")}, "closed: it has no open schedule."),
        ({}, "Its schedule group is not there any more."),
        ({"g1": OPEN, "e1": ALARM}, "The emergency group “Fire drill” is active."),
    ],
)
def test_schedules_are_told(groups: dict[str, ScheduleGroup], text: str) -> None:
    both = ScheduleGroups(Ref(id="g1"), emergency_action_map_schedule_group=Ref(id="e1"))
    story = visited(a_map("m1", action_map_schedule_groups=both), schedule_groups=groups).assign(S1)
    assert told(story)["schedule"].text.endswith(text)
    assert told(story)["schedule"].passed is ("open, by" in text)


def test_caps_are_told() -> None:
    story = visited(a_map("m1"), a_map("m2", weight=1), settings=JourneySettings()).assign(S1)
    story.ping()
    story.say(State.OFFERED, "m1")
    assert "An offer of the map “m1” is open" in told(story, "m2")["existing offer"].text
    story.say(State.REJECTED, "m1")
    one = told(story, "m2")["frequency caps"]
    assert one.text == "Another offer of its kind was declined in this visit."
    assert one.values == {"cap": "CapOnceRejected", "actionMap": "m1"}


def test_who_goes_before_it_is_told() -> None:
    story = visited(a_map("m1"), a_map("m2", weight=3)).assign(S1)
    assert told(story)["choice"].text == "The map “m2” goes before it: it weighs more."
    assert told(story, "m2")["choice"].passed


def test_content_needs_nobody_and_what_is_not_shown_needs_no_page() -> None:
    content = visited(a_map("m1", media_type=MediaType.CONTENT_OFFER))
    assert "agents" not in told(content)
    assert list(told(visited(a_map("m1", media_type=MediaType.WEBHOOK)))) == ["in force", "trigger", "visit"]


def test_what_is_explained_is_what_the_gate_does() -> None:
    for share in range(0, 51, 10):
        for number in range(20):
            story = Story(Site(a_map("m1", control_group_percent=share)), seed=str(number)).visit().assign(S1)
            passes = not in_the_way(story)
            assert passes == (story.pinged() == ["m1"])
