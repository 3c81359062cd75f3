"""What the functions of scripts answer with at once: lists, options, calendars, numbers of statistics.

Whoever runs a session gathers it before a step and gives it along. It is no part of a snapshot.
"""

from collections.abc import Mapping

import msgspec
from msgspec import Struct


class Server(Struct, frozen=True, omit_defaults=True):
    """The node that a session runs on. `url` is left out where it has no HTTP."""

    url: str | None = None
    name: str = ""
    cluster: str = ""


class SpecialDay(Struct, frozen=True, omit_defaults=True):
    """One entry of a calendar.

    Shape:   `day` is `2026-12-25`, `12-25` for every year, or a weekday's English name; `since` and
             `until` are times of the day, `08:30`, which count when a script asks by time.
    """

    day: str
    since: str = "00:00"
    until: str = "24:00"


class Surroundings(Struct, frozen=True, omit_defaults=True):
    """What `_genesys.session` tells.

    Shape:   `lists`: list → item → a text, or texts by key; `options`: option → text, or section →
             option → text; `days`: calendar → its entries; `zones`: minutes east of UTC at this time, by
             name.
    """

    tenant: str = ""
    tenantid: str = ""
    server: Server = Server()
    lists: Mapping[str, Mapping[str, str | Mapping[str, str]]] = {}
    options: Mapping[str, str | Mapping[str, str]] = {}
    days: Mapping[str, tuple[SpecialDay, ...]] = {}
    zones: Mapping[str, int] = {}


class World(Struct, frozen=True, omit_defaults=True):
    """All of it. `statistics` are numbers by `<object>|<statistic>`."""

    session: Surroundings = Surroundings()
    statistics: Mapping[str, float] = {}

    def packed(self) -> str:
        """As `Session.start` and `Session.step` take it; equal worlds are equal texts."""
        return msgspec.json.encode(self, order="deterministic").decode()
