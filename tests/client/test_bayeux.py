"""A Bayeux client without its connection."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from frontdesk.client.bayeux import CONNECT, DISCONNECT, HANDSHAKE, Advice, Bayeux, Push

CHANNEL = "/service/chatV2/s"


def known() -> Bayeux:
    """A client that shook hands."""
    bayeux = Bayeux()
    asked = bayeux.handshake()
    bayeux.hear([{"id": asked["id"], "channel": HANDSHAKE, "successful": True, "clientId": "me"}])
    return bayeux


def test_a_handshake_makes_it_known() -> None:
    bayeux = Bayeux()
    asked = bayeux.handshake()
    assert (asked["channel"], asked["version"]) == (HANDSHAKE, "1.0")
    assert asked["supportedConnectionTypes"] == ["long-polling"]
    assert known().client_id == "me"


def test_a_refused_handshake_does_not() -> None:
    bayeux = Bayeux()
    asked = bayeux.handshake()
    told = bayeux.hear([{"id": asked["id"], "channel": HANDSHAKE, "successful": False, "error": "503::busy"}])
    assert (bayeux.client_id, told.replies[asked["id"]]["error"]) == ("", "503::busy")


def test_the_first_connect_is_answered_at_once_and_so_is_the_one_after_a_failure() -> None:
    bayeux = known()
    first = bayeux.connect()
    assert first["advice"] == {"timeout": 0}
    bayeux.hear([{"id": first["id"], "channel": CONNECT, "successful": True}])
    assert "advice" not in bayeux.connect()
    bayeux.fail()
    assert bayeux.connect()["advice"] == {"timeout": 0}


def test_advice_replaces_what_was_advised_before() -> None:
    bayeux = known()
    advice = {"reconnect": "retry", "interval": 1000, "timeout": 30_000}
    bayeux.hear([{"id": "9", "channel": CONNECT, "successful": True, "advice": advice}])
    assert bayeux.advice == Advice("retry", 1000, 30_000)
    bayeux.hear([{"id": "9", "channel": CONNECT, "successful": True, "advice": {"interval": 5}}])
    assert bayeux.advice == Advice("", 5, 60_000)


@pytest.mark.parametrize(
    "told",
    [
        {"id": "9", "channel": CONNECT, "successful": False, "error": "402::Unknown client"},
        {"id": "9", "channel": CHANNEL, "successful": False, "error": "402::Unknown client"},
        {"id": "9", "channel": CONNECT, "successful": False, "advice": {"reconnect": "handshake"}},
        {"channel": DISCONNECT},
    ],
)
def test_who_is_forgotten_begins_anew(told: dict[str, Any]) -> None:
    bayeux = known()
    bayeux.hear([told])
    assert bayeux.client_id == ""


def test_what_is_pushed_is_told_from_what_is_acknowledged() -> None:
    bayeux = known()
    asked = bayeux.publish(CHANNEL, {"operation": "sendMessage"})
    assert (asked["clientId"], asked["data"]) == ("me", {"operation": "sendMessage"})
    told = bayeux.hear(
        [{"id": asked["id"], "channel": CHANNEL, "successful": True}, {"channel": CHANNEL, "data": {"a": 1}}]
    )
    assert list(told.replies) == [asked["id"]]
    assert told.pushes == [Push(CHANNEL, {"a": 1})]


def test_who_leaves_is_known_no_more() -> None:
    bayeux = known()
    assert bayeux.disconnect()["clientId"] == "me"
    assert bayeux.client_id == ""


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=10),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)
members = ("id", "channel", "successful", "clientId", "advice", "data", "error")


@given(st.lists(st.dictionaries(st.sampled_from(members), anything, max_size=7), max_size=4))
def test_no_answer_breaks_it(messages: list[dict[str, Any]]) -> None:
    bayeux = known()
    told = bayeux.hear(messages)
    assert all(isinstance(push.data, dict) for push in told.pushes)
    assert bayeux.advice.timeout_ms >= 0
    assert bayeux.connect()["channel"] == CONNECT
