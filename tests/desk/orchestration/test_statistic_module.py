"""The module `statistic`: numbers, again and again."""

import pytest

from tests.desk.orchestration.queueing import QueueHouse

pytestmark = pytest.mark.anyio

READY = {"object": "All@.GA", "statistic": "StatAgentsInQueueReady"}


async def a_session() -> tuple[QueueHouse, str]:
    house = QueueHouse()
    await house.agent("amy")
    return house, (await house.begin())[1]


async def told(house: QueueHouse, session_id: str, after_s: float) -> list[float]:
    house.node.clock.after_s(after_s)
    await house.statistic.tell()
    return [said["value"] for said in house.results(session_id, "statistic.update")]


async def test_a_session_is_told_at_once_and_after_each_interval() -> None:
    house, session_id = await a_session()
    request = await house.ask(session_id, "subscribe", module="statistic", interval=10, **READY)
    assert house.last(session_id) == ("statistic.subscribe.done", {"requestid": request.request_id, **READY})
    assert await told(house, session_id, 0) == [1]
    await house.agent("bob")
    assert await told(house, session_id, 9.9) == [1]
    assert await told(house, session_id, 0.1) == [1, 2]
    assert house.results(session_id, "statistic.update")[0] == {**READY, "value": 1}


async def test_or_when_it_changes() -> None:
    house, session_id = await a_session()
    await house.ask(session_id, "subscribe", module="statistic", interval=0, **READY)
    assert await told(house, session_id, 1) == [1]
    assert await told(house, session_id, 60) == [1]
    await house.agent("bob")
    assert await told(house, session_id, 1) == [1, 2]


async def test_every_half_minute_where_nothing_is_said() -> None:
    house, session_id = await a_session()
    await house.ask(session_id, "subscribe", module="statistic", **READY)
    assert [len(await told(house, session_id, s)) for s in (0, 29.9, 0.1)] == [1, 1, 2]


async def test_what_is_subscribed_twice_or_cannot_be_is_refused() -> None:
    house, session_id = await a_session()
    await house.ask(session_id, "subscribe", module="statistic", **READY)
    for given, error in (
        (READY, "alreadyactive"),
        ({**READY, "interval": 5}, "requestinvalid"),
        ({**READY, "object": "All"}, "requestinvalid"),
        ({**READY, "statistic": "StatWeather"}, "requestinvalid"),
        ({}, "requestinvalid"),
    ):
        await house.ask(session_id, "subscribe", module="statistic", **given)
        name, said = house.last(session_id)
        assert (name, said["error"]) == ("error.statistic.subscribe", error)
        assert said["description"]
    await house.ask(session_id, "forecast", module="statistic")
    assert house.last(session_id)[1]["error"] == "unsupported"


async def test_it_ends_when_it_is_taken_back() -> None:
    house, session_id = await a_session()
    request = await house.ask(session_id, "subscribe", module="statistic", interval=0, **READY)
    assert await told(house, session_id, 1) == [1]
    await house.ask(session_id, "unsubscribe", module="statistic", **READY)
    assert house.last(session_id)[0] == "statistic.unsubscribe.done"
    assert request.request_id in house.ear.keys[session_id], "the subscription is over"
    await house.agent("bob")
    assert await told(house, session_id, 1) == [1]
    await house.ask(session_id, "unsubscribe", module="statistic", **READY)
    assert house.last(session_id)[0] == "statistic.unsubscribe.done"


async def test_or_with_the_session() -> None:
    house, session_id = await a_session()
    request = await house.ask(session_id, "subscribe", module="statistic", interval=0, **READY)
    await house.statistic.drop(request)
    assert await told(house, session_id, 1) == []
    await house.ask(session_id, "subscribe", module="statistic", interval=0, **READY)
    house.ear.applications.clear()
    assert await told(house, session_id, 1) == []
    assert house.statistic.patience_ms(request) == 0


async def test_a_moment_in_which_the_database_is_away_is_made_up_for() -> None:
    house, session_id = await a_session()
    await house.ask(session_id, "subscribe", module="statistic", interval=0, **READY)
    house.ear.fails_at = house.ear.calls + 1
    assert await told(house, session_id, 1) == []
    assert await told(house, session_id, 1) == [1]
