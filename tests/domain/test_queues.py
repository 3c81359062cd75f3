"""Queues: who may take what waits in one, as operators write it."""

import pytest

from frontdesk.domain import commands, events
from frontdesk.domain.benches import Benches
from frontdesk.domain.commands import Tick
from frontdesk.domain.deadlines import next_due
from frontdesk.domain.queues import DEMANDS_MAX, Demand, QueueRules, Step, demands_of, in_words, steps_of
from frontdesk.domain.rules import Rules, ServiceRules, of_service
from frontdesk.errors import Refused
from tests.domain.story import AMY, BEGIN_MS, GREETER, MIRA, given

QUIET = Rules(ends_with_last_agent=False, idle_alert_s=0, client_silence_s=0)
GERMAN = Demand("language", "de", "german >= 1")


def rules(**queues: QueueRules) -> ServiceRules:
    return of_service(QUIET, "default", queues)


# --- what is written -------------------------------------------------------------------------------


def test_a_ladder_widens_with_time() -> None:
    assert steps_of(["german>=5", "after 2 min: anybody", "after 20 s: German >= 1"]) == (
        Step(0, "german >= 5"),
        Step(20_000, "german >= 1"),
        Step(120_000, ""),
    )
    assert steps_of([]) == steps_of(["anybody"]) == (Step(0, ""),)
    assert steps_of(["after > 3"]) == (Step(0, "after > 3"),), "a skill may be called so"


@pytest.mark.parametrize(
    ("text", "advice"),
    [
        ("after 20 s: anybody", "at once"),
        ("after a while: anybody", "after 20 s: german"),
        ("after 20 h: anybody", "after 20 s: german"),
        ("german >", "a number"),
        ("", "name of a skill"),
        ("$(load) < 1", "no statistics"),
    ],
)
def test_a_step_that_cannot_be_read_is_told_with_what_is_right(text: str, advice: str) -> None:
    with pytest.raises(Refused, match=advice):
        steps_of([text])


def test_a_demand_names_a_key_a_value_and_skills() -> None:
    assert demands_of(["language = de -> german>=1", "plan=Gold → vip > 0 | sales > 3"]) == (
        GERMAN,
        Demand("plan", "Gold", "vip > 0 | sales > 3"),
    )


@pytest.mark.parametrize("text", ["language = de", "= de -> a > 0", "language -> a > 0", "", "x = -> a > 0"])
def test_a_demand_that_cannot_be_read_is_told_with_an_example(text: str) -> None:
    with pytest.raises(Refused, match="language = de -> german >= 1"):
        demands_of([text])


def test_demands_have_a_bound_so_that_all_of_them_together_can_be_read() -> None:
    many = QueueRules(demands=demands_of(f"k{n} = v -> s{n} > 0" for n in range(DEMANDS_MAX)))
    assert Benches().mask(many.demand_of({f"k{n}": "v" for n in range(DEMANDS_MAX)})) == 0
    for texts in (["k = v -> s > 0"] * (DEMANDS_MAX + 1), ["k = v -> " + " & ".join(["a > 0"] * 120)] * 2):
        with pytest.raises(Refused, match=str(DEMANDS_MAX)):
            demands_of(texts)


def test_it_can_be_said_in_words() -> None:
    assert in_words(QueueRules(steps=steps_of(["a > 1", "after 20 s: anybody"]), demands=(GERMAN,))) == [
        "at once whose a is above 1",
        "after 20 s also anybody",
        "where language is de only whose german is at least 1",
    ]


# --- what user data asks for -----------------------------------------------------------------------


def test_user_data_may_ask_for_skills() -> None:
    queue = QueueRules(demands=(GERMAN, Demand("plan", "gold", "vip > 0 | sales > 3")))
    assert queue.demand_of({"language": " DE "}) == "german >= 1"
    assert queue.demand_of({"language": "de", "plan": "gold"}) == "(german >= 1) & (vip > 0 | sales > 3)"
    assert queue.demand_of({"language": "fr", "other": "de"}) == ""


def test_what_is_asked_for_is_settled_when_a_chat_begins_to_wait() -> None:
    told = given(rules=rules(default=QueueRules(demands=(GERMAN,)), sales=QueueRules()))
    start = commands.Start(
        service="s", user_id="u", key_hash="h", nickname="Mira", user_data={"language": "de"}, queue="default"
    )
    told.when(start)
    assert told.followed[1] == events.Queued(queue="default", demand="german >= 1")
    told.when(commands.Join(kind=GREETER.kind, participant_id="greeter", nickname="Greeter"))
    told.when(commands.HandOver(party_id=2, queue="sales"))
    assert told.state.demand == ""


def test_what_a_bot_finds_out_counts_for_its_hand_over() -> None:
    told = given(MIRA, GREETER, rules=rules(default=QueueRules(demands=(GERMAN,))))
    told.when(commands.ChangeData(party_id=2, changes={"language": "de"}), commands.HandOver(party_id=2))
    assert told.followed[0] == events.Queued(queue="default", demand="german >= 1")


# --- where it waits on -----------------------------------------------------------------------------

SPILLS = QueueRules(overflow_queue="everybody", overflow_s=60)
TICK = Tick(client_seen_ms=0)


def test_after_a_time_a_chat_waits_elsewhere_with_the_age_that_it_has() -> None:
    told = given(MIRA, rules=rules(sales=SPILLS)).when(commands.Queue(queue="sales", priority=3))
    assert next_due(told.state, told.rules) == BEGIN_MS + 60_000
    told.after_s(59.999).when(TICK).then()
    told.after_s(0.001).when(TICK).then(events.Queued(queue="everybody", priority=3, since_ms=BEGIN_MS))
    assert (told.state.queue, told.state.queued_ms) == ("everybody", BEGIN_MS)
    told.after_s(9999).when(TICK).then()


def test_what_is_asked_for_there_is_asked_for() -> None:
    both = rules(sales=SPILLS, everybody=QueueRules(demands=(GERMAN,)))
    told = given(MIRA, rules=both).when(commands.ChangeData(party_id=1, changes={"language": "de"}))
    told.when(commands.Queue(queue="sales")).after_s(60).when(TICK)
    assert told.state.demand == "german >= 1"


def test_what_rings_is_not_taken_away() -> None:
    told = given(MIRA, rules=rules(sales=SPILLS)).when(commands.Queue(queue="sales"))
    told.after_s(50).when(commands.Invite("amy", 30)).after_s(20).when(TICK).then()
    told.after_s(10).when(TICK).then(events.InviteEnded("amy", "expired"))
    assert told.when(TICK).state.queue == "everybody"


def test_what_does_not_wait_any_more_goes_nowhere() -> None:
    told = given(MIRA, rules=rules(sales=SPILLS)).when(commands.Queue(queue="sales"))
    told.when(commands.Invite("amy", 30), commands.Accept("amy", "Amy")).after_s(61).when(TICK).then()
    assert AMY.participant_id == told.state.parties[1].participant_id
