"""What the rules of action maps ask of the definitions once they are compiled."""

from collections.abc import Collection, Sequence
from typing import Protocol

from frontdesk.domain.journey.customer import Customer
from frontdesk.domain.journey.definitions import Definitions
from frontdesk.domain.journey.facts import Fact


class Compiled(Protocol):
    """Definitions with all that is computed from them once."""

    @property
    def definitions(self) -> Definitions: ...

    def page_matches(self, map_id: str, url: str, deployment_id: str = "") -> int | None:
        """None where a page of a deployment is one of a map's; else the index of the condition that fails."""

    def triggered(self, customer: Customer, facts: Sequence[Fact]) -> Collection[str]:
        """The ids of the maps whose event conditions have all been met in this visit, also by `facts`."""
