"""Stores for the tests of this folder: each promise is put to all of them."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from frontdesk.settings import DatabaseSettings
from frontdesk.store.log import Store
from frontdesk.store.open import Database, open_database


@pytest.fixture(params=["sqlite", "postgres"])
def durable_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of an empty database, of each kind that keeps something."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/frontdesk.db"
    url: str = request.getfixturevalue("postgres_database")
    return url


@pytest.fixture(params=["memory", "sqlite", "postgres"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of an empty database, of each kind."""
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
