"""Many who come over shared connections: visitors who start chats, programs that tell sessions something."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Iterable, Mapping

from bench.driver.http import HttpConnection, connect, post, with_body
from bench.driver.v2 import ServerRefused, start

CONNECTIONS = 50
METRICS = b"GET /metrics HTTP/1.1\r\nhost: localhost\r\n\r\n"
ACCEPTED = 202


class Crowd:
    """Connections to one server; whoever has something to ask waits for a free one."""

    def __init__(self, connections: Iterable[HttpConnection]) -> None:
        self._free: asyncio.Queue[HttpConnection] = asyncio.Queue()
        for connection in connections:
            self._free.put_nowait(connection)

    @contextlib.asynccontextmanager
    async def _connection(self) -> AsyncIterator[HttpConnection]:
        connection = await self._free.get()
        try:
            yield connection
        finally:
            self._free.put_nowait(connection)

    async def begin(self, base: str, count: int, per_s: float = 0) -> Mapping[str, float]:
        """Start chats; when each was due to start, by chat.

        Units:   `per_s` is the pace, 0 for as fast as it goes; times are of `time.perf_counter`.
        Errors:  `ServerRefused`, `ConnectionError`.
        """
        began = time.perf_counter()

        async def one(number: int) -> tuple[str, float]:
            due = began + number / per_s if per_s else time.perf_counter()
            await asyncio.sleep(max(0.0, due - time.perf_counter()))
            async with self._connection() as connection:
                return (await start(connection, base, f"Mira {number}")).name, due

        return dict(await asyncio.gather(*(one(number) for number in range(count))))

    async def tell(self, sessions: Iterable[str], event: str, key: str) -> None:
        """Tell each of these sessions of an event. Errors: `ServerRefused`, `ConnectionError`."""

        async def one(session: str) -> None:
            path = f"/scxml/session/{session}/event/{event}"
            request = with_body(post(path, "application/json", f"x-api-key: {key}"), b"{}")
            async with self._connection() as connection:
                status, body = await connection.fetch(request)
            if status != ACCEPTED:
                raise ServerRefused(f"{status} {body[:200]!r}")

        await asyncio.gather(*(one(session) for session in sessions))

    async def metric(self, name: str) -> float:
        """What the server says of itself. Errors: `ConnectionError`, `KeyError`."""
        async with self._connection() as connection:
            _, body = await connection.fetch(METRICS)
        said = dict(line.rsplit(" ", 1) for line in body.decode().splitlines() if not line.startswith("#"))
        return float(said[name])


@contextlib.asynccontextmanager
async def crowd(url: str) -> AsyncIterator[Crowd]:
    """A crowd before the server at `url`. Errors: `OSError`."""
    connections = await asyncio.gather(*(connect(url) for _ in range(CONNECTIONS)))
    try:
        yield Crowd(connections)
    finally:
        for connection in connections:
            connection.close()
