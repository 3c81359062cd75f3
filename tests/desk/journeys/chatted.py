"""A visitor who was offered a chat, a real desk that has it, and journeys in a database of their own."""

import asyncio
import functools
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from typing import cast
from uuid import uuid4

import msgspec

from frontdesk.desk.journeys.chat_news import chat_news
from frontdesk.desk.journeys.chats import JourneyChats
from frontdesk.desk.journeys.customers import ROOT, Customers
from frontdesk.desk.journeys.kept_follower import Passage
from frontdesk.domain import events
from frontdesk.domain.commands import Join
from frontdesk.domain.journey.customer import Action, Customer
from frontdesk.domain.journey.definitions import Definitions, Deployment
from frontdesk.domain.journey.facts import Emitter, Fact, HandedOut, Moved, Qualified, State, VisitBegan
from frontdesk.store.log import Recorded, Store
from frontdesk.store.memory import MemoryStore
from tests.desk.nodes import Clock, Node

SITE = "11111111-1111-4111-8111-111111111111"
SITES = Definitions(deployments={SITE: Deployment(id=SITE, name="shop", service="s")})


class Chatted:
    """One site, its desk and its journeys."""

    def __init__(self, chats: Store | None = None, journeys: Store | None = None) -> None:
        self.clock = Clock()
        self.node = Node(chats or MemoryStore(), self.clock)
        self.journeys = journeys or MemoryStore()
        self.customers = Customers(self.journeys, self.clock)
        self.telling = self.teller("a")
        self.position = 0

    def teller(self, name: str) -> JourneyChats:
        """One more of those who bring news of chats; it knows nothing yet."""
        news = functools.partial(chat_news, self.node.store)
        return JourneyChats(self.node.store, news, self.customers, lambda: SITES, self.clock, name)

    async def accepted(self, *more: Fact) -> tuple[Customer, Action]:
        """Somebody who has accepted an offer a moment ago."""
        customer_id, visit_id, action_id = (str(uuid4()) for _ in range(3))
        facts = (
            VisitBegan(visit_id, SITE, self.clock()),
            Qualified(action_id, "m1", 1, visit_id, "webchat"),
            HandedOut(action_id, self.clock() + 20_000),
            Moved(action_id, State.OFFERED, Emitter.BROWSER),
            Moved(action_id, State.ACCEPTED, Emitter.BROWSER),
            *more,
        )
        customer, _ = await self.customers.change(customer_id, lambda _customer, _now_ms: facts)
        return customer, customer.actions[0]

    async def chat(self, customer: Customer, action_id: str = "", **changes: str) -> str:
        """A chat that says it came of the action, or of the visit alone."""
        context = {
            "customer": {"id": changes.get("customer_id", customer.id), "idType": "cookie"},
            "customerSession": {"id": changes.get("visit_id", customer.visit.id), "type": "web"},
        }
        if action_id:
            context["triggeringAction"] = {"id": action_id, "actionMap": {"id": "m1", "version": 1}}  # type: ignore[dict-item]
        text = msgspec.json.encode(context).decode()
        return await self.node.start(changes.get("service", "s"), user_data={"journeyContext": text})

    async def come(
        self,
        interaction_id: str,
        kind: events.Kind = events.Kind.AGENT,
        visibility: events.Visibility = events.Visibility.ALL,
        name: str = "amy",
    ) -> None:
        """Somebody comes in."""
        await self.node.do(
            interaction_id, Join(kind=kind, participant_id=name, nickname=name, visibility=visibility)
        )

    async def tell(self, telling: JourneyChats | None = None) -> None:
        """Let journeys hear of all that happened since the last time."""
        while self.position < await self.node.database.head():
            following = chat_news(self.node.database, self.position)
            async with aclosing(cast("AsyncGenerator[Passage, None]", following)) as passages:
                async for passage in passages:
                    await (telling or self.telling).take(passage.records)
                    self.position = passage.end
                    break

    async def told(self, customer: Customer) -> Sequence[Fact]:
        """What journeys hold of a customer beyond what was true when the chat began."""
        history = await self.customers.history(customer.id, customer.version)
        return [fact for _, fact in history]

    async def states(self, customer: Customer) -> Sequence[State]:
        """The states that an action came to since."""
        return [fact.state for fact in await self.told(customer) if isinstance(fact, Moved)]

    async def versions(self) -> int:
        """How many facts there are of customers at all."""
        records: list[Recorded] = []
        head = await self.journeys.head()
        while head and (not records or records[-1].position < head):
            following = self.journeys.follow(records[-1].position if records else 0)
            async with aclosing(cast("AsyncGenerator[Sequence[Recorded], None]", following)) as batches:
                async with asyncio.timeout(30):
                    async for batch in batches:
                        records += batch
                        break
        return sum(record.stream.startswith(ROOT) for record in records)
