"""Agents who did not take a chat that rang for them take a break, where the settings say so."""

import asyncio
from collections.abc import Collection

import structlog

from frontdesk.desk.agents import Agents
from frontdesk.desk.floor import Floor
from frontdesk.desk.folding import event_of
from frontdesk.domain.agent import Role
from frontdesk.domain.events import InviteEnded
from frontdesk.errors import DeskError, TooNew
from frontdesk.store.log import Recorded

WAITING_MAX = 10_000

_START = b'{"type":"InviteEnded"'
_log = structlog.get_logger("missed")


class Missed:
    """Sets people not ready after an invite that ended for one of `reasons`; bots go on.

    Shape:   the node that an agent is connected to sees to it. One who is connected nowhere is away, which
             has its own time.
    """

    def __init__(self, agents: Agents, floor: Floor, reasons: Collection[str]) -> None:
        self._agents = agents
        self._floor = floor
        self._reasons = frozenset(reasons)
        self._missed: asyncio.Queue[tuple[str, str]] = asyncio.Queue(WAITING_MAX)

    def heard(self, _interaction_id: str, record: Recorded) -> None:
        """A record was committed."""
        if not self._reasons or not record.body.startswith(_START):
            return
        try:
            event = event_of(record.body)
        except TooNew:
            return
        if isinstance(event, InviteEnded) and event.reason in self._reasons and self._is_ours(event.agent_id):
            if self._missed.full():
                _log.warning("missed_not_noted", agent_id=event.agent_id)
            else:
                self._missed.put_nowait((event.agent_id, event.reason))

    def _is_ours(self, agent_id: str) -> bool:
        agent = self._floor.agent(agent_id)
        return agent.is_ready and agent.role is not Role.BOT and agent_id in self._agents.connected

    async def run(self) -> None:
        """See to it until cancelled."""
        while True:
            agent_id, reason = await self._missed.get()
            try:
                await self._agents.not_ready(agent_id, f"invite_{reason}")
            except DeskError as error:  # They stay ready, which does less harm than not to be reached.
                _log.warning("missed_paused", agent_id=agent_id, reason=str(error))
