"""Documents ask web services: checks of orchestration, sections 14 and 21."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from frontdesk.desk.orchestration.fetch_module import FetchModule
from frontdesk.desk.orchestration.web_client import WebClient
from frontdesk.domain.allowed_hosts import allowed_of
from frontdesk.domain.orchestration.session import Life
from frontdesk.main import running
from frontdesk.settings import DatabaseSettings, FileStoreSettings, ServerSettings, Settings
from frontdesk.settings_modules import FetchSettings, SecretSettings
from frontdesk.settings_orchestration import OrchestrationSettings
from tests.desk.orchestration.stage import Shelf, Stage, has_come_to, ors, stage
from tests.desk.orchestration.web_service import WebService, answer, web_service

pytestmark = pytest.mark.anyio

# It asks for what it is told, and logs what comes of it.
ASKS = ors("""
  <datamodel><data id="url" expr="''"/><data id="r"/></datamodel>
  <state id="asking">
    <onentry><session:fetch requestid="_data.r" srcexpr="_data.url" method="'get'">
      <param name="customer" expr="'Mira'"/></session:fetch></onentry>
    <transition event="session.fetch.done" cond="_event.data.requestid == _data.r" target="done">
      <log expr="typeof _event.data.content + ' ' + JSON.parse(_event.data.content).vip"/>
      <log expr="_event.data.hints['content-type']"/>
    </transition>
    <transition event="error.session.fetch" cond="_event.data.requestid == _data.r" target="done">
      <log expr="_event.data.error"/>
      <log expr="_event.data.description.length &gt; 0"/>
    </transition>
  </state>
  <final id="done"/>""")

# It asks where the settings say, and tells the same service what it heard.
TELLS = ors("""
  <datamodel><data id="crm" expr="_genesys.session.getConfigOption('crm')"/></datamodel>
  <state id="asking">
    <onentry><session:fetch srcexpr="_data.crm" headers="({'X-Key': 'secret:crm'})"/></onentry>
    <transition event="session.fetch.done" target="telling"/>
  </state>
  <state id="telling">
    <onentry><session:fetch srcexpr="_data.crm" method="'post'">
      <param name="level" expr="_event.data.content"/></session:fetch></onentry>
    <transition event="session.fetch.done" target="writing"/>
  </state>
  <state id="writing">
    <onentry><session:fetch srcexpr="_data.crm" method="'put'" enctype="'text/csv'">
      <content expr="'level;' + _event.data.content"/></session:fetch></onentry>
    <transition event="session.fetch.done" target="done"/>
  </state>
  <final id="done"/>""")


async def _loopback(_host: str, _port: int) -> Sequence[str]:
    return ["127.0.0.1"]


@asynccontextmanager
async def asking(service: WebService, private: Sequence[str] = ("127.0.0.1",)) -> AsyncIterator[Stage]:
    """A node whose documents may ask the service, under the name `crm.test`."""
    async with stage(Shelf(asks=ASKS)) as node:
        allowed = allowed_of([f"crm.test:{service.port}"], private)
        web = WebClient(allowed, body_bytes_max=200_000, resolve=_loopback)
        fetches = FetchModule(node.sessions, web, {})
        node.orchestration.modules["session"] = fetches
        node.fetches = fetches  # type: ignore[attr-defined]
        yield node
        await fetches.aclose()


async def logged(node: Stage, url: str) -> list[str]:
    session_id = await node.start("asks", {"url": url})
    await node.fetches.under_way.quiet()  # type: ignore[attr-defined]
    await node.settle()
    return await node.said(session_id)


async def test_88_json_arrives_as_text() -> None:
    body = answer(200, '{"vip": true}', content_type="application/json")
    async with web_service(body) as service, asking(service) as node:
        said = await logged(node, f"http://crm.test:{service.port}/customers")
    assert said == ["string true", "application/json"]
    assert service.seen[0].target == "/customers?customer=Mira"


async def test_88_a_404_is_an_error_with_its_code() -> None:
    async with web_service(answer(404, "nobody")) as service, asking(service) as node:
        said = await logged(node, f"http://crm.test:{service.port}/customers")
    assert said == ["http.404", "true"]


async def test_88_a_host_off_the_list_is_refused_without_a_connection() -> None:
    async with web_service(answer()) as service, asking(service) as node:
        said = await logged(node, f"http://127.0.0.1:{service.port}/")
    assert said == ["invalidattribute", "true"]
    assert service.connections == 0


@pytest.mark.parametrize(
    "url",
    [
        "http://169.254.169.254/latest/meta-data",
        "http://[fe80::1]/",
        "http://localhost/",
        "file:///etc/passwd",
    ],
)
async def test_a_fetch_to_a_link_local_address_stops_with_a_clear_error(url: str) -> None:
    async with web_service(answer()) as service, asking(service) as node:
        assert await logged(node, url) == ["invalidattribute", "true"]


async def test_a_name_that_leads_inside_is_refused_without_a_connection() -> None:
    async with web_service(answer()) as service, asking(service, private=()) as node:
        said = await logged(node, f"http://crm.test:{service.port}/")
    assert said == ["invalidattribute", "true"]
    assert service.connections == 0


async def test_documents_of_a_running_server_ask_with_secrets_that_they_never_see(tmp_path: Path) -> None:
    folder = tmp_path / "applications" / "asks"
    folder.mkdir(parents=True)
    (folder / "application.toml").write_text('name = "asks"\ndocument = "asks.scxml"\n', "utf-8")
    (folder / "asks.scxml").write_bytes(TELLS)
    async with web_service(answer(200, "gold")) as service:
        fetch = FetchSettings(
            allow=(f"localhost:{service.port}",),
            private=("127.0.0.1", "::1"),
            secrets={"crm": SecretSettings(value="k3y", hosts=("localhost",))},
        )
        settings = Settings(
            server=ServerSettings(port=0),
            database=DatabaseSettings(url="memory:"),
            files=FileStoreSettings(folder=str(tmp_path / "files")),
            orchestration=OrchestrationSettings(
                folder=str(folder.parent), fetch=fetch, options={"crm": f"http://localhost:{service.port}/"}
            ),
        )
        async with running(settings) as server:
            session_id = await server.orchestration.sessions.start("asks")
            await has_come_to(server.orchestration, session_id, Life.FINISHED)
    first, second, third = service.seen
    assert (first.method, first.headers["x-key"]) == ("GET", "k3y")
    assert (second.method, second.body) == ("POST", b"level=gold")
    assert (third.method, third.body, third.headers["content-type"]) == ("PUT", b"level;gold", "text/csv")
