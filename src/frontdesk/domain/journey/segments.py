"""Who somebody is, and what is wanted of them: segments and outcomes.

Source:  the schemas of journey.md §13.3. On the wire the names are in camel case.
"""

from enum import StrEnum
from typing import Annotated

from msgspec import Meta, Struct

from frontdesk.domain.journey.criteria import Context, Journey
from frontdesk.domain.journey.defined import Defined, Name, Ref, Text


class Scope(StrEnum):
    """What a segment classifies."""

    SESSION = "Session"
    CUSTOMER = "Customer"


class ExternalSegment(Struct, frozen=True, rename="camel"):
    """Where a segment comes from that is kept elsewhere."""

    id: str
    name: str
    source: str


class Segment(
    Defined, frozen=True, rename="camel", forbid_unknown_fields=True, omit_defaults=True, kw_only=True
):
    """A named condition that classifies visits, or customers."""

    display_name: Name
    description: Text = ""
    is_active: bool = True
    color: Annotated[str, Meta(pattern=r"^#[0-9A-Fa-f]{6}$")] = "#2f6fb3"
    scope: Scope = Scope.SESSION
    should_display_to_agent: bool = True
    context: Context | None = None
    journey: Journey | None = None
    external_segment: ExternalSegment | None = None
    assignment_expiration_days: Annotated[int, Meta(ge=1, le=365)] | None = None


class ValueType(StrEnum):
    """What kind of number the value of an outcome is."""

    NUMBER = "Number"
    INTEGER = "Integer"


class ValueField(Struct, frozen=True, rename="camel"):
    """The attribute of an event that says what an outcome is worth."""

    name: str
    data_type: ValueType


class Outcome(
    Defined, frozen=True, rename="camel", forbid_unknown_fields=True, omit_defaults=True, kw_only=True
):
    """A named goal, or with `is_positive` false something to be avoided."""

    display_name: Name
    description: Text = ""
    is_active: bool = True
    is_positive: bool = True
    context: Context | None = None
    journey: Journey | None = None
    associated_value_field: ValueField | None = None
    count_repeats: bool = False


class Predictor(
    Defined, frozen=True, rename="camel", forbid_unknown_fields=True, omit_defaults=True, kw_only=True
):
    """The outcome is scored."""

    outcome: Ref
