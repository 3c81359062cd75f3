"""What becomes of messages that may be lost on their way. Every order of it is in `test_bayeux_orders`."""

import json
from typing import Any

import pytest

from frontdesk.wire.bayeux import Action, Reply, Send
from frontdesk.wire.bayeux_client import LONG_POLLING, WEBSOCKET, Bounds, Carrier, Sent
from frontdesk.wire.bayeux_messages import pushed
from tests.wire.bayeux_house import BOUNDS, CHANNEL, House, connect, poll, read

AT_ONCE = {"timeout": 0}
ADDRESS = "192.0.2.1"


def word(text: str) -> bytes:
    return pushed(CHANNEL, json.dumps(text).encode())


def words(actions: list[Action]) -> list[str]:
    """What actions bring, in order."""
    told = [a for action in actions if isinstance(action, Reply | Send) for a in messages_of(action)]
    return [message["data"] for message in told if "data" in message]


def messages_of(action: Reply | Send) -> list[dict[str, Any]]:
    return read(action) if isinstance(action, Send) else [json.loads(action.message)]


def comes_back(house: House, client: str, line: Carrier | None = None) -> list[str]:
    """What somebody is told who was away."""
    line = line or poll()
    return words(house.take(connect(client, line.kind, advice=AT_ONCE), line))


# --- clients that acknowledge nothing ----------------------------------------------------------


@pytest.mark.parametrize("kind", [LONG_POLLING, WEBSOCKET])
def test_who_was_away_is_told_again_what_may_be_lost_before_anything_else(kind: str) -> None:
    """Else what it asks for by its position would come after what has waited: not in order."""
    house = House()
    client = house.client()
    line = house.hold(client, Carrier(kind, ADDRESS))
    assert words(house.push(client, word("one"))) == ["one"]
    house.bayeux.left(line, house.now_ms)
    assert house.push(client, word("two")) == []
    assert comes_back(house, client, Carrier(kind, ADDRESS)) == ["one", "two"]


def test_also_by_another_way_and_when_that_is_lost_as_well() -> None:
    house = House(Bounds())
    client = house.client()
    house.hold(client, Carrier(WEBSOCKET, ADDRESS))
    house.push(client, word("one"))
    house.push(client, word("two"))
    assert comes_back(house, client) == ["one", "two"]
    house.push(client, word("three"))
    assert comes_back(house, client) == ["one", "two", "three"]
    assert comes_back(house, client, Carrier(WEBSOCKET, ADDRESS)) == ["one", "two", "three"]


def test_one_that_never_goes_on_is_not_told_more_and_more() -> None:
    house = House(Bounds())
    client, told = house.client(), []
    for number in "123456":
        house.push(client, word(number))
        told.append("".join(comes_back(house, client)))
    assert told == ["1", "12", "123", "1234", "5", "56"]


def test_the_answer_of_the_first_connect_may_be_lost_as_well() -> None:
    house = House()
    client = house.client()
    house.push(client, word("one"))
    assert comes_back(house, client) == ["one"]
    assert comes_back(house, client) == ["one"]


@pytest.mark.parametrize("kind", [LONG_POLLING, WEBSOCKET])
def test_who_goes_on_is_told_nothing_twice(kind: str) -> None:
    house = House()
    client, line = house.client(), Carrier(kind, ADDRESS)
    house.hold(client, line)
    assert words(house.push(client, word("one"))) == ["one"]
    if kind == WEBSOCKET:  # Where news do not answer a connect, time does.
        house.now_ms += BOUNDS.hold_ms
        house.bayeux.tick(house.now_ms)
    line = house.hold(client, line if kind == WEBSOCKET else poll())
    house.bayeux.left(line, house.now_ms)
    assert comes_back(house, client) == []


def test_a_connect_does_not_prove_what_followed_the_last_answer_on_a_socket() -> None:
    """It may have been on its way before that came."""
    house = House()
    client, line = house.client(), Carrier(WEBSOCKET, ADDRESS)
    house.hold(client, line)
    house.push(client, word("one"))
    house.now_ms += BOUNDS.hold_ms
    house.bayeux.tick(house.now_ms)
    house.push(client, word("two"))
    house.hold(client, line)
    house.push(client, word("three"))
    assert comes_back(house, client) == ["two", "three"]


def test_who_comes_on_another_socket_after_an_answer_was_away_without_knowing() -> None:
    house = House()
    client, line = house.client(), Carrier(WEBSOCKET, ADDRESS)
    house.hold(client, line)
    house.now_ms += BOUNDS.hold_ms
    house.bayeux.tick(house.now_ms)
    house.push(client, word("one"))
    house.bayeux.left(line, house.now_ms)
    house.push(client, word("two"))
    other = Carrier(WEBSOCKET, ADDRESS)
    assert words(house.take(connect(client, WEBSOCKET), other)) == ["one", "two"]


def test_a_connect_that_comes_with_other_messages_is_no_return() -> None:
    """Some clients ask so with everything that they publish, to hear at once what comes of it."""
    house = House()
    client = house.client()
    for text in ("one", "two"):
        house.push(client, word(text))
        assert words(house.take(connect(client, advice=AT_ONCE), is_alone=False)) == [text]


def test_a_server_that_stops_says_nothing_twice() -> None:
    house = House()
    client = house.client()
    house.hold(client)
    assert words(house.push(client, word("one"))) == ["one"]
    house.bayeux.stop()
    assert words(house.take(connect(client))) == []


@pytest.mark.parametrize(
    "bounds", [Bounds(queue_messages_per_client=2), Bounds(queue_bytes_per_client=2 * len(word("1")))]
)
def test_of_more_than_may_wait_nothing_is_kept_until_it_goes_on(bounds: Bounds) -> None:
    """A part would come too early: what is missing is asked for by its position."""
    house = House(bounds)
    client, line = house.client(), Carrier(WEBSOCKET, ADDRESS)
    house.hold(client, line)
    for number in "1234":
        assert words(house.push(client, word(number))) == [number]
    assert comes_back(house, client, line) == []
    for number in "56":
        house.push(client, word(number))
    assert comes_back(house, client, line) == ["5", "6"]


def test_what_is_too_much_takes_no_room() -> None:
    sent = Sent()
    for _ in range(2):
        sent.add([word("1"), word("2")], Bounds(queue_messages_per_client=3))
    assert (sent.messages, sent.is_over) == ([], True)


def test_one_message_is_kept_however_long_it_is() -> None:
    house = House()
    client = house.client()
    house.hold(client)
    house.push(client, word("x" * 1000))
    assert comes_back(house, client) == ["x" * 1000]


# --- clients that do ---------------------------------------------------------------------------


def test_what_was_not_acknowledged_comes_again_before_anything_else() -> None:
    house = House()
    client = house.client(ext={"ack": True})
    house.hold(client, ext={"ack": 0})
    (answer,) = house.push(client, pushed(CHANNEL, b'"one"'))
    assert read(answer)[0]["ext"] == {"ack": 1}
    house.push(client, pushed(CHANNEL, b'"two"'))
    again = [
        json.loads(a.message) for a in house.take(connect(client, ext={"ack": 0})) if isinstance(a, Reply)
    ]
    assert [message.get("data") for message in again] == [None, "one", "two"]
    assert again[0]["ext"] == {"ack": 2}
    house.hold(client, ext={"ack": 2})


def test_a_client_that_acknowledges_hears_everything_by_its_connects() -> None:
    house = House()
    client = house.client(ext={"ack": True})
    house.hold(client, Carrier(WEBSOCKET, "192.0.2.1"), ext={"ack": 0})
    (answer,) = house.push(client)
    assert [message["channel"] for message in read(answer)] == ["/meta/connect", CHANNEL]
    assert house.push(client) == []


@pytest.mark.parametrize("ext", [None, {}, {"ack": "one"}, {"ack": True}, {"ack": None}, {"ack": 99}])
def test_one_that_says_nothing_of_it_turns_in_no_circles(ext: dict[str, Any] | None) -> None:
    house = House()
    client = house.client(ext={"ack": True})
    house.push(client)
    house.take(connect(client))
    house.hold(client, **({} if ext is None else {"ext": ext}))
