"""Who is put to whom."""

from collections import Counter

from hypothesis import given as any_floor
from hypothesis import strategies as st

from frontdesk.domain.targeting import LOOK_AHEAD, Free, Waiting, choose, slots_of


def chat(name: str, queued_ms: int = 0, priority: int = 0, *avoid: str) -> Waiting:
    return Waiting(name, priority, queued_ms, frozenset(avoid))


def test_who_waited_longest_goes_to_who_was_idle_longest() -> None:
    waiting = [chat("late", 2), chat("early", 1)]
    free = [Free("bob", 1, 20), Free("amy", 1, 10)]
    assert choose(waiting, free) == [("early", "amy"), ("late", "bob")]


def test_priority_goes_before_waiting() -> None:
    assert choose([chat("early", 1), chat("urgent", 2, 1)], [Free("amy", 1, 0)]) == [("urgent", "amy")]


def test_chats_go_round_before_anybody_gets_a_second() -> None:
    waiting = [chat(str(n), n) for n in range(4)]
    free = [Free("amy", 3, 0), Free("bob", 1, 1)]
    assert choose(waiting, free) == [("0", "amy"), ("1", "bob"), ("2", "amy"), ("3", "amy")]


def test_a_chat_does_not_come_to_who_has_just_refused_it() -> None:
    assert choose([chat("c", 0, 0, "amy")], [Free("amy", 1, 0), Free("bob", 1, 1)]) == [("c", "bob")]
    assert choose([chat("c", 0, 0, "amy")], [Free("amy", 1, 0)]) == []


def test_a_chat_that_nobody_free_may_have_does_not_hold_up_those_behind_it() -> None:
    waiting = [chat(f"refused {n:04}", n, 0, "amy") for n in range(LOOK_AHEAD)] + [chat("next", 9999)]
    assert choose(waiting, [Free("amy", 1, 0)]) == [("next", "amy")]


def test_nobody_free_nobody_rung() -> None:
    assert choose([chat("c")], []) == []
    assert choose([chat("c")], [Free("amy", 0, 0)]) == []
    assert choose([], [Free("amy", 1, 0)]) == []


def test_the_places_of_an_agent_are_never_less_than_none() -> None:
    assert (slots_of(3, {"a", "b"}), slots_of(1, {"a", "b"}), slots_of(0, set())) == (1, 0, 0)


NAMES = st.sampled_from("abcd")
FLOORS = st.tuples(
    st.lists(
        st.builds(
            Waiting,
            st.uuids().map(str),
            st.integers(0, 2),
            st.integers(0, 5),
            st.frozensets(NAMES, max_size=3),
        ),
        max_size=12,
    ),
    st.lists(
        st.builds(Free, NAMES, st.integers(0, 3), st.integers(0, 5)),
        max_size=4,
        unique_by=lambda f: f.agent_id,
    ),
)


@any_floor(FLOORS)
def test_on_any_floor_every_choice_is_allowed_and_none_is_left_out(
    floor: tuple[list[Waiting], list[Free]],
) -> None:
    waiting, free = floor
    chosen = choose(waiting, free)
    by_id = {w.interaction_id: w for w in waiting}
    slots = Counter({agent.agent_id: agent.slots for agent in free})
    assert len({interaction_id for interaction_id, _ in chosen}) == len(chosen)
    for interaction_id, agent_id in chosen:
        assert agent_id not in by_id[interaction_id].avoid
        slots[agent_id] -= 1
    assert all(count >= 0 for count in slots.values())
    left = [w for w in waiting if w.interaction_id not in dict(chosen)]
    for chat_left in left:
        assert not any(count and agent_id not in chat_left.avoid for agent_id, count in slots.items())
    order = [(-by_id[i].priority, by_id[i].queued_ms) for i, _ in chosen]
    assert order == sorted(order)
