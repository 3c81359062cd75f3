"""Puts what the engine holds of a session into a snapshot on disk."""

import structlog

from frontdesk.desk.orchestration.contexts import Keep, Kept
from frontdesk.desk.orchestration.engine import BLAME_MAX, Engine, EngineLost, asked
from frontdesk.desk.orchestration.live import Live
from frontdesk.desk.orchestration.streams import Photo, Streams
from frontdesk.errors import Refused

_log = structlog.get_logger("orchestration")


class Photographs:
    """Takes them of the sessions that this node runs."""

    def __init__(self, streams: Streams, engine: Engine) -> None:
        self._streams = streams
        self._engine = engine

    async def take(self, live: Live) -> bool:
        """Keep a snapshot, if everything can be kept in one; whether there is one now.

        Errors:  `Unavailable`.
        """
        if not live.can_rest:
            return False
        stream = await self._streams.existing(live.session_id)
        session = stream.session
        if not live.stands_at(session.steps, self._engine.life(session.id)):
            return False
        try:
            kept = await asked(self._engine, Keep(session.id), Kept)
        except (Refused, EngineLost) as error:
            live.cannot_rest = isinstance(error, EngineLost) and error.blame >= BLAME_MAX
            _log.warning("no_snapshot", session_id=session.id, reason=str(error))
            return False
        if kept.lost:
            live.cannot_rest = True
            _log.warning("no_snapshot", session_id=session.id, lost=list(kept.lost))
            return False
        await self._streams.keep_photo(Photo(session, kept.snapshot))
        live.since_photo = 0
        return True
