"""chat-api-v2 §21, 82: the CometD variant on a WebSocket."""

import json
from time import monotonic

import pytest
import websockets

from tests.conformance.cometd import BayeuxSocket, follower, is_ok, socket_follower
from tests.conformance.house import House
from tests.conformance.v2 import ORIGIN

pytestmark = pytest.mark.anyio


async def test_82_the_same_messages_work_on_a_socket(house: House) -> None:
    async with house.agent("amy") as amy, socket_follower(house.url) as client:
        data = await client.starts()
        assert is_ok(data)
        await amy.takes(data["chatId"])
        await client.publish("sendMessage", message="Hello")
        await client.hears_text("Hello")
        await amy.does("say", interaction_id=data["chatId"], text="Hello Mira")
        await client.hears_text("Hello Mira")
        await client.publish("disconnect")
        await client.hears(lambda data: data["chatEnded"])
        assert client.indexes == sorted(set(client.indexes))


async def test_82_each_message_with_an_id_is_answered_at_once(shared_house: House) -> None:
    async with socket_follower(shared_house.url) as client:
        await client.starts()
        began = monotonic()
        subscribe = {"channel": "/meta/subscribe", "clientId": client.client_id}
        replies = await client.ask(
            subscribe | {"subscription": client.channel},
            client.publication("sendMessage", message="one"),
            client.publication("sendMessage", message=""),
            {"channel": "/meta/nothing", "clientId": client.client_id},
        )
        assert [reply["successful"] for reply in replies] == [True, True, True, False]
        assert monotonic() - began < 10
        refused = await client.hears(lambda data: data["statusCode"] == 2)
        assert refused["errors"][0]["code"] == 100


async def test_82_what_is_said_without_waiting_is_carried_out_in_order(shared_house: House) -> None:
    """Alone or in a batch, and whatever needs no disk overtakes nothing that does."""
    async with socket_follower(shared_house.url) as client:
        await client.starts()
        said = [f"{number}" for number in range(12)]
        for number, text in enumerate(said[:-1]):
            await client.sends({"id": f"p{number}", **client.publication("sendMessage", message=text)})
            await client.sends({"id": f"n{number}", "channel": "/meta/nothing", "clientId": client.client_id})
        await client.ask(
            {"channel": "/meta/nothing", "clientId": client.client_id},
            client.publication("sendMessage", message=said[-1]),
        )
        await client.hears_text(said[-1])
        assert [event["text"] for event in client.events if event["type"] == "Message"] == said
        ids = [reply["id"] for reply in client.replies if reply["id"][0] in "pn"]
        assert ids == [f"{kind}{number}" for number in range(11) for kind in "pn"]


async def test_82_goodbye_answers_the_connect_first(shared_house: House) -> None:
    """Else a client would wait for it before it closes the socket."""
    async with socket_follower(shared_house.url) as client:
        await client.starts()  # By then its connect is held.
        (goodbye,) = await client.ask({"channel": "/meta/disconnect", "clientId": client.client_id})
        assert goodbye["successful"]
        connect = client.replies[client.replies.index(goodbye) - 1]
        assert (connect["channel"], connect["successful"]) == ("/meta/connect", True)
        assert connect["advice"]["reconnect"] == "none"


async def test_82_a_connect_is_held_and_answered_on_time(quick_house: House) -> None:
    async with socket_follower(quick_house.url) as client:
        began = monotonic()
        while len([r for r in client.replies if r["channel"] == "/meta/connect"]) < 3:
            await client.replied()
        assert 2 <= monotonic() - began < 10


@pytest.mark.parametrize("frame", ["", "[", "nonsense", "[]", "5", "\x00", '[{"channel":"\ud800"}]'])
async def test_82_a_frame_that_is_none_is_answered(shared_house: House, frame: str) -> None:
    address = f"{shared_house.url.replace('http', 'ws', 1)}/genesys/cometd"
    async with websockets.connect(address, origin=ORIGIN) as socket:
        raw = frame.encode("utf-8", "surrogatepass")
        await socket.send(raw if "\ud800" in frame else frame)
        (told,) = json.loads(await socket.recv())
        assert (told["successful"], told["error"][:3]) == (False, "400")
        await socket.send(json.dumps({"channel": "/meta/connect", "clientId": "x", "id": "1"}))
        (told,) = json.loads(await socket.recv())
        assert told["error"] == "402::Unknown client"


async def test_82_a_client_may_go_on_by_another_way(shared_house: House) -> None:
    """A closed socket does not end the client; nothing that was said meanwhile is lost."""
    async with socket_follower(shared_house.url) as before:
        await before.starts()
    async with follower(shared_house.url) as client:
        client.client_id, client.credentials = before.client_id, before.credentials
        await client.publish("sendMessage", message="by another way")
        while not any(event.get("text") == "by another way" for event in client.events):
            assert (await client.connect())["successful"]


async def test_82_what_one_way_says_the_other_hears(shared_house: House) -> None:
    async with follower(shared_house.url) as polling, socket_follower(shared_house.url) as socket:
        await polling.starts()
        socket.credentials = polling.credentials
        await socket.publish("requestNotifications", P=1)
        await socket.publish("sendMessage", message="from the socket")
        await polling.publish("sendMessage", message="from the poll")
        for client in (polling, socket):
            assert isinstance(client, BayeuxSocket) == (client is socket)
            await client.hears_text("from the socket")
            await client.hears_text("from the poll")
            assert client.indexes == sorted(set(client.indexes))
