"""A whole `Store` on one PostgreSQL database, which any number of nodes may share."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from typing import Any

from msgspec.structs import astuple

from frontdesk.store.address import PostgresAddress
from frontdesk.store.feed import Feed
from frontdesk.store.log import Also, Card, Entered, Entry, Filed, Position, Recorded, Snapshot
from frontdesk.store.postgres.group import Append
from frontdesk.store.postgres.listener import Listener
from frontdesk.store.postgres.tables import PooledTables
from frontdesk.store.postgres.writer import Writer

DROPPED_AT_ONCE = 1000  # Entries; no statement takes long.
POLL_S = 1.0  # Followers look by themselves this often, in case the doorbell was not heard.

_EVENT = "SELECT position, stream, version, time_ms, body FROM events"
_ENTRIES = (
    "SELECT number, stream, version, kind, at_ms, body FROM entries"
    " WHERE kind = ?1 AND (at_ms, number) > (?2, ?3) AND at_ms < ?4 ORDER BY at_ms, number LIMIT ?5"
)
_DROP_ENTRIES = (
    "DELETE FROM entries WHERE number IN"
    " (SELECT number FROM entries WHERE kind = ?1 AND at_ms < ?2 ORDER BY at_ms LIMIT ?3)"
)
_CARD = "SELECT stream, kind, is_open, sort_ms, body FROM cards"
_CARDS = f"{_CARD} WHERE kind = ?1 AND is_open = ?2 AND stream > ?3 ORDER BY stream LIMIT ?4"


class PostgresStore:
    """The log and what lies beside it.

    Shape:   a stream that was purged begins again at version 1.
    """

    def __init__(self, address: PostgresAddress, tables: PooledTables) -> None:
        self._tables = tables
        self._feed = Feed(self._after)
        self._writer = Writer(address.dsn, self._feed.committed)
        self._listener = Listener(address, self._feed.heard_of)
        self._loop = asyncio.get_running_loop()

    @property
    def commits(self) -> int:
        """How many groups of appends have been written since the store was opened."""
        return self._writer.commits

    # --- the log -------------------------------------------------------------------------------

    def append(
        self,
        stream: str,
        after_version: int,
        bodies: Sequence[bytes],
        time_ms: int,
        also: Sequence[Also] = (),
    ) -> asyncio.Future[Recorded | None]:
        done: asyncio.Future[Recorded | None] = self._loop.create_future()
        self._writer.put(Append(stream, after_version, bodies, time_ms, also, done))
        return done

    async def read(self, stream: str, after_version: int = 0, limit: int | None = None) -> Sequence[Recorded]:
        sql = f"{_EVENT} WHERE stream = ?1 AND version > ?2 AND body IS NOT NULL ORDER BY version LIMIT ?3"
        return [Recorded(*row) for row in await self._tables.rows(sql, stream, after_version, limit)]

    async def head(self) -> int:
        head: int = await self._value("SELECT coalesce(max(position), 0) FROM events")
        return head

    async def _value(self, sql: str, *values: object) -> Any:
        rows = await self._tables.rows(sql, *values)
        return rows[0][0] if rows else None

    def follow(self, after_position: int) -> AsyncIterator[Sequence[Recorded]]:
        return self._feed.follow(after_position, POLL_S)

    async def _after(self, position: int, limit: int) -> list[Recorded]:
        sql = f"{_EVENT} WHERE position > ?1 AND body IS NOT NULL ORDER BY position LIMIT ?2"
        return [Recorded(*row) for row in await self._tables.rows(sql, position, limit)]

    # --- timers --------------------------------------------------------------------------------

    async def armed(self, stream: str) -> int | None:
        due_ms: int | None = await self._value("SELECT due_ms FROM timers WHERE stream = ?1", stream)
        return due_ms

    async def claim_due(self, now_ms: int, claim_ms: int, limit: int) -> Sequence[str]:
        sql = (
            "UPDATE timers t SET wake_ms = ?1 + ?2::bigint FROM (SELECT stream, wake_ms FROM timers"
            " WHERE wake_ms <= ?1 ORDER BY wake_ms, stream LIMIT ?3 FOR UPDATE SKIP LOCKED) d"
            " WHERE t.stream = d.stream RETURNING d.wake_ms, d.stream"
        )
        rows = await self._tables.rows(sql, now_ms, claim_ms, limit)
        return [stream for _, stream in sorted(tuple(row) for row in rows)]

    async def next_due(self, now_ms: int) -> int | None:
        wake_ms: int | None = await self._value("SELECT min(wake_ms) FROM timers")
        return wake_ms

    # --- cards ---------------------------------------------------------------------------------

    async def cards(
        self, kind: str, *, is_open: bool | None = None, after: str = "", limit: int = 1000
    ) -> Sequence[Filed]:
        filed: list[Filed] = []
        for state in (True, False) if is_open is None else (is_open,):
            rows = await self._tables.rows(_CARDS, kind, state, after, limit)
            filed += [Filed(row[0], Card(*row[1:])) for row in rows]
        filed.sort(key=_stream)  # Two sorted runs at most: one for each state.
        return filed[:limit]

    async def card(self, stream: str) -> Card | None:
        rows = await self._tables.rows(f"{_CARD} WHERE stream = ?1", stream)
        return Card(*rows[0][1:]) if rows else None

    async def count_cards(self, kind: str, *, is_open: bool) -> int:
        sql = "SELECT cards FROM card_counts WHERE kind = ?1 AND is_open = ?2"
        count: int | None = await self._value(sql, kind, is_open)
        return count or 0

    # --- entries -------------------------------------------------------------------------------

    async def entries(
        self,
        kind: str,
        from_ms: int,
        until_ms: int,
        *,
        after: tuple[int, int] | None = None,
        limit: int = 1000,
    ) -> Sequence[Entered]:
        at_ms, number = max(after or (from_ms, 0), (from_ms, 0))
        rows = await self._tables.rows(_ENTRIES, kind, at_ms, number, until_ms, limit)
        return [Entered(row[0], row[1], row[2], Entry(row[3], row[4], row[5])) for row in rows]

    async def drop_entries_before(self, kind: str, at_ms: int) -> int:
        dropped = 0
        while count := await self._tables.change(_DROP_ENTRIES, kind, at_ms, DROPPED_AT_ONCE):
            dropped += count
        return dropped

    # --- snapshots, leases, presence -----------------------------------------------------------

    async def snapshot(self, stream: str) -> Snapshot | None:
        rows = await self._tables.rows("SELECT version, tag, body FROM snapshots WHERE stream = ?1", stream)
        return Snapshot(*rows[0]) if rows else None

    async def keep_snapshot(self, stream: str, snapshot: Snapshot) -> None:
        sql = (
            "INSERT INTO snapshots (stream, version, tag, body) VALUES (?1, ?2, ?3, ?4) ON CONFLICT (stream)"
            " DO UPDATE SET version = excluded.version, tag = excluded.tag, body = excluded.body"
        )
        await self._tables.change(sql, stream, snapshot.version, snapshot.tag, snapshot.body)

    async def take_lease(self, name: str, holder: str, now_ms: int, for_ms: int) -> int | None:
        sql = (
            "INSERT INTO leases AS l (name, holder, number, until_ms) VALUES (?1, ?2, 1, ?4)"
            " ON CONFLICT (name) DO UPDATE"
            " SET number = l.number + (l.holder <> ?2)::int, holder = ?2, until_ms = ?4"
            " WHERE l.holder = ?2 OR l.until_ms <= ?3 RETURNING number"
        )
        number: int | None = await self._value(sql, name, holder, now_ms, now_ms + for_ms)
        return number

    async def drop_lease(self, name: str, holder: str) -> None:
        sql = "UPDATE leases SET holder = '', until_ms = 0 WHERE name = ?1 AND holder = ?2"
        await self._tables.change(sql, name, holder)

    async def note_seen(self, seen: Sequence[tuple[str, int]]) -> None:
        """As promised; not waiting for the disk, since nobody was promised that presence lasts."""
        sql = (
            "INSERT INTO seen AS s (stream, seen_ms) SELECT n.stream, max(n.seen_ms)"
            " FROM unnest(?1::text[], ?2::bigint[]) AS n (stream, seen_ms),"
            " (SELECT set_config('synchronous_commit', 'off', true)) AS quick"
            " GROUP BY n.stream ORDER BY n.stream"  # In one order, so that two nodes never wait in a ring.
            " ON CONFLICT (stream) DO UPDATE SET seen_ms = greatest(s.seen_ms, excluded.seen_ms)"
        )
        streams, times_ms = [stream for stream, _ in seen], [seen_ms for _, seen_ms in seen]
        await self._tables.change(sql, streams, times_ms)

    async def seen(self, stream: str) -> int | None:
        seen_ms: int | None = await self._value("SELECT seen_ms FROM seen WHERE stream = ?1", stream)
        return seen_ms

    async def seen_under(self, prefix: str) -> Mapping[str, int]:
        sql = "SELECT stream, seen_ms FROM seen WHERE starts_with(stream, ?1)"
        return {row[0]: row[1] for row in await self._tables.rows(sql, prefix)}

    async def note_positions(self, positions: Sequence[Position]) -> None:
        """As promised; not waiting for the disk, for the same reason as `note_seen`."""
        sql = (
            "INSERT INTO positions AS p (stream, reader, delivered, settled)"
            " SELECT n.stream, n.reader, max(n.delivered), max(n.settled)"
            " FROM unnest(?1::text[], ?2::text[], ?3::bigint[], ?4::bigint[])"
            " AS n (stream, reader, delivered, settled),"
            " (SELECT set_config('synchronous_commit', 'off', true)) AS quick"
            " GROUP BY n.stream, n.reader ORDER BY n.stream, n.reader"
            " ON CONFLICT (stream, reader) DO UPDATE"
            " SET delivered = greatest(p.delivered, excluded.delivered),"
            " settled = greatest(p.settled, excluded.settled)"
        )
        columns = list(zip(*map(astuple, positions), strict=True)) or [()] * 4
        await self._tables.change(sql, *columns)

    async def position(self, stream: str, reader: str) -> Position | None:
        sql = "SELECT stream, reader, delivered, settled FROM positions WHERE stream = ?1 AND reader = ?2"
        rows = await self._tables.rows(sql, stream, reader)
        return Position(*rows[0]) if rows else None

    async def drop_positions(self, stream: str) -> None:
        await self._tables.change("DELETE FROM positions WHERE stream = ?1", stream)

    async def whisper(self, words: str) -> None:
        await self._tables.rows("SELECT pg_notify(?1, ?2)", self._listener.whispers, words)

    def on_whisper(self, hear: Callable[[str], None]) -> None:
        self._listener.whispered = hear

    async def purge(self, stream: str) -> None:
        await self._tables.rows("SELECT frontdesk_purge(?1)", stream)

    async def ping(self) -> None:
        await self._tables.rows("SELECT 1")

    async def aclose(self) -> None:
        """Write what was promised, then stop; the pool belongs to whoever gave it."""
        await self._writer.aclose()
        await self._listener.aclose()
        self._feed.close()


def _stream(filed: Filed) -> str:
    return filed.stream
