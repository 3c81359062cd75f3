"""A doorbell: tells everybody who waits that there may be something new. A hint; the log is the truth."""

import asyncio

from frontdesk.errors import Unavailable


class Doorbell:
    """Rings for all who wait at that moment; belongs to one event loop."""

    def __init__(self) -> None:
        self._waiting: asyncio.Future[None] | None = None
        self._is_closed = False

    def ring(self) -> None:
        """Wake everybody who waits."""
        waiting, self._waiting = self._waiting, None
        if waiting is not None and not waiting.done():
            waiting.set_result(None)

    async def wait(self, for_s: float | None = None) -> None:
        """Return at the next ring, or after `for_s`. Errors: `Unavailable` once the store is closed."""
        if self._is_closed:
            raise Unavailable("the store is closed")
        if self._waiting is None:
            self._waiting = asyncio.get_running_loop().create_future()
        await asyncio.wait((self._waiting,), timeout=for_s)
        if self._is_closed:
            raise Unavailable("the store is closed")

    def close(self) -> None:
        """Wake everybody for the last time."""
        self._is_closed = True
        self.ring()
