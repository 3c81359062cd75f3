"""What a server writes into its log, seen from outside the moment that it is on disk."""

import asyncio
import contextlib
import sqlite3
import time
from collections.abc import AsyncIterator
from pathlib import Path

import msgspec

LOOK_EVERY_S = 0.001
SQL = "SELECT position, stream, body FROM events WHERE position > ? ORDER BY position"


class _Output(msgspec.Struct):
    module: str = ""
    action: str = ""


class _Fact(msgspec.Struct):
    """As much of a fact as is looked at."""

    type: str = ""
    session_id: str = ""
    outputs: list[_Output] = []


_fact = msgspec.json.Decoder(_Fact).decode


class Submits:
    """When sessions first asked for somebody, and when that began to count for routing; both by chat.

    Units:   of `time.perf_counter`.
    """

    def __init__(self, file: Path) -> None:
        self._log = sqlite3.connect(f"file:{file}?mode=ro", uri=True, isolation_level=None)
        (self._position,) = self._log.execute("SELECT coalesce(max(position), 0) FROM events").fetchone()
        self._chats: dict[str, str] = {}  # By the sessions that have them.
        self.asked: dict[str, float] = {}
        self.waits: dict[str, float] = {}

    def look(self) -> None:
        """Take note of what is new."""
        rows = self._log.execute(SQL, (self._position,)).fetchall()
        now = time.perf_counter()
        for self._position, stream, body in rows:
            kind, _, name = stream.partition("/")
            if kind == "interaction":
                self._note_chat(name, _fact(body), now)
            elif kind == "session":
                self._note_session(name, _fact(body), now)

    def _note_chat(self, chat: str, fact: _Fact, now: float) -> None:
        if fact.type == "Owned":
            self._chats[fact.session_id] = chat
        elif fact.type == "Submitted" and fact.session_id in self._chats:
            self.waits.setdefault(chat, now)

    def _note_session(self, session: str, fact: _Fact, now: float) -> None:
        if any(output.module == "queue" and output.action == "submit" for output in fact.outputs):
            chat = self._chats.get(session)
            if chat is not None:  # Else it began before the first look.
                self.asked.setdefault(chat, now)

    @property
    def sessions(self) -> list[str]:
        """All that have begun since the first look."""
        return list(self._chats)

    async def all(self, count: int, within_s: float) -> None:
        """Wait until so many chats wait. Errors: `TimeoutError`."""
        async with asyncio.timeout(within_s):
            while len(self.waits) < count:
                await asyncio.sleep(LOOK_EVERY_S)

    def close(self) -> None:
        self._log.close()


@contextlib.asynccontextmanager
async def watched(file: Path) -> AsyncIterator[Submits]:
    """The log in `file`, looked at all the time."""
    submits = Submits(file)

    async def look() -> None:
        while True:
            submits.look()
            await asyncio.sleep(LOOK_EVERY_S)

    with contextlib.closing(submits):
        async with asyncio.TaskGroup() as tasks:
            looking = tasks.create_task(look())
            try:
                yield submits
            finally:
                looking.cancel()
