"""Page views of a tracked shop: how many go, what one costs, what visits hold; beside chats, another file."""

import asyncio
import functools
import itertools
import time
from collections.abc import Sequence
from statistics import median

from msgspec.structs import replace

from bench.driver.crowd import Crowd as Asking
from bench.driver.http import connect
from bench.driver.page_views import Shopper, visit
from bench.house import folder, frontdesk
from bench.measure import MICRO, Tell, cost_of
from bench.processes import Server
from bench.rows import Budget, Row
from bench.scale import Scale
from bench.scenarios.beside_page_views import SCENARIO, beside_page_views
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
WHAT = "100 segments, 50 maps"


async def journeys(scale: Scale, tell: Tell) -> Sequence[Row]:
    """As many page views as go; chats without and with them; what matching alone costs."""
    tell("matching")
    rows = [_matching(scale.visits // 2)]
    with folder() as place:
        await define(place)
        async with (
            frontdesk(place, set_up=tracking) as server,
            shoppers(server.url, scale.shopping_connections, FAR_NUMBER) as crowd,
        ):
            rows += await _full(server, crowd, scale, tell)
            rows += await beside_page_views(server, crowd, scale, tell)
    return [*rows, *await _held(scale, tell)]


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


# --- visits that are held ---------------------------------------------------------------------------


async def _held(scale: Scale, tell: Tell) -> Sequence[Row]:
    """What open visits hold, and what is left of them when nobody has asked for them in a while.

    Shape:   a few come before those that are counted, and look at as many pages, so that what the databases
             keep of their files is there already.
    """
    numbers = itertools.count(1)
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
