"""What modules deliver, as tests hear it."""

from collections.abc import Sequence
from typing import Any

from frontdesk.errors import Refused
from frontdesk.scxml.events import Event
from frontdesk.scxml.packed import unpack

EVENT_BYTES_MAX = 262_144


class Deliveries:
    """Keeps what was delivered, in order; the same key again is passed over, as the seam wants."""

    def __init__(self) -> None:
        self.events: list[tuple[str, Event]] = []
        self._keys: set[str] = set()

    async def deliver(self, session_id: str, events: Sequence[Event], *, key: str) -> None:
        if any(len(event.data) > EVENT_BYTES_MAX for event in events):
            raise Refused("event_too_large", "the event carries too much data")
        if key not in self._keys:
            self._keys.add(key)
            self.events += [(session_id, event) for event in events]

    @property
    def names(self) -> list[str]:
        """The names of all events, oldest first."""
        return [event.name for _, event in self.events]

    def last(self) -> tuple[str, dict[str, Any]]:
        """The newest event's name and data."""
        _, event = self.events[-1]
        return event.name, unpack(event.data)
