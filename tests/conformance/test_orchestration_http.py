"""Orchestration, section 21: HTTP. A running server, asked as programs ask it."""

import socket
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

import anyio
import httpx2
import pytest
from msgspec.structs import replace

from frontdesk.desk.orchestration.application_files import document_of, machine_of
from frontdesk.desk.orchestration.applications import Applications
from frontdesk.desk.orchestration.shards import SHARDS
from frontdesk.errors import Refused
from frontdesk.scxml.events import Event
from frontdesk.scxml.faults import DocumentRefused
from frontdesk.settings import DatabaseSettings, ServerSettings, Settings
from frontdesk.settings_orchestration import OrchestrationHttpSettings, OrchestrationSettings
from tests.bare import http_client
from tests.conformance.house import House, serving, settings_in
from tests.patience import PATIENCE_S

pytestmark = pytest.mark.anyio

KEY, DEBUG_KEY = "let-me-in", "let-me-look"
CHART = b"""<scxml xmlns="http://www.w3.org/2005/07/scxml" profile="ecmascript" version="1.0"
    xmlns:session="http://www.genesyslab.com/modules/session">
  <datamodel><data id="who" expr="'nobody'"/><data id="count" expr="0"/></datamodel>
  <state id="waiting">
    <transition event="add"><assign location="_data.count" expr="_data.count + 1"/></transition>
    <transition event="greet">
      <session:response requestid="_event.data.requestid">
        <param name="text" expr="'hello ' + _data.who + ' ' + _event.data.mark"/>
      </session:response>
    </transition>
    <transition event="teapot">
      <session:response requestid="_event.data.requestid" resultcode="418">
        <content expr="'short and stout'"/>
      </session:response>
    </transition>
    <transition event="stop" target="stopped"/>
  </state>
  <final id="stopped"/>
</scxml>"""
FILES = {"application.toml": b'name = "counter"', "application.scxml": CHART}


def settings_with_programs(folder: Path, **http: Any) -> Settings:
    given = {"keys": (KEY,), "debug_keys": (DEBUG_KEY,), "answer_s": int(PATIENCE_S)} | http
    return settings_in(folder, orchestration=OrchestrationSettings(http=OrchestrationHttpSettings(**given)))


class Program:
    """Somebody with a key."""

    def __init__(self, http: httpx2.AsyncClient) -> None:
        self.http = http

    async def start(self, source: str = "counter", **fields: str) -> str:
        answer = await self.http.post("/scxml/session/start", data={"src": source, **fields})
        assert answer.status_code == 201, answer.text
        session_id: str = answer.json()["sessionid"]
        assert answer.headers["location"].endswith(f"/scxml/session/{session_id}/query")
        return session_id

    async def posts(self, path: str, data: Mapping[str, str] | None = None, **more: Any) -> httpx2.Response:
        return await self.http.post(f"/scxml/session/{path}", data=data, **more)

    async def sees(self, session_id: str, **wanted: Any) -> dict[str, Any]:
        """Wait until the session stands so."""
        with anyio.fail_after(PATIENCE_S):
            while True:
                found: dict[str, Any] = (await self.http.get(f"/scxml/session/{session_id}/query")).json()
                if all(found.get(name) == value for name, value in wanted.items()):
                    return found
                await anyio.sleep(0.02)


@asynccontextmanager
async def program(house: House, key: str = DEBUG_KEY) -> AsyncIterator[Program]:
    headers = {"x-api-key": key} if key else {}
    async with http_client(base_url=house.url, headers=headers) as http:
        yield Program(http)


async def house_with_the_counter(stack: AsyncExitStack, settings: Settings) -> House:
    house = await stack.enter_async_context(serving(settings))
    applications: Applications = house.server.applications
    await applications.upload(FILES)
    return house


@pytest.fixture(scope="module")
async def house(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[House]:
    async with AsyncExitStack() as stack:
        yield await house_with_the_counter(stack, settings_with_programs(tmp_path_factory.mktemp("house")))


@pytest.fixture
async def caller(house: House) -> AsyncIterator[Program]:
    async with program(house) as made:
        yield made


async def test_89_a_session_is_started_told_and_asked(caller: Program) -> None:
    session_id = await caller.start(who="amy", unknown="dropped")
    for event in ("event/add?by=1", "event", ""):
        data = {"_scxmleventname": "add"} if event != "event/add?by=1" else None
        assert (await caller.posts(f"{session_id}/{event}".rstrip("/"), data)).status_code == 202
    found = await caller.sees(session_id, data={"who": "amy", "count": 3})
    assert found == {
        "sessionid": session_id,
        "name": "counter",
        "state": "running",
        "configuration": ["waiting"],
        "interactions": [],
        "data": {"who": "amy", "count": 3},
    }
    await caller.posts(f"{session_id}/event/stop")
    await caller.sees(session_id, state="finished")


async def test_89_only_who_may_look_sees_data(house: House, caller: Program) -> None:
    session_id = await caller.start()
    async with program(house, KEY) as other:
        assert "data" not in await other.sees(session_id, configuration=["waiting"])


async def test_89_a_request_waits_for_the_sessions_answer(caller: Program) -> None:
    session_id = await caller.start(who="bo")
    answer = await caller.posts(f"{session_id}/request/greet?mark=!")
    assert (answer.status_code, answer.json()) == (200, {"text": "hello bo !"})
    answer = await caller.posts(f"{session_id}/request/teapot")
    assert (answer.status_code, answer.text) == (418, "short and stout")


async def test_89_a_request_that_no_session_answers_is_given_up(tmp_path: Path) -> None:
    async with AsyncExitStack() as stack:
        house = await house_with_the_counter(stack, settings_with_programs(tmp_path, answer_s=1))
        caller = await stack.enter_async_context(program(house))
        session_id = await caller.start()
        assert (await caller.posts(f"{session_id}/request/add")).status_code == 504


async def test_89_a_request_to_a_session_that_ends_is_told_so(caller: Program) -> None:
    session_id = await caller.start()
    assert (await caller.posts(f"{session_id}/request/stop")).status_code == 409


async def test_89_a_session_is_ended_from_outside(caller: Program) -> None:
    session_id = await caller.start()
    assert (await caller.posts(f"{session_id}/terminate")).status_code == 202
    await caller.sees(session_id, state="terminated")
    for path in ("event/add", "request/greet", "terminate"):
        assert (await caller.posts(f"{session_id}/{path}")).status_code == 409


async def test_89_a_session_may_begin_later(caller: Program) -> None:
    body = {"src": "counter", "idealtime": 4_000_000_000_000, "who": "cy"}
    answer = await caller.http.post("/scxml/session/start", json=body)
    assert answer.status_code == 202
    await caller.sees(answer.json()["sessionid"], state="starting", configuration=[])


async def test_89_an_unknown_session_is_not_found(caller: Program) -> None:
    for path in ("event/add", "request/greet", "terminate"):
        assert (await caller.posts(f"nobody/{path}")).status_code == 404
    assert (await caller.http.get("/scxml/session/nobody/query")).status_code == 404


async def test_89_nobody_can_pretend_to_be_the_platform(caller: Program) -> None:
    session_id = await caller.start()
    for name in ("interaction.deleted", "done.state.waiting", "error.x", "chat.message", "a..b"):
        assert (await caller.posts(f"{session_id}/event/{name}")).status_code == 400
    assert (await caller.posts(f"{session_id}/event/x", {"_scxmleventname": "queue.x"})).status_code == 400


async def test_90_a_repeated_request_does_nothing_more(caller: Program) -> None:
    once = {"idempotency-key": "start-1"}
    first, again = [(await caller.posts("start", {"src": "counter"}, headers=once)).json() for _ in range(2)]
    assert first == again
    session_id = first["sessionid"]
    for key in ("a", "a", "b", "a"):
        answer = await caller.posts(f"{session_id}/event/add", headers={"idempotency-key": key})
        assert answer.status_code == 202
    await caller.posts(f"{session_id}/event/stop")
    await caller.sees(session_id, state="finished")
    other = await caller.start()
    for key in ("a", "a", "b"):
        await caller.posts(f"{other}/event/add", headers={"idempotency-key": key})
    assert (await caller.sees(other, data={"who": "nobody", "count": 2}))["state"] == "running"


async def test_90_who_asks_again_is_given_the_same_answer(caller: Program) -> None:
    session_id = await caller.start(who="bo")
    once = {"idempotency-key": "a"}
    for mark in ("!", "?"):
        answer = await caller.posts(f"{session_id}/request/greet?mark={mark}", headers=once)
        assert (answer.status_code, answer.json()) == (200, {"text": "hello bo !"})


async def test_97_a_document_has_at_most_two_mebibytes(house: House) -> None:
    large = CHART.replace(b"</scxml>", b"<!--" + b"x" * (2 * 1024 * 1024) + b"--></scxml>")
    with pytest.raises(Refused) as refused:
        await house.server.applications.upload({**FILES, "application.scxml": large})
    assert refused.value.limit == 2 * 1024 * 1024


async def test_97_a_document_includes_at_most_256_files(house: House) -> None:
    part = b'<log xmlns="http://www.w3.org/2005/07/scxml" label="part"/>'
    for count, is_refused in ((256, False), (257, True)):
        includes = b'<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" href="part.xml"/>' * count
        chart = CHART.replace(
            b'<state id="waiting">', b'<state id="waiting"><onentry>%b</onentry>' % includes
        )
        document = document_of({**FILES, "application.scxml": chart, "part.xml": part})
        if is_refused:
            with pytest.raises(DocumentRefused, match="more than 256 includes"):
                machine_of(document)
        else:
            machine_of(document)


async def test_97_a_session_for_which_a_thousand_events_wait_takes_no_more(
    house: House, caller: Program
) -> None:
    answer = await caller.http.post(
        "/scxml/session/start", json={"src": "counter", "idealtime": 4_000_000_000_000}
    )
    session_id = answer.json()["sessionid"]
    await house.server.orchestration.sessions.deliver(session_id, [Event("add")] * 1000, key="many")
    assert (await caller.posts(f"{session_id}/event/add")).status_code == 429


async def test_97_an_event_has_at_most_so_much_data(caller: Program) -> None:
    session_id = await caller.start()
    body = {"a": "x" * 256 * 1024}
    answer = await caller.http.post(f"/scxml/session/{session_id}/event/add", json=body)
    assert answer.status_code == 413
    # A short form may mean much data.
    form = {"content-type": "application/x-www-form-urlencoded"}
    content = b"a=" + b'"' * (200 * 1024)
    answer = await caller.http.post(f"/scxml/session/{session_id}/event/add", content=content, headers=form)
    assert (answer.status_code, answer.json()["error"]["code"]) == (413, "event_too_large")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


async def test_91_another_node_leads_to_the_one_that_runs_the_session(
    tmp_path: Path, postgres_database: str
) -> None:
    async with AsyncExitStack() as stack:
        nodes = []
        for port in (free_port(), free_port()):
            settings = replace(
                settings_with_programs(tmp_path, node_url=f"http://127.0.0.1:{port}"),
                server=ServerSettings(port=port, stop_grace_s=1),
                database=DatabaseSettings(url=postgres_database),
            )
            nodes.append(await house_with_the_counter(stack, settings))
        shards = [node.server.orchestration.shards for node in nodes]
        with anyio.fail_after(PATIENCE_S):
            while {len(one.held) for one in shards} != {SHARDS // 2}:
                await anyio.sleep(0.05)
        callers = [await stack.enter_async_context(program(node)) for node in nodes]
        session_id = await callers[0].start(who="dee")
        while shards[0].fence(session_id) is None:  # Which node runs it is a matter of its id.
            session_id = await callers[0].start(who="dee")
        path = f"/scxml/session/{session_id}/request/greet?mark=%3F"
        with anyio.fail_after(PATIENCE_S):
            while (sent := await callers[1].http.post(path)).status_code != 307:
                await anyio.sleep(0.05)
        assert sent.headers["location"] == f"{nodes[0].url}{path}"
        followed = await callers[1].http.post(path, follow_redirects=True)
        assert (followed.status_code, followed.json()) == (200, {"text": "hello dee ?"})
        assert (await callers[1].http.get(f"/scxml/session/{session_id}/query")).status_code == 307
        assert (await callers[0].posts(f"{session_id}/event/add")).status_code == 202
