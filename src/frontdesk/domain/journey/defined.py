"""What all definitions have, and the limits of what stands in them.

Source:  the schemas of journey.md §13.3. On the wire the names are in camel case.
"""

from typing import Annotated

from msgspec import Meta, Struct

UUID = r"^[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}$"

Id = Annotated[str, Meta(pattern=UUID)]
Name = Annotated[str, Meta(min_length=1, max_length=256)]
Text = Annotated[str, Meta(max_length=4096)]
Share = Annotated[float, Meta(ge=0, le=1)]
Seconds = Annotated[int, Meta(ge=0, le=3600)]


class Ref(Struct, frozen=True, rename="camel", omit_defaults=True):
    """Something else that is defined."""

    id: Id
    self_uri: str = ""


class Defined(
    Struct, frozen=True, rename="camel", forbid_unknown_fields=True, omit_defaults=True, kw_only=True
):
    """What all definitions have; the server sets it, whatever a request says.

    Units:   the dates are ISO 8601 in UTC, to the millisecond.
    """

    id: str = ""
    version: int = 0
    created_date: str = ""
    modified_date: str = ""
    self_uri: str = ""
