"""What is kept for the program's next start, and what a bad storage can do to a session: nothing."""

import asyncio
import logging
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from frontdesk.client.chat_state import Keeper, State, StateStorage
from frontdesk.client.state_store import FileStorage, MemoryStorage

pytestmark = pytest.mark.anyio

STATE = State(
    session_id="abc", credentials={"secureKey": "top secret"}, position=4, server_url="http://desk.example/s"
)
KEPT = {
    "sessionId": "abc",
    "credentials": {"secureKey": "top secret"},
    "position": 4,
    "serverUrl": "http://desk.example/s",
    "version": 1,
}


@pytest.fixture(scope="module")
def anyio_backend() -> str:
    return "asyncio"


class SlowStorage:
    """A storage over a network: it takes its time, and can be asked how it went."""

    def __init__(self, kept: object = None) -> None:
        self.written: list[Any] = []
        self.may_go_on = asyncio.Event()
        self.kept = kept
        self.at_work = 0

    async def write(self, state: dict[str, object] | None, /) -> None:
        self.at_work += 1
        assert self.at_work == 1, "two writes at once would leave the older one in the storage"
        await self.may_go_on.wait()
        self.at_work -= 1
        self.written.append(state)

    async def read(self) -> object:
        return self.kept


class BrokenStorage:
    def write(self, state: dict[str, object] | None, /) -> None:
        raise OSError("disk full")

    def read(self) -> object:
        raise OSError("no such disk")


@pytest.fixture(params=["memory", "file"])
def storage(request: pytest.FixtureRequest, tmp_path: Path) -> StateStorage:
    return MemoryStorage() if request.param == "memory" else FileStorage(tmp_path / "state.json")


async def test_what_is_written_is_what_is_read(storage: StateStorage) -> None:
    keeper = Keeper(storage)
    keeper.keep(STATE)
    await keeper.written()
    assert storage.read() == KEPT
    assert await keeper.read() == STATE


async def test_the_end_of_the_session_is_written_as_none(storage: StateStorage) -> None:
    storage.write(dict(KEPT))
    keeper = Keeper(storage)
    keeper.keep(None)
    await keeper.written()
    assert storage.read() is None
    assert await keeper.read() is None


async def test_a_storage_may_be_slow_and_gets_one_write_at_a_time_and_the_newest_last() -> None:
    storage = SlowStorage()
    keeper = Keeper(storage)
    for position in range(5, 9):
        keeper.keep(State(session_id="abc", credentials={}, position=position, server_url=""))
        await asyncio.sleep(0)
    storage.may_go_on.set()
    await keeper.written()
    assert [state["position"] for state in storage.written] == [5, 8]


async def test_a_storage_may_read_slowly() -> None:
    assert await Keeper(SlowStorage(KEPT)).read() == STATE


@pytest.mark.parametrize(
    "kept",
    [
        None,
        "",
        {},
        [],
        "abc",
        {**KEPT, "version": 2},
        {**KEPT, "sessionId": ""},
        {**KEPT, "credentials": {}},
        {**KEPT, "credentials": None},
        {**KEPT, "position": "four"},
        {name: value for name, value in KEPT.items() if name != "serverUrl"},
    ],
)
async def test_what_is_no_state_is_no_session(kept: object) -> None:
    assert await Keeper(SlowStorage(kept)).read() is None


async def test_a_broken_storage_is_logged_and_harms_nothing(caplog: pytest.LogCaptureFixture) -> None:
    keeper = Keeper(BrokenStorage())
    with caplog.at_level(logging.ERROR):
        keeper.keep(STATE)
        await keeper.written()
        assert await keeper.read() is None
    assert _texts(caplog.records) == [
        "the state of the chat could not be written",
        "the state of the chat could not be read",
    ]


def test_a_state_in_a_log_shows_no_secret() -> None:
    assert "top secret" not in f"{STATE} {STATE!r}"


def _texts(records: Sequence[logging.LogRecord]) -> list[str]:
    return [record.getMessage() for record in records]
