"""Nodes of a real desk on a real store in memory, by a clock that only the tests move."""

import asyncio
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import aclosing
from typing import Any, cast

from frontdesk.desk.agents import Agents
from frontdesk.desk.chats import Chats
from frontdesk.desk.floor import Floor
from frontdesk.desk.follower import Follower
from frontdesk.desk.identity import new_id
from frontdesk.desk.interactions import Interactions
from frontdesk.desk.reception import Reception
from frontdesk.desk.routing import Routing
from frontdesk.desk.services import Service, ServiceBook
from frontdesk.desk.timers import Timers
from frontdesk.domain import agent as agents_domain
from frontdesk.domain.commands import Command, Start
from frontdesk.domain.events import Event
from frontdesk.domain.queues import QueueRules
from frontdesk.domain.rules import Rules
from frontdesk.store.account import Account
from frontdesk.store.log import Recorded, Store
from frontdesk.store.memory import MemoryStore
from frontdesk.store.memory_accounts import MemoryAccounts

BEGIN_MS = 1_760_000_000_000
AWAY_MS = 60_000
RING_AGAIN_MS = 10_000
QUIET = Rules(idle_alert_s=0, client_silence_s=0)


class Clock:
    """The time, which stands still until it is moved."""

    def __init__(self) -> None:
        self.now_ms = BEGIN_MS

    def __call__(self) -> int:
        return self.now_ms

    def after_s(self, seconds: float) -> None:
        self.now_ms += round(seconds * 1000)


class Connection:
    """A node's way to the store. What is asked takes effect at once; the answer can be held back."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._held: dict[str, asyncio.Event] = {}
        self.calls: list[str] = []

    async def pause(self) -> None:
        """How long an answer takes: as from any real store, it comes a moment later."""
        await asyncio.sleep(0)

    def hold(self, name: str) -> None:
        """Keep back the answers to this call."""
        self._held[name] = asyncio.Event()

    def release(self, name: str) -> None:
        """Give all answers to this call."""
        self._held.pop(name).set()

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._store, name)
        if not asyncio.iscoroutinefunction(method):
            return method

        async def asked(*arguments: Any, **named: Any) -> Any:
            self.calls.append(name)
            try:
                return await method(*arguments, **named)
            finally:
                await self.pause()
                held = self._held.get(name)
                if held is not None:
                    await held.wait()

        return asked


class Heard:
    """An audience that writes down what it is told."""

    def __init__(self) -> None:
        self.records: list[tuple[str, int]] = []
        self.changes: list[tuple[str, Event]] = []
        self.agents: list[tuple[str, bool, str]] = []
        self.batches = 0

    def heard(self, interaction_id: str, record: Recorded) -> None:
        self.records.append((interaction_id, record.version))

    def changed(self, interaction_id: str, _record: Recorded, event: Event) -> None:
        self.changes.append((interaction_id, event))

    def agent_changed(self, agent_id: str, agent: agents_domain.Agent, reason: str) -> None:
        self.agents.append((agent_id, agent.is_ready, reason))

    def caught_up(self) -> None:
        self.batches += 1


class Node:
    """One node with all its parts, none of which runs by itself."""

    def __init__(
        self,
        store: Store | None = None,
        clock: Clock | None = None,
        *services: Service,
        accounts: MemoryAccounts | None = None,
        name: str = "a",
        queues: Mapping[str, QueueRules] | None = None,
        **limits: Any,
    ) -> None:
        self.database: Store = store or MemoryStore()
        self.connection = Connection(self.database)
        self.store = cast("Store", self.connection)
        self.clock = clock or Clock()
        self.accounts = accounts or MemoryAccounts()
        book = self.services = ServiceBook(
            {s.name: s for s in services or (Service(name="s", rules=QUIET),)}, queues
        )
        self.chats = Chats(self.store, self.clock, **limits)
        self.interactions = Interactions(self.store, self.chats, book, self.clock)
        self.floor = Floor(self.clock, RING_AGAIN_MS, book.queue_rules)
        self.interactions.on_card.append(self.floor.put)
        self.agents = Agents(
            self.store,
            self.floor,
            self.interactions,
            self.clock,
            away_ms=AWAY_MS,
        )
        self.heard = Heard()
        self.follower = Follower(self.store, self.chats, self.agents, self.floor, self.heard)
        fire = {"interaction": self.interactions.tick, "agent": self.agents.tick}
        self.timers = Timers(self.store, self.clock, fire)
        self.reception = Reception(book, self.floor, self.clock)
        self.routing = Routing(
            self.store,
            self.interactions,
            self.agents,
            self.floor,
            book,
            self.reception,
            self.clock,
            f"node {name}",
        )

    async def start(self, service: str = "s", queue: str | None = "default", **more: Any) -> str:
        """A new chat of Mira's."""
        interaction_id = new_id(self.clock())
        command = Start(service=service, user_id="u", key_hash="h", nickname="Mira", queue=queue, **more)
        await self.interactions.start(interaction_id, command)
        return interaction_id

    async def do(self, interaction_id: str, *asked: Command) -> None:
        for command in asked:
            await self.interactions.do(interaction_id, command)

    async def hears(self) -> None:
        """Follow the log to its end."""
        while self.follower.position < await self.database.head():
            following = self.database.follow(self.follower.position)
            async with aclosing(cast("AsyncGenerator[Sequence[Recorded], None]", following)) as batches:
                async for batch in batches:
                    await self.follower.take(batch)
                    break

    async def events(self, interaction_id: str) -> Sequence[Event]:
        """The history as this node tells it."""
        return [told.event for told in await self.chats.history(interaction_id)]

    async def ready(
        self, login: str, capacity: int = 5, role: agents_domain.Role | None = None, **skills: int
    ) -> Account:
        """An agent with an account who is ready and connected here."""
        account = Account(
            account_id=login,
            login=login,
            name=login.title(),
            role=role or agents_domain.Role.AGENT,
            password_hash="-",
            capacity=capacity,
            skills=skills,
        )
        if account.role is agents_domain.Role.BOT:
            self.services.know_bot(login, account.account_id)
        await self.agents.ready(account)
        self.agents.connect(login)
        return account


def two(*services: Service, store: Store | None = None) -> tuple[Node, Node]:
    """Two nodes on one store."""
    a = Node(store, None, *services, shares_presence=True)
    return a, Node(a.database, a.clock, *services, name="b", shares_presence=True)


async def turns(count: int = 20) -> None:
    """Let everybody who can go on do so."""
    for _ in range(count):
        await asyncio.sleep(0)
