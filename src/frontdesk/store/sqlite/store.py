"""A whole `Store` on one SQLite file."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from operator import itemgetter
from pathlib import Path
from typing import Any

from msgspec.structs import astuple

from frontdesk.store.feed import Feed
from frontdesk.store.log import Also, Card, Entered, Entry, Filed, Position, Recorded, Snapshot
from frontdesk.store.sqlite.connection import ServerLock
from frontdesk.store.sqlite.group import Append, Transaction, Work
from frontdesk.store.sqlite.readers import Readers
from frontdesk.store.sqlite.writer import AT_ONCE, Pace, Writer

DROPPED_AT_ONCE = 1000  # Entries; other writes take their turns in between.
POLL_S = 1.0  # Only where another process writes, whose commits nobody here announces.

_EVENT = "SELECT position, stream, version, time_ms, body FROM events"
_ENTRIES = (
    "SELECT number, stream, version, kind, at_ms, body FROM entries"
    " WHERE kind = ? AND (at_ms, number) > (?, ?) AND at_ms < ? ORDER BY at_ms, number LIMIT ?"
)
_DROP_ENTRIES = (
    "DELETE FROM entries WHERE number IN"
    " (SELECT number FROM entries WHERE kind = ? AND at_ms < ? ORDER BY at_ms LIMIT ?)"
)
_CARD = "SELECT stream, kind, is_open, sort_ms, body FROM cards"
_CARDS = f"{_CARD} WHERE kind = ? AND is_open = ? AND stream > ? ORDER BY stream LIMIT ?"


class SqliteStore:
    """The log and what lies beside it in one file, written by one process.

    Shape:   a stream that was purged begins again at version 1.
    """

    def __init__(
        self,
        path: Path,
        lock: ServerLock,
        readers: Readers,
        sync_delay_s: float = 0,
        pace: Pace = AT_ONCE,
    ) -> None:
        self._lock = lock
        self._readers = readers
        self._feed = Feed(self._after)
        self._writer = Writer(path, lock, self._feed.committed, sync_delay_s, pace)
        readers.on_disk = self._writer.on_disk
        self._loop = asyncio.get_running_loop()

    @property
    def commits(self) -> int:
        """How many transactions have been written since the store was opened."""
        return self._writer.commits

    async def _write(self, carry_out: Callable[[Transaction], object]) -> Any:
        done = self._loop.create_future()
        self._writer.put(Work(carry_out, done))
        return await done

    async def change(self, execute: Callable[[sqlite3.Connection], int]) -> int:
        """What `execute` returns; what it changes is written with the next transaction."""
        changed: int = await self._write(lambda transaction: execute(transaction.connection))
        return changed

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
        sql = f"{_EVENT} WHERE stream = ? AND version > ? AND body IS NOT NULL ORDER BY version LIMIT ?"
        return await self._events(sql, stream, after_version, -1 if limit is None else limit)

    async def _events(self, sql: str, *values: object) -> list[Recorded]:
        return await self._readers.run(
            lambda connection: [Recorded(*row) for row in connection.execute(sql, values)]
        )

    async def head(self) -> int:
        (row,) = await self._readers.rows("SELECT coalesce(max(position), 0) FROM events")
        head: int = row[0]
        return head

    def follow(self, after_position: int) -> AsyncIterator[Sequence[Recorded]]:
        return self._feed.follow(after_position, None if self._lock.is_held else POLL_S)

    async def _after(self, position: int, limit: int) -> list[Recorded]:
        sql = f"{_EVENT} WHERE position > ? AND body IS NOT NULL ORDER BY position LIMIT ?"
        return await self._events(sql, position, limit)

    # --- timers --------------------------------------------------------------------------------

    async def armed(self, stream: str) -> int | None:
        rows = await self._readers.rows("SELECT due_ms FROM timers WHERE stream = ?", stream)
        return rows[0][0] if rows else None

    async def claim_due(self, now_ms: int, claim_ms: int, limit: int) -> Sequence[str]:
        next_ms = await self.next_due(now_ms)
        if next_ms is None or next_ms > now_ms:
            return []  # Without a turn of the writer: this is asked all the time.

        def claim(transaction: Transaction) -> list[str]:
            sql = "SELECT stream FROM timers WHERE wake_ms <= ? ORDER BY wake_ms, stream LIMIT ?"
            streams = [row[0] for row in transaction.connection.execute(sql, (now_ms, limit))]
            rows = [(now_ms + claim_ms, stream) for stream in streams]
            transaction.connection.executemany("UPDATE timers SET wake_ms = ? WHERE stream = ?", rows)
            return streams

        claimed: list[str] = await self._write(claim)
        return claimed

    async def next_due(self, now_ms: int) -> int | None:
        rows = await self._readers.rows("SELECT min(wake_ms) FROM timers")
        wake_ms: int | None = rows[0][0]
        return wake_ms

    # --- cards ---------------------------------------------------------------------------------

    async def cards(
        self, kind: str, *, is_open: bool | None = None, after: str = "", limit: int = 1000
    ) -> Sequence[Filed]:
        states = (True, False) if is_open is None else (is_open,)

        def find(connection: sqlite3.Connection) -> list[Filed]:
            rows = [
                row for state in states for row in connection.execute(_CARDS, (kind, state, after, limit))
            ]
            rows.sort(key=itemgetter(0))  # Two sorted runs at most: one for each state.
            return [Filed(row[0], _card(row)) for row in rows[:limit]]

        return await self._readers.run(find)

    async def card(self, stream: str) -> Card | None:
        rows = await self._readers.rows(f"{_CARD} WHERE stream = ?", stream)
        return _card(rows[0]) if rows else None

    async def count_cards(self, kind: str, *, is_open: bool) -> int:
        sql = "SELECT cards FROM card_counts WHERE kind = ? AND is_open = ?"
        rows = await self._readers.rows(sql, kind, is_open)
        return rows[0][0] if rows else 0

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
        rows = await self._readers.rows(_ENTRIES, kind, at_ms, number, until_ms, limit)
        return [Entered(row[0], row[1], row[2], Entry(row[3], row[4], row[5])) for row in rows]

    async def drop_entries_before(self, kind: str, at_ms: int) -> int:
        dropped = 0
        values = (kind, at_ms, DROPPED_AT_ONCE)
        while count := await self.change(
            lambda connection: connection.execute(_DROP_ENTRIES, values).rowcount
        ):
            dropped += count
        return dropped

    # --- snapshots, leases, presence -----------------------------------------------------------

    async def snapshot(self, stream: str) -> Snapshot | None:
        rows = await self._readers.rows("SELECT version, tag, body FROM snapshots WHERE stream = ?", stream)
        return Snapshot(*rows[0]) if rows else None

    async def keep_snapshot(self, stream: str, snapshot: Snapshot) -> None:
        await self._write(lambda transaction: transaction.keep(stream, snapshot))

    async def take_lease(self, name: str, holder: str, now_ms: int, for_ms: int) -> int | None:
        sql = (
            "INSERT INTO leases (name, holder, number, until_ms) VALUES (?1, ?2, 1, ?4) ON CONFLICT (name)"
            " DO UPDATE SET number = number + (holder <> ?2), holder = ?2, until_ms = ?4"
            " WHERE holder = ?2 OR until_ms <= ?3 RETURNING number"
        )
        values = (name, holder, now_ms, now_ms + for_ms)
        rows = await self._write(lambda transaction: transaction.connection.execute(sql, values).fetchall())
        return rows[0][0] if rows else None

    async def drop_lease(self, name: str, holder: str) -> None:
        sql = "UPDATE leases SET holder = '', until_ms = 0 WHERE name = ? AND holder = ?"
        await self._write(lambda transaction: transaction.connection.execute(sql, (name, holder)).rowcount)

    async def note_seen(self, seen: Sequence[tuple[str, int]]) -> None:
        sql = (
            "INSERT INTO seen (stream, seen_ms) VALUES (?1, ?2)"
            " ON CONFLICT (stream) DO UPDATE SET seen_ms = max(seen_ms, ?2)"
        )
        await self._write(lambda transaction: transaction.connection.executemany(sql, seen).rowcount)

    async def seen(self, stream: str) -> int | None:
        rows = await self._readers.rows("SELECT seen_ms FROM seen WHERE stream = ?", stream)
        return rows[0][0] if rows else None

    async def seen_under(self, prefix: str) -> Mapping[str, int]:
        sql = "SELECT stream, seen_ms FROM seen WHERE substr(stream, 1, ?) = ?"
        return dict(await self._readers.rows(sql, len(prefix), prefix))

    async def note_positions(self, positions: Sequence[Position]) -> None:
        sql = (
            "INSERT INTO positions (stream, reader, delivered, settled) VALUES (?1, ?2, ?3, ?4)"
            " ON CONFLICT (stream, reader) DO UPDATE"
            " SET delivered = max(delivered, ?3), settled = max(settled, ?4)"
        )
        rows = [astuple(position) for position in positions]
        await self._write(lambda transaction: transaction.connection.executemany(sql, rows).rowcount)

    async def position(self, stream: str, reader: str) -> Position | None:
        sql = "SELECT stream, reader, delivered, settled FROM positions WHERE stream = ? AND reader = ?"
        rows = await self._readers.rows(sql, stream, reader)
        return Position(*rows[0]) if rows else None

    async def drop_positions(self, stream: str) -> None:
        sql = "DELETE FROM positions WHERE stream = ?"
        await self._write(lambda transaction: transaction.connection.execute(sql, (stream,)).rowcount)

    async def whisper(self, words: str) -> None:
        """Nobody else is here."""

    def on_whisper(self, hear: Callable[[str], None]) -> None:
        """Nobody else is here."""

    async def purge(self, stream: str) -> None:
        await self._write(lambda transaction: transaction.purge(stream))

    async def ping(self) -> None:
        await self._readers.rows("SELECT 1 FROM events LIMIT 1")

    async def aclose(self) -> None:
        """Write what was promised, then let go of the file; the readers belong to whoever gave them."""
        await self._writer.aclose()
        self._feed.close()


def _card(row: Sequence[Any]) -> Card:
    return Card(row[1], bool(row[2]), row[3], row[4])
