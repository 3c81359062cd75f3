"""What sessions asked for and could not be done: they hear of it, and so does whoever keeps the server."""

import pytest
from structlog.testing import capture_logs

from frontdesk.desk.orchestration.modules import Request
from frontdesk.domain.orchestration.session import Life
from tests.desk.orchestration.stage import Shelf, Stage, ors, stage

pytestmark = pytest.mark.anyio

SHELF = Shelf(
    asking=ors(
        """<datamodel><data id="asked"/></datamodel>
        <state id="on"><onentry><queue:submit requestid="_data.asked"/></onentry>
          <transition event="error.queue.submit"><log expr="_event.data.error"/></transition></state>"""
    )
)


class Ending:
    """A module whose answer comes when the session is over."""

    def __init__(self, node: Stage) -> None:
        self._node = node

    async def carry_out(self, request: Request) -> None:
        await self._node.sessions.cancel(request.session_id)
        await self._node.orchestration.runner.lives.quiet()
        await self._node.sessions.deliver(request.session_id, [request.done()], key=request.request_id)

    async def drop(self, request: Request) -> None:
        """Nothing is left to be done."""


class Broken:
    """A module with a fault."""

    async def carry_out(self, request: Request) -> None:
        raise ValueError(request.action)

    async def drop(self, request: Request) -> None:
        """Nothing was done."""


async def test_a_fault_of_a_module_is_logged_and_told() -> None:
    async with stage(SHELF) as node:
        node.orchestration.modules["queue"] = Broken()
        with capture_logs() as logs:
            session_id = await node.start("asking")
        assert [log["errand"] for log in logs if log["event"] == "errand_failed"] == [f"{session_id}.1"]
        assert await node.said(session_id) == ["unknown"]


async def test_who_has_an_answer_for_a_session_that_is_over_has_no_fault() -> None:
    async with stage(SHELF) as node:
        node.orchestration.modules["queue"] = Ending(node)
        with capture_logs() as logs:
            session_id = await node.start("asking")
        assert (await node.session(session_id)).life is Life.TERMINATED
        assert [log["event"] for log in logs if log["event"] == "errand_failed"] == []
