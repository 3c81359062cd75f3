"""Uploads of visitors: so many at once on a node, whichever way they come in."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from frontdesk.edges.asgi import Receive, Scope
from frontdesk.edges.bodies import read_upload
from frontdesk.edges.metrics import Metrics
from frontdesk.errors import Refused
from frontdesk.settings import LimitSettings
from frontdesk.wire.multipart import Parts

TOO_MANY = "too_many_requests"


class Uploads:
    """The turns that uploads take, and the way that their bodies are read."""

    def __init__(self, limits: LimitSettings, metrics: Metrics) -> None:
        self._turns = asyncio.Semaphore(limits.uploads_in_flight_max)
        self._read_s = limits.upload_read_s
        self._metrics = metrics

    @asynccontextmanager
    async def parts(self, scope: Scope, receive: Receive, file_bytes_max: int) -> AsyncIterator[Parts]:
        """The parts of an upload; its turn lasts as long as the block.

        Errors:  `Refused(TOO_MANY)`: all turns are taken; and as `read_upload`.
        """
        if self._turns.locked():
            self._metrics.refused("uploads_in_flight_max")
            raise Refused(TOO_MANY, "too many files are being sent; try again in a moment")
        async with self._turns:
            yield await read_upload(scope, receive, file_bytes_max, self._read_s)
