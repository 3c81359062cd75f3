"""The one follower of a node: hands each committed event to those who wait for it, in commit order."""

import asyncio
import contextlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Protocol, get_args

import structlog

from frontdesk.desk.agents import Agents
from frontdesk.desk.chats import Chats
from frontdesk.desk.floor import Floor
from frontdesk.desk.folding import event_of
from frontdesk.domain import agent as agents_domain
from frontdesk.domain.card import STRUCTURAL
from frontdesk.domain.events import Event
from frontdesk.errors import DeskError, TooNew
from frontdesk.store.log import Recorded, Store

RETRY_S = 0.5


def _starts(kinds: Iterable[type]) -> tuple[bytes, ...]:
    """How the bodies of these events begin."""
    return tuple(f'{{"type":"{kind.__name__}"'.encode() for kind in kinds)


_OTHER_STARTS = _starts(kind for kind in get_args(Event) if kind not in STRUCTURAL)

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
    """Follows the log from `position` on. `others` are told of streams of one kind, and may not wait."""

    def __init__(
        self,
        store: Store,
        chats: Chats,
        agents: Agents,
        floor: Floor,
        audience: Audience,
        others: Mapping[str, Callable[[str, Recorded], None]] | None = None,
    ) -> None:
        self._store = store
        self._chats = chats
        self._agents = agents
        self._floor = floor
        self._audience = audience
        self._others = others or {}
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
            name = self._chats.named(name)
            await self._chats.answered(name, record.version)
            self._chats.absorb(name, record)
            is_structural = not record.body.startswith(_OTHER_STARTS)  # For all we know, when it is too new.
            if is_structural:
                await self._refresh_floor(name, record)
            audience.heard(name, record)
            if is_structural:
                with contextlib.suppress(TooNew):  # Its card has told what matters here.
                    audience.changed(name, record, event_of(record.body))
        elif kind == "agent":
            audience.agent_changed(name, *await self._agents.absorb(name, record))
        if (hear := self._others.get(kind)) is not None:
            hear(name, record)

    async def _refresh_floor(self, interaction_id: str, record: Recorded) -> None:
        """Another node's change is on its card; this node's own was noted when it was made."""
        if self._chats.has_shown(interaction_id, record.version):
            return
        card = await self._store.card(record.stream)
        if card is not None:
            self._floor.read(interaction_id, card.body)
