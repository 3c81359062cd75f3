"""chat-api-v2 §21, 68–79: the CometD variant by long polling, as a raw client sees it."""

from time import monotonic

import anyio
import pytest

from tests.bare import http_client
from tests.conformance.cometd import Bayeux, follower, is_ok
from tests.conformance.house import House
from tests.conformance.v2 import Answer

pytestmark = pytest.mark.anyio

ADVICE = {"reconnect": "retry", "interval": 0, "timeout": 30_000}
SESSION_GONE = 249


@pytest.mark.parametrize("suffix", ["/handshake", "/", ""])
async def test_68_a_handshake_is_granted_at_each_address(shared_house: House, suffix: str) -> None:
    client = Bayeux(shared_house.url, shared_house.visitors.http)
    reply = await client.shake(suffix)
    assert reply["successful"] is True
    assert reply["version"] == "1.0"
    assert len(reply["clientId"]) >= 22
    assert "long-polling" in reply["supportedConnectionTypes"]
    assert reply["advice"] == ADVICE
    assert "x-messages" not in reply


async def test_68_a_handshake_with_nothing_in_common_is_refused(shared_house: House) -> None:
    client = Bayeux(shared_house.url, shared_house.visitors.http)
    reply = await client.shake(supportedConnectionTypes=["flash", "callback-polling"])
    assert (reply["successful"], reply["advice"]["reconnect"]) == (False, "none")
    assert "long-polling" in reply["supportedConnectionTypes"]


async def test_69_a_connect_is_answered_at_once_when_it_asks_for_that(shared_house: House) -> None:
    client = Bayeux(shared_house.url, shared_house.visitors.http)
    await client.shake()
    began = monotonic()
    reply = await client.connect(0)
    assert monotonic() - began < 0.5
    assert (reply["successful"], reply["advice"]) == (True, ADVICE)


async def test_69_any_other_is_held_until_the_advised_time(quick_house: House) -> None:
    client = Bayeux(quick_house.url, quick_house.visitors.http)
    advised_s = (await client.shake())["advice"]["timeout"] / 1000
    await client.connect(0)
    began = monotonic()
    assert (await client.connect())["successful"]
    assert advised_s - 1 <= monotonic() - began <= advised_s + 1


async def test_70_requesting_a_chat_needs_no_subscription(shared_house: House) -> None:
    async with follower(shared_house.url) as client:
        ack = await client.publish(
            "requestChat", nickname="Mira", chatId="", alias="", secureKey="", userId=""
        )
        assert ack["successful"] is True
        assert "data" not in ack
        data = await client.hears(lambda _: True)
        assert is_ok(data)
        assert data["chatEnded"] is False
        assert [event["type"] for event in data["messages"]] == ["ParticipantJoined"]
        assert client.indexes == [1]
        assert data["nextPosition"] == 2
        assert len(client.pushed) == 1


async def test_70_a_refused_chat_is_told_with_all_its_faults(shared_house: House) -> None:
    async with follower(shared_house.url) as client:
        await client.publish("requestChat", emailAddress="nobody")
        data = await client.hears(lambda _: True)
        assert data["statusCode"] == 2
        assert {error["code"] for error in data["errors"]} == {161, 364}


@pytest.mark.parametrize("service", ["closed", "nowhere"])
async def test_70_a_closed_service_says_so(shared_house: House, service: str) -> None:
    async with follower(shared_house.url, service) as client:
        await client.publish("requestChat", nickname="Mira")
        data = await client.hears(lambda _: True)
        assert (data["statusCode"], data["errors"][0]["code"]) == (2, 240)


async def test_71_subscribing_changes_nothing(shared_house: House) -> None:
    async with follower(shared_house.url) as client:
        subscribe = {
            "channel": "/meta/subscribe",
            "clientId": client.client_id,
            "subscription": client.channel,
        }
        (reply,) = await client.ask(subscribe)
        assert (reply["successful"], reply["subscription"]) == (True, client.channel)
        await client.starts()
        await client.publish("sendMessage", message="once")
        await client.hears_text("once")
        (reply,) = await client.ask(subscribe | {"channel": "/meta/unsubscribe"})
        assert (reply["successful"], reply["subscription"]) == (True, client.channel)
        await client.publish("sendMessage", message="and once more")
        await client.hears_text("and once more")
        assert [e["text"] for e in client.events if e["type"] == "Message"] == ["once", "and once more"]


async def test_72_a_held_connect_returns_with_news(house: House) -> None:
    async with house.agent("amy") as amy:
        client = Bayeux(house.url, house.visitors.http)
        await client.shake()
        await client.connect(0)
        await client.publish("requestChat", nickname="Mira")
        await client.connect()
        chat_id = client.pushed[0]["data"]["chatId"]
        await amy.takes(chat_id)
        while "Agent" not in [event["from"]["type"] for event in client.events]:
            await client.connect()
        before = len(client.pushed)
        took_s: list[float] = []
        async with anyio.create_task_group() as tasks:

            async def hold() -> None:
                assert (await client.connect())["successful"]
                took_s.append(monotonic() - said)

            tasks.start_soon(hold)
            await anyio.wait_all_tasks_blocked()
            said = monotonic()
            await amy.does("say", interaction_id=chat_id, text="Hello Mira")
        (news,) = client.pushed[before:]
        assert [event["text"] for event in news["data"]["messages"]] == ["Hello Mira"]
        assert took_s[0] < 0.5


async def test_73_the_key_alone_is_enough(shared_house: House) -> None:
    async with follower(shared_house.url) as client:
        data = await client.starts()
        client.credentials = {"secureKey": data["secureKey"]}
        await client.publish("sendMessage", message="It is me", messageType="text")
        said = (await client.hears_text("It is me"))["messages"][0]
        assert said["from"] == {"nickname": "Mira", "participantId": 1, "type": "Client"}
        assert said["messageType"] == "text"


async def test_73_numbers_objects_and_booleans_are_what_they_are(house: House) -> None:
    async with house.agent("amy") as amy, follower(house.url) as client:
        data = await client.starts(nickname="Mira", userData={"a": 1, "b": {"c": True}, "d": None})
        await amy.takes(data["chatId"])
        assert await amy.user_data(data["chatId"]) == {"a": "1", "b.c": "true", "d": ""}
        attributes = {"general-properties": {"related-event-id": "3"}}
        await client.publish("sendMessage", message="this one", eventAttributes=attributes)
        said = (await client.hears_text("this one"))["messages"][-1]
        assert said["eventAttributes"] == attributes


async def test_74_who_is_not_known_is_told_to_shake_hands(shared_house: House) -> None:
    client = Bayeux(shared_house.url, shared_house.visitors.http)
    client.client_id = "0" * 32
    connect = {"channel": "/meta/connect", "clientId": client.client_id, "connectionType": "long-polling"}
    subscribe = {"channel": "/meta/subscribe", "clientId": client.client_id, "subscription": client.channel}
    for message in (client.publication("requestChat", nickname="Mira"), connect, subscribe):
        (reply,) = await client.ask(message)
        assert (reply["successful"], reply["error"]) == (False, "402::Unknown client")
        assert reply["advice"] == ADVICE | {"reconnect": "handshake"}
    assert client.pushed == []


async def test_75_a_new_client_restores_the_chat_by_its_credentials(shared_house: House) -> None:
    async with follower(shared_house.url) as before:
        await before.starts()
        await before.publish("sendMessage", message="one")
        await before.hears_text("one")
        credentials, events = before.credentials, list(before.events)
    async with follower(shared_house.url) as client:
        client.credentials = credentials
        for round_ in (1, 2):
            await client.publish("requestNotifications", P=1)
            data = await client.hears(lambda _: True, since=round_ - 1)
            assert is_ok(data)
            assert data["chatEnded"] is False
            assert {k: data[k] for k in credentials} == credentials
            assert [e["index"] for e in data["messages"]] == [e["index"] for e in events]
        await client.publish("requestNotifications", P=str(data["nextPosition"]))
        data = await client.hears(lambda _: True, since=2)
        assert (is_ok(data), data["messages"]) == (True, [])
        await client.publish("sendMessage", message="two")
        await client.hears_text("two")
        assert len(client.pushed) == 4


async def test_76_every_client_of_a_chat_is_told(house: House) -> None:
    async with house.agent("amy") as amy, follower(house.url) as one, follower(house.url) as other:
        await one.starts()
        other.credentials = one.credentials
        await other.publish("requestNotifications", P=1)
        await other.hears(lambda _: True)
        await amy.takes(one.credentials["chatId"])
        await amy.does("say", interaction_id=one.credentials["chatId"], text="To both of you")
        for client in (one, other):
            await client.hears_text("To both of you")
            assert client.indexes == sorted(set(client.indexes)), "each event once, in order"


async def test_77_leaving_the_chat_and_then_the_server(shared_house: House) -> None:
    async with follower(shared_house.url) as client:
        data = await client.starts()
        leave = client.publication("disconnect")
        goodbye = {"channel": "/meta/disconnect", "clientId": client.client_id}
        replies = await client.ask(leave, goodbye)
        assert [reply["successful"] for reply in replies] == [True, True]
        assert (await over_rest(shared_house, data)).has_ended


async def test_77_both_at_once_in_requests_of_their_own(shared_house: House) -> None:
    async with follower(shared_house.url) as client:
        data = await client.starts()
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(client.publish, "disconnect")
            await anyio.wait_all_tasks_blocked()
            (reply,) = await client.ask({"channel": "/meta/disconnect", "clientId": client.client_id})
            assert reply["successful"]
        assert (await over_rest(shared_house, data)).has_ended


async def test_77_leaving_the_server_alone_does_not_end_the_chat(shared_house: House) -> None:
    async with follower(shared_house.url) as client:
        data = await client.starts()
        (reply,) = await client.ask({"channel": "/meta/disconnect", "clientId": client.client_id})
        assert reply["successful"]
        assert not (await over_rest(shared_house, data)).has_ended


async def over_rest(house: House, data: dict[str, str]) -> Answer:
    """The chat as a poll finds it."""
    path = f"/s/{data['chatId']}/refresh"
    return (await house.visitors.post(path, {"secureKey": data["secureKey"], "transcriptPosition": 1})).ok()


@pytest.mark.parametrize("operation", ["requestNotifications", "sendMessage", "refresh"])
async def test_78_a_wrong_key_is_told_to_that_client_only(shared_house: House, operation: str) -> None:
    async with follower(shared_house.url) as owner, follower(shared_house.url) as other:
        await owner.starts()
        key = owner.credentials["secureKey"]
        other.credentials = owner.credentials | {"secureKey": "0" * 32 + key[32:]}
        ack = await other.publish(operation, P=1, message="I am not Mira")
        assert ack["successful"]
        data = await other.hears(lambda _: True)
        assert (data["statusCode"], data["chatEnded"], data["messages"]) == (2, True, [])
        assert [error["code"] for error in data["errors"]] == [SESSION_GONE]
        assert not data.keys() & {"chatId", "userId", "secureKey", "alias"}
        await owner.publish("sendMessage", message="I am")
        await owner.hears_text("I am")
        assert [e["text"] for e in owner.events if e["type"] == "Message"] == ["I am"]
        assert len(other.pushed) == 1


async def test_79_a_refresh_brings_what_it_asks_for(shared_house: House) -> None:
    async with follower(shared_house.url) as client:
        await client.starts()
        await client.publish("sendMessage", message="newest")
        await client.hears_text("newest")
        seen = len(client.pushed)
        await client.publish("refresh", P=-1)
        data = await client.hears(lambda _: True, seen)
        assert is_ok(data)
        assert [event["text"] for event in data["messages"]] == ["newest"]
        assert len(client.pushed) == seen + 1


async def test_79_a_refresh_follows_nothing(shared_house: House) -> None:
    async with follower(shared_house.url) as owner, follower(shared_house.url) as reader:
        await owner.starts()
        reader.credentials = owner.credentials
        await reader.publish("refresh", P=1)
        await reader.hears(lambda _: True)
        await owner.publish("sendMessage", message="not for the reader")
        await owner.hears_text("not for the reader")
        assert len(reader.pushed) == 1


async def test_the_end_comes_with_the_last_events(house: House) -> None:
    async with house.agent("amy") as amy, follower(house.url) as client:
        data = await client.starts()
        await amy.takes(data["chatId"])
        await amy.does("end", interaction_id=data["chatId"])
        last = await client.hears(lambda data: data["chatEnded"])
        assert last["statusCode"] == 0
        assert [event["type"] for event in last["messages"]][-1] == "ParticipantLeft"
        assert client.indexes == sorted(set(client.indexes))
        await client.publish("sendMessage", message="too late")
        refused = await client.hears(lambda data: data["statusCode"] == 2)
        assert (refused["chatEnded"], refused["errors"][0]["code"]) == (True, SESSION_GONE)


async def test_a_chat_that_is_followed_is_not_silent(house: House) -> None:
    """The service takes a visitor to have left after a second without any request."""
    async with follower(house.url, "silence") as client:
        data = await client.starts()
        await anyio.sleep(3)
        assert not client.pushed[-1]["data"]["chatEnded"]
        (reply,) = await client.ask({"channel": "/meta/disconnect", "clientId": client.client_id})
        assert reply["successful"]
    chat = f"/silence/{data['chatId']}/file/limits"
    with anyio.fail_after(30):
        while True:
            # Asking is being there, so it is asked no more often than the service allows for.
            await anyio.sleep(3)
            answer = await house.visitors.post(chat, {"secureKey": data["secureKey"]})
            if answer.has_ended:
                break


async def test_a_message_that_is_none_does_not_hold_up_the_others(shared_house: House) -> None:
    client = Bayeux(shared_house.url, shared_house.visitors.http)
    good = {
        "id": "g",
        "channel": "/meta/handshake",
        "version": "1.0",
        "supportedConnectionTypes": ["long-polling"],
    }
    answer = await client.post([{"id": "b", "channel": 7}, 5, good, {"id": "d"}])  # type: ignore[list-item]
    told = answer.json()
    assert answer.status_code == 200
    assert [message["successful"] for message in told] == [False, False, True, False]
    assert [message.get("id") for message in told] == ["b", None, "g", "d"]
    assert all(message["error"].startswith("400:") for message in told if not message["successful"])


@pytest.mark.parametrize(
    "body",
    [b"", b"[", b"nonsense", b"[]", b"5", b"\xff\xfe", b"[" * 100_000, b'{"channel":"\\ud800"}', b"{}"],
)
async def test_a_body_that_is_none_is_answered(shared_house: House, body: bytes) -> None:
    client = Bayeux(shared_house.url, shared_house.visitors.http)
    answer = await shared_house.visitors.http.post(client.url, content=body)
    assert answer.status_code == 400
    (told,) = answer.json()
    assert (told["successful"], told["error"][:3]) == (False, "400")


@pytest.mark.parametrize(
    "data",
    [5, [], None, {}, {"operation": "fly"}, {"operation": 5}, {"operation": "sendMessage", "message": ["a"]}],
)
async def test_data_that_is_none_is_told_so(shared_house: House, data: object) -> None:
    async with follower(shared_house.url) as client:
        (ack,) = await client.ask({"channel": client.channel, "clientId": client.client_id, "data": data})
        assert ack["successful"]
        told = await client.hears(lambda _: True)
        assert told["statusCode"] == 2
        assert told["errors"]


async def test_nobody_hears_what_is_published_elsewhere(shared_house: House) -> None:
    async with follower(shared_house.url) as client:
        for channel in ("/chat", "/service/other", "/meta/nothing"):
            (reply,) = await client.ask({"channel": channel, "clientId": client.client_id, "data": {}})
            assert (reply["successful"], reply["error"][:2]) == (False, "40")


async def test_a_second_connect_lets_the_first_go(shared_house: House) -> None:
    client = Bayeux(shared_house.url, shared_house.visitors.http)
    await client.shake()
    await client.connect(0)
    replies: list[dict[str, object]] = []
    one_went = anyio.Event()

    async def hold() -> None:
        replies.append(await client.connect())
        one_went.set()

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(hold)
        tasks.start_soon(hold)
        await one_went.wait()
        await client.publish("requestChat", nickname="Mira")  # So that the other has something to tell.
    assert [reply["successful"] for reply in replies] == [True, True]
    assert [reply["advice"]["interval"] for reply in replies] == [1000, 0]


async def test_a_request_that_is_given_up_loses_nothing(shared_house: House) -> None:
    async with http_client(timeout=60) as http:
        client = Bayeux(shared_house.url, http)
        await client.shake()
        await client.connect(0)
        await client.publish("requestChat", nickname="Mira")
        await client.connect()
        client.credentials = {"secureKey": client.pushed[0]["data"]["secureKey"]}
        with anyio.move_on_after(0.2):
            await client.connect()
        await client.publish("sendMessage", message="while nobody listens")
        await client.connect()
        assert client.events[-1]["text"] == "while nobody listens"
