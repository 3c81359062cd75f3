"""Statements on a pool of connections, each a transaction of its own."""

from collections.abc import Sequence

import asyncpg

from frontdesk.store.postgres.connection import telling


class PooledTables:
    """`Tables` on PostgreSQL."""

    def __init__(self, pool: asyncpg.Pool) -> None:
        self._pool = pool

    async def rows(self, sql: str, *values: object) -> Sequence[asyncpg.Record]:
        """The rows that `sql` finds. Errors: `Unavailable`."""
        with telling():
            found: Sequence[asyncpg.Record] = await self._pool.fetch(sql.replace("?", "$"), *values)
        return found

    async def change(self, sql: str, *values: object) -> int:
        """How many rows `sql` changed; none as well when a value that has to be unique was taken."""
        with telling():
            try:
                status: str = await self._pool.execute(sql.replace("?", "$"), *values)
            except asyncpg.UniqueViolationError:
                return 0
        return int(status.rpartition(" ")[2])
