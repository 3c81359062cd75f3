"""What operators see: health, readiness, metrics, logs, the API's description, a graceful stop."""

import io
import json
import logging
from collections.abc import Iterator
from pathlib import Path

import anyio
import httpx2
import msgspec
import pytest
import structlog
from msgspec.structs import replace
from prometheus_client.parser import text_string_to_metric_families

from frontdesk.edges import logs
from frontdesk.settings import LogSettings
from frontdesk.wire.chat_v2_answers import Envelope
from tests.bare import http_client
from tests.conformance.house import House, serving, settings_in
from tests.conformance.v2 import Chat, Visitors
from tests.patience import PATIENCE_S

pytestmark = pytest.mark.anyio


async def test_a_server_that_works_says_so(house: House) -> None:
    http = house.visitors.http
    assert (await http.get(f"{house.url}/healthz")).json() == {"status": "ok"}
    ready = await http.get(f"{house.url}/readyz")
    assert (ready.status_code, ready.json()["checks"]) == (200, ["database", "files"])


async def test_a_server_whose_files_cannot_be_kept_is_not_ready(tmp_path: Path) -> None:
    async with serving(settings_in(tmp_path)) as house:
        folder = tmp_path / "files"
        folder.rmdir()
        folder.write_text("in the way")
        answer = await house.visitors.http.get(f"{house.url}/readyz")
        assert answer.status_code == 503
        assert "cannot be kept" in answer.json()["faults"]["files"]
        assert (await house.visitors.http.get(f"{house.url}/healthz")).status_code == 200


async def test_metrics_are_in_the_usual_form_and_count(house: House) -> None:
    chat = await house.visitors.start()
    async with house.agent("amy") as amy:
        await amy.takes(chat.chat_id)
        await chat.send("Hello")
        text = (await house.visitors.http.get(f"{house.url}/metrics")).text
        families = {family.name: family for family in text_string_to_metric_families(text)}
    values = {
        (sample.name, sample.labels.get("service") or sample.labels.get("operation")): sample.value
        for family in families.values()
        for sample in family.samples
    }
    assert values["frontdesk_interactions_started_total", "s"] == 1
    assert values["frontdesk_requests_total", "send"] == 1
    assert values["frontdesk_interactions_open", None] == 1
    assert values["frontdesk_workspace_sockets", None] == 1
    assert values["frontdesk_queue_wait_seconds_count", "s"] == 1
    assert all(family.documentation for family in families.values())


async def test_the_description_of_the_api_is_complete(house: House) -> None:
    described = (await house.visitors.http.get(f"{house.url}/api/openapi.json")).json()
    assert described["openapi"].startswith("3.1")
    paths = described["paths"]
    for operation in ("refresh", "send", "disconnect", "file", "file/limits", "file/{fileId}/download"):
        assert f"/genesys/2/chat/{{serviceName}}/{{chatId}}/{operation}" in paths
    assert paths.keys() >= {"/api/workspace/sign-in", "/healthz", "/readyz", "/metrics"}
    assert all(call["summary"] for path in paths.values() for call in path.values())
    ids = [call["operationId"] for path in paths.values() for call in path.values()]
    assert len(ids) == len(set(ids))


async def test_answers_are_as_the_description_says(house: House) -> None:
    """The description is made from types, the answers by hand for speed: they must be the same."""
    chat = await house.visitors.start(nickname="Mira", text="Hello")
    for answer in (
        chat.started,
        await chat.send("x", P=1, eventAttributes='{"a":{"b":1}}'),
        await chat.refresh(-1),
        await chat.send(""),
        await chat.ask("file/limits"),
        await chat.upload("a.txt", b"hello"),
        await chat.ask("userData/read", keys="a"),
        await chat.ask("userData/delete", keys="a"),
        await chat.refresh(1, secureKey="wrong"),
        await chat.ask("disconnect", P=1),
    ):
        msgspec.json.decode(json.dumps(answer.body), type=Envelope, strict=True)


@pytest.fixture
def logged() -> Iterator[io.StringIO]:
    """Everything that is logged, in the form that operators get."""
    root = logging.getLogger()
    before = root.handlers[:], root.level, structlog.get_config()
    logs.configure(LogSettings(level="debug"))
    stream = io.StringIO()
    handler = root.handlers[0]
    assert isinstance(handler, logging.StreamHandler)
    handler.setStream(stream)
    yield stream
    root.handlers, root.level = before[0], before[1]
    structlog.configure(**before[2])


async def test_logs_are_json_name_the_chat_and_never_say_a_word(logged: io.StringIO, tmp_path: Path) -> None:
    async with serving(settings_in(tmp_path)) as house:
        chat = await house.visitors.start(
            nickname="Nickname-Secret", subject="Subject-Secret", **{"userData[k]": "Data-Secret"}
        )
        async with house.agent("amy") as amy:
            await amy.takes(chat.chat_id)
            await chat.send("Visitor-Secret")
            await chat.refresh(1, message="Preview-Secret")
            await amy.does("say", interaction_id=chat.chat_id, text="Agent-Secret")
            await chat.upload("File-Secret.txt", b"Content-Secret")
            await chat.send("Bad-Secret", eventAttributes="{Attribute-Secret")
            await chat.ask("disconnect")
    lines = [json.loads(line) for line in logged.getvalue().splitlines()]
    assert next(line["event"] for line in lines if line.get("interaction_id") == chat.chat_id) == "started"
    assert {"event", "level", "timestamp", "logger"} <= lines[0].keys()
    assert any(line["event"] == "ended" and line["reason"] == "client_left" for line in lines)
    assert "Secret" not in logged.getvalue()
    assert chat.secure_key not in logged.getvalue()


async def test_a_stop_answers_what_is_under_way_and_sends_agents_away_with_a_reason(tmp_path: Path) -> None:
    settings = settings_in(tmp_path)
    settings = replace(settings, server=replace(settings.server, stop_grace_s=5))
    sent: list[str] = []
    async with (
        http_client() as http,
        anyio.create_task_group() as tasks,
        serving(settings) as house,
    ):
        chat = await house.visitors.start()
        async with house.agent("amy") as amy:
            await amy.takes(chat.chat_id)
            tasks.start_soon(_write_until_it_stops, Visitors(house.url, http), chat, sent)
            with anyio.fail_after(PATIENCE_S):
                while not sent:
                    await anyio.sleep(0.01)
            house.server.stop()
            closing = await amy.hears(lambda m: m["is"] == "closing")
    assert sent
    assert closing["reason"] == "server_stopping"
    assert closing["retry_after_ms"] > 0
    async with serving(settings) as house:
        back = Chat(house.visitors, chat.service, chat.started)
        kept = [event["text"] for event in await back.events("Message")]
    assert kept[: len(sent)] == sent
    assert len(kept) <= len(sent) + 1, "at most the one whose answer was lost"


async def _write_until_it_stops(visitors: Visitors, chat: Chat, sent: list[str]) -> None:
    mine = Chat(visitors, chat.service, chat.started)
    for number in range(10_000):
        try:
            answer = await mine.send(f"word {number}")
        except httpx2.HTTPError:
            return
        if answer.body["statusCode"] == 0:
            sent.append(f"word {number}")
