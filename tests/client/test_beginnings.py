"""A session begins once, and not for somebody who has gone."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from tests.client.stage import Stage, on_stage
from tests.patience import PATIENCE_S

pytestmark = pytest.mark.anyio

ALREADY = "There is already an active chat session"
RESTORE_ACTIVE = "Chat session is already active, ignoring restore command."
CLOSED = "The chat service was closed"
ADA = {"nickname": "Ada"}


@pytest.fixture
async def stage() -> AsyncIterator[Stage]:
    async with on_stage() as it:
        yield it


async def held(stage: Stage, operation: str) -> None:
    """Until the server has a request for `operation` in its hands."""
    while not any(one.operation == operation for one in stage.server.requests):
        await asyncio.sleep(0)


async def released(stage: Stage, operation: str, closing: asyncio.Task[None]) -> None:
    stage.server.release(operation)
    await asyncio.wait_for(closing, PATIENCE_S)
    stage.heard.clear()
    await stage.wait(10_000)


async def test_nothing_is_started_while_an_earlier_session_is_looked_for(stage: Stage) -> None:
    await stage.start()
    stage.server.hold("refresh")
    await stage.reload(1000)
    assert await stage.refused("startChat", ADA) == ALREADY
    assert await stage.refused("configure", stage.config) == ALREADY
    stage.server.release("refresh")
    await stage.settle()
    assert stage.names[0] == "restored"
    assert "started" not in stage.names
    assert stage.asked() == []


async def test_nothing_is_restored_while_a_session_is_started(stage: Stage) -> None:
    stage.server.hold("start")
    starting = stage.call("startChat", ADA)
    await held(stage, "start")
    assert await stage.refused("restore") == RESTORE_ACTIVE
    stage.server.release("start")
    await starting


async def test_a_start_that_is_under_way_when_the_service_closes_is_taken_back(stage: Stage) -> None:
    stage.server.hold("start")
    starting = stage.call("startChat", ADA)
    await held(stage, "start")
    closing = asyncio.create_task(stage.service.aclose())
    await stage.settle()
    assert not closing.done()
    await released(stage, "start", closing)
    assert starting.is_rejected()
    assert stage.asked("refresh") == ["start", "disconnect"]
    assert stage.names == []
    assert not stage.service.engine.is_active


async def test_a_start_that_came_to_nothing_needs_no_taking_back(stage: Stage) -> None:
    stage.server.hold("start")
    stage.server.override("start", {"statusCode": 1})
    stage.call("startChat", ADA)
    await held(stage, "start")
    closing = asyncio.create_task(stage.service.aclose())
    await stage.settle()
    await released(stage, "start", closing)
    assert stage.asked("refresh") == ["start"]


async def test_a_session_that_is_looked_for_when_the_service_closes_is_kept_for_later(stage: Stage) -> None:
    await stage.start()
    stage.server.hold("refresh")
    await stage.reload(1000)
    kept = stage.storage.read()
    closing = asyncio.create_task(stage.service.aclose())
    await stage.settle()
    await released(stage, "refresh", closing)
    assert stage.asked("refresh") == ["refresh"]
    assert stage.names == []
    assert stage.storage.read() == kept


async def test_a_service_that_was_closed_begins_nothing(stage: Stage) -> None:
    await stage.service.aclose()
    assert await stage.refused("startChat", ADA) == CLOSED
    assert await stage.refused("restore") == CLOSED
    assert stage.server.requests == []
