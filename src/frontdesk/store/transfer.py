"""Takes all that a database holds into another, empty one: from SQLite to PostgreSQL, or back.

Rows are copied as they are, so every position, version and number means afterwards what it meant before. The
target is one transaction: it has everything, proven, or it stays empty.
"""

import asyncio
import contextlib
import hashlib
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from typing import Any, Protocol, TypeVar

import msgspec
from msgspec import Struct
from sqlalchemy import (
    Connection,
    NullPool,
    Row,
    Select,
    Table,
    create_engine,
    func,
    insert,
    literal,
    select,
    text,
    tuple_,
)
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import create_async_engine

from frontdesk.errors import DeskError, Refused, Unavailable
from frontdesk.store.address import (
    JOURNEYS,
    MemoryAddress,
    PostgresAddress,
    SqliteAddress,
    journeys_beside,
    parse,
)
from frontdesk.store.migrate import REVISIONS, pending
from frontdesk.store.sqlite.connection import connect
from frontdesk.store.tables import METADATA, SEEN

ROWS_AT_ONCE = 1000
_NODES = "node/%"  # Who is at work on the one is nobody to the other.

Result = TypeVar("Result")
Progress = Callable[[str, int], None]


class Side(Protocol):
    """One of the two databases: a transaction that lasts as long as the transfer."""

    async def run(self, work: Callable[[Connection], Result]) -> Result:
        """What `work` returns. Errors: `Unavailable`."""


class Content(Struct, frozen=True):
    """What a table holds: how many rows, and a number that two tables share only when all rows are equal."""

    rows: int
    checksum: str


class Checksum:
    """Counts rows and adds up what each hashes to: databases need not agree on an order."""

    def __init__(self) -> None:
        self._rows = 0
        self._sum = 0

    def add(self, rows: Sequence[Row[Any]]) -> None:
        for row in rows:
            values = [bytes(v) if isinstance(v, memoryview) else v for v in row]
            digest = hashlib.sha256(msgspec.msgpack.encode(values)).digest()
            self._sum = (self._sum + int.from_bytes(digest)) % 2**256
        self._rows += len(rows)

    def content(self) -> Content:
        return Content(self._rows, f"{self._sum:064x}")


async def rows_in(url: str) -> Mapping[str, int]:
    """How many rows each table has, by its name; those of journeys beside it too. Errors: `Unavailable`."""
    rows: dict[str, int] = {}
    for log, one in (await _logs(url)).items():
        async with _reading(one) as side:
            rows |= {log + table.name: await _count(side, table) for table in METADATA.sorted_tables}
    return rows


async def transfer(source_url: str, target_url: str, progress: Progress) -> Mapping[str, Content]:
    """Copy everything, journeys included; what is in each table of both afterwards.

    Shape:   all databases have the tables of this version, and nobody appends to them meanwhile; only where
             the source has journeys does the target need a database for them. `progress` is told of a table
             and how many more of its rows were copied or proven.
    Errors:  `Refused("not_empty")`: the target holds something; `DeskError` when it does not hold the same at
             the end; `Unavailable`. In each case the target is as it was.
    """
    contents: dict[str, Content] = {}
    async with contextlib.AsyncExitStack() as opened:  # All is proven before any of it is committed.
        for log, url in (await _logs(source_url)).items():
            source = await opened.enter_async_context(_reading(url))
            beside = journeys_beside(target_url) if log else target_url
            target = await opened.enter_async_context(_writing(beside))
            contents |= await _copy_all(log, source, target, progress)
    return contents


async def has_journeys(url: str) -> bool:
    """Whether there is a database for journeys beside the one at `url`. Errors: `Unavailable`."""
    return await pending(journeys_beside(url)) != REVISIONS


async def _logs(url: str) -> Mapping[str, str]:
    """The addresses of the logs there are, by what their tables are called by here."""
    return {"": url} | ({f"{JOURNEYS}.": journeys_beside(url)} if await has_journeys(url) else {})


async def _copy_all(log: str, source: Side, target: Side, progress: Progress) -> Mapping[str, Content]:
    for table in METADATA.sorted_tables:
        if await _count(target, table):
            raise Refused("not_empty", f"the target has rows in {log}{table.name}: it has to be empty")
    contents = {t.name: await _copy(t, source, target, progress) for t in METADATA.sorted_tables}
    for table in METADATA.sorted_tables:
        if await _content(table, target, progress) != contents[table.name]:
            raise DeskError(f"{log}{table.name} is not the same in both: nothing was transferred")
    return {log + name: content for name, content in contents.items()}


async def _copy(table: Table, source: Side, target: Side, progress: Progress) -> Content:
    checksum = Checksum()
    async for rows in _pages(table, source):
        checksum.add(rows)
        values = [row._asdict() for row in rows]
        await target.run(lambda connection, values=values: connection.execute(insert(table), values))  # type: ignore[misc]
        progress(table.name, len(rows))
    return checksum.content()


async def _content(table: Table, side: Side, progress: Progress) -> Content:
    checksum = Checksum()
    async for rows in _pages(table, side):
        checksum.add(rows)
        progress(table.name, len(rows))
    return checksum.content()


async def _pages(table: Table, side: Side) -> AsyncIterator[Sequence[Row[Any]]]:
    """All rows in the order of their keys, as many at once as fit well into memory."""
    keys = tuple(table.primary_key.columns)
    last: Row[Any] | None = None
    while True:
        asked = _wanted(table, select(table)).order_by(*keys).limit(ROWS_AT_ONCE)
        if last is not None:
            reached = [literal(getattr(last, key.name), key.type) for key in keys]
            asked = asked.where(tuple_(*keys) > tuple_(*reached))
        rows = await side.run(lambda connection, asked=asked: connection.execute(asked).all())  # type: ignore[misc]
        if not rows:
            return
        yield rows
        last = rows[-1]


def _wanted(table: Table, asked: Select[Any]) -> Select[Any]:
    return asked.where(SEEN.c.stream.not_like(_NODES)) if table is SEEN else asked


async def _count(side: Side, table: Table) -> int:
    asked = _wanted(table, select(func.count()).select_from(table))
    return await side.run(lambda connection: int(connection.execute(asked).scalar_one()))


# --- the two databases -------------------------------------------------------------------------


def _reading(url: str) -> contextlib.AbstractAsyncContextManager[Side]:
    return _side(url, "BEGIN", "REPEATABLE READ")


def _writing(url: str) -> contextlib.AbstractAsyncContextManager[Side]:
    return _side(url, "BEGIN IMMEDIATE", "READ COMMITTED")


def _side(url: str, begin: str, isolation: str) -> contextlib.AbstractAsyncContextManager[Side]:
    address = parse(url)
    match address:
        case SqliteAddress(path):
            return _file(lambda: connect(path), begin)
        case PostgresAddress(dsn):
            return _server(dsn, address.lock, isolation)
        case MemoryAddress():
            raise Refused("no_database", "memory: keeps nothing: there is nothing to take from it or to it")


class _Side:
    def __init__(self, run: Callable[[Callable[[Connection], Any]], Awaitable[Any]]) -> None:
        self._run = run

    async def run(self, work: Callable[[Connection], Result]) -> Result:
        try:
            done: Result = await self._run(work)
        except DBAPIError as error:
            raise Unavailable(f"the database says: {error.orig}") from error
        return done


@contextlib.asynccontextmanager
async def _file(opened: Callable[[], Any], begin: str) -> AsyncIterator[Side]:
    engine = create_engine("sqlite://", creator=opened, poolclass=NullPool)
    with engine.connect() as connection, connection.begin():
        side = _Side(lambda work: asyncio.to_thread(work, connection))
        await side.run(lambda c: c.exec_driver_sql(begin))
        yield side


@contextlib.asynccontextmanager
async def _server(dsn: str, lock: int, isolation: str) -> AsyncIterator[Side]:
    from frontdesk.store.postgres.connection import connect as connect_to_server
    from frontdesk.store.postgres.connection import telling

    engine = create_async_engine(
        "postgresql+asyncpg://",
        async_creator=lambda: connect_to_server(dsn),
        poolclass=NullPool,
        isolation_level=isolation,
    )
    with telling():
        async with engine.connect() as connection, connection.begin():
            side = _Side(connection.run_sync)
            take_it = text("SELECT pg_advisory_xact_lock(:lock)")
            await side.run(lambda c: c.execute(take_it, {"lock": lock}))  # As everybody who appends.
            yield side
