"""What visitors decide about being followed, and their right to be forgotten at once.

Source:  journey.md §§4, 12.1 and 12.6.
"""

import hmac
from collections.abc import Awaitable, Callable, Sequence
from typing import Protocol

from msgspec import Struct

from frontdesk.desk.journeys.customers import Customers
from frontdesk.domain.journey import consenting
from frontdesk.domain.journey.customer import Customer
from frontdesk.domain.journey.facts import Fact, Purpose
from frontdesk.domain.journey.site_settings import Privacy
from frontdesk.errors import Refused


class Erase(Protocol):
    """How a customer is erased: everything that is kept of them, but what reports have counted."""

    def __call__(self, customer_id: str) -> Awaitable[None]: ...


class Decided(Struct, frozen=True):
    """What is granted now. Shape: `erase_token` as long as nothing else is known of the customer."""

    purposes: tuple[Purpose, ...]
    erase_token: str = ""


class Consents:
    """Decisions and erasure. `key` signs the tokens with which browsers may have their customer erased."""

    def __init__(
        self,
        customers: Customers,
        privacy: Callable[[], Privacy],
        erase: Erase,
        key: bytes,
    ) -> None:
        self._customers = customers
        self._privacy = privacy
        self._erase = erase
        self._key = key

    def token(self, customer_id: str) -> str:
        """What a customer is told with their first event or decision, and nobody ever again."""
        return hmac.new(self._key, f"erase {customer_id}".encode(), "sha256").hexdigest()

    async def grant(
        self, customer_id: str, deployment_id: str, purposes: Sequence[Purpose], text_version: str
    ) -> Decided:
        """The visitor agrees: to all, or to the purposes that are named and no others."""
        granted = consenting.granted(purposes)
        customer = await self._decide(customer_id, deployment_id, text_version, lambda _c, _ms: granted)
        return Decided(granted, "" if customer.events else self.token(customer_id))

    async def withdraw(
        self, customer_id: str, deployment_id: str, purposes: Sequence[Purpose], text_version: str
    ) -> Decided:
        """The visitor takes it back; without `tracking`, what was kept is erased where a site wants that.

        Shape:   that it was taken back stays as proof, whatever is erased.
        """

        def left(customer: Customer, now_ms: int) -> tuple[Purpose, ...]:
            return consenting.withdrawn(customer, purposes, now_ms)

        customer = await self._decide(customer_id, deployment_id, text_version, left)
        is_all = Purpose.TRACKING not in (customer.purposes or ())
        if is_all and self._privacy().erase_on_withdraw and customer.events:
            await self._erase(customer_id)
            await self._decide(customer_id, deployment_id, text_version, lambda _c, _ms: ())
        return Decided(customer.purposes or ())

    async def erase(self, customer_id: str, token: str) -> None:
        """Erase a customer who has asked for that. Errors: `Refused("token_refused")`."""
        if not hmac.compare_digest(token.encode(), self.token(customer_id).encode()):
            raise Refused("token_refused", "this is not the token of that customer")
        await self._erase(customer_id)

    async def _decide(
        self,
        customer_id: str,
        deployment_id: str,
        text_version: str,
        purposes: Callable[[Customer, int], tuple[Purpose, ...]],
    ) -> Customer:
        def decide(customer: Customer, now_ms: int) -> Sequence[Fact]:
            wanted = purposes(customer, now_ms)
            return consenting.decide(customer, wanted, deployment_id, text_version, now_ms)

        customer, _ = await self._customers.change(customer_id, decide)
        return customer
