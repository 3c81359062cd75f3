"""The life of an offer: checks 57 to 61, 65, 67 to 76, 79 and 81, and what the reaper is for of 62."""

import pytest

from frontdesk.domain.journey.facts import Emitter, Moved, Qualified, Reason, Stage, State
from frontdesk.domain.journey.offering import OutOfTurn, Reported, move
from frontdesk.domain.journey.reaping import offer_due_ms
from frontdesk.domain.journey.site_settings import FrequencyCap, JourneySettings, OffersMax
from frontdesk.errors import Refused
from tests.domain.journey.acting import S1, Site, Story, a_map, shown

DAY_S = 24 * 3600


def test_57_what_is_shown_is_recorded_of_the_action_that_was_handed_out() -> None:
    story = Story(Site(a_map("m1"))).visit().assign(S1)
    (offer,) = story.ping()
    (moved,) = story.say(State.OFFERED, page_url="https://shop.example/cart")
    action = story.action()
    assert (moved.action_id, moved.emitter, moved.page_url) == (
        offer.action.id,
        Emitter.BROWSER,
        "https://shop.example/cart",
    )
    assert (action.map_id, action.map_version, action.visit_id) == ("m1", 1, story.customer.visit.id)


def test_58_a_no_to_the_invitation_says_how_long_it_took() -> None:
    (rejected,) = shown().say(State.REJECTED)
    assert (rejected.stage, rejected.disposition_ms) == (Stage.INVITATION, 3000)


def test_59_a_form_that_is_cancelled_is_a_no_at_the_form() -> None:
    story = shown()
    story.say(State.ACCEPTED)
    (rejected,) = story.say(State.REJECTED)
    assert rejected.stage is Stage.FORM


def test_60_a_chat_that_begins_is_started_and_one_that_is_left_is_abandoned() -> None:
    story = shown()
    story.say(State.ACCEPTED)
    (started,) = story.chat(State.STARTED)
    (abandoned,) = story.chat(State.ABANDONED)
    assert (started.stage, abandoned.stage) == (Stage.CHAT, Stage.CHAT)


def test_61_the_first_person_engages_it_and_the_second_changes_nothing() -> None:
    story = shown()
    story.say(State.ACCEPTED)
    story.chat(State.STARTED)
    assert len(story.chat(State.ENGAGED)) == 1
    assert story.chat(State.ENGAGED) == []


@pytest.mark.parametrize("is_there", [True, False])
def test_62_where_the_browser_says_nothing_the_reaper_does_a_minute_later(is_there: bool) -> None:
    story = shown()  # Three seconds ago; its time is 30.
    assert offer_due_ms(story.customer, story.site) == story.now_ms + 87_000
    story.pass_s(26.999).ping()  # Too early to say anything.
    story.pass_s(0.001)
    if is_there:
        story.ping()
    assert story.pass_s(59.999).reap() == []
    (moved,) = story.pass_s(0.001).reap()
    assert (moved.state, moved.emitter) == (
        State.TIMEDOUT if is_there else State.IGNORED,
        Emitter.REAPER,
    )
    assert story.reap() == []
    assert offer_due_ms(story.customer, story.site) is None


def test_62_an_offer_without_a_timeout_stays_until_the_visit_ends() -> None:
    story = shown(a_map("m1", offer_timeout_seconds=0))
    assert offer_due_ms(story.customer, story.site) is None
    assert story.pass_s(DAY_S).reap() == []
    (moved,) = story.leave()
    assert isinstance(moved, Moved)
    assert moved.state is State.IGNORED


def test_65_what_takes_the_place_of_an_offer_leaves_it_ignored() -> None:
    story = shown(a_map("m1"))
    story.site = Site(a_map("m1"), a_map("m2", weight=3))
    story.earn()
    story.say(State.OFFERED, "m2")
    assert (story.state("m1"), story.state("m2")) == (State.IGNORED, State.OFFERED)


def test_67_what_could_not_be_shown_is_tried_again_twice() -> None:
    story = shown()
    action_id = story.action().id
    for attempt in (2, 3):
        story.say(State.ERRORED, error_message="no room")
        assert story.pass_s(59.999).ping() == []
        (offer,) = story.pass_s(0.001).ping()
        assert (offer.action.id, offer.attempt) == (action_id, attempt)
        story.say(State.OFFERED)
    story.say(State.ERRORED)
    assert story.pass_s(3600).ping() == []
    assert len(story.customer.offers_ms) == 1


ENDS = {
    State.ENGAGED: (State.ACCEPTED, State.STARTED, State.ENGAGED),
    State.REJECTED: (State.REJECTED,),
    State.TIMEDOUT: (State.TIMEDOUT,),
    State.IGNORED: (State.IGNORED,),
    State.ABANDONED: (State.ACCEPTED, State.STARTED, State.ABANDONED),
}


def ended(end: State) -> Story:
    """A visitor whose offer came to an end, by way of what comes before it."""
    story = shown()
    for state in ENDS[end]:
        if state in (State.STARTED, State.ENGAGED, State.ABANDONED):
            story.chat(state)
        else:
            story.say(state)
    return story.pass_s(60)


@pytest.mark.parametrize("end", ENDS)
def test_68_what_is_over_is_not_offered_again_in_the_visit(end: State) -> None:
    story = ended(end)
    for _ in range(5):
        assert story.assign(S1).pass_s(600).ping() == []
    assert story.count(Qualified) == 1
    assert story.blocks() == []


@pytest.mark.parametrize("end", ENDS)
def test_69_an_edit_of_the_map_changes_nothing_about_that(end: State) -> None:
    story = ended(end)
    story.site.edit("m1", weight=3)
    assert story.assign(S1).ping() == []
    assert story.count(Qualified) == 1


def test_70_the_next_visit_is_another_one() -> None:
    story = ended(State.REJECTED)
    story.pass_s(DAY_S).visit().assign(S1)
    assert story.pinged() == ["m1"]


def test_70_a_customer_gets_three_offers_in_seven_days() -> None:
    site = Site(a_map("m1"), settings=JourneySettings())
    story = Story(site)
    for _ in range(3):
        story.visit().assign(S1)
        assert story.pinged() == ["m1"]
        story.say(State.OFFERED)
        story.say(State.IGNORED)
        story.pass_s(3600)
    first_ms = story.customer.offers_ms[0]
    story.visit().assign(S1)
    assert story.ping() == []
    assert (story.blocks()[-1].reason, story.blocks()[-1].cap) == (Reason.FREQUENCY_CAP, "CustomerCap")
    story.now_ms = first_ms + 7 * DAY_S * 1000 - 1
    assert story.ping() == []
    assert story.pass_s(0.001).pinged() == ["m1"]


def test_71_an_offer_that_was_ignored_stops_no_other() -> None:
    settings = JourneySettings(
        frequency_caps={"webchat": FrequencyCap()}, max_offers_per_customer=OffersMax(count=3)
    )
    story = Story(Site(a_map("m1"), settings=settings)).visit().assign(S1)
    story.ping()
    story.say(State.OFFERED)
    story.say(State.IGNORED)
    story.site = Site(a_map("m1"), a_map("m2", weight=3), settings=settings)
    story.earn()
    assert story.pinged() == ["m2"]


def test_72_the_same_said_twice_is_said_once() -> None:
    story = shown()
    assert story.say(State.OFFERED) == ()
    assert story.count(Moved) == 1


def test_73_what_comes_too_late_is_told_how_it_stands() -> None:
    story = shown()
    story.say(State.TIMEDOUT)
    with pytest.raises(OutOfTurn) as late:
        story.say(State.ACCEPTED)
    assert late.value.state is State.TIMEDOUT


def test_74_a_browser_does_not_say_that_a_person_came() -> None:
    story = shown()
    story.say(State.ACCEPTED)
    with pytest.raises(Refused) as refused:
        story.say(State.ENGAGED)
    assert refused.value.code == "state_not_allowed"


def test_76_an_action_of_another_visit_is_unknown() -> None:
    story = shown()
    asked = Reported("another", "d1", story.action().id, State.ACCEPTED)
    with pytest.raises(Refused) as refused:
        move(story.customer, asked, now_ms=story.now_ms)
    assert refused.value.code == "action_unknown"


def test_79_a_message_belongs_to_an_error_alone() -> None:
    story = shown()
    (failed,) = story.say(State.ERRORED, error_code="17", error_message="no room")
    assert (failed.error_code, failed.error_message) == ("17", "no room")
    (accepted,) = shown().say(State.ACCEPTED, error_code="17", error_message="no room")
    assert (accepted.error_code, accepted.error_message) == ("", "")


def test_81_what_was_accepted_when_the_visit_ends_lapses_unseen() -> None:
    story = shown()
    story.say(State.ACCEPTED)
    (lapsed,) = story.leave()
    assert isinstance(lapsed, Moved)
    assert (lapsed.state, lapsed.emitter) == (State.LAPSED, Emitter.REAPER)
    assert story.visit().assign(S1).pinged() == ["m1"]


@pytest.mark.parametrize("is_there", [True, False])
def test_62_an_offer_whose_time_was_up_before_the_visit_ended_has_timed_out_for_who_was_there(
    is_there: bool,
) -> None:
    """§9.3, the reaper: also where the visit ends before a minute has passed."""
    story = shown().pass_s(30)
    if is_there:
        story.ping()
    (moved,) = story.leave()
    assert isinstance(moved, Moved)
    assert (moved.state, moved.emitter) == (State.TIMEDOUT if is_there else State.IGNORED, Emitter.REAPER)
