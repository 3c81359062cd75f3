"""Who is put to whom where applications ask."""

from collections import Counter
from collections.abc import Iterable, Mapping

import pytest
from hypothesis import given as any_floor
from hypothesis import strategies as st
from msgspec.structs import replace

from frontdesk.domain.asks import Aim, Ask, Order, drawn
from frontdesk.domain.benches import People
from frontdesk.domain.queues import QueueRules
from frontdesk.domain.targeting import Choice, choose
from frontdesk.domain.targets import Sort, Target, parse_targets
from frontdesk.domain.waiting import Line, Waiting
from tests.domain.floors import LINES, MINUTE_MS, NAMES, NOW_MS, PEOPLE, Person, left_over, line, people

AMY, BOB = Person("amy", 1, 10), Person("bob", 1, 20)
DEE = Person("dee", 1, 30, {"german": 7})


def aims(text: str) -> tuple[Aim, ...]:
    """The targets of a list, each understood: agents by their name, groups by their skills."""
    return tuple(
        Aim(target, agent_id=target.name if target.sort is Sort.AGENT else "", who=target.skills)
        for target in parse_targets(text)
    )


def asked(text: str, *chats: Waiting, priority: int = 0, **more: object) -> Line:
    ask = replace(Ask(aims(text)), **more)
    return Line(priority=priority, chats=sorted(chats, key=lambda chat: chat.place), ask=ask)


def chat(name: str, waited_s: float = 0, *avoid: str, prefers: str = "") -> Waiting:
    return Waiting(
        name, NOW_MS - round(waited_s * 1000), dict.fromkeys(avoid, NOW_MS + 1), prefers, f"{name}.1"
    )


def floor(*free: Person, unready: Iterable[Person] = (), **values: Mapping[str, float]) -> People:
    """People, where `values` are statistics: of agents by name, of targets by what they name."""
    return replace(
        people(free, unready=unready),
        of_agent=lambda agent_id, name: values.get(name, {}).get(agent_id, 0),
        of_target=lambda target, name: values.get(name, {}).get(target.name, 0),
    )


def given(there: People, *lines: Line) -> list[tuple[str, str]]:
    return [(c.interaction_id, _who(c)) for c in choose(lines, there, NOW_MS)]


def _who(choice: Choice) -> str:
    return choice.agent_id or (choice.aim.target.name if choice.aim is not None else "")


# --- whom it may go to -----------------------------------------------------------------------------


def test_any_of_several_targets_will_do_and_who_is_ready_for_longest_is_next() -> None:
    there = floor(AMY, BOB, DEE)
    assert given(there, asked("dee@.A, bob@.A", chat("c"))) == [("c", "bob")]
    assert given(there, asked("?:german > 5@.GA, zoe@.A", chat("c"))) == [("c", "dee")]
    assert given(there, asked("zoe@.A, ?:german > 8@.GA", chat("c"))) == []
    assert given(there, asked("everybody@.GA", chat("c"))) == [("c", "amy")]


def test_what_is_told_is_the_first_target_that_means_who_was_chosen() -> None:
    [choice] = choose([asked("zoe@.A, ?:german > 5@.GA, dee@.A", chat("c"))], floor(DEE), NOW_MS)
    assert choice.aim is not None
    assert (choice.request_id, choice.aim.target.object) == ("c.1", "?:german > 5@.GA")


def test_a_target_counts_only_while_its_threshold_holds() -> None:
    line_ = asked("{StatAgentsAvailable>1}?Germans:german > 5@.GA", chat("c"))
    assert given(floor(DEE, statagentsavailable={"Germans": 1}), line_) == []
    assert given(floor(DEE, statagentsavailable={"Germans": 2}), line_) == [("c", "dee")]


def test_a_statistic_within_skills_is_asked_of_each_person() -> None:
    line_ = asked("?:$(StatAgentLoading) > 50 & german = 0@.GA", chat("c"))
    assert given(floor(AMY, BOB, DEE, StatAgentLoading={"bob": 60, "dee": 90}), line_) == [("c", "bob")]


def test_a_queue_has_what_nobody_is_free_for() -> None:
    line_ = asked("?:german > 5@.GA, {StatCallsInQueue<3}8001.Q, 8002.Q", chat("c"))
    assert given(floor(AMY, DEE), line_) == [("c", "dee")]
    assert given(floor(AMY, statcallsinqueue={"8001": 2}), line_) == [("c", "8001")]
    assert given(floor(statcallsinqueue={"8001": 3}), line_) == [("c", "8002")]
    assert given(floor(), asked("{StatCallsInQueue>0}8001.Q", chat("c"))) == []


def test_who_is_excluded_or_has_refused_is_passed_over() -> None:
    assert given(floor(AMY, BOB), asked("x@.GA", chat("c", 0, "amy"))) == [("c", "bob")]
    assert given(floor(AMY), asked("x@.GA", chat("c", 9, "amy"), chat("next"))) == [("next", "amy")]


def test_the_ideal_agent_is_chosen_where_possible() -> None:
    assert given(floor(AMY, BOB), asked("x@.GA", chat("c", prefers="bob"))) == [("c", "bob")]
    assert given(floor(AMY), asked("x@.GA", chat("c", prefers="bob"))) == [("c", "amy")]
    assert given(floor(AMY, BOB), asked("amy@.A", chat("c", prefers="bob"))) == [("c", "amy")]


def test_who_is_here_and_not_ready_is_chosen_only_where_that_was_asked_for() -> None:
    there = floor(BOB, unready=[Person("amy", 2, 0)])
    assert given(there, asked("amy@.A", chat("c"))) == []
    lines = asked("x@.GA", *(chat(str(n), 9 - n) for n in range(4)), asks_unready=True)
    assert given(there, lines) == [("0", "bob"), ("1", "amy"), ("2", "amy")]


# --- who of them -----------------------------------------------------------------------------------


@pytest.mark.parametrize(("order", "who"), [(Order.MAX, ["bob", "amy"]), (Order.MIN, ["amy", "bob"])])
def test_the_most_or_the_least_by_a_statistic(order: Order, who: list[str]) -> None:
    there = floor(AMY, BOB, StatAgentLoading={"amy": 10, "bob": 40})
    lines = asked("x@.GA", chat("0", 9), chat("1", 8), order=order, order_by="StatAgentLoading")
    assert [agent for _, agent in given(there, lines)] == who


def test_by_a_statistic_too_nobody_gets_a_second_before_all_have_one() -> None:
    there = floor(Person("amy", 3), BOB, StatAgentLoading={"amy": 90, "bob": 1})
    chats = (chat(str(n), 9 - n) for n in range(4))
    lines = asked("x@.GA", *chats, order=Order.MAX, order_by="StatAgentLoading")
    assert [agent for _, agent in given(there, lines)] == ["amy", "bob", "amy", "amy"]


def test_of_queues_the_one_with_the_least_waiting() -> None:
    there = floor(StatCallsInQueue={"8001": 5, "8002": 2})
    for order, queue in ((Order.MIN, "8002"), (Order.MAX, "8001"), (Order.ANY, "8001")):
        lines = asked("8001.Q, 8002.Q", chat("c"), order=order, order_by="StatCallsInQueue")
        assert given(there, lines) == [("c", queue)]


def test_10_000_choices_by_percentage_are_within_two_percent_of_the_weights() -> None:
    weighed = aims("[10]8001.Q, [25]8002.Q, [65]8003.Q")
    counts = Counter(next(drawn(weighed, f"s{n // 7}.{n}")).target.name for n in range(10_000))
    for name, weight in (("8001", 10), ("8002", 25), ("8003", 65)):
        assert abs(counts[name] / 100 - weight) < 2, counts


def test_what_was_drawn_and_cannot_be_is_drawn_again_among_the_others() -> None:
    lines = asked("[99]zoe@.A, [1]amy@.A, [0]8001.Q", chat("c"), order=Order.PERCENTAGE)
    assert given(floor(AMY), lines) == [("c", "amy")]
    assert given(floor(BOB), lines) == [("c", "8001")]


@any_floor(st.lists(st.integers(0, 9), min_size=1, max_size=6), st.text(max_size=8))
def test_each_target_is_drawn_once_and_the_same_request_draws_alike(weights: list[int], request: str) -> None:
    weighed = tuple(Aim(Target(str(n), Sort.QUEUE, weight=w)) for n, w in enumerate(weights))
    order = [aim.target.name for aim in drawn(weighed, request)]
    assert sorted(order) == [str(number) for number in range(len(weights))]
    assert order == [aim.target.name for aim in drawn(weighed, request)]


# --- which chat is next ----------------------------------------------------------------------------


def test_what_has_the_higher_priority_goes_first_and_of_equals_the_one_that_waited_longer() -> None:
    lines = [asked("x@.GA", chat("old", 900), chat("new", 1)), asked("x@.GA", chat("vip"), priority=1)]
    assert [name for name, _ in given(floor(Person("amy", 3)), *lines)] == ["vip", "old", "new"]


def test_an_hour_of_waiting_makes_up_for_a_priority_so_that_nobody_waits_for_ever() -> None:
    for waited_s, first in ((3599, "vip"), (3601, "old")):
        lines = [asked("x@.GA", chat("old", waited_s)), asked("x@.GA", chat("vip"), priority=1)]
        assert given(floor(AMY), *lines) == [(first, "amy")]


def test_by_the_objective_a_minute_of_half_a_minute_is_more_than_one_of_two() -> None:
    lines = [
        asked("x@.GA", chat("patient", 70), objective_s=120),
        asked("x@.GA", chat("urgent", 60), objective_s=30),
    ]
    assert given(floor(AMY), *lines) == [("urgent", "amy")]


def test_those_in_queues_and_those_of_applications_take_turns_by_how_long_they_wait() -> None:
    plain = line(*(replace(chat(name, s), request_id="") for name, s in (("a", 90), ("c", 50))))
    lines = [plain, asked("x@.GA", chat("b", 70), chat("d", 30))]
    assert [name for name, _ in given(floor(Person("amy", 3)), *lines)] == ["a", "b", "c"]


def test_a_chat_that_was_submitted_twice_is_given_once() -> None:
    twice = [asked("amy@.A", chat("c", 5)), asked("bob@.A", replace(chat("c", 4), request_id="c.2"))]
    assert given(floor(AMY, BOB), *twice) == [("c", "amy")]


# --- on any floor ----------------------------------------------------------------------------------

TARGETS = st.lists(
    st.sampled_from(
        ("amy@.A", "bob@.A", "?:german >= 5@.GA", "?:sales > 0@.GA", "[3]?:$(load) > 1@.GA", "x@.GA")
    ),
    min_size=1,
    max_size=3,
    unique=True,
).map(", ".join)
ASKED = st.lists(
    st.builds(
        lambda text, names, priority, order, waited: asked(
            text,
            *(chat(name, waited_s) for name, waited_s in zip(names, waited, strict=False)),
            priority=priority,
            order=order,
            order_by="load",
        ),
        TARGETS,
        st.lists(st.uuids().map(str), max_size=4),
        st.integers(0, 2),
        st.sampled_from(Order),
        st.lists(st.integers(0, 300), min_size=4, max_size=4),
    ),
    max_size=4,
)


def _may(aim: Aim, person: Person) -> bool:
    match written := aim.target.object:
        case "?:german >= 5@.GA":
            return person.skills.get("german", 0) >= 5
        case "?:sales > 0@.GA":
            return person.skills.get("sales", 0) > 0
        case "?:$(load) > 1@.GA":
            return len(person.agent_id) > 2
        case _:
            return written == "x@.GA" or aim.agent_id == person.agent_id


@any_floor(LINES, ASKED, PEOPLE)
def test_on_any_floor_queues_and_applications_together_get_what_may_be_and_nobody_is_left_out(
    plain: list[Line], lines: list[Line], free: list[Person]
) -> None:
    there = replace(people(free, NAMES), of_agent=lambda agent_id, _: len(agent_id) - 1.0)
    choices = choose([*plain, *lines], there, NOW_MS)
    by_id = {person.agent_id: person for person in free}

    assert len({choice.interaction_id for choice in choices}) == len(choices), "one chat, one agent"
    places = left_over(free, [(choice.interaction_id, choice.agent_id) for choice in choices])
    assert all(count >= 0 for count in places.values()), "nobody beyond capacity"
    for choice in choices:
        if choice.aim is not None:
            assert _may(choice.aim, by_id[choice.agent_id])
    served = {choice.interaction_id for choice in choices}
    for each in lines:
        assert each.ask is not None
        for one in each.chats:
            if one.interaction_id not in served:
                for person in free:
                    if places[person.agent_id]:
                        assert not any(_may(aim, person) for aim in each.ask.aims), "somebody could have it"


@any_floor(st.lists(st.tuples(st.booleans(), st.integers(0, 2)), min_size=1, max_size=250))
def test_nobody_waits_for_ever_behind_those_who_come_later(later: list[tuple[bool, int]]) -> None:
    """One agent, one chat a minute; each minute another comes, to a queue or by an application."""
    waiting: list[tuple[bool, int, Waiting]] = [(True, 0, chat("patient"))]
    for minute, (is_asked, priority) in enumerate(later):
        now_ms = NOW_MS + minute * MINUTE_MS
        waiting.append((is_asked, priority, Waiting(f"{minute:04}", now_ms, request_id=f"{minute:04}.1")))
        lines = [
            asked("x@.GA", one, priority=p)
            if by_application
            else line(replace(one, request_id=""), rules=QueueRules(priority=p))
            for by_application, p, one in waiting
        ]
        [choice] = choose(lines, floor(AMY), now_ms)
        if choice.interaction_id == "patient":
            return
        waiting = [one for one in waiting if one[2].interaction_id != choice.interaction_id]
        assert minute <= 120, "two priorities are made up for by two hours"
