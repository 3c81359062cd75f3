"""Connections to PostgreSQL, and which of its errors mean that it is away, full or stopping."""

import contextlib
from collections.abc import Iterator

import asyncpg

from frontdesk.errors import DeskError, Unavailable

CONNECT_S = 10.0
ANSWER_S = 15.0  # A statement of ours takes milliseconds: a database that is silent this long is gone.
POOL_MAX = 10

AWAY = (
    OSError,
    TimeoutError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,  # What its protocol machine says of a connection that died under it.
    asyncpg.PostgresConnectionError,
    asyncpg.InsufficientResourcesError,
    asyncpg.OperatorInterventionError,
    asyncpg.InvalidAuthorizationSpecificationError,
    asyncpg.InvalidCatalogNameError,
    asyncpg.PostgresSystemError,
    asyncpg.ReadOnlySQLTransactionError,
    asyncpg.TransactionRollbackError,
)

# What is acknowledged is on disk, whatever the server's own default says.
_SETTINGS = {"application_name": "frontdesk", "synchronous_commit": "on"}


async def connect(dsn: str) -> asyncpg.Connection:
    """One connection. Errors: those of `AWAY`; `DeskError` when the address makes no sense."""
    try:
        return await asyncpg.connect(
            dsn, timeout=CONNECT_S, command_timeout=ANSWER_S, server_settings=_SETTINGS
        )
    except ValueError as error:
        raise DeskError(f"the address of the database cannot be read: {error}") from error


async def connect_pool(dsn: str) -> asyncpg.Pool:
    """Connections for reading and for short writes; none of them changes its own settings."""
    return await asyncpg.create_pool(
        dsn,
        min_size=0,
        max_size=POOL_MAX,
        timeout=CONNECT_S,
        command_timeout=ANSWER_S,
        server_settings=_SETTINGS,
        reset=_leave_as_is,
    )


async def _leave_as_is(_: asyncpg.Connection) -> None:
    """Nothing to put back, and so no second round trip for every query."""


def away(error: Exception) -> Unavailable:
    """What to tell of one of the errors of `AWAY`; some of them have no words."""
    return Unavailable(f"the database is away: {str(error) or type(error).__name__}")


@contextlib.contextmanager
def telling() -> Iterator[None]:
    """Turn the errors of a database that is away into `Unavailable`."""
    try:
        yield
    except AWAY as error:
        raise away(error) from error
