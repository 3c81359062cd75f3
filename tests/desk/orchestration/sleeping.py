"""Sleep by the clock of a test: it lasts until the test moves the clock."""

import asyncio

from tests.desk.nodes import Clock, turns


class Sleep:
    """Sleeps as `asyncio.sleep` does, by a clock that only tests move."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._sleeping: list[tuple[float, asyncio.Future[None]]] = []

    async def __call__(self, seconds: float) -> None:
        woken = asyncio.get_running_loop().create_future()
        self._sleeping.append((self._clock.now_ms + seconds * 1000, woken))
        self._wake()
        await woken

    async def pass_by(self, seconds: float) -> None:
        """Let time pass, and everybody who was waiting for it go on."""
        self._clock.after_s(seconds)
        self._wake()
        await turns(60)

    def _wake(self) -> None:
        for due_ms, woken in self._sleeping:
            if due_ms <= self._clock.now_ms and not woken.done():
                woken.set_result(None)
        self._sleeping = [(due, woken) for due, woken in self._sleeping if not woken.done()]
