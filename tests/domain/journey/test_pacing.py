"""How many offers people can keep: the arithmetic."""

import pytest
from hypothesis import given as any_room
from hypothesis import strategies as st

from frontdesk.domain.journey.pacing import (
    ACCEPT_PRIOR,
    START_PRIOR,
    Answers,
    Room,
    Throttle,
    rate,
)


@pytest.mark.parametrize(
    ("outstanding", "load", "has_place"), [(6, 3.0, True), (8, 3.4, True), (9, 3.6, False)]
)
def test_the_worked_example(outstanding: int, load: float, has_place: bool) -> None:
    room = Room(free=4, waiting=1, accepted=1, outstanding=outstanding, p_start=0.8, p_accept=0.2)
    assert room.load == pytest.approx(load)
    assert room.keepable == pytest.approx(3.6)
    assert room.has_place is has_place


def test_before_anything_is_known_one_in_five_says_yes_and_four_of_five_begin() -> None:
    assert (rate(0, 0, ACCEPT_PRIOR), rate(0, 0, START_PRIOR)) == (0.2, 0.8)
    assert (Room().p_accept, Room().p_start) == (0.2, 0.8)


def test_what_is_known_outweighs_what_was_believed() -> None:
    assert rate(50, 90, ACCEPT_PRIOR) == 0.52


@any_room(st.integers(0, 50), st.integers(0, 50), st.integers(0, 50), st.integers(0, 50))
def test_more_to_do_never_makes_a_place(free: int, waiting: int, accepted: int, outstanding: int) -> None:
    room = Room(free, waiting, accepted, outstanding)
    busier = (
        Room(free, waiting + 1, accepted, outstanding),
        Room(free, waiting, accepted + 1, outstanding),
        Room(free, waiting, accepted, outstanding + 1),
    )
    assert room.has_place or not any(one.has_place for one in busier)
    assert Room(free + 1, waiting, accepted, outstanding).has_place or not room.has_place


def test_fewer_than_ten_chats_say_nothing_about_the_service_level() -> None:
    assert Answers(in_time=0, answered=5, abandoned=4).service_level == 1.0
    assert Answers(in_time=4, answered=6, abandoned=4).service_level == 0.4


def test_who_leaves_at_once_does_not_count() -> None:
    assert Answers(in_time=8, answered=9, abandoned=4, short_abandoned=3).service_level == 0.8


def test_offers_are_throttled_in_quarters_and_come_back_so() -> None:
    throttle, fractions = Throttle(), []
    for level in (0.9, 0.8, 0.7, 0.6, 0.6, 0.7, 0.9, 0.9, 0.9, 0.9):
        throttle = throttle.after(level, wanted=0.8)
        fractions.append(throttle.allow_fraction)
    # At 0.8 after 0.9 the next minute would end at 0.7; at 0.7 after 0.6 at 0.8, which is enough.
    assert fractions == [1.0, 0.75, 0.5, 0.25, 0.0, 0.25, 0.5, 0.75, 1.0, 1.0]


@pytest.mark.parametrize(("fraction", "least", "most"), [(0, 0, 0), (0.25, 200, 300), (1, 1000, 1000)])
def test_a_share_of_the_actions_passes_the_same_ones_each_time(
    fraction: float, least: int, most: int
) -> None:
    room = Room(allow_fraction=fraction)
    passing = [name for name in map(str, range(1000)) if room.lets_pass(name)]
    assert least <= len(passing) <= most
    assert all(Room(allow_fraction=min(1, fraction + 0.25)).lets_pass(name) for name in passing)
