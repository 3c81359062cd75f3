"""Waiting, ringing, taking, handing over: how a chat comes to the one who answers it."""

from msgspec.structs import replace

from frontdesk.domain import commands, events
from frontdesk.domain.card import card_of
from frontdesk.domain.commands import Tick
from frontdesk.domain.events import Kind
from frontdesk.domain.interaction import Phase
from frontdesk.domain.queues import QueueRules
from frontdesk.domain.rules import Rules, of_service
from tests.domain.story import AMY, GREETER, MIRA, QUEUED, given

STAYS = Rules(ends_with_last_agent=False, idle_alert_s=0, client_silence_s=0)
RING = commands.Invite("amy", 30)
YES = commands.Accept("amy", "Amy")


def test_it_rings_for_one_agent_at_a_time() -> None:
    given(MIRA, QUEUED).when(RING).refuses(commands.Invite("bob", 30), "already_ringing")


def test_what_does_not_wait_does_not_ring() -> None:
    given(MIRA).refuses(RING, "not_waiting")
    given(MIRA, QUEUED, AMY).refuses(RING, "not_waiting")


def test_who_is_rung_and_takes_it_has_it() -> None:
    story = given(MIRA, QUEUED).when(RING).when(YES)
    story.then(
        events.Joined(party_id=2, kind=Kind.AGENT, participant_id="amy", nickname="Amy", answers_invite=True)
    )
    assert story.state.phase is Phase.ACTIVE
    assert story.state.ringing is None
    assert not story.state.queued_ms


def test_a_repeated_yes_is_one_yes() -> None:
    given(MIRA, QUEUED).when(RING, YES).when(YES).then()


def test_nobody_else_takes_what_rings_for_amy() -> None:
    given(MIRA, QUEUED).when(RING).refuses(commands.Accept("bob", "Bob"), "invite_gone")


def test_it_rings_until_its_time_is_up_and_not_a_millisecond_less() -> None:
    story = given(MIRA, QUEUED, rules=STAYS).when(RING)
    story.after_s(29.999).when(Tick(client_seen_ms=0)).then()
    story.after_s(0.001).when(Tick(client_seen_ms=0)).then(events.InviteEnded("amy", "expired"))
    story.refuses(YES, "invite_gone")


def test_who_declines_is_asked_no_more_and_the_chat_keeps_its_place() -> None:
    story = given(MIRA, QUEUED).when(RING)
    queued_ms = story.state.queued_ms
    story.after_s(5).when(commands.Decline("amy")).then(events.InviteEnded("amy", "declined"))
    assert story.state.queued_ms == queued_ms
    story.when(commands.Decline("amy")).then()


def test_it_does_not_ring_for_somebody_who_is_there() -> None:
    given(MIRA, AMY).when(commands.Queue(queue="default")).refuses(RING, "already_here")


def test_an_agent_who_joins_while_it_rings_for_them_has_answered() -> None:
    story = given(MIRA, QUEUED).when(RING)
    story.when(commands.Join(kind=Kind.AGENT, participant_id="amy", nickname="Amy"))
    assert story.state.ringing is None


def test_a_bot_hands_over_with_a_summary_for_the_one_who_comes() -> None:
    story = given(MIRA, GREETER)
    story.when(commands.HandOver(party_id=2, queue="sales", summary="wants a refund"))
    story.then(
        events.Queued(queue="sales", summary="wants a refund"),
        events.Left(party_id=2, reason="handed_over"),
    )
    assert story.state.phase is Phase.WAITING
    story.when(commands.HandOver(party_id=2, queue="sales")).then()


def test_what_a_person_hands_over_goes_before_those_who_have_not_been_served() -> None:
    story = given(MIRA, QUEUED, AMY).when(commands.HandOver(party_id=2, queue=""))
    story.then(events.Queued(queue="default", priority=60), events.Left(party_id=2, reason="handed_over"))


def test_a_visitor_cannot_hand_themselves_over() -> None:
    given(MIRA, QUEUED).refuses(commands.HandOver(party_id=1, queue="default"), "not_answering")


def test_a_bot_that_leaves_a_chat_which_waits_for_a_person_does_not_end_it() -> None:
    story = given(MIRA, GREETER).when(commands.Queue(queue="default"))
    queued_ms = story.state.queued_ms
    story.after_s(60).when(commands.Leave(party_id=2)).then(events.Left(party_id=2))
    assert story.state.is_open
    assert story.state.queued_ms == queued_ms


def test_by_the_rules_the_last_agent_s_leaving_ends_it() -> None:
    story = given(MIRA, AMY).when(commands.Leave(party_id=2))
    story.then(
        events.Left(party_id=2),
        events.Left(party_id=1),
        events.Ended(reason="last_agent_left", party_id=2),
    )


def test_or_it_waits_for_another() -> None:
    story = given(MIRA, QUEUED, AMY, rules=STAYS).when(commands.Leave(party_id=2))
    story.then(events.Left(party_id=2), events.Queued(queue="default", priority=60))
    assert story.state.phase is Phase.WAITING


def test_a_bot_s_leaving_does_not_end_what_an_agent_is_answering() -> None:
    amy = events.Joined(party_id=3, kind=Kind.AGENT, participant_id="amy", nickname="Amy")
    given(MIRA, GREETER, amy).when(commands.Leave(party_id=2)).then(events.Left(party_id=2))


def test_what_nobody_names_a_queue_for_waits_in_its_service_s() -> None:
    story = given(MIRA, rules=of_service(STAYS, "sales"))
    story.when(commands.Queue()).then(events.Queued(queue="sales"))
    for goes in (commands.HandOver(party_id=2), commands.Leave(party_id=2)):
        story = given(MIRA, GREETER, rules=of_service(STAYS, "sales")).when(goes)
        assert story.state.queue == "sales"


def test_what_waited_somewhere_waits_there_again() -> None:
    returns = events.Queued(queue="refunds", priority=60), events.Left(party_id=2, reason="handed_over")
    story = given(MIRA, events.Queued(queue="refunds"), AMY, rules=of_service(STAYS, "sales"))
    story.when(commands.HandOver(party_id=2)).then(*returns)


def test_queueing_twice_is_waiting_once() -> None:
    given(MIRA, QUEUED).when(commands.Queue(queue="sales")).then()


def test_user_data_may_name_the_agent_who_is_asked_first() -> None:
    rules = of_service(Rules(), "default", {"default": QueueRules(prefer_key="adviser")})
    started = replace(MIRA, user_data={"adviser": " dee ", "language": "de"})
    story = given(started, rules=rules).when(commands.Queue())
    story.then(events.Queued(queue="default", wanted="dee"))
    assert card_of(story.state).wanted == "dee"
    given(MIRA, rules=rules).when(commands.Queue()).then(events.Queued(queue="default"))
    given(started).when(commands.Queue()).then(events.Queued(queue="default"))
