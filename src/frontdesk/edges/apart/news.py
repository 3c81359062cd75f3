"""The news of chats for a process that asks for them stretch by stretch.

Words of visitors and agents are most of the log, and stay here: of them only how far the log has come is
told, now and then, so that the place that is kept moves on.
"""

import asyncio
import contextlib

from frontdesk.desk.journeys.chat_news import chat_news
from frontdesk.desk.journeys.kept_follower import Passage
from frontdesk.errors import DeskError
from frontdesk.store.log import EventLog, Recorded

QUIET_S = 1.0  # When there is nothing but words.
AHEAD_MAX = 1000  # Records that wait to be asked for; a log that is behind by far more is read bit by bit.


class News:
    """One reader's: it has the log read ahead of what is asked.

    Units:   who asks hears of nothing but words after `quiet_s`.
    """

    def __init__(self, log: EventLog, quiet_s: float = QUIET_S) -> None:
        self._log = log
        self._quiet_s = quiet_s
        self._reading: asyncio.Task[None] | None = None
        self._records: list[Recorded] = []
        self._told = self._end = 0
        self._has_news = asyncio.Event()
        self._has_room = asyncio.Event()

    async def after(self, position: int) -> Passage:
        """The next stretch after this position, as soon as there is one. Errors: `Unavailable`."""
        if self._reading is None or position != self._told:
            self._begin(position)
        assert self._reading is not None
        while not self._records and not self._reading.done():
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(self._quiet_s):
                    await self._has_news.wait()
            if self._end > self._told:
                break
        if self._reading.done() and not self._records:
            reading, self._reading = self._reading, None
            reading.result()
        records, self._records, self._told = self._records, [], self._end
        self._has_news.clear()
        self._has_room.set()
        return Passage(records, self._told)

    def close(self) -> None:
        """Read no more."""
        if self._reading is not None:
            self._reading.cancel()
            self._reading = None

    def _begin(self, position: int) -> None:
        self.close()
        self._records, self._told, self._end = [], position, position
        self._reading = asyncio.create_task(self._read(position), name="journey news")

    async def _read(self, position: int) -> None:
        try:
            async for passage in chat_news(self._log, position):
                self._records += passage.records
                self._end = passage.end
                if self._records:
                    self._has_news.set()
                while len(self._records) >= AHEAD_MAX:
                    self._has_room.clear()
                    await self._has_room.wait()
        except DeskError:
            self._has_news.set()
            raise
