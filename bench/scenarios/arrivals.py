"""New chats: started, routed, put to an agent; beside a message."""

import asyncio
import time
from collections.abc import Sequence

from bench.driver.http import connect
from bench.driver.load import Ear, Wrong
from bench.driver.v2 import start
from bench.driver.workspace import Agent, Heard, sign_in
from bench.house import BASE, PASSWORD, folder, frontdesk, on_frontdesk, person
from bench.measure import MICRO, MILLI, Tell, talking
from bench.processes import Server
from bench.rows import Budget, Row
from bench.scale import Scale

AT_ONCE = 20
RING_WAIT_S = 20.0


async def arrivals(scale: Scale, tell: Tell) -> Sequence[Row]:
    """CPU from `start` until it rings, and how long that takes."""
    with folder() as place:
        tell("messages")
        async with frontdesk(place) as server:
            ear = Ear()
            async with on_frontdesk(server, ear, scale.chats) as lines:
                said = await talking(server, lines, ear, scale)
        tell(f"{scale.arrivals} chats")
        async with frontdesk(place, people=[person(1)]) as server:
            cpu_us, rings_ms = await arrive(server, scale.arrivals)
    return (
        Row(
            scenario="arrivals",
            what="CPU a chat: start, route, ring",
            value=cpu_us,
            unit="µs",
            against="message",
            baseline=said.cpu_us,
            budget=Budget(must=6.0, aim=4.0),
        ),
        Row(
            scenario="arrivals",
            what=f"start to ring p99, {AT_ONCE} at once",
            value=rings_ms[int(len(rings_ms) * 0.99)],
            unit="ms",
        ),
    )


async def arrive(server: Server, count: int) -> tuple[float, list[float]]:
    """CPU of a chat, and the times until they rang, shortest first."""
    begun: dict[str, float] = {}
    rang: dict[str, float] = {}
    everybody = asyncio.Event()

    def hear(heard: Heard) -> None:
        if heard.is_ == "invited":
            rang[heard.interaction_id] = time.perf_counter()
            if len(rang) == count:
                everybody.set()

    agent = Agent(hear, accepts=False)
    await agent.connect(server.url, await sign_in(server.url, person(1).login, PASSWORD))
    await agent.ask("ready")

    async def visitors(share: int) -> None:
        connection = await connect(server.url)
        for number in range(share):
            at_s = time.perf_counter()
            begun[(await start(connection, BASE, f"Mira {number}")).name] = at_s
        connection.close()

    before_s = server.cpu_s()
    shares = [count // AT_ONCE + (number < count % AT_ONCE) for number in range(AT_ONCE)]
    await asyncio.gather(*(visitors(share) for share in shares))
    try:
        await asyncio.wait_for(everybody.wait(), RING_WAIT_S)
    except TimeoutError:
        raise Wrong(f"{count - len(rang)} of {count} chats never rang") from None
    cpu_us = (server.cpu_s() - before_s) / count * MICRO
    agent.close()
    return cpu_us, sorted((rang[name] - at_s) * MILLI for name, at_s in begun.items())
