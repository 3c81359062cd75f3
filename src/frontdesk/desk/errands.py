"""What is looked up for one session, without holding up the others."""

import asyncio
from collections.abc import Coroutine

import structlog

from frontdesk.desk.session import Session
from frontdesk.errors import DeskError, NotFound, TooNew

_log = structlog.get_logger("hub")


class Errands:
    """Work in the background, each for one session."""

    def __init__(self) -> None:
        self._tasks: set[asyncio.Task[None]] = set()

    def run(self, session: Session, work: Coroutine[None, None, None]) -> None:
        """Do `work` soon. A session that cannot be told all is shut: it comes again and goes on."""
        task = asyncio.ensure_future(self._or_shut(session, work))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _or_shut(self, session: Session, work: Coroutine[None, None, None]) -> None:
        try:
            await work
        except NotFound:
            return
        except TooNew:  # Coming again would not help: a newer node tells of it, or this one once it is newer.
            _log.warning("too_new", agent_id=session.agent_id)
        except DeskError as error:
            _log.warning("reading_failed", reason=str(error), agent_id=session.agent_id)
            session.shut("unavailable")

    async def aclose(self) -> None:
        """Drop what is not done yet."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
