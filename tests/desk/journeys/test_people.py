"""Who is behind the browsers: found by what they say, however much that is, with all that is theirs."""

import asyncio
from collections.abc import Mapping
from itertools import count

import pytest

from frontdesk.desk.journeys import contact_streams
from frontdesk.desk.journeys.counting_together import ROOT, Counts
from frontdesk.desk.journeys.customers import Customers
from frontdesk.desk.journeys.keeping import Keeping
from frontdesk.desk.journeys.people import People
from frontdesk.domain.journey import contacts
from frontdesk.domain.journey.collecting import Taken, collect
from frontdesk.domain.journey.compiling import Compiled
from frontdesk.domain.journey.contacts import Contact, Kind
from frontdesk.domain.journey.criteria import Criterion, Journey, JourneyPattern, Operator
from frontdesk.domain.journey.customer import Customer
from frontdesk.domain.journey.definitions import Definitions
from frontdesk.domain.journey.facts import Linked, SegmentAssigned
from frontdesk.domain.journey.segments import Scope, Segment
from frontdesk.domain.journey.site_settings import RetentionDays
from frontdesk.domain.journey.unfolding import Unfolding
from frontdesk.domain.journey.web_events import Origin, Page, Scalar, WebEvent
from frontdesk.store.log import Recorded
from frontdesk.store.memory import MemoryStore
from tests.desk.journeys.site import counting

pytestmark = pytest.mark.anyio

NOW_MS = 1_760_000_000_000
MAIL = "ann@mail.example"
PAGE_A = Criterion("page.url", ("/a",), Operator.CONTAINS_ANY)
SEEN_TWICE = Segment(
    id="twice",
    version=1,
    display_name="Seen twice",
    scope=Scope.CUSTOMER,
    journey=Journey((JourneyPattern((PAGE_A,), 2),)),
)
TWICE = Definitions(segments={"twice": SEEN_TWICE})


class Reading(MemoryStore):
    """A store that knows how many records were read of it."""

    records = 0

    async def read(self, stream: str, after_version: int = 0, limit: int | None = None) -> list[Recorded]:
        found = list(await super().read(stream, after_version, limit))
        self.records += len(found)
        return found


class Town:
    """The people of a site, as one node knows them."""

    def __init__(self, store: Reading | None = None) -> None:
        numbers = count(1)
        self.store = store or Reading()
        self.customers = Customers(self.store, lambda: NOW_MS)
        self.together = counting(self.store, self.customers, lambda: NOW_MS, lambda: TWICE)
        self.people = People(
            self.store,
            self.customers,
            self.together,
            lambda: NOW_MS,
            lambda: f"p{next(numbers)}",
            b"key",
            lambda: 60,
        )

    async def says(
        self,
        customer_id: str,
        traits: Mapping[str, Scalar],
        external_id: str = "",
        *,
        is_verified: bool = False,
    ) -> str:
        """Let a browser or the site's server say who uses it; whose it is then."""
        customer = await self.customers.customer(customer_id)
        contact_id = await self.people.learn(customer, traits, external_id, is_verified=is_verified)
        if contact_id != customer.contact_id:
            await self.customers.change(customer_id, lambda _customer, _now_ms: (Linked(contact_id),))
        return contact_id

    async def views(self, customer_id: str) -> list[str]:
        """Let a browser look at the page that counts; the segments that fit it then."""
        customer = await self.customers.customer(customer_id)
        compiled = Compiled(TWICE)
        number = customer.events + 1
        event = WebEvent(f"{customer_id}-{number}", "page_viewed", "", NOW_MS, Page("https://shop.example/a"))
        taken = Taken(event, Origin(), "d1")
        counts = Counts(self.together, taken, compiled, f"visit-{customer_id}", "", {})

        def decide(customer: Customer, now_ms: int) -> Unfolding:
            return collect(
                customer,
                taken,
                compiled,
                now_ms=now_ms,
                ids=lambda: "id",
                visit_id=f"visit-{customer_id}",
                progress=counts.progress,
            )

        story = await self.customers.unfold(customer_id, decide, prepare=counts.prepare)
        await counts.tell(story)
        return [one.segment_id for one in story.customer.assignments]

    async def fits(self, customer_id: str) -> list[str]:
        """The segments that fit a browser, by its own history."""
        return [one.segment_id for one in (await self.customers.customer(customer_id)).assignments]

    async def known(self) -> Contact:
        contact = await self.people.find(Kind.EMAIL, MAIL)
        assert contact is not None
        return contact


async def test_who_says_something_new_each_time_is_read_no_slower_for_it() -> None:
    town = Town()
    for number in range(3 * contact_streams.SNAPSHOT_EVERY):
        await town.says("c1", {"email": MAIL, "mood": number})
    town.store.records = 0
    contact = await town.known()
    assert (contact.traits["mood"].value, contact.traits["email"].value) == (
        3 * contact_streams.SNAPSHOT_EVERY - 1,
        MAIL,
    )
    assert town.store.records <= contact_streams.SNAPSHOT_EVERY


async def test_what_was_forgotten_is_in_no_snapshot() -> None:
    town = Town()
    for number in range(2 * contact_streams.SNAPSHOT_EVERY):
        contact_id = await town.says("c1", {"email": MAIL, "mood": number})
    await town.people.forget(contact_id)
    assert (await town.people.contact(contact_id)).version == 0
    assert await town.store.snapshot(f"contact/{contact_id}") is None


async def test_a_browser_is_theirs_as_long_as_it_is_listed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(contacts, "CUSTOMERS_MAX", 3)
    town = Town()
    for number in range(5):
        await town.says(f"c{number}", {"email": MAIL})
    contact = await town.known()
    assert contact.customers == ("c2", "c3", "c4")
    whose = [(await town.customers.customer(f"c{number}")).contact_id for number in range(5)]
    assert whose == ["", "", contact.id, contact.id, contact.id]


async def test_a_browser_that_is_unknown_is_taken_for_whom_it_names() -> None:
    town = Town()
    anns = await town.says("phone", {"email": MAIL})
    await town.says("laptop", {"givenName": "A."})  # Nobody knows yet who that is.
    assert await town.says("laptop", {"email": MAIL.upper()}) == anns
    ann = await town.known()
    assert (ann.customers, ann.traits["givenName"].value) == (("phone", "laptop"), "A.")


async def test_two_who_are_known_are_not_one_because_a_browser_says_so() -> None:
    town = Town()
    anns = await town.says("phone", {"email": MAIL})
    bobs = await town.says("laptop", {"givenName": "Bob"}, "crm-1")
    assert await town.says("laptop", {"email": MAIL, "mood": "good"}) == bobs != anns
    ann, bob = await town.known(), await town.people.contact(bobs)
    assert (ann.customers, bob.customers) == (("phone",), ("laptop",))
    assert set(bob.traits) == {"givenName", "mood"}  # Who reads of Bob does not write to Ann.
    assert await town.says("tablet", {"email": MAIL}, "crm-1") == bobs  # What is said first counts.
    assert (await town.known()).customers == ("phone",)
    assert "email" not in (await town.people.contact(bobs)).traits


async def test_they_are_one_when_the_sites_own_server_says_so() -> None:
    town = Town()
    await town.says("phone", {"email": MAIL})
    await town.says("laptop", {"givenName": "Ann"}, "crm-1")
    await town.says("laptop", {"email": MAIL})
    one = await town.says("laptop", {"email": MAIL}, "crm-1", is_verified=True)
    ann = await town.known()
    assert (ann.id, set(ann.customers)) == (one, {"phone", "laptop"})
    assert (ann.traits["givenName"].value, ann.traits["email"].value) == ("Ann", MAIL)
    assert (await town.customers.customer("phone")).contact_id == one
    found = await town.people.find(Kind.EXTERNAL_ID, "crm-1")
    assert found is not None
    assert found.id == one


# --- what browsers of one person count together ------------------------------------------------------


async def test_a_page_view_on_each_of_two_browsers_is_two_and_both_are_told() -> None:
    town = Town()
    for name in ("phone", "laptop"):
        await town.says(name, {"email": MAIL})
    assert await town.views("phone") == []
    assert await town.views("laptop") == ["twice"]
    assert await town.fits("phone") == ["twice"], "it was told without an event of its own"
    ids = [(await town.customers.customer(name)).assignments[0].id for name in ("phone", "laptop")]
    assert ids[0] == ids[1]


async def test_nothing_more_is_written_or_read_of_what_counts_for_nothing() -> None:
    town = Town()
    await town.says("phone", {"email": MAIL})
    for _ in range(2):
        await town.views("phone")
    town.store.records, head = 0, await town.store.head()
    await town.views("phone")  # It fits already.
    assert (town.store.records, await town.store.head() - head) == (0, 1)


async def test_a_stream_of_counts_has_one_fact_however_much_was_counted() -> None:
    town = Town()
    for name in ("phone", "laptop"):
        contact_id = await town.says(name, {"email": MAIL})
        await town.views(name)
    assert len(await town.store.read(ROOT + contact_id)) == 1


async def test_two_who_become_one_count_together_what_each_had() -> None:
    town = Town()
    anns = await town.says("phone", {"email": MAIL})
    bobs = await town.says("laptop", {}, "crm-1")
    for name in ("phone", "laptop"):
        await town.views(name)
    one = await town.says("laptop", {"email": MAIL}, "crm-1", is_verified=True)
    assert len((await town.together.progress(one)).customers) == 2
    for other in {anns, bobs} - {one}:
        assert await town.store.read(ROOT + other) == []
    await town.views("phone")
    assert await town.fits("laptop") == ["twice"]


async def test_who_is_erased_is_in_no_stream_and_has_counted_nothing() -> None:
    town = Town()
    for name in ("phone", "laptop"):
        contact_id = await town.says(name, {"email": MAIL})
    await town.views("phone")
    keeping = Keeping(town.store, town.customers, town.together, RetentionDays, lambda: NOW_MS)
    assert (await keeping.export("phone"))["countedTogether"]["customers"] == ("phone",)
    await keeping.erase("phone")
    assert not [record for record in await town.store.read(ROOT + contact_id) if b"phone" in record.body]
    assert await town.views("laptop") == []
    assert await town.views("laptop") == ["twice"]
    await keeping.erase("laptop")
    assert await town.store.read(ROOT + contact_id) == []


async def test_a_browser_that_is_listed_no_longer_goes_with_its_own_counts(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(contacts, "CUSTOMERS_MAX", 1)
    town = Town()
    contact_id = await town.says("phone", {"email": MAIL})
    await town.views("phone")
    await town.says("laptop", {"email": MAIL})
    assert (await town.together.progress(contact_id)).customers == ()
    assert await town.views("laptop") == []
    assert await town.views("phone") == ["twice"], "the second of its own"


async def assignments(town: Town, *names: str) -> list[SegmentAssigned]:
    """All that were ever written down as earned."""
    facts = [fact for name in names for _, fact in await town.customers.history(name)]
    return [fact for fact in facts if isinstance(fact, SegmentAssigned)]


async def test_two_page_views_at_once_are_two_and_one_of_them_earns_it() -> None:
    town = Town()
    for name in ("phone", "laptop"):
        await town.says(name, {"email": MAIL})
    await asyncio.gather(town.views("phone"), town.views("laptop"))
    assert [await town.fits(name) for name in ("phone", "laptop")] == [["twice"], ["twice"]]
    assert len(await assignments(town, "phone", "laptop")) == 1


async def test_two_page_views_at_once_on_two_nodes_are_two_and_one_of_them_earns_it() -> None:
    town = Town()
    for name in ("phone", "laptop"):
        contact_id = await town.says(name, {"email": MAIL})
    elsewhere = Town(town.store)
    for node in (town, elsewhere):
        await node.together.progress(contact_id)  # Both hold what is true before.
    await asyncio.gather(town.views("phone"), elsewhere.views("laptop"))
    for name in ("phone", "laptop"):
        town.customers.doubt(name)
    assert [await town.fits(name) for name in ("phone", "laptop")] == [["twice"], ["twice"]]
    assert len(await assignments(town, "phone", "laptop")) == 1


async def test_who_is_forgotten_leaves_each_browser_with_its_own() -> None:
    town = Town()
    contact_id = await town.says("phone", {"mood": "good"})
    await town.views("phone")
    await town.people.forget(contact_id)
    assert await town.store.read(ROOT + contact_id) == []
    assert await town.views("phone") == ["twice"]


async def test_what_another_node_counted_is_counted_with() -> None:
    town = Town()
    for name in ("phone", "laptop"):
        contact_id = await town.says(name, {"email": MAIL})
    elsewhere = counting(town.store, Customers(town.store, lambda: NOW_MS), lambda: NOW_MS, lambda: TWICE)
    assert (await elsewhere.progress(contact_id)).customers == ()
    await town.views("phone")
    elsewhere.heard(await town.store.read(ROOT + contact_id))
    assert (await elsewhere.progress(contact_id)).customers == ("phone",)


# --- who says first who somebody is ------------------------------------------------------------------


async def test_who_claimed_an_id_first_is_linked_with_whom_the_server_says_it_is() -> None:
    """§5.1: a value that equals another customer's verified value links both, whoever said it first."""
    town = Town()
    claimed = await town.says("tablet", {}, "crm-1")
    assert (await town.people.contact(claimed)).customers == ("tablet",)
    await town.says("phone", {"email": MAIL})
    one = await town.says("phone", {}, "crm-1", is_verified=True)
    ann = await town.known()
    assert (ann.id, set(ann.customers)) == (one, {"tablet", "phone"})
    assert [(await town.customers.customer(name)).contact_id for name in ("tablet", "phone")] == [one, one]


async def test_an_unknown_browser_speaks_for_whom_it_names() -> None:
    """§1.1: newer trait values overwrite older ones on all linked records."""
    town = Town()
    anns = await town.says("phone", {"givenName": "Ann"}, "crm-1", is_verified=True)
    assert await town.says("laptop", {"givenName": "Anna"}, "crm-1") == anns
    assert (await town.people.contact(anns)).traits["givenName"].value == "Anna"


async def test_a_browser_that_is_somebodys_says_nothing_of_whom_it_names() -> None:
    town = Town()
    anns = await town.says("phone", {"email": MAIL, "givenName": "Ann"}, "crm-1", is_verified=True)
    await town.says("laptop", {"email": "eve@mail.example"}, "crm-2")
    await town.says("laptop", {"givenName": "Eve"}, "crm-1")
    ann = await town.people.contact(anns)
    assert (ann.customers, ann.traits["givenName"].value) == (("phone",), "Ann")
    found = await town.people.find(Kind.EXTERNAL_ID, "crm-1")
    assert found is not None
    assert found.id == anns
