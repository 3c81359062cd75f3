"""A disk that is full: nothing is acknowledged that was not written, and it goes on when there is room."""

import asyncio
import json
import sys
from pathlib import Path

import asyncpg
import pytest

from frontdesk.errors import Unavailable
from frontdesk.settings import DatabaseSettings
from frontdesk.store.open import open_database
from tests.faults.whole import whole_log

pytestmark = pytest.mark.anyio


async def test_on_sqlite(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/frontdesk.db"
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.faults.filling", url, str(tmp_path), stdout=asyncio.subprocess.PIPE
    )
    output, _ = await process.communicate()
    assert process.returncode == 0
    told = json.loads(output)
    assert (told["before"], told["after"]) == (20, 20)
    assert told["during"] < 100
    assert set(told["errors"]) == {"Unavailable"}
    assert told["readable"] == 3  # What was there could be read all the time.

    database = await open_database(DatabaseSettings(url=url))
    records = await whole_log(database.store)
    assert {record.stream for record in records} >= set(told["acknowledged"])
    assert await database.store.count_cards("interaction", is_open=True) == len(records) / 3
    await database.aclose()


async def test_on_postgres(postgres_database: str) -> None:
    """The error is the server's own; a trigger raises it, because a test cannot fill the server's disk."""
    database = await open_database(DatabaseSettings(url=postgres_database))
    operator = await asyncpg.connect(postgres_database)
    await operator.execute(
        "CREATE FUNCTION no_room() RETURNS trigger LANGUAGE plpgsql AS"
        " $$ BEGIN RAISE EXCEPTION 'could not extend file' USING ERRCODE = 'disk_full'; END $$"
    )
    await database.store.append("interaction/1", 0, [b"before"], 5)
    await operator.execute("CREATE TRIGGER full_disk BEFORE INSERT ON events EXECUTE FUNCTION no_room()")
    appends = [database.store.append(f"interaction/{n}", 0, [b"during"], 5) for n in range(2, 12)]
    outcomes = await asyncio.gather(*appends, return_exceptions=True)
    assert {type(outcome) for outcome in outcomes} == {Unavailable}
    await operator.execute("DROP TRIGGER full_disk ON events")
    await operator.close()
    await database.store.append("interaction/1", 1, [b"after"], 5)
    assert [record.body for record in await whole_log(database.store)] == [b"before", b"after"]
    await database.aclose()
