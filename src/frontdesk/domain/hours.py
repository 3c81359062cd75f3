"""Opening hours: a week by the clock on the wall of one place, and days that are different.

What counts is what a clock there shows. On the night when clocks go back, an hour that is shown twice is open
twice if it is open at all; the hour that is left out when they go forward is nobody's.
"""

import datetime as dt
import re
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from msgspec import Struct

from frontdesk.errors import Refused

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
DAY_MIN = 24 * 60

_WEEKLY = re.compile(r"(?P<first>[a-z]{3})(?:\s*-\s*(?P<last>[a-z]{3}))?\s+(?P<rest>.+)")
_DATED = re.compile(r"(?P<year>[0-9]{4}-)?(?P<month>[0-9]{2})-(?P<day>[0-9]{2})\s+(?P<rest>.+)")
_SPAN = re.compile(r"([0-9]{1,2}):([0-9]{2})\s*-\s*([0-9]{1,2}):([0-9]{2})")

Spans = tuple[tuple[int, int], ...]
"""Minutes of a day from when and until when; the end may lie in the day after."""


class Hours(Struct, frozen=True):
    """When somebody answers.

    Shape:   `week` from Monday on; `days` by date, `2026-12-24` or every year's `12-24`, the former first.
    """

    time_zone: str = "UTC"
    week: tuple[Spans, ...] = (((0, DAY_MIN),),) * 7
    days: Mapping[str, Spans] = {}


def is_open(hours: Hours, at_ms: int) -> bool:
    """Whether somebody answers at that moment; its beginning is open, its end no longer."""
    there = dt.datetime.fromtimestamp(at_ms / 1000, _zone(hours.time_zone))
    minute = there.hour * 60 + there.minute
    day = there.date()
    return _covers(spans_of(hours, day), minute) or _covers(
        spans_of(hours, day - dt.timedelta(days=1)), minute + DAY_MIN
    )


def spans_of(hours: Hours, day: dt.date) -> Spans:
    """The spans that begin on a day."""
    for name in (f"{day:%Y-%m-%d}", f"{day:%m-%d}"):
        if name in hours.days:
            return hours.days[name]
    return hours.week[day.weekday()]


def _covers(spans: Spans, minute: int) -> bool:
    return any(begin <= minute < end for begin, end in spans)


@lru_cache(maxsize=1000)
def _zone(name: str) -> ZoneInfo:
    return ZoneInfo(name)


# --- reading ---------------------------------------------------------------------------------------


def hours_of(time_zone: str, week: Iterable[str], days: Iterable[str]) -> Hours:
    """Hours as operators write them: `mon-fri 09:00-12:00 13:00-17:00`, `12-25 closed`.

    Shape:   days that no line of the week names are closed; without any line it is always open.
    Errors:  `Refused("hours_invalid")` saying what to write.
    """
    try:
        _zone(time_zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise _fault(time_zone, "a time zone is called like Europe/Berlin") from None
    lines = list(week)
    spans: list[Spans] = [()] * 7
    for text in lines:
        for day, of_day in _weekly(text):
            spans[day] = (*spans[day], *of_day)
    dated = dict(_dated(text) for text in days)
    return Hours(time_zone, tuple(spans) if lines else Hours().week, dated)


def _weekly(text: str) -> Iterable[tuple[int, Spans]]:
    found = _WEEKLY.fullmatch(text.strip().lower())
    names = (found["first"], found["last"] or found["first"]) if found is not None else ()
    if found is None or any(name not in DAYS for name in names):
        raise _fault(text, "write days and times, such as mon-fri 09:00-17:00")
    first, last = (DAYS.index(name) for name in names)
    count = (last - first) % 7 + 1  # From fri to mon are four days.
    of_day = _spans(text, found["rest"])
    return [((first + n) % 7, of_day) for n in range(count)]


def _dated(text: str) -> tuple[str, Spans]:
    found = _DATED.fullmatch(text.strip().lower())
    if found is None:
        raise _fault(text, "write a date and times, such as 2026-12-24 09:00-12:00 or 12-25 closed")
    try:
        dt.date(int((found["year"] or "2000-")[:4]), int(found["month"]), int(found["day"]))
    except ValueError:
        raise _fault(text, "there is no such day") from None
    return f"{found['year'] or ''}{found['month']}-{found['day']}", _spans(text, found["rest"])


def _spans(text: str, rest: str) -> Spans:
    if rest.strip() == "closed":
        return ()
    words = _SPAN.sub(" ", rest).split()
    if words:
        raise _fault(text, f"{words[0]!r} is no time: write times such as 09:00-17:00, or closed")
    return tuple(_span(text, [int(number) for number in found]) for found in _SPAN.findall(rest))


def _span(text: str, numbers: Sequence[int]) -> tuple[int, int]:
    begin, end = numbers[0] * 60 + numbers[1], numbers[2] * 60 + numbers[3]
    if max(numbers[1], numbers[3]) > 59 or begin >= DAY_MIN or end > DAY_MIN:
        raise _fault(text, "times go from 00:00 to 24:00")
    return (begin, end) if end > begin else (begin, end + DAY_MIN)


def _fault(text: str, what_to_do: str) -> Refused:
    return Refused("hours_invalid", f"{text!r}: {what_to_do}")
