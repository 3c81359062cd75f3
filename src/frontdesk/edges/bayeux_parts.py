"""What the Bayeux door is given: its settings, and the services behind its channels."""

from typing import Protocol

from msgspec import Raw, Struct

from frontdesk.edges.bayeux_carriers import Caller
from frontdesk.wire.bayeux_client import Bounds


class BayeuxSettings(Struct, frozen=True, kw_only=True):
    """What an operator has set: where it is, what it offers, what it takes."""

    root: str
    bounds: Bounds
    message_bytes_max: int
    body_read_s: float
    has_callback_polling: bool = False
    api_key: str = ""


class Service(Protocol):
    """What stands behind channels."""

    async def publish(self, client_id: str, channel: str, data: Raw, caller: Caller) -> None:
        """Carry out what a client published. It is done when this returns; it never raises."""

    def gone(self, client_id: str) -> None:
        """A client is forgotten."""
