"""Very many visitors who poll as real clients do, over version 2 and over version 3.

Each polls for itself: a pause, which begins when the last answer has come, and the next poll. The first polls
are spread evenly over the longest pause, and nothing moves them together afterwards, unless the server
answers late. Over version 2 the pauses are short at first and grow, so that the run begins with far more
polls than it goes on with. Over version 3 each visitor has been told of the beginning of the chat just
before, and is told it again by every poll within the next ten seconds.

A poll's time goes from when it is sent to when its answer is read, so it holds how long the load itself takes
to look at an answer; what CPU the load uses stands beside that of the server.
"""

import asyncio
import time
from collections.abc import Callable, Iterator, Sequence

from bench.driver import v3
from bench.driver.cadence import Poller, keep_polling, v2_pauses, v3_pauses
from bench.driver.http import HttpConnection, connect
from bench.driver.load import Ear
from bench.driver.v2 import catch_up, hang_up
from bench.house import SERVICE, STARTS_AT_ONCE, Desk, folder, frontdesk, open_chats
from bench.measure import MICRO, MILLI, Tell
from bench.processes import Server
from bench.rows import Budget, Row
from bench.scale import Scale

Polls = Sequence[tuple[HttpConnection, bytes]]


async def polling(scale: Scale, tell: Tell) -> Sequence[Row]:
    """CPU and answer time of polls, each version by itself; all visitors are in chats that an agent has."""
    rows: list[Row] = []
    with folder() as place:
        async with frontdesk(place) as server:
            desk = Desk(Ear())
            await desk.open(server.url)
            tell(f"{scale.pollers:,} visitors of version 2")
            visitors = await open_chats(server.url, scale.pollers)
            await desk.takes(visitors)
            await catch_up(visitors)
            polls = [(v.connection, v.refresh(v.identity.next_position)) for v in visitors]
            tell(f"{scale.pollers:,} poll over version 2")
            rows += await _polling(server, scale, "version 2", polls, v2_pauses, _is_well_in_v2)
            hang_up(visitors)
            tell(f"{scale.pollers:,} visitors of version 3")
            sessions = await _sessions(server.url, scale.pollers)
            await desk.takes(sessions)
            for session in sessions:
                await session.catch_up()
            tell(f"{scale.pollers:,} poll over version 3")
            polls = [(session.connection, session.poll) for session in sessions]
            rows += await _polling(server, scale, "version 3", polls, v3_pauses, _is_well_in_v3)
            for session in sessions:
                session.connection.close()
            desk.close()
    return rows


async def _polling(
    server: Server,
    scale: Scale,
    version: str,
    polls: Polls,
    pauses: Callable[[], Iterator[float]],
    is_well: Callable[[int, bytes], bool],
) -> Sequence[Row]:
    pollers = [Poller(connection, request, pauses(), is_well) for connection, request in polls]
    before_s, own_before_s = server.cpu_s(), time.process_time()
    measured = await keep_polling(pollers, scale.polling_s)
    cpu_s, own_cpu_s = server.cpu_s() - before_s, time.process_time() - own_before_s
    return (
        Row(
            scenario="polling",
            what=f"answer p99, {len(polls):,} visitors of {version}",
            value=measured.percentile(0.99) * MILLI,
            unit="ms",
            budget=Budget(must=1000, aim=100, of="value"),
        ),
        Row(scenario="polling", what=f"polls, {version}", value=measured.per_s, unit="/s"),
        Row(
            scenario="polling",
            what=f"CPU a poll, {version}",
            value=cpu_s / measured.count * MICRO,
            unit="µs",
        ),
        Row(
            scenario="polling",
            what=f"… of the load itself, {version}",
            value=own_cpu_s / measured.count * MICRO,
            unit="µs",
        ),
    )


async def _sessions(url: str, count: int) -> list[v3.Visitor]:
    """New sessions, each on a connection of its own."""
    gate = asyncio.Semaphore(STARTS_AT_ONCE)

    async def one(number: int) -> v3.Visitor:
        async with gate:
            return await v3.start(await connect(url), SERVICE, f"Mira {number}")

    return await asyncio.gather(*(one(number) for number in range(count)))


def _is_well_in_v2(status: int, body: bytes) -> bool:
    return status == 200 and b'"statusCode":0' in body


def _is_well_in_v3(status: int, body: bytes) -> bool:
    return status == 200 and b'"SUCCESS"' in body
