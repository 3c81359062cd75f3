"""The seam between sessions and the modules that act for them.

A session never does anything itself. It asks (`Request`), after the step that asked is on disk; a module does
it and delivers events; the session takes them one after the other. Both directions may happen again after a
crash: the same request id is the same request, the same key of a delivery is the same delivery.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from msgspec import Struct

from frontdesk.scxml.events import Event
from frontdesk.scxml.packed import pack


class Request(Struct, frozen=True):
    """What a session asks a module for.

    Shape:   `request_id` is unique in the installation; `module` and `action` are names of elements
             (`queue`, `submit`), or of functions in small letters (`interaction`, `setudata`);
             `attributes` are their values as JSON has them, absent where nothing was given, children
             among them (`targets`, `params`, `content`).
    Units:   `asked_ms` is when the step was that asked, in milliseconds since the Unix epoch.
    """

    session_id: str
    request_id: str
    module: str
    action: str
    attributes: Mapping[str, Any]
    asked_ms: int

    def done(self, data: Mapping[str, Any] | None = None, *, prefix: str = "") -> Event:
        """`<prefix>.<action>.done` with the request's id; `prefix` is the module where nothing is said."""
        name = f"{prefix or self.module}.{self.action}.done"
        return Event(name, data=pack({"requestid": self.request_id, **(data or {})}))

    def failed(
        self, error: str, description: str, data: Mapping[str, Any] | None = None, *, prefix: str = ""
    ) -> Event:
        """`error.<prefix>.<action>` with a code for programs and a text for people."""
        said = {"requestid": self.request_id, "error": error, "description": description, **(data or {})}
        return Event(f"error.{prefix or self.module}.{self.action}", data=pack(said))


class Delivery(Protocol):
    """How events reach sessions, whichever node runs them."""

    async def deliver(self, session_id: str, events: Sequence[Event], *, key: str) -> None:
        """Put events at the end of a session's queue, all or none; on disk when this returns.

        Shape:   what comes again under the same key is passed over. The last event of what a request
                 leads to is delivered under the request's id, and ends it.
        Errors:  `NotFound` when there is no such session or it is over; `Refused` (`queue_full`,
                 `event_too_large`); `Unavailable`.
        """


class Module(Protocol):
    """What carries out the actions of one namespace."""

    async def carry_out(self, request: Request) -> None:
        """Do it, or begin to, and deliver what comes of it; again, too, when it was begun before a crash.

        Errors:  `Unavailable`: it is asked again. Everything else is told to the session as an event.
        """

    async def drop(self, request: Request) -> None:
        """The session is over, or has waited long enough: what still can be left undone is."""
