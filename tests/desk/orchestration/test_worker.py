"""The script worker: a process of its own, whose end nobody notices."""

import os
import signal
from pathlib import Path

import pytest

from frontdesk.desk.orchestration.workers import Worker
from frontdesk.domain.orchestration.session import Life
from frontdesk.main import running
from frontdesk.scxml.events import Event
from frontdesk.scxml.limits import Limits
from frontdesk.settings import DatabaseSettings, FileStoreSettings, ServerSettings, Settings
from frontdesk.settings_orchestration import OrchestrationSettings
from tests.desk.orchestration.stage import Shelf, has_come_to, stage
from tests.desk.orchestration.test_sessions import COUNTER

pytestmark = pytest.mark.anyio


async def test_a_killed_worker_is_replaced_and_its_sessions_go_on() -> None:
    worker = Worker(Limits())
    try:
        async with stage(Shelf(counter=COUNTER), engine=worker) as node:
            ids = [await node.start("counter", {"n": number}) for number in range(5)]
            for session_id in ids:
                await node.send(session_id, "more", {"by": 1})
            assert worker.pid is not None
            os.kill(worker.pid, signal.SIGKILL)
            for session_id in ids:
                await node.send(session_id, "end")
            assert worker.restarts == 1
            for number, session_id in enumerate(ids):
                said = [f"begun with {number}", str(number + 1), f"over at {number + 1}"]
                assert await node.said(session_id) == said
    finally:
        await worker.aclose()


async def test_a_session_lives_on_in_a_database_when_its_node_ends(tmp_path: Path) -> None:
    folder = tmp_path / "applications" / "counter"
    folder.mkdir(parents=True)
    (folder / "counter.scxml").write_bytes(COUNTER)
    settings = Settings(
        server=ServerSettings(port=0),
        database=DatabaseSettings(url=f"sqlite:///{tmp_path}/frontdesk.db"),
        files=FileStoreSettings(folder=str(tmp_path / "files")),
        orchestration=OrchestrationSettings(folder=str(folder.parent)),
    )
    async with running(settings) as server:
        session_id = await server.orchestration.sessions.start("counter", {"n": 1})
        await has_come_to(server.orchestration, session_id, Life.RUNNING)
    async with running(settings) as server:
        orchestration = server.orchestration
        await orchestration.sessions.deliver(session_id, [Event("end")], key="end")
        await has_come_to(orchestration, session_id, Life.FINISHED)
