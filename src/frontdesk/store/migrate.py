"""Brings a database to the tables this version needs.

Alembic and SQLAlchemy are imported when there is something to do, and asyncpg for PostgreSQL alone: a
running server does without what it does not use.
"""

import asyncio
import contextlib
import sqlite3
from pathlib import Path
from typing import TYPE_CHECKING

from frontdesk.errors import DeskError, Unavailable
from frontdesk.store.address import JOURNEYS, MemoryAddress, PostgresAddress, SqliteAddress, parse
from frontdesk.store.sqlite.connection import connect

if TYPE_CHECKING:
    from sqlalchemy import Connection

REVISIONS = ("0001", "0002", "0003", "0004", "0005")  # Every step there is, oldest first.
LOCK = 4603127  # Of the nodes that start together, one migrates and the others wait.

_CURRENT = "SELECT version_num FROM alembic_version"
_FOLDER = Path(__file__).parent / "migrations"


async def pending(url: str) -> tuple[str, ...]:
    """The steps that the database at `url` still needs, oldest first.

    Errors:  `Unavailable`; `DeskError` when the database was made by a newer version than this one.
    """
    match parse(url):
        case MemoryAddress():
            return ()
        case SqliteAddress(path):
            current = await asyncio.to_thread(_current_of_file, path)
        case PostgresAddress(dsn):
            current = await _current_of_server(dsn)
    if current is None:
        return REVISIONS
    if current not in REVISIONS:
        raise DeskError(f"the database is at step {current!r}, which only a newer Frontdesk knows")
    return REVISIONS[REVISIONS.index(current) + 1 :]


async def migrate(url: str) -> tuple[str, ...]:
    """Carry out the steps that are pending; which ones they were. Errors: as `pending`.

    A step is one transaction with all before it: a database is never left between two steps.
    """
    steps = await pending(url)
    if steps:
        match parse(url):
            case SqliteAddress(path):
                await asyncio.to_thread(_upgrade_file, path)
            case PostgresAddress(dsn, is_journeys):
                if is_journeys:
                    await _make_schema(dsn)
                await _upgrade_server(dsn)
            case MemoryAddress():
                pass
    return steps


def _current_of_file(path: Path) -> str | None:
    if not path.exists():
        return None
    try:
        with contextlib.closing(connect(path)) as connection:
            has_steps = "SELECT 1 FROM sqlite_master WHERE name = 'alembic_version'"
            if connection.execute(has_steps).fetchone() is None:
                return None
            row = connection.execute(_CURRENT).fetchone()
            return str(row[0]) if row is not None else None
    except sqlite3.DatabaseError as error:
        raise Unavailable(f"{path} cannot be opened: {error}") from error


async def _current_of_server(dsn: str) -> str | None:
    import asyncpg

    from frontdesk.store.postgres.connection import connect as connect_to_server
    from frontdesk.store.postgres.connection import telling

    with telling():
        connection = await connect_to_server(dsn)
        try:
            revision: str | None = await connection.fetchval(_CURRENT)
        except asyncpg.UndefinedTableError:
            return None
        finally:
            await connection.close()
    return revision


def _upgrade_file(path: Path) -> None:
    from sqlalchemy import NullPool, create_engine
    from sqlalchemy.exc import DBAPIError

    path.parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine("sqlite://", creator=lambda: connect(path), poolclass=NullPool)
    try:
        with engine.connect() as connection, connection.begin():
            connection.exec_driver_sql("BEGIN IMMEDIATE")  # Two who migrate at once take turns.
            _upgrade(connection)
    except DBAPIError as error:
        raise Unavailable(f"{path} cannot be migrated: {error.orig}") from error


async def _make_schema(dsn: str) -> None:
    """Make the schema of journeys, where there is none; it has to be there before anybody looks into it."""
    from asyncpg.exceptions import InsufficientPrivilegeError

    from frontdesk.store.postgres.connection import connect as connect_to_server
    from frontdesk.store.postgres.connection import telling

    with telling():
        connection = await connect_to_server(dsn)
        try:
            async with connection.transaction():
                await connection.execute("SELECT pg_advisory_xact_lock($1)", LOCK)
                if not await connection.fetchval("SELECT 1 FROM pg_namespace WHERE nspname = $1", JOURNEYS):
                    await connection.execute(f"CREATE SCHEMA {JOURNEYS}")
        except InsufficientPrivilegeError as error:
            raise DeskError(
                f"journeys need a schema that we may not make ({error}): as its owner, say "
                f"CREATE SCHEMA {JOURNEYS} AUTHORIZATION and the name of the user that the server is"
            ) from error
        finally:
            await connection.close()


async def _upgrade_server(dsn: str) -> None:
    from sqlalchemy import NullPool, text
    from sqlalchemy.exc import DBAPIError
    from sqlalchemy.ext.asyncio import create_async_engine

    from frontdesk.store.postgres.connection import connect as connect_to_server
    from frontdesk.store.postgres.connection import telling

    engine = create_async_engine(
        "postgresql+asyncpg://", async_creator=lambda: connect_to_server(dsn), poolclass=NullPool
    )
    try:
        with telling():
            async with engine.connect() as connection, connection.begin():
                await connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
                await connection.run_sync(_upgrade)
    except DBAPIError as error:
        raise Unavailable(f"the database cannot be migrated: {error.orig}") from error


def _upgrade(connection: "Connection") -> None:
    from alembic import command
    from alembic.config import Config

    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", str(_FOLDER).replace("%", "%%"))
    command.upgrade(config, "head")
