"""An interval of time cut into buckets, as clocks in one place show it.

Days, weeks and months are those of the calendar there, so a day has 23 or 25 hours when clocks change; hours
and minutes are as long as they always are.

Source:  journey.md §11.4. Intervals and periods are written as ISO 8601 has them: `PT1H`, `P1D`, and
         `2026-10-01T00:00Z/2026-11-01T00:00Z`.
"""

import datetime as dt
import re
from bisect import bisect_right
from collections.abc import Iterator
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from msgspec import Struct

from frontdesk.domain.journey.checks.wrong import Wrong, invalid

END_OF_TIME_MS = 253_402_300_800_000  # The year 10000.
BUCKETS_MAX = 10_000  # Hours of thirteen months.

_PERIOD = re.compile(
    r"P(?:(?P<years>\d{1,4})Y)?(?:(?P<months>\d{1,4})M)?(?:(?P<weeks>\d{1,4})W)?(?:(?P<days>\d{1,5})D)?"
    r"(?:T(?:(?P<hours>\d{1,6})H)?(?:(?P<minutes>\d{1,7})M)?(?:(?P<seconds>\d{1,8})S)?)?"
)


class Period(Struct, frozen=True):
    """How long a bucket is: months and days by the calendar, seconds by the clock."""

    months: int = 0
    days: int = 0
    seconds: int = 0


class Interval(Struct, frozen=True):
    """From when until when, the end not included. Units: milliseconds since the Unix epoch."""

    from_ms: int
    until_ms: int


def interval_of(text: str) -> Interval:
    """An interval as it is written. Errors: `Wrong`."""
    begin, slash, end = text.partition("/")
    if not slash:
        raise invalid("interval", "an interval is written start/end, as ISO 8601 has it")
    interval = Interval(_moment(begin), _moment(end))
    if interval.until_ms <= interval.from_ms:
        raise invalid("interval", "its end has to come after its start")
    return interval


def _moment(text: str) -> int:
    try:
        moment = dt.datetime.fromisoformat(text)
    except ValueError:
        raise invalid("interval", f"{text[:40]!r} is no time: write 2026-10-01T00:00:00Z") from None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=dt.UTC)
    return round(moment.timestamp() * 1000)


def period_of(text: str) -> Period:
    """A period as it is written. Errors: `Wrong`."""
    found = _PERIOD.fullmatch(text)
    parts = {name: int(value or 0) for name, value in found.groupdict().items()} if found else {}
    if not any(parts.values()):
        raise invalid("granularity", f"{text[:40]!r} is no period: write PT1H or P1D")
    return Period(
        months=parts["years"] * 12 + parts["months"],
        days=parts["weeks"] * 7 + parts["days"],
        seconds=parts["hours"] * 3600 + parts["minutes"] * 60 + parts["seconds"],
    )


def zone_of(name: str) -> ZoneInfo:
    """A time zone. Errors: `Wrong`."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise invalid("timeZone", "a time zone is called like Europe/Berlin") from None


class Buckets(Struct, frozen=True):
    """The buckets of an interval, in order. `starts_ms` has one more, which is where the last one ends."""

    starts_ms: tuple[int, ...]

    def __len__(self) -> int:
        return len(self.starts_ms) - 1

    def at(self, moment_ms: int) -> int | None:
        """Which bucket a moment is in, or None; the start of one is in it, its end is not."""
        if not self.starts_ms[0] <= moment_ms < self.starts_ms[-1]:
            return None
        return bisect_right(self.starts_ms, moment_ms) - 1

    def intervals(self) -> Iterator[Interval]:
        """Each from when until when."""
        for number in range(len(self)):
            yield Interval(self.starts_ms[number], self.starts_ms[number + 1])


def buckets_of(interval: Interval, period: Period | None, zone: ZoneInfo) -> Buckets:
    """The interval in buckets of one period, the last one cut off at its end; without a period it is one.

    Errors:  `Wrong("too_many_buckets")`.
    """
    if period is None:
        return Buckets((interval.from_ms, interval.until_ms))
    starts = [interval.from_ms]
    for number in range(1, BUCKETS_MAX + 1):
        start_ms = _after(interval.from_ms, period, number, zone)
        if start_ms >= interval.until_ms:
            return Buckets((*starts, interval.until_ms))
        starts.append(start_ms)
    text = f"that is more than {BUCKETS_MAX} buckets: ask for a shorter interval, or longer buckets"
    raise Wrong("too_many_buckets", "granularity", text, limit=BUCKETS_MAX)


def _after(from_ms: int, period: Period, times: int, zone: ZoneInfo) -> int:
    """The moment after so many periods: calendar first, on the wall of that place, then the clock."""
    try:
        return _on_the_wall(from_ms, period, times, zone) + period.seconds * times * 1000
    except (ValueError, OverflowError):  # After the last year that there is.
        return END_OF_TIME_MS


def _on_the_wall(from_ms: int, period: Period, times: int, zone: ZoneInfo) -> int:
    moment = dt.datetime.fromtimestamp(from_ms / 1000, zone)
    if period.months or period.days:
        months = moment.year * 12 + moment.month - 1 + period.months * times
        first = moment.replace(year=months // 12, month=months % 12 + 1, day=1)
        day = min(moment.day, _days_in(first)) if period.months else moment.day
        moment = first.replace(day=day) + dt.timedelta(days=period.days * times)
    return round(moment.timestamp() * 1000)


def _days_in(first: dt.datetime) -> int:
    following = first.replace(year=first.year + first.month // 12, month=first.month % 12 + 1)
    return (following.date() - first.date()).days
