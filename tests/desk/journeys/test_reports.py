"""What was not offered, counted by reason."""

import pytest

from frontdesk.desk.journeys.customers import Customers
from frontdesk.desk.journeys.reports import Reports, entered
from frontdesk.domain.journey.facts import Block, Blocked, Fact, Qualified, Reason, VisitBegan
from frontdesk.domain.journey.reporting.buckets import Interval
from frontdesk.store.memory import MemoryStore

pytestmark = pytest.mark.anyio


async def test_each_no_is_counted_by_reason_and_by_visit() -> None:
    store, now_ms = MemoryStore(), 1000
    customers = Customers(store, lambda: now_ms)
    customers.entries = entered

    async def happens(who: str, *facts: Fact) -> None:
        await customers.change(who, lambda _customer, _now_ms: facts)

    page, agents = Block("a", Reason.PAGE_URL), Block("a", Reason.NO_AGENTS)
    for who in ("c1", "c2"):
        await happens(who, VisitBegan("v", "d", 0), Qualified("a", "m1", 1, "v", "webchat"))
        await happens(who, Qualified("b", "m2", 1, "v", "webchat"))
    for _ in range(30):
        await happens("c1", Blocked((page, Block("b", Reason.CONTROL_GROUP))))
    now_ms = 2000
    await happens("c2", Blocked((page,)))
    await happens("c2", Blocked((agents,)))
    await happens("c2", VisitBegan("w", "d", 0), Qualified("a2", "m1", 1, "w", "webchat"))
    await happens("c2", Blocked((Block("a2", Reason.NO_AGENTS),)))

    reports = Reports(store, lambda: now_ms)
    counts = await reports.blocked("m1", Interval(0, 3000))
    assert [(one.reason, one.count, one.sessions) for one in counts.reasons()] == [
        ("PageUrlConditionsNotMatching", 31, 2),
        ("NoAvailableAgents", 2, 2),
    ]
    assert counts.sessions == 3
    later = await reports.blocked("m1", Interval(2000, 3000))
    assert [(one.reason, one.count) for one in later.reasons()] == [
        ("NoAvailableAgents", 2),
        ("PageUrlConditionsNotMatching", 1),
    ]
