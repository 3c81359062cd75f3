"""Where addresses are said to be, by a database that the operator brings.

It is asked for the truncated address, and what it says is made no finer than a city: no postal code, and
coordinates to a tenth of a degree.

Source:  the MaxMind DB file format 2.0, with the records that databases of cities and countries have in it;
         journey.md §3.5, §12.6.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path

import maxminddb
import msgspec
import structlog
from msgspec import Struct

from frontdesk.domain.journey.deriving import Locate, nowhere
from frontdesk.domain.journey.web_events import Geolocation
from frontdesk.errors import Refused

ADVICE = (
    "put the file where `[journeys] places` says, readable for the server's user, and start again;"
    " or leave the setting empty"
)
ADDRESSES_KEPT_MAX = 4096
DEGREE_DIGITS = 1  # About 11 km.
LANGUAGE = "en"

_log = structlog.get_logger("journeys")


class _Named(Struct, frozen=True):
    names: Mapping[str, str] = {}
    iso_code: str = ""


class _Location(Struct, frozen=True):
    latitude: float | None = None
    longitude: float | None = None
    time_zone: str = ""


class _Found(Struct, frozen=True):
    """What is read of a record; it may say more."""

    country: _Named = _Named()
    subdivisions: tuple[_Named, ...] = ()
    city: _Named = _Named()
    location: _Location = _Location()


class Places:
    """One such file, opened once. Shape: `kind` is what its makers call it, `built` the day they made it."""

    def __init__(self, path: Path) -> None:
        """Errors: `Refused("places_unreadable")`."""
        try:
            self._reader = maxminddb.open_database(path)
        except (OSError, ValueError, maxminddb.InvalidDatabaseError) as error:
            text = f"the database of places {path} cannot be read: {error}"
            raise Refused("places_unreadable", text) from error
        known = self._reader.metadata()
        self.kind = known.database_type
        self.built = datetime.fromtimestamp(known.build_epoch, UTC).date()
        self.locate: Locate = lru_cache(ADDRESSES_KEPT_MAX)(self._locate)

    def _locate(self, address: str) -> Geolocation | None:
        try:
            found = msgspec.convert(self._reader.get(address), _Found | None)
        except (ValueError, maxminddb.InvalidDatabaseError):  # An IPv6 address in a database of IPv4, say.
            return None
        if found is None:
            return None
        region = found.subdivisions[0] if found.subdivisions else _Named()
        place = Geolocation(
            country=found.country.iso_code,
            country_name=found.country.names.get(LANGUAGE, ""),
            region=region.iso_code,
            region_name=region.names.get(LANGUAGE, ""),
            locality=found.city.names.get(LANGUAGE, ""),
            latitude=_coarse(found.location.latitude),
            longitude=_coarse(found.location.longitude),
            timezone=found.location.time_zone,
        )
        return msgspec.structs.replace(place, source=self.kind) if place != Geolocation() else None

    def close(self) -> None:
        """Let go of the file."""
        self._reader.close()


def _coarse(degrees: float | None) -> float | None:
    return None if degrees is None else round(degrees, DEGREE_DIGITS)


def locate_by(path: str) -> Locate:
    """Where addresses are, by the file of the settings; nowhere without one.

    A file that is not as it should be is told in the log and keeps no chat from working.
    """
    if not path:
        return nowhere
    try:
        places = Places(Path(path))
    except Refused as refused:
        _log.error("places_unreadable", reason=refused.text, advice=ADVICE)
        return nowhere
    _log.info("places_opened", kind=places.kind, built=str(places.built))
    return places.locate
