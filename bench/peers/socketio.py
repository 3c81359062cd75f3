"""socket.io and PostgreSQL: started, with its chats and its one listener."""

import contextlib
from collections.abc import AsyncIterator, Sequence
from typing import Any

from bench.driver.load import Ear
from bench.driver.socketio import Client, Sender
from bench.peers.node import on_node
from bench.postgres import Postgres
from bench.processes import Server


@contextlib.asynccontextmanager
async def socketio(database: Postgres) -> AsyncIterator[Server]:
    """The peer on `database`."""
    roots = [database.pid] if database.pid is not None else []
    async with on_node("socketio", {"DATABASE_URL": database.url}, roots) as server:
        yield server


@contextlib.asynccontextmanager
async def on_socketio(server: Server, ear: Ear, count: int) -> AsyncIterator[Sequence[Sender]]:
    """Chats on the peer, each with a connection of its own, and one listener who joined them all."""

    def hear(message: dict[str, Any]) -> None:
        ear.hear(message["chat"], message["text"])

    clients = [Client(hear)]
    try:
        await clients[0].connect(server.url)
        lines = []
        for number in range(count):
            chat = f"{number:016d}"
            await clients[0].join(chat)
            client = Client(lambda _: None)
            clients.append(client)
            await client.connect(server.url)
            lines.append(Sender(client, chat))
        yield lines
    finally:
        for client in clients:
            client.close()
