"""Who is put to whom."""

import pytest
from hypothesis import given as any_floor
from hypothesis import strategies as st

from frontdesk.domain.benches import EXPRESSIONS_KEPT_MAX, Benches
from frontdesk.domain.queues import MINUTE_MS as POINT
from frontdesk.domain.queues import QueueRules, Step
from frontdesk.domain.waiting import Line, Waiting
from tests.domain.floors import (
    LINES,
    MINUTE_MS,
    NAMES,
    NOW_MS,
    PEOPLE,
    Person,
    chosen,
    holds_out,
    left_over,
    line,
    may_have,
)

AMY, BOB = Person("amy", 1, 10), Person("bob", 1, 20)
GERMAN = Person("dee", 1, 30, {"german": 7})


def chat(name: str, waited_s: float = 0, *avoid: str, prefers: str = "") -> Waiting:
    return Waiting(name, NOW_MS - round(waited_s * 1000), dict.fromkeys(avoid, NOW_MS + 1), prefers)


def test_who_waited_longest_goes_to_who_was_idle_longest() -> None:
    waiting = [line(chat("late", 1), chat("early", 2))]
    assert chosen(waiting, [BOB, AMY]) == [("early", "amy"), ("late", "bob")]


def test_chats_go_round_before_anybody_gets_a_second() -> None:
    waiting = [line(*(chat(str(n), 9 - n) for n in range(4)))]
    free = [Person("amy", 3, 0), Person("bob", 1, 1)]
    assert chosen(waiting, free) == [("0", "amy"), ("1", "bob"), ("2", "amy"), ("3", "amy")]


def test_nobody_free_nobody_rung() -> None:
    assert chosen([line(chat("c"))], []) == []
    assert chosen([line(chat("c"))], [Person("amy", 0)]) == []
    assert chosen([], [AMY]) == []
    assert chosen([line()], [AMY]) == []


def test_a_chat_does_not_come_to_who_has_just_refused_it() -> None:
    assert chosen([line(chat("c", 0, "amy"))], [AMY, BOB]) == [("c", "bob")]
    assert chosen([line(chat("c", 0, "amy"))], [AMY]) == []
    assert chosen([line(Waiting("c", 0, {"amy": NOW_MS}))], [AMY]) == [("c", "amy")], "a while ago"


def test_a_chat_that_nobody_free_may_have_does_not_hold_up_those_behind_it() -> None:
    refused = [chat(f"refused {n}", 5000 - n, "amy") for n in range(2000)]
    assert chosen([line(*refused, chat("next"))], [AMY]) == [("next", "amy")]


# --- skills ----------------------------------------------------------------------------------------

LADDER = QueueRules(steps=(Step(0, "german >= 5"), Step(20_000, "german > 0"), Step(60_000, "")))


def test_a_chat_goes_to_those_whom_its_queue_means() -> None:
    assert chosen([line(chat("c"), rules=LADDER)], [AMY, GERMAN]) == [("c", "dee")]
    assert chosen([line(chat("c"), rules=LADDER)], [AMY]) == []


def test_whom_it_means_widens_while_the_chat_waits() -> None:
    some = Person("cy", 1, 0, {"german": 1})
    assert chosen([line(chat("c", 19.999), rules=LADDER)], [AMY, some]) == []
    assert chosen([line(chat("c", 20), rules=LADDER)], [AMY, some]) == [("c", "cy")]
    assert chosen([line(chat("c", 59.999), rules=LADDER)], [AMY]) == []
    assert chosen([line(chat("c", 60), rules=LADDER)], [AMY]) == [("c", "amy")]


def test_what_a_chat_asks_for_is_asked_for_however_long_it_waits() -> None:
    assert chosen([line(chat("c", 9999), rules=LADDER, demand="german > 0")], [AMY]) == []
    assert chosen([line(chat("c", 9999), demand="german > 0")], [AMY, GERMAN]) == [("c", "dee")]


def test_of_all_whom_it_means_the_one_who_was_idle_longest_is_asked() -> None:
    several = [Person(name, 1, idle, {"german": level}) for name, idle, level in (("b", 2, 9), ("a", 1, 1))]
    assert chosen([line(chat("c"), demand="german > 0")], several) == [("c", "a")]


def test_a_clock_that_was_set_back_keeps_nobody_waiting() -> None:
    assert chosen([line(chat("c", -5), rules=LADDER)], [GERMAN]) == [("c", "dee")]


def test_an_expression_that_cannot_be_read_means_anybody() -> None:
    """A newer version may have written it."""
    assert chosen([line(chat("c"), demand="german ~ 5")], [AMY]) == [("c", "amy")]


def test_benches_that_come_later_are_meant_as_well() -> None:
    benches = Benches()
    assert benches.mask("german > 0") == 0
    numbers = [benches.number(skills) for skills in ({}, {"german": 1}, {"german": 2, "sales": 1}, {})]
    assert numbers == [0, 1, 2, 0]
    assert benches.mask("german > 0") == 0b110
    assert benches.mask("sales = 0") == 0b011


# --- who is next -----------------------------------------------------------------------------------


def test_priority_goes_before_waiting_and_waiting_makes_up_for_it() -> None:
    def order(ageing: int, waited_s: float) -> list[str]:
        rules = QueueRules(ageing=ageing)
        lines = [line(chat("old", waited_s), rules=rules), line(chat("vip"), rules=rules, priority=2)]
        return [name for name, _ in chosen(lines, [Person("amy", 2)])]

    assert order(1, 119.999) == ["vip", "old"]
    assert order(1, 120) == ["old", "vip"]
    assert order(2, 60) == ["old", "vip"]
    assert order(0, 99_999) == ["vip", "old"]


def test_queues_have_points_of_their_own() -> None:
    lines = [line(chat("any", 59)), line(chat("gold"), rules=QueueRules(priority=1))]
    assert chosen(lines, [AMY]) == [("gold", "amy")]


def test_points_are_exact() -> None:
    assert QueueRules(priority=2, ageing=3).points(1, 1) == 3 * POINT + 3


# --- who knows the chat ----------------------------------------------------------------------------

KNOWN = QueueRules(prefer_s=60)


def test_who_knows_a_chat_is_asked_before_others() -> None:
    assert chosen([line(chat("c", prefers="bob"))], [AMY, BOB]) == [("c", "bob")]
    knows = Person("dee", 1, 99, {"german": 1})
    assert chosen([line(chat("c", prefers="dee"))], [AMY, knows]) == [("c", "dee")], "on whatever bench"


def test_it_waits_for_the_one_who_knows_it_a_while_and_then_goes_to_others() -> None:
    for waited_s, follows in ((59.999, []), (60, [("c", "amy")])):
        assert (
            chosen([line(chat("c", waited_s, prefers="bob"), rules=KNOWN)], [AMY], ready=["bob"]) == follows
        )


def test_but_not_for_one_who_is_not_there_or_has_refused_it() -> None:
    assert chosen([line(chat("c", prefers="bob"), rules=KNOWN)], [AMY]) == [("c", "amy")]
    refused = chat("c", 0, "bob", prefers="bob")
    assert chosen([line(refused, rules=KNOWN)], [AMY], ready=["bob"]) == [("c", "amy")]


def test_nor_does_it_hold_up_those_behind_it() -> None:
    lines = [line(chat("c", 9, prefers="bob"), chat("next"), rules=KNOWN)]
    assert chosen(lines, [AMY], ready=["bob"]) == [("next", "amy")]


# --- on any floor ----------------------------------------------------------------------------------


@any_floor(LINES, PEOPLE, st.sets(st.sampled_from(NAMES)))
def test_on_any_floor_every_choice_is_allowed_none_is_left_out_and_none_is_unjust(
    lines: list[Line], free: list[Person], away: set[str]
) -> None:
    ready = {person.agent_id for person in free} | away
    given = chosen(lines, free, ready=away)
    by_id = {person.agent_id: person for person in free}
    waits = {one.interaction_id: (each, one) for each in lines for one in each.chats}

    assert len({interaction_id for interaction_id, _ in given}) == len(given)
    for interaction_id, agent_id in given:
        assert may_have(*waits[interaction_id], by_id[agent_id])
        assert not holds_out(*waits[interaction_id], by_id[agent_id], ready)

    places = left_over(free, given)
    assert all(count >= 0 for count in places.values())
    got = dict(given)
    points = {
        name: each.rules.points(each.priority, NOW_MS - c.queued_ms) for name, (each, c) in waits.items()
    }
    turns = {name: (-points[name], c.queued_ms, name) for name, (_, c) in waits.items()}
    assert [turns[name] for name in got] == sorted(turns[name] for name in got)
    for name, (each, one) in waits.items():
        if name in got:
            continue
        could = [p for p in free if may_have(each, one, p) and not holds_out(each, one, p, ready)]
        for person in could:
            assert not places[person.agent_id], "somebody who may have it has a place left"
            takers = [other for other, agent_id in given if agent_id == person.agent_id]
            assert all(turns[other] < turns[name] for other in takers), "others went before it"


@any_floor(LINES, PEOPLE)
def test_who_may_have_a_chat_may_have_one_that_waits_alike_for_longer(
    lines: list[Line], free: list[Person]
) -> None:
    for each in lines:
        for place in range(1, len(each.chats)):
            for person in free:
                plain = [Waiting(c.interaction_id, c.queued_ms) for c in each.chats[place - 1 : place + 1]]
                assert may_have(each, plain[0], person) or not may_have(each, plain[1], person)


@pytest.mark.parametrize("ageing", [1, 3])
@any_floor(st.lists(st.integers(0, 20), min_size=1, max_size=200))
def test_nobody_waits_for_ever_behind_those_who_come_later(ageing: int, priorities: list[int]) -> None:
    """One agent, one chat a minute, and each minute another with any priority up to 20 comes."""
    patient = Waiting("patient", NOW_MS)
    waiting: dict[int, list[Waiting]] = {0: [patient]}
    rules = QueueRules(ageing=ageing)
    for minute, priority in enumerate(priorities):
        now_ms = NOW_MS + minute * MINUTE_MS
        waiting.setdefault(priority, []).append(Waiting(f"{minute:04}", now_ms))
        lines = [line(*chats, rules=rules, priority=p) for p, chats in waiting.items()]
        [(name, _)] = chosen(lines, [AMY], now_ms)
        if name == "patient":
            return
        waiting = {p: [c for c in chats if c.interaction_id != name] for p, chats in waiting.items()}
        assert minute * ageing < 20, "twenty points are made up for by now"


def test_what_visitors_ask_for_is_not_kept_without_end() -> None:
    benches = Benches()
    bench = benches.number({"german": 5})
    for number in range(EXPRESSIONS_KEPT_MAX + 10):
        assert not benches.mask(f"skill{number} >= 1") >> bench & 1
    assert benches.kept_count < EXPRESSIONS_KEPT_MAX
    assert benches.mask("german >= 5") >> bench & 1
    other = benches.number({"german": 6})
    assert benches.mask("german >= 5") >> other & 1
    assert benches.mask("") >> other & 1
