"""Conversations that stay open over days: they rest while nobody attends to them, and wake with a word."""

import pytest
from msgspec.structs import replace

from frontdesk.domain import commands, events
from frontdesk.domain.card import card_of
from frontdesk.domain.commands import (
    Accept,
    ComeBack,
    End,
    HandOver,
    Invite,
    Leave,
    Queue,
    Say,
    Start,
    TakeUp,
    Tick,
)
from frontdesk.domain.deadlines import Presence, next_due
from frontdesk.domain.events import (
    CameBack,
    Ended,
    InviteEnded,
    Joined,
    Kind,
    Left,
    Queued,
    Rested,
    Said,
    Visibility,
    Woke,
)
from frontdesk.domain.interaction import Phase
from frontdesk.domain.rules import Rules
from frontdesk.domain.waiting import Waiting
from frontdesk.errors import NotFound
from tests.domain.floors import NOW_MS, Person, chosen, line
from tests.domain.story import AMY, BEGIN_MS, GREETER, MIRA, QUEUED, Story

DAY_S = 86_400
LONG = replace(MIRA, asynchronous=True)
RULES = Rules(asynchronous=True)
RESTS = (LONG, QUEUED, AMY, Left(party_id=2), Rested("last_agent_left"))


def story(*happened: events.Event, rules: Rules = RULES) -> Story:
    return Story(*happened, rules=rules)


def test_a_service_says_whether_its_conversations_stay_open() -> None:
    start = Start(service="s", user_id="u", key_hash="h", nickname="Mira", asynchronous=True, queue="default")
    told = story().when(start)
    assert told.state.asynchronous
    assert told.state.phase is Phase.WAITING


def test_when_the_last_one_who_answers_leaves_it_rests() -> None:
    told = story(LONG, QUEUED, AMY).when(Leave(party_id=2))
    told.then(Left(party_id=2), Rested("last_agent_left"))
    assert told.state.phase is Phase.DORMANT
    assert told.state.is_open


def test_one_that_is_handed_over_waits_instead() -> None:
    told = story(LONG, QUEUED, AMY).when(HandOver(party_id=2))
    assert told.state.phase is Phase.WAITING


def test_another_that_is_not_asynchronous_ends_as_before() -> None:
    assert Story(MIRA, QUEUED, AMY).when(Leave(party_id=2)).state.phase is Phase.ENDED
    assert Story(MIRA, QUEUED, AMY).when(Leave(party_id=1)).state.phase is Phase.ENDED


def test_a_visitor_who_leaves_while_waiting_is_looked_after_no_longer() -> None:
    told = story(LONG, QUEUED).when(Invite("amy", 30), Leave(party_id=1))
    told.then(Left(party_id=1), InviteEnded("amy", "cancelled"), Rested("client_left"))
    assert (told.state.phase, told.state.ringing, told.state.queued_ms) == (Phase.DORMANT, None, 0)


def test_a_visitor_who_leaves_while_somebody_answers_leaves_them_to_finish() -> None:
    told = story(LONG, QUEUED, AMY).when(Leave(party_id=1)).then(Left(party_id=1))
    assert told.state.phase is Phase.ACTIVE
    told.when(Leave(party_id=1)).then()
    told.when(Leave(party_id=2)).then(Left(party_id=2), Rested("last_agent_left"))


def test_coming_back_wakes_nobody() -> None:
    told = story(*RESTS, Left(party_id=1)).when(ComeBack()).then(CameBack(1))
    assert told.state.phase is Phase.DORMANT
    assert told.state.client.is_present
    told.when(ComeBack()).then()


def test_the_visitors_word_wakes_it() -> None:
    told = story(*RESTS).when(Say(party_id=1, text="are you there?"))
    told.then(Said(party_id=1, text="are you there?"), Woke(1))
    assert (told.state.phase, told.state.queued_ms) == (
        Phase.WAITING,
        0,
    )  # For a bot to take, or to be queued.
    told.when(Queue())
    assert told.state.queued_ms


def test_so_does_a_file() -> None:
    image = commands.AddFile(party_id=1, file_id="f", name="a.png", size_bytes=1, media_type="image/png")
    assert story(*RESTS).when(image).state.phase is Phase.WAITING


def test_who_writes_after_leaving_has_come_back() -> None:
    told = story(*RESTS, Left(party_id=1)).when(Say(party_id=1, text="hello"))
    told.then(CameBack(1), Said(party_id=1, text="hello"), Woke(1))


def test_a_repeated_word_wakes_it_once() -> None:
    word = Say(party_id=1, text="hello", client_id="a")
    story(*RESTS).when(word).when(word).then()


def test_who_knows_the_conversation_is_asked_first() -> None:
    told = story(*RESTS).when(Say(party_id=1, text="hello"), Queue())
    assert card_of(told.state).prefers == "amy"
    told.when(Invite("amy", 30), Accept("amy", "Amy"))
    assert card_of(told.state).prefers == ""


@pytest.mark.parametrize(
    ("kind", "visibility"), [(Kind.SUPERVISOR, Visibility.SUPERVISORS), (Kind.AGENT, Visibility.AGENTS)]
)
def test_who_only_looked_on_or_advised_did_not_answer_it(kind: Kind, visibility: Visibility) -> None:
    unseen = Joined(party_id=3, kind=kind, participant_id="sam", nickname="Sam", visibility=visibility)
    told = story(LONG, QUEUED, AMY, unseen).when(Leave(party_id=3), Leave(party_id=2))
    assert told.state.phase is Phase.DORMANT
    assert card_of(told.state).prefers == "amy"


def test_but_only_when_free() -> None:
    waits = Waiting("c", NOW_MS, prefers="amy")
    both = [Person("bob", idle_ms=0), Person("amy", idle_ms=5)]
    assert chosen([line(waits)], both) == [("c", "amy")]
    assert chosen([line(replace(waits, avoid={"amy": NOW_MS + 1}))], both) == [("c", "bob")]
    assert chosen([line(waits)], both[:1]) == [("c", "bob")]


def test_silence_and_idleness_do_not_count() -> None:
    told = story(LONG, QUEUED, AMY, rules=Rules(rest_after_s=0)).after_s(30 * DAY_S)
    told.when(Tick(client_seen_ms=BEGIN_MS + 1)).then()


def test_one_who_never_came_for_the_first_answer_is_gone() -> None:
    told = story(LONG, QUEUED).after_s(RULES.client_silence_s)
    told.when(Tick(client_seen_ms=BEGIN_MS))
    told.then(Left(party_id=1, reason="client_silent"), Ended(reason="client_silent", party_id=1))


def test_those_who_answer_are_taken_out_when_nobody_writes() -> None:
    rules = replace(RULES, rest_after_s=3600)
    told = story(LONG, QUEUED, AMY, rules=rules)
    tick = Tick(client_seen_ms=BEGIN_MS + 1)
    told.after_s(3599).when(tick).then()
    told.after_s(1).when(tick).then(Left(party_id=2, reason="quiet"), Rested("quiet"))


def test_what_has_rested_for_too_long_is_over() -> None:
    told = story(*RESTS)
    assert next_due(told.state, told.rules, Presence()) == BEGIN_MS + RULES.resting_s * 1000
    told.after_s(RULES.resting_s).when(Tick(client_seen_ms=0))
    told.then(Left(party_id=1), Ended(reason="rested"))


def test_our_side_can_end_it_while_it_rests() -> None:
    told = story(*RESTS).when(End(reason="agent_ended", party_id=2))
    assert told.state.phase is Phase.ENDED


def test_who_took_part_may_take_it_up_while_it_rests() -> None:
    told = story(*RESTS).when(TakeUp(agent_id="amy", nickname="Amy"))
    told.then(Joined(party_id=3, kind=Kind.AGENT, participant_id="amy", nickname="Amy"))
    assert told.state.phase is Phase.ACTIVE
    told.when(TakeUp(agent_id="amy", nickname="Amy")).then()
    told.refuses(TakeUp(agent_id="sam", nickname="Sam", is_supervisor=True), "not_resting")


def test_another_agents_conversation_is_for_supervisors_alone() -> None:
    with pytest.raises(NotFound):
        story(*RESTS).when(TakeUp(agent_id="bob", nickname="Bob"))
    told = story(*RESTS).when(TakeUp(agent_id="sam", nickname="Sam", is_supervisor=True))
    told.then(Joined(party_id=3, kind=Kind.SUPERVISOR, participant_id="sam", nickname="Sam"))


LOOKS_ON = Joined(
    party_id=3,
    kind=Kind.SUPERVISOR,
    participant_id="sam",
    nickname="Sam",
    visibility=Visibility.SUPERVISORS,
)


@pytest.mark.parametrize("audience", [Visibility.SUPERVISORS, Visibility.AGENTS])
def test_who_looks_on_already_takes_it_up_by_coming_forward(audience: Visibility) -> None:
    take_up = TakeUp(agent_id="sam", nickname="Sam", is_supervisor=True)
    told = story(*RESTS, replace(LOOKS_ON, visibility=audience))
    assert told.state.phase is Phase.DORMANT
    told.when(take_up).then(
        events.Appeared(
            party_id=3, kind=Kind.SUPERVISOR, participant_id="sam", nickname="Sam", visibility=Visibility.ALL
        )
    )
    assert told.state.phase is Phase.ACTIVE
    told.when(take_up).then()
    told.when(Say(party_id=3, text="Here is the answer."))
    assert told.followed == (Said(party_id=3, text="Here is the answer."),)


def test_who_looks_on_where_nothing_rests_takes_nothing_up() -> None:
    take_up = TakeUp(agent_id="sam", nickname="Sam", is_supervisor=True)
    story(LONG, QUEUED, AMY, LOOKS_ON).refuses(take_up, "not_resting")


def test_a_bot_that_leaves_lets_it_rest_too() -> None:
    assert story(LONG, GREETER).when(Leave(party_id=2)).state.phase is Phase.DORMANT


def test_what_waits_again_can_rest_again() -> None:
    told = story(*RESTS).when(Say(party_id=1, text="hello"), Queue(), Leave(party_id=1))
    told.then(Left(party_id=1), Rested("client_left"))
    assert told.state.prefers == "amy"


def test_the_queue_it_was_in_is_where_it_waits_again() -> None:
    told = story(LONG, Queued(queue="sales"), AMY, Left(party_id=2), Rested())
    told.when(Say(party_id=1, text="hello")).when(Queue()).then(Queued(queue="sales"))


SEEN = Tick(client_seen_ms=BEGIN_MS + 1)
CLOSING = (replace(LONG, closes_when_idle=True), QUEUED, AMY)


def test_one_that_closes_when_idle_does_so_without_a_warning() -> None:
    told = story(*CLOSING).after_s(3599).when(Say(party_id=1, text="still here"))
    told.after_s(3599.999).when(SEEN).then()
    told.after_s(0.001).when(SEEN).then(
        events.IdleClosed(3, Rules().idle_close_text),
        Left(party_id=2),
        Left(party_id=1),
        Ended(reason="idle"),
    )


def test_also_while_it_rests() -> None:
    told = story(*CLOSING).when(Leave(party_id=2)).after_s(3600).when(SEEN)
    assert told.state.phase is Phase.ENDED
    assert told.state.end_reason == "idle"


@pytest.mark.parametrize(
    ("started", "rules"),
    [
        (CLOSING, Rules(asynchronous_idle_close_s=0, rest_after_s=0)),
        ((LONG, QUEUED, AMY), Rules(rest_after_s=0)),
    ],
)
def test_any_other_is_attended_to_however_long(started: tuple[events.Event, ...], rules: Rules) -> None:
    told = story(*started, rules=rules)
    assert next_due(told.state, rules, Presence(client_seen_ms=BEGIN_MS + 1)) is None


def test_one_that_nobody_came_for_waits_overnight_and_not_for_ever() -> None:
    told = story(LONG, QUEUED, Said(party_id=1, text="anybody?"))
    told.after_s(29 * DAY_S).when(SEEN).then()
    assert told.state.queued_ms
    told.after_s(DAY_S).when(SEEN).then(Left(party_id=1), Ended(reason="rested"))


def test_by_default_nobody_holds_a_quiet_conversation_for_longer_than_four_hours() -> None:
    told = story(LONG, QUEUED, AMY).after_s(14_400).when(SEEN)
    told.then(Left(party_id=2, reason="quiet"), Rested("quiet"))


def test_a_visitor_may_end_it_for_good() -> None:
    told = story(LONG, QUEUED, AMY).when(Leave(party_id=1, reason="client_left", ends=True))
    told.then(Left(party_id=1, reason="client_left"), Ended(reason="client_left", party_id=1))
