"""One measurement: a load on a server, with what it cost."""

import time
from collections.abc import Callable, Sequence
from statistics import median

from msgspec import Struct

from bench.driver.load import Ear, Line, Measured, talk
from bench.driver.polls import poll
from bench.driver.v2 import Visitor
from bench.processes import Server
from bench.scale import Scale

Tell = Callable[[str], None]
"""Says what goes on, for those who wait."""
MICRO = 1e6
MILLI = 1e3


class Cost(Struct, frozen=True):
    """What a run of the load gave. Units as the names end."""

    cpu_us: float
    per_s: float
    p50_ms: float
    p99_ms: float


def cost_of(measured: Measured, cpu_s: float) -> Cost:
    return Cost(
        cpu_s / measured.count * MICRO,
        measured.per_s,
        measured.percentile(0.5) * MILLI,
        measured.percentile(0.99) * MILLI,
    )


def middle(costs: Sequence[Cost]) -> Cost:
    """The median of each number, so that one disturbed round does not count."""
    return Cost(
        median(cost.cpu_us for cost in costs),
        median(cost.per_s for cost in costs),
        median(cost.p50_ms for cost in costs),
        median(cost.p99_ms for cost in costs),
    )


async def talking(
    server: Server, lines: Sequence[Line], ear: Ear, scale: Scale, per_s: float = 0, share: float = 1.0
) -> Cost:
    """Messages from the chats to the ear; `share` of the scale's time."""
    await talk(lines, ear, f"warm {time.monotonic_ns()}", scale.warm_s * share, per_s)
    before_s = server.cpu_s()
    measured = await talk(lines, ear, f"run {time.monotonic_ns()}", scale.measure_s * share, per_s)
    return cost_of(measured, server.cpu_s() - before_s)


async def polling(server: Server, visitors: Sequence[Visitor], scale: Scale, share: float = 1.0) -> Cost:
    """Polls with nothing new."""
    await poll(visitors, scale.warm_s * share)
    before_s = server.cpu_s()
    measured = await poll(visitors, scale.measure_s * share)
    return cost_of(measured, server.cpu_s() - before_s)
