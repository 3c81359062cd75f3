"""Memory: an empty server, a quiet chat that polls, sockets of agents and of visitors that are held open."""

import asyncio
from collections.abc import Sequence

from bench.driver.http import connect
from bench.driver.load import Ear
from bench.driver.v2 import Visitor, catch_up, start
from bench.driver.visitor_socket import Follower
from bench.driver.workspace import Agent, sign_in
from bench.house import BASE, PASSWORD, Desk, folder, frontdesk, person
from bench.measure import Tell
from bench.processes import Server
from bench.rows import Budget, Row
from bench.scale import Scale

AGENTS = 10
CONNECTIONS = 50
MIB, KIB = 2**20, 2**10


async def memory(scale: Scale, tell: Tell) -> Sequence[Row]:
    """Resident memory, and how much each of many adds to it."""
    with folder() as place:
        people = [person(number) for number in range(AGENTS)]
        async with frontdesk(place, people=people):
            tell("accounts")
        async with frontdesk(place) as server:
            empty_bytes = server.memory_bytes()
            tell(f"{scale.held_sockets} sockets")
            socket_bytes = await _sockets(server, scale.held_sockets)
        async with frontdesk(place) as server:
            tell(f"{scale.idle_chats} chats")
            chat_bytes = await _chats(server, scale.idle_chats, scale.quiet_s)
        async with frontdesk(place) as server:
            tell(f"{scale.held_sockets} sockets of visitors")
            follower_bytes = await _followers(server, scale.held_sockets)
    return (
        Row(
            scenario="memory",
            what="empty server",
            value=empty_bytes / MIB,
            unit="MiB",
            budget=Budget(must=80, aim=50, of="value"),
        ),
        Row(
            scenario="memory",
            what="a quiet chat that polls",
            value=chat_bytes / KIB,
            unit="KiB",
            budget=Budget(must=4, aim=0, of="value"),
        ),
        Row(
            scenario="memory",
            what="a held agent socket",
            value=socket_bytes / KIB,
            unit="KiB",
            budget=Budget(must=32, aim=16, of="value"),
        ),
        Row(
            scenario="memory",
            what="a held visitor socket",
            value=follower_bytes / KIB,
            unit="KiB",
            budget=Budget(must=32, aim=16, of="value"),
        ),
    )


async def _sockets(server: Server, count: int) -> float:
    """Bytes for one of `count` sockets, on which hello was said."""
    tokens = [await sign_in(server.url, person(number).login, PASSWORD) for number in range(AGENTS)]
    agents = [Agent(lambda _: None) for _ in range(count)]
    await agents[0].connect(server.url, tokens[0])  # What is loaded for the first one is not the others'.
    before = server.memory_bytes()
    for number, agent in enumerate(agents[1:], 1):
        await agent.connect(server.url, tokens[number % AGENTS])
    after = server.memory_bytes()
    for agent in agents:
        agent.close()
    return (after - before) / (count - 1)


async def _followers(server: Server, count: int) -> float:
    """Bytes for one of `count` visitors' sockets, each of which follows a chat of its own.

    Shape:   as many sockets come before them, so that what their chats have left behind is used up.
    """
    connection = await connect(server.url)
    visitors = [await start(connection, BASE, f"Mira {number}") for number in range(2 * count)]
    await catch_up(visitors)
    followers = [Follower(visitor) for visitor in visitors]
    for follower in followers[:count]:
        await follower.connect(server.url, BASE)
    before = server.memory_bytes()
    for follower in followers[count:]:
        await follower.connect(server.url, BASE)
    after = server.memory_bytes()
    for follower in followers:
        follower.close()
    connection.close()
    return (after - before) / count


async def _chats(server: Server, count: int, quiet_s: float) -> float:
    """Bytes for one of `count` chats that an agent has taken and whose visitors poll, while nobody writes.

    Shape:   over a few connections, as through a proxy: a connection has a budget of its own. What as many
             chats before them needed to begin, and no longer need, is there for them to use.
    """
    desk = Desk(Ear())
    await desk.open(server.url)
    connections = await asyncio.gather(*(connect(server.url) for _ in range(CONNECTIONS)))

    async def some(share: int, connection_number: int) -> list[Visitor]:
        connection = connections[connection_number]
        return [await start(connection, BASE, f"Mira {number}") for number in range(share)]

    async def round_of(total: int) -> None:
        lists = await asyncio.gather(*(some(total // CONNECTIONS, number) for number in range(CONNECTIONS)))
        visitors = [visitor for some_visitors in lists for visitor in some_visitors]
        await desk.takes(visitors)
        await catch_up(visitors)
        await catch_up(visitors)

    rounded = count // CONNECTIONS * CONNECTIONS or CONNECTIONS
    await round_of(rounded)
    await asyncio.sleep(quiet_s)
    before = server.memory_bytes()
    await round_of(rounded)
    await asyncio.sleep(quiet_s)
    after = server.memory_bytes()
    desk.close()
    for connection in connections:
        connection.close()
    return (after - before) / rounded
