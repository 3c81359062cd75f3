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

    async def says(self, customer_id: str, traits: Mapping[str, Scalar]) -> str:
        """Let a browser say something of who uses it; whose it is then."""
        customer = await self.customers.customer(customer_id)
        contact_id = await self.people.learn(customer, traits, "")
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
