"""Erases an interaction with all that is kept of it: its history, its files, what sessions were told."""

import structlog
from msgspec import Struct

from frontdesk.desk.folding import event_of
from frontdesk.desk.identity import stream_of
from frontdesk.desk.interactions import Interactions
from frontdesk.desk.orchestration.erasing import SessionEraser
from frontdesk.domain.events import FileUploaded
from frontdesk.domain.owning_events import Owned
from frontdesk.errors import Refused
from frontdesk.store.files import FileStore
from frontdesk.store.log import Store

_log = structlog.get_logger("erasing")


class Erased(Struct, frozen=True):
    """How much is gone; `sessions_at_their_end` go on, and nothing of them is kept once they are over."""

    files: int
    sessions: int
    sessions_at_their_end: int


class Erasing:
    """What nobody may be able to read any more. What reports have counted stays, under no name."""

    def __init__(
        self, store: Store, files: FileStore, interactions: Interactions, sessions: SessionEraser
    ) -> None:
        self._store = store
        self._files = files
        self._interactions = interactions
        self._sessions = sessions

    async def erase(self, interaction_id: str, by: str) -> Erased:
        """Erase an interaction that is over, because the account `by` wants it.

        Errors:  `NotFound`; `Refused("still_open")`; `Unavailable`, and then it can be asked for again.
        """
        chats = self._interactions.chats
        _, full = await chats.settled(interaction_id)
        if full.state.is_open:
            raise Refused("still_open", "it has not ended; end it first")
        stream = stream_of(interaction_id)
        happened = [event_of(record.body) for record in await self._store.read(stream)]
        owners = [event.session_id for event in happened if isinstance(event, Owned)]
        sessions = await self._sessions.erase(interaction_id, owners)
        kept = [event.file_id for event in happened if isinstance(event, FileUploaded)]
        for file_id in kept:
            await self._files.delete(f"{interaction_id}/{file_id}")
        await self._store.purge(stream)  # Last: as long as it is there, the rest can be found.
        chats.drop(interaction_id)
        _log.info("interaction_erased", interaction_id=interaction_id, account_id=by)
        return Erased(len(kept), len(sessions.gone), len(sessions.at_their_end))
