"""Customers over every store: decided once, kept for good, the same at every node, and light to hold."""

import asyncio
import gc
import tracemalloc
from collections.abc import AsyncIterator, Sequence

import pytest

from frontdesk.desk.journeys.customer_cards import LiveAction
from frontdesk.desk.journeys.customer_folding import fold
from frontdesk.desk.journeys.customers import ROOT, SNAPSHOT_EVERY, Customers
from frontdesk.desk.journeys.held_customers import OLDER
from frontdesk.domain.journey.customer import Customer
from frontdesk.domain.journey.facts import (
    Emitter,
    Fact,
    Happened,
    Linked,
    Moved,
    Qualified,
    SegmentAssigned,
    State,
    VisitBegan,
    VisitEnded,
)
from frontdesk.domain.journey.unfolding import Unfolding
from frontdesk.domain.journey.web_events import Browser, Device, Geolocation, Origin, Page, WebEvent
from frontdesk.errors import Unavailable
from frontdesk.settings import DatabaseSettings
from frontdesk.store.log import Entry, Store
from frontdesk.store.memory import MemoryStore
from frontdesk.store.open import Database, open_database
from tests.patience import PATIENCE_S

pytestmark = pytest.mark.anyio

TIMEOUT_MS = 1000


class Clock:
    def __init__(self) -> None:
        self.now_ms = 5000

    def __call__(self) -> int:
        return self.now_ms


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def customers(store: Store, clock: Clock) -> Customers:
    return Customers(store, clock)


def began(number: int = 1) -> VisitBegan:
    origin = Origin(
        Browser("Firefox", "140.0", "de-DE", 1280, 720),
        Device("desktop", "computer", screen_width=1920, screen_height=1080, os_family="Linux"),
        Geolocation("DE", "Germany", "BE", "Berlin", "Berlin", timezone="Europe/Berlin"),
        user_agent=f"Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/{number}",
    )
    return VisitBegan(f"visit-{number}", "deployment-1", 5000, origin)


def viewed(number: int, visit: int = 1) -> Happened:
    url = f"https://shop.example/shoes/{number}?colour=red"
    page = Page(url, f"Shoes, number {number}", "de", hostname="shop.example", pathname=f"/shoes/{number}")
    event_id = f"8f14e45f-ceea-467a-9575-{visit:06}{number:06}"
    return Happened(
        WebEvent(f"event-{number}", "page_viewed", f"visit-{visit}", 5000 + number, page, "Web", event_id)
    )


async def add(customers: Customers, customer_id: str, *facts: Fact) -> Customer:
    customer, added = await customers.change(customer_id, lambda _customer, _now_ms: facts)
    assert tuple(added) == facts
    return customer


# --- deciding ------------------------------------------------------------------------------------


async def test_what_is_decided_is_true_here_and_after_a_restart(
    customers: Customers, store: Store, clock: Clock
) -> None:
    assert await customers.customer("1") == Customer(id="1")
    after = await add(customers, "1", began(), viewed(1), viewed(2))
    assert (after.version, after.visit.pageviews, after.visit.page.pathname) == (3, 2, "/shoes/2")
    assert await customers.customer("1") == after
    assert await Customers(store, clock).customer("1") == after
    assert (await customers.customer("2")).version == 0


async def test_who_decides_nothing_writes_nothing(customers: Customers, store: Store) -> None:
    customer, facts = await customers.change("1", lambda _customer, _now_ms: ())
    assert (customer.version, facts, await store.head()) == (0, (), 0)


async def test_many_who_change_one_customer_at_once_lose_nothing(store: Store, clock: Clock) -> None:
    """Half of them at one node and half at another, and nobody knows of the others."""
    nodes = [Customers(store, clock) for _ in range(2)]

    async def view(number: int) -> None:
        await nodes[number % 2].change("1", lambda customer, _now_ms: (viewed(customer.events + 1),))

    await asyncio.gather(*(view(number) for number in range(30)))
    history = await nodes[0].history("1")
    assert [fact.event.id for _, fact in history if isinstance(fact, Happened)] == [
        f"event-{n}" for n in range(1, 31)
    ]
    known = [await node.customer("1") for node in nodes]
    assert await Customers(store, clock).customer("1") in known, "whoever wrote last knows all"


async def test_who_asks_while_a_customer_is_being_read_gets_the_same_answer(
    customers: Customers, store: Store, clock: Clock
) -> None:
    after = await add(customers, "1", began(), viewed(1))
    cold = Customers(store, clock)
    first = asyncio.create_task(cold.customer("1"))
    await asyncio.sleep(0)
    assert await cold.customer("1") == after
    assert await first == after


async def test_time_never_goes_back_in_a_stream(customers: Customers, clock: Clock) -> None:
    await add(customers, "1", began())
    clock.now_ms -= 100
    times: list[int] = []

    def decide(_customer: Customer, now_ms: int) -> Sequence[Fact]:
        times.append(now_ms)
        return (viewed(1),)

    await customers.change("1", decide)
    assert times == [5000]


async def test_an_error_of_whoever_decides_changes_nothing(customers: Customers) -> None:
    def decide(_customer: Customer, _now_ms: int) -> Sequence[Fact]:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await customers.change("1", decide)
    assert (await customers.customer("1")).version == 0
    await add(customers, "1", began())


async def test_one_fact_can_be_read_again_by_its_version(customers: Customers) -> None:
    await add(customers, "1", began(), viewed(1))
    assert await customers.record("1", 2) == viewed(1)
    assert await customers.record("1", 3) is None
    assert await customers.record("2", 1) is None
    assert [fact for _, fact in await customers.history("1", 1)] == [viewed(1)]


# --- beside the facts ----------------------------------------------------------------------------


def silence(customer: Customer) -> int | None:
    return customer.visit.active_ms + TIMEOUT_MS if customer.visit.is_open else None


async def test_the_timer_is_set_only_when_it_would_be_too_late(customers: Customers, store: Store) -> None:
    customers.deadlines.append(silence)
    await add(customers, "1", began())
    assert await store.armed(ROOT + "1") == 6000
    await add(customers, "1", viewed(100))
    assert await store.armed(ROOT + "1") == 6000, "it will be set anew when it has fired"
    await customers.change("1", lambda _c, _ms: (viewed(101),), due_ms=lambda _: 5500)
    assert await store.armed(ROOT + "1") == 5500
    await add(customers, "1", VisitEnded("visit-1", 5101))
    assert await store.armed(ROOT + "1") is None


async def test_a_timer_that_has_fired_for_nothing_is_set_anew(
    customers: Customers, store: Store, clock: Clock
) -> None:
    customers.deadlines.append(silence)
    await add(customers, "1", began())
    await add(customers, "1", viewed(700))
    clock.now_ms = 6000
    assert await store.claim_due(6000, 10_000, 10) == [ROOT + "1"]
    for node in (customers, Customers(store, clock)):
        node.deadlines[:] = [silence]
        await node.change("1", lambda _customer, _now_ms: ())
        assert await store.armed(ROOT + "1") == 6700
        assert await store.next_due(6000) == 6700
    assert (await customers.customer("1")).version == 2


async def test_reports_get_their_entries_with_the_facts_or_not_at_all(
    customers: Customers, store: Store
) -> None:
    def entries(story: Unfolding) -> Sequence[Entry]:
        said = f"{story.before.version} {len(story.facts)} {story.customer.version}"
        return [Entry("visit", story.now_ms, said.encode())]

    customers.entries = entries
    await add(customers, "1", began(), viewed(1))
    await add(customers, "1", viewed(2))
    kept = await store.entries("visit", 0, 9999)
    assert [each.entry.body for each in kept] == [b"0 2 2", b"2 1 3"]
    assert [(each.stream, each.version) for each in kept] == [(ROOT + "1", 2), (ROOT + "1", 3)]


async def test_lists_show_who_is_there_and_change_when_it_matters(customers: Customers, store: Store) -> None:
    await add(customers, "1", began(1), viewed(1))
    await add(customers, "2", began(2), viewed(1, visit=2))
    filed = await store.card(ROOT + "1")
    await add(customers, "1", viewed(2))
    assert await store.card(ROOT + "1") == filed
    await add(
        customers,
        "1",
        SegmentAssigned("segment-1", "assignment-1", "visit-1"),
        Qualified("action-1", "map-1", 1, "visit-1", "webchat"),
        Moved("action-1", State.OFFERED, Emitter.BROWSER),
    )
    (first, one), (second, two) = await customers.visiting()
    assert (first, second, await customers.count_visiting()) == ("1", "2", 2)
    assert (one.visit_id, one.country, one.browser, one.device) == ("visit-1", "DE", "Firefox", "desktop")
    assert (one.segments, one.live) == (("segment-1",), (LiveAction("action-1", "map-1", "offered"),))
    assert (two.segments, two.live) == ((), ())
    assert [customer_id for customer_id, _ in await customers.visiting(after="1")] == ["2"]
    await add(customers, "1", VisitEnded("visit-1", 6000))
    assert [customer_id for customer_id, _ in await customers.visiting()] == ["2"]


async def test_a_customer_of_a_year_is_read_from_a_snapshot(
    customers: Customers, store: Store, clock: Clock
) -> None:
    await add(customers, "1", began())
    for first in range(0, 3 * SNAPSHOT_EVERY, 60):
        after = await add(customers, "1", *(viewed(number) for number in range(first, first + 60)))
    snapshot = await store.snapshot(ROOT + "1")
    assert snapshot is not None
    assert after.version - snapshot.version < SNAPSHOT_EVERY
    assert await Customers(store, clock).customer("1") == after
    replayed = Customer(id="1")
    for record in await store.read(ROOT + "1"):
        replayed = fold(replayed, record)
    assert replayed == after, "and it may be lost"


# --- other nodes ---------------------------------------------------------------------------------


@pytest.fixture
async def followed(store: Store, clock: Clock) -> AsyncIterator[Customers]:
    """Another node, which follows."""
    other = Customers(store, clock)
    following = asyncio.create_task(other.follow())
    await asyncio.sleep(0)
    yield other
    following.cancel()
    await asyncio.gather(following, return_exceptions=True)


async def becomes(customers: Customers, expected: Customer) -> None:
    async with asyncio.timeout(PATIENCE_S):
        while await customers.customer(expected.id) != expected:
            await asyncio.sleep(0.01)


async def test_what_one_node_writes_another_hears(customers: Customers, followed: Customers) -> None:
    after = await add(customers, "1", began())
    await becomes(followed, after)
    for number in range(3):
        after = await add(customers, "1", viewed(number))
        await becomes(followed, after)


async def test_what_was_written_before_a_node_began_to_follow_is_not_missed(
    customers: Customers, store: Store, clock: Clock
) -> None:
    other = Customers(store, clock)
    await add(customers, "1", began())
    await other.customer("1")
    after = await add(customers, "1", viewed(1))
    following = asyncio.create_task(other.follow())
    await becomes(other, after)
    following.cancel()
    await asyncio.gather(following, return_exceptions=True)


async def test_who_was_first_elsewhere_is_taken_into_account(
    customers: Customers, store: Store, clock: Clock
) -> None:
    other = Customers(store, clock)
    await add(customers, "1", began())
    assert (await other.customer("1")).version == 1
    await add(customers, "1", viewed(1))
    seen: list[int] = []

    def decide(customer: Customer, _now_ms: int) -> Sequence[Fact]:
        seen.append(customer.version)
        return (viewed(2),)

    after, _ = await other.change("1", decide)
    assert seen == [1, 2]
    assert after.visit.pageviews == 2


async def test_a_deleted_customer_is_gone_and_may_come_back_as_somebody_new(
    customers: Customers, store: Store, clock: Clock
) -> None:
    elsewhere = Customers(store, clock)
    await add(customers, "1", began(), viewed(1), Linked("contact-1"))
    await elsewhere.customer("1")
    await customers.purge("1")
    await customers.purge("1")
    assert await customers.customer("1") == Customer(id="1")
    assert await customers.visiting() == []
    after = await add(elsewhere, "1", began(2))  # It had not heard of it, and finds out.
    assert (after.version, after.contact_id, after.visit.id) == (1, "", "visit-2")


async def test_other_nodes_hear_of_a_deletion(postgres_database: str, clock: Clock) -> None:
    settings = DatabaseSettings(url=postgres_database)
    databases: list[Database] = [await open_database(settings) for _ in range(2)]
    here, there = (Customers(database.store, clock) for database in databases)
    heard = asyncio.Event()
    async with asyncio.timeout(PATIENCE_S):
        while not heard.is_set():  # Whoever is not listening yet hears nothing.
            await add(here, "1", began())
            await there.customer("1")
            await here.purge("1")
            await asyncio.sleep(0.05)
            if await there.customer("1") == Customer(id="1"):
                heard.set()
    for database in databases:
        await database.aclose()


# --- faults and weight ---------------------------------------------------------------------------


async def test_what_could_not_be_written_is_not_believed(durable_url: str, clock: Clock) -> None:
    database = await open_database(DatabaseSettings(url=durable_url))
    customers = Customers(database.store, clock)
    before = await add(customers, "1", began())
    await database.store.aclose()  # It writes no more, and can still be read.
    with pytest.raises(Unavailable):
        await add(customers, "1", viewed(1))
    assert await customers.customer("1") == before
    await database.aclose()


async def test_only_so_many_are_held(store: Store, clock: Clock) -> None:
    customers = Customers(store, clock, held_max=10)
    for number in range(25):
        await add(customers, str(number), began())
    assert customers.held == 10
    assert (await customers.customer("0")).version == 1


async def test_nobody_is_held_for_long_who_is_not_asked_for(store: Store, clock: Clock) -> None:
    customers = Customers(store, clock)
    for number in range(5):
        await add(customers, str(number), began())
    for _ in range(OLDER):
        await customers.let_go()
        await customers.customer("4")
        assert customers.held == 5
    await customers.let_go()
    assert customers.held == 1
    assert (await customers.customer("0")).version == 1


async def test_a_visit_of_twenty_events_weighs_three_kib_and_nothing_once_it_is_quiet(clock: Clock) -> None:
    """As loaded from the log, with no word shared between two customers."""
    store, visits = MemoryStore(), 1000
    writing = Customers(store, clock)
    for number in range(visits):
        await add(writing, str(number), began(number), *(viewed(n, visit=number) for n in range(20)))
    customers = Customers(store, clock)
    gc.collect()
    tracemalloc.start()
    try:
        empty, _ = tracemalloc.get_traced_memory()
        for number in range(visits):
            await customers.customer(str(number))
        gc.collect()
        full, _ = tracemalloc.get_traced_memory()
        for _ in range(OLDER + 1):
            await customers.let_go()
        gc.collect()
        quiet, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert (full - empty) / visits < 3 * 1024
    assert (quiet - empty) / visits < 50
