"""What visitors decide about being followed, and their right to be forgotten at once.

Source:  journey.md §§4, 12.1 and 12.6.
"""

import hmac
from collections.abc import Callable, Sequence

from msgspec import Struct

from frontdesk.desk.journeys.customers import Customers
from frontdesk.desk.journeys.withdrawals import Erase, Withdrawals
from frontdesk.domain.journey import consenting
from frontdesk.domain.journey.customer import Customer
from frontdesk.domain.journey.facts import Fact, Purpose
from frontdesk.domain.journey.site_settings import Privacy
from frontdesk.errors import Refused


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
        withdrawals: Withdrawals,
        key: bytes,
        clock_ms: Callable[[], int],
    ) -> None:
        self._customers = customers
        self._privacy = privacy
        self._erase = erase
        self._withdrawals = withdrawals
        self._key = key
        self._clock_ms = clock_ms

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

        def goes(customer: Customer) -> bool:
            is_all = Purpose.TRACKING not in left(customer, self._clock_ms())
            return is_all and self._privacy().erase_on_withdraw and customer.events > 0

        customer = await self._customers.customer(customer_id)
        if not goes(customer):
            customer = await self._decide(customer_id, deployment_id, text_version, left)
        if goes(customer):  # Also when something happened meanwhile.
            await self._withdrawals.carry_out(customer, deployment_id, text_version)
            return Decided(())
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
