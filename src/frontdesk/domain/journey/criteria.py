"""The matching language as designers write it: criteria, patterns, and conditions on addresses.

Source:  journey.md §6 and the schemas of §13.3. On the wire the names are in camel case.
"""

from enum import StrEnum
from typing import Annotated

from msgspec import Meta, Struct

VALUES_MAX = 50
VALUE_CHARS_MAX = 2048
COUNT_MAX = 1000

Value = Annotated[str, Meta(max_length=VALUE_CHARS_MAX)]
Values = Annotated[tuple[Value, ...], Meta(min_length=1, max_length=VALUES_MAX)]
EventName = Annotated[str, Meta(pattern=r"^[A-Za-z0-9_]{1,100}$")]


class Operator(StrEnum):
    """How a value is compared with those of a criterion."""

    CONTAINS_ALL = "containsAll"
    CONTAINS_ANY = "containsAny"
    NOT_CONTAINS_ALL = "notContainsAll"
    NOT_CONTAINS_ANY = "notContainsAny"
    EQUAL = "equal"
    NOT_EQUAL = "notEqual"
    GREATER_THAN = "greaterThan"
    GREATER_THAN_OR_EQUAL = "greaterThanOrEqual"
    LESS_THAN = "lessThan"
    LESS_THAN_OR_EQUAL = "lessThanOrEqual"
    STARTS_WITH = "startsWith"
    ENDS_WITH = "endsWith"
    GLOB = "glob"

    @classmethod
    def _missing_(cls, value: object) -> "Operator | None":
        """Definitions that are brought along may have the names of earlier days."""
        return {
            "like": cls.CONTAINS_ANY,
            "not like": cls.NOT_CONTAINS_ANY,
            "notLike": cls.NOT_CONTAINS_ANY,
        }.get(str(value))


class StreamType(StrEnum):
    """Where an event comes from."""

    WEB = "Web"
    APP = "App"
    CUSTOM = "Custom"
    CONVERSATION = "Conversation"


class EntityType(StrEnum):
    """What a criterion of a context is about."""

    VISIT = "visit"


class Ordering(StrEnum):
    """Whether patterns have to be met in the order in which they are listed."""

    ORDERED = "ordered"
    ANY = "any"


class Criterion(Struct, frozen=True, rename="camel", forbid_unknown_fields=True, omit_defaults=True):
    """One comparison: the value under `key` with `values`."""

    key: str
    values: Values
    operator: Operator = Operator.EQUAL
    should_ignore_case: bool = True
    entity_type: EntityType = EntityType.VISIT


class ContextPattern(Struct, frozen=True, rename="camel", forbid_unknown_fields=True):
    """Criteria that a visit meets, all of them."""

    criteria: Annotated[tuple[Criterion, ...], Meta(min_length=1)]


class JourneyPattern(Struct, frozen=True, rename="camel", forbid_unknown_fields=True, omit_defaults=True):
    """Criteria that one event meets, all of them, `count` times."""

    criteria: Annotated[tuple[Criterion, ...], Meta(min_length=1)]
    count: Annotated[int, Meta(ge=1, le=COUNT_MAX)]
    stream_type: StreamType = StreamType.WEB
    session_type: str = "web"
    event_name: EventName | None = None


class Context(Struct, frozen=True, rename="camel", forbid_unknown_fields=True):
    """Who somebody is. No patterns are no condition."""

    patterns: tuple[ContextPattern, ...]


class Journey(Struct, frozen=True, rename="camel", forbid_unknown_fields=True, omit_defaults=True):
    """What somebody did. No patterns are no condition."""

    patterns: tuple[JourneyPattern, ...]
    ordering: Ordering = Ordering.ORDERED


class UrlCondition(Struct, frozen=True, rename="camel", forbid_unknown_fields=True):
    """What the address of the page has to be like: any of `values`."""

    values: Values
    operator: Operator


class EventCondition(Struct, frozen=True, rename="camel", forbid_unknown_fields=True, omit_defaults=True):
    """What one event has to be like for an action map."""

    key: str
    values: Values
    stream_type: StreamType
    session_type: str
    operator: Operator = Operator.EQUAL
    event_name: EventName | None = None
