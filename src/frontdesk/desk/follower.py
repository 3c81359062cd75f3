"""The one follower of a node: hands each committed event to those who wait for it, in commit order."""

import asyncio
from collections.abc import Sequence
from typing import Protocol

import msgspec
import structlog

from frontdesk.desk.agents import Agents
from frontdesk.desk.chats import Chats
from frontdesk.desk.floor import Floor
from frontdesk.domain import agent as agents_domain
from frontdesk.domain.card import STRUCTURAL, InteractionCard
from frontdesk.domain.events import Event
from frontdesk.errors import DeskError
from frontdesk.store.log import Recorded, Store

RETRY_S = 0.5

_decode = msgspec.json.Decoder(Event).decode
_decode_card = msgspec.json.Decoder(InteractionCard).decode
_STRUCTURAL_STARTS = tuple(f'{{"type":"{kind.__name__}"'.encode() for kind in STRUCTURAL)

_log = structlog.get_logger("follower")


class Audience(Protocol):
    """Who listens to what is committed. Nothing here may wait: a slow listener must not hold up others."""

    def heard(self, interaction_id: str, record: Recorded) -> None:
        """An event of an interaction that is nothing structural, or that is followed by `changed`."""

    def changed(self, interaction_id: str, record: Recorded, event: Event) -> None:
        """The same event, decoded, when it changed who takes part or what waits."""

    def agent_changed(self, agent_id: str, agent: agents_domain.Agent, reason: str) -> None:
        """An agent became ready or stopped being so."""

    def caught_up(self) -> None:
        """A batch is over: deliver what has been collected."""


class Follower:
    """Follows the log from `position` on."""

    def __init__(
        self,
        store: Store,
        chats: Chats,
        agents: Agents,
        floor: Floor,
        audience: Audience,
    ) -> None:
        self._store = store
        self._chats = chats
        self._agents = agents
        self._floor = floor
        self._audience = audience
        self.position = 0

    async def run(self) -> None:
        """Follow until cancelled; a lost database is waited for."""
        while True:
            try:
                async for batch in self._store.follow(self.position):
                    await self.take(batch)
            except DeskError as error:
                _log.warning("follower_paused", reason=str(error), position=self.position)
                await asyncio.sleep(RETRY_S)

    async def take(self, batch: Sequence[Recorded]) -> None:
        """Hand on a batch, event by event: what could not be handed on comes again, the rest does not."""
        try:
            for record in batch:
                await self._hand_on(record)
                self.position = record.position
        finally:
            self._audience.caught_up()

    async def _hand_on(self, record: Recorded) -> None:
        audience = self._audience
        kind, _, name = record.stream.partition("/")
        if kind == "interaction":
            await self._chats.answered(name, record.version)
            self._chats.absorb(name, record)
            is_structural = record.body.startswith(_STRUCTURAL_STARTS)
            if is_structural:
                await self._refresh_floor(name, record)
            audience.heard(name, record)
            if is_structural:
                audience.changed(name, record, _decode(record.body))
        elif kind == "agent":
            agent = self._agents.absorb(name, record.body, record.version, record.time_ms)
            reason = getattr(msgspec.json.decode(record.body, type=agents_domain.Event), "reason", "")
            audience.agent_changed(name, agent, reason)

    async def _refresh_floor(self, interaction_id: str, record: Recorded) -> None:
        """Another node's change is on its card; this node's own was noted when it was made."""
        if self._chats.has_shown(interaction_id, record.version):
            return
        card = await self._store.card(record.stream)
        if card is not None:
            self._floor.put(interaction_id, _decode_card(card.body))
