"""Requests whose bodies are still to come, where journeys have a process of their own.

What can be refused without the body is refused without it, and counted as in one process.
"""

import asyncio
import json
import os
import signal
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import anyio
import pytest
from msgspec.structs import replace

from frontdesk.edges.apart.relay import JourneyRelay
from frontdesk.main import running
from frontdesk.settings import Settings
from tests.bare import http_client
from tests.conformance.house import House
from tests.conformance.journey.tracked import (
    BASE,
    IMPLIED,
    KEY,
    ORIGIN,
    SERVER_KEY,
    Tracked,
    managed,
    tracking_in,
    wall_clock_ms,
)
from tests.edges.test_journeys_apart import process_of
from tests.patience import PATIENCE_S

pytestmark = pytest.mark.anyio
UNKNOWN = "11111111-1111-4111-8111-111111111111"
BURST = 20
Change = Callable[[Settings], Settings]


@asynccontextmanager
async def a_site(folder: Path, change: Change = lambda settings: settings) -> AsyncIterator[Tracked]:
    settings = change(tracking_in(folder))
    async with running(settings, has_processes=True) as server, http_client() as http:
        house = House(server, http)
        deployment = await managed(house, "POST", "/deployments", {"name": "s", "allowedOrigins": [ORIGIN]})
        own = Tracked(house, deployment["id"], wall_clock_ms)
        await own.sets(privacy=IMPLIED)
        yield own


@pytest.fixture(scope="module")
async def site(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Tracked]:
    async with a_site(tmp_path_factory.mktemp("pieces")) as own:
        yield own


class Slow:
    """A request of which so far only the head and a little came."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, rest: bytes) -> None:
        self._reader = reader
        self._writer = writer
        self._rest = rest

    async def goes_on(self) -> None:
        self._writer.write(self._rest)
        await self._writer.drain()

    async def answer(self) -> tuple[int, dict[str, Any]]:
        """Its status, and what is said."""
        try:
            with anyio.fail_after(PATIENCE_S):
                head = await self._reader.readuntil(b"\r\n\r\n")
                names = dict(line.lower().split(b": ", 1) for line in head.split(b"\r\n")[1:-2])
                body = await self._reader.readexactly(int(names[b"content-length"]))
        finally:
            self._writer.close()
        return int(head.split()[1]), json.loads(body)

    def leaves(self) -> None:
        self._writer.transport.abort()


async def slowly(site: Tracked, address: str, body: bytes, *headers: str) -> Slow:
    """Begin to ask."""
    at = urlsplit(address)
    reader, writer = await asyncio.open_connection(at.hostname, at.port)
    head = (f"POST {at.path} HTTP/1.1", "host: x", f"content-length: {len(body)}", *headers)
    writer.write("\r\n".join((*head, "", "")).encode() + body[:5])
    return Slow(reader, writer, body[5:])


async def page_view(site: Tracked, *headers: str, place: str = "webevents") -> Slow:
    """A visitor's page view that takes its time."""
    event = site.visitor().event()
    body = event if place == "webevents" else [event]
    return await slowly(site, site.at(place), json.dumps(body).encode(), *headers)


def door_of(site: Tracked) -> JourneyRelay:
    door = site.house.server._parts.journeys.door
    assert isinstance(door, JourneyRelay)
    return door


async def until(holds: Callable[[], bool]) -> None:
    with anyio.fail_after(PATIENCE_S):
        while not holds():
            await anyio.sleep(0.01)


async def test_what_comes_in_pieces_is_taken_in(site: Tracked) -> None:
    for place in ("webevents", "webevents/batch"):
        asked = await page_view(site, f"origin: {ORIGIN}", place=place)
        await asked.goes_on()
        assert (await asked.answer())[0] == 200


async def test_who_is_refused_by_their_head_need_not_bring_a_body(site: Tracked) -> None:
    body = json.dumps(site.visitor().event()).encode()
    foreign = await page_view(site, "origin: https://evil.example")
    nowhere = await slowly(site, site.at("webevents").replace(site.deployment_id, UNKNOWN), body)
    odd = await slowly(site, site.at("elsewhere"), body)
    answers = [await asked.answer() for asked in (foreign, nowhere, odd)]
    assert [(status, said["code"]) for status, said in answers] == [
        (403, "origin_refused"),
        (403, "no_such_deployment"),
        (404, "no_such_address"),
    ]
    stranger = await slowly(site, f"{site.house.url}{BASE}/segments", b'{"displayName": "Buyers"}')
    assert (await stranger.answer())[0] == 401
    assert not door_of(site)._coming


async def test_who_manages_them_may_take_their_time(site: Tracked) -> None:
    body = b'{"displayName": "Slow", "journey": {"patterns": []}, "context": {"patterns": []}}'
    asked = await slowly(site, f"{site.house.url}{BASE}/segments", body, f"authorization: Bearer {KEY}")
    await until(lambda: bool(door_of(site)._coming))
    await asked.goes_on()
    assert (await asked.answer())[0] == 400, "it was read, and is no segment"


async def test_who_asks_too_often_need_not_bring_a_body_and_is_counted(tmp_path: Path) -> None:
    def change(settings: Settings) -> Settings:
        journeys = replace(
            settings.journeys, requests_burst_per_address=BURST, requests_per_minute_per_address=1
        )
        return replace(settings, journeys=journeys)

    async with a_site(tmp_path, change) as own:
        for _ in range(BURST):
            await own.visitor().pings()
        asked = await page_view(own)
        status, said = await asked.answer()
        assert (status, said["code"]) == (429, "too_many_requests")
        metrics = (await own.house.visitors.http.get(f"{own.house.url}/metrics")).text
        assert 'frontdesk_journey_refusals_total{code="too_many_requests"} 1.0' in metrics
        name = "journeys.requests_per_minute_per_address"
        assert f'frontdesk_limit_refusals_total{{limit="{name}"}} 1.0' in metrics


async def test_who_is_refused_before_anybody_is_asked_is_counted_all_the_same(tmp_path: Path) -> None:
    def change(settings: Settings) -> Settings:
        return replace(settings, limits=replace(settings.limits, requests_per_second_per_address=1))

    async with a_site(tmp_path, change) as own:
        answers = [await own.visitor().sends() for _ in range(10)]
        refused = sum(answer.status_code == 429 for answer in answers)
        assert refused
        for _ in range(2):  # Once and for all.
            metrics = (await own.house.visitors.http.get(f"{own.house.url}/metrics")).text
            assert f'frontdesk_journey_refusals_total{{code="too_many_requests"}} {refused}.0' in metrics
        name = "requests_per_second_per_address"
        assert f'frontdesk_limit_refusals_total{{limit="{name}"}} {refused}.0' in metrics
        asked = 'frontdesk_requests_total{operation="journey/event",status="429"}'
        assert f"{asked} {refused}.0" in metrics


async def test_a_body_that_does_not_come_in_time_or_is_too_large_is_refused(tmp_path: Path) -> None:
    def change(settings: Settings) -> Settings:
        return replace(settings, limits=replace(settings.limits, body_read_s=1))

    async with a_site(tmp_path, change) as own:
        asked = await page_view(own)
        status, said = await asked.answer()
        assert (status, said["code"]) == (408, "too_slow")
        large = await slowly(own, own.at("webevents"), b"{" + b" " * 2_000_000 + b"}")
        await large.goes_on()
        status, said = await large.answer()
        assert (status, said["code"]) == (413, "body_too_large")
        assert not door_of(own)._coming
        metrics = (await own.house.visitors.http.get(f"{own.house.url}/metrics")).text
        for code in ("too_slow", "body_too_large"):
            assert f'frontdesk_journey_refusals_total{{code="{code}"}} 1.0' in metrics
            assert f'frontdesk_limit_refusals_total{{limit="journeys.{code}"}} 1.0' in metrics


async def test_who_takes_their_time_takes_no_place_and_may_leave(tmp_path: Path) -> None:
    def change(settings: Settings) -> Settings:
        return replace(settings, journeys=replace(settings.journeys, requests_in_flight_max=1))

    async with a_site(tmp_path, change) as own:
        slow = [await page_view(own, f"authorization: Bearer {SERVER_KEY}") for _ in range(3)]
        door = door_of(own)
        await until(lambda: len(door._coming) == 3)
        assert (await own.visitor().sends()).status_code == 200
        slow[0].leaves()
        await until(lambda: len(door._coming) == 2)
        for asked in slow[1:]:
            await asked.goes_on()
            assert (await asked.answer())[0] == 200
        assert not door._coming
        assert not door._waiting


async def test_who_waits_to_be_read_hears_that_the_process_is_gone(tmp_path: Path) -> None:
    async with a_site(tmp_path) as own:
        asked = await page_view(own)
        await until(lambda: bool(door_of(own)._coming))
        pid = process_of(own).pid
        assert pid is not None
        os.kill(pid, signal.SIGKILL)
        status, said = await asked.answer()
        assert (status, said["code"]) == (503, "try_later")
