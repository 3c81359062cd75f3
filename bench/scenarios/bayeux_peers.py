"""The same load over Bayeux on servers that do nothing else: Faye and the CometD server for Node.

Each is measured at the best way it has: ours and Faye over WebSockets, which the CometD server has not.
What all three do over long-polling is told beside it.
"""

import contextlib
from collections.abc import Mapping, Sequence

from bench.driver.load import Ear, Line
from bench.house import folder, frontdesk
from bench.measure import Cost, Tell, middle, talking
from bench.peers.bayeux import BY_POLLS, BY_SOCKETS, Way, on_frontdesk, on_peer
from bench.peers.node import is_possible, on_node
from bench.processes import Server
from bench.rows import Budget, Row, Unit
from bench.scale import Scale

PEERS = {"faye": "Faye", "cometd": "CometD"}
OURS = "Frontdesk"
BEST: Mapping[str, Way] = {OURS: BY_SOCKETS, "Faye": BY_SOCKETS, "CometD": BY_POLLS}
ROUNDS = 3
AHEAD = Budget(must=1.0, aim=0.8)
AHEAD_BY_RATE = Budget(must=1.0, aim=1.25, at_least=True)

NUMBERS: Sequence[tuple[str, Unit, str, Budget | None]] = (
    ("messages", "/s", "per_s", AHEAD_BY_RATE),
    ("delivery p50", "ms", "p50_ms", AHEAD),
    ("delivery p99", "ms", "p99_ms", AHEAD),
    ("CPU a message", "µs", "cpu_us", None),
)

Runner = tuple[str, Way]
"""A server, by its title, and how it is spoken to."""


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
            costs = await _costs(servers, chats, scale, tell)
            best = {title: costs[title, BEST[title]] for title in servers}
            polled = {title: costs[title, BY_POLLS] for title in servers}
            named = f"{chats} {'chat' if chats == 1 else 'chats'}"
            rows += _rows(named, best, has_budget=True)
            rows += _rows(f"{named}, all over long-polling", polled, has_budget=False)
    return rows


async def _costs(
    servers: Mapping[str, Server], chats: int, scale: Scale, tell: Tell
) -> Mapping[Runner, Cost]:
    """What a message costs each server, each way it can be spoken to; all take turns."""
    runners: list[Runner] = [
        (title, way) for title in servers for way in dict.fromkeys((BEST[title], BY_POLLS))
    ]
    ears = {runner: Ear() for runner in runners}
    costs: dict[Runner, list[Cost]] = {runner: [] for runner in runners}
    async with contextlib.AsyncExitStack() as talking_there:
        lines: dict[Runner, Sequence[Line]] = {}
        for title, way in runners:
            opened = on_frontdesk if title == OURS else on_peer
            ear = ears[title, way]
            lines[title, way] = await talking_there.enter_async_context(
                opened(servers[title], ear, chats, way)
            )
        for number in range(ROUNDS):
            for runner in runners:
                title, way = runner
                tell(f"{title} by {way.name}, {chats} chats, round {number + 1} of {ROUNDS}")
                cost = await talking(servers[title], lines[runner], ears[runner], scale, share=1 / ROUNDS)
                costs[runner].append(cost)
    return {runner: middle(several) for runner, several in costs.items()}


def _rows(named: str, costs: Mapping[str, Cost], *, has_budget: bool) -> Sequence[Row]:
    """Each of our numbers against each peer's; without a peer, against nothing."""
    others: Mapping[str, Cost | None] = {title: cost for title, cost in costs.items() if title != OURS}
    return [
        Row(
            scenario="bayeux_peers",
            what=f"{what}, {named}",
            value=getattr(costs[OURS], field),
            unit=unit,
            against=title,
            baseline=getattr(theirs, field, None),
            budget=budget if has_budget else None,
        )
        for title, theirs in (others or {"": None}).items()
        for what, unit, field, budget in NUMBERS
    ]
