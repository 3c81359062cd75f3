"""What is being decided, fact by fact: each is judged by a customer who follows from those before it."""

from collections.abc import Iterable

from frontdesk.domain.journey.customer import Customer
from frontdesk.domain.journey.evolving import evolve
from frontdesk.domain.journey.facts import Fact


class Unfolding:
    """A customer, and the facts that are being added at `now_ms`."""

    def __init__(self, customer: Customer, now_ms: int) -> None:
        self.customer = customer
        self.facts: list[Fact] = []
        self.now_ms = now_ms

    def add(self, facts: Iterable[Fact]) -> None:
        """Let these be true as well, in their order."""
        for fact in facts:
            self.customer = evolve(self.customer, fact, self.now_ms)
            self.facts.append(fact)
