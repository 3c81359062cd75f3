"""Where the node is that runs a session: each writes its address down with the leases that it takes."""

import asyncio
from collections.abc import Callable

import msgspec
import structlog

from frontdesk.desk.orchestration.shards import Shards
from frontdesk.errors import Conflict, DeskError
from frontdesk.store.log import Card, Store

CARD = "orchestration node"

_log = structlog.get_logger("orchestration")


class NodeAddresses:
    """The addresses of the nodes that run sessions. `address` is this node's own; without one it has none."""

    def __init__(self, store: Store, shards: Shards, address: str, clock_ms: Callable[[], int]) -> None:
        self._store = store
        self._shards = shards
        self._address = address.rstrip("/")
        self._clock_ms = clock_ms
        self._writing: set[asyncio.Task[None]] = set()
        if self._address:
            shards.on_taken.append(self._taken)

    async def elsewhere(self, session_id: str) -> str:
        """The address of another node that runs the session; empty when this one does, or nobody knows.

        Errors:  `Unavailable`.
        """
        if not self._address or self._shards.fence(session_id) is not None:
            return ""
        card = await self._store.card(_stream(self._shards.shard_of(session_id)))
        found = msgspec.json.decode(card.body, type=str) if card is not None else ""
        return "" if found == self._address else found

    async def aclose(self) -> None:
        """Stop writing."""
        for task in list(self._writing):
            task.cancel()
        await asyncio.gather(*self._writing, return_exceptions=True)

    def _taken(self, shard: int) -> None:
        task = asyncio.create_task(self._write(shard))
        self._writing.add(task)
        task.add_done_callback(self._writing.discard)

    async def _write(self, shard: int) -> None:
        fence = self._shards.fence_of(shard)
        card = Card(CARD, is_open=True, sort_ms=self._clock_ms(), body=msgspec.json.encode(self._address))
        if fence is None:
            return
        try:
            await self._store.append(_stream(shard), 0, (), self._clock_ms(), (card, fence))
        except Conflict:
            return  # Another node has the lease already.
        except DeskError as error:
            _log.warning("address_not_told", shard=shard, reason=str(error))


def _stream(shard: int) -> str:
    return f"orchestration-node/{shard}"
