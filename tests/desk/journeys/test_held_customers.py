"""Who stays in memory, and who goes."""

import pytest

from frontdesk.desk.journeys.held_customers import OLDER, Held, HeldCustomers
from frontdesk.domain.journey.customer import Customer


def hold(*names: str, held_max: int = 100) -> HeldCustomers:
    """A node that has just heard of these."""
    held = HeldCustomers(held_max)
    for name in names:
        held.add(Held(name, Customer(name)))
    return held


def those_held(held: HeldCustomers, names: str) -> str:
    return "".join(name for name in names if held.get(name) is not None)


def test_who_is_asked_for_stays_and_the_rest_goes_with_its_generation() -> None:
    held = hold("a", "b")
    for _ in range(OLDER):
        assert not held.age()
        assert held.used("b") is not None
        assert len(held) == 2
    assert list(held.age()) == ["a"]
    assert those_held(held, "ab") == "b"
    assert held.used("a") is None


def test_to_look_whether_somebody_is_held_keeps_nobody() -> None:
    held = hold("a")
    for _ in range(OLDER):
        held.age()
        assert held.get("a") is not None
    assert list(held.age()) == ["a"]


def test_of_too_many_somebody_goes_who_was_not_asked_for_in_a_while() -> None:
    held = hold("a", "b", held_max=5)
    held.age()
    held.used("b")
    for name in "cdef":
        held.add(Held(name, Customer(name)))
    assert (len(held), those_held(held, "abcdef")) == (5, "bcdef")


@pytest.mark.parametrize("held_max", [1, 2, 3, 4, 10, 100])
def test_where_too_many_come_at_once_the_newest_stay(held_max: int) -> None:
    names = [str(number) for number in range(250)]
    held = hold(*names, held_max=held_max)
    assert held_max * 3 // 4 <= len(held) <= held_max
    assert all(held.get(name) for name in names[-len(held) :])


def test_who_is_asked_for_again_and_again_stays_however_many_come() -> None:
    held = hold(*map(str, range(100)), "a", held_max=20)
    for number in range(100, 250):
        assert held.used("a") is not None
        held.add(Held(str(number), Customer(str(number))))
        assert len(held) <= 20


def test_who_is_deleted_is_held_in_no_generation() -> None:
    held = hold("a", "b")
    held.age()
    held.pop("a")
    assert those_held(held, "ab") == "b"
    held.add(Held("c", Customer("c")))
    held.clear()
    assert (len(held), those_held(held, "abc")) == (0, "")
