"""From the JSON of a definition to its value, with a fault that names the field."""

import datetime as dt
import re
from collections.abc import Mapping
from typing import Any

import msgspec

from frontdesk.domain.journey.checks.wrong import Wrong, invalid
from frontdesk.domain.journey.defining import TYPES, Definition, Kind
from frontdesk.domain.journey.site_settings import JourneySettings

_AT = re.compile(r"^(?P<text>.*?)(?: - at (?P<key>key in )?`\$?\.?(?P<path>[^`]*)`)?$", re.DOTALL)
_FIELD = re.compile(r"(?P<what>missing required|contains unknown) field `(?P<name>[^`]*)`")


def definition_of(kind: Kind, fields: Mapping[str, Any]) -> Definition:
    """The definition that these fields say; a null is as if it was not there.

    Errors:  `Wrong`: a field is missing, unknown, or has no such value.
    """
    given = {name: value for name, value in fields.items() if value is not None}
    try:
        if kind is Kind.SETTINGS:
            return msgspec.convert(given, JourneySettings)
        return msgspec.convert(given, TYPES[kind])
    except msgspec.ValidationError as fault:
        raise wrong_of(str(fault)) from None


def wrong_of(fault: str) -> Wrong:
    """What msgspec says of a value, with the field apart."""
    found = _AT.match(fault)
    text, path = (found["text"], found["path"] or "") if found is not None else (fault, "")
    about = _FIELD.search(text)
    if about is None:
        return invalid(path, text)
    field = f"{path}.{about['name']}" if path else about["name"]
    if about["what"] == "contains unknown":
        return Wrong("unknown_field", field, f"there is no field {about['name']!r}")
    return Wrong("missing_field", field, f"the field {about['name']!r} is needed")


def stamp(time_ms: int) -> str:
    """A moment as definitions write it."""
    moment = dt.datetime.fromtimestamp(time_ms / 1000, dt.UTC)
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{time_ms % 1000:03d}Z"
