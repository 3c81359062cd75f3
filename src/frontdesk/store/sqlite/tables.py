"""Statements on one SQLite file, each a transaction of its own or part of the writer's next one."""

import sqlite3
from collections.abc import Sequence
from typing import Any

from frontdesk.store.sqlite.connection import ServerLock
from frontdesk.store.sqlite.readers import Readers
from frontdesk.store.sqlite.store import SqliteStore


class FileTables:
    """`Tables` on SQLite."""

    def __init__(self, readers: Readers, store: SqliteStore, lock: ServerLock) -> None:
        self._readers = readers
        self._store = store
        self._lock = lock

    async def rows(self, sql: str, *values: object) -> Sequence[Sequence[Any]]:
        """The rows that `sql` finds. Errors: `Unavailable`."""
        return await self._readers.rows(sql, *values)

    async def change(self, sql: str, *values: object) -> int:
        """How many rows `sql` changed; none as well when a value that has to be unique was taken."""

        def execute(connection: sqlite3.Connection) -> int:
            try:
                return connection.execute(sql, values).rowcount
            except sqlite3.IntegrityError:  # It undoes this statement alone.
                return 0

        if self._lock.is_held:  # A busy writer leaves others little room: the change goes along with it.
            return await self._store.change(execute)
        return await self._readers.run(execute)
