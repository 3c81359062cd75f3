"""A server that is killed and started again at the same address, on the same database."""

from contextlib import AsyncExitStack
from pathlib import Path
from urllib.parse import urlsplit

from msgspec.structs import replace

from bench.house import frontdesk, person
from bench.postgres import Postgres
from bench.processes import Server


class Node:
    """One server process after the other. It knows the first `agents` people of `bench.house`.

    Shape:   each of them takes `capacity` chats, so that none is left without any by a late start.
    """

    def __init__(self, place: Path, database: Postgres | None, agents: int, capacity: int) -> None:
        self._place = place
        self._database = database
        self._people = [replace(person(number), capacity=capacity) for number in range(agents)]
        self._life = AsyncExitStack()
        self._server: Server | None = None
        self._port = 0
        self.url = ""

    async def start(self) -> None:
        """Come up, or come back."""
        self._server = await self._life.enter_async_context(
            frontdesk(self._place, database=self._database, port=self._port, people=self._people)
        )
        self._people = []
        self.url = self._server.url
        self._port = urlsplit(self.url).port or 0

    async def kill(self) -> None:
        """End at once, as `kill -9` does it."""
        assert self._server is not None
        self._server.kill()
        await self._server.process.wait()
        await self._life.aclose()

    async def stop(self) -> None:
        """End as asked to."""
        await self._life.aclose()
