"""Putting a chat aside for a while, and bringing two together."""

from typing import Any

import pytest

from frontdesk.domain import commands, events
from frontdesk.domain.commands import Say, Tick
from frontdesk.domain.events import Kind
from frontdesk.domain.interaction import Phase
from frontdesk.domain.owning_commands import Merge, MergeInto, Park, Resume
from frontdesk.domain.rules import Rules
from tests.domain.story import AMY, GREETER, LISTENER, MIRA, QUEUED, given

BOB = events.Joined(party_id=3, kind=Kind.AGENT, participant_id="bob", nickname="Bob")
OTHER = "chat2"


def merge(**of: Any) -> Merge:
    return Merge(party_id=2, interaction_id=OTHER, **of)


# --- putting aside ----------------------------------------------------------------------------------


def test_a_chat_is_put_aside_and_gone_on_with_once() -> None:
    story = given(MIRA, AMY).when(Park(2)).then(events.Parked(2)).when(Park(2)).then()
    story.when(Resume(2)).then(events.Resumed(2)).when(Resume(2)).then()


def test_a_word_goes_on_with_it() -> None:
    story = given(MIRA, AMY).when(Park(2), Say(party_id=2, text="back again"))
    story.then(events.Resumed(2), events.Said(party_id=2, text="back again"))


def test_a_word_of_the_visitors_does_not() -> None:
    given(MIRA, AMY).when(Park(2), Say(party_id=1, text="hello?")).then(
        events.Said(party_id=1, text="hello?")
    )


def test_nobody_is_closed_for_silence_meanwhile() -> None:
    rules = Rules(idle_alert_s=5, idle_close_s=5, client_silence_s=0)
    story = given(MIRA, AMY, rules=rules).when(Park(2)).after_s(100)
    story.when(Tick(client_seen_ms=story.now_ms)).then()
    story.when(Resume(2)).after_s(4.999).when(Tick(client_seen_ms=story.now_ms)).then()
    story.after_s(0.001).when(Tick(client_seen_ms=story.now_ms))
    assert isinstance(story.followed[0], events.IdleWarned)


@pytest.mark.parametrize("party_id", [1, 3])
def test_only_who_answers_can_put_it_aside(party_id: int) -> None:
    given(MIRA, GREETER, LISTENER).refuses(Park(party_id), "not_answering")


def test_who_leaves_has_put_nothing_aside() -> None:
    story = given(MIRA, AMY, BOB).when(Park(2), commands.Leave(party_id=2))
    assert not any(party.is_held for party in story.state.parties)


# --- merging ----------------------------------------------------------------------------------------


def test_colleagues_and_what_is_known_come_along() -> None:
    story = given(MIRA, AMY).when(
        merge(colleagues=(("bob", "Bob"), ("amy", "Amy")), user_data={"order": "4711"})
    )
    story.then(
        events.Merged(party_id=2, interaction_id=OTHER),
        events.DataChanged(party_id=2, changes={"order": "4711"}),
        BOB,
    )


def test_what_is_known_here_stays() -> None:
    story = given(MIRA, AMY).when(commands.ChangeData(party_id=2, changes={"order": "1"}))
    story.when(merge(user_data={"order": "4711", "vip": "yes"}))
    assert story.state.user_data == {"order": "1", "vip": "yes"}


def test_the_journey_of_a_chat_stays_with_that_chat() -> None:
    story = given(MIRA, AMY).when(merge(user_data={"journeyContext": "{}", "vip": "yes"}))
    assert story.state.user_data == {"vip": "yes"}


def test_merging_again_is_merging_once() -> None:
    given(MIRA, AMY).when(merge()).when(merge()).then()


def test_one_may_leave_it_to_those_who_come() -> None:
    story = given(MIRA, AMY).when(merge(colleagues=(("bob", "Bob"),), leaves=True))
    assert isinstance(story.followed[-1], events.Left)
    assert [p.participant_id for p in story.state.parties if p.answers] == ["bob"]


def test_but_not_to_nobody() -> None:
    given(MIRA, AMY).refuses(merge(leaves=True), "nobody_stays")


def test_the_other_one_ends() -> None:
    story = given(MIRA, QUEUED, AMY).when(MergeInto(party_id=2, interaction_id="chat1"))
    assert [type(event) for event in story.followed] == [
        events.MergedInto,
        events.Left,
        events.Left,
        events.Ended,
    ]
    assert (story.state.phase, story.state.end_reason) == (Phase.ENDED, "merged")
    assert story.state.merged_into == "chat1"


def test_only_who_answers_can_merge() -> None:
    given(MIRA, GREETER).refuses(merge(), "not_answering")
    given(MIRA, GREETER).refuses(MergeInto(party_id=2, interaction_id="chat1"), "not_answering")
