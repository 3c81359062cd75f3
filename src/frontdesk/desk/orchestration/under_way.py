"""What modules have begun for sessions and is not over, by request; and the telling of how each ended."""

import asyncio
from collections.abc import Awaitable, Callable

import structlog

from frontdesk.desk.orchestration.modules import Delivery, Request
from frontdesk.errors import NotFound, Refused, Unavailable
from frontdesk.scxml.events import Event

RETRY_S = 1.0

Sleep = Callable[[float], Awaitable[None]]
Work = Callable[[], Awaitable[Event]]

_log = structlog.get_logger("orchestration")


class UnderWay:
    """Requests that are worked on, each once. Whoever makes one closes it."""

    def __init__(self, delivery: Delivery, sleep: Sleep = asyncio.sleep) -> None:
        self._delivery = delivery
        self._sleep = sleep
        self._tasks: dict[str, asyncio.Task[None]] = {}

    def __contains__(self, request_id: str) -> bool:
        return request_id in self._tasks

    def begin(self, request: Request, work: Work) -> None:
        """Do `work` beside everything else, and tell what came of it; a fault of ours is told too."""
        assert request.request_id not in self._tasks, "who begins looks whether it is under way"
        task = asyncio.create_task(self._to_its_end(request, work))
        self._tasks[request.request_id] = task
        task.add_done_callback(lambda done: self._is_over(request.request_id, done))

    def _is_over(self, request_id: str, task: "asyncio.Task[None]") -> None:
        if self._tasks.get(request_id) is task:
            del self._tasks[request_id]

    def cancel(self, request_id: str) -> None:
        """Nobody waits for it any more."""
        task = self._tasks.pop(request_id, None)
        if task is not None:
            task.cancel()

    async def quiet(self) -> None:
        """Return when nothing is under way."""
        while self._tasks:
            await asyncio.wait(tuple(self._tasks.values()))

    async def aclose(self) -> None:
        """Leave what is under way to whoever is asked for it again."""
        tasks = tuple(self._tasks.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _to_its_end(self, request: Request, work: Work) -> None:
        try:
            event = await self._came_of(request, work)
        except Exception:  # noqa: BLE001  # A session that heard nothing would wait for ever.
            _log.exception("request_failed", request_id=request.request_id, action=request.action)
            event = request.failed("unknown", "it could not be done, by a fault of this server")
        await self.tell(request, event)

    async def _came_of(self, request: Request, work: Work) -> Event:
        """What came of it, when it could be done: it may be begun again."""
        while True:
            try:
                return await work()
            except Unavailable as error:
                _log.warning("request_waits", request_id=request.request_id, reason=str(error))
            await self._sleep(RETRY_S)

    async def tell(self, request: Request, event: Event, key: str = "") -> None:
        """Deliver an event for a request, however long that takes; a session that is over needs none."""
        while True:
            try:
                await self._delivery.deliver(request.session_id, (event,), key=key or request.request_id)
            except NotFound:
                return
            except Refused as refused:
                if refused.code == "event_too_large":
                    event = request.failed("protocol.size", "the answer is too large for an event")
                    continue
                _log.info("not_delivered", request_id=request.request_id, reason=str(refused))
            except Unavailable as error:
                _log.warning("not_delivered", request_id=request.request_id, reason=str(error))
            else:
                return
            await self._sleep(RETRY_S)
