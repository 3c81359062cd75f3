"""Opens the database that the settings name: the store, the accounts, and what else one has to know."""

import asyncio
import time
from collections.abc import Awaitable, Callable

from msgspec.structs import replace

from frontdesk.errors import DeskError
from frontdesk.settings import DatabaseSettings
from frontdesk.store.account import Accounts
from frontdesk.store.address import MemoryAddress, PostgresAddress, SqliteAddress, journeys_beside, parse
from frontdesk.store.log import Store
from frontdesk.store.memory import MemoryStore
from frontdesk.store.memory_accounts import MemoryAccounts
from frontdesk.store.migrate import migrate, pending
from frontdesk.store.sql_accounts import SqlAccounts
from frontdesk.store.sqlite.connection import InUse, ServerLock
from frontdesk.store.sqlite.readers import Readers
from frontdesk.store.sqlite.store import SqliteStore
from frontdesk.store.sqlite.tables import FileTables
from frontdesk.store.sqlite.writer import AT_ONCE, Pace

# Of page views, all that one transaction has written go on in the same turn of the loop; and a transaction of
# many costs little more than one of a few, while nobody waits for it.
PAGE_VIEWS = Pace(jobs_at_once_max=50, rest_s=0.01)
# Where no chat shares their loop, chats still share their disk: fewer and larger writes leave it to them.
PAGE_VIEWS_APART = Pace(jobs_at_once_max=500, rest_s=0.015, fold_after_rows=9000)
LET_GO_S = 5.0
LOOK_AGAIN_S = 0.05
CLOSE_S = 5.0  # For queries that are still on their way when the server stops.


class Database:
    """An open database.

    Shape:   `shares_presence` is true where several nodes may be at work.
    """

    def __init__(
        self,
        store: Store,
        accounts: Accounts,
        *,
        shares_presence: bool = False,
        close: Callable[[], Awaitable[None]] | None = None,
    ) -> None:
        self.store = store
        self.accounts = accounts
        self.shares_presence = shares_presence
        self._close = close

    async def aclose(self) -> None:
        """Write what was promised, then let go of the database."""
        await self.store.aclose()
        if self._close is not None:
            await self._close()


async def open_database(settings: DatabaseSettings, *, is_server: bool = True) -> Database:
    """The database at `settings.url`, with the tables this version needs.

    Shape:   of servers, one at a time may have an SQLite file; with `is_server=False` (the command line
             beside a server) accounts may be changed and everything read, and the first append asks
             whether it may.
    Errors:  `Unavailable` when it cannot be reached or another server has it; `DeskError` for a wrong
             address, for tables that have to be migrated first, or that only a newer version knows.
    """
    return await _open(settings, is_server, AT_ONCE)


async def open_journeys(
    settings: DatabaseSettings, *, is_server: bool = True, is_apart: bool = False
) -> Database:
    """The database of journeys, which lies beside the one at `settings.url`.

    Shape:   `is_apart` where a process does nothing else. One that had it, and whose server was killed, is
             given the time to notice.
    Errors:  as `open_database`.
    """
    beside = replace(settings, url=journeys_beside(settings.url))
    until_s = time.monotonic() + LET_GO_S
    while True:
        try:
            return await _open(beside, is_server, PAGE_VIEWS_APART if is_apart else PAGE_VIEWS)
        except InUse:
            if not is_server or time.monotonic() > until_s:
                raise
            await asyncio.sleep(LOOK_AGAIN_S)


async def _open(settings: DatabaseSettings, is_server: bool, pace: Pace) -> Database:
    """Shape: `pace` is that of writes on SQLite."""
    address = parse(settings.url)
    match address:
        case MemoryAddress():
            return Database(MemoryStore(), MemoryAccounts())
        case SqliteAddress():
            return await _open_file(settings, address, is_server, pace)
        case PostgresAddress():
            return await _open_server(settings, address)


async def _open_file(
    settings: DatabaseSettings, address: SqliteAddress, is_server: bool, pace: Pace
) -> Database:
    lock = ServerLock(address.path)
    try:
        address.path.parent.mkdir(parents=True, exist_ok=True)
        if is_server or (settings.migrate_on_start and await pending(settings.url)):
            lock.acquire()  # Also to migrate: nobody changes the tables under a running server.
    except OSError as error:
        raise DeskError(f"the folder of {address.path} cannot be used: {error}") from error
    try:
        await _bring_up(settings)
    except BaseException:
        lock.release()
        raise
    if not is_server:
        lock.release()
    readers = Readers(address.path)
    store = SqliteStore(address.path, lock, readers, address.sync_delay_ms / 1000, pace)
    return Database(store, SqlAccounts(FileTables(readers, store, lock)), close=readers.aclose)


async def _open_server(settings: DatabaseSettings, address: PostgresAddress) -> Database:
    # Imported here, because a server on SQLite does without.
    from frontdesk.store.postgres.connection import connect_pool, telling
    from frontdesk.store.postgres.store import PostgresStore
    from frontdesk.store.postgres.tables import PooledTables

    await _bring_up(settings)
    with telling():
        pool = await connect_pool(address.dsn)
    tables = PooledTables(pool)

    async def close() -> None:
        try:
            await asyncio.wait_for(pool.close(), CLOSE_S)
        except TimeoutError:
            pool.terminate()

    store = PostgresStore(address, tables)
    return Database(store, SqlAccounts(tables), shares_presence=True, close=close)


async def _bring_up(settings: DatabaseSettings) -> None:
    if settings.migrate_on_start:
        await migrate(settings.url)
        return
    steps = await pending(settings.url)
    if steps:
        raise DeskError(
            f"{_called(settings.url)} needs {len(steps)} migration(s) first ({', '.join(steps)}):"
            " run frontdesk migrate"
        )


def _called(url: str) -> str:
    match parse(url):
        case PostgresAddress(is_journeys=True):
            return "the database of journeys"
        case SqliteAddress(path):
            return str(path)
    return "the database"
