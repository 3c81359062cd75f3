"""What is being decided, fact by fact: each is judged by a customer who follows from those before it."""

from collections.abc import Iterable, Iterator

from frontdesk.domain.journey.customer import AnyFact, Customer
from frontdesk.domain.journey.evolving import evolve


class Unfolding:
    """A customer, and the facts that are being added at `now_ms`.

    Shape:   `customer` is the one who follows from all of them, `before` the one they began with.
    """

    def __init__(self, customer: Customer, now_ms: int) -> None:
        self.before = self.customer = customer
        self.facts: list[AnyFact] = []
        self.now_ms = now_ms
        self._after: list[Customer] = []

    def add(self, facts: Iterable[AnyFact]) -> None:
        """Let these be true as well, in their order."""
        for fact in facts:
            self.customer = evolve(self.customer, fact, self.now_ms)
            self.facts.append(fact)
            self._after.append(self.customer)

    def steps(self) -> Iterator[tuple[Customer, AnyFact, Customer]]:
        """Each fact, between the customer before it and the one after it."""
        return zip((self.before, *self._after), self.facts, self._after, strict=False)
