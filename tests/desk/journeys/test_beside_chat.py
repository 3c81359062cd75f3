"""What agents see beside a chat of the visit it came from, and what not."""

import pytest

from frontdesk.desk.journeys.beside_chat import beside
from frontdesk.desk.journeys.chat_context import Context
from frontdesk.desk.journeys.customers import Customers
from frontdesk.desk.journeys.visits import Visits
from frontdesk.desk.journeys.whose_visit import WhoseVisit
from frontdesk.domain.journey.definitions import Definitions
from frontdesk.domain.journey.facts import SegmentAssigned, VisitBegan
from frontdesk.domain.journey.segments import Segment
from frontdesk.errors import NotFound
from frontdesk.store.memory import MemoryStore

pytestmark = pytest.mark.anyio

NOW_MS = 1_760_000_000_000
NAMES = ("Buyers", "In debt", "Of last week", "Of this week")
SEGMENTS = {
    name: Segment(id=name, display_name=name, should_display_to_agent=name != "In debt") for name in NAMES
}


async def test_agents_see_segments_that_are_for_them_and_fit_now() -> None:
    store = MemoryStore()
    customers, whose = Customers(store, lambda: NOW_MS), WhoseVisit(store)
    facts = (
        VisitBegan("v1", "d1", NOW_MS),
        SegmentAssigned("Buyers", "a1", "v1", 1),
        SegmentAssigned("In debt", "a2", "v1", 1),
        SegmentAssigned("Of last week", "a3", "v1", 1, of_customer=True, expires_ms=NOW_MS + 1),
        SegmentAssigned("Of this week", "a4", "v1", 1, of_customer=True, expires_ms=NOW_MS + 2),
    )
    await whose.note("v1", "c1", NOW_MS)
    await customers.change("c1", lambda _customer, _now_ms: facts)
    visits, definitions = Visits(customers, whose), Definitions(segments=SEGMENTS)
    seen = await beside(visits, definitions, Context("c1", "v1"), NOW_MS + 1)
    assert sorted(one.name for one in seen.segments) == ["Buyers", "Of this week"]
    with pytest.raises(NotFound):
        await beside(visits, definitions, Context("another", "v1"), NOW_MS + 1)
