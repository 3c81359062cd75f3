"""In which order page views are worked on: a few in each turn of the loop, so that chats come in between.

A page view takes some tenths of a millisecond. Many may come at once, or be on disk at once, and done in one
go they would keep everybody else from being heard.
"""

import asyncio
from collections import deque

BEGIN_AT_ONCE = 2  # Half a millisecond, or a whole one while everything is busy.
END_AT_ONCE = 8  # What is left to do then is an answer.


class Turns:
    """Whoever has waited for their turn goes on in it; at most `at_once` have the same."""

    def __init__(self, at_once: int) -> None:
        self._at_once = at_once
        self._taken = 0
        self._is_counting = False
        self._waiting: deque[asyncio.Future[None]] = deque()

    async def turn(self) -> None:
        """Return when it is one's turn: at once, unless others have taken it."""
        loop = asyncio.get_running_loop()
        if not self._is_counting:
            self._is_counting = True
            loop.call_soon(self._next)
        if self._taken < self._at_once:
            self._taken += 1
            return
        own = loop.create_future()
        self._waiting.append(own)
        await own

    def _next(self) -> None:
        """The next turn of the loop has come."""
        self._taken = 0
        waiting = self._waiting
        while waiting and self._taken < self._at_once:
            own = waiting.popleft()
            if not own.done():  # Else its caller has left.
                own.set_result(None)
                self._taken += 1
        self._is_counting = self._taken > 0
        if self._is_counting:
            asyncio.get_running_loop().call_soon(self._next)
