"""The same load on what a good team would otherwise write: socket.io with PostgreSQL."""

import contextlib
from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager

from bench.driver.load import Ear, Line
from bench.house import folder, frontdesk, on_frontdesk
from bench.measure import Cost, Tell, talking
from bench.peers.node import is_possible
from bench.peers.socketio import on_socketio, socketio
from bench.postgres import postgres
from bench.processes import Server
from bench.rows import Row, Unit
from bench.scale import Scale

Stage = Callable[[Server, Ear, int], AbstractAsyncContextManager[Sequence[Line]]]

NUMBERS: Sequence[tuple[str, Unit, str]] = (
    ("CPU a message", "µs", "cpu_us"),
    ("delivery p50", "ms", "p50_ms"),
    ("delivery p99", "ms", "p99_ms"),
    ("messages", "/s", "per_s"),
)


async def peers(scale: Scale, tell: Tell) -> Sequence[Row]:
    """Ours on SQLite and on PostgreSQL; each number against socket.io's, where there is Node to run it."""
    rows: list[Row] = []
    tell("the servers start")
    async with contextlib.AsyncExitStack() as running:
        database = running.enter_context(postgres())
        peer = await running.enter_async_context(socketio(database)) if is_possible() else None
        ours = {
            "SQLite": await running.enter_async_context(frontdesk(running.enter_context(folder()))),
            "PostgreSQL": await running.enter_async_context(
                frontdesk(running.enter_context(folder()), database=database)
            ),
        }
        for chats in (1, scale.chats):
            theirs = None
            if peer is not None:
                tell(f"socket.io, {chats} chats")
                theirs = await _cost(peer, on_socketio, scale, chats)
            for name, server in ours.items():
                tell(f"Frontdesk on {name}, {chats} chats")
                rows += _rows(name, chats, await _cost(server, on_frontdesk, scale, chats), theirs)
    return rows


def _rows(database: str, chats: int, ours: Cost, theirs: Cost | None) -> Sequence[Row]:
    return [
        Row(
            scenario="peers",
            what=f"{what}, {chats} {'chat' if chats == 1 else 'chats'}, {database}",
            value=getattr(ours, field),
            unit=unit,
            against="socket.io" if theirs is not None else "",
            baseline=getattr(theirs, field) if theirs is not None else None,
        )
        for what, unit, field in NUMBERS
    ]


async def _cost(server: Server, on: Stage, scale: Scale, chats: int) -> Cost:
    ear = Ear()
    async with on(server, ear, chats) as lines:
        return await talking(server, lines, ear, scale)
