"""From a visit to its customer."""

import pytest

from frontdesk.desk.journeys.whose_visit import WhoseVisit
from frontdesk.errors import NotFound
from frontdesk.store.memory import MemoryStore

pytestmark = pytest.mark.anyio


async def test_whose_a_visit_is_until_it_is_forgotten() -> None:
    whose = WhoseVisit(MemoryStore())
    await whose.note("v1", "c1", 1000)
    await whose.note("v2", "c1", 2000)
    await whose.note("v1", "c1", 3000)  # A repeat does no harm.
    assert [await whose.customer_of(visit) for visit in ("v1", "v2")] == ["c1", "c1"]
    await whose.forget("v1")
    with pytest.raises(NotFound):
        await whose.customer_of("v1")
    assert await whose.customer_of("v2") == "c1"
