"""The life of an action: every pair of states, by all who may say so, from the table of the specification."""

import json
from collections.abc import Mapping, Sequence

import pytest

from frontdesk.domain.journey.action_maps import MediaType
from frontdesk.domain.journey.customer import LIVE, TERMINAL
from frontdesk.domain.journey.facts import Emitter, Moved, Stage, State
from frontdesk.domain.journey.offer_table import TRANSITIONS, transition
from frontdesk.domain.journey.offering import OutOfTurn, Reported, is_to_be_linked, move, moves
from frontdesk.errors import Refused
from tests.domain.journey.acting import a_map, in_state, shown

# journey.md §9.3, as it is printed there.
TABLE = json.loads("""
{"terminal":["engaged","rejected","timedout","ignored","abandoned"],
 "live":["offered","accepted","started"],
 "transitions":[
 ["","qualified","E"],["","qualifiedOutsideSchedule","E"],["qualifiedOutsideSchedule","qualified","E"],
 ["qualified","offered","B"],["qualified","errored","B"],
 ["offered","accepted","B"],["offered","rejected","B"],["offered","ignored","B"],["offered","ignored","R"],
 ["offered","timedout","B"],["offered","timedout","R"],["offered","errored","B"],
 ["accepted","rejected","B"],["accepted","started","C"],["accepted","errored","B"],["accepted","errored","C"],
 ["started","engaged","C"],["started","abandoned","C"],["started","abandoned","B"],["started","errored","C"],
 ["engaged","completed","C"],["errored","offered","B"],
 ["qualified","lapsed","R"],["qualifiedOutsideSchedule","lapsed","R"],["accepted","lapsed","R"],
 ["errored","lapsed","R"]]}
""")
PAIRS = [(source, target, emitter) for source in State for target in State for emitter in Emitter]


def test_our_table_is_that_of_the_specification() -> None:
    ours = {(str(row.source or ""), str(row.target), str(by)) for row in TRANSITIONS for by in row.emitters}
    assert ours == {tuple(row) for row in TABLE["transitions"]}
    assert (sorted(TERMINAL), sorted(LIVE)) == (sorted(TABLE["terminal"]), sorted(TABLE["live"]))


@pytest.mark.parametrize(("source", "target", "emitter"), PAIRS)
def test_what_the_table_has_is_done_and_nothing_else(source: State, target: State, emitter: Emitter) -> None:
    action = in_state(source).action()
    is_there = [source, target, emitter] in TABLE["transitions"]
    is_early = (source, target, emitter) == (State.ACCEPTED, State.ENGAGED, Emitter.CHAT)
    assert [fact.state for fact in moves(action, target, (emitter,), 0)] == (
        [State.STARTED, State.ENGAGED] if is_early else [target] if is_there else []
    )


INTERNAL = (State.QUALIFIED, State.QUALIFIED_OUTSIDE_SCHEDULE, State.LAPSED)
OF_THE_CHAT = (State.STARTED, State.ENGAGED, State.COMPLETED)


@pytest.mark.parametrize(("source", "target"), [(source, target) for source in State for target in State])
def test_a_browser_is_told_of_each_pair_whether_it_may_be(source: State, target: State) -> None:
    story = in_state(source)
    before = story.customer
    may = [str(source), str(target), "B"] in TABLE["transitions"]
    if target in INTERNAL or target in OF_THE_CHAT:
        with pytest.raises(Refused) as refused:
            story.say(target)
        assert refused.value.code == "state_not_allowed"
    elif source is target:
        assert story.say(target) == ()
    elif may and source is not State.ERRORED:  # What failed must have been handed out anew first.
        assert [fact.state for fact in story.say(target)] == [target]
        return
    else:
        with pytest.raises(OutOfTurn) as out_of_turn:
            story.say(target)
        assert out_of_turn.value.state is source
    assert story.customer == before


@pytest.mark.parametrize("target", [State.STARTED, State.ENGAGED])
def test_a_site_with_another_chat_says_itself_what_becomes_of_it(target: State) -> None:
    story = in_state(State.ACCEPTED)
    found = story.say(target, trusts=True)
    assert [fact.state for fact in found] == [State.STARTED, State.ENGAGED][: 1 + (target is State.ENGAGED)]
    assert {fact.emitter for fact in found} == {Emitter.BROWSER}
    with pytest.raises(Refused):
        story.say(State.LAPSED, trusts=True)


STAGES: Mapping[tuple[State, State], Stage] = {
    (State.OFFERED, State.REJECTED): Stage.INVITATION,
    (State.OFFERED, State.ERRORED): Stage.INVITATION,
    (State.QUALIFIED, State.ERRORED): Stage.INVITATION,
    (State.ACCEPTED, State.REJECTED): Stage.FORM,
    (State.ACCEPTED, State.ERRORED): Stage.FORM,
    (State.STARTED, State.ERRORED): Stage.CHAT,
    (State.STARTED, State.ABANDONED): Stage.CHAT,
}


@pytest.mark.parametrize(("source", "target"), STAGES)
def test_where_it_ended_tells_how_far_it_had_come(source: State, target: State) -> None:
    row = transition("webchat", source, target)
    assert row is not None
    assert row.stage is STAGES[source, target]


CONTENT_ENDS = (State.ACCEPTED, State.REJECTED, State.IGNORED, State.TIMEDOUT)


@pytest.mark.parametrize("end", CONTENT_ENDS)
@pytest.mark.parametrize("then", [state for state in State if state is not State.LAPSED])
def test_content_has_no_chat_after_it(end: State, then: State) -> None:
    story = shown(a_map("m1", media_type=MediaType.CONTENT_OFFER))
    story.say(end)
    emitters: Sequence[Emitter] = tuple(Emitter)
    assert moves(story.action(), then, emitters, story.now_ms) == ()
    assert story.pass_s(600).earn() == ()
    assert story.ping() == []


def test_the_time_to_the_disposition_is_told_once() -> None:
    story = shown().pass_s(1.5)
    (accepted,) = story.say(State.ACCEPTED)
    assert accepted.disposition_ms == 4500
    (cancelled,) = story.say(State.REJECTED)
    assert (cancelled.disposition_ms, cancelled.stage) == (None, Stage.FORM)


def test_the_same_event_again_changes_nothing_even_when_the_action_has_moved_on() -> None:
    story = shown()
    story.say(State.ACCEPTED, event_id="e1")
    story.say(State.REJECTED, event_id="e2")
    assert story.say(State.ACCEPTED, event_id="e1") == ()
    with pytest.raises(OutOfTurn):
        story.say(State.ACCEPTED, event_id="e3")


def test_a_message_is_kept_of_an_error_alone() -> None:
    story = shown()
    (failed,) = story.say(State.ERRORED, error_code="17", error_message="no room", page_url="https://x.test/")
    assert (failed.error_code, failed.error_message, failed.page_url) == ("17", "no room", "https://x.test/")
    (accepted,) = shown().say(State.ACCEPTED, error_code="17", error_message="no room")
    assert (accepted.error_code, accepted.error_message) == ("", "")


@pytest.mark.parametrize(
    "change",
    [{"visit_id": "another"}, {"deployment_id": "another"}, {"action_id": "another"}],
    ids=["visit", "deployment", "action"],
)
def test_an_action_is_found_in_its_own_visit_alone(change: Mapping[str, str]) -> None:
    story = shown()
    ours = {
        "visit_id": story.customer.visit.id,
        "deployment_id": "d1",
        "action_id": story.action().id,
    }
    asked = Reported(**(ours | dict(change)), state=State.ACCEPTED)
    with pytest.raises(Refused) as refused:
        move(story.customer, asked, now_ms=story.now_ms)
    assert refused.value.code == "action_unknown"


def test_a_person_who_comes_before_the_chat_is_known_makes_it_known() -> None:
    story = shown()
    story.say(State.ACCEPTED)
    found = story.chat(State.ENGAGED)
    assert [(fact.state, fact.emitter, fact.interaction_id) for fact in found] == [
        (State.STARTED, Emitter.CHAT, "i1"),
        (State.ENGAGED, Emitter.CHAT, "i1"),
    ]
    assert story.chat(State.STARTED) == []
    assert story.chat(State.ENGAGED) == []


def test_another_chat_says_nothing_of_an_action_that_has_one() -> None:
    story = shown()
    story.say(State.ACCEPTED)
    story.chat(State.STARTED, interaction_id="i1")
    assert story.chat(State.ENGAGED, interaction_id="i2") == ()


def test_only_the_accepted_action_of_the_visit_and_site_has_a_chat() -> None:
    story = shown()
    ends = (story.customer.visit.id, "d1", story.action().id)
    assert not is_to_be_linked(story.customer, *ends)
    story.say(State.ACCEPTED)
    assert is_to_be_linked(story.customer, *ends)
    for number in range(3):
        foreign = ("another" if part == number else end for part, end in enumerate(ends))
        assert not is_to_be_linked(story.customer, *foreign)


def test_an_offer_that_takes_the_place_of_another_leaves_it_ignored() -> None:
    story = shown(a_map("m1"))
    second = a_map("m2", weight=3)
    story.site = type(story.site)(a_map("m1"), second)
    story.earn()
    found = story.say(State.OFFERED, "m2")
    assert [(fact.action_id, fact.state) for fact in found] == [
        (story.action("m1").id, State.IGNORED),
        (story.action("m2").id, State.OFFERED),
    ]


def test_who_has_said_yes_to_one_is_not_asked_by_another() -> None:
    story = shown(a_map("m1"))
    story.say(State.ACCEPTED)
    story.site = type(story.site)(a_map("m1"), a_map("m2"))
    story.earn()
    with pytest.raises(OutOfTurn):
        story.say(State.OFFERED, "m2")


def test_what_failed_is_shown_again_only_when_it_was_handed_out_again() -> None:
    story = shown()
    story.say(State.ERRORED)
    with pytest.raises(OutOfTurn):
        story.say(State.OFFERED)
    (offer,) = story.pass_s(60).ping()
    assert offer.attempt == 2
    assert [fact.state for fact in story.say(State.OFFERED)] == [State.OFFERED]


def test_an_attempt_that_fails_before_it_is_shown_is_one_too() -> None:
    story = shown()
    attempts = []
    for _ in range(2):
        story.say(State.ERRORED)
        (offer,) = story.pass_s(60).ping()
        attempts.append(offer.attempt)
    (failed,) = story.say(State.ERRORED)
    assert isinstance(failed, Moved)
    assert story.say(State.ERRORED) == ()  # The network says it twice.
    assert attempts == [2, 3]
    assert story.pass_s(3600).ping() == []
