"""What an operator can set about what sessions of applications may do and know."""

from typing import Annotated

from msgspec import Meta, Struct

from frontdesk.domain.allowed_hosts import Allowed, allowed_of
from frontdesk.domain.special_days import Calendar, check_place, check_zone, special_days_of
from frontdesk.errors import Refused


class SecretSettings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a document names by `secret:NAME` in headers, names and passwords of a fetch, and never sees."""

    value: str = ""
    """The secret itself; better in `FRONTDESK_ORCHESTRATION__FETCH__SECRETS__NAME__VALUE_FILE`."""
    hosts: tuple[str, ...] = ()
    """Hosts that may be told; empty for every one that may be asked."""


class FetchSettings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Web services that documents may ask, with `session:fetch`."""

    allow: tuple[str, ...] = ()
    """Hosts that may be asked: `crm.example.com`, `*.example.com`, `crm.example.com:8443`; empty for none."""
    private: tuple[str, ...] = ()
    """Addresses and networks that may be asked though they are of this machine or the network around it:
    `127.0.0.1`, `10.1.0.0/16`."""
    body_bytes_max: Annotated[int, Meta(ge=1, le=262_144)] = 200_000
    """Size of an answer; the events of sessions hold no more than 256 KiB."""
    in_flight_max: Annotated[int, Meta(ge=1, le=10_000)] = 100
    """Fetches at once of one node; others wait for their turn."""
    secrets: dict[str, SecretSettings] = {}
    """Secrets by name."""

    def __post_init__(self) -> None:
        self.allowed()

    def allowed(self) -> Allowed:
        """Errors: `Refused("fetch_invalid")`."""
        return allowed_of(self.allow, self.private)


class DialogSettings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What visitors are told while they wait, and by whom."""

    speaker: Annotated[str, Meta(min_length=1, max_length=100)] = "Assistant"
    """The name under which treatments speak in chats."""
    announcements: dict[str, dict[str, str]] = {}
    """Texts of prompts that documents name by `intid`, by language; `default` is for all other languages."""

    def prompts(self) -> dict[str, dict[str, str]]:
        """Announcements as treatments use them."""
        return {
            name: {
                "" if language == "default" else language.lower(): text for language, text in texts.items()
            }
            for name, texts in self.announcements.items()
        }


class CategorySettings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A category of what visitors write about: each keyword and expression that is found is a point."""

    keywords: tuple[str, ...] = ()
    """Words, or several in a row, whatever their case."""
    patterns: tuple[str, ...] = ()
    """Regular expressions as ECMAScript has them, whatever the case."""

    def __post_init__(self) -> None:
        if not (self.keywords or self.patterns) or not all(map(str.strip, self.keywords)):
            raise Refused("category_invalid", "a category has keywords or patterns, none of them empty")


class CalendarSettings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Special days, as documents ask for them with `isSpecialDay`."""

    days: tuple[str, ...] = ()
    """Days: `2026-12-24 12:00-24:00`, `12-25` of every year, `sunday`."""
    country: str = ""
    """Country whose public holidays are special days too, such as `DE`."""
    region: str = ""
    """Region of it, such as `BY`; empty for what is a holiday everywhere in it."""

    def __post_init__(self) -> None:
        self.calendar()
        if self.country:
            check_place(self.country, self.region)

    def calendar(self) -> Calendar:
        """Errors: `Refused`: `day_invalid`."""
        return Calendar(special_days_of(self.days), self.country, self.region)


def check_zones(names: tuple[str, ...]) -> None:
    """Errors: `Refused("zone_unknown")`."""
    for name in names:
        check_zone(name)
