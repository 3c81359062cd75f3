"""Which maps qualify, and which of them are offered: checks 37, 38 and 40 to 56."""

import pytest

from frontdesk.domain.journey.action_maps import Activation, ActivationType, MediaType, ScheduleGroups
from frontdesk.domain.journey.action_targets import Schedule, ScheduleGroup
from frontdesk.domain.journey.criteria import EventCondition, Operator, StreamType, UrlCondition
from frontdesk.domain.journey.defined import Ref
from frontdesk.domain.journey.facts import Note, Noted, Qualified, Reason, State
from frontdesk.domain.journey.pacing import Room
from frontdesk.domain.journey.site_settings import FrequencyCap, JourneySettings, OffersMax
from frontdesk.errors import Refused
from tests.domain.journey.acting import PAGE, S1, S2, Site, Story, a_map

ELSEWHERE = "https://shop.example/help"
NIGHT = ScheduleGroup(
    id="g1", name="hours", open_schedules=(Schedule(name="day", week=("mon-sun 06:00-22:00",)),)
)
GROUPS = ScheduleGroups(action_map_schedule_group=Ref(id="g1"))
IN_THE_CART = (UrlCondition(("/cart",), Operator.CONTAINS_ANY),)
WEEK_S = 7 * 24 * 3600


def qualified(*maps: object, **more: object) -> Story:
    """A visitor who fits the segment `S1`."""
    site = Site(*maps, **more)  # type: ignore[arg-type]  # Whatever the test has.
    return Story(site).visit().assign(S1)


def test_37_any_one_of_its_segments_is_enough() -> None:
    story = Story(Site(a_map("m1", trigger_with_segments=(S1, S2)))).visit().assign(S2)
    assert story.state() is State.QUALIFIED


def test_38_events_qualify_in_their_order() -> None:
    def condition(event_name: str, key: str, value: str) -> EventCondition:
        return EventCondition(key, (value,), StreamType.WEB, "web", event_name=event_name)

    conditions = (
        condition("product_viewed", "attributes.kind", "shoe"),
        condition("cart_opened", "page.pathname", "/cart"),
    )
    by_events = a_map("m1", trigger_with_segments=(), trigger_with_event_conditions=conditions)
    story = Story(Site(by_events)).visit().do("cart_opened", "/cart")
    assert story.count(Qualified) == 0
    story.do("product_viewed", kind="shoe")
    assert story.count(Qualified) == 0
    assert story.do("cart_opened", "/cart").count(Qualified) == 1


def test_40_it_qualifies_once_in_a_visit() -> None:
    story = qualified(a_map("m1", trigger_with_segments=(S1, S2)))
    story.assign(S2).earn()
    assert story.count(Qualified) == 1


def test_41_one_assignment_of_a_customer_is_one_qualification_in_a_lifetime() -> None:
    story = Story(Site(a_map("m1"))).visit().assign(S1, of_customer=True)
    assert story.count(Qualified) == 1
    story.pass_s(WEEK_S).visit().earn()
    assert story.count(Qualified) == 1
    story.visit().assign(S1, of_customer=True)
    assert story.count(Qualified) == 2


def test_42_each_time_that_the_page_is_another_one_is_counted() -> None:
    story = qualified(a_map("m1", page_url_conditions=IN_THE_CART))
    for _ in range(30):
        assert story.pass_s(10).ping(ELSEWHERE) == []
    assert [block.reason for block in story.blocks()] == [Reason.PAGE_URL] * 30
    assert {block.url_condition for block in story.blocks()} == {0}


def test_43_a_delay_runs_on_other_pages_as_well() -> None:
    delay = Activation(ActivationType.DELAY, delay_in_seconds=10)
    story = qualified(a_map("m1", activation=delay, page_url_conditions=IN_THE_CART))
    assert story.pass_s(5).pinged() == []
    assert story.blocks()[-1].reason is Reason.TRIGGER_DATE
    assert story.pass_s(15).pinged(ELSEWHERE) == []
    assert story.pass_s(40).pinged() == ["m1"]


@pytest.mark.parametrize("kind", [ActivationType.ON_NEXT_SESSION, ActivationType.ON_NEXT_VISIT])
def test_44_an_offer_for_the_next_visit_waits_for_it(kind: ActivationType) -> None:
    story = qualified(a_map("m1", activation=Activation(kind)))
    assert story.pinged() == []
    assert story.blocks()[-1].reason is Reason.TRIGGER_DATE
    action_id = story.action().id
    story.pass_s(7200).visit()
    (offer,) = story.ping()
    assert (offer.action.id, offer.action.visit_id) == (action_id, story.customer.visit.id)
    assert story.assign(S1).count(Qualified) == 1  # It takes the place of the map in that visit as well.


def test_44_what_was_handed_out_in_a_visit_that_is_over_waits_for_the_next_one() -> None:
    story = qualified(a_map("m1", activation=Activation(ActivationType.ON_NEXT_SESSION)))
    story.pass_s(7200).visit()
    assert story.pinged() == ["m1"]
    action_id = story.action().id
    story.pass_s(7200).leave()
    with pytest.raises(Refused) as refused:  # The page was asleep.
        story.say(State.OFFERED)
    assert refused.value.code == "action_unknown"
    (offer,) = story.visit().ping()
    assert offer.action.id == action_id


def test_44_it_waits_thirty_days_and_not_longer() -> None:
    later = a_map("m1", activation=Activation(ActivationType.ON_NEXT_SESSION))
    story = qualified(later).pass_s(30 * 24 * 3600 - 1)
    assert story.visit().pinged() == ["m1"]
    story = qualified(later).pass_s(30 * 24 * 3600)
    assert story.visit().pinged() == []
    assert story.state() is State.LAPSED


def test_45_what_qualifies_at_night_is_offered_when_the_day_begins() -> None:
    story = Story(Site(a_map("m1", action_map_schedule_groups=GROUPS), schedule_groups={"g1": NIGHT}))
    story.now_ms = 1_790_028_000_000 - 1_790_028_000_000 % 86_400_000 + 5 * 3600_000  # Five in the morning.
    story.visit().assign(S1)
    assert story.state() is State.QUALIFIED_OUTSIDE_SCHEDULE
    assert story.pass_s(3599).ping() == []
    story.site.edit("m1", is_active=False)
    assert story.pass_s(1).ping() == []
    assert story.state() is State.QUALIFIED_OUTSIDE_SCHEDULE
    story.site.edit("m1", is_active=True)
    assert story.pinged() == ["m1"]
    assert story.state() is State.QUALIFIED


def test_46_an_emergency_stops_offers() -> None:
    groups = ScheduleGroups(Ref(id="g1"), emergency_action_map_schedule_group=Ref(id="e1"))
    always = ScheduleGroup(id="g1", name="always", open_schedules=(Schedule(name="always"),))
    alarm = ScheduleGroup(id="e1", name="fire drill", is_emergency=True, is_active=True)
    story = qualified(
        a_map("m1", action_map_schedule_groups=groups), schedule_groups={"g1": always, "e1": alarm}
    )
    assert story.ping() == story.pass_s(10).ping() == []
    assert [(block.reason, block.emergency_group) for block in story.blocks()] == [
        (Reason.OUTSIDE_SCHEDULE, "e1")
    ] * 2
    assert story.count(Noted, lambda fact: fact.note is Note.OFFERED_OUTSIDE_SCHEDULE) == 1


def test_47_the_heavier_map_wins() -> None:
    story = qualified(a_map("m2", weight=2), a_map("m3", weight=3))
    assert story.pinged() == ["m3"]
    (block,) = story.blocks()
    assert (block.reason, block.by_map, block.by_action) == (Reason.SIMULTANEOUS, "m3", story.action("m3").id)


def test_48_equal_maps_share_visits_evenly_and_one_visit_is_told_the_same_each_time() -> None:
    wins = 0
    site = Site(a_map("m1"), a_map("m2"))
    for number in range(10_000):
        story = Story(site, seed=str(number)).visit().assign(S1)
        (winner,) = story.pinged(tab="t")
        wins += winner == "m1"
        if number % 100 == 0:
            assert story.pass_s(10).pinged(tab="t") == story.pass_s(30).pinged(tab="t") == [winner]
    assert 4800 <= wins <= 5200


def test_49_a_chat_and_content_go_together() -> None:
    story = qualified(a_map("m1"), a_map("m2", media_type=MediaType.CONTENT_OFFER))
    assert sorted(story.pinged()) == ["m1", "m2"]


def test_50_without_people_there_is_no_offer_unless_the_map_does_without() -> None:
    story = qualified(a_map("m1"), a_map("m2", action={"is_pacing_enabled": False}))
    story.here = Room(free=0)
    assert story.pinged() == ["m2"]
    assert [block.reason for block in story.blocks()] == [Reason.NO_AGENTS]


@pytest.mark.parametrize(("outstanding", "is_offered"), [(6, True), (8, True), (9, False)])
def test_51_no_more_offers_than_people_can_keep(outstanding: int, is_offered: bool) -> None:
    story = qualified(a_map("m1"))
    story.here = Room(free=4, waiting=1, accepted=1, outstanding=outstanding, p_start=0.8, p_accept=0.2)
    assert story.pinged() == ["m1"] * is_offered
    assert [block.reason for block in story.blocks()] == [Reason.SERVICE_LEVEL] * (not is_offered)


def test_52_who_said_no_is_not_asked_by_another_map_unless_that_ignores_caps() -> None:
    for ignores in (False, True):
        site = Site(
            a_map("m1"), a_map("m2", ignore_frequency_cap=ignores, weight=1), settings=JourneySettings()
        )
        story = Story(site).visit().assign(S1)
        assert story.pinged() == ["m1"]
        story.say(State.OFFERED, "m1")
        story.say(State.REJECTED, "m1")
        assert story.pass_s(10).pinged() == ["m2"] * ignores
        if not ignores:
            block = story.blocks()[-1]
            assert (block.reason, block.cap, block.by_map) == (Reason.FREQUENCY_CAP, "CapOnceRejected", "m1")
            story.pass_s(10).ping()
            assert story.count(Noted, lambda fact: fact.note is Note.FREQUENCY_CAP_REACHED) == 1


def test_53_offers_are_apart_as_long_as_the_settings_say() -> None:
    cap = FrequencyCap(cap_once_finalized=False, cap_once_rejected=False, cap_for_period="00:10")
    settings = JourneySettings(frequency_caps={"webchat": cap}, max_offers_per_customer=OffersMax(count=0))
    story = qualified(a_map("m1"), a_map("m2", weight=1), settings=settings)
    story.ping()
    story.say(State.OFFERED, "m1")
    story.say(State.IGNORED, "m1")
    assert story.pass_s(540).ping() == []
    assert (story.blocks()[-1].cap, story.blocks()[-1].by_map) == ("CapForPeriod", "m1")
    assert story.pass_s(60).pinged() == ["m2"]


def test_54_a_ping_that_names_no_page_is_given_nothing() -> None:
    story = qualified(a_map("m1"))
    assert not story.ping("")
    assert story.blocks() == []


def test_55_one_of_two_tabs_is_given_the_action() -> None:
    story = qualified(a_map("m1"))
    assert story.pinged(tab="one") == ["m1"]
    assert story.pass_s(19.999).pinged(tab="two") == []
    assert story.pass_s(0.001).pinged(tab="two") == ["m1"]  # The first tab never said that it showed it.


def test_56_a_control_group_qualifies_and_is_never_offered() -> None:
    site = Site(a_map("m1", control_group_percent=10))
    in_it = 0
    for number in range(2000):
        story = Story(site, seed=str(number)).visit().assign(S1)
        assert story.count(Qualified) == 1
        if not story.ping():
            in_it += 1
            assert story.pass_s(10).ping() == story.pass_s(3600).ping() == []
            assert {block.reason for block in story.blocks()} == {Reason.CONTROL_GROUP}
    assert 150 <= in_it <= 250


def test_66_an_open_media_widget_keeps_offers_away() -> None:
    story = qualified(a_map("m1"))
    assert story.ping(is_media_open=True) == []
    assert story.blocks()[-1].reason is Reason.EXISTING_OFFER
    assert story.pinged(PAGE) == ["m1"]
    (failed,) = story.say(State.ERRORED, error_code="mediaBusy")
    assert (failed.error_code, failed.stage.value) == ("mediaBusy", "invitation")


def test_a_conversation_in_a_chat_that_is_not_ours_keeps_offers_away_until_it_is_over() -> None:
    """Check 6 of §8.3: what is known of it is what its browser says (`trustClientChatStates`)."""
    story = qualified(a_map("m1", weight=3), a_map("m2", ignore_frequency_cap=True))
    assert story.pinged() == ["m1"]
    for state in (State.OFFERED, State.ACCEPTED, State.STARTED, State.ENGAGED):
        story.say(state, "m1", trusts=True)
        assert story.pinged() == []
        assert story.blocks()[-1].reason is Reason.EXISTING_OFFER
    story.say(State.COMPLETED, "m1", trusts=True)
    assert story.pinged() == ["m2"]


def test_a_chat_that_is_not_ours_and_of_whose_end_nobody_tells_keeps_offers_away_for_some_time() -> None:
    story = qualified(a_map("m1", weight=3), a_map("m2", ignore_frequency_cap=True))
    assert story.pinged() == ["m1"]
    for state in (State.OFFERED, State.ACCEPTED, State.STARTED, State.ENGAGED):
        story.say(state, "m1", trusts=True)
    assert story.pass_s(2 * 3600 - 1).pinged() == []
    assert story.pass_s(1).pinged() == ["m2"]
