"""What scripts of a session may look at under `_genesys.session`: lists, options, calendars, zones.

Source:  orchestration.md, section 5.7.
"""

import datetime as dt
import re
from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping, Sequence
from zoneinfo import available_timezones

from msgspec import Struct

from frontdesk.desk.orchestration.application_files import Document
from frontdesk.domain.orchestration.session import Session
from frontdesk.domain.special_days import Calendar, SpecialDay, public_holidays, special_days_of, zone_of
from frontdesk.errors import NotFound, Refused
from frontdesk.scxml.world import Server, Surroundings, World
from frontdesk.scxml.world import SpecialDay as Day

_ZONE = re.compile(rb"\b[A-Z][A-Za-z_]+(?:/[A-Z][A-Za-z_-]+){1,2}\b")

QUARTER_MS = 15 * 60 * 1000  # Clocks are changed, and years begin, at such moments in every zone there is.
APPLICATIONS_MAX = 500  # Whose surroundings are at hand; others are made again.

Lists = Mapping[str, Mapping[str, Mapping[str, str]]]
DocumentOf = Callable[[str, str], Awaitable[Document]]
Value = Callable[[str, str], float]
"""A statistic of an object, now."""


class Told(Struct, frozen=True, kw_only=True):
    """What an installation tells all its sessions; applications add to it, and say what is theirs."""

    tenant: str = "Environment"
    tenantid: str = "1"
    server: Server = Server()
    lists: Lists = {}
    options: Mapping[str, str] = {}
    calendars: Mapping[str, Calendar] = {}
    zones: tuple[str, ...] = ()


class Said(Struct, frozen=True):
    """What an application says beside that. Shape: `zones` are those that its files name."""

    lists: Lists = {}
    options: Mapping[str, str] = {}
    days: Mapping[str, tuple[SpecialDay, ...]] = {}
    zones: tuple[str, ...] = ()


def said_by(document: Document) -> Said:
    """What an application says: in its settings, and by the zones that its files name."""
    settings = document.settings
    return Said(
        lists=settings.lists,
        options=settings.options,
        days={name: special_days_of(lines) for name, lines in settings.days.items()},
        zones=zones_in(document.files.values()),
    )


def zones_in(texts: Iterable[bytes]) -> tuple[str, ...]:
    """The time zones that texts name, such as `Europe/Berlin`."""
    named = {found.decode("ascii") for text in texts for found in _ZONE.findall(text)}
    return tuple(sorted(named & available_timezones())) if named else ()


def surroundings(told: Told, said: Said, now_ms: int) -> Surroundings:
    """What a session sees at a time: what the application says, before what the installation does."""
    now = dt.datetime.fromtimestamp(now_ms / 1000, dt.UTC)
    days = {name: _days(calendar, now.year) for name, calendar in told.calendars.items()}
    return Surroundings(
        tenant=told.tenant,
        tenantid=told.tenantid,
        server=told.server,
        lists={**told.lists, **said.lists},
        options={**told.options, **said.options},
        days={name: tuple(map(_day, entries)) for name, entries in {**days, **said.days}.items()},
        zones={name: _offset_min(name, now) for name in sorted({*told.zones, *said.zones})},
    )


def _days(calendar: Calendar, year: int) -> tuple[SpecialDay, ...]:
    public: Sequence[SpecialDay] = ()
    if calendar.country:
        public = public_holidays(calendar.country, calendar.region, year)
    return (*calendar.days, *public)


def _day(day: SpecialDay) -> Day:
    return Day(day.day, day.since, day.until)


def _offset_min(name: str, now: dt.datetime) -> int:
    offset = now.astimezone(zone_of(name)).utcoffset()
    assert offset is not None, "every zone knows how far it is from UTC"
    return round(offset.total_seconds() / 60)


def _parted(pair: str) -> tuple[str, str]:
    """The object and the statistic that a script asked for; expressions about skills may have a `|` too."""
    name, _, statistic = pair.rpartition("|")
    return name, statistic


class SessionWorlds:
    """The worlds of sessions: their surroundings, and the statistics that they asked for, by `value`."""

    def __init__(
        self,
        told: Told,
        document_of: DocumentOf,
        clock_ms: Callable[[], int],
    ) -> None:
        self.value: Value | None = None
        self._told = told
        self._document_of = document_of
        self._clock_ms = clock_ms
        self._seen: dict[tuple[str, str], tuple[int, Surroundings, str]] = {}

    async def world(self, session: Session, wanted: Collection[str]) -> str:
        """What a session sees in its next step; the same text while nothing has changed."""
        name = session.began.application, session.began.version
        while len(self._seen) > APPLICATIONS_MAX:
            del self._seen[next(iter(self._seen))]
        moment = self._clock_ms() // QUARTER_MS
        seen = self._seen.get(name)
        if seen is None or seen[0] != moment:
            around = surroundings(self._told, await self._said_by(*name), self._clock_ms())
            seen = self._seen[name] = moment, around, World(around).packed()
        if not wanted or self.value is None:
            return seen[2]
        return World(seen[1], {pair: self.value(*_parted(pair)) for pair in wanted}).packed()

    async def _said_by(self, application: str, version: str) -> Said:
        try:
            return said_by(await self._document_of(application, version))
        except (NotFound, Refused):
            return Said()  # It is a session's own document, or is there no longer.
