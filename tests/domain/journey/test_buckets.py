"""Intervals in buckets, as clocks in one place show them."""

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from frontdesk.domain.journey.checks.wrong import Wrong
from frontdesk.domain.journey.reporting.buckets import (
    BUCKETS_MAX,
    Interval,
    Period,
    buckets_of,
    interval_of,
    period_of,
    zone_of,
)

HOUR_MS = 3_600_000
BERLIN = ZoneInfo("Europe/Berlin")


def hours(interval: str, period: str, zone: ZoneInfo) -> list[float]:
    cut = buckets_of(interval_of(interval), period_of(period), zone)
    return [(one.until_ms - one.from_ms) / HOUR_MS for one in cut.intervals()]


def test_the_day_when_clocks_go_back_has_25_hours_and_the_one_when_they_go_on_23() -> None:
    autumn = "2026-10-24T00:00+02:00/2026-10-27T00:00+01:00"
    assert hours(autumn, "P1D", BERLIN) == [24, 25, 24]
    assert hours("2026-03-28T00:00+01:00/2026-03-31T00:00+02:00", "P1D", BERLIN) == [24, 23, 24]


def test_hours_are_as_long_as_they_always_are() -> None:
    day = "2026-10-25T00:00+02:00/2026-10-26T00:00+01:00"
    assert hours(day, "PT1H", BERLIN) == [1] * 25


def test_months_are_those_of_the_calendar() -> None:
    assert hours("2026-01-31T00:00Z/2026-05-31T00:00Z", "P1M", ZoneInfo("UTC")) == [
        28 * 24,
        31 * 24,
        30 * 24,
        31 * 24,
    ]


def test_the_last_bucket_ends_with_the_interval() -> None:
    assert hours("2026-01-01T00:00Z/2026-01-02T12:00Z", "P1D", ZoneInfo("UTC")) == [24, 12]


def test_87_what_happens_at_the_start_of_a_bucket_is_in_it_and_not_in_the_one_before() -> None:
    cut = buckets_of(Interval(0, 2 * HOUR_MS), period_of("PT1H"), ZoneInfo("UTC"))
    assert [cut.at(ms) for ms in (-1, 0, HOUR_MS - 1, HOUR_MS, 2 * HOUR_MS)] == [None, 0, 0, 1, None]


def test_without_a_period_it_is_one_bucket() -> None:
    assert len(buckets_of(Interval(0, 5), None, ZoneInfo("UTC"))) == 1


@pytest.mark.parametrize("text", ["P", "PT", "1D", "P-1D", "PT0S", "P1D ", "", "P1H", "PT9999999999S"])
def test_a_period_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(Wrong, match="write PT1H or P1D"):
        period_of(text)


@pytest.mark.parametrize(
    "text", ["", "2026", "2026-01-01T00:00Z", "a/b", "2026-01-02/2026-01-01", "2026-01-01/2026-01-01"]
)
def test_an_interval_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(Wrong):
        interval_of(text)


@pytest.mark.parametrize("name", ["", "Berlin", "../etc/passwd", "\0", "a" * 300])
def test_a_time_zone_that_is_none_is_refused(name: str) -> None:
    with pytest.raises(Wrong, match="Europe/Berlin"):
        zone_of(name)


def test_too_many_buckets_are_refused() -> None:
    with pytest.raises(Wrong) as wrong:
        buckets_of(Interval(0, (BUCKETS_MAX + 1) * 1000), Period(seconds=1), ZoneInfo("UTC"))
    assert (wrong.value.field, wrong.value.limit) == ("granularity", BUCKETS_MAX)


@given(
    st.integers(0, 4_000_000_000_000),
    st.integers(1, 100_000_000_000),
    st.sampled_from(["PT6H", "P1D", "P1W", "P1M", "P1Y", "P1M3DT5H", "P9999Y"]),
    st.sampled_from(["UTC", "Europe/Berlin", "America/St_Johns", "Australia/Lord_Howe", "Pacific/Apia"]),
)
def test_every_moment_is_in_one_bucket(from_ms: int, length_ms: int, period: str, zone: str) -> None:
    try:
        cut = buckets_of(Interval(from_ms, from_ms + length_ms), period_of(period), ZoneInfo(zone))
    except Wrong:
        return
    assert list(cut.starts_ms) == sorted(set(cut.starts_ms))
    for moment in (from_ms, from_ms + length_ms // 2, from_ms + length_ms - 1):
        at = cut.at(moment)
        assert at is not None
        assert cut.starts_ms[at] <= moment < cut.starts_ms[at + 1]


def test_a_time_without_an_offset_is_utc() -> None:
    assert interval_of("2026-01-01/2026-01-02").from_ms == round(
        dt.datetime(2026, 1, 1, tzinfo=dt.UTC).timestamp() * 1000
    )
