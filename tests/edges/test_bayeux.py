"""The CometD door: its limits, each with a name, a clear answer and a metric; and who is let through it."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import anyio
import httpx2
import pytest
import websockets
from msgspec.structs import replace

from frontdesk.settings import CometdSettings, ServerSettings, ServiceSettings
from tests.bare import http_client
from tests.conformance.cometd import Bayeux, follower, socket_follower
from tests.conformance.house import House, serving, settings_in
from tests.conformance.test_chat_v2_files import PNG
from tests.conformance.v2 import ORIGIN
from tests.edges.test_limits import house_with, refusals
from tests.patience import PATIENCE_S

pytestmark = pytest.mark.anyio


async def shaken(house: House) -> Bayeux:
    client = Bayeux(house.url, house.visitors.http)
    assert (await client.shake())["successful"]
    assert (await client.connect(0))["successful"]
    return client


async def test_cometd_clients_per_address(tmp_path: Path) -> None:
    async with house_with(tmp_path, cometd_clients_per_address=2) as house:
        first = await shaken(house)
        await shaken(house)
        refused = await Bayeux(house.url, house.visitors.http).shake()
        assert (refused["successful"], refused["error"][:3]) == (False, "503")
        assert refused["advice"] == {"reconnect": "retry", "interval": 5000, "timeout": 30_000}
        assert await refusals(house, "cometd_clients_per_address") == 1
        await first.ask({"channel": "/meta/disconnect", "clientId": first.client_id})
        await shaken(house)


async def test_cometd_clients_per_node(tmp_path: Path) -> None:
    async with house_with(tmp_path, cometd_clients_per_node=1) as house:
        await shaken(house)
        assert not (await Bayeux(house.url, house.visitors.http).shake())["successful"]
        assert await refusals(house, "cometd_clients_per_node") == 1


async def test_cometd_subscriptions_per_client(tmp_path: Path) -> None:
    async with house_with(tmp_path, cometd_subscriptions_per_client=1) as house:
        client = await shaken(house)
        subscribe = {"channel": "/meta/subscribe", "clientId": client.client_id}
        (granted,) = await client.ask(subscribe | {"subscription": "/service/chatV2/s"})
        (refused,) = await client.ask(subscribe | {"subscription": "/service/chatV2/other"})
        assert (granted["successful"], refused["successful"], refused["error"][:3]) == (True, False, "403")
        assert await refusals(house, "cometd_subscriptions_per_client") == 1


async def test_cometd_chats_per_client(tmp_path: Path) -> None:
    async with house_with(tmp_path, cometd_chats_per_client=1) as house, follower(house.url) as client:
        await client.starts()
        seen = len(client.pushed)
        client.credentials = {}
        await client.publish("requestChat", nickname="Mira")
        later = await client.hears(lambda _: True, seen)
        assert (later["statusCode"], later["chatEnded"], "errors" in later) == (1, False, False)
        assert await refusals(house, "cometd_chats_per_client") == 1


@pytest.mark.parametrize(
    ("limit", "value"), [("cometd_queue_messages_per_client", 3), ("cometd_queue_bytes_per_client", 1500)]
)
async def test_cometd_queue(tmp_path: Path, limit: str, value: int) -> None:
    """A client for whom too much waits is forgotten; it shakes hands again and hears it all."""
    async with house_with(tmp_path, **{limit: value}) as house:
        client = await shaken(house)
        await client.publish("requestChat", nickname="Mira")
        await client.connect()
        key = client.pushed[0]["data"]["secureKey"]
        client.credentials = {"secureKey": key}
        for number in range(10):
            await client.ask(client.publication("sendMessage", message=f"word {number}"))
            if await refusals(house, limit):
                break
        assert await refusals(house, limit) == 1
        reply = await client.connect()
        assert (reply["successful"], reply["error"]) == (False, "402::Unknown client")
        again = await shaken(house)
        again.credentials = client.credentials
        await again.publish("requestNotifications", P=1)
        await again.connect()
        assert [e["text"] for e in again.events if e["type"] == "Message"][:3] == [
            "word 0",
            "word 1",
            "word 2",
        ]


async def test_cometd_message_bytes_max(tmp_path: Path) -> None:
    async with house_with(tmp_path, cometd_message_bytes_max=1000) as house:
        client = await shaken(house)
        answer = await client.post(client.publication("sendMessage", message="x" * 1000))
        assert answer.status_code == 413
        assert not answer.json()[0]["successful"]
        address = client.url.replace("http", "ws", 1)
        async with websockets.connect(address, origin=websockets.Origin(ORIGIN)) as socket:
            await socket.send("x" * 1001)
            with pytest.raises(websockets.ConnectionClosedError) as closed:
                await socket.recv()
            assert closed.value.rcvd is not None
            assert closed.value.rcvd.code == 1009
        assert await refusals(house, "cometd_message_bytes_max") == 2


async def test_a_socket_that_is_not_read_is_closed_and_its_client_forgotten(tmp_path: Path) -> None:
    async with (
        house_with(tmp_path, cometd_queue_messages_per_client=20) as house,
        follower(house.url) as other,
        socket_follower(house.url) as client,
    ):
        await other.starts()
        client.credentials = other.credentials
        await client.publish("requestNotifications", P=1)
        await client.hears(lambda _: True)
        for number in range(60):
            await other.publish("sendMessage", message=f"{number} " + "x" * 3900)
        await client.stops_reading()
        limits = ("cometd_queue_messages_per_client", "cometd_queue_bytes_per_client")
        for _ in range(200):  # Far more than what the system takes in for those who do not read.
            await client.sends(client.publication("requestNotifications", P=1))
            if sum([await refusals(house, limit) for limit in limits]):
                break
        assert sum([await refusals(house, limit) for limit in limits]) == 1
        assert "frontdesk_cometd_clients 1.0" in (await other.metrics())


async def test_requests_per_second_count_here_too(tmp_path: Path) -> None:
    async with house_with(tmp_path, requests_per_second_per_address=5) as house:
        client = Bayeux(house.url, house.visitors.http)
        await client.shake()
        replies = [await client.connect(0) for _ in range(20)]
        refused = [reply for reply in replies if not reply["successful"]]
        assert refused
        assert all(reply["advice"]["reconnect"] == "retry" for reply in refused)
        assert await refusals(house, "requests_per_second_per_address") == len(refused)


# --- who is let in -----------------------------------------------------------------------------


async def test_what_is_switched_off_is_not_there(tmp_path: Path) -> None:
    async with serving(settings_in(tmp_path, cometd=CometdSettings(is_on=False))) as house:
        answer = await house.visitors.http.post(
            f"{house.url}/genesys/cometd", json=[{"channel": "/meta/connect"}]
        )
        assert answer.status_code == 404


async def test_an_api_key_is_asked_for(tmp_path: Path) -> None:
    settings = replace(settings_in(tmp_path), server=ServerSettings(port=0, stop_grace_s=1, api_key="sesame"))
    async with serving(settings) as house:
        client = Bayeux(house.url, house.visitors.http)
        assert (await client.post([{"channel": "/meta/handshake"}])).status_code == 401
        with pytest.raises(websockets.InvalidStatus):
            await websockets.connect(client.url.replace("http", "ws", 1))
        async with http_client(headers={"apikey": "sesame"}) as http:
            client = Bayeux(house.url, http)
            assert (await client.shake())["successful"]
            await client.connect(0)
            await client.publish("requestChat", nickname="Mira")
            await client.connect()
            key = {"secureKey": client.pushed[0]["data"]["secureKey"]}
            address = f"{house.url}/genesys/2/chat-ntf"
            taken = await http.post(address, files={"file": ("a.png", PNG)}, data=key)
            file_id = taken.json()["userData"]["file-id"]
        keyless = house.visitors.http
        assert (await keyless.post(address, data=key | {"operation": "fileGetLimits"})).status_code == 401
        fetched = await keyless.post(address, data=key | {"operation": "fileDownload", "fileId": file_id})
        assert fetched.content == PNG


@asynccontextmanager
async def with_scripts(tmp_path: Path, **service: Any) -> AsyncIterator[tuple[House, str]]:
    """A house that takes requests by script tags, and where."""
    settings = settings_in(
        tmp_path, cometd=CometdSettings(callback_polling=True), services={"s": ServiceSettings(**service)}
    )
    async with serving(settings) as house:
        yield house, f"{house.url}/genesys/cometd"


async def script(house: House, url: str, **query: str) -> httpx2.Response:
    return await house.visitors.http.get(url, params=query)


HELLO = {"channel": "/meta/handshake", "version": "1.0", "supportedConnectionTypes": ["callback-polling"]}


def told(answer: httpx2.Response, callback: str = "cb") -> list[dict[str, Any]]:
    """What a script hands to its function."""
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/javascript")
    assert answer.headers["x-content-type-options"] == "nosniff"
    messages: list[dict[str, Any]] = json.loads(
        answer.text.removeprefix(f"/**/{callback}(").removesuffix(");")
    )
    return messages


async def test_scripts_are_answered_with_scripts(tmp_path: Path) -> None:
    async with with_scripts(tmp_path) as (house, url):
        (reply,) = told(await script(house, url, jsonp="cb", message=json.dumps([HELLO])))
        assert "callback-polling" in reply["supportedConnectionTypes"]
        assert not told(await script(house, url, jsonp="cb", message="nonsense"))[0]["successful"]
        for callback in ("", "alert(1);", "a b"):
            answer = await script(house, url, jsonp=callback, message=json.dumps([HELLO]))
            assert answer.status_code == 400
            assert "json" in answer.headers["content-type"]


async def test_scripts_say_not_whose_they_are_so_only_open_services_listen(tmp_path: Path) -> None:
    async with with_scripts(tmp_path, allowed_origins=(ORIGIN,)) as (house, url):
        (reply,) = told(await script(house, url, jsonp="cb", message=json.dumps([HELLO])))
        who = {"clientId": reply["clientId"]}
        data = {"operation": "requestChat", "nickname": "Mira"}
        publish = who | {"channel": "/service/chatV2/s", "data": data}
        told(await script(house, url, jsonp="cb", message=json.dumps([publish])))
        connect = who | {"channel": "/meta/connect", "connectionType": "callback-polling"}
        _, refused = told(await script(house, url, jsonp="cb", message=json.dumps([connect])))
        assert refused["data"]["errors"][0]["code"] == 240


async def test_without_the_setting_scripts_are_not_answered(tmp_path: Path) -> None:
    async with serving(settings_in(tmp_path)) as house:
        url = f"{house.url}/genesys/cometd"
        assert (await script(house, url, jsonp="cb", message=json.dumps([HELLO]))).status_code == 405


# --- how it stops ------------------------------------------------------------------------------


async def test_a_server_that_stops_answers_what_it_holds(tmp_path: Path) -> None:
    async with http_client(timeout=60) as http:
        async with serving(settings_in(tmp_path)) as house:
            client = Bayeux(house.url, http)
            await client.shake()
            await client.connect(0)
            async with socket_follower(house.url) as socket:
                await socket.starts()
                house.server.stop()
                await socket.closed()
            reply = await client.connect()
        assert (reply["successful"], reply["advice"]["interval"]) == (True, 1000)
        assert socket.replies[-1]["advice"]["interval"] == 1000


async def test_a_held_connect_costs_no_task(tmp_path: Path) -> None:
    async with serving(settings_in(tmp_path)) as house:
        clients = [await shaken(house) for _ in range(5)]
        async with asyncio.TaskGroup() as connects:
            for client in clients:
                connects.create_task(client.connect())
            with anyio.fail_after(PATIENCE_S):
                while "frontdesk_cometd_connects_held 5" not in await clients[0].metrics():
                    await anyio.sleep(0.01)
            running = [repr(task.get_coro()) for task in asyncio.all_tasks()]
            assert not [one for one in running if "Request" in one], "the requests are held all the same"
            for client in clients:
                await client.ask({"channel": "/meta/disconnect", "clientId": client.client_id})
