"""A site as tests define it: what it names, and small definitions."""

from collections.abc import Callable, Mapping
from itertools import count
from typing import Any

from frontdesk.desk.journeys.book import Book
from frontdesk.desk.journeys.counting_together import CountingTogether
from frontdesk.desk.journeys.customers import Customers
from frontdesk.domain.journey.checks.checking import Around
from frontdesk.domain.journey.compiling import Compiled
from frontdesk.domain.journey.definitions import Definitions
from frontdesk.domain.journey.keys import is_key
from frontdesk.store.log import Store
from frontdesk.store.memory import MemoryStore

NOW_MS = 1_795_250_000_000
AROUND = Around(queues=("shop",), services=("demo",), is_key=is_key)

ON_CART = {"key": "page.url", "operator": "containsAny", "values": ["/cart"]}
SEGMENT: Mapping[str, Any] = {
    "displayName": "Buyers",
    "journey": {"patterns": [{"criteria": [ON_CART], "count": 1}]},
}


def a_map(segment_id: str, **more: Any) -> dict[str, Any]:
    """An action map on a segment."""
    return {
        "displayName": "Help",
        "triggerWithSegments": [segment_id],
        "action": {"mediaType": "webchat"},
        "activation": {"type": "immediate"},
        **more,
    }


def a_book(store: MemoryStore) -> Book:
    return Book(store, lambda: NOW_MS, AROUND)


def counting(
    store: Store,
    customers: Customers,
    clock_ms: Callable[[], int],
    definitions: Callable[[], Definitions] = Definitions,
) -> CountingTogether:
    """What the browsers of each contact count together, by what is defined."""
    numbers = count(1)
    return CountingTogether(
        store, customers, lambda: Compiled(definitions()), clock_ms, lambda: f"earned-{next(numbers)}"
    )
