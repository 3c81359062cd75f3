"""Outcomes are estimated when there is enough to learn from, and each estimate can be explained."""

import random
from collections.abc import Sequence

import pytest

from frontdesk.desk.journeys.customers import Customers
from frontdesk.desk.journeys.models import Models
from frontdesk.desk.journeys.reports import entered
from frontdesk.domain.journey.customer import Customer
from frontdesk.domain.journey.defined import Ref
from frontdesk.domain.journey.definitions import Definitions
from frontdesk.domain.journey.evolving import evolve
from frontdesk.domain.journey.facts import Fact, Happened, OutcomeAchieved, Scored, VisitBegan, VisitEnded
from frontdesk.domain.journey.scoring.judging import ModelState
from frontdesk.domain.journey.segments import Outcome, Predictor
from frontdesk.domain.journey.web_events import Page, WebEvent
from frontdesk.store.memory import MemoryStore

pytestmark = pytest.mark.anyio

SALE = "5a1e0000-0000-4000-8000-000000000001"
DEFINED = Definitions(
    outcomes={SALE: Outcome(id=SALE, display_name="Sale")},
    predictors={"p": Predictor(id="p", outcome=Ref(SALE))},
)
START_MS = 1_760_000_000_000
PAGES = ("/", "/blog/{}", "/shoes/{}", "/about")


def viewed(visit_id: str, path: str, number: int, at_ms: int) -> WebEvent:
    page = Page(url=f"https://shop.example{path}", pathname=path)
    return WebEvent(f"{visit_id}-{number}", "page_viewed", visit_id, at_ms, page)


class Shop:
    """A shop whose visitors mostly buy when they have looked at prices, and hardly ever else."""

    def __init__(self) -> None:
        self.now_ms = START_MS
        self.store = MemoryStore()
        self.customers = Customers(self.store, lambda: self.now_ms)
        self.customers.entries = entered
        self.random = random.Random(7)
        self.visits = 0

    def models(self) -> Models:
        return Models(self.store, self.customers, lambda: DEFINED, lambda: self.now_ms, "node")

    async def visited(self, *, times: int, looks_at_prices: float = 0.5) -> None:
        for _ in range(times):
            self.visits += 1
            visit_id, began_ms = f"v{self.visits}", self.now_ms
            facts: list[Fact] = [VisitBegan(visit_id, "d", began_ms)]
            paths = [self.random.choice(PAGES).format(n) for n in range(self.random.randint(1, 4))]
            if looks := self.random.random() < looks_at_prices:
                paths.insert(0, "/prices")
            for number, path in enumerate(paths):
                facts.append(Happened(viewed(visit_id, path, number, began_ms + number * 10_000)))
            if self.random.random() < (0.95 if looks else 0.02):
                facts.append(Happened(viewed(visit_id, "/thanks", 99, began_ms + 99_000)))
                facts.append(OutcomeAchieved(SALE, visit_id))
            facts.append(VisitEnded(visit_id, began_ms + 1_900_000))
            self.now_ms += 1000
            await self._write(f"c{self.visits}", facts)

    async def _write(self, customer_id: str, facts: Sequence[Fact]) -> None:
        await self.customers.change(customer_id, lambda _customer, _now_ms: facts)


@pytest.fixture(scope="module")
async def shop() -> Shop:
    made = Shop()
    await made.visited(times=900)
    return made


def scored(models: Models, *paths: str) -> list[float]:
    """The estimates after each page of a new visit."""
    customer = evolve(Customer("new"), VisitBegan("new", "d", START_MS), START_MS)
    found = []
    for number, path in enumerate(paths):
        event = viewed("new", path, number, START_MS + number * 10_000)
        customer = evolve(customer, Happened(event), START_MS)
        for fact in models.scores(customer, event, START_MS):
            assert isinstance(fact, Scored)
            found.append(fact.probability)
    return found


async def test_32_nothing_is_estimated_from_too_little_and_then_all_of_it(shop: Shop) -> None:
    models = shop.models()
    assert (await models.learn(SALE)).state is ModelState.COLLECTING
    assert scored(models, "/", "/prices") == []
    assert models.explain(Customer(), SALE) == {"state": "collecting", "contributions": []}

    await shop.visited(times=600)
    known = await models.learn(SALE)
    assert known.state is ModelState.ACTIVE
    assert known.judgement is not None
    assert known.judgement.skill > 0.1
    assert known.judgement.calibration_error < 0.05
    before, after_prices = scored(models, "/", "/prices")
    assert before < 0.3 < 0.8 < after_prices < 1

    other_node = shop.models()
    await other_node.refresh()
    assert other_node.knowledge(SALE) == known
    assert scored(other_node, "/", "/prices") == [before, after_prices]


async def test_36_an_estimate_is_explained_by_at_most_five_parts(shop: Shop) -> None:
    models = shop.models()
    await models.refresh()
    if models.knowledge(SALE).model is None:
        await shop.visited(times=600)
        await models.learn(SALE)
    scored(models, "/", "/prices")
    customer = evolve(Customer("new"), VisitBegan("new", "d", START_MS), START_MS)
    explained = models.explain(customer, SALE)
    assert explained["state"] == "active"
    assert 0 < len(explained["contributions"]) <= 5
    strongest = explained["contributions"][0]
    assert "/prices" in strongest["feature"]
    assert (strongest["sign"], strongest["contribution"] > 0) == ("raises", True)


async def test_what_was_not_written_does_not_count_twice_and_what_is_not_at_hand_is_read(shop: Shop) -> None:
    models = shop.models()
    await models.refresh()
    customer = evolve(Customer("twice"), VisitBegan("twice", "d", START_MS), START_MS)
    event = viewed("twice", "/prices", 0, START_MS)
    with_event = evolve(customer, Happened(event), START_MS)
    once = models.scores(with_event, event, START_MS)
    assert models.scores(with_event, event, START_MS) == once
    facts = (VisitBegan("twice", "d", START_MS), Happened(event))
    kept, _ = await shop.customers.change("twice", lambda _customer, _now_ms: facts)
    again = viewed("twice", "/about", 1, START_MS + 1000)
    new_node = shop.models()
    await new_node.refresh()
    later = evolve(kept, Happened(again), START_MS)
    assert new_node.scores(later, again, START_MS) == ()
    await new_node.prepare(kept)
    assert new_node.scores(later, again, START_MS) == models.scores(later, again, START_MS)


async def test_it_is_learnt_once_a_day_by_one_node(shop: Shop) -> None:
    one, two = shop.models(), Models(shop.store, shop.customers, lambda: DEFINED, lambda: shop.now_ms, "two")
    for models in (one, two):
        await models.refresh()
    before = one.knowledge(SALE).version
    shop.now_ms += 86_400_000
    await one.learn_what_is_due()
    await two.learn_what_is_due()
    await two.refresh()
    assert (one.knowledge(SALE).version, two.knowledge(SALE).version) == (before + 1, before + 1)
    await one.learn_what_is_due()
    assert one.knowledge(SALE).version == before + 1
