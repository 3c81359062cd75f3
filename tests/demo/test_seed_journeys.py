"""The demo's shop has offers that its visitors can earn, and keeps what somebody makes of them."""

import pytest

from frontdesk.demo.seed import QUEUE, SERVICE
from frontdesk.demo.seed_journeys import DEPLOYMENT_ID, ids, seed_journeys
from frontdesk.desk.journeys.book import Book
from frontdesk.domain.journey.checks.checking import Around
from frontdesk.domain.journey.compiling import Compiled
from frontdesk.domain.journey.customer import Customer
from frontdesk.domain.journey.defining import Kind
from frontdesk.domain.journey.evolving import evolve
from frontdesk.domain.journey.facts import Fact, Happened, VisitBegan
from frontdesk.domain.journey.keys import is_key
from frontdesk.domain.journey.matching import match
from frontdesk.domain.journey.qualifying import qualify
from frontdesk.domain.journey.site_settings import ConsentMode
from frontdesk.domain.journey.web_events import Page, WebEvent
from frontdesk.store.memory import MemoryStore

pytestmark = pytest.mark.anyio


async def seeded(store: MemoryStore) -> Book:
    book = Book(store, lambda: 1000, Around((QUEUE,), (SERVICE,), is_key), ids().__next__)
    await book.load()
    await seed_journeys(book)
    return book


async def test_two_plants_in_the_basket_earn_a_chat_and_care_earns_a_card() -> None:
    book = await seeded(MemoryStore())
    assert set(book.definitions.deployments) == {DEPLOYMENT_ID}
    assert book.definitions.settings.privacy.consent_mode is ConsentMode.IMPLIED
    compiled, number = Compiled(book.definitions), iter(range(1000))
    customer = Customer("c1")

    def add(*facts: Fact) -> None:
        nonlocal customer
        for fact in facts:
            customer = evolve(customer, fact, 1000)

    def earned(name: str) -> list[str]:
        event = WebEvent(f"e{next(number)}", name, "v1", 1000, Page(url="http://127.0.0.1/shop/"))
        add(Happened(event))
        add(*match(customer, event, compiled, 1000, lambda: str(next(number))))
        add(*qualify(customer, compiled, 1000, lambda: str(next(number))))
        return [one.media_type for one in customer.actions]

    add(VisitBegan("v1", DEPLOYMENT_ID, 1000))
    assert earned("page_viewed") == earned("plant_added") == []
    assert earned("plant_added") == ["webchat"]
    assert earned("care_read") == ["webchat", "contentOffer"]
    assert all(
        compiled.page_matches(map_id, "http://127.0.0.1:8080/shop/") is None
        for map_id in book.definitions.action_maps
    )


async def test_what_somebody_has_changed_stays_so() -> None:
    store = MemoryStore()
    book = await seeded(store)
    first = next(iter(book.definitions.action_maps))
    await book.remove(Kind.ACTION_MAP, first)
    again = await seeded(store)
    assert again.definitions == book.definitions
