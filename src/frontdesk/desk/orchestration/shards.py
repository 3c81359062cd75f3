"""Which sessions this node runs: those of the shards whose leases it holds."""

import asyncio
import contextlib
import zlib
from collections.abc import Callable

import structlog

from frontdesk.errors import DeskError
from frontdesk.store.log import Fence, Store

SHARDS = 16
LEASE_MS = 15_000
RENEW_S = 5.0
LOOK_AGAIN_S = 1.0  # While there are shards that should be had and are not.
_PREFIX = "orchestration/"
_NODES = "orchestrating/"

_log = structlog.get_logger("orchestration")


class Shards:
    """The leases of one node. Each has its fair share: when another node comes, some are given up.

    Shape:   all nodes of a database know the same `count`; one is enough where there is only one node.
    """

    def __init__(self, store: Store, node_id: str, clock_ms: Callable[[], int], count: int = SHARDS) -> None:
        self._count = count
        self._store = store
        self._node_id = node_id
        self._clock_ms = clock_ms
        self._held: dict[int, Fence] = {}
        self._until_ms: dict[int, int] = {}
        self.on_taken: list[Callable[[int], None]] = []
        self.on_lost: list[Callable[[int], None]] = []

    @property
    def held(self) -> frozenset[int]:
        return frozenset(self._held)

    def shard_of(self, session_id: str) -> int:
        return zlib.crc32(session_id.encode()) % self._count

    def fence(self, session_id: str) -> Fence | None:
        """What a write of who runs this session is checked by; None when that is another node."""
        return self.fence_of(self.shard_of(session_id))

    def fence_of(self, shard: int) -> Fence | None:
        """The same of all sessions of a shard."""
        if self._until_ms.get(shard, 0) <= self._clock_ms():
            return None
        return self._held.get(shard)

    async def run(self) -> None:
        """Take and renew until cancelled; then let others have them at once."""
        try:
            while True:
                try:
                    is_content = await self.look()
                except DeskError as error:
                    _log.warning("leases_paused", reason=str(error))
                    is_content = False
                await asyncio.sleep(RENEW_S if is_content else LOOK_AGAIN_S)
        finally:
            with contextlib.suppress(DeskError):
                await asyncio.gather(*(self._give_up(shard) for shard in list(self._held)))
                await self._store.purge(_NODES + self._node_id)

    async def look(self) -> bool:
        """Renew what is held, take what is due to this node; whether it has its share."""
        now_ms = self._clock_ms()
        await self._store.note_seen([(_NODES + self._node_id, now_ms)])
        await asyncio.gather(*(self._take(shard) for shard in sorted(self._held)))
        share = await self._share(now_ms)
        for shard in sorted(self._held)[share:]:
            await self._give_up(shard)
        wanted = [shard for shard in range(self._count) if shard not in self._held]
        while wanted and len(self._held) < share:
            missing = share - len(self._held)
            await asyncio.gather(*(self._take(shard) for shard in wanted[:missing]))
            wanted = wanted[missing:]
        return len(self._held) >= share

    async def _share(self, now_ms: int) -> int:
        seen = await self._store.seen_under(_NODES)
        nodes = sum(seen_ms > now_ms - LEASE_MS for seen_ms in seen.values())
        return -(-self._count // max(1, nodes))

    async def _take(self, shard: int) -> None:
        now_ms = self._clock_ms()
        name = f"{_PREFIX}{shard}"
        number = await self._store.take_lease(name, self._node_id, now_ms, LEASE_MS)
        before = self._held.get(shard)
        if number is None:
            if before is not None:
                self._lose(shard)
            return
        self._until_ms[shard] = now_ms + LEASE_MS
        self._held[shard] = Fence(name, number)
        if before is None or before.number != number:  # Another node may have had it between.
            _log.info("shard_taken", shard=shard)
            for tell in self.on_taken:
                tell(shard)

    async def _give_up(self, shard: int) -> None:
        self._lose(shard)
        await self._store.drop_lease(f"{_PREFIX}{shard}", self._node_id)

    def _lose(self, shard: int) -> None:
        _log.info("shard_given_up", shard=shard)
        del self._held[shard]
        self._until_ms.pop(shard, None)
        for tell in self.on_lost:
            tell(shard)
