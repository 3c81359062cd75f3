"""socket.io and PostgreSQL: started, with its chats and its one listener."""

import asyncio
import contextlib
import shutil
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Any

from bench.driver.load import Ear
from bench.driver.socketio import Client, Sender
from bench.postgres import Postgres
from bench.processes import Server, started

FOLDER = Path(__file__).parent / "socketio"


def is_possible() -> bool:
    """Whether this machine has Node."""
    return shutil.which("node") is not None and shutil.which("npm") is not None


@contextlib.asynccontextmanager
async def socketio(database: Postgres) -> AsyncIterator[Server]:
    """The peer on `database`; its packages are installed when they are not there yet."""
    if not (FOLDER / "node_modules").is_dir():
        npm = await asyncio.create_subprocess_exec(
            "npm", "ci", "--no-audit", "--no-fund", "--silent", cwd=FOLDER
        )
        if await npm.wait() != 0:
            raise RuntimeError("npm could not install the packages of socket.io")
    env = {"DATABASE_URL": database.url}
    roots = [database.pid] if database.pid is not None else []
    async with started(["node", str(FOLDER / "server.js")], env, roots) as server:
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
