"""A desk with sessions that have people found for its chats, on a clock that only the tests move.

The document does what it is asked by events `do.…`, as that of `owned.py` does.
"""

from typing import Any

from frontdesk.desk.orchestration.queueing import Queueing, queueing
from tests.conformance.owned import PUPPET, Heard, Owned
from tests.desk.orchestration.stage import ors

GROUPS = {"Germans": "german > 0", "All": ""}
_ACTS = """
  <transition event="do.submit">
    <queue:submit requestid="_data.last" interactionid="_event.data.interactionid"
        queue="_event.data.queue" priority="_event.data.priority" timeout="_event.data.timeout"
        route="_event.data.route" clearontimeout="_event.data.clearontimeout"
        ordertype="_event.data.ordertype" orderstat="_event.data.orderstat">
      <queue:targets><queue:targetid expr="_event.data.targets"/></queue:targets>
    </queue:submit>
    <log expr="JSON.stringify({name: 'asked', data: {requestid: _data.last}})"/>
  </transition>
  <transition event="do.update">
    <queue:update requestid="_event.data.requestid" priority="_event.data.priority"
        timeout="_event.data.timeout"/>
  </transition>
  <transition event="do.cancel">
    <queue:cancel requestid="_event.data.requestid" interactionid="_event.data.interactionid"
        queue="_event.data.queue"/>
  </transition>
  <transition event="do.query"><queue:query requestid="_event.data.requestid"/></transition>
  <transition event="do.redirect">
    <ixn:redirect requestid="_data.last" interactionid="_event.data.interactionid" to="_event.data.to"/>
    <log expr="JSON.stringify({name: 'asked', data: {requestid: _data.last}})"/>
  </transition>
  <transition event="do.run"><script>eval(_event.data.code)</script></transition>
"""


class Routed(Owned):
    """One node whose assigner decides when it is told to."""

    queueing: Queueing

    def __init__(self, **more: Any) -> None:
        super().__init__(**{"support": ors(PUPPET % _ACTS), **more})
        node = self.node
        self.queueing = queueing(
            self.stage.orchestration,
            node.interactions,
            node.floor,
            node.services,
            node.accounts,
            node.agents,
            GROUPS,
            node.clock,
        )

    async def agent(self, login: str, capacity: int = 1, **skills: int) -> None:
        """Somebody who is ready."""
        await self.node.accounts.add(await self.node.ready(login, capacity, **skills))

    async def submit(self, session_id: str, targets: str, **given: Any) -> str:
        return await self.ask(session_id, "submit", **{"targets": targets, "route": True, **given})

    async def send(self, session_id: str, action: str, **given: Any) -> None:
        """Have a session do what has no id of its own."""
        await self.stage.send(session_id, f"do.{action}", given)
        await self.settle()

    async def decide(self) -> None:
        await self.node.routing.decide()
        await self.settle()

    def rings(self, agent_id: str) -> list[str]:
        return list(self.node.floor.invites_of(agent_id))

    async def results(self, session_id: str) -> list[Heard]:
        """What a session heard of its requests since it was asked before, in order."""
        return [one for one in await self.heard(session_id) if "queue" in one.name]
