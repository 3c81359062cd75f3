"""The same load over Bayeux on servers that do nothing else: Faye and the CometD server for Node."""

import contextlib
from collections.abc import Mapping, Sequence

from bench.driver.load import Ear
from bench.house import folder, frontdesk
from bench.measure import Cost, Tell, middle, talking
from bench.peers.bayeux import on_frontdesk, on_peer
from bench.peers.node import is_possible, on_node
from bench.rows import Budget, Row, Unit
from bench.scale import Scale

PEERS = {"faye": "Faye", "cometd": "CometD"}
OURS = "Frontdesk"
ROUNDS = 3
AHEAD = Budget(must=1.0, aim=0.8)
AHEAD_BY_RATE = Budget(must=1.0, aim=1.25, at_least=True)

NUMBERS: Sequence[tuple[str, Unit, str, Budget | None]] = (
    ("messages", "/s", "per_s", AHEAD_BY_RATE),
    ("delivery p50", "ms", "p50_ms", None),
    ("delivery p99", "ms", "p99_ms", AHEAD),
    ("CPU a message", "µs", "cpu_us", None),
)


async def bayeux_peers(scale: Scale, tell: Tell) -> Sequence[Row]:
    """Ours, on disk, against each of theirs, in memory; by itself where there is no Node to run them."""
    rows: list[Row] = []
    tell("the servers start")
    async with contextlib.AsyncExitStack() as running:
        place = running.enter_context(folder())
        servers = {OURS: await running.enter_async_context(frontdesk(place))}
        if is_possible():
            for name, title in PEERS.items():
                servers[title] = await running.enter_async_context(on_node(name))
        for chats in (1, scale.chats):
            ears = {title: Ear() for title in servers}
            costs: dict[str, list[Cost]] = {title: [] for title in servers}
            async with contextlib.AsyncExitStack() as talking_there:
                lines = {
                    title: await talking_there.enter_async_context(
                        (on_frontdesk if title == OURS else on_peer)(server, ears[title], chats)
                    )
                    for title, server in servers.items()
                }
                for number in range(ROUNDS):
                    for title, server in servers.items():
                        tell(f"{title}, {chats} chats, round {number + 1} of {ROUNDS}")
                        share = 1 / ROUNDS
                        costs[title].append(
                            await talking(server, lines[title], ears[title], scale, share=share)
                        )
            rows += _rows(chats, {title: middle(several) for title, several in costs.items()})
    return rows


def _rows(chats: int, costs: Mapping[str, Cost]) -> Sequence[Row]:
    """Each of our numbers against each peer's; without a peer, against nothing."""
    others: Mapping[str, Cost | None] = {title: cost for title, cost in costs.items() if title != OURS}
    named = f"{chats} {'chat' if chats == 1 else 'chats'}"
    return [
        Row(
            scenario="bayeux_peers",
            what=f"{what}, {named}",
            value=getattr(costs[OURS], field),
            unit=unit,
            against=title,
            baseline=getattr(theirs, field, None),
            budget=budget,
        )
        for title, theirs in (others or {"": None}).items()
        for what, unit, field, budget in NUMBERS
    ]
