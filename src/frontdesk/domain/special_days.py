"""Calendars: days that operators and applications write down, public holidays of a place, time zones."""

import datetime as dt
import re
from collections.abc import Iterable, Sequence
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from msgspec import Struct

from frontdesk.errors import Refused

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")

_LINE = re.compile(
    r"(?P<day>[0-9]{4}-[0-9]{2}-[0-9]{2}|[0-9]{2}-[0-9]{2}|[a-z]+)"
    r"(?:\s+(?P<since>[0-2][0-9]:[0-5][0-9])\s*-\s*(?P<until>[0-2][0-9]:[0-5][0-9]))?"
)


class SpecialDay(Struct, frozen=True):
    """A day that is not like others, from one time of it to another.

    Shape:   `day` is `2026-12-25`, `12-25` for every year, or a weekday's English name.
    """

    day: str
    since: str = "00:00"
    until: str = "24:00"


class Calendar(Struct, frozen=True):
    """One table of special days. Shape: without `country` there are only `days`; see `public_holidays`."""

    days: tuple[SpecialDay, ...] = ()
    country: str = ""
    region: str = ""


def special_days_of(lines: Iterable[str]) -> tuple[SpecialDay, ...]:
    """Days as they are written down: `2026-12-24 12:00-24:00`, `12-25` of every year, `sunday`.

    Errors:  `Refused("day_invalid")` saying what to write.
    """
    return tuple(_special_day(line) for line in lines)


def _special_day(line: str) -> SpecialDay:
    found = _LINE.fullmatch(line.strip().lower())
    if found is None or not _is_day(found["day"]):
        raise _fault(
            line, "write a date such as 2026-12-24, 12-25 for every year, or a weekday such as sunday"
        )
    since, until = found["since"] or "00:00", found["until"] or "24:00"
    if since >= until or until > "24:00":
        raise _fault(line, "times go from 00:00 to 24:00, the earlier one first")
    return SpecialDay(found["day"], since, until)


def _is_day(text: str) -> bool:
    if text in WEEKDAYS:
        return True
    try:
        dt.date.fromisoformat(text if len(text) == 10 else f"2000-{text}")  # 2000 had a 29th of February.
    except ValueError:
        return False
    return True


def _fault(line: str, what_to_do: str) -> Refused:
    return Refused("day_invalid", f"{line!r}: {what_to_do}")


def check_zone(name: str) -> None:
    """Errors: `Refused("zone_unknown")`."""
    try:
        zone_of(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise Refused("zone_unknown", f"{name!r}: a time zone is called like Europe/Berlin") from None


@lru_cache(maxsize=1000)
def zone_of(name: str) -> ZoneInfo:
    """The zone of a name that was checked."""
    return ZoneInfo(name)


def check_place(country: str, region: str) -> None:
    """Errors: `Refused("place_unknown")` when nobody knows the holidays of a place."""
    public_holidays(country, region, dt.date(2000, 1, 1).year)


@lru_cache(maxsize=100)
def public_holidays(country: str, region: str, year: int) -> Sequence[SpecialDay]:
    """The public holidays of a place in a year and the ones around it.

    Shape:   `country` and `region` as ISO 3166 has them, `DE` and `BY`; an empty region is all of it.
    Errors:  `Refused("place_unknown")`.
    """
    import holidays  # It knows every country, and takes its time to say so: only who asks for it waits.

    country, region = country.upper(), region.upper()
    regions = holidays.list_supported_countries(include_aliases=True).get(country)
    if regions is None or (region and region not in regions):
        place = f"{country} {region}".strip()
        text = (
            f"{place}: nobody knows its holidays; write a country such as DE, and a region of it such as BY"
        )
        raise Refused("place_unknown", text)
    years = (year - 1, year, year + 1)
    found = holidays.country_holidays(country, subdiv=region or None, years=years)
    return tuple(SpecialDay(day.isoformat()) for day in sorted(found))
