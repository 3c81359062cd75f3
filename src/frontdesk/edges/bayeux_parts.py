"""What Bayeux is given: its settings, and the services behind its channels."""

from collections.abc import Callable
from typing import Protocol

from msgspec import Raw, Struct

from frontdesk.edges.bayeux_carriers import Caller
from frontdesk.wire.bayeux_client import CALLBACK_POLLING, LONG_POLLING, WEBSOCKET, Bounds


class BayeuxSettings(Struct, frozen=True, kw_only=True):
    """What an operator has set: where it is, what it offers, what it takes."""

    root: str
    bounds: Bounds
    message_bytes_max: int
    body_read_s: float
    has_callback_polling: bool = False
    api_key: str = ""

    @property
    def kinds(self) -> tuple[str, ...]:
        """The ways in which clients may come, the best first."""
        always = (WEBSOCKET, LONG_POLLING)
        return (*always, CALLBACK_POLLING) if self.has_callback_polling else always


class Service(Protocol):
    """What stands behind channels."""

    async def publish(self, client_id: str, channel: str, data: Raw, caller: Caller) -> None:
        """Carry out what a client published. It is done when this returns; it never raises."""

    def begin(
        self, client_id: str, channel: str, data: Raw, caller: Caller, then: Callable[[], None]
    ) -> bool:
        """The same without a task, if nothing but the disk need be waited for: `then` is called when it is
        done, which is not before this returns. Else False, with nothing done."""

    def gone(self, client_id: str) -> None:
        """A client is forgotten."""
