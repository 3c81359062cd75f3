"""A desk whose service has an application, with an ear in the place of sessions."""

from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import aclosing
from typing import Any, cast

from frontdesk.desk.orchestration.chat_module import ChatModule
from frontdesk.desk.orchestration.destinations import Destinations
from frontdesk.desk.orchestration.interaction_module import InteractionModule
from frontdesk.desk.orchestration.interactions import ApplicationRules, InteractionNews
from frontdesk.desk.orchestration.modules import Request
from frontdesk.desk.orchestration.owners import Owner
from frontdesk.desk.services import Service
from frontdesk.domain.interaction import Interaction
from frontdesk.domain.queues import QueueRules
from frontdesk.errors import NotFound, Unavailable
from frontdesk.scxml.events import Event
from frontdesk.scxml.packed import unpack
from frontdesk.store.account import Account
from frontdesk.store.log import Recorded, Store
from tests.desk.nodes import QUIET, Clock, Node

SUPPORT = Service(name="s", rules=QUIET, application="support")


class Ear:
    """Hears what sessions are told: of what comes again under one key, only the first."""

    def __init__(self) -> None:
        self.applications: dict[str, str] = {}
        self.told: dict[str, list[Event]] = {}
        self.keys: dict[str, list[str]] = {}
        self.calls = 0
        self.fails_at = -1

    async def start(
        self, application: str, *, session_id: str, events: Sequence[Event] = (), key: str = ""
    ) -> str:
        if application == "broken":
            raise NotFound("there is no such application")
        if session_id not in self.applications:
            self.applications[session_id] = application
            self.told[session_id], self.keys[session_id] = list(events), [key]
        return session_id

    async def deliver(self, session_id: str, events: Sequence[Event], *, key: str) -> None:
        self.calls += 1
        if self.calls == self.fails_at:
            raise Unavailable("the database is away")
        if session_id not in self.applications:
            raise NotFound("there is no such session")
        if key not in self.keys[session_id]:
            self.keys[session_id].append(key)
            self.told[session_id] += events

    async def about(self, session_id: str) -> Owner | None:
        if session_id not in self.applications:
            return None
        owned: dict[str, None] = {}
        for event in self.told[session_id]:
            of = data_of(event).get("interactionid", "")
            if event.name == "interaction.added":
                owned[of] = None
            elif event.name == "interaction.deleted":
                owned.pop(of, None)
        return Owner(self.applications[session_id], list(owned))


def data_of(event: Event) -> dict[str, Any]:
    return cast("dict[str, Any]", unpack(event.data))


class House:
    """One node with the parts that bring interactions to sessions, none of which runs by itself."""

    def __init__(
        self,
        store: Store | None = None,
        clock: Clock | None = None,
        ear: Ear | None = None,
        *,
        rules: ApplicationRules = ApplicationRules(bots=("Robin",)),  # noqa: B008  # It is frozen.
        queues: Mapping[str, QueueRules] | None = None,
        name: str = "a",
    ) -> None:
        self.node = Node(store, clock, SUPPORT, name=name, queues=queues or {"sales": QueueRules()})
        self.ear = ear or Ear()
        self.rules = rules
        self.news = InteractionNews(
            self.node.store,
            self.node.interactions,
            self.node.floor,
            self.ear,
            self.ear.start,
            self.node.clock,
            name,
            self._rules_of,
        )
        destinations = Destinations(self.node.accounts, self.node.floor, self.node.services.knows_queue)
        self.module = InteractionModule(
            self.node.interactions, destinations, self.node.services, self.ear, self.ear.about
        )
        self.chat = ChatModule(self.node.interactions, destinations, self.ear, self.ear.about, self._rules_of)
        self.position = 0
        self._asked = 0

    async def _rules_of(self, _application: str) -> ApplicationRules:
        return self.rules

    async def person(self, login: str) -> Account:
        """An agent who has an account and is ready."""
        account = await self.node.ready(login)
        await self.node.accounts.add(account)
        return account

    async def begin(self) -> tuple[str, str]:
        """A chat of Mira's, and the session that has it."""
        chat_id = await self.node.start()
        await self.tell()
        return chat_id, (await self.state(chat_id)).owner

    async def state(self, chat_id: str) -> Interaction:
        return (await self.node.chats.full(chat_id))[1].state

    async def tell(self) -> None:
        """Let the news arrive, all there is."""
        await self.node.hears()
        while self.position < await self.node.database.head():
            following = self.node.database.follow(self.position)
            async with aclosing(cast("AsyncGenerator[Sequence[Recorded], None]", following)) as batches:
                async for batch in batches:
                    await self.news.take(batch)
                    self.position = batch[-1].position
                    break
            await self.node.hears()

    async def ask(
        self, session_id: str, action: str, *, module: str = "interaction", **given: Any
    ) -> Request:
        """A session asks for something, and it is carried out, twice: as after a crash."""
        self._asked += 1
        attributes = {name: value for name, value in given.items() if value is not None}
        request = Request(
            session_id, f"{session_id}.{self._asked}", module, action, attributes, self.node.clock()
        )
        carries_out = self.chat if module == "chat" else self.module
        await carries_out.carry_out(request)
        await self.tell()
        await carries_out.carry_out(request)
        await self.tell()
        return request

    def heard(self, session_id: str, since: int = 0) -> list[str]:
        """What a session was told, in words; all of it or from a number on."""
        return [in_words(event) for event in self.ear.told[session_id][since:]]

    def last(self, session_id: str) -> tuple[str, dict[str, Any]]:
        event = self.ear.told[session_id][-1]
        return event.name, data_of(event)

    def count(self, session_id: str) -> int:
        return len(self.ear.told[session_id])


def in_words(event: Event) -> str:
    data = data_of(event)
    said = [str(data[key]) for key in ("resultof", "focusdeviceid", "partystate", "error") if key in data]
    name = event.name.removeprefix("interaction.")
    return " ".join((name, *(said if name != "added" else ())))
