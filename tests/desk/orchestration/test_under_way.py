"""How a request ended is told to its session, whatever stands in the way."""

from collections.abc import Sequence

import pytest

from frontdesk.desk.orchestration.by_action import ByAction
from frontdesk.desk.orchestration.modules import Request
from frontdesk.desk.orchestration.under_way import UnderWay, Work
from frontdesk.errors import DeskError, NotFound, Refused, Unavailable
from frontdesk.scxml.events import Event
from tests.desk.orchestration.deliveries import Deliveries

pytestmark = pytest.mark.anyio

REQUEST = Request("s1", "s1.1", "session", "fetch", {}, 0)


class Reluctant(Deliveries):
    """A delivery that cannot be made at first."""

    def __init__(self, *errors: DeskError) -> None:
        super().__init__()
        self.errors = list(errors)

    async def deliver(self, session_id: str, events: Sequence[Event], *, key: str) -> None:
        if self.errors:
            raise self.errors.pop(0)
        await super().deliver(session_id, events, key=key)


async def outcome() -> Event:
    return REQUEST.done({"content": "x"})


async def fault() -> Event:
    raise ZeroDivisionError


async def told(heard: Reluctant, work: Work) -> tuple[UnderWay, list[float]]:
    waits: list[float] = []

    async def sleep(seconds: float) -> None:
        waits.append(seconds)

    under_way = UnderWay(heard, sleep)
    under_way.begin(REQUEST, work)
    assert REQUEST.request_id in under_way
    await under_way.quiet()
    assert REQUEST.request_id not in under_way
    return under_way, waits


async def test_it_is_told_once_that_can_be_done() -> None:
    heard = Reluctant(Unavailable("away", 1), Refused("queue_full", "no room"))
    _, waits = await told(heard, outcome)
    assert (heard.names, waits) == (["session.fetch.done"], [1.0, 1.0])


async def test_a_session_that_is_over_is_told_nothing() -> None:
    heard = Reluctant(NotFound("over"))
    await told(heard, outcome)
    assert heard.names == []


async def test_a_fault_of_ours_is_told_as_one() -> None:
    heard = Reluctant()
    await told(heard, fault)
    assert heard.last()[1]["error"] == "unknown"


async def test_each_action_has_its_module() -> None:
    class Ear:
        def __init__(self, patience_ms: int | None = None) -> None:
            self.heard: list[str] = []
            if patience_ms is not None:
                self.patience_ms = lambda _request: patience_ms

        async def carry_out(self, request: Request) -> None:
            self.heard.append(request.action)

        async def drop(self, request: Request) -> None:
            self.heard.append(f"drop {request.action}")

    fetches, others = Ear(0), Ear()
    both = ByAction({"fetch": fetches}, others)
    start = Request("s1", "s1.2", "session", "start", {}, 0)
    for request in (REQUEST, start):
        await both.carry_out(request)
        await both.drop(request)
    assert (fetches.heard, others.heard) == (["fetch", "drop fetch"], ["start", "drop start"])
    assert (both.patience_ms(REQUEST), both.patience_ms(start)) == (0, None)
