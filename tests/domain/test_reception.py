"""Who comes to a queue that is closed, full or deserted: what they are told, and what their chat comes to."""

import pytest

from frontdesk.domain import commands, events
from frontdesk.domain.hours import hours_of
from frontdesk.domain.interaction import Phase
from frontdesk.domain.reception import Answer, Does, Outlook, ReceptionRules, Situation, situation
from tests.domain.story import AMY, BEGIN_MS, GREETER, MIRA, QUEUED, given

NIGHT = hours_of("UTC", [], ["2025-10-09 closed"])  # The day of BEGIN_MS.
WELL = Outlook(0, could_answer=True)
FULL = commands.Receive(about="full", text="Too many.", ends=True)
TOLD = commands.Receive(about="nobody", text="Please wait.", ends=False)


def test_all_is_well_unless_somebody_says_otherwise() -> None:
    assert situation(ReceptionRules(), BEGIN_MS, WELL) is None
    assert situation(ReceptionRules(), BEGIN_MS, Outlook(10_000, could_answer=True)) is None


def test_closed_goes_before_full_and_full_before_nobody() -> None:
    rules = ReceptionRules(hours=NIGHT, waiting_max=1)
    deserted = Outlook(1, could_answer=False)
    assert situation(rules, BEGIN_MS, deserted) is Situation.CLOSED
    assert situation(rules, BEGIN_MS + 86_400_000, deserted) is Situation.FULL
    assert situation(rules, BEGIN_MS + 86_400_000, Outlook(0, could_answer=False)) is Situation.NOBODY
    assert situation(rules, BEGIN_MS + 86_400_000, WELL) is None


def test_who_is_about_to_be_rung_does_not_fill_a_queue() -> None:
    rules = ReceptionRules(waiting_max=2)
    assert situation(rules, BEGIN_MS, Outlook(4, places=3)) is None
    assert situation(rules, BEGIN_MS, Outlook(4, places=2)) is Situation.FULL


@pytest.mark.parametrize("found", Situation)
def test_each_has_an_answer_of_its_own(found: Situation) -> None:
    answers = {s.value: Answer(Does.TELL, s.value) for s in Situation}
    assert ReceptionRules(**answers).answer(found).text == found


def test_it_is_told_by_the_system_and_ends() -> None:
    story = given(MIRA, QUEUED).when(FULL)
    story.then(
        events.Informed(party_id=2, text="Too many.", about="full"),
        events.Left(party_id=1),
        events.Ended(reason="full"),
    )
    assert story.state.phase is Phase.ENDED


def test_or_it_is_told_and_waits() -> None:
    story = given(MIRA, QUEUED).when(TOLD)
    story.then(events.Informed(party_id=2, text="Please wait.", about="nobody"))
    assert (story.state.queued_ms, story.state.last_line) == (BEGIN_MS, story.state.version)
    story.when(TOLD).then()


def test_it_is_told_again_when_it_comes_to_a_queue_again() -> None:
    story = given(MIRA, QUEUED).when(TOLD, commands.Invite("amy", 30), commands.Accept("amy", "Amy"))
    story.when(commands.HandOver(party_id=3)).when(TOLD)
    story.then(events.Informed(party_id=2, text="Please wait.", about="nobody"))


def test_without_a_word_it_just_ends() -> None:
    silent = commands.Receive(about="closed", text="", ends=True)
    given(MIRA, QUEUED).when(silent).then(events.Left(party_id=1), events.Ended(reason="closed"))


def test_who_does_not_wait_or_is_rung_is_not_turned_away() -> None:
    given(MIRA, GREETER).when(FULL).then()
    given(MIRA, QUEUED, AMY).when(FULL).then()
    given(MIRA, QUEUED).when(commands.Invite("amy", 30)).when(FULL).then()


def test_a_bot_that_has_called_for_a_person_leaves_with_the_visitor() -> None:
    story = given(MIRA, GREETER, QUEUED).when(FULL)
    assert story.followed[1:] == (
        events.Left(party_id=2),
        events.Left(party_id=1),
        events.Ended(reason="full"),
    )


def test_a_conversation_over_days_is_told_and_goes_on_waiting() -> None:
    days = events.Started(service="s", user_id="u", key_hash="h", nickname="Mira", asynchronous=True)
    story = given(days, QUEUED).when(FULL)
    story.then(events.Informed(party_id=2, text="Too many.", about="full"))


def test_a_chat_does_not_end_under_the_hands_of_a_colleague_who_stays() -> None:
    bob = events.Joined(party_id=3, kind=events.Kind.AGENT, participant_id="bob", nickname="Bob")
    story = given(MIRA, QUEUED, AMY, bob).when(commands.HandOver(party_id=2), FULL)
    assert story.state.phase is Phase.ACTIVE
    assert story.state.queued_ms
    story.when(commands.Leave(party_id=3), FULL)
    assert story.state.phase is Phase.ENDED
