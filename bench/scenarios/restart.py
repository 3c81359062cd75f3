"""A restart with many chats in the database: how long until one of them is answered again."""

import time
from collections.abc import Sequence

from bench.driver.http import connect
from bench.driver.v2 import Envelope, Visitor
from bench.house import BASE, folder, frontdesk
from bench.measure import Tell
from bench.rows import Budget, Row
from bench.scale import Scale
from bench.seed import seed

TRIES = 3
MIB = 2**20


async def restart(scale: Scale, tell: Tell) -> Sequence[Row]:
    """From the start of the process to the answer to a visitor of a chat that was there before."""
    took_s: list[float] = []
    with folder() as place:
        last = await seed(
            place, scale.many_chats, lambda n: tell(f"{n:,} of {scale.many_chats:,} chats made")
        )
        identity = Envelope(0, False, [], 1, last.chat_id, "", last.secure_key, "1")
        for number in range(TRIES):
            tell(f"start {number + 1} of {TRIES}")
            begun = time.perf_counter()
            async with frontdesk(place, people=()) as server:
                visitor = Visitor(await connect(server.url), BASE, identity)
                told = await visitor.ask(visitor.refresh(1))
                took_s.append(time.perf_counter() - begun)
                assert told.messages, "the chat is there with its words"
                memory_bytes = server.memory_bytes()
                visitor.connection.close()
    return (
        Row(
            scenario="restart",
            what=f"serving again with {scale.many_chats:,} open chats",
            value=sorted(took_s)[TRIES // 2],
            unit="s",
            budget=Budget(must=2, aim=1, of="value"),
        ),
        Row(scenario="restart", what="memory after it", value=memory_bytes / MIB, unit="MiB"),
    )
