"""What Bayeux answers, message by message.

What may be lost on its way is in `test_bayeux_arriving`, every other order in `test_bayeux_orders`.
"""

import json
from typing import Any

import pytest

from frontdesk.wire.bayeux import Gone, Hold, Publish, Reached, Reply, Send
from frontdesk.wire.bayeux_client import CALLBACK_POLLING, LONG_POLLING, WEBSOCKET, Bounds, Carrier
from frontdesk.wire.bayeux_messages import BadBatch, Malformed, called, is_callback, is_channel, parse, pushed
from tests.wire.bayeux_house import BOUNDS, CHANNEL, House, connect, poll, read

# --- handshakes --------------------------------------------------------------------------------


@pytest.mark.parametrize("version", ["1.0", "1.1", "1", ""])
def test_a_client_of_this_version_is_let_in(version: str) -> None:
    hello = {"channel": "/meta/handshake", "version": version, "supportedConnectionTypes": [WEBSOCKET]}
    assert House().ask(hello)["successful"]


@pytest.mark.parametrize("members", [{"version": "2.0"}, {"supportedConnectionTypes": [CALLBACK_POLLING]}])
def test_one_that_cannot_be_understood_is_told_not_to_try_again(members: dict[str, Any]) -> None:
    hello = {"channel": "/meta/handshake", "version": "1.0", "supportedConnectionTypes": [LONG_POLLING]}
    reply = House().ask(hello | members)
    assert (reply["successful"], reply["advice"]["reconnect"]) == (False, "none")


def test_an_address_and_a_server_have_room_for_so_many() -> None:
    house = House()
    hello = {"channel": "/meta/handshake", "version": "1.0", "supportedConnectionTypes": [LONG_POLLING]}
    first = house.client()
    house.client()
    refused = house.take(hello)
    assert refused[0] == Reached("clients_per_address")
    house.ask(hello, poll("192.0.2.2"))
    assert house.take(hello, poll("192.0.2.3"))[0] == Reached("clients_per_node")
    house.ask({"channel": "/meta/disconnect", "clientId": first})
    assert house.ask(hello)["successful"]


# --- connects ----------------------------------------------------------------------------------


def test_a_connect_is_held_for_its_time_and_not_a_millisecond_less() -> None:
    house = House()
    line = house.hold(house.client())
    house.now_ms += 29_999
    assert house.bayeux.tick(house.now_ms) == []
    house.now_ms += 1
    (answer,) = house.bayeux.tick(house.now_ms)
    assert isinstance(answer, Send)
    assert answer.carrier is line
    assert [message["channel"] for message in read(answer)] == ["/meta/connect"]


def test_a_client_may_wish_for_less_time_and_not_for_more() -> None:
    house = House()
    client = house.client()
    house.hold(client, advice={"timeout": 1000})
    assert house.bayeux.next_tick_ms() == house.now_ms + 1000
    assert house.take(connect(client, advice={"timeout": 0}))[-1] != Hold()
    house.hold(client, advice={"timeout": 10**12})
    house.now_ms += BOUNDS.hold_ms
    assert len(house.bayeux.tick(house.now_ms)) == 1


def test_one_among_other_messages_is_not_held() -> None:
    house = House()
    assert isinstance(house.take(connect(house.client()), is_alone=False)[-1], Reply)


def test_news_answers_it() -> None:
    house = House()
    client = house.client()
    house.hold(client)
    (answer,) = house.push(client)
    assert [message["channel"] for message in read(answer)] == ["/meta/connect", CHANNEL]


def test_news_waits_for_it() -> None:
    house = House()
    client = house.client()
    assert house.push(client) == []
    replies = [json.loads(a.message) for a in house.take(connect(client)) if isinstance(a, Reply)]
    assert [reply["channel"] for reply in replies] == ["/meta/connect", CHANNEL]


@pytest.mark.parametrize("kind", [LONG_POLLING, WEBSOCKET])
def test_who_comes_back_hears_so_before_any_news(kind: str) -> None:
    """Else it would take the newest message for where it was, and never ask for what it has missed."""
    house = House()
    client = house.client()
    house.push(client)
    actions = house.take(connect(client, kind, advice={"timeout": 0}), Carrier(kind, "192.0.2.1"))
    replies = [json.loads(action.message) for action in actions if isinstance(action, Reply)]
    assert len(replies) == len(actions)
    assert [reply["channel"] for reply in replies] == ["/meta/connect", CHANNEL]


def test_on_a_socket_news_does_not_end_it() -> None:
    house = House()
    client = house.client()
    line = house.hold(client, Carrier(WEBSOCKET, "192.0.2.1"))
    (news,) = house.push(client)
    assert [message["channel"] for message in read(news)] == [CHANNEL]
    assert isinstance(news, Send)
    assert news.carrier is line
    assert house.bayeux.held_count == 1


def test_a_connect_by_a_way_that_it_did_not_come_by_is_refused() -> None:
    house = House()
    client = house.client()
    assert not house.ask(connect(client, WEBSOCKET), poll())["successful"]
    assert not house.ask(connect(client, CALLBACK_POLLING), Carrier(CALLBACK_POLLING, "a"))["successful"]


def test_who_stays_away_is_forgotten_and_not_a_millisecond_early() -> None:
    house = House()
    client = house.client()
    line = house.hold(client)
    house.now_ms += 29_000
    house.bayeux.left(line, house.now_ms)
    house.now_ms += 19_999
    assert house.bayeux.tick(house.now_ms) == []
    house.now_ms += 1
    assert house.bayeux.tick(house.now_ms) == [Gone(client)]
    assert house.ask(connect(client))["error"] == "402::Unknown client"


def test_a_server_that_stops_lets_everybody_go_and_holds_nobody() -> None:
    house = House()
    client = house.client()
    house.hold(client)
    (answer,) = house.bayeux.stop()
    (reply,) = read(answer)
    assert (reply["successful"], reply["advice"]["interval"]) == (True, 1000)
    assert isinstance(house.take(connect(client))[-1], Reply)


# --- bounds ------------------------------------------------------------------------------------


def test_a_client_for_whom_too_much_waits_is_forgotten() -> None:
    house = House(Bounds(queue_messages_per_client=3))
    client = house.client()
    assert [house.push(client) for _ in range(3)] == [[], [], []]
    assert house.push(client) == [Reached("queue_messages_per_client"), Gone(client)]
    assert house.push(client) == []


def test_what_waits_is_bounded_in_size_but_one_message_always_fits() -> None:
    house = House()
    client = house.client()
    assert house.push(client, pushed(CHANNEL, b'"%b"' % (b"x" * 1000))) == []
    assert house.push(client) == [Reached("queue_bytes_per_client"), Gone(client)]


def test_a_client_may_subscribe_to_so_much() -> None:
    house = House()
    client = house.client()
    subscribe = {"channel": "/meta/subscribe", "clientId": client}
    assert house.ask(subscribe | {"subscription": ["/service/chat/a", "/service/chat/b"]})["successful"]
    assert house.ask(subscribe | {"subscription": "/service/chat/a"})["successful"]
    assert house.take(subscribe | {"subscription": "/service/chat/c"})[0] == Reached(
        "subscriptions_per_client"
    )
    unsubscribe = {"channel": "/meta/unsubscribe", "clientId": client, "subscription": "/service/chat/a"}
    assert house.ask(unsubscribe)["successful"]
    assert house.ask(subscribe | {"subscription": "/service/chat/c"})["successful"]


@pytest.mark.parametrize(
    "subscription", ["", [], "/meta/connect", "/elsewhere", "no channel", ["/service/chat/a", ""]]
)
def test_nobody_subscribes_to_what_is_not_there(subscription: object) -> None:
    house = House()
    message = {"channel": "/meta/subscribe", "clientId": house.client(), "subscription": subscription}
    assert not house.ask(message)["successful"]


def test_what_is_published_is_handed_on_as_it_came() -> None:
    house = House()
    client = house.client()
    (action,) = house.take({"id": 5, "channel": CHANNEL, "clientId": client, "data": {"a": [1, None]}})
    assert isinstance(action, Publish)
    assert (action.client_id, action.channel, json.loads(bytes(action.data))) == (
        client,
        CHANNEL,
        {"a": [1, None]},
    )
    assert json.loads(action.reply) == {"id": 5, "channel": CHANNEL, "successful": True}
    assert not house.ask({"channel": CHANNEL, "clientId": client})["successful"]


# --- what can be read --------------------------------------------------------------------------


@pytest.mark.parametrize("body", [b"", b"[]", b"{}", b"5", b'"a"', b"[{", b"null", b"[" * 50_000, b"\xff"])
def test_a_body_without_a_message_is_none(body: bytes) -> None:
    with pytest.raises(BadBatch):
        parse(body)


@pytest.mark.parametrize(
    ("message", "salvaged"),
    [
        ({"channel": "/a", "id": "1", "clientId": 5}, Malformed("", "/a", "1")),
        ({"channel": "/a", "id": [], "ext": 5}, Malformed("", "/a", None)),
        ({"channel": "a", "id": 3}, Malformed("", None, 3)),
        ({"channel": "/a/", "id": True}, Malformed("", None, None)),
        ({"channel": "/a", "id": "x" * 200}, Malformed("", "/a", None)),
        ({"channel": "/" + "a" * 600, "id": "1"}, Malformed("", None, "1")),
        (5, Malformed("", None, None)),
        ([], Malformed("", None, None)),
    ],
)
def test_a_message_that_is_none_is_answered_by_what_can_be_read_of_it(
    message: object, salvaged: Malformed
) -> None:
    first, second = parse(json.dumps([message, {"channel": "/good"}]))
    assert isinstance(first, Malformed)
    assert (first.channel, first.id) == (salvaged.channel, salvaged.id)
    assert first.why
    assert not isinstance(second, Malformed)
    assert json.loads(House().bayeux.receive(poll(), first, 0)[0].message)["error"].startswith("400:")  # type: ignore[union-attr]


@pytest.mark.parametrize("name", ["cb", "_cometd_jsonp_0", "a.b.$c"])
def test_the_name_of_a_function_may_be_called(name: str) -> None:
    assert is_callback(name)


@pytest.mark.parametrize("name", ["", "a;b", "a(", "<script>", "a.", "1a", "a\n", "é", "x" * 200])
def test_nothing_else_may(name: str) -> None:
    assert not is_callback(name)


def test_a_script_has_no_line_ends_in_its_text() -> None:
    assert called("cb", '["\u2028\u2029"]'.encode()) == b'/**/cb(["\\u2028\\u2029"]);'


@pytest.mark.parametrize("name", ["/", "//", "a", "/a//b", "/a\x00", "/a/"])
def test_what_is_no_channel(name: str) -> None:
    assert not is_channel(name)
