"""Visitors over CometD: what a held connect keeps in memory, and how soon all are told what agents say."""

import asyncio
from collections.abc import Sequence

from bench.driver.http import connect
from bench.driver.load import Ear
from bench.driver.pushes import Follower, push
from bench.driver.v2 import Visitor, start
from bench.house import BASE, COMETD, SERVICE, STARTS_AT_ONCE, Desk, folder, frontdesk
from bench.measure import MICRO, MILLI, Tell
from bench.rows import Budget, Row
from bench.scale import Scale

KIB = 2**10


async def cometd(scale: Scale, tell: Tell) -> Sequence[Row]:
    """Connects that are held for visitors whose chats an agent has; then the agent speaks to each of them."""
    count, per_s = scale.held_connects, scale.push_per_s
    with folder() as place:
        async with frontdesk(place) as server:
            empty_bytes = server.memory_bytes()
            desk = Desk(Ear())
            await desk.open(server.url)
            tell(f"{count:,} chats")
            visitors = await _chats(server.url, count)
            await desk.takes(visitors)
            tell(f"{count:,} held connects")
            chats_bytes = server.memory_bytes()
            followers = [Follower(visitor, COMETD) for visitor in visitors]
            try:
                await _follow(followers, server.url)
                held_bytes = server.memory_bytes()
                tell(f"{per_s:,.0f} messages a second to {count:,}")
                before_s = server.cpu_s()
                measured = await push(followers, lambda chat, text: _say(desk, chat, text), per_s)
                cpu_s = server.cpu_s() - before_s
            finally:
                for follower in followers:
                    follower.client.close()
                desk.close()
    return (
        Row(
            scenario="cometd",
            what=f"a held connect, of {count:,}, with its chat",
            value=(held_bytes - empty_bytes) / count / KIB,
            unit="KiB",
            budget=Budget(must=32, aim=16, of="value"),
        ),
        Row(
            scenario="cometd",
            what="… without its chat",
            value=(held_bytes - chats_bytes) / count / KIB,
            unit="KiB",
        ),
        Row(
            scenario="cometd",
            what=f"delivery p99 to all of them, {per_s:,.0f}/s",
            value=measured.percentile(0.99) * MILLI,
            unit="ms",
            budget=Budget(must=2000, aim=1000, of="value"),
        ),
        Row(scenario="cometd", what="… p50", value=measured.percentile(0.5) * MILLI, unit="ms"),
        Row(
            scenario="cometd",
            what="CPU a message, holding all of them included",
            value=cpu_s / measured.count * MICRO,
            unit="µs",
        ),
    )


def _say(desk: Desk, chat: str, text: str) -> None:
    desk.agent.tell("say", interaction_id=chat, text=text)


async def _chats(url: str, count: int) -> list[Visitor]:
    """New chats, over a few connections, which are closed again."""
    connections = [await connect(url) for _ in range(min(STARTS_AT_ONCE, count))]

    async def some(number: int) -> list[Visitor]:
        share = range(number, count, len(connections))
        return [await start(connections[number], BASE, f"Mira {one}") for one in share]

    lists = await asyncio.gather(*(some(number) for number in range(len(connections))))
    for connection in connections:
        connection.close()
    return [visitor for visitors in lists for visitor in visitors]


async def _follow(followers: Sequence[Follower], url: str) -> None:
    gate = asyncio.Semaphore(STARTS_AT_ONCE)

    async def one(follower: Follower) -> None:
        async with gate:
            await follower.follow(url, SERVICE)

    await asyncio.gather(*(one(follower) for follower in followers))
