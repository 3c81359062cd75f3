"""Databases that keep something."""

from pathlib import Path

import pytest


@pytest.fixture(params=["sqlite", "postgres"])
def durable_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of an empty database, of each kind that keeps something."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/frontdesk.db"
    url: str = request.getfixturevalue("postgres_database")
    return url
