"""The same load on what a good team would otherwise write: socket.io with PostgreSQL."""

from collections.abc import Sequence

from bench.driver.load import Ear
from bench.house import folder, frontdesk, on_frontdesk
from bench.measure import Cost, Tell, talking
from bench.peers.socketio import is_possible, on_socketio, socketio
from bench.postgres import Postgres, postgres
from bench.rows import Row, Unit
from bench.scale import Scale

NUMBERS: Sequence[tuple[str, Unit, str]] = (
    ("CPU a message", "µs", "cpu_us"),
    ("delivery p50", "ms", "p50_ms"),
    ("delivery p99", "ms", "p99_ms"),
    ("messages", "/s", "per_s"),
)


async def peers(scale: Scale, tell: Tell) -> Sequence[Row]:
    """Ours on SQLite and on PostgreSQL; each number against socket.io's, where there is Node to run it."""
    rows: list[Row] = []
    for chats in (1, scale.chats):
        theirs = None
        if is_possible():
            with postgres() as database:
                tell(f"socket.io, {chats} chats")
                theirs = await _socketio(scale, database, chats)
        tell(f"Frontdesk on SQLite, {chats} chats")
        rows += _rows("SQLite", chats, await _frontdesk(scale, None, chats), theirs)
        with postgres() as database:
            tell(f"Frontdesk on PostgreSQL, {chats} chats")
            rows += _rows("PostgreSQL", chats, await _frontdesk(scale, database, chats), theirs)
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


async def _socketio(scale: Scale, database: Postgres, chats: int) -> Cost:
    ear = Ear()
    async with socketio(database) as server, on_socketio(server, ear, chats) as lines:
        return await talking(server, lines, ear, scale)


async def _frontdesk(scale: Scale, database: Postgres | None, chats: int) -> Cost:
    ear = Ear()
    with folder() as place:
        async with (
            frontdesk(place, database=database) as server,
            on_frontdesk(server, ear, chats) as lines,
        ):
            return await talking(server, lines, ear, scale)
