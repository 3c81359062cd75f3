"""Where accepted chats go, and when offers may be made.

Source:  the schemas of journey.md §13.3. On the wire the names are in camel case.
"""

from enum import StrEnum
from typing import Annotated

from msgspec import Meta, Struct

from frontdesk.domain.journey.defined import Defined, Name, Share, Text


class TargetState(StrEnum):
    ACTIVE = "active"
    INACTIVE = "inactive"
    DELETED = "deleted"


class KeyValue(Struct, frozen=True, rename="camel"):
    key: str
    value: str


class ServiceLevel(Struct, frozen=True, rename="camel"):
    """How many of the chats are to be answered, and how soon."""

    percentage: Share = 0.8
    duration_ms: Annotated[int, Meta(ge=0)] = 20_000


class ActionTarget(
    Defined, frozen=True, rename="camel", forbid_unknown_fields=True, omit_defaults=True, kw_only=True
):
    """Where an accepted chat goes.

    Shape:   `queue_id` is the name of a queue of the settings.
    Units:   `short_abandon_threshold` in milliseconds.
    """

    name: Name
    description: Text = ""
    state: TargetState = TargetState.ACTIVE
    queue_id: str = ""
    supported_media_types: tuple[str, ...] = ("webchat",)
    user_data: tuple[KeyValue, ...] = ()
    service_level: ServiceLevel = ServiceLevel()
    short_abandon_threshold: Annotated[int, Meta(ge=0)] = 5000


class Schedule(Struct, frozen=True, rename="camel", omit_defaults=True):
    """When it is so: lines as in opening hours, `mon-fri 09:00-17:00` and `2026-12-24 closed`."""

    name: Name
    week: tuple[str, ...] = ()
    days: tuple[str, ...] = ()


class ScheduleGroup(
    Defined, frozen=True, rename="camel", forbid_unknown_fields=True, omit_defaults=True, kw_only=True
):
    """Open in one of `open_schedules` and in none of the others. An emergency group stops its maps."""

    name: Name
    description: Text = ""
    time_zone: str = "UTC"
    open_schedules: tuple[Schedule, ...] = ()
    closed_schedules: tuple[Schedule, ...] = ()
    holiday_schedules: tuple[Schedule, ...] = ()
    is_emergency: bool = False
    is_active: bool = False
