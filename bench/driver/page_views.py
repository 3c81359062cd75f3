"""Visitors of a tracked shop: page views over shared connections, and now and then one who earns an offer."""

import asyncio
import contextlib
import datetime as dt
import itertools
import random
import time
from collections.abc import AsyncIterator, Sequence
from urllib.parse import quote
from uuid import UUID

import msgspec

from bench.driver.http import HttpConnection, connect, post, with_body
from bench.driver.load import STRAGGLERS_WAIT_S, Measured, Wrong
from tests.domain.journey.site import DEPLOYMENT_ID, ORIGIN, VIEW, paths

BROWSER = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36"
    " (KHTML, like Gecko) Chrome/128.0 Safari/537.36"
)
BASE = f"/api/v2/journey/deployments/{DEPLOYMENT_ID}"
HEADERS = (f"origin: {ORIGIN}", f"user-agent: {BROWSER}", "accept-language: de-DE,de;q=0.9,en;q=0.8")
EVENTS = post(f"{BASE}/webevents", "text/plain;charset=UTF-8", *HEADERS)
SEARCHED = "https://www.google.com/"
VISITORS_EACH = 10  # Who share a connection, as through a proxy.
VIEWS_EACH = 10  # Then somebody else comes.
LOOK_EVERY_S = 0.005
OK = 200

_encode = msgspec.json.Encoder().encode


class Told(msgspec.Struct, rename="camel"):
    """What an event is answered, as far as anybody looks."""

    ping_now: bool


class Pinged(msgspec.Struct):
    """What a ping is answered."""

    actions: list[msgspec.Raw]


class Shopper:
    """One browser. `number` makes it and what it does; of nobody else is it the same."""

    def __init__(self, number: int) -> None:
        self.id = str(UUID(int=random.Random(number).getrandbits(128), version=4))
        self._dice = random.Random(number)
        self._pages = paths()
        self._before = SEARCHED
        self.views = 0

    def view(self) -> bytes:
        """The request that tells of the next page view."""
        self.views += 1
        return self.event(VIEW, self._dice.choice(self._pages))

    def event(self, name: str, path: str, **attributes: object) -> bytes:
        """The request that tells of something, with what the tracker says of every event."""
        words = path.strip("/").replace("/", " ").replace("-", " ").partition("?")[0] or "welcome"
        body = {
            "customerCookieId": self.id,
            "eventId": str(UUID(int=self._dice.getrandbits(128), version=4)),
            "eventName": name,
            "createdDate": f"{dt.datetime.now(dt.UTC):%Y-%m-%dT%H:%M:%S.%f}Z",
            "page": {"url": f"{ORIGIN}{path}", "title": f"{words.title()} | The Shop", "lang": "en"},
            "browser": {"lang": "de-DE", "viewWidth": 1200, "viewHeight": 800},
            "device": {"screenWidth": 1920, "screenHeight": 1080, "screenDensity": 1},
            "referrerUrl": self._before,
            "attributes": attributes,
        }
        self._before = f"{ORIGIN}{path}"
        return with_body(EVENTS, _encode(body))

    def ping(self, path: str) -> bytes:
        """The request that asks what to show on a page."""
        url = quote(f"{ORIGIN}{path}", safe="")
        lines = (f"GET {BASE}/customers/{self.id}/ping?dl={url} HTTP/1.1", "host: localhost", *HEADERS)
        return "\r\n".join((*lines, "", "")).encode()


class Crowd:
    """Shoppers who view pages, each connection one page at a time, until they are told to stop.

    Units:   `per_s` is the rate over all connections; 0 for as fast as it goes.
    """

    def __init__(self, connections: Sequence[HttpConnection], numbers: "itertools.count[int]") -> None:
        self._connections = connections
        self._numbers = numbers
        self._shoppers = [[Shopper(next(numbers)) for _ in range(VISITORS_EACH)] for _ in connections]
        self._loop = asyncio.get_running_loop()
        self._under_way = 0
        self._is_over = True
        self._fault = ""
        self._pause_s = 0.0
        self._latencies_s: list[float] = []

    def begin(self, per_s: float = 0) -> None:
        """View pages from now on."""
        self._is_over, self._latencies_s = False, []
        self._pause_s = len(self._connections) / per_s if per_s else 0.0
        for number in range(len(self._connections)):
            self._under_way += 1
            self._loop.call_later(self._pause_s * number / len(self._connections), self._view, number)

    async def end(self) -> None:
        """View no more; wait for the last answers. Errors: `Wrong`."""
        self._is_over = True
        until_s = time.perf_counter() + STRAGGLERS_WAIT_S
        while self._under_way and time.perf_counter() < until_s:
            await asyncio.sleep(LOOK_EVERY_S)
        if self._fault or self._under_way:
            raise Wrong(self._fault or f"{self._under_way} page views were never answered")

    def measured(self, took_s: float) -> Measured:
        """What was counted."""
        return Measured(len(self._latencies_s), took_s, tuple(self._latencies_s))

    def _view(self, number: int) -> None:
        if self._is_over:
            self._under_way -= 1
            return
        shoppers = self._shoppers[number]
        shopper = shoppers.pop(0)
        if shopper.views == VIEWS_EACH:
            shopper = Shopper(next(self._numbers))
        shoppers.append(shopper)
        request, asked_s = shopper.view(), time.perf_counter()
        self._connections[number].ask(
            request, lambda status, body: self._answered(number, asked_s, status, body)
        )

    def _answered(self, number: int, asked_s: float, status: int, body: bytes) -> None:
        now_s = time.perf_counter()
        self._latencies_s.append(now_s - asked_s)
        if status != OK or b'"pingNow":' not in body:
            self._fault = self._fault or f"a page view was answered {status} {body[:200]!r}"
            self._is_over = True
        self._loop.call_later(max(0.0, asked_s + self._pause_s - now_s), self._view, number)


async def visit(url: str, connections: int, shoppers: Sequence[Shopper], views: int) -> None:
    """Have each of them view so many pages, as fast as it goes. Errors: `Wrong`, `OSError`."""

    async def some(number: int) -> None:
        connection = await connect(url)
        try:
            for shopper in shoppers[number::connections]:
                for _ in range(views):
                    status, body = await connection.fetch(shopper.view())
                    if status != OK:
                        raise Wrong(f"a page view was answered {status} {body[:200]!r}")
        finally:
            connection.close()

    await asyncio.gather(*(some(number) for number in range(connections)))


@contextlib.asynccontextmanager
async def shop(url: str, connections: int, numbers: "itertools.count[int]") -> AsyncIterator[Crowd]:
    """A crowd before the server at `url`, whose shoppers have these numbers. Errors: `OSError`."""
    opened = await asyncio.gather(*(connect(url) for _ in range(connections)))
    try:
        yield Crowd(opened, numbers)
    finally:
        for connection in opened:
            connection.close()


async def earn(connection: HttpConnection, shopper: Shopper) -> float:
    """Units: seconds from the event that earns an offer until a page has it to show. Errors: `Wrong`."""
    await connection.fetch(shopper.event(VIEW, "/checkout?step=1"))
    began_s = time.perf_counter()
    status, body = await connection.fetch(
        shopper.event("form_abandoned", "/checkout?step=1", formName="checkout")
    )
    if status != OK or not msgspec.json.decode(body, type=Told).ping_now:
        raise Wrong(f"an event that earns an offer was answered {status} {body[:200]!r}")
    status, body = await connection.fetch(shopper.ping("/checkout?step=1"))
    if status != OK or not msgspec.json.decode(body, type=Pinged).actions:
        raise Wrong(f"a page that was to ask was answered {status} {body[:200]!r}")
    return time.perf_counter() - began_s
