"""What chats feel of page views, and of programs that use as much of the machine; how soon offers come."""

import asyncio
import contextlib
import itertools
import time
from collections.abc import AsyncIterator, Sequence

from msgspec import Struct

from bench import neighbours
from bench.driver.http import connect
from bench.driver.load import Ear, Line
from bench.driver.page_views import Shopper, earn
from bench.house import on_frontdesk
from bench.measure import MILLI, Cost, Tell, middle, talking
from bench.neighbours import Neighbour
from bench.processes import Server
from bench.rows import Budget, Row
from bench.scale import Scale
from bench.shopping import NICE as SHOPPERS_NICE
from bench.shopping import Shoppers
from frontdesk.journey_process import NICE as JOURNEYS_NICE

ROUNDS = 5
SCENARIO = "journeys"
NO_SLOWER = Budget(must=1.1, aim=1)  # The same thing measured twice in a row differs by a tenth.


class Felt(Struct, frozen=True):
    """What each round gave: of chats alone, beside page views, and beside other programs."""

    alone: list[Cost] = []
    viewed: list[Cost] = []
    others: list[Cost] = []
    offers_s: list[float] = []


async def beside_page_views(server: Server, crowd: Shoppers, scale: Scale, tell: Tell) -> Sequence[Row]:
    """Chats at a steady pace, alone and beside others in turns; offers are earned all the while."""
    numbers = itertools.count(1)
    felt = Felt()
    ear = Ear()
    async with on_frontdesk(server, ear, scale.shop_chats) as lines:
        for number in range(ROUNDS):
            tell(f"{scale.shop_chats} chats, round {number + 1} of {ROUNDS}")
            felt.alone.append(await _talk(server, lines, ear, scale))
            used = _Used(server, crowd)
            async with _viewing(crowd, scale.page_views_per_s), _earning(server, numbers, scale) as took_s:
                felt.viewed.append(await _talk(server, lines, ear, scale))
                strangers = used.as_neighbours()
            felt.offers_s.extend(took_s)
            async with neighbours.beside(strangers):
                felt.others.append(await _talk(server, lines, ear, scale))
    return _told(scale, felt)


async def _talk(server: Server, lines: Sequence[Line], ear: Ear, scale: Scale) -> Cost:
    return await talking(server, lines, ear, scale, scale.shop_chats_per_s, share=2 / ROUNDS)


class _Used:
    """What the process of journeys and the shoppers use of the processor from now on."""

    def __init__(self, server: Server, crowd: Shoppers) -> None:
        self._server = server
        self._crowd = crowd
        self._began_s = time.monotonic()
        self._before_s = server.helpers_cpu_s(), crowd.cpu_s()

    def as_neighbours(self) -> Sequence[Neighbour]:
        """Programs that use as much."""
        took_s = time.monotonic() - self._began_s
        journeys_s, crowd_s = self._before_s
        return (
            Neighbour(JOURNEYS_NICE, (self._server.helpers_cpu_s() - journeys_s) / took_s),
            Neighbour(SHOPPERS_NICE, (self._crowd.cpu_s() - crowd_s) / took_s),
        )


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


def _told(scale: Scale, felt: Felt) -> Sequence[Row]:
    alone, viewed, others = middle(felt.alone), middle(felt.viewed), middle(felt.others)
    chats = f"{scale.shop_chats} chats, {scale.shop_chats_per_s:,.0f} messages/s"
    with_views = f"with {scale.page_views_per_s:,.0f} page views/s"
    offers_s = sorted(felt.offers_s)

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
        row(f"delivery p50, {chats}, {with_views}", viewed.p50_ms, alone.p50_ms),
        row("… beside programs that use as much of the cores, p50", others.p50_ms, alone.p50_ms),
        row(f"delivery p99, {chats}, {with_views}", viewed.p99_ms, alone.p99_ms, NO_SLOWER),
        row("… beside programs that use as much of the cores, p99", others.p99_ms, alone.p99_ms),
        row("… slowest round without, p99", max(one.p99_ms for one in felt.alone), alone.p99_ms),
        Row(
            scenario=SCENARIO,
            what="an earned offer is there p95",
            value=offers_s[len(offers_s) * 95 // 100] * MILLI,
            unit="ms",
            budget=Budget(must=1000, aim=100, of="value"),
        ),
    )
