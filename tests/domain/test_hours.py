"""Opening hours: a pure question of time, by the clock on the wall of one place."""

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given as any_moment
from hypothesis import strategies as st

from frontdesk.domain.hours import Hours, hours_of, is_open
from frontdesk.errors import Refused

BERLIN = "Europe/Berlin"
OFFICE = hours_of(BERLIN, ["mon-fri 09:00-12:00 13:00-17:00", "sat 10:00-14:00"], [])


def at(text: str, zone: str = BERLIN, fold: int = 0) -> int:
    """The moment when a clock there shows this."""
    return round(dt.datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone), fold=fold).timestamp() * 1000)


def utc(text: str) -> int:
    return at(text, "UTC")


@pytest.mark.parametrize(
    ("moment", "is_it"),
    [
        ("2026-11-20T08:59:59.999", False),
        ("2026-11-20T09:00", True),
        ("2026-11-20T11:59:59.999", True),
        ("2026-11-20T12:00", False),
        ("2026-11-20T13:00", True),
        ("2026-11-20T17:00", False),
        ("2026-11-21T13:59", True),
        ("2026-11-22T12:00", False),
    ],
)
def test_it_opens_and_closes_by_the_week_to_the_millisecond(moment: str, is_it: bool) -> None:
    assert is_open(OFFICE, at(moment)) is is_it


def test_what_no_line_names_is_closed_and_without_any_line_it_is_always_open() -> None:
    assert not is_open(hours_of("UTC", ["mon 00:00-24:00"], []), utc("2026-11-24T12:00"))
    assert is_open(hours_of("UTC", [], []), utc("2026-11-24T12:00"))
    assert not is_open(hours_of("UTC", [], ["2026-11-24 closed"]), utc("2026-11-24T12:00"))


def test_it_may_be_open_past_midnight_into_a_day_that_is_closed() -> None:
    night = hours_of("UTC", ["fri 22:00-02:00"], ["2026-11-28 closed"])
    assert is_open(night, utc("2026-11-27T22:00"))
    assert is_open(night, utc("2026-11-28T01:59"))
    assert not is_open(night, utc("2026-11-28T02:00"))
    assert not is_open(night, utc("2026-11-27T01:00"))


def test_a_row_of_days_may_go_round_the_week() -> None:
    weekend = hours_of("UTC", ["sat-mon 10:00-11:00"], [])
    opens = [is_open(weekend, utc(f"2026-11-{day}T10:30")) for day in range(23, 30)]
    assert opens == [True, False, False, False, False, True, True]


def test_holidays_go_before_the_week_and_those_of_one_year_before_those_of_every_year() -> None:
    hours = hours_of(
        BERLIN, ["mon-sun 09:00-17:00"], ["12-24 09:00-12:00", "12-25 closed", "2027-12-25 10:00-11:00"]
    )
    assert is_open(hours, at("2026-12-24T11:00"))
    assert not is_open(hours, at("2026-12-24T13:00"))
    assert not is_open(hours, at("2026-12-25T10:30"))
    assert is_open(hours, at("2027-12-25T10:30"))


def test_where_the_clock_goes_forward_the_day_is_shorter_and_opens_by_the_clock() -> None:
    assert is_open(OFFICE, at("2026-03-27T09:00")), "the Friday before"
    assert utc("2026-03-27T08:00") == at("2026-03-27T09:00")
    assert utc("2026-03-30T07:00") == at("2026-03-30T09:00")
    assert is_open(OFFICE, utc("2026-03-30T07:00")), "the Monday after: an hour sooner for the sun"
    assert not is_open(OFFICE, utc("2026-03-30T06:59"))
    early = hours_of(BERLIN, ["sun 02:30-04:00"], [])
    assert not is_open(early, utc("2026-03-29T00:59")), "01:59; half past two is left out"
    assert is_open(early, utc("2026-03-29T01:00")), "03:00"
    assert not is_open(early, utc("2026-03-29T02:00")), "04:00"


def test_where_the_clock_goes_back_an_hour_that_is_shown_twice_is_open_twice() -> None:
    early = hours_of(BERLIN, ["sun 02:00-03:00"], [])
    opens = [
        is_open(early, utc(f"2026-10-{moment}"))
        for moment in ("24T23:59", "25T00:00", "25T01:30", "25T02:00")
    ]
    assert opens == [False, True, True, False]
    assert at("2026-10-25T02:30", fold=0) != at("2026-10-25T02:30", fold=1)


@pytest.mark.parametrize(
    ("zone", "week", "days", "advice"),
    [
        ("Mars/Olympus", [], [], "Europe/Berlin"),
        ("../etc", [], [], "Europe/Berlin"),
        ("", [], [], "Europe/Berlin"),
        ("UTC", ["09:00-17:00"], [], "mon-fri"),
        ("UTC", ["mon-fry 09:00-17:00"], [], "mon-fri"),
        ("UTC", ["mon"], [], "mon-fri"),
        ("UTC", ["mon 9-17"], [], "'9-17' is no time"),
        ("UTC", ["mon 09:00-17:00 oops"], [], "'oops' is no time"),
        ("UTC", ["mon 09:60-17:00"], [], "00:00 to 24:00"),
        ("UTC", ["mon 24:00-25:00"], [], "00:00 to 24:00"),
        ("UTC", [], ["christmas closed"], "12-25 closed"),
        ("UTC", [], ["2026-02-29 closed"], "no such day"),
    ],
)
def test_what_cannot_be_read_is_told_with_what_is_right(
    zone: str, week: list[str], days: list[str], advice: str
) -> None:
    with pytest.raises(Refused, match=advice) as refused:
        hours_of(zone, week, days)
    assert refused.value.code == "hours_invalid"


MOMENTS = st.integers(utc("2020-01-01"), utc("2040-01-01"))
ZONES = st.sampled_from(
    (BERLIN, "UTC", "America/St_Johns", "Australia/Lord_Howe", "Asia/Kathmandu", "Pacific/Apia")
)


@any_moment(MOMENTS, ZONES)
def test_at_any_moment_it_is_open_when_the_clock_there_shows_a_time_that_is_open(
    at_ms: int, zone: str
) -> None:
    hours = hours_of(zone, ["mon-fri 09:00-17:00"], ["05-01 closed"])
    there = dt.datetime.fromtimestamp(at_ms / 1000, dt.UTC).astimezone(ZoneInfo(zone))
    may_day = (there.month, there.day) == (5, 1)
    assert is_open(hours, at_ms) is (there.weekday() < 5 and 9 <= there.hour < 17 and not may_day)
    assert is_open(Hours(zone), at_ms)
