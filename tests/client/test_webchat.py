"""The window-less WebChat on a bus, beside a service that does what the test says.

What a whole chat publishes is in tests/conformance; here are the commands and their refusals."""

import asyncio
from collections.abc import Callable, Mapping
from itertools import count
from typing import Any

import pytest

from frontdesk.client.bus import Bus, Command, CommandRejected
from frontdesk.client.plugin import Plugin
from frontdesk.client.state_store import StateStore
from frontdesk.client.webchat import METADATA_KEY, WebChat, error_codes, start_options

pytestmark = pytest.mark.anyio
LIFE = ("ready", "opened", "submitted", "started", "rejected", "cancelled", "completed", "closed")


@pytest.fixture(scope="module")
def anyio_backend() -> str:
    return "asyncio"


class Stage:
    """A bus with a WebChat and a service whose answer to `startChat` is the test's choice."""

    def __init__(self, store: StateStore | None = None) -> None:
        self.bus = Bus()
        self.store = store or StateStore()
        self.asked: list[tuple[str, Mapping[str, Any]]] = []
        self.refusal: object = None
        self.told: list[str] = []
        ids = count(1)
        self.webchat = WebChat(self.bus, store=self.store, new_id=lambda: f"id-{next(ids)}")
        service = self.bus.register_plugin("WebChatService")
        assert service is not None
        self.service: Plugin = service
        service.register_commands({"startChat": self._start, "endChat": self._end})
        service.ready()
        for name in LIFE:
            self.bus.subscribe(f"WebChat.{name}", lambda event: self.told.append(event.event[8:]))

    async def _start(self, call: Command) -> dict[str, int]:
        self.asked.append(("startChat", call.data))
        if self.refusal is not None:
            raise CommandRejected(self.refusal)
        self.service.publish("started", {"sessionID": "s"})
        return {"statusCode": 0}

    async def _end(self, call: Command) -> dict[str, int]:
        self.asked.append(("endChat", call.data))
        self.service.publish("ended")
        return {"statusCode": 0}

    @property
    def block(self) -> Mapping[str, Any]:
        block: Mapping[str, Any] = self.bus.data("WebChat.metadata")
        return block


@pytest.fixture
async def stage() -> Stage:
    made = Stage()
    await settled()
    return made


async def settled() -> None:
    """Let every event that is on its way arrive."""
    for _ in range(20):
        await asyncio.sleep(0)


async def test_opening_twice_is_refused(stage: Stage) -> None:
    await stage.bus.command("WebChat.open")
    with pytest.raises(CommandRejected) as refusal:
        await stage.bus.command("WebChat.open")
    assert refusal.value.reason == "already opened"
    assert stage.bus.data("WebChat.open") is True


@pytest.mark.parametrize(
    ("command", "text"),
    [
        ("close", "already closed"),
        ("submit", "there is no form to submit"),
        ("endChat", "there is no active chat session to end"),
    ],
)
async def test_what_needs_a_window_or_a_session_is_refused_without_one(
    stage: Stage, command: str, text: str
) -> None:
    with pytest.raises(CommandRejected) as refusal:
        await stage.bus.command(f"WebChat.{command}")
    assert refusal.value.reason == text
    assert stage.asked == []


async def test_a_second_plugin_of_the_name_is_an_error_of_the_program(stage: Stage) -> None:
    with pytest.raises(ValueError, match="already"):
        WebChat(stage.bus, store=stage.store)


async def test_submit_gives_the_service_what_open_prepared_and_the_visitor_typed(stage: Stage) -> None:
    await stage.bus.command("WebChat.open", {"form": {"firstname": "Mira"}, "userData": {"cart": "7"}})
    assert await stage.bus.command("WebChat.submit", {"form": {"lastname": "Olsen", "size": "M"}}) == {
        "statusCode": 0
    }
    ((_, options),) = stage.asked
    assert options == {
        "firstname": "Mira",
        "lastname": "Olsen",
        "form": {"firstname": "Mira", "lastname": "Olsen"},
        "userData": {"cart": "7", "size": "M"},
    }


async def test_submit_rejects_with_the_reason_of_the_service(stage: Stage) -> None:
    stage.refusal = {"status": 400, "responseJSON": {"statusCode": 2, "errors": [{"code": 161}]}}
    await stage.bus.command("WebChat.open")
    with pytest.raises(CommandRejected) as refusal:
        await stage.bus.command("WebChat.submit")
    assert refusal.value.reason is stage.refusal
    assert stage.block["errors"] == ["161"]


async def test_an_automatic_start_that_fails_leaves_the_form(stage: Stage) -> None:
    stage.refusal = "There is already an active chat session"
    await stage.bus.command("WebChat.open", {"form": {"autoSubmit": True}})
    await settled()
    assert stage.told == ["ready", "opened", "submitted", "rejected"]
    assert stage.block["autoSubmitted"] is True
    stage.refusal = None
    await stage.bus.command("WebChat.submit")
    await settled()
    assert stage.told[4:] == ["submitted", "started"]


async def test_end_chat_ends_the_session_and_leaves_the_window(stage: Stage) -> None:
    await stage.bus.command("WebChat.open")
    await stage.bus.command("WebChat.submit")
    await settled()
    await stage.bus.command("WebChat.endChat")
    await settled()
    assert [name for name, _ in stage.asked] == ["startChat", "endChat"]
    assert stage.told[-1] == "cancelled"
    assert stage.bus.data("WebChat.open") is True


async def test_a_hook_sees_that_a_window_opens_for_a_restored_session(stage: Stage) -> None:
    seen: list[dict[str, Any]] = []
    stage.bus.before("WebChat.open", _noting(seen))
    stage.service.publish("restored", {"async": False})
    await settled()
    assert seen == [{"restoring": True}]
    assert stage.told == ["ready", "opened"]


async def test_a_hook_may_keep_the_window_of_a_restored_session_shut(stage: Stage) -> None:
    stage.bus.before("WebChat.open", lambda options: False)
    stage.service.publish("restored", {"async": False})
    await settled()
    assert stage.told == ["ready"]
    assert stage.bus.data("WebChat.open") is False


async def test_a_session_found_while_a_form_is_open_takes_its_place(stage: Stage) -> None:
    await stage.bus.command("WebChat.open")
    stage.service.publish("restored", {"async": False})
    await settled()
    assert stage.told == ["ready", "opened", "cancelled", "closed", "opened"]


async def test_a_session_started_by_a_program_behind_an_ended_one_begins_anew(stage: Stage) -> None:
    await stage.bus.command("WebChat.open")
    await stage.bus.command("WebChat.submit")
    await stage.bus.command("WebChatService.endChat")
    await settled()
    await stage.bus.command("WebChatService.startChat")
    await settled()
    assert stage.told[-3:] == ["cancelled", "closed", "started"]
    assert stage.block["id"] not in (False, "id-1")


async def test_close_all_closes_the_window(stage: Stage) -> None:
    await stage.bus.command("WebChat.open")
    app = stage.bus.register_plugin("App")
    assert app is not None
    app.publish("closeAll")
    await settled()
    assert stage.told == ["ready", "opened", "cancelled", "closed"]


async def test_the_block_is_kept_during_the_session_and_forgotten_at_its_end(stage: Stage) -> None:
    await stage.bus.command("WebChat.open", {"id": "mine"})
    await stage.bus.command("WebChat.submit", {"form": {"firstname": "Mira"}})
    await settled()
    kept = stage.store.get(METADATA_KEY)
    assert kept["id"] == "mine"
    assert "Mira" not in str(kept)
    await stage.bus.command("WebChat.endChat")
    await settled()
    assert stage.store.get(METADATA_KEY) is None


async def test_pages_of_history_change_no_counter(stage: Stage) -> None:
    await stage.bus.command("WebChat.open")
    await stage.bus.command("WebChat.submit")
    line = {"type": "Message", "from": {"type": "Client"}}
    stage.service.publish("messageReceived", {"messages": [line], "restoring": False})
    stage.service.publish("messageReceived", {"messages": [line], "restoring": False, "oldMessages": True})
    await settled()
    assert stage.block["userMessages"] == 1


@pytest.mark.parametrize(
    ("options", "form", "expected"),
    [
        ({}, {}, {"form": {}, "userData": {}}),
        (
            {"attachedData": {"a": 1, "b": 1, "c": 1}, "userData": {"b": 2, "c": 2}},
            {"c": 3, "email": "m@x.example"},
            {
                "email": "m@x.example",
                "form": {"email": "m@x.example"},
                "userData": {"a": 1, "b": 2, "c": 3},
            },
        ),
        (
            {"async": True, "interactionData": {"x": 1}, "id": "i", "minimized": True},
            {},
            {"form": {}, "async": True, "interactionData": {"x": 1}, "userData": {}},
        ),
    ],
)
def test_what_the_service_is_told_about_the_form(
    options: dict[str, Any], form: dict[str, Any], expected: dict[str, Any]
) -> None:
    assert start_options(options, form) == expected


@pytest.mark.parametrize(
    ("reason", "codes"),
    [
        ("There is already an active chat session", ("There is already an active chat session",)),
        ({"statusCode": 2, "errors": [{"code": 102}, {"code": 103}]}, ("102", "103")),
        ({"status": 400, "responseJSON": {"errors": [{"code": 240}]}}, ("240",)),
        ({"statusCode": 1}, ("unavailable",)),
        ({"status": 502, "responseText": "bad gateway"}, ("502",)),
        ({"status": 0}, ("failed",)),
        (None, ("failed",)),
    ],
)
def test_every_failure_has_a_code(reason: object, codes: tuple[str, ...]) -> None:
    assert error_codes(reason) == codes


def _noting(seen: list[dict[str, Any]]) -> Callable[[dict[str, Any]], object]:
    def note(options: dict[str, Any]) -> dict[str, Any]:
        seen.append(dict(options))
        return options

    return note
