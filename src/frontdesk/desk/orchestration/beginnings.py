"""Since when a request has been worked on, as a version of the interaction that it is about."""

from collections.abc import Sequence

from frontdesk.desk.chat import Told
from frontdesk.desk.chats import Chats
from frontdesk.desk.identity import stream_of
from frontdesk.desk.orchestration.modules import Request
from frontdesk.store.log import Position, Store

LOOKED_BACK_MAX = 200  # Events that may have come between the asking and a crash, and the work after it.


class Beginnings:
    """Remembers for each request where an interaction stood when work on it began."""

    def __init__(self, store: Store, chats: Chats) -> None:
        self._store = store
        self._chats = chats

    async def of(self, request: Request, interaction_id: str) -> int:
        """The version, the same each time. Errors: `NotFound`, `Unavailable`.

        What happened since it was asked belongs to it, also when nobody could work on it then. Where that was
        not kept, the time of the asking says nearly the same.
        """
        stream, reader = stream_of(interaction_id), f"request {request.request_id}"
        known = await self._store.position(stream, reader)
        if known is not None:
            return known.delivered
        _, full = await self._chats.settled(interaction_id)
        version = full.state.version
        for told in reversed(await self._newest(interaction_id, version)):
            if told.at_ms <= request.asked_ms:
                break
            version = told.version - 1
        await self._store.note_positions((Position(stream, reader, version, version),))
        return version

    async def _newest(self, interaction_id: str, version: int) -> Sequence[Told]:
        return await self._chats.history(interaction_id, max(1, version - LOOKED_BACK_MAX + 1))
