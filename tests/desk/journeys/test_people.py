"""Who is behind the browsers: found by what they say, however much that is, with all that is theirs."""

from collections.abc import Mapping
from itertools import count

import pytest

from frontdesk.desk.journeys import contact_streams
from frontdesk.desk.journeys.customers import Customers
from frontdesk.desk.journeys.people import People
from frontdesk.domain.journey import contacts
from frontdesk.domain.journey.contacts import Contact, Kind
from frontdesk.domain.journey.facts import Linked
from frontdesk.domain.journey.web_events import Scalar
from frontdesk.store.log import Recorded
from frontdesk.store.memory import MemoryStore

pytestmark = pytest.mark.anyio

NOW_MS = 1_760_000_000_000
MAIL = "ann@mail.example"


class Reading(MemoryStore):
    """A store that knows how many records were read of it."""

    records = 0

    async def read(self, stream: str, after_version: int = 0, limit: int | None = None) -> list[Recorded]:
        found = list(await super().read(stream, after_version, limit))
        self.records += len(found)
        return found


class Town:
    def __init__(self) -> None:
        numbers = count(1)
        self.store = Reading()
        self.customers = Customers(self.store, lambda: NOW_MS)
        self.people = People(
            self.store, self.customers, lambda: NOW_MS, lambda: f"p{next(numbers)}", b"key", lambda: 60
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
