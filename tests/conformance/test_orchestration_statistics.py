"""Sessions are told numbers, as section 15.1 of the orchestration specification has it."""

import pytest

from tests.conformance.owned import PUPPET
from tests.conformance.routed import Routed
from tests.desk.orchestration.stage import ors

pytestmark = pytest.mark.anyio

ACTS = """
  <transition event="do.subscribe">
    <statistic:subscribe xmlns:statistic="http://www.genesyslab.com/modules/statistic"
        requestid="_data.last" object="_event.data.object" statistic="_event.data.statistic"
        interval="_event.data.interval"/>
    <log expr="JSON.stringify({name: 'asked', data: {requestid: _data.last}})"/>
  </transition>
  <transition event="do.unsubscribe">
    <statistic:unsubscribe xmlns:statistic="www.genesyslab.com/modules/statistic"
        requestid="_data.last" object="_event.data.object" statistic="_event.data.statistic"/>
    <log expr="JSON.stringify({name: 'asked', data: {requestid: _data.last}})"/>
  </transition>
"""
WAITING = {"object": "sales.Q", "statistic": "StatCallsInQueue"}


class Counted(Routed):
    async def tell(self, after_s: float = 0) -> None:
        """Time goes by, and numbers are told."""
        await self.after_s(after_s)
        await self.queueing.told.tell()
        await self.settle()

    async def numbers(self, session_id: str) -> list[float]:
        """What a session was told since it was asked before."""
        told = await self.heard(session_id)
        assert all(WAITING.items() <= one.data.items() for one in told if one.name.startswith("statistic"))
        return [one.data["value"] for one in told if one.name == "statistic.update"]


def counted() -> Counted:
    return Counted(other=ors(PUPPET % ACTS))


async def test_a_session_is_told_a_number_again_and_again_until_it_wants_no_more() -> None:
    async with counted() as desk:
        session_id = await desk.session()
        request_id = await desk.ask(session_id, "subscribe", interval=10, **WAITING)
        (done,) = await desk.heard(session_id)
        assert (done.name, done.data["requestid"]) == ("statistic.subscribe.done", request_id)
        await desk.tell()
        await desk.node.start("plain", queue="sales")
        await desk.tell(9)
        assert await desk.numbers(session_id) == [0]
        await desk.tell(1)
        assert await desk.numbers(session_id) == [1]
        request_id = await desk.ask(session_id, "unsubscribe", **WAITING)
        (done,) = await desk.heard(session_id)
        assert (done.name, done.data["requestid"]) == ("statistic.unsubscribe.done", request_id)
        await desk.tell(30)
        assert await desk.numbers(session_id) == []


async def test_with_an_interval_of_0_it_is_told_each_change() -> None:
    async with counted() as desk:
        session_id = await desk.session()
        await desk.ask(session_id, "subscribe", interval=0, **WAITING)
        await desk.tell(1)
        await desk.tell(60)
        await desk.node.start("plain", queue="sales")
        await desk.tell(1)
        assert await desk.numbers(session_id) == [0, 1]


async def test_a_subscription_outlives_the_module_that_began_it() -> None:
    async with counted() as desk:
        session_id = await desk.session()
        await desk.ask(session_id, "subscribe", interval=10, **WAITING)
        await desk.tell()
        session = await desk.stage.session(session_id)
        assert len(session.errands) == 1, "it is asked again after a crash, and at another node"


@pytest.mark.parametrize(
    ("given", "error"),
    [
        ({}, "alreadyactive"),
        ({"interval": 3}, "requestinvalid"),
        ({"statistic": "StatWeather"}, "requestinvalid"),
        ({"object": "sales"}, "requestinvalid"),
    ],
)
async def test_what_cannot_be_told_is_refused(given: dict[str, object], error: str) -> None:
    async with counted() as desk:
        session_id = await desk.session()
        await desk.ask(session_id, "subscribe", **WAITING)
        await desk.heard(session_id)
        request_id = await desk.ask(session_id, "subscribe", **{**WAITING, **given})
        (refused,) = await desk.heard(session_id)
        assert refused.name == "error.statistic.subscribe"
        assert (refused.data["requestid"], refused.data["error"]) == (request_id, error)
        assert refused.data["description"]
