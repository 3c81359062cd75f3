"""Nodes that share a database say that they are there, so that whoever looks can count them."""

import contextlib
from collections.abc import Awaitable, Callable, Sequence

from frontdesk.errors import DeskError
from frontdesk.store.log import Store

BEAT_S = 5.0
FRESH_MS = 60_000  # Clocks may differ by less than that.
FORGOTTEN_MS = 86_400_000
_ROOT = "node/"


class Heartbeat:
    """That one node is there; `name` tells people which one it is, `node_id` tells it from all others."""

    def __init__(self, store: Store, name: str, node_id: str, clock_ms: Callable[[], int]) -> None:
        self._store = store
        self._clock_ms = clock_ms
        self._stream = f"{_ROOT}{name}/{node_id}"

    async def begin(self) -> None:
        """Say so for the first time, and clear away those who were killed long ago. Errors: `Unavailable`."""
        await self.beat()
        for stream, seen_ms in (await self._store.seen_under(_ROOT)).items():
            if seen_ms < self._clock_ms() - FORGOTTEN_MS:
                await self._store.purge(stream)

    async def beat(self) -> None:
        """Say so again, every `BEAT_S`. Errors: `Unavailable`."""
        await self._store.note_seen([(self._stream, self._clock_ms())])

    async def end(self) -> None:
        """Say that it is not; one that cannot is found out soon."""
        with contextlib.suppress(DeskError):
            await self._store.purge(self._stream)


async def nodes_at_work(
    store: Store, now_ms: int, wait: Callable[[], Awaitable[object]], *, is_sure_of_one: bool = True
) -> Sequence[str]:
    """The names of the nodes that share a database and are alive.

    Shape:   several were heard of lately where one was killed and came back. Then, and for a single one
             unless `is_sure_of_one`, it is waited for longer than a beat: only who is alive says so again.
    Errors:  `Unavailable`.
    """
    lately = {s: ms for s, ms in (await store.seen_under(_ROOT)).items() if ms >= now_ms - FRESH_MS}
    if len(lately) > (1 if is_sure_of_one else 0):
        await wait()
        again = await store.seen_under(_ROOT)
        lately = {s: ms for s, ms in lately.items() if again.get(s, 0) > ms}
    return sorted(stream.removeprefix(_ROOT).rpartition("/")[0] for stream in lately)
