"""Opening a database: addresses, migrations, one server for one file."""

import asyncio
import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, NullPool, create_engine
from sqlalchemy.ext.asyncio import create_async_engine

import frontdesk.store.migrations as steps
from frontdesk.domain.agent import Role
from frontdesk.errors import DeskError, Unavailable
from frontdesk.settings import DatabaseSettings
from frontdesk.store.account import Account
from frontdesk.store.address import SqliteAddress, parse
from frontdesk.store.migrate import REVISIONS, migrate, pending
from frontdesk.store.open import open_database
from frontdesk.store.postgres.connection import telling
from frontdesk.store.tables import METADATA
from tests.patience import PATIENCE_S

pytestmark = pytest.mark.anyio

AMY = Account(account_id="1", login="amy", name="Amy", role=Role.AGENT, password_hash="$", capacity=5)


NO_DATABASES = [
    "frontdesk.db",
    "mysql://x/y",
    "sqlite:",
    "sqlite://",
    "sqlite:///",
    "sqlite:///:memory:",
    "sqlite://file.db",
    "sqlite:///f.db?mode=ro",
    "sqlite:///f.db?sync_delay_ms=soon",
    "sqlite:///f.db?sync_delay_ms=-1",
    "sqlite:///f.db?sync_delay_ms=nan",
    "postgresql://localhost:port/frontdesk",
]


@pytest.mark.parametrize("url", ["", *NO_DATABASES])
async def test_an_address_that_names_no_database_is_refused_in_words(url: str) -> None:
    with pytest.raises(DeskError):
        await open_database(DatabaseSettings(url=url))


@pytest.mark.parametrize("url", ["postgresql://u@127.0.0.1:1/x", "postgresql:///x?host=/nowhere"])
async def test_a_server_that_is_not_there_is_told_as_unavailable(url: str) -> None:
    with pytest.raises(Unavailable):
        await open_database(DatabaseSettings(url=url))


async def test_a_silence_is_told_by_its_name() -> None:
    """The error of a time limit has no words of its own."""
    with pytest.raises(Unavailable, match="TimeoutError"), telling():
        raise TimeoutError


async def test_a_refused_address_is_told_without_its_password() -> None:
    with pytest.raises(DeskError) as refused:
        parse("mysql://frontdesk:secret@localhost/db")
    assert "secret" not in str(refused.value)


async def test_three_slashes_are_relative_and_four_absolute() -> None:
    assert parse("sqlite:///data/f.db") == SqliteAddress(Path("data/f.db"))
    assert parse("sqlite:////data/f.db?sync_delay_ms=2.5") == SqliteAddress(Path("/data/f.db"), 2.5)


async def test_the_folder_of_a_file_is_made(tmp_path: Path) -> None:
    database = await open_database(DatabaseSettings(url=f"sqlite:///{tmp_path}/a/b/frontdesk.db"))
    await database.aclose()
    assert (tmp_path / "a/b/frontdesk.db").exists()


async def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(DeskError, match="folder"):
        await open_database(DatabaseSettings(url=f"sqlite:///{tmp_path}/file/frontdesk.db"))


async def test_a_file_that_is_no_database_is_told_and_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "letter.db"
    path.write_text("Dear Amy, " * 1000)
    with pytest.raises(DeskError, match="letter"):
        await open_database(DatabaseSettings(url=f"sqlite:///{path}"))
    assert path.read_text() == "Dear Amy, " * 1000


async def test_only_several_nodes_share_presence(database_url: str) -> None:
    database = await open_database(DatabaseSettings(url=database_url))
    assert database.shares_presence == database_url.startswith("postgresql")
    await database.aclose()


async def test_what_was_written_is_there_after_a_restart(durable_url: str) -> None:
    for version in range(3):
        database = await open_database(DatabaseSettings(url=durable_url))
        last = await database.store.append("interaction/1", version, [b"x"], 5)
        assert last is not None
        assert (last.position, last.version) == (version + 1, version + 1)
        await database.aclose()


# --- migrations ----------------------------------------------------------------------------------


async def test_without_migrating_on_start_pending_steps_are_told(durable_url: str) -> None:
    settings = DatabaseSettings(url=durable_url, migrate_on_start=False)
    with pytest.raises(DeskError, match="frontdesk migrate"):
        await open_database(settings)
    assert await pending(durable_url) == REVISIONS
    assert await migrate(durable_url) == REVISIONS
    assert await pending(durable_url) == ()
    assert await migrate(durable_url) == ()
    await (await open_database(settings)).aclose()


async def test_those_who_migrate_at_once_take_turns(durable_url: str) -> None:
    await asyncio.gather(*(migrate(durable_url) for _ in range(4)))
    assert await pending(durable_url) == ()


async def test_the_steps_we_name_are_the_steps_there_are() -> None:
    found = ScriptDirectory(str(Path(steps.__file__).parent)).walk_revisions()
    assert tuple(step.revision for step in found)[::-1] == REVISIONS


async def test_a_database_of_a_newer_version_is_refused(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/frontdesk.db"
    await migrate(url)
    with closing(sqlite3.connect(tmp_path / "frontdesk.db")) as connection, connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(DeskError, match="newer"):
        await open_database(DatabaseSettings(url=url))


def differences(connection: Connection) -> list[object]:
    """What would have to change to make the database as `tables` describes it."""
    return list(compare_metadata(MigrationContext.configure(connection), METADATA))


async def test_the_steps_lead_to_the_tables_we_describe_on_sqlite(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/frontdesk.db"
    await migrate(url)
    engine = create_engine(url, poolclass=NullPool)
    with engine.connect() as connection:
        assert differences(connection) == []


async def test_the_steps_lead_to_the_tables_we_describe_on_postgres(postgres_database: str) -> None:
    await migrate(postgres_database)
    engine = create_async_engine(
        postgres_database.replace("postgresql:", "postgresql+asyncpg:"), poolclass=NullPool
    )
    async with engine.connect() as connection:
        assert await connection.run_sync(differences) == []


def test_a_running_server_carries_only_what_it_uses(tmp_path: Path) -> None:
    """The tools that migrate, and the client of the other database, weigh as much as an empty server."""
    code = (
        "import asyncio, sys\n"
        "from frontdesk.settings import DatabaseSettings\n"
        "from frontdesk.store.open import open_database\n"
        f"settings = DatabaseSettings(url='sqlite:///{tmp_path}/frontdesk.db')\n"
        "async def run():\n"
        "    await (await open_database(settings)).aclose()\n"
        "    print([name for name in ('sqlalchemy', 'alembic', 'asyncpg') if name in sys.modules])\n"
        "asyncio.run(run())\n"
    )
    runs = [subprocess.run([sys.executable, "-c", code], capture_output=True, text=True) for _ in range(2)]
    assert [run.stdout.strip() for run in runs] == ["['sqlalchemy', 'alembic']", "[]"]


# --- one server for one file ---------------------------------------------------------------------


async def test_a_second_server_on_a_file_is_refused_until_the_first_is_gone(tmp_path: Path) -> None:
    settings = DatabaseSettings(url=f"sqlite:///{tmp_path}/frontdesk.db")
    first = await open_database(settings)
    with pytest.raises(Unavailable, match="another Frontdesk server"):
        await open_database(settings)
    await first.aclose()
    await (await open_database(settings)).aclose()


async def test_beside_a_server_accounts_change_and_everything_is_read(tmp_path: Path) -> None:
    settings = DatabaseSettings(url=f"sqlite:///{tmp_path}/frontdesk.db")
    server = await open_database(settings)
    await server.store.append("interaction/1", 0, [b"x"], 5)
    beside = await open_database(settings, is_server=False)

    async def chat(number: int) -> None:
        for version in range(50):
            await server.store.append(f"interaction/busy-{number}", version, [b"x"], 5)

    await asyncio.gather(beside.accounts.add(AMY), *(chat(number) for number in range(20)))
    assert await server.accounts.by_login("AMY") == AMY
    assert len(await beside.store.read("interaction/1")) == 1
    with pytest.raises(Unavailable, match="another Frontdesk server"):
        await beside.store.append("interaction/1", 1, [b"y"], 5)
    await beside.aclose()
    await server.aclose()


async def test_a_follower_beside_a_server_hears_what_the_server_writes(tmp_path: Path) -> None:
    settings = DatabaseSettings(url=f"sqlite:///{tmp_path}/frontdesk.db")
    server = await open_database(settings)
    beside = await open_database(settings, is_server=False)

    async def first_batch() -> bytes:
        async for batch in beside.store.follow(0):
            return batch[0].body
        raise AssertionError("it never ends")

    following = asyncio.create_task(first_batch())
    await asyncio.sleep(0)
    await server.store.append("interaction/1", 0, [b"heard"], 5)
    assert await asyncio.wait_for(following, PATIENCE_S) == b"heard"
    await beside.aclose()
    await server.aclose()


async def test_the_lock_of_a_dead_server_holds_nobody_up(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/frontdesk.db"
    code = (
        "import asyncio, os\n"
        "from frontdesk.settings import DatabaseSettings\n"
        "from frontdesk.store.open import open_database\n"
        "async def run():\n"
        f"    await open_database(DatabaseSettings(url='{url}'))\n"
        "    os.kill(os.getpid(), 9)\n"
        "asyncio.run(run())\n"
    )
    died = subprocess.run([sys.executable, "-c", code], env=dict(os.environ))
    assert died.returncode == -9
    await (await open_database(DatabaseSettings(url=url))).aclose()


async def test_nobody_migrates_under_a_running_server(tmp_path: Path) -> None:
    """As when the command line is newer than the server."""
    settings = DatabaseSettings(url=f"sqlite:///{tmp_path}/frontdesk.db")
    server = await open_database(settings)
    with closing(sqlite3.connect(tmp_path / "frontdesk.db")) as connection, connection:
        connection.execute("DELETE FROM alembic_version")
    with pytest.raises(Unavailable, match="another Frontdesk server"):
        await open_database(settings, is_server=False)
    await server.aclose()


async def test_the_command_line_may_come_first_and_makes_the_tables(tmp_path: Path) -> None:
    settings = DatabaseSettings(url=f"sqlite:///{tmp_path}/frontdesk.db")
    beside = await open_database(settings, is_server=False)
    await beside.accounts.add(AMY)
    server = await open_database(settings)
    assert await server.accounts.by_id("1") == AMY
    await beside.aclose()
    await server.aclose()
