"""One transaction on SQLite: many appends and other writes, carried out in the order they were asked for.

A thread that runs Python beside a busy event loop waits for its turn after every statement, so the rows of
a group are collected and written by few, large statements. Most groups are events alone: one statement, which
is a transaction by itself.
"""

import asyncio
import sqlite3
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache
from itertools import chain
from typing import Any, TypeVar

from msgspec import Struct
from msgspec.structs import astuple

from frontdesk.errors import Conflict, DeskError
from frontdesk.store.erased import erased_name
from frontdesk.store.log import Also, Arm, Card, Entry, Fence, Forget, Recorded, Snapshot

HEADS_MAX = 10_000  # Streams whose version is remembered; another one costs a look into the index.
ROWS_AT_ONCE_MAX = 128  # In one statement.
FEW_ROWS = (
    16  # There is a statement for each number up to this, and its multiples: each keeps 700 bytes a row.
)

# A row that cannot be undoes the whole transaction. To undo a statement alone, SQLite would copy every page
# that it touches into a file of its own first, as many bytes again as the log of the transaction.
_INSERT_EVENTS = "INSERT OR ROLLBACK INTO events (position, stream, version, time_ms, body) "
_INSERT_ENTRIES = "INSERT OR ROLLBACK INTO entries (kind, at_ms, stream, version, body) "
_HEAD_OF_STREAM = "SELECT version FROM events WHERE stream = ? ORDER BY version DESC LIMIT 1"
_ARM = "INSERT INTO timers (stream, due_ms, wake_ms) "
_ARM_ANEW = " ON CONFLICT (stream) DO UPDATE SET due_ms = excluded.due_ms, wake_ms = excluded.wake_ms"
_FILE = "INSERT INTO cards (stream, kind, is_open, sort_ms, body) "
_FILE_ANEW = (
    " ON CONFLICT (stream) DO UPDATE SET kind = excluded.kind, is_open = excluded.is_open,"
    " sort_ms = excluded.sort_ms, body = excluded.body"
)
_FILE_AS_BEFORE = " ON CONFLICT (stream) DO UPDATE SET sort_ms = excluded.sort_ms, body = excluded.body"
_DRAWERS = "SELECT stream, kind, is_open FROM cards WHERE stream IN"
_KEEP = "INSERT OR REPLACE INTO snapshots (stream, version, tag, body) "
_COUNT = (
    "INSERT INTO card_counts (kind, is_open, cards) VALUES (?1, ?2, ?3)"
    " ON CONFLICT (kind, is_open) DO UPDATE SET cards = cards + ?3"
)
# A stream's newest number stays used even when its event goes: the row stays, without its body.
_EMPTY = (
    "UPDATE events SET body = NULL WHERE stream = ?1 AND version = ?2"
    " AND version = (SELECT max(version) FROM events WHERE stream = ?1)"
)
_FORGET = (
    "DELETE FROM events WHERE stream = ?1 AND version = ?2"
    " AND version < (SELECT max(version) FROM events WHERE stream = ?1)"
)


T = TypeVar("T")


class Append(Struct):
    """An append on its way."""

    stream: str
    after_version: int
    bodies: Sequence[bytes]
    time_ms: int
    also: Sequence[Also]
    done: asyncio.Future[Any]


class Work(Struct):
    """Any other write on its way."""

    carry_out: Callable[["Transaction"], object]
    done: asyncio.Future[Any]


Job = Append | Work

Drawer = tuple[str, bool]
"""Where a card is found and counted: its kind, and whether it is open."""


class Heads:
    """What the only writer knows without looking: the newest position and the versions of busy streams."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        (position,) = connection.execute("SELECT max(position) FROM events").fetchone()
        self.position: int = position or 0
        self.versions: dict[str, int] = {}


class Transaction:
    """What a group of jobs writes, all of it or nothing.

    Shape:   `recorded` are the events that were added, in the order of their positions. It is begun when
             there is something to write: what is read before that, nobody else changes.
    """

    def __init__(self, connection: sqlite3.Connection, heads: Heads) -> None:
        self.connection = connection
        self.recorded: list[Recorded] = []
        self._heads = heads
        if len(heads.versions) >= HEADS_MAX:
            heads.versions.clear()  # Only here: the table does not know yet what a transaction has collected.
        self._unwritten = 0  # Where in `recorded` the events begin that are not in the table yet.
        self._timers: dict[str, int | None] = {}
        self._cards: dict[str, Card] = {}
        self._entries: list[tuple[object, ...]] = []
        self._snapshots: dict[str, Snapshot] = {}
        self._leases: dict[str, int | None] = {}  # As far as they have been looked up.

    def carry_out(self, job: Job) -> object:
        """What the job's caller gets: a result, or an error of ours as a value."""
        if type(job) is Append:
            try:
                return self._append(job)
            except DeskError as error:
                return error
        assert type(job) is Work
        self.flush()
        self._leases.clear()  # It may be one that takes them.
        return job.carry_out(self)

    def commit(self) -> None:
        """Write all of it to disk."""
        if self._is_one_statement():
            self._insert_events()
        else:
            self.flush()
            self.connection.execute("COMMIT")

    def _is_one_statement(self) -> bool:
        """Whether there is nothing but some events, of which none is written yet."""
        others = self._entries or self._timers or self._cards or self._snapshots
        is_begun = self.connection.in_transaction
        return not is_begun and not others and 0 < len(self.recorded) <= ROWS_AT_ONCE_MAX

    def _append(self, job: Append) -> Recorded | None:
        stream = job.stream
        version = self._version(stream)
        if version != job.after_version:
            raise Conflict(f"{stream} is at {version}, not at {job.after_version}")
        for effect in job.also:
            if type(effect) is Fence:
                self._check(effect)
        heads, recorded = self._heads, self.recorded
        last = None
        if job.bodies:
            position = heads.position
            for body in job.bodies:
                position += 1
                version += 1
                last = Recorded(position, stream, version, job.time_ms, body)
                recorded.append(last)
            heads.position = position
            heads.versions[stream] = version
        for effect in job.also:
            self._also(stream, version, effect)
        return last

    def _version(self, stream: str) -> int:
        versions = self._heads.versions
        version = versions.get(stream)
        if version is None:
            row = self.connection.execute(_HEAD_OF_STREAM, (stream,)).fetchone()
            if row is None:
                return 0  # Many streams are nothing but a card, and most are asked for once.
            version = versions[stream] = row[0]
        return version

    def _check(self, fence: Fence) -> None:
        if fence.name not in self._leases:  # Nobody else changes them while this transaction lasts.
            row = self.connection.execute(
                "SELECT number FROM leases WHERE name = ?", (fence.name,)
            ).fetchone()
            self._leases[fence.name] = row[0] if row is not None else None
        if self._leases[fence.name] != fence.number:
            raise Conflict(f"{fence.number} is not the newest number of {fence.name}")

    def _also(self, stream: str, version: int, effect: Also) -> None:
        match effect:
            case Arm():
                self._timers[stream] = effect.due_ms
            case Card():
                self._cards[stream] = effect
            case Entry():
                self._entries.append((effect.kind, effect.at_ms, stream, version, effect.body))
            case Forget():
                self.flush()
                rows = [(stream, forgotten) for forgotten in effect.versions]
                self.connection.executemany(_EMPTY, rows)
                self.connection.executemany(_FORGET, rows)
            case Snapshot():
                self._snapshots[stream] = effect
            case Fence():
                pass  # Checked before anything was written.

    def flush(self) -> None:
        """Write what has been collected; from then on the transaction is begun."""
        if not self.connection.in_transaction:
            self.connection.execute("BEGIN IMMEDIATE")
        self._insert_events()
        if self._entries:
            self._insert(_INSERT_ENTRIES, self._entries)
            self._entries = []
        if self._timers:
            self._write_timers()
        if self._cards:
            self._write_cards()
        if self._snapshots:
            self._insert(
                _KEEP, [(stream, *astuple(snapshot)) for stream, snapshot in self._snapshots.items()]
            )
            self._snapshots.clear()

    def _insert_events(self) -> None:
        self._insert(_INSERT_EVENTS, [astuple(record) for record in self.recorded[self._unwritten :]])
        self._unwritten = len(self.recorded)

    def _insert(self, statement: str, rows: Sequence[tuple[object, ...]], conflict: str = "") -> None:
        for some in _shares(rows):
            blanks = [(None,) * len(some[0])] * _blanks(len(some))
            values = _values(len(some) + len(blanks), len(some[0]))
            self.connection.execute(statement + values + conflict, [*chain.from_iterable((*some, *blanks))])

    def _write_timers(self) -> None:
        armed = [(stream, due_ms, due_ms) for stream, due_ms in self._timers.items() if due_ms is not None]
        disarmed = [(stream,) for stream, due_ms in self._timers.items() if due_ms is None]
        self._insert(_ARM, armed, _ARM_ANEW)
        self.connection.executemany("DELETE FROM timers WHERE stream = ?", disarmed)
        self._timers.clear()

    def _write_cards(self) -> None:
        """Shape: most stay in their drawer, and the index of the drawers is left as it is by those."""
        before = self._drawers(list(self._cards))
        counts: Counter[Drawer] = Counter()
        stay: list[tuple[object, ...]] = []
        move: list[tuple[object, ...]] = []
        for stream, card in self._cards.items():
            was, drawer = before.get(stream), (card.kind, card.is_open)
            (stay if was == drawer else move).append((stream, *astuple(card)))
            counts[drawer] += 1
            if was is not None:
                counts[was] -= 1
        self._insert(_FILE, stay, _FILE_AS_BEFORE)
        self._insert(_FILE, move, _FILE_ANEW)
        self._count(counts)
        self._cards.clear()

    def _drawers(self, streams: Sequence[str]) -> dict[str, Drawer]:
        """Where the cards of some streams are counted, of those that have one."""
        found: dict[str, Drawer] = {}
        for some in _shares(streams):
            names = [*some, *[None] * _blanks(len(some))]
            sql = f"{_DRAWERS} ({','.join('?' * len(names))})"
            rows = self.connection.execute(sql, names)
            found.update((stream, (kind, bool(is_open))) for stream, kind, is_open in rows)
        return found

    def _count(self, counts: Mapping[Drawer, int]) -> None:
        changes = [(kind, is_open, by) for (kind, is_open), by in counts.items() if by]
        self.connection.executemany(_COUNT, changes)

    def keep(self, stream: str, snapshot: Snapshot) -> None:
        """Replace the stream's snapshot."""
        self._snapshots[stream] = snapshot

    def purge(self, stream: str) -> None:
        """Delete all of a stream; the newest position of the log stays used, under no stream's name."""
        self._heads.versions.pop(stream, None)
        execute = self.connection.execute
        execute(
            "UPDATE events SET stream = '', version = position, time_ms = 0, body = NULL"
            " WHERE stream = ? AND position = (SELECT max(position) FROM events)",
            (stream,),
        )
        for drawer in self._drawers([stream]).values():
            self._count({drawer: -1})
        execute("UPDATE entries SET stream = ? WHERE stream = ?", (erased_name(), stream))
        for table in ("events", "timers", "cards", "snapshots", "seen", "positions"):
            execute(f"DELETE FROM {table} WHERE stream = ?", (stream,))  # noqa: S608 - the names are ours


def _shares(of: Sequence[T]) -> Iterator[Sequence[T]]:
    """As many at a time as one statement takes."""
    for first in range(0, len(of), ROWS_AT_ONCE_MAX):
        yield of[first : first + ROWS_AT_ONCE_MAX]


def _blanks(rows: int) -> int:
    """How many a statement for so many has too many."""
    return -rows % FEW_ROWS if rows > FEW_ROWS else 0


@cache
def _values(rows: int, columns: int) -> str:
    """So many rows; those without a value in their first column are not there."""
    row = f"({','.join('?' * columns)})"
    values = "VALUES " + ",".join([row] * rows)
    return values if rows <= FEW_ROWS else f"SELECT * FROM ({values}) WHERE column1 IS NOT NULL"  # noqa: S608
