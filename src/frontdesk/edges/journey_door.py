"""The way to journeys over HTTP: where it leads, and the one to journeys in this very process."""

import time
from typing import Protocol

from frontdesk.edges.asgi import Answer, ClientLeft, Headers, Keep, Kept, Receive, Scope, Send
from frontdesk.edges.journey_asked import counted_as, serves
from frontdesk.edges.journey_collector import JourneyCollector
from frontdesk.edges.journey_replies import malformed
from frontdesk.edges.metrics import Metrics
from frontdesk.edges.traffic import Traffic


class JourneyDoor(Protocol):
    """An ASGI application for some of the addresses."""

    def serves(self, path: str) -> bool:
        """Whether it is asked for this address."""

    def at_once(self, scope: Scope, keep: Keep) -> Answer | Kept | None:
        """The answer to a request for which no task need wait, or the request when it was kept."""

    def malformed(self, origin: bytes, text: str) -> tuple[Headers, bytes]:
        """The answer to a request that cannot be read."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None: ...


class NearDoor(JourneyDoor):
    """To the collector of this process; who manages journeys goes the comfortable way."""

    def __init__(self, collector: JourneyCollector, traffic: Traffic, metrics: Metrics) -> None:
        self._collector = collector
        self._traffic = traffic
        self._metrics = metrics

    def serves(self, path: str) -> bool:
        return serves(path)

    def at_once(self, _scope: Scope, _keep: Keep) -> None:
        """Whatever is asked here has to wait for the disk."""

    def malformed(self, origin: bytes, text: str) -> tuple[Headers, bytes]:
        return malformed(origin, text)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        started_s = time.perf_counter()
        self._traffic.in_flight += 1
        try:
            status, headers, body = await self._collector.answer(scope, receive)
        except ClientLeft:
            return
        finally:
            self._traffic.in_flight -= 1
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": body})
        if operation := counted_as(scope):
            self._metrics.answered(operation, status, time.perf_counter() - started_s)
