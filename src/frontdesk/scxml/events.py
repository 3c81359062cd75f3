"""Events, and how a transition names those that it answers to."""

from collections.abc import Sequence
from typing import Literal

from msgspec import Struct

SCXML_PROCESSOR = "http://www.w3.org/TR/scxml/#SCXMLEventProcessor"
HTTP_PROCESSOR = "http://www.w3.org/TR/scxml/#BasicHTTPEventProcessor"


class Event(Struct, frozen=True, omit_defaults=True):
    """One event, as `_event` shows it.

    Shape:   `data` is a packed value (see `packed.py`), empty when there is none. `mirror` is what the
             session sees of interactions from this event on, packed, empty when that is as before:
             `{"ixn": {"<interaction id>": {…, "controlled": true} or null}}`. Null: it is no longer owned.
    Source:  SCXML 1.0, section 5.10.1.
    """

    name: str
    type: Literal["external", "internal", "platform"] = "external"
    data: str = ""
    sendid: str = ""
    origin: str = ""
    origintype: str = ""
    invokeid: str = ""
    raw: str = ""
    mirror: str = ""


def matches(descriptors: Sequence[str], name: str) -> bool:
    """Whether one of the descriptors stands for events of this name.

    Shape:   descriptors without the `.` or `.*` that they may end with; `*` stands for every event.
    Source:  SCXML 1.0, section 3.12.1.
    """
    return any(
        wanted in ("*", name) or (name.startswith(wanted) and name[len(wanted)] == ".")
        for wanted in descriptors
    )


def descriptors_of(written: str) -> tuple[str, ...]:
    """The descriptors that an `event` attribute lists."""
    return tuple(
        word if word == "*" else word.removesuffix(".*").removesuffix(".") for word in written.split()
    )
