"""Journeys in a process of their own, behind a server whose chats wait for none of it."""

import asyncio
import json
import os
import signal
import socket
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import anyio
import pytest
from msgspec.structs import replace

from frontdesk.edges.apart.messages import Ask, Message
from frontdesk.edges.apart.process import MODULE, JourneyProcess
from frontdesk.journey_homes import JourneysApart, want_apart
from frontdesk.main import running
from frontdesk.settings import DatabaseSettings, Settings
from frontdesk.store.open import open_journeys
from tests.bare import http_client
from tests.conformance.house import PASSWORD, House, serving
from tests.conformance.journey.tracked import (
    BASE,
    IMPLIED,
    ORIGIN,
    SERVER_KEY,
    Tracked,
    Visitor,
    managed,
    tracking,
    tracking_in,
    wall_clock_ms,
)
from tests.patience import PATIENCE_S

pytestmark = pytest.mark.anyio


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    return tracking_in(tmp_path_factory.mktemp("apart"))


@pytest.fixture(scope="module")
async def site(settings: Settings) -> AsyncIterator[Tracked]:
    async with serving(settings, has_processes=True) as house:
        yield await tracking(house)


def process_of(site: Tracked) -> JourneyProcess:
    home = site.house.server._parts.journeys
    assert isinstance(home, JourneysApart)
    return home.process


async def offered(site: Tracked, page: str, **action: Any) -> tuple[Visitor, dict[str, Any]]:
    """Somebody who has an offer on this page, for whom there is a segment of that page."""
    await site.map([await site.segment(page)], **action)
    visitor = site.visitor()
    assert (await visitor.does(path=page))["pingNow"]
    with anyio.fail_after(PATIENCE_S):
        while not (actions := (await visitor.pings(page))["actions"]):
            await anyio.sleep(0.02)
    return visitor, actions[0]


async def told_of(site: Tracked, action: dict[str, Any]) -> list[dict[str, Any]]:
    """All that happened in the visit of an action."""
    events: list[dict[str, Any]] = (await site.manage("GET", f"/sessions/{action['sessionId']}/events"))[
        "entities"
    ]
    return events


# --- what is asked ----------------------------------------------------------------------------------


async def test_pages_are_answered_by_another_process(site: Tracked) -> None:
    assert site.house.server.journeys is None
    assert process_of(site).pid not in (None, os.getpid())
    visitor = site.visitor()
    assert (await visitor.does())["session"]["pageviewCount"] == 1
    assert (await visitor.does())["session"]["pageviewCount"] == 2
    assert await site.house.measured("frontdesk_journey_events_total") >= 2
    assert await site.house.measured("frontdesk_journey_customers_held") >= 1


async def test_pages_of_other_sites_and_wrong_requests_hear_the_same_as_ever(site: Tracked) -> None:
    visitor = site.visitor()
    evil = await site.ask("OPTIONS", "webevents", headers={"origin": "https://evil.example"})
    assert "access-control-allow-origin" not in evil.headers
    wrong = await visitor.post("webevents", {})
    assert (wrong.status_code, wrong.json()["code"]) == (400, "bad_request")
    assert wrong.headers["access-control-allow-origin"] == ORIGIN
    large = await visitor.post("webevents", {"x": "x" * 300_000})
    assert (large.status_code, large.json()["code"]) == (413, "body_too_large")


async def test_what_nobody_reads_there_does_not_cross(site: Tracked, monkeypatch: pytest.MonkeyPatch) -> None:
    line = process_of(site).line
    assert line is not None
    said, send = list[Message](), line.send

    def heard(message: Message) -> None:
        said.append(message)
        send(message)

    monkeypatch.setattr(line, "send", heard)
    headers = {"origin": ORIGIN, "cookie": "basket=7", "accept-language": "de", "dnt": "1"}
    answer = await site.ask("OPTIONS", "webevents", headers=headers)
    assert answer.headers["access-control-allow-origin"] == ORIGIN
    (asked,) = (message for message in said if isinstance(message, Ask))
    assert {name for name, _ in asked.headers} == {b"user-agent", b"origin", b"dnt"}


async def test_a_key_and_a_sign_in_manage_them_and_a_wrong_one_does_not(site: Tracked) -> None:
    http, address = site.house.visitors.http, f"{site.house.url}{BASE}/segments"
    assert (await site.manage("GET", "/segments"))["total"] == 0
    assert (await http.get(address, headers={"authorization": "Bearer wrong"})).status_code == 401
    await site.house.server.add_account(login="sue", password=PASSWORD, role="supervisor")
    body = {"login": "sue", "password": PASSWORD}
    await http.post(f"{site.house.url}/api/workspace/sign-in", json=body)  # Its cookie is kept.
    try:
        assert (await http.get(address)).status_code == 200
        foreign = await http.get(address, headers={"origin": "https://evil.example"})
        assert (foreign.status_code, foreign.json()["code"]) == (403, "wrong_origin")
    finally:
        http.cookies.clear()


# --- offers and chats -------------------------------------------------------------------------------


async def test_an_offer_becomes_a_chat_whose_states_and_journey_are_told(site: Tracked) -> None:
    paced = {"mediaType": "webchat", "isPacingEnabled": True, "props": {"webchatTitleText": "Hello"}}
    async with site.house.agent("amy") as agent:
        visitor, action = await offered(site, "/cart", action=paced)
        await visitor.reports(action, "offered")
        await visitor.reports(action, "accepted")
        context = {
            "customer": {"id": visitor.id},
            "customerSession": {"id": action["sessionId"], "type": "web"},
            "triggeringAction": {"id": action["id"]},
        }
        data = {"userData[journeyContext]": json.dumps(context)}
        chat = await site.house.visitors.start("long", nickname="Mira", **data)
        await agent.takes(chat.chat_id)
        with anyio.fail_after(PATIENCE_S):
            while not any("engaged" in json.dumps(event) for event in await told_of(site, action)):
                await anyio.sleep(0.02)
        address = f"{site.house.url}/api/workspace/interactions/{chat.chat_id}/journey"
        headers = {"authorization": f"Bearer {agent.token}"}
        http = site.house.visitors.http
        seen = (await http.get(address, headers=headers)).json()
        assert [page["url"] for page in seen["pages"]] == [f"{ORIGIN}/cart"]
        again = await http.get(address, headers=headers, params={"known": str(seen["version"])})
        assert again.json() == {"version": seen["version"]}
        other = await site.house.visitors.start("long", nickname="Mira")
        unknown = await http.get(address.replace(chat.chat_id, other.chat_id), headers=headers)
        assert unknown.status_code == 404


# --- troubles ---------------------------------------------------------------------------------------


async def test_what_was_answered_outlives_a_killed_process_and_chats_do_not_notice(site: Tracked) -> None:
    visitor = site.visitor()
    chat = await site.house.visitors.start("long", nickname="Mira")
    before = await visitor.does()
    pid = process_of(site).pid
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    lost = await visitor.sends()
    if lost.status_code != 200:
        assert (lost.status_code, lost.json()["code"]) == (503, "try_later")
        assert lost.headers["access-control-allow-origin"] == ORIGIN
        assert int(lost.headers["retry-after"]) > 0
    await chat.send("Are you there?")
    with anyio.fail_after(PATIENCE_S):
        while (after := await visitor.sends()).status_code != 200:
            assert after.status_code == 503
            await anyio.sleep(0.02)
    session = after.json()["session"]
    assert session["id"] == before["session"]["id"]
    assert session["pageviewCount"] >= 2
    assert process_of(site).pid != pid


async def test_a_process_that_is_stopped_is_too_much_asked_and_answers_later(settings: Settings) -> None:
    """While it does nothing, so many wait and no more; when it goes on, whoever waits is answered."""
    folder = Path(settings.files.folder).with_name("full")
    full = tracking_in(folder, replace(settings.journeys, requests_in_flight_max=2))
    async with running(full, has_processes=True) as server, http_client() as http:
        house = House(server, http)
        deployment = await managed(house, "POST", "/deployments", {"name": "s", "allowedOrigins": [ORIGIN]})
        site = Tracked(house, deployment["id"], wall_clock_ms)
        await site.sets(privacy=IMPLIED)
        visitors = [site.visitor() for _ in range(3)]
        pid = process_of(site).pid
        assert pid is not None
        os.kill(pid, signal.SIGSTOP)
        try:
            asked = [asyncio.create_task(visitor.sends()) for visitor in visitors]
            done, waiting = await asyncio.wait(asked, return_when=asyncio.FIRST_COMPLETED)
            [refused] = [task.result() for task in done]
            assert (refused.status_code, refused.json()["code"]) == (503, "try_later")
            assert int(refused.headers["retry-after"]) > 0
        finally:
            os.kill(pid, signal.SIGCONT)
        assert {(await task).status_code for task in waiting} == {200}
        taken = next(v for v, task in zip(visitors, asked, strict=True) if task in waiting)
        counted = 'frontdesk_limit_refusals_total{limit="journeys.requests_in_flight_max"}'
        assert f"{counted} 1.0" in (await http.get(f"{house.url}/metrics")).text
    last = await open_journeys(full.database)  # It has let go of its database.
    try:
        assert await last.store.read(f"customer/{taken.id}")
    finally:
        await last.aclose()
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


async def test_who_asks_too_often_is_refused_before_anybody_is_asked(settings: Settings) -> None:
    folder = Path(settings.files.folder).with_name("often")
    limits = replace(settings.limits, requests_per_second_per_address=1)
    async with (
        running(tracking_in(folder, limits=limits), has_processes=True) as server,
        http_client() as http,
    ):
        site = Tracked(House(server, http), "11111111-1111-4111-8111-111111111111", wall_clock_ms)
        codes = {(await site.visitor().sends()).json()["code"] for _ in range(10)}
        assert codes == {"no_such_deployment", "too_many_requests"}
        server_of_site = site.visitor(authorization=f"Bearer {SERVER_KEY}")
        assert (await server_of_site.sends()).json()["code"] == "no_such_deployment"


async def test_it_ends_when_its_node_is_gone() -> None:
    """Whatever a node is killed with, the system closes its end of the line."""
    ours, theirs = socket.socketpair()
    with theirs:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-P", "-m", MODULE, stdin=theirs.fileno()
        )
    ours.close()
    with anyio.fail_after(PATIENCE_S):
        assert await process.wait() == 0


async def test_nobody_starts_it_who_has_defined_nothing(tmp_path: Path) -> None:
    async with running(tracking_in(tmp_path), has_processes=True) as server:
        assert server._parts.journeys.process.pid is None  # type: ignore[attr-defined]


def test_a_database_in_memory_is_of_one_process(tmp_path: Path) -> None:
    settings = tracking_in(tmp_path)
    assert want_apart(settings)
    assert not want_apart(replace(settings, database=DatabaseSettings(url="memory://")))
    assert not want_apart(replace(settings, journeys=replace(settings.journeys, process="shared")))
