"""How often one address and one browser may ask."""

import pytest

from frontdesk.edges import journey_buckets
from frontdesk.edges.journey_buckets import SWEPT_EVERY_MS, Buckets


class Clock:
    now_ms = 1_800_000_000_000

    def __call__(self) -> int:
        return self.now_ms


def test_many_at_once_then_one_at_a_time() -> None:
    clock = Clock()
    buckets = Buckets("b", 60, 120, clock)
    assert [buckets.wait_s("k") for _ in range(120)] == [0] * 120
    assert buckets.wait_s("k") == 1
    assert buckets.wait_s("other") == 0
    clock.now_ms += 999
    assert buckets.wait_s("k") == 1
    clock.now_ms += 1
    assert buckets.wait_s("k") == 0
    assert buckets.wait_s("k") == 1
    clock.now_ms += 120_000
    assert [buckets.wait_s("k") for _ in range(121)] == [0] * 120 + [1]


def test_what_was_used_up_is_remembered_as_long_as_it_matters_and_no_longer() -> None:
    clock = Clock()
    buckets = Buckets("b", 6, 2, clock)
    assert [buckets.wait_s("k") for _ in range(3)] == [0, 0, 10]
    assert buckets.wait_s("once") == 0
    clock.now_ms += 2 * SWEPT_EVERY_MS - 1
    assert [buckets.wait_s(key) for key in ("j", "k")] == [0, 1]
    clock.now_ms += SWEPT_EVERY_MS
    assert buckets.wait_s("k") == 0
    assert set(buckets._used_until_ms) == {"j", "k"}


def test_whoever_makes_keys_up_fills_no_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(journey_buckets, "KEYS_MAX", 10)
    buckets = Buckets("b", 1, 1, Clock())
    for number in range(100):
        assert buckets.wait_s(str(number)) == 0
        assert len(buckets._used_until_ms) <= 10
    assert buckets.wait_s("99") > 0
