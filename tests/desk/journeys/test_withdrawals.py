"""Who withdraws is erased and stays withdrawn, also when the node stops in between."""

from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from frontdesk.desk.journeys.consents import Consents
from frontdesk.desk.journeys.customers import Customers
from frontdesk.desk.journeys.keeping import Keeping
from frontdesk.desk.journeys.withdrawals import AGAIN_MS, KIND, Withdrawals
from frontdesk.domain.journey.facts import Consented, Fact, Happened, Purpose, VisitBegan
from frontdesk.domain.journey.site_settings import ConsentMode, Privacy, RetentionDays
from frontdesk.domain.journey.web_events import Page, WebEvent
from frontdesk.settings import DatabaseSettings
from frontdesk.store.log import Store
from frontdesk.store.memory import MemoryStore
from frontdesk.store.open import open_journeys
from tests.desk.journeys.site import counting

pytestmark = pytest.mark.anyio

NOW_MS = 1_760_000_000_000
ALL = (Purpose.TRACKING, Purpose.OFFERS)
GONE = [Consented("d1", (), "2")]


class Stopped(BaseException):
    """The process is killed."""


class Site:
    """Consent is taken for granted here. `then` is what happens as soon as a customer was erased."""

    def __init__(self, store: Store, now_ms: int, then: Callable[[], Awaitable[None]] | None = None) -> None:
        self.store = store
        self.now_ms = now_ms
        self.then = then
        self.customers = Customers(store, lambda: self.now_ms)
        together = counting(store, self.customers, lambda: self.now_ms)
        self.keeping = Keeping(store, self.customers, together, RetentionDays, lambda: self.now_ms)
        self.withdrawals = Withdrawals(store, self.customers, self.erase, lambda: self.now_ms)
        privacy = Privacy(consent_mode=ConsentMode.IMPLIED)
        self.consents = Consents(
            self.customers, lambda: privacy, self.erase, self.withdrawals, b"key", lambda: self.now_ms
        )

    async def erase(self, customer_id: str) -> None:
        await self.keeping.erase(customer_id)
        if self.then is not None:
            then, self.then = self.then, None
            await then()

    async def looks(self) -> None:
        """The visitor looks at a page."""
        event = WebEvent("e1", "page_viewed", "v1", self.now_ms, Page("https://shop.example/"))
        facts: list[Fact] = [VisitBegan("v1", "d1", self.now_ms), Happened(event)]
        await self.customers.change("c1", lambda _customer, _now_ms: facts)

    async def withdraws(self) -> None:
        assert (await self.consents.withdraw("c1", "d1", (), "2")).purposes == ()

    async def kept(self) -> list[Fact]:
        return [fact for _, fact in await self.customers.history("c1")]

    async def fires(self) -> None:
        """What is due is done."""
        for stream in await self.store.claim_due(self.now_ms, 1000, 10):
            kind, _, name = stream.partition("/")
            assert kind == KIND
            await self.withdrawals.fire(name)


async def test_nothing_is_left_but_that_it_was_withdrawn() -> None:
    site = Site(MemoryStore(), NOW_MS)
    await site.looks()
    await site.withdraws()
    assert await site.kept() == GONE
    assert await site.store.read(f"{KIND}/c1") == []
    assert await site.store.armed(f"{KIND}/c1") is None


async def test_a_node_that_stops_after_erasing_has_not_lost_what_the_visitor_wants(tmp_path: Path) -> None:
    async def stop() -> None:
        raise Stopped

    settings = DatabaseSettings(url=f"sqlite:///{tmp_path}/frontdesk.db")
    before = await open_journeys(settings)
    site = Site(before.store, NOW_MS, stop)
    await site.looks()
    with pytest.raises(Stopped):
        await site.withdraws()
    await before.aclose()

    after = await open_journeys(settings)
    site = Site(after.store, NOW_MS + AGAIN_MS)
    assert await site.kept() == []
    await site.looks()  # Nothing says yet that they must not be followed.
    await site.fires()
    assert await site.kept() == GONE
    await site.fires()
    assert await site.kept() == GONE
    await after.aclose()


async def test_a_node_that_stops_before_erasing_erases_when_it_is_back(tmp_path: Path) -> None:
    settings = DatabaseSettings(url=f"sqlite:///{tmp_path}/frontdesk.db")
    before = await open_journeys(settings)
    site = Site(before.store, NOW_MS)
    await site.looks()

    async def stop(_customer_id: str) -> None:
        raise Stopped

    dying = Withdrawals(before.store, site.customers, stop, lambda: NOW_MS)
    with pytest.raises(Stopped):
        await dying.carry_out(await site.customers.customer("c1"), "d1", "2")
    await before.aclose()

    after = await open_journeys(settings)
    site = Site(after.store, NOW_MS + AGAIN_MS)
    assert len(await site.kept()) == 3
    await site.fires()
    assert await site.kept() == GONE
    await after.aclose()


async def test_a_page_that_comes_in_while_somebody_is_erased_goes_too() -> None:
    site = Site(MemoryStore(), NOW_MS)
    await site.looks()
    site.then = site.looks
    await site.withdraws()
    assert await site.kept() == GONE


async def test_who_agrees_again_meanwhile_has_agreed() -> None:
    site = Site(MemoryStore(), NOW_MS)
    await site.looks()

    async def agrees() -> None:
        site.now_ms += 1
        await site.consents.grant("c1", "d1", (), "3")

    site.then = agrees
    await site.withdraws()
    assert await site.kept() == [Consented("d1", ALL, "3")]
    assert await site.store.read(f"{KIND}/c1") == []
