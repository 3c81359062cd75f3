"""For how long customers are kept, what they are shown of it, and that nothing is left of who is erased."""

import asyncio
import json
import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from typing import Any

import asyncpg
import msgspec
import pytest
from msgspec.structs import replace

from frontdesk.desk.journeys.contact_streams import (
    SNAPSHOT_EVERY,
    contact_history,
    read_contact,
    snapshots,
)
from frontdesk.desk.journeys.customers import ROOT, Customers
from frontdesk.desk.journeys.keeping import ERASURES, Keeping, Why
from frontdesk.desk.journeys.whose_visit import WhoseVisit
from frontdesk.domain.journey.compiling import Compiled
from frontdesk.domain.journey.contact_progress import Share
from frontdesk.domain.journey.contacts import Claimed, Learnt, Trait, evolve
from frontdesk.domain.journey.criteria import Criterion, Journey, JourneyPattern, Operator
from frontdesk.domain.journey.customer import Customer
from frontdesk.domain.journey.definitions import Definitions
from frontdesk.domain.journey.facts import Fact, Happened, Linked, Named, VisitBegan, VisitEnded
from frontdesk.domain.journey.forgetting import DAY_MS, SLACK_MS
from frontdesk.domain.journey.segments import Scope, Segment
from frontdesk.domain.journey.site_settings import RetentionDays
from frontdesk.domain.journey.web_events import Browser, Geolocation, Origin, Page, WebEvent
from frontdesk.errors import NotFound
from frontdesk.settings import DatabaseSettings
from frontdesk.store.address import journeys_beside
from frontdesk.store.log import Entry, Store
from frontdesk.store.open import open_journeys
from tests.desk.journeys.site import counting

pytestmark = pytest.mark.anyio

BEGIN_MS = 1_760_000_000_000
ANY_PAGE = Criterion("page.url", ("/",), Operator.CONTAINS_ANY)
LOOKED_AT_OFTEN = Segment(
    id="s1",
    version=1,
    display_name="Looked at often",
    scope=Scope.CUSTOMER,
    journey=Journey((JourneyPattern((ANY_PAGE,), 9),)),
)
SECRETS = ("anna", "kestrelgate", "ext-4711", "PeculiarAgent", "Hinterzarten", "visit-of-")


class World:
    """The parts that keep customers, on one store, with a clock that is set by hand."""

    def __init__(self, store: Store) -> None:
        self.now_ms = BEGIN_MS
        self.store = store
        self.days = RetentionDays()
        self.customers = Customers(store, lambda: self.now_ms)
        self.customers.entries = lambda story: [
            Entry("pageview", story.now_ms, b"{}") for fact in story.facts if isinstance(fact, Happened)
        ]
        self.together = counting(store, self.customers, lambda: self.now_ms)
        self.whose = WhoseVisit(store)
        self.keeping = Keeping(store, self.customers, self.together, lambda: self.days, lambda: self.now_ms)

    async def add(self, customer_id: str, *facts: Fact) -> Customer:
        customer, _ = await self.customers.change(customer_id, lambda _customer, _now_ms: facts)
        return customer

    async def visits(self, customer_id: str, visit_id: str, pages: int = 3) -> None:
        """A visit, over after its pages, that says all there can be said."""
        origin = Origin(
            Browser("Firefox"), geolocation=Geolocation(locality="Hinterzarten"), user_agent="PeculiarAgent/1"
        )
        await self.whose.note(visit_id, customer_id, self.now_ms)
        await self.add(customer_id, VisitBegan(visit_id, "d1", self.now_ms, origin))
        for number in range(pages):
            page = Page(f"https://kestrelgate.example/anna/{number}", title="For anna")
            event = WebEvent(
                f"e{number}", "page_viewed", visit_id, self.now_ms, page, event_id=f"anna-{number}"
            )
            await self.add(customer_id, Happened(event))
        await self.add(customer_id, VisitEnded(visit_id, self.now_ms))

    async def is_contact(self, contact_id: str, *customers: str) -> None:
        """As people are told apart: a contact, and whose an address of mail is."""
        identity = f"identity/of-{contact_id}"
        said = Learnt({"email": Trait("anna@kestrelgate.example", self.now_ms)}, customers, (identity,))
        await self.store.append(f"contact/{contact_id}", 0, [msgspec.json.encode(said)], self.now_ms)
        await self.store.append(identity, 0, [msgspec.json.encode(Claimed(contact_id))], self.now_ms)
        for customer_id in customers:
            await self.add(customer_id, Linked(contact_id), Named("ext-4711"))

    async def passes(self, days: float) -> list[str]:
        """Let time pass, and do what becomes due meanwhile; for whom that was."""
        fired: list[str] = []
        until_ms = self.now_ms + int(days * DAY_MS)
        while True:
            due_ms = await self.store.next_due(self.now_ms)
            if due_ms is None or due_ms > until_ms:
                self.now_ms = until_ms
                return fired
            self.now_ms = max(self.now_ms, due_ms)
            for stream in await self.store.claim_due(self.now_ms, 1000, 100):
                fired.append(stream)
                await self.keeping.tick(stream.removeprefix(ROOT))


@pytest.fixture
async def world(database_url: str) -> AsyncIterator[World]:
    database = await open_journeys(DatabaseSettings(url=database_url))
    yield World(database.store)
    await database.aclose()


async def all_bytes(url: str) -> bytes:
    """Every value of every table of the journeys at `url`."""
    if url.startswith("sqlite"):
        return await asyncio.to_thread(_all_bytes_of_file, journeys_beside(url).removeprefix("sqlite:///"))
    connection = await asyncpg.connect(url)
    tables = await connection.fetch("SELECT tablename FROM pg_tables WHERE schemaname = 'journeys'")
    rows = [row for (name,) in tables for row in await connection.fetch(f'SELECT * FROM journeys."{name}"')]  # noqa: S608
    await connection.close()
    return _joined([tuple(row) for row in rows])


def _all_bytes_of_file(path: str) -> bytes:
    with closing(sqlite3.connect(path)) as connection:
        names = [row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        return _joined([row for name in names for row in connection.execute(f'SELECT * FROM "{name}"')])  # noqa: S608


def _joined(rows: list[tuple[Any, ...]]) -> bytes:
    values = [value for row in rows for value in row]
    return b"\n".join(value if isinstance(value, bytes) else str(value).encode() for value in values)


async def pageviews(world: World) -> int:
    return len(await world.store.entries("pageview", 0, 2 * BEGIN_MS))


# --- time ----------------------------------------------------------------------------------------


async def test_web_events_are_forgotten_after_ninety_days_by_the_streams_own_timer(world: World) -> None:
    await world.visits("c1", "visit-of-1")
    before = await world.customers.customer("c1")
    assert await world.store.armed(ROOT + "c1") == BEGIN_MS + 90 * DAY_MS + SLACK_MS
    assert await world.passes(90) == []
    assert await world.passes(1) == [ROOT + "c1"]
    facts = [fact for _, fact in await world.customers.history("c1")]
    assert not any(isinstance(fact, Happened) for fact in facts)
    after = await world.customers.customer("c1")
    assert (after.pageviews, after.visits, after.visit.pageviews) == (3, 1, 3)
    assert (before.visit.page.title, after.visit.page.title) == ("For anna", "")
    assert await Customers(world.store, lambda: world.now_ms).customer("c1") == after
    assert await pageviews(world) == 3
    assert await world.passes(100) == []


async def test_whoever_does_not_come_back_is_gone_after_thirteen_months(world: World) -> None:
    await world.visits("c1", "visit-of-1")
    await world.passes(394)
    assert (await world.customers.customer("c1")).version
    await world.passes(2)
    assert await world.customers.customer("c1") == Customer(id="c1")
    with pytest.raises(NotFound):
        await world.whose.customer_of("visit-of-1")
    assert await world.store.next_due(world.now_ms) is None
    assert await pageviews(world) == 3
    (erasure,) = await world.store.entries(ERASURES, 0, 2 * BEGIN_MS)
    assert json.loads(erasure.entry.body) == {"why": Why.TIME_IS_UP}


async def test_who_keeps_coming_stays_and_their_old_visits_go(world: World) -> None:
    for number in range(1, 9):
        await world.visits("c1", f"visit-of-{number}")
        await world.passes(60)
    customer = await world.customers.customer("c1")
    assert (customer.visits, customer.pageviews) == (8, 24)
    history = [fact for _, fact in await world.customers.history("c1")]
    assert [f.visit_id for f in history if isinstance(f, VisitBegan)] == [
        f"visit-of-{n}" for n in range(3, 9)
    ]
    assert {f.event.visit_id for f in history if isinstance(f, Happened)} == {"visit-of-8"}
    with pytest.raises(NotFound):
        await world.whose.customer_of("visit-of-1")
    assert await world.whose.customer_of("visit-of-8") == "c1"


async def test_days_that_become_fewer_count_at_the_next_look(world: World) -> None:
    await world.visits("c1", "visit-of-1")
    world.days = RetentionDays(web_events=1)
    await world.passes(2)  # The timer is still set for later.
    await world.keeping.tick("c1")
    assert not any(isinstance(fact, Happened) for _, fact in await world.customers.history("c1"))


# --- rights --------------------------------------------------------------------------------------


async def test_nothing_is_left_of_who_is_erased_and_counts_stay(durable_url: str) -> None:
    database = await open_journeys(DatabaseSettings(url=durable_url))
    world = World(database.store)
    for number in range(40):  # So many facts that there is a snapshot.
        await world.visits("anna-1", f"visit-of-anna-{number}", pages=1)
    await world.visits("other", "visit-of-somebody", pages=2)
    await world.is_contact("p1", "anna-1")
    there = await all_bytes(durable_url)
    assert all(secret.encode() in there for secret in SECRETS)
    assert await world.keeping.erase("anna-1")
    assert await world.keeping.erase("other")
    left = await all_bytes(durable_url)
    assert [secret for secret in SECRETS if secret.encode() in left] == []
    assert b"anna-1" not in left
    assert b"p1" not in left
    assert await pageviews(world) == 42
    assert len({each.stream for each in await world.store.entries("pageview", 0, 2 * BEGIN_MS)}) == 2
    assert not await world.keeping.erase("anna-1"), "once more is nothing more"
    assert len(await world.store.entries(ERASURES, 0, 2 * BEGIN_MS)) == 2
    await database.aclose()


async def test_nothing_is_left_of_what_time_has_taken(durable_url: str) -> None:
    database = await open_journeys(DatabaseSettings(url=durable_url))
    world = World(database.store)
    for number in range(50):
        await world.visits("c1", f"visit-of-{number}", pages=2)
    assert b"kestrelgate" in await all_bytes(durable_url)
    await world.passes(91)
    assert b"kestrelgate" not in await all_bytes(durable_url), "neither in snapshots nor in what stays true"
    await database.aclose()


async def test_a_contact_goes_with_the_last_of_their_browsers(world: World) -> None:
    await world.visits("c1", "visit-of-1")
    await world.visits("c2", "visit-of-2")
    await world.is_contact("p1", "c1", "c2")
    await world.keeping.erase("c1")
    assert await world.store.read("contact/p1")
    await world.keeping.erase("c2")
    assert not await world.store.read("contact/p1")
    assert not await world.store.read("identity/of-p1")


async def test_no_table_names_an_erased_browser_whose_person_has_others(durable_url: str) -> None:
    database = await open_journeys(DatabaseSettings(url=durable_url))
    world = World(database.store)
    names = ("browser-one", "browser-two", "browser-three")
    for name in names:
        await world.visits(name, f"visit-of-{name}")
    await world.is_contact("p0", "browser-one")  # Whose it was before, as it seemed.
    await world.is_contact("p1", *names)
    before = await read_contact(world.store, "p1")
    for number in range(SNAPSHOT_EVERY):  # So many facts that there is a snapshot.
        said = Learnt({"mood": Trait(number, world.now_ms)}, names[:2])
        after = evolve(before, said, world.now_ms)
        body = [msgspec.json.encode(said)]
        await world.store.append("contact/p1", before.version, body, world.now_ms, snapshots(before, after))
        before = after
    assert await world.store.snapshot("contact/p1") is not None
    assert await world.keeping.erase("browser-one")
    assert b"browser-one" not in await all_bytes(durable_url)
    after = await read_contact(world.store, "p1")
    assert after == replace(before, version=before.version + 1, customers=names[1:])
    *_, (newest, _) = [one async for one in contact_history(world.store, "p1")]
    assert newest.version == after.version
    export = await world.keeping.export("browser-two")
    assert export["contact"]["customers"] == names[1:]
    assert await world.keeping.erase("browser-two")
    left = await all_bytes(durable_url)
    assert b"browser-two" not in left
    assert b"browser-three" in left
    assert (await read_contact(world.store, "p1")).traits == before.traits, (
        "what they said stays the person's"
    )
    await database.aclose()


async def test_what_an_erased_browser_has_counted_for_its_person_is_in_no_table(durable_url: str) -> None:
    database = await open_journeys(DatabaseSettings(url=durable_url))
    world = World(database.store)
    compiled = Compiled(Definitions(segments={"s1": LOOKED_AT_OFTEN}))
    for customer_id in ("browser-one", "browser-two"):
        await world.visits(customer_id, f"visit-of-{customer_id}")
    await world.store.append("contact/p1", 0, [msgspec.json.encode(Learnt())], world.now_ms)
    for customer_id in ("browser-one", "browser-two", "browser-one"):
        customer = await world.add(customer_id, Linked("p1"))
        event = WebEvent(f"{customer_id} {customer.version}", "page_viewed", "", 1, Page("https://x.test/"))
        progress = await world.together.count("p1", customer, event, compiled, {}, world.now_ms)
    assert progress.customers == ("browser-one", "browser-two")
    assert await world.together.leave("p1", "browser-one") is not None
    again = counting(world.store, world.customers, lambda: world.now_ms)
    assert (await again.progress("p1")).counters[0].shares == (Share("browser-two", 0),)
    left = await all_bytes(durable_url)
    assert b'"customer_id":"browser-two"' in left
    assert b'"customer_id":"browser-one"' not in left
    await database.aclose()


async def test_a_person_is_erased_with_all_their_browsers_and_nobody_else(world: World) -> None:
    for number in range(1, 5):
        await world.visits(f"c{number}", f"visit-of-{number}")
    await world.is_contact("p1", "c1", "c2", "c3")
    await world.is_contact("p2", "c4")
    await world.add("c3", Linked("p2"))  # It turned out to be somebody else's.
    assert await world.keeping.erase_contact("p1") == 2
    versions = [(await world.customers.customer(f"c{number}")).version > 0 for number in range(1, 5)]
    assert versions == [False, False, True, True]
    assert not await world.store.read("contact/p1")
    assert await world.store.read("contact/p2")
    assert await pageviews(world) == 12
    assert await world.keeping.erase_contact("p1") == 0


async def test_an_erasure_that_stopped_halfway_is_finished_by_the_next(world: World) -> None:
    await world.visits("c1", "visit-of-1")
    await world.is_contact("p1", "c1")
    await world.store.purge("identity/of-p1")
    await world.store.purge("contact/p1")
    assert await world.keeping.erase("c1")
    assert not await world.store.read(ROOT + "c1")


async def test_a_customer_is_shown_all_that_is_kept(world: World) -> None:
    await world.visits("c1", "visit-of-1")
    await world.is_contact("p1", "c1")
    shown = json.loads(json.dumps(await world.keeping.export("c1")))
    assert shown["customer"]["id"] == "c1"
    assert shown["contact"]["traits"]["email"]["value"] == "anna@kestrelgate.example"
    kinds = [fact["fact"]["type"] for fact in shown["facts"]]
    assert kinds == ["VisitBegan", "Happened", "Happened", "Happened", "VisitEnded", "Linked", "Named"]
    first = shown["facts"][1]
    assert (first["time_ms"], first["fact"]["event"]["page"]["title"]) == (BEGIN_MS, "For anna")
    with pytest.raises(NotFound):
        await world.keeping.export("c2")
