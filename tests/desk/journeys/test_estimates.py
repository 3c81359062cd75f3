"""Estimates take turns with all else, and are known on every node."""

import itertools

import anyio
import pytest

from frontdesk.desk.journeys.customers import Customers
from frontdesk.desk.journeys.estimates import FACTS_AT_ONCE, SILENT_MS, Estimates, Progress
from frontdesk.desk.journeys.whose_visit import WhoseVisit
from frontdesk.domain.journey.action_maps import ActionKind, ActionMap, Activation, ActivationType, MediaType
from frontdesk.domain.journey.definitions import Definitions
from frontdesk.domain.journey.facts import Happened, VisitBegan
from frontdesk.domain.journey.web_events import Page, WebEvent
from frontdesk.errors import NotFound
from frontdesk.store.memory import MemoryStore
from tests.patience import PATIENCE_S

pytestmark = pytest.mark.anyio
DAY_MS = 86_400_000
EVENTS = 500
OFFER = ActionMap(
    id="m1",
    display_name="Help",
    action=ActionKind(MediaType.WEBCHAT),
    activation=Activation(ActivationType.IMMEDIATE),
)


class Node:
    """One of several that share a store."""

    def __init__(self, store: MemoryStore) -> None:
        self.now_ms = 100 * DAY_MS
        numbers = itertools.count()
        self.customers, self.whose = Customers(store, self.clock_ms), WhoseVisit(store)
        self.estimates = Estimates(
            store,
            Definitions,
            self.customers,
            self.whose,
            self.clock_ms,
            lambda: f"i{next(numbers)}",
        )

    def clock_ms(self) -> int:
        return self.now_ms


async def test_others_have_their_turns_while_a_long_history_is_looked_at() -> None:
    node = Node(MemoryStore())
    began_ms = node.now_ms - 7 * DAY_MS
    await node.whose.note("v1", "c1", began_ms)
    views = [
        Happened(WebEvent(f"e{n}", "page_viewed", "v1", began_ms, Page(url="https://x.test/")))
        for n in range(EVENTS)
    ]
    await node.customers.change("c1", lambda _customer, _ms: (VisitBegan("v1", "d1", began_ms), *views))
    job = await node.estimates.begin(OFFER, 7)
    turns = 0
    with anyio.fail_after(PATIENCE_S):
        async with anyio.create_task_group() as group:
            group.start_soon(node.estimates.run)
            while (await node.estimates.job(job.id)).state is not Progress.COMPLETE:
                turns += 1
                await anyio.sleep(0)
            group.cancel_scope.cancel()
    assert turns >= EVENTS // FACTS_AT_ONCE
    results = (await node.estimates.job(job.id)).results
    assert results is not None
    assert (results.total_session_count, results.qualified_session_count) == (1, 0)


async def test_a_job_is_known_on_every_node_until_its_own_is_gone() -> None:
    store = MemoryStore()
    first, second = Node(store), Node(store)
    job = await first.estimates.begin(OFFER, 7, by="amy")
    second.now_ms += SILENT_MS["Pending"]
    assert await second.estimates.job(job.id) == job
    second.now_ms += 1
    lost = await second.estimates.job(job.id)
    assert (lost.state, lost.error_code) == (Progress.FAILED, "interrupted")
    assert (await first.estimates.job(job.id)).state is Progress.PENDING


async def test_what_was_found_a_day_ago_is_forgotten_with_the_next() -> None:
    node = Node(MemoryStore())
    old = await node.estimates.begin(OFFER, 7)
    node.now_ms += DAY_MS + 1
    await node.estimates.begin(OFFER, 7)
    with pytest.raises(NotFound):
        await node.estimates.job(old.id)
