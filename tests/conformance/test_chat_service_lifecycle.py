"""webchat-service checks 74 to 84: the interaction lifecycle and its metadata.

WebChat, WebChatService and the transport are ours; the server is scripted and reached over HTTP."""

from collections.abc import Iterator
from typing import Any

import pytest

from frontdesk.client.bus import CommandRejected
from frontdesk.client.state_store import MemoryStorage, StateStore
from tests.conformance.scripted_chat import GONE, ScriptedChat, scripted_chat
from tests.conformance.visitor_page import HandClock, VisitorPage, visitor_page

pytestmark = pytest.mark.anyio

CLOSED = {"statusCode": 2, "chatEnded": False, "messages": [], "errors": [{"code": 240, "advice": "closed"}]}
COUNTERS = ("userMessages", "agentMessages", "systemMessages", "filesUploaded", "numAgents")
FORM = {"form": {"firstname": "Mira", "lastname": "Olsen"}}


@pytest.fixture
def server() -> Iterator[ScriptedChat]:
    with scripted_chat() as running:
        yield running


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture
def kept() -> MemoryStorage:
    """What a browser would have in cookies."""
    return MemoryStorage()


@pytest.fixture
def store(kept: MemoryStorage) -> StateStore:
    return StateStore(kept)


async def begin(page: VisitorPage, **options: Any) -> None:
    """Open the window and start the chat with its form."""
    await page.does("open", options)
    await page.does("submit", FORM)
    await page.until_told("started")


# 74


async def test_074_opened_and_changed_mind(server: ScriptedChat, store: StateStore, clock: HandClock) -> None:
    async with visitor_page(server.url, store, clock) as page:
        await page.does("open")
        await page.does("close")
        await page.until_told("closed")
        assert page.names == ["ready", "opened", "cancelled", "closed"]
    assert server.requests == []


async def test_074_ended_before_an_agent_came(
    server: ScriptedChat, store: StateStore, clock: HandClock
) -> None:
    async with visitor_page(server.url, store, clock) as page:
        await begin(page)
        server.ends()
        await page.until_told("cancelled")
        await page.does("close")
        await page.until_told("closed")
        assert page.names == ["ready", "opened", "submitted", "started", "cancelled", "closed"]


async def test_074_start_failed(server: ScriptedChat, store: StateStore, clock: HandClock) -> None:
    server.answers("start", 400, CLOSED)
    async with visitor_page(server.url, store, clock) as page:
        await page.does("open")
        with pytest.raises(CommandRejected):
            await page.does("submit", FORM)
        await page.until_told("rejected")
        assert page.names == ["ready", "opened", "submitted", "rejected"]


async def test_074_normal(server: ScriptedChat, store: StateStore, clock: HandClock) -> None:
    async with visitor_page(server.url, store, clock) as page:
        await begin(page)
        amy = server.joins("Agent", "Amy")
        await page.until(lambda: page.block["agentReached"])
        server.says(amy, "Hello")
        server.leaves(amy)
        server.ends()
        await page.until_told("completed")
        await page.does("close")
        await page.until_told("closed")
        assert page.names == ["ready", "opened", "submitted", "started", "completed", "closed"]


# 75


async def test_075_auto_submit_opens_first(server: ScriptedChat, store: StateStore, clock: HandClock) -> None:
    async with visitor_page(server.url, store, clock) as page:
        await page.does("open", {"form": {"autoSubmit": True, "nickname": "Mira"}})
        block = await page.until_told("started")
        assert page.names == ["ready", "opened", "submitted", "started"]
        assert block["autoSubmitted"] is True
    (fields,) = server.asked("start")
    assert fields["nickname"] == "Mira"
    assert not [name for name in fields if "autoSubmit" in name]


# 76


async def test_076_a_failed_start_is_told_and_can_be_repeated(
    server: ScriptedChat, store: StateStore, clock: HandClock
) -> None:
    server.answers("start", 400, CLOSED)
    async with visitor_page(server.url, store, clock) as page:
        await page.does("open")
        with pytest.raises(CommandRejected):
            await page.does("submit", FORM)
        block = await page.until_told("rejected")
        assert block["rejected"] == clock.at_ms
        assert block["errors"] == ["240"]
        server.answers_as_usual("start")
        await page.does("submit", FORM)
        await page.until_told("started")
        assert page.names[3:] == ["rejected", "submitted", "started"]


@pytest.mark.parametrize(
    ("status", "body", "errors"),
    [(200, {"statusCode": 1, "chatEnded": False, "messages": []}, ["unavailable"]), (502, {}, ["502"])],
)
async def test_076_every_failure_has_a_code(
    server: ScriptedChat,
    store: StateStore,
    clock: HandClock,
    status: int,
    body: dict[str, Any],
    errors: list[str],
) -> None:
    server.answers("start", status, body)
    async with visitor_page(server.url, store, clock) as page:
        await page.does("open")
        with pytest.raises(CommandRejected):
            await page.does("submit", FORM)
        assert (await page.until_told("rejected"))["errors"] == errors


# 77


@pytest.mark.parametrize(
    ("options", "also"),
    [
        ({}, set()),
        ({"proactive": True}, {"proactive"}),
        ({"proactiveData": {"offer": "spring"}}, {"proactive", "proactiveData"}),
        (FORM, {"prefilled"}),
        ({"userData": {"cart": "7"}}, set()),
    ],
)
async def test_077_a_new_interaction_knows_only_its_id_and_when_it_opened(
    server: ScriptedChat, store: StateStore, clock: HandClock, options: dict[str, Any], also: set[str]
) -> None:
    async with visitor_page(server.url, store, clock) as page:
        await page.does("open", options)
        block = await page.until_told("opened")
    assert {name for name, value in block.items() if value} == {"id", "opened"} | also


# 78


async def test_078_a_second_agent_changes_only_the_number(
    server: ScriptedChat, store: StateStore, clock: HandClock
) -> None:
    async with visitor_page(server.url, store, clock) as page:
        await begin(page)
        clock.at_ms += 4_000
        server.joins("Agent", "Amy")
        await page.until(lambda: page.block["numAgents"] == 1)
        first = dict(page.block)
        clock.at_ms += 9_000
        server.joins("Agent", "Ben")
        await page.until(lambda: page.block["numAgents"] == 2)
        assert first["waitingForAgent"] == 4_000
        for name in ("agentReached", "waitingForAgent"):
            assert page.block[name] == first[name]


async def test_078_a_supervisor_and_a_bot_are_reached_on_their_own(
    server: ScriptedChat, store: StateStore, clock: HandClock
) -> None:
    async with visitor_page(server.url, store, clock) as page:
        await begin(page)
        server.joins("Supervisor", "Sue")
        server.joins("External", "Greeter", is_bot=True)
        await page.until(lambda: page.block["botReached"] and page.block["supervisorReached"])
        assert page.block["agentReached"] is False
        assert page.block["numAgents"] == 1


# 79


@pytest.mark.parametrize(("is_answered", "expected"), [(False, "cancelled"), (True, "completed")])
async def test_079_closing_after_the_end_tells_no_second_end(
    server: ScriptedChat, store: StateStore, clock: HandClock, is_answered: bool, expected: str
) -> None:
    async with visitor_page(server.url, store, clock) as page:
        await begin(page)
        if is_answered:
            server.joins("Agent", "Amy")
            await page.until(lambda: page.block["agentReached"])
        server.ends()
        await page.until_told(expected)
        so_far = len(page.told)
        await page.does("close")
        await page.until_told("closed")
        assert page.names[so_far - 1 :] == [expected, "closed"]


async def test_079_the_window_may_close_while_the_session_goes_on(
    server: ScriptedChat, store: StateStore, clock: HandClock
) -> None:
    async with visitor_page(server.url, store, clock) as page:
        await begin(page)
        await page.does("close")
        await page.until_told("closed")
        server.joins("Agent", "Amy")
        await page.until(lambda: page.block["agentReached"])
        await page.does("open")
        await page.until(lambda: page.names.count("opened") == 2)
        await page.does("endChat")
        await page.until_told("completed")
        assert page.names[4:] == ["closed", "opened", "completed"]


# 80


async def test_080_elapsed_runs_from_started_to_the_end(
    server: ScriptedChat, store: StateStore, clock: HandClock
) -> None:
    async with visitor_page(server.url, store, clock) as page:
        await page.does("open")
        clock.at_ms += 2_000
        await page.does("submit", FORM)
        assert (await page.until_told("submitted"))["elapsed"] is False
        assert (await page.until_told("started"))["elapsed"] == 0
        clock.at_ms += 8_000
        await page.does("endChat")
        assert (await page.until_told("cancelled"))["elapsed"] == 8_000
        clock.at_ms += 30_000
        await page.does("close")
        assert (await page.until_told("closed"))["elapsed"] == 8_000


# 81


async def test_081_counters_match_the_conversation_and_survive_a_reload(
    server: ScriptedChat, store: StateStore, clock: HandClock
) -> None:
    async with visitor_page(server.url, store, clock) as page:
        await begin(page)
        await page.says("Hi")
        await page.until(lambda: page.block["userMessages"] == 1)  # So it is kept when Amy comes.
        amy = server.joins("Agent", "Amy")
        server.says(amy, "Hello")
        server.says(amy, "lamp.pdf", "FileUploaded", userData={"file-id": "f1", "file-name": "lamp.pdf"})
        await page.until(lambda: page.block["userMessages"] == 1 and page.block["filesUploaded"] == 1)
        before = {name: page.block[name] for name in COUNTERS}
    # The visitor came, Amy came: two lines of the system.
    assert before == {
        "userMessages": 1,
        "agentMessages": 2,
        "systemMessages": 2,
        "filesUploaded": 1,
        "numAgents": 1,
    }
    clock.at_ms += 5_000
    async with visitor_page(server.url, store, clock) as page:
        assert page.names == ["ready", "opened"]
        assert {name: page.block[name] for name in COUNTERS} == before
        await page.says("Still here")
        await page.until(lambda: page.block["userMessages"] == 2)
        assert page.block["agentMessages"] == 2


# 82


async def test_082_the_form_is_told_and_never_kept(
    server: ScriptedChat, store: StateStore, kept: MemoryStorage, clock: HandClock
) -> None:
    async with visitor_page(server.url, store, clock) as page:
        await begin(page)
        assert page.last("submitted")["form"] == FORM["form"]
        server.joins("Agent", "Amy")
        await page.until(lambda: page.block["agentReached"])
        in_storage = str(kept.read())
        assert page.block["id"] in in_storage
        assert "Olsen" not in in_storage


# 83


async def test_083_the_id_outlives_the_page_and_not_the_interaction(
    server: ScriptedChat, store: StateStore, clock: HandClock
) -> None:
    async with visitor_page(server.url, store, clock) as page:
        await begin(page, id="mine")
        assert page.last("started")["id"] == "mine"
    async with visitor_page(server.url, store, clock) as page:
        assert page.last("opened")["id"] == "mine"
        await page.does("endChat")
        await page.until_told("cancelled")
        await page.does("close")
        assert (await page.until_told("closed"))["id"] == "mine"
        await page.does("open")
        await page.until(lambda: page.names[-1] == "opened")
        assert page.last("opened")["id"] not in ("mine", False)


async def test_083_a_session_without_a_window_has_an_id_as_well(
    server: ScriptedChat, store: StateStore, clock: HandClock
) -> None:
    async with visitor_page(server.url, store, clock) as page:
        await page.bus.command("WebChatService.startChat", {"nickname": "Mira"})
        block = await page.until_told("started")
        assert block["id"]
        assert block["opened"] is False
        assert page.names == ["ready", "started"]


# 84


async def test_084_a_visitor_who_was_away_too_long_is_told_that_it_is_closed(
    server: ScriptedChat, store: StateStore, clock: HandClock
) -> None:
    async with visitor_page(server.url, store, clock) as page:
        await begin(page, id="mine")
    asked = len(server.requests)
    clock.at_ms += 60_000
    async with visitor_page(server.url, store, clock) as page:
        block = await page.until_told("closed")
        assert page.names == ["ready", "closed"]
        assert (block["id"], block["errors"], block["closed"]) == ("mine", ["restoreFailed"], clock.at_ms)
    assert len(server.requests) == asked


@pytest.mark.parametrize(
    ("status", "body"), [(500, {}), (200, GONE), (200, {"statusCode": 0, "chatEnded": True, "messages": []})]
)
async def test_084_a_session_that_cannot_be_found_again_is_closed_and_forgotten(
    server: ScriptedChat, store: StateStore, clock: HandClock, status: int, body: dict[str, Any]
) -> None:
    async with visitor_page(server.url, store, clock) as page:
        await begin(page)
    server.answers("refresh", status, body)
    async with visitor_page(server.url, store, clock) as page:
        assert (await page.until_told("closed"))["errors"] == ["restoreFailed"]
    async with visitor_page(server.url, store, clock) as page:
        assert page.names == ["ready"]
