"""Frontdesk as the load sees it: a server of its own, visitors in chats, an agent who has taken them all."""

import asyncio
import contextlib
import tempfile
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from pathlib import Path
from typing import Protocol

import msgspec

from bench.driver.http import connect
from bench.driver.load import Ear, Wrong
from bench.driver.v2 import Visitor, hang_up, start
from bench.driver.workspace import Agent, Heard, sign_in
from bench.postgres import Postgres
from bench.processes import Server, python, started
from bench.serve import Order, Person
from frontdesk.domain.rules import Rules
from frontdesk.settings import (
    DatabaseSettings,
    FileStoreSettings,
    LimitSettings,
    LogSettings,
    ServerSettings,
    ServiceSettings,
    Settings,
    WorkspaceSettings,
)

SERVICE = "desk"
BASE = f"/genesys/2/chat/{SERVICE}"
COMETD = "/genesys/cometd"
PASSWORD = "measure twice, cut once"
JOIN_WAIT_S = 60.0
STARTS_AT_ONCE = 50
_MANY = 100_000_000
_A_DAY_S = 86_400


def person(number: int = 0) -> Person:
    """The login of an agent."""
    return Person(f"agent{number}", PASSWORD)


def sqlite_url(folder: Path, query: str = "") -> str:
    return f"sqlite:///{folder / 'frontdesk.db'}{query}"


def settings(folder: Path, database_url: str, port: int = 0) -> Settings:
    """A server that keeps everything in `folder`, with timers and limits that no run reaches."""
    rules = Rules(
        idle_alert_s=_A_DAY_S,
        client_silence_s=_A_DAY_S,
        retention_s=_A_DAY_S,
        answer_s=3600,
        events_max=1_000_000,
    )
    return Settings(
        server=ServerSettings(port=port, stop_grace_s=1),
        database=DatabaseSettings(url=database_url),
        files=FileStoreSettings(folder=str(folder / "files")),
        limits=LimitSettings(
            starts_per_minute_per_address=_MANY,
            open_chats_per_address=_MANY,
            requests_per_second_per_address=_MANY,
            requests_per_second_per_chat=_MANY,
            open_chats_per_node=_MANY,
            sign_ins_per_minute_per_address=_MANY,
            socket_outbox_messages_max=1_000_000,
            cometd_clients_per_address=_MANY,
            visitor_sockets_per_address=_MANY,
            requests_in_flight_max=100_000,
        ),
        workspace=WorkspaceSettings(away_s=3600),
        log=LogSettings(),
        services={SERVICE: ServiceSettings(open_chats_max=_MANY, rules=rules)},
    )


@contextlib.asynccontextmanager
async def frontdesk(
    folder: Path,
    *,
    database: Postgres | None = None,
    query: str = "",
    port: int = 0,
    people: Sequence[Person] = (Person("agent0", PASSWORD),),
    set_up: Callable[[Settings], Settings] = lambda usual: usual,
) -> AsyncIterator[Server]:
    """A server on SQLite in `folder`, or on `database`; `query` ends the address of the SQLite file.

    Shape:   `set_up` makes its settings of the usual ones.
    """
    url = database.url if database is not None else sqlite_url(folder, query)
    order = msgspec.json.encode(Order(set_up(settings(folder, url, port)), list(people))).decode()
    roots = [database.pid] if database is not None and database.pid is not None else []
    async with started(python("bench.serve", order), roots=roots) as server:
        yield server


@contextlib.contextmanager
def folder() -> Iterator[Path]:
    """A place for a server, gone at the end."""
    with tempfile.TemporaryDirectory(prefix="frontdesk-bench-") as name:
        yield Path(name)


async def open_chats(url: str, count: int, nickname: str = "Mira", base: str = BASE) -> list[Visitor]:
    """New chats, each on a connection of its own."""
    gate = asyncio.Semaphore(STARTS_AT_ONCE)

    async def one(number: int) -> Visitor:
        async with gate:
            return await start(await connect(url), base, f"{nickname} {number}")

    return await asyncio.gather(*(one(number) for number in range(count)))


class Named(Protocol):
    """Whoever is in a chat, by the name of the chat."""

    name: str


class Desk:
    """An agent who takes every chat, and whose ear hears what visitors say in it."""

    def __init__(self, ear: Ear) -> None:
        self._ear = ear
        self._visitors_party = 1
        self.agent = Agent(self._hear)

    def _hear(self, heard: Heard) -> None:
        event = heard.event
        if event is not None and event.type == "Said" and event.party_id == self._visitors_party:
            self._ear.hear(heard.interaction_id, event.text)

    async def open(self, url: str, number: int = 0) -> None:
        """Sign in, say hello, be ready."""
        token = await sign_in(url, person(number).login, PASSWORD)
        await self.agent.connect(url, token)
        await self.agent.ask("ready")

    async def takes(self, visitors: Sequence[Named]) -> None:
        """Wait until the agent has joined all these chats. Errors: `Wrong`."""
        wanted = {visitor.name for visitor in visitors}
        deadline = asyncio.get_running_loop().time() + JOIN_WAIT_S
        while not wanted <= self.agent.joined:
            if asyncio.get_running_loop().time() > deadline:
                raise Wrong(f"{len(wanted - self.agent.joined)} chats never reached the agent")
            await asyncio.sleep(0.02)

    def close(self) -> None:
        self.agent.close()


@contextlib.asynccontextmanager
async def on_frontdesk(server: Server, ear: Ear, count: int) -> AsyncIterator[Sequence[Visitor]]:
    """Chats that one agent has taken; `ear` hears what is said in them."""
    desk = Desk(ear)
    await desk.open(server.url)
    visitors = await open_chats(server.url, count)
    try:
        await desk.takes(visitors)
        await desk.agent.ask("not_ready")  # The chats that come later are for others.
        yield visitors
    finally:
        hang_up(visitors)
        desk.close()
