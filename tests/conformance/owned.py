"""A desk with sessions that own its chats, on a clock that only the tests move.

The sessions run documents of the ORS dialect in the real engine; chats, agents, routing and the log are those
of the desk. A document logs what it is told, so that a test reads what the script saw.
"""

import json
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import aclosing
from typing import Any, Self, cast

from msgspec.structs import replace

from frontdesk.desk.orchestration.application_files import Document
from frontdesk.desk.orchestration.owning import owning
from frontdesk.desk.orchestration.streams import ROOT
from frontdesk.desk.services import Service
from frontdesk.domain.commands import Accept
from frontdesk.domain.interaction import Interaction
from frontdesk.domain.queues import QueueRules
from frontdesk.domain.rules import Rules
from frontdesk.store.account import Account
from frontdesk.store.log import Recorded
from tests.desk.nodes import QUIET, Node
from tests.desk.orchestration.stage import Shelf, Stage, ors

# Tells what it hears, and does what a test asks of it by an event: `do` with an action's attributes.
PUPPET = """
<datamodel>
  <data id="last" expr="''"/>
</datamodel>
<script>
  function parties(seen) {
    var states = {};
    for (var id in seen.parties) states[seen.parties[id].device] = seen.parties[id].chatp.state;
    return states;
  }
  function told() {
    var seen = _event.data &amp;&amp; _genesys.ixn.interactions[_event.data.interactionid];
    return JSON.stringify({
      name: _event.name, data: _event.data, count: _genesys.ixn.interactions.length,
      seen: seen &amp;&amp; {udata: seen.udata, parties: parties(seen), state: seen.chat.state,
        queue: seen.location.queue, view: seen.xdata.ixn_queue_view},
    });
  }
</script>
<state id="listens">
  %s
  <transition event="do.say">
    <log expr="JSON.stringify({name: 'said', data: eval(_event.data.code)})"/>
  </transition>
  <transition event="do.finish" target="done"/>
  <transition event="*">
    <log expr="told()"/>
  </transition>
</state>
<final id="done"/>
"""
_ACTIONS = {
    "terminate": "interactionid reason",
    "redirect": "interactionid to detach",
    "associate": "interactionid sessionid",
    "attach": "interactionid",
    "detach": "interactionid",
    "accept": "interactionid resource",
    "clear": "interactionid resource",
    "singlesteptransfer": "interactionid from to",
    "singlestepconference": "interactionid from to",
    "sendchatmessage": "interactionid from message",
    "gettranscript": "interactionid",
}


def _obeys(action: str, attributes: str) -> str:
    given = " ".join(f'{name}="_event.data.{name}"' for name in attributes.split())
    told = "JSON.stringify({name: 'asked', data: {requestid: _data.last}})"
    return (
        f'<transition event="do.{action}"><ixn:{action} requestid="_data.last" {given}/>'
        f'<log expr="{told}"/></transition>'
    )


def puppet() -> bytes:
    """A document that does what it is asked, and logs what it is told."""
    return ors(PUPPET % "\n".join(_obeys(*one) for one in _ACTIONS.items()))


class Heard:
    """One event as the document saw it."""

    def __init__(self, logged: Mapping[str, Any]) -> None:
        self.name: str = logged["name"]
        self.data: dict[str, Any] = logged.get("data") or {}
        self.count: int = logged.get("count", 0)
        self.seen: dict[str, Any] = logged.get("seen") or {}

    @property
    def udata(self) -> dict[str, str]:
        return cast("dict[str, str]", self.seen["udata"])

    @property
    def parties(self) -> dict[str, str]:
        """The states of the parties that the script saw, by agent."""
        return cast("dict[str, str]", self.seen["parties"])

    def __str__(self) -> str:
        data = self.data
        said = [str(data[key]) for key in ("resultof", "focusdeviceid", "partystate", "error") if key in data]
        name = self.name.removeprefix("interaction.")
        return " ".join((name, *(said if name != "added" else ())))


class Applications(Shelf):
    """Applications that speak under the names of `bots`, and want to hear of `events`."""

    def __init__(self, bots: tuple[str, ...], events: tuple[str, ...], **documents: bytes) -> None:
        super().__init__(**documents)
        self._bots, self._events = bots, events

    async def document(self, name: str, version: str = "") -> Document:
        found = await super().document(name, version)
        return replace(found, settings=replace(found.settings, bots=self._bots, events=self._events))


class Owned:
    """One node, whose service `s` has the application `support`."""

    def __init__(
        self,
        rules: Rules = QUIET,
        *,
        bots: tuple[str, ...] = (),
        events: tuple[str, ...] = (),
        **documents: bytes,
    ) -> None:
        services = (
            Service(name="s", rules=rules, application="support"),
            Service(name="plain", rules=rules),
        )
        queues = {"sales": QueueRules(), "vip": QueueRules(application="vip")}
        self.node = Node(None, None, *services, queues=queues)
        documents = {"support": puppet(), "vip": puppet(), "other": puppet()} | documents
        self.stage = Stage(self.node.database, self.node.clock, Applications(bots, events, **documents))
        self.news = owning(
            self.stage.orchestration,
            self.node.store,
            self.node.interactions,
            self.node.floor,
            self.node.services,
            self.node.accounts,
            self.node.clock,
            "a",
        )
        self._tick = {
            "interaction": self.node.interactions.tick,
            "agent": self.node.agents.tick,
            "session": self.stage.orchestration.tick,
        }
        self._position = 0
        self._read: dict[str, int] = {}

    async def __aenter__(self) -> Self:
        await self.stage.orchestration.shards.look()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stage.orchestration.aclose()

    async def settle(self) -> None:
        """Let everything happen that follows at this time."""
        while True:
            await self.stage.settle()
            await self.node.hears()
            if self._position >= await self.node.database.head():
                return
            following = self.node.database.follow(self._position)
            async with aclosing(cast("AsyncGenerator[Sequence[Recorded], None]", following)) as batches:
                async for batch in batches:
                    await self.news.take(batch)
                    for record in batch:
                        if record.stream.startswith(ROOT):
                            self.stage.orchestration.heard(record.stream.removeprefix(ROOT), record)
                    self._position = batch[-1].position
                    break

    async def after_s(self, seconds: float) -> None:
        """Let time go by, and what is due then happen."""
        self.node.clock.after_s(seconds)
        await self.stage.orchestration.shards.look()
        for stream in await self.node.database.claim_due(self.node.clock(), 10_000, 1000):
            kind, _, name = stream.partition("/")
            await self._tick[kind](name)
        await self.settle()

    async def person(self, login: str) -> Account:
        """An agent who is ready."""
        account = await self.node.ready(login)
        await self.node.accounts.add(account)
        return account

    async def begin(self, **more: Any) -> tuple[str, str]:
        """A chat of Mira's, and the session that has it."""
        chat_id = await self.node.start(**more)
        session_id = (await self.state(chat_id)).owner
        await self.settle()
        return chat_id, session_id

    async def session(self, application: str = "other") -> str:
        """A session that owns nothing."""
        session_id = await self.stage.sessions.start(application)
        await self.settle()
        return session_id

    async def routed(self, login: str = "amy") -> tuple[str, str]:
        """A chat that an agent has, and its session, which has been told of all that."""
        await self.person(login)
        chat_id, session_id = await self.begin()
        await self.ask(session_id, "redirect", interactionid=chat_id, to=login)
        await self.do(chat_id, Accept(login, login.title()))
        await self.heard(session_id)
        return chat_id, session_id

    async def do(self, chat_id: str, *wishes: Any) -> None:
        """Somebody at the desk, or its visitor, does something."""
        await self.node.do(chat_id, *wishes)
        await self.settle()

    async def ask(self, session_id: str, action: str, **given: Any) -> str:
        """Have a session do an action; the request's id."""
        await self.stage.send(session_id, f"do.{action}", given)
        asked = (await self._logged(session_id))[-1]
        await self.settle()
        return str(asked.data.get("requestid", ""))

    async def said(self, session_id: str, code: str) -> Any:
        """What a piece of script says in a session now."""
        await self.stage.send(session_id, "do.say", {"code": code})
        await self.settle()
        return [one for one in await self._logged(session_id) if one.name == "said"][-1].data

    async def heard(self, session_id: str) -> list[Heard]:
        """What a session was told since this was asked before."""
        logged = await self._logged(session_id)
        since, self._read[session_id] = self._read.get(session_id, 0), len(logged)
        return [one for one in logged[since:] if one.name not in ("asked", "said")]

    async def told(self, session_id: str) -> list[str]:
        """The same in words."""
        return [str(one) for one in await self.heard(session_id)]

    async def _logged(self, session_id: str) -> list[Heard]:
        return [Heard(json.loads(text)) for text in await self.stage.said(session_id)]

    async def state(self, chat_id: str) -> Interaction:
        return (await self.node.chats.full(chat_id))[1].state
