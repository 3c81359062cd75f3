"""Page views of a tracked shop: what one costs, what chats feel of them, how soon an offer is there."""

import asyncio
import contextlib
import functools
import itertools
import time
from collections.abc import AsyncIterator, Sequence
from statistics import median

from msgspec.structs import replace

from bench.driver.crowd import Crowd as Asking
from bench.driver.http import connect
from bench.driver.load import Ear, Line
from bench.driver.page_views import Shopper, earn, visit
from bench.house import folder, frontdesk, on_frontdesk
from bench.measure import MICRO, MILLI, Cost, Tell, cost_of, middle, talking
from bench.processes import Server
from bench.rows import Budget, Row
from bench.scale import Scale
from bench.shopping import Shoppers, shoppers
from bench.tracked import define, defined, tracking
from frontdesk.desk.journeys.new_ids import new_ids
from frontdesk.domain.journey.compiling import Compiled
from frontdesk.domain.journey.evolving import evolve
from frontdesk.domain.journey.matching import match
from frontdesk.domain.journey.qualifying import qualify
from frontdesk.domain.journey.web_events import WebEvent
from tests.domain.journey.site import after, visitor, walk

ROUNDS = 5
VIEWS_EACH = 10
VIEWS_OF_VISIT = 3
FEW_VIEWS = 100  # As many as one browser may tell of at once.
VISIT_CONNECTIONS = 50
HELD = "frontdesk_journey_customers_held"
QUIET_WAIT_S = 120.0
FAR_NUMBER = 100_000_000  # Of shoppers of another process.
LOOK_EVERY_S = 0.2
KIB = 2**10
NO_SLOWER = Budget(must=1.1, aim=1)  # The same thing measured twice in a row differs by a tenth.
SCENARIO = "journeys"
WHAT = "100 segments, 50 maps"


async def journeys(scale: Scale, tell: Tell) -> Sequence[Row]:
    """As many page views as go; chats without and with them; what matching alone costs."""
    numbers = itertools.count(1)
    tell("matching")
    rows = [_matching(scale.visits // 2)]
    with folder() as place:
        await define(place)
        async with (
            frontdesk(place, set_up=tracking) as server,
            shoppers(server.url, scale.shopping_connections, FAR_NUMBER) as crowd,
        ):
            rows += await _full(server, crowd, scale, tell)
            rows += await _beside_chats(server, crowd, numbers, scale, tell)
    return [*rows, *await _held(scale, numbers, tell)]


async def _full(server: Server, crowd: Shoppers, scale: Scale, tell: Tell) -> Sequence[Row]:
    """Page views alone, as fast as it goes and at the pace that has to be kept."""
    pace = scale.page_views_per_s
    costs = {}
    for per_s in (0.0, pace):
        tell(f"page views, {per_s:,.0f}/s" if per_s else "page views, as fast as it goes")
        await crowd.run(scale.warm_s, per_s)
        before_s = server.cpu_s()
        measured = await crowd.run(scale.measure_s, per_s)
        costs[per_s] = cost_of(measured, server.cpu_s() - before_s)
    full, paced = costs[0.0], costs[pace]
    return (
        Row(
            scenario=SCENARIO,
            what=f"page views taken in, {WHAT}",
            value=full.per_s,
            unit="/s",
            budget=Budget(must=pace, aim=1.5 * pace, of="value", at_least=True),
        ),
        Row(
            scenario=SCENARIO,
            what="CPU a page view, as fast as it goes",
            value=full.cpu_us,
            unit="µs",
            budget=Budget(must=400, aim=250, of="value"),
        ),
        Row(scenario=SCENARIO, what=f"CPU a page view, {pace:,.0f}/s", value=paced.cpu_us, unit="µs"),
        Row(scenario=SCENARIO, what=f"answer p99, {pace:,.0f}/s", value=paced.p99_ms, unit="ms"),
    )


# --- beside chats -----------------------------------------------------------------------------------


async def _beside_chats(
    server: Server, crowd: Shoppers, numbers: "itertools.count[int]", scale: Scale, tell: Tell
) -> Sequence[Row]:
    """Chats at a steady pace, in turns without and with page views; offers are earned all the while."""
    without: list[Cost] = []
    beside: list[Cost] = []
    offers_s: list[float] = []
    ear = Ear()
    async with on_frontdesk(server, ear, scale.shop_chats) as lines:
        for number in range(ROUNDS):
            tell(f"{scale.shop_chats} chats, round {number + 1} of {ROUNDS}")
            without.append(await _talk(server, lines, ear, scale))
            async with _viewing(crowd, scale.page_views_per_s), _earning(server, numbers, scale) as took_s:
                beside.append(await _talk(server, lines, ear, scale))
            offers_s += took_s
    return _told(scale, without, beside, sorted(offers_s))


async def _talk(server: Server, lines: Sequence[Line], ear: Ear, scale: Scale) -> Cost:
    return await talking(server, lines, ear, scale, scale.shop_chats_per_s, share=2 / ROUNDS)


@contextlib.asynccontextmanager
async def _viewing(crowd: Shoppers, per_s: float) -> AsyncIterator[None]:
    """Pages are viewed at that pace inside the block."""
    crowd.begin(per_s)
    try:
        yield
    finally:
        await crowd.end()


@contextlib.asynccontextmanager
async def _earning(
    server: Server, numbers: "itertools.count[int]", scale: Scale
) -> AsyncIterator[Sequence[float]]:
    """How long each offer took that was earned inside the block."""
    took_s: list[float] = []
    connection = await connect(server.url)

    async def go_on() -> None:
        while True:
            took_s.append(await earn(connection, Shopper(next(numbers))))
            await asyncio.sleep(scale.offer_every_s)

    async with asyncio.TaskGroup() as tasks:
        earning = tasks.create_task(go_on())
        try:
            yield took_s
        finally:
            earning.cancel()
    connection.close()


def _told(
    scale: Scale, without: Sequence[Cost], beside: Sequence[Cost], offers_s: Sequence[float]
) -> Sequence[Row]:
    alone, loaded = middle(without), middle(beside)
    chats = f"{scale.shop_chats} chats, {scale.shop_chats_per_s:,.0f} messages/s"
    with_views = f"with {scale.page_views_per_s:,.0f} page views/s"

    def row(what: str, value: float, baseline: float, budget: Budget | None = None) -> Row:
        return Row(
            scenario=SCENARIO,
            what=what,
            value=value,
            unit="ms",
            against="without",
            baseline=baseline,
            budget=budget,
        )

    return (
        row(f"delivery p50, {chats}, {with_views}", loaded.p50_ms, alone.p50_ms),
        row(f"delivery p99, {chats}, {with_views}", loaded.p99_ms, alone.p99_ms, NO_SLOWER),
        row(
            f"delivery p99, {chats}, slowest round without", max(one.p99_ms for one in without), alone.p99_ms
        ),
        Row(
            scenario=SCENARIO,
            what="an earned offer is there p95",
            value=offers_s[len(offers_s) * 95 // 100] * MILLI,
            unit="ms",
            budget=Budget(must=1000, aim=100, of="value"),
        ),
    )


# --- visits that are held ---------------------------------------------------------------------------


async def _held(scale: Scale, numbers: "itertools.count[int]", tell: Tell) -> Sequence[Row]:
    """What open visits hold, and what is left of them when nobody has asked for them in a while.

    Shape:   a few come before those that are counted, and look at as many pages, so that what the databases
             keep of their files is there already.
    """
    set_up = functools.partial(tracking, quiet_s=scale.visit_quiet_s)
    with folder() as place:
        await define(place)
        async with frontdesk(place, set_up=set_up) as server:

            async def held() -> float:
                connection = await connect(server.url)  # An old one may have been quiet for too long.
                try:
                    return await Asking([connection]).metric(HELD)
                finally:
                    connection.close()

            async def come(count: int, views: int = VIEWS_OF_VISIT) -> float:
                """How many are held then."""
                shoppers = [Shopper(next(numbers)) for _ in range(count)]
                await visit(server.url, VISIT_CONNECTIONS, shoppers, views)
                return await held()

            async def go() -> int:
                """The memory when none is held any more."""
                async with asyncio.timeout(QUIET_WAIT_S):
                    while await held():
                        await asyncio.sleep(LOOK_EVERY_S)
                return server.memory_bytes()

            few = await come(max(1, scale.visits * VIEWS_OF_VISIT // FEW_VIEWS), FEW_VIEWS)
            before = server.memory_bytes()
            tell(f"{scale.visits:,} open visits")
            many = await come(scale.visits)
            open_bytes = server.memory_bytes() - before
            tell("… that become quiet")
            quiet = await go()
            await come(scale.visits)
            tell("… and as many again")
            left_bytes = await go() - quiet
    return (
        Row(
            scenario=SCENARIO,
            what=f"an open visit of {VIEWS_OF_VISIT} page views ({scale.visits:,} of them)",
            value=open_bytes / (many - few) / KIB,
            unit="KiB",
            budget=Budget(must=3, aim=2, of="value"),
        ),
        Row(
            scenario=SCENARIO,
            what="a visit that has become quiet",
            value=left_bytes / scale.visits / KIB,
            unit="KiB",
            budget=Budget(must=0.3, aim=0, of="value"),
        ),
    )


# --- matching alone ---------------------------------------------------------------------------------


def _matching(views: int) -> Row:
    """CPU of what is decided about one page view, in the middle of rounds: matching and qualifying."""
    compiled, ids = Compiled(defined()), new_ids()
    spent_us = []
    for seed in range(ROUNDS):
        customer = visitor(seed)
        spent_s = 0.0
        for number, event in enumerate(walk(customer, views, seed)):
            if number % VIEWS_EACH == 0:
                customer = visitor(seed + number)
            event = _of(customer.visit.id, event)
            customer = after(customer, event)
            began_s = time.process_time()
            facts = [*match(customer, event, compiled, event.created_ms, ids)]
            facts += qualify(customer, compiled, event.created_ms, ids, facts)
            spent_s += time.process_time() - began_s
            for fact in facts:
                customer = evolve(customer, fact, event.created_ms)
        spent_us.append(spent_s / views * MICRO)
    return Row(
        scenario=SCENARIO,
        what=f"CPU of matching one page view, {WHAT}",
        value=median(spent_us),
        unit="µs",
        budget=Budget(must=60, aim=30, of="value"),
    )


def _of(visit_id: str, event: WebEvent) -> WebEvent:
    return replace(event, visit_id=visit_id)
