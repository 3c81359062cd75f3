"""Of what was erased, not even the room that it took in an SQLite file says anything."""

from pathlib import Path

import pytest

from frontdesk.settings import DatabaseSettings
from frontdesk.store.log import Card, Forget, Snapshot
from frontdesk.store.open import open_database

pytestmark = pytest.mark.anyio

SECRET = b"rosebud"
SHORT = b"I am " + SECRET
LONG = SECRET * 4000  # Far more than a page of the file holds.


async def test_what_was_erased_is_overwritten(tmp_path: Path) -> None:
    settings = DatabaseSettings(url=f"sqlite:///{tmp_path}/frontdesk.db")
    database = await open_database(settings)
    store = database.store
    await store.append(
        "interaction/a", 0, [SHORT, LONG, SHORT], 5, also=[Card("interaction", True, 5, SHORT)]
    )
    await store.keep_snapshot("interaction/a", Snapshot(3, "t", LONG))
    await store.append("interaction/b", 0, [b"first", LONG, b"last"], 5)
    await database.aclose()
    assert SECRET in bytes_of(tmp_path), "it would be seen"

    database = await open_database(settings)
    await database.store.purge("interaction/a")
    await database.store.append("interaction/b", 3, [b"more"], 5, also=[Forget((2,))])
    await database.aclose()
    assert SECRET not in bytes_of(tmp_path)


def bytes_of(folder: Path) -> bytes:
    """All that lies on disk."""
    return b"".join(file.read_bytes() for file in folder.iterdir())
