"""Events and data: bus, section 16, checks 20 to 29 and 35."""

import pytest

from frontdesk.client.bus import Bus, Event
from tests.client.hearing import Ears, plugin, turns

pytestmark = pytest.mark.anyio


@pytest.fixture
def bus() -> Bus:
    return Bus()


async def test_20_what_is_published_before_anybody_listens_is_gone(bus: Bus) -> None:
    assert plugin(bus, "A").publish("news", {"x": 1}) is True
    ears = Ears(bus, "A.news")
    await turns()
    assert ears.events == []


async def test_21_and_35_what_was_republished_comes_to_later_subscribers_once_and_later(bus: Bus) -> None:
    plugin(bus, "A").republish("ready", {"x": 1})
    ears = Ears(bus, "A.ready")
    assert ears.events == []
    await turns()
    assert ears.data == [{"x": 1}]


async def test_22_the_newest_republished_value_counts_and_a_plain_one_does_not_replace_it(bus: Bus) -> None:
    a = plugin(bus, "A")
    first = Ears(bus, "A.state")
    a.republish("state", 1)
    a.republish("state", 2)
    a.publish("state", 3)
    second = Ears(bus, "A.state")
    await turns()
    assert first.data == [1, 2, 3]
    assert second.data == [2]


async def test_23_a_subscriber_that_fails_stops_nobody(bus: Bus, caplog: pytest.LogCaptureFixture) -> None:
    async def fails_later(_: Event) -> None:
        raise RuntimeError

    bus.subscribe("A.news", lambda _: 1 / 0)
    bus.subscribe("A.news", fails_later)
    ears = Ears(bus, "A.news")
    plugin(bus, "A").publish("news")
    await turns()
    assert len(ears.events) == 1
    assert caplog.text.count("a callback failed") == 2


async def test_23_delivery_is_in_the_order_of_publishing_also_to_asynchronous_subscribers(bus: Bus) -> None:
    a, heard = plugin(bus, "A"), []

    async def later(event: Event) -> None:
        heard.append(("async", event.data))

    bus.subscribe("A.one", later)
    bus.subscribe("A.one", lambda event: heard.append(("plain", event.data)))
    bus.subscribe("A.two", lambda event: heard.append(("plain", event.data)))
    a.publish("one", 1)
    a.publish("two", 2)
    a.publish("one", 3)
    await turns()
    assert heard == [("async", 1), ("plain", 1), ("plain", 2), ("async", 3), ("plain", 3)]


async def test_24_an_event_says_what_who_when_and_has_empty_data_when_none_was_given(bus: Bus) -> None:
    ears = Ears(bus, "A.news")
    plugin(bus, "A").publish("news")
    await turns()
    (event,) = ears.events
    assert event._fields == ("event", "publisher", "time", "data")
    assert (event.event, event.publisher, event.data) == ("A.news", "A", {})
    assert isinstance(event.time, int)


async def test_24_the_part_after_the_first_dot_may_have_dots_and_colons(bus: Bus) -> None:
    ears = Ears(bus, "A.idle:5.x")
    plugin(bus, "A").publish("idle:5.x", 1)
    await turns()
    assert ears.data == [1]


async def test_25_unsubscribe_drops_all_of_one_plugin_and_none_of_another(bus: Bus) -> None:
    a, b, c = plugin(bus, "A"), plugin(bus, "B"), plugin(bus, "C")
    heard: list[str] = []
    b.subscribe("A.news", lambda _: heard.append("b1"))
    c.subscribe("A.news", lambda _: heard.append("c"))
    assert b.subscribe("A.news", lambda _: heard.append("b2")) == "A.news"
    assert a.subscribers() == {"A.news": ["B", "C", "B"]}
    a.publish("news")
    await turns()
    assert heard == ["b1", "c", "b2"]
    assert b.unsubscribe("A.news") is True
    assert b.unsubscribe("A.news") is False
    a.publish("news")
    await turns()
    assert heard == ["b1", "c", "b2", "c"]


def test_25_nobody_can_subscribe_without_a_function(bus: Bus) -> None:
    assert bus.subscribe("A.news", None) is None


async def test_26_the_sticky_value_outlives_the_last_subscriber(bus: Bus) -> None:
    a, b = plugin(bus, "A"), plugin(bus, "B")
    Ears(b, "A.state")
    a.republish("state", 1)
    b.unsubscribe("A.state")
    ears = Ears(b, "A.state")
    await turns()
    assert ears.data == [1]


async def test_once_hears_one_event_be_it_a_remembered_one(bus: Bus) -> None:
    a, heard = plugin(bus, "A"), []
    bus.once("A.news", lambda event: heard.append(event.data))
    a.republish("news", 1)
    a.republish("news", 2)
    await turns()
    assert heard == [1]
    bus.once("A.news", lambda event: heard.append(event.data))
    a.publish("news", 3)
    await turns()
    assert heard == [1, 2]


async def test_27_and_28_a_write_that_changes_something_is_told_three_times(bus: Bus) -> None:
    a = plugin(bus, "A")
    ears = Ears(bus, "A.data", "A.data.k", "A.data.k:'v'")
    assert a.data("k", "v") == "v"
    assert a.data("k", "v") == "v"
    await turns()
    assert ears.names == ["data", "data.k", "data.k:'v'"]
    whole, change, _ = ears.data
    assert whole == {"k": "v"}
    assert set(change) == {"last", "value", "time"}
    assert (change["last"], change["value"]) == (None, "v")


def test_28_data_can_be_read_by_everybody_and_own_keys_win(bus: Bus) -> None:
    bus_data = bus.data
    b = plugin(bus, "B")
    b.data()["A.k"] = "own"
    assert bus_data("A.k") is None
    assert b.data("A.k") == "own"
    assert b.data("missing") is None


async def test_28_another_plugin_reads_it(bus: Bus) -> None:
    plugin(bus, "A").data("k", 5)
    assert plugin(bus, "B").data("A.k") == 5
    assert bus.data("A.k") == 5


@pytest.mark.parametrize(
    ("value", "name"), [(False, "data.k:false"), (True, "data.k:true"), (3, "data.k:3"), (2.0, "data.k:2")]
)
async def test_29_values_that_are_no_text_are_announced_without_quotes(
    bus: Bus, value: object, name: str
) -> None:
    ears = Ears(bus, f"A.{name}")
    a = plugin(bus, "A")
    a.data("k", value)
    await turns()
    assert ears.names == [name]
    assert a.data("k") is value
