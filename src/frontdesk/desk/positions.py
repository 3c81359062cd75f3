"""How far visitors' clients have come, where their protocol leaves that to the server.

Positions are no facts: one that was lost is delivered again. They are written soon, many at once, and an idle
client costs nothing.
"""

import asyncio

import structlog

from frontdesk.desk.identity import stream_of
from frontdesk.domain.card import InteractionCard
from frontdesk.domain.interaction import Phase
from frontdesk.errors import DeskError
from frontdesk.store.log import Position, Store

WRITE_AFTER_S = 0.1

_log = structlog.get_logger("positions")


class Positions:
    """Remembers positions. `are_shared` when other nodes serve the same clients."""

    def __init__(self, store: Store, *, are_shared: bool) -> None:
        self.are_shared = are_shared
        self._store = store
        self._unwritten: dict[tuple[str, str], Position] = {}
        self._writing: asyncio.Task[None] | None = None
        self._dropping: set[asyncio.Task[None]] = set()

    async def find(self, interaction_id: str, reader: str) -> Position | None:
        """The position of a client, as far as it is known. Errors: `Unavailable`."""
        stream = stream_of(interaction_id)
        return self._unwritten.get((stream, reader)) or await self._store.position(stream, reader)

    def note(self, interaction_id: str, reader: str, delivered: int, settled: int) -> None:
        """Write a position soon."""
        stream = stream_of(interaction_id)
        self._unwritten[stream, reader] = Position(stream, reader, delivered, settled)
        if self._writing is None or self._writing.done():
            self._writing = asyncio.ensure_future(self._write_soon())

    async def flush(self) -> None:
        """Write now what is not written yet; what cannot be written is no loss."""
        while self._unwritten:
            batch, self._unwritten = list(self._unwritten.values()), {}
            try:
                await self._store.note_positions(batch)
            except DeskError as error:
                _log.warning("left_undone", reason=str(error))

    async def _write_soon(self) -> None:
        await asyncio.sleep(WRITE_AFTER_S)
        await self.flush()

    def observe(self, interaction_id: str, card: InteractionCard) -> None:
        """Take note of an interaction that nobody reads any more."""
        if card.phase is Phase.ARCHIVED:
            task = asyncio.ensure_future(self._drop(interaction_id))
            self._dropping.add(task)
            task.add_done_callback(self._dropping.discard)

    async def _drop(self, interaction_id: str) -> None:
        try:
            await self._store.drop_positions(stream_of(interaction_id))
        except DeskError as error:
            _log.warning("left_undone", reason=str(error))

    async def aclose(self) -> None:
        """Let what is still on its way arrive."""
        if self._writing is not None:
            self._writing.cancel()
            await asyncio.gather(self._writing, return_exceptions=True)
        await asyncio.gather(*self._dropping)
        await self.flush()
