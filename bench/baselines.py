"""The baselines *empty* and *floor* as the load sees them."""

import contextlib
import tempfile
from collections.abc import AsyncIterator, Sequence
from pathlib import Path

from bench.driver.http import connect
from bench.driver.load import Ear
from bench.driver.v2 import Envelope, Visitor, hang_up
from bench.driver.workspace import Agent, Heard
from bench.processes import Server, python, started

SECRET = "0123456789abcdef0123456789abcdef"  # As long as a real one, so that requests weigh the same.


@contextlib.asynccontextmanager
async def empty() -> AsyncIterator[Server]:
    """The baseline that does nothing."""
    async with started(python("bench.empty")) as server:
        yield server


@contextlib.asynccontextmanager
async def floor() -> AsyncIterator[Server]:
    """The baseline that does the least."""
    with tempfile.TemporaryDirectory(prefix="frontdesk-floor-") as folder:
        async with started(python("bench.floor", str(Path(folder) / "floor.db"))) as server:
            yield server


@contextlib.asynccontextmanager
async def nameless(server: Server, count: int) -> AsyncIterator[Sequence[Visitor]]:
    """Visitors of a server that knows no chats; their requests are as long as real ones."""
    visitors = []
    try:
        for number in range(count):
            identity = Envelope(0, False, [], 1, f"{number:016d}", SECRET[:16], SECRET, "1")
            visitors.append(Visitor(await connect(server.url), "/genesys/2/chat/desk", identity))
        yield visitors
    finally:
        hang_up(visitors)


@contextlib.asynccontextmanager
async def on_floor(server: Server, ear: Ear, count: int) -> AsyncIterator[Sequence[Visitor]]:
    """Chats on the floor, whose one listener is `ear`."""

    def hear(heard: Heard) -> None:
        if heard.event is not None:
            ear.hear(heard.interaction_id, heard.event.text)

    agent = Agent(hear)
    await agent.open(server.url, {})
    try:
        async with nameless(server, count) as visitors:
            yield visitors
    finally:
        agent.close()
