"""What one reader of an agent's events has not read yet."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from typing import Generic, TypeVar

from frontdesk.errors import Unavailable

MESSAGES_MAX = 100_000

T = TypeVar("T")


class Mailbox(Generic[T]):
    """A bounded queue for one reader.

    Errors:  reading raises `Unavailable` when the reader was so slow that something had to be left out, and
             whatever the mailbox was closed with.
    """

    def __init__(self, messages_max: int = MESSAGES_MAX) -> None:
        self._messages: deque[T] = deque()
        self._messages_max = messages_max
        self._news = asyncio.Event()
        self._is_closed = False
        self._error: BaseException | None = None

    def put(self, message: T) -> None:
        """Leave a message for the reader."""
        if self._is_closed:
            return
        if len(self._messages) >= self._messages_max:
            self.close(Unavailable(f"the reader is {self._messages_max} messages behind"))
            return
        self._messages.append(message)
        self._news.set()

    def close(self, error: BaseException | None = None) -> None:
        """No more will come: the reader gets what is left, then the end, or `error`."""
        if not self._is_closed:
            self._is_closed, self._error = True, error
            self._news.set()

    async def read(self) -> AsyncIterator[T]:
        """Each message, in order."""
        while True:
            while self._messages:
                yield self._messages.popleft()
            if self._is_closed:
                if self._error is not None:
                    raise self._error
                return
            self._news.clear()
            await self._news.wait()
