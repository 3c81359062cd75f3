"""The write-ahead log is folded into the file while others write, and begins anew."""

import asyncio
from pathlib import Path

import pytest

from frontdesk.settings import DatabaseSettings
from frontdesk.store.open import open_database
from frontdesk.store.sqlite.checkpoints import FOLD_AFTER_ROWS

pytestmark = pytest.mark.anyio

BODY = b"x" * 500
BATCH = 500


async def test_the_log_is_folded_beside_the_writer_and_does_not_grow_for_ever(tmp_path: Path) -> None:
    database = await open_database(DatabaseSettings(url=f"sqlite:///{tmp_path}/frontdesk.db"))
    log, file = tmp_path / "frontdesk.db-wal", tmp_path / "frontdesk.db"
    sizes = []
    for batch in range(12 * FOLD_AFTER_ROWS // BATCH):
        appends = (database.store.append(f"interaction/{n}", batch, [BODY], 5) for n in range(BATCH))
        await asyncio.gather(*appends)
        sizes.append(log.stat().st_size)
    assert file.stat().st_size > FOLD_AFTER_ROWS * len(BODY), "what was written is in the file"
    assert sizes[-1] < 6 * sizes[FOLD_AFTER_ROWS // BATCH], "the log begins anew"
    assert len(await database.store.read("interaction/7")) == len(sizes)
    await database.aclose()
    assert not log.exists()
    again = await open_database(DatabaseSettings(url=f"sqlite:///{tmp_path}/frontdesk.db"))
    assert await again.store.head() == BATCH * len(sizes)
    await again.aclose()
