"""A whole database is taken into another one, and nothing is lost, doubled or changed on the way."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from frontdesk.cli.transfer import transfer
from frontdesk.errors import DeskError, Refused, Unavailable
from frontdesk.settings import DatabaseSettings
from frontdesk.store.address import journeys_beside
from frontdesk.store.log import Arm, Card, Entry
from frontdesk.store.migrate import migrate
from frontdesk.store.open import open_database, open_journeys
from frontdesk.store.tables import METADATA
from frontdesk.store.transfer import rows_in
from tests.cli.terminal import Terminal
from tests.conformance.agents import signed_in
from tests.conformance.house import PASSWORD, serving, settings_in
from tests.conformance.v2 import Chat, Visitors

TABLES = [table.name for table in METADATA.sorted_tables]


def file_in(folder: Path, name: str = "frontdesk") -> str:
    return f"sqlite:///{folder / name}.db"


def everything_in(url: str) -> dict[str, list[tuple[object, ...]]]:
    """All rows of an SQLite database, in an order that depends on them alone."""
    with closing(sqlite3.connect(url.removeprefix("sqlite:///"))) as connection:
        return {name: sorted(connection.execute(f"SELECT * FROM {name}"), key=repr) for name in TABLES}  # noqa: S608


async def lived_in(folder: Path) -> Chat:
    """The SQLite database of a server that has seen a few chats, one of which goes on."""
    async with serving(settings_in(folder)) as house, house.agent("amy") as amy:
        for number in range(20):
            over = await house.visitors.start(nickname=f"Visitor {number} ☂")
            (await over.send("hello")).ok()
            (await over.ask("disconnect")).ok()
        chat = await house.visitors.start()
        await amy.takes(chat.chat_id)
        await amy.does("say", interaction_id=chat.chat_id, text="I am here")
        (await chat.send("good")).ok()
    return chat


@pytest.mark.anyio
async def test_there_and_back_everything_is_as_it_was(tmp_path: Path, postgres_database: str) -> None:
    chat = await lived_in(tmp_path)
    before = everything_in(file_in(tmp_path))
    assert len(before["events"]) > 80
    await transfer(postgres_database, source=file_in(tmp_path))
    there = await rows_in(postgres_database)
    assert {name: there[name] for name in TABLES} == {name: len(rows) for name, rows in before.items()}
    await transfer(file_in(tmp_path, "back"), source=postgres_database)
    assert everything_in(file_in(tmp_path, "back")) == before
    assert everything_in(file_in(tmp_path)) == before, "the source is left as it was"

    settings = settings_in(tmp_path, database=DatabaseSettings(url=postgres_database))
    async with serving(settings) as house, signed_in(house.url, "amy", PASSWORD) as amy:
        again = Chat(Visitors(house.url, house.visitors.http), chat.service, chat.started)
        assert [event["text"] for event in await again.events("Message")] == ["I am here", "good"]
        (await again.send("and further")).ok()
        await amy.hears_event(chat.chat_id, "Said", text="and further")


@pytest.mark.anyio
async def test_journeys_come_along(tmp_path: Path, postgres_database: str) -> None:
    """Their numbers, what is due and what reports count: as with all the rest."""
    await (await open_database(DatabaseSettings(url=file_in(tmp_path)))).aclose()
    journeys = await open_journeys(DatabaseSettings(url=file_in(tmp_path)))
    for version in range(3):
        also = (Arm(9), Entry("visit", version, b"{}"), Card("customer", is_open=True, sort_ms=1, body=b"{}"))
        await journeys.store.append("customer/1", version, [b"a visit"], 5, also)
    await journeys.aclose()
    there = file_in(tmp_path, "back")
    await transfer(postgres_database, source=file_in(tmp_path))
    await transfer(there, source=postgres_database)
    assert everything_in(journeys_beside(there)) == everything_in(journeys_beside(file_in(tmp_path)))
    assert len(everything_in(journeys_beside(there))["entries"]) == 3
    with pytest.raises(Refused, match=r"journeys\.|has to be empty"):
        await transfer(there, source=postgres_database)
    moved = await open_journeys(DatabaseSettings(url=postgres_database))
    last = await moved.store.append("customer/1", 3, [b"goes on"], 6, (Entry("visit", 4, b"{}"),))
    assert last is not None
    assert last.position == 4
    assert len(await moved.store.entries("visit", 0, 9)) == 4
    await moved.aclose()


@pytest.mark.anyio
async def test_of_two_logs_both_are_transferred_or_none(tmp_path: Path) -> None:
    for opening in (open_database, open_journeys):
        database = await opening(DatabaseSettings(url=file_in(tmp_path)))
        await database.store.append("stream/1", 0, [b"x"], 5)
        await database.aclose()
    target = file_in(tmp_path, "target")
    await migrate(target)
    await migrate(journeys_beside(target))
    with closing(sqlite3.connect(journeys_beside(target).removeprefix("sqlite:///"))) as connection:
        connection.execute(
            "CREATE TRIGGER meddles AFTER INSERT ON events BEGIN UPDATE events SET time_ms = 99; END"
        )
        connection.commit()
    with pytest.raises(DeskError, match=r"journeys\.events is not the same in both"):
        await transfer(target, source=file_in(tmp_path))
    assert not any((await rows_in(target)).values())


@pytest.mark.anyio
async def test_a_target_that_holds_something_is_refused(tmp_path: Path, postgres_database: str) -> None:
    await lived_in(tmp_path)
    await transfer(postgres_database, source=file_in(tmp_path))
    before = await rows_in(postgres_database)
    with pytest.raises(Refused, match="has to be empty"):
        await transfer(postgres_database, source=file_in(tmp_path))
    assert await rows_in(postgres_database) == before


@pytest.mark.anyio
async def test_a_server_at_work_is_in_the_way(tmp_path: Path, postgres_database: str) -> None:
    on_file, target = settings_in(tmp_path), file_in(tmp_path, "target")
    on_postgres = settings_in(
        tmp_path, database=DatabaseSettings(url=postgres_database, migrate_on_start=True)
    )
    async with serving(on_file), serving(on_postgres):
        with pytest.raises(Unavailable, match="another Frontdesk server is using"):
            await transfer(target, source=file_in(tmp_path))
        with pytest.raises(Refused, match="at work on the source"):
            await transfer(target, source=postgres_database)
    await migrate(target)
    with pytest.raises(Refused, match="at work on the target"):
        async with serving(on_postgres):
            await transfer(postgres_database, source=target)


@pytest.mark.anyio
async def test_a_target_that_changes_what_it_is_given_is_found_out_and_stays_empty(tmp_path: Path) -> None:
    await lived_in(tmp_path)
    target = file_in(tmp_path, "target")
    await migrate(target)
    with closing(sqlite3.connect(target.removeprefix("sqlite:///"))) as connection:
        connection.execute(
            "CREATE TRIGGER meddles AFTER INSERT ON accounts BEGIN UPDATE accounts SET capacity = 99; END"
        )
        connection.commit()
    with pytest.raises(DeskError, match="accounts is not the same in both"):
        await transfer(target, source=file_in(tmp_path))
    assert not any((await rows_in(target)).values())


@pytest.mark.anyio
async def test_a_source_without_the_tables_of_this_version_is_not_touched(tmp_path: Path) -> None:
    with pytest.raises(DeskError, match="run frontdesk migrate"):
        await transfer(file_in(tmp_path, "target"), source=file_in(tmp_path))
    assert not (tmp_path / "frontdesk.db").exists()


def test_what_cannot_be_is_refused(terminal: Terminal) -> None:
    assert terminal.run("transfer", "memory:").code == 1
    ran = terminal.run("transfer", "sqlite:///frontdesk.db")
    assert (ran.code, "same database" in ran.errors) == (1, True)


def test_the_database_of_the_settings_is_the_source(terminal: Terminal) -> None:
    terminal.run("migrate")
    terminal.run("users", "add", "robo", "--role", "bot")
    ran = terminal.run("transfer", "sqlite:///other.db")
    assert (ran.code, ran.errors) == (0, "")
    assert "accounts: 1 rows, checksum " in ran.output
    assert "Set database.url to it" in ran.output
