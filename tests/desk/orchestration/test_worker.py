"""The script worker: a process of its own, whose end nobody notices."""

import asyncio
import errno
import os
import signal
import sys
from pathlib import Path

import pytest

from frontdesk.desk.orchestration.workers import Worker, Workers
from frontdesk.domain.orchestration.session import Life
from frontdesk.main import running
from frontdesk.scxml.events import Event
from frontdesk.scxml.limits import Limits
from frontdesk.scxml.packed import pack
from frontdesk.settings import DatabaseSettings, FileStoreSettings, ServerSettings, Settings
from frontdesk.settings_orchestration import OrchestrationSettings
from tests.bare import http_client
from tests.desk.orchestration.stage import Shelf, has_come_to, stage, w3c
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


async def test_sessions_are_spread_over_several_workers_and_one_that_dies_takes_only_its_own_along() -> None:
    workers = Workers(Limits(), 2)
    try:
        async with stage(Shelf(counter=COUNTER), engine=workers) as node:
            ids = [await node.start("counter", session_id=f"s{number}") for number in range(8)]
            pids = [worker.pid for worker in workers.workers]
            assert None not in pids
            assert len(set(pids)) == 2
            os.kill(pids[0] or 0, signal.SIGKILL)
            for session_id in ids:
                await node.send(session_id, "end")
                assert await node.said(session_id) == ["begun with 0", "over at 0"]
            assert [worker.restarts for worker in workers.workers] == [1, 0]
    finally:
        await workers.aclose()


BREAKS = w3c(
    """<state id="on">
      <transition event="deeper"><script>function f() { return f() + 1 } f()</script></transition>
      <transition event="for.ever"><script>while (true) {}</script></transition>
      <transition event="written.out"><script>'' + (1n &lt;&lt; 1000000n)</script></transition>
    </state>"""
)


async def test_a_worker_that_is_killed_while_many_sessions_are_at_work_costs_none_of_them_anything() -> None:
    worker = Worker(Limits())
    try:
        async with stage(Shelf(counter=COUNTER), engine=worker) as node:
            ids = [await node.sessions.start("counter", {"n": 0}) for _ in range(40)]
            deliveries = [
                node.sessions.deliver(session_id, [Event("more", data=pack({"by": 1}))], key=str(number))
                for number in range(10)
                for session_id in ids
            ]
            working = asyncio.gather(*deliveries)
            killed = None
            for _ in range(3):
                while worker.pid in (None, killed) and not working.done():
                    await asyncio.sleep(0.01)
                if worker.pid not in (None, killed):
                    killed = worker.pid
                    os.kill(killed, signal.SIGKILL)
            await working
            await node.settle()
            for session_id in ids:
                said = await node.said(session_id)
                assert said == ["begun with 0", *(str(number) for number in range(1, 11))]
            assert worker.restarts >= 1
    finally:
        await worker.aclose()


@pytest.mark.parametrize("event", ["deeper", "for.ever"])
async def test_a_session_that_breaks_the_worker_twice_has_failed_and_the_others_go_on(event: str) -> None:
    # With limits so high that they hold nothing, scripts get as far as to break or to hold up the process.
    lax = Limits(stack_bytes=1 << 40, evaluation_cpu_ms=1 << 30, macrostep_cpu_ms=1 << 30)
    worker = Worker(lax, hangs_after_s=1.0)
    try:
        async with stage(Shelf(breaks=BREAKS, counter=COUNTER), engine=worker) as node:
            bad, good = await node.start("breaks"), await node.start("counter")
            await node.sessions.deliver(bad, [Event(event)], key="bad")
            await node.send(good, "more", {"by": 1})
            await node.send(good, "end")
            assert await node.said(good) == ["begun with 0", "1", "over at 1"]
            session = await node.session(bad)
            assert (session.life, session.reason) == (
                Life.FAILED,
                "it has broken the script engine more than once",
            )
            assert worker.restarts == 2
    finally:
        await worker.aclose()


async def test_what_the_engine_cannot_interrupt_ends_with_its_process_and_its_session_has_failed() -> None:
    worker = Worker(Limits(macrostep_cpu_ms=100))
    try:
        async with stage(Shelf(breaks=BREAKS, counter=COUNTER), engine=worker) as node:
            bad, good = await node.start("breaks"), await node.start("counter")
            await node.sessions.deliver(bad, [Event("written.out")], key="bad")
            await node.send(good, "more", {"by": 1})
            await node.send(good, "end")
            assert await node.said(good) == ["begun with 0", "1", "over at 1"]
            session = await node.session(bad)
            assert session.life is Life.FAILED
            assert session.reason == "it held the script engine up for 400 ms and could not be interrupted"
            assert worker.restarts == 1
    finally:
        await worker.aclose()
    assert Limits().hard_cpu_ms == 2_000


async def test_a_script_cannot_reach_a_file_nor_the_network_even_from_python() -> None:
    """What the process itself has given up, whatever a script might get it to do."""
    program = (
        "import os, socket; from frontdesk.desk.orchestration import worker\n"
        "os.dup(1); worker._shut_in()  # As many as its pipe has.\n"
        "for reach in (lambda: socket.socket(), lambda: open('/etc/passwd')):\n"
        "    try: reach()\n"
        "    except OSError as error: print(error.errno)\n"
        "    else: print('reached')\n"
    )
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-I", "-c", program, stdout=asyncio.subprocess.PIPE
    )
    told, _ = await process.communicate()
    assert told.split() == [str(errno.EMFILE).encode()] * 2


async def test_a_session_lives_on_in_a_database_when_its_node_ends(tmp_path: Path) -> None:
    folder = tmp_path / "applications" / "counter"
    folder.mkdir(parents=True)
    (folder / "application.scxml").write_bytes(COUNTER)
    (folder / "application.toml").write_text('name = "counter"', "utf-8")
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
        async with http_client() as client:
            told = (await client.get(f"{server.url}/metrics")).text
        assert 'frontdesk_sessions_ended_total{application="counter",how="finished"} 1.0' in told
        assert "frontdesk_session_steps_total 1.0" in told
        assert "frontdesk_sessions_in_memory" in told
        assert "frontdesk_script_worker_restarts_total 0.0" in told
