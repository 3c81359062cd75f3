"""A doorbell: tells everybody who waits that there may be something new. A hint; the log is the truth."""

import asyncio

from frontdesk.errors import Unavailable


class Doorbell:
    """Rings for all who wait at that moment; belongs to one event loop."""

    def __init__(self) -> None:
        self._waiting: list[asyncio.Future[bool]] = []
        self._is_closed = False

    def ring(self) -> None:
        """Wake everybody who waits."""
        waiting, self._waiting = self._waiting, []
        for future in waiting:
            _wake(future, True)

    async def wait(self, for_s: float | None = None) -> bool:
        """True at the next ring, False after `for_s`. Errors: `Unavailable` once the store is closed."""
        is_rung = False
        if not self._is_closed:
            loop = asyncio.get_running_loop()
            future = loop.create_future()
            self._waiting.append(future)
            alarm = loop.call_later(for_s, _wake, future, False) if for_s is not None else None
            try:
                is_rung = await future
            finally:
                if alarm is not None:
                    alarm.cancel()
                if future in self._waiting:
                    self._waiting.remove(future)
        if self._is_closed:
            raise Unavailable("the store is closed")
        return is_rung

    def close(self) -> None:
        """Wake everybody for the last time."""
        self._is_closed = True
        self.ring()


def _wake(future: asyncio.Future[bool], is_rung: bool) -> None:
    if not future.done():
        future.set_result(is_rung)
