"""What operators and load balancers ask: health, readiness, metrics, the description of the API."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from frontdesk.edges.metrics import Metrics
from frontdesk.errors import Unavailable

CHECK_S = 2.0
METRICS_TYPE = "text/plain; version=0.0.4; charset=utf-8"

Check = Callable[[], Awaitable[None]]


class Operations:
    """The routes.

    Shape:   `checks` are what must answer before chats can be taken, by name; `description` is the API's;
             `others` is what other processes of this node count.
    """

    def __init__(
        self,
        metrics: Metrics,
        checks: Mapping[str, Check],
        description: Mapping[str, object],
        others: Callable[[], Awaitable[bytes]],
    ) -> None:
        self._metrics = metrics
        self._others = others
        self._checks = checks
        self._openapi = msgspec.json.encode(description)
        self.is_stopping = False

    def routes(self) -> list[Route]:
        return [
            Route("/healthz", self.health),
            Route("/readyz", self.ready),
            Route("/metrics", self.metrics),
            Route("/api/openapi.json", self.openapi),
        ]

    async def health(self, _request: Request) -> Response:
        """The process runs and answers."""
        return _json({"status": "ok"})

    async def ready(self, _request: Request) -> Response:
        """Whether chats can be taken, and what stands in the way."""
        if self.is_stopping:
            return _json({"status": "stopping"}, 503)
        names = list(self._checks)
        found = await asyncio.gather(*(self._check(name) for name in names))
        faults = {name: fault for name, fault in zip(names, found, strict=True) if fault}
        if faults:
            return _json({"status": "not_ready", "faults": faults}, 503)
        return _json({"status": "ok", "checks": names})

    async def _check(self, name: str) -> str:
        """What is wrong; empty when nothing is."""
        try:
            async with asyncio.timeout(CHECK_S):
                await self._checks[name]()
        except Unavailable as error:
            return str(error)
        except TimeoutError:
            return f"no answer within {CHECK_S:g} s"
        return ""

    async def metrics(self, _request: Request) -> Response:
        others = await self._others()
        return Response(self._metrics.text() + others, headers={"content-type": METRICS_TYPE})

    async def openapi(self, _request: Request) -> Response:
        return Response(self._openapi, media_type="application/json", headers={"cache-control": "no-cache"})


def _json(value: object, status: int = 200) -> Response:
    headers = {"cache-control": "no-store"}
    return Response(msgspec.json.encode(value), status, headers, media_type="application/json")
