"""What holds for all sites: privacy, caps, time.

Source:  the schemas of journey.md §13.3. On the wire the names are in camel case.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated

from msgspec import Meta, Struct

from frontdesk.domain.journey.defined import Seconds


class ConsentMode(StrEnum):
    REQUIRED = "required"
    IMPLIED = "implied"


class StoredIp(StrEnum):
    NONE = "none"
    TRUNCATED = "truncated"


class RetentionDays(Struct, frozen=True, rename="camel", forbid_unknown_fields=True):
    """After how many days what is forgotten."""

    web_events: Annotated[int, Meta(ge=1)] = 90
    sessions: Annotated[int, Meta(ge=1)] = 395
    action_events: Annotated[int, Meta(ge=1)] = 395
    customers: Annotated[int, Meta(ge=1)] = 395
    unlinked_traits: Annotated[int, Meta(ge=1)] = 60


class Privacy(Struct, frozen=True, rename="camel", forbid_unknown_fields=True):
    consent_mode: ConsentMode = ConsentMode.REQUIRED
    honor_signals: bool = True
    grant_overrides_gpc: bool = False
    erase_on_withdraw: bool = True
    store_ip: StoredIp = StoredIp.TRUNCATED
    retention_days: RetentionDays = RetentionDays()
    exempt_traits: tuple[str, ...] = (
        "givenName",
        "familyName",
        "email",
        "cellPhone",
        "homePhone",
        "workPhone",
    )


class FrequencyCap(Struct, frozen=True, rename="camel", forbid_unknown_fields=True):
    """How often offers of one media type may be made within a visit. `cap_for_period` is `HH:MM`."""

    cap_once_finalized: bool = True
    cap_once_rejected: bool = True
    cap_for_period: str = "00:00"


class OffersMax(Struct, frozen=True, rename="camel", forbid_unknown_fields=True):
    """How many offers one customer may get in how many days; 0 is any number. The last 50 are remembered."""

    count: Annotated[int, Meta(ge=0, le=50)] = 3
    days: Annotated[int, Meta(ge=1)] = 7


class JourneySettings(Struct, frozen=True, rename="camel", forbid_unknown_fields=True):
    """What holds for all deployments. `frequency_caps` by media type; absent ones have the defaults."""

    version: int = 0
    session_timeout_minutes: Annotated[int, Meta(ge=1, le=1440)] = 30
    frequency_caps: Mapping[str, FrequencyCap] = {}
    max_offers_per_customer: OffersMax = OffersMax()
    offer_timeout_seconds: Seconds = 30
    time_zone: str = "UTC"
    privacy: Privacy = Privacy()
