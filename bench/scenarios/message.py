"""A durable message, from a visitor's `send` to the agent's socket, beside the floor."""

from collections.abc import Sequence

from bench.baselines import floor, on_floor
from bench.driver.load import Ear
from bench.house import folder, frontdesk, on_frontdesk
from bench.measure import Cost, Tell, middle, talking
from bench.processes import Server
from bench.rows import Budget, Row, Unit
from bench.scale import Scale

ROUNDS = 3
CPU = Budget(must=2.2, aim=1.4)
DELIVERY = Budget(must=3.0, aim=1.5)
# The budgets for a hundred in flight were set for a floor that costs 55 µs a message, so that the last of a
# hundred waits 5.5 ms. Ours has all hundred in each transaction and costs a sixth of that.
FLOOR_US = 55.0
CPU_FULL = Budget(must=CPU.must * FLOOR_US, aim=CPU.aim * FLOOR_US, of="value")


async def message(scale: Scale, tell: Tell) -> Sequence[Row]:
    """CPU and delivery with one chat, with many at the same pace, and with many as fast as it goes."""
    many, pace = scale.chats, scale.pace_per_s
    with folder() as place:
        async with frontdesk(place) as server, floor() as base:
            servers = (server, base)
            alone = await _both(servers, scale, tell, 1, 0)
            paced = await _both(servers, scale, tell, many, pace)
            full = await _both(servers, scale, tell, many, 0)
    floor_ms = many * FLOOR_US / 1000
    delivery_full = Budget(must=DELIVERY.must * floor_ms, aim=DELIVERY.aim * floor_ms, of="value")
    at_pace, at_full = f"{many} chats, {pace:,.0f}/s", f"{many} chats, as fast as it goes"

    def row(what: str, unit: Unit, pair: tuple[Cost, Cost], field: str, budget: Budget | None = None) -> Row:
        ours, theirs = (getattr(cost, field) for cost in pair)
        return Row(
            scenario="message",
            what=what,
            value=ours,
            unit=unit,
            against="floor",
            baseline=theirs,
            budget=budget,
        )

    return (
        row(f"CPU a message, {at_full}", "µs", full, "cpu_us", CPU_FULL),
        row(f"CPU a message, {at_pace}", "µs", paced, "cpu_us"),
        row("CPU a message, 1 chat", "µs", alone, "cpu_us"),
        row("delivery p50, 1 chat", "ms", alone, "p50_ms"),
        row("delivery p99, 1 chat", "ms", alone, "p99_ms", DELIVERY),
        row(f"delivery p50, {at_pace}", "ms", paced, "p50_ms"),
        row(f"delivery p99, {at_pace}", "ms", paced, "p99_ms"),
        row(f"delivery p50, {at_full}", "ms", full, "p50_ms"),
        row(f"delivery p99, {at_full}", "ms", full, "p99_ms", delivery_full),
        row(f"messages, {at_full}", "/s", full, "per_s"),
    )


async def _both(
    servers: tuple[Server, Server], scale: Scale, tell: Tell, chats: int, per_s: float
) -> tuple[Cost, Cost]:
    """Ours and the floor's, in turns, so that what disturbs the machine disturbs both."""
    ours, theirs, ears = [], [], (Ear(), Ear())
    server, base = servers
    async with (
        on_frontdesk(server, ears[0], chats) as lines,
        on_floor(base, ears[1], chats) as base_lines,
    ):
        for number in range(ROUNDS):
            tell(f"{chats} chats, round {number + 1} of {ROUNDS}")
            theirs.append(await talking(base, base_lines, ears[1], scale, per_s, share=1 / ROUNDS))
            ours.append(await talking(server, lines, ears[0], scale, per_s, share=1 / ROUNDS))
    return middle(ours), middle(theirs)
