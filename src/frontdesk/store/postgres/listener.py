"""Hears the doorbell that other nodes ring with each commit. A hint: followers look by themselves as well."""

import asyncio
import contextlib
from collections.abc import Callable

import asyncpg

from frontdesk.store.address import PostgresAddress
from frontdesk.store.postgres.connection import AWAY, connect

RETRY_S = 1.0  # As often as followers look by themselves: hearing again sooner would gain little.


class Listener:
    """One listening connection, made anew when it is lost.

    Shape:   `heard` gets the newest position of each commit, this node's own included.
    """

    def __init__(self, address: PostgresAddress, heard: Callable[[int], None]) -> None:
        self._dsn = address.dsn
        self._channel = address.channel
        self.whispers = f"{address.channel}_whispers"
        self._heard = heard
        self.whispered: Callable[[str], None] = lambda _words: None
        self._task = asyncio.get_running_loop().create_task(self._run())

    async def _run(self) -> None:
        while True:
            with contextlib.suppress(*AWAY):
                await self._listen()
            await asyncio.sleep(RETRY_S)

    async def _listen(self) -> None:
        connection = await connect(self._dsn)
        lost = asyncio.Event()
        try:
            connection.add_termination_listener(lambda _: lost.set())
            await connection.add_listener(self._channel, self._rung)
            await connection.add_listener(self.whispers, self._whispered)
            await lost.wait()
        finally:
            connection.terminate()

    def _whispered(self, _connection: asyncpg.Connection, _sender: int, _channel: str, words: str) -> None:
        self.whispered(words)

    def _rung(self, _connection: asyncpg.Connection, _sender: int, _channel: str, position: str) -> None:
        self._heard(int(position))

    async def aclose(self) -> None:
        """Stop listening."""
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)
