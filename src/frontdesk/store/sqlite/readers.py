"""Threads that read beside the writer, each on a connection of its own."""

import asyncio
import sqlite3
import threading
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, TypeVar

from frontdesk.errors import Unavailable
from frontdesk.store.sqlite.connection import connect

THREADS = 2
CACHE_KIB = 4096

Result = TypeVar("Result")


class Readers:
    """Runs queries beside the event loop.

    Shape:   `on_disk` returns when all that a query may have found is on disk, and nobody hears of it before.
    """

    on_disk: Callable[[], Awaitable[None]] | None = None

    def __init__(self, path: Path) -> None:
        self._path = path
        self._pool = ThreadPoolExecutor(THREADS, thread_name_prefix="frontdesk-reader")
        self._local = threading.local()
        self._connections: list[sqlite3.Connection] = []
        self._is_closed = False

    async def run(self, query: Callable[[sqlite3.Connection], Result]) -> Result:
        """What `query` returns. Errors: `Unavailable`."""
        if self._is_closed:
            raise Unavailable("the store is closed")
        try:
            found = await asyncio.get_running_loop().run_in_executor(self._pool, self._run, query)
        except (sqlite3.OperationalError, OSError) as error:
            raise Unavailable(f"the database cannot be read: {error}") from error
        if self.on_disk is not None:
            await self.on_disk()
        return found

    def _run(self, query: Callable[[sqlite3.Connection], Result]) -> Result:
        connection: sqlite3.Connection | None = getattr(self._local, "connection", None)
        if connection is None:
            connection = self._local.connection = connect(self._path, CACHE_KIB)
            self._connections.append(connection)
        return query(connection)

    async def rows(self, sql: str, *values: object) -> list[tuple[Any, ...]]:
        """The rows that `sql` finds."""
        return await self.run(lambda connection: connection.execute(sql, values).fetchall())

    async def aclose(self) -> None:
        """Wait for the last query, then close."""
        self._is_closed = True
        await asyncio.get_running_loop().run_in_executor(None, self._pool.shutdown)
        for connection in self._connections:
            connection.close()
